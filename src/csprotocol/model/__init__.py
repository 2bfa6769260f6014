"""The few words that two or more domains speak."""

from __future__ import annotations

from csprotocol.model._event import Event, in_order
from csprotocol.model._facts import Life, TicketFacts, Waiting
from csprotocol.model._frozen import FrozenDict
from csprotocol.model._money import Money, allocate
from csprotocol.model._order import Buyer, ContractChannel, Delivery, Order, OrderLine, Payment, local_date
from csprotocol.model._reason import ContactArea, ContactReason, ReasonNature
from csprotocol.model._rejection import Rejection
from csprotocol.model._span import Span, require_aware
from csprotocol.model._ticket import Ticket
from csprotocol.model._words import ActorKind, Channel, EventKind, StatusCategory

__all__ = [
    "ActorKind",
    "Buyer",
    "Channel",
    "ContactArea",
    "ContactReason",
    "ContractChannel",
    "Delivery",
    "Event",
    "EventKind",
    "FrozenDict",
    "Life",
    "Money",
    "Order",
    "OrderLine",
    "Payment",
    "ReasonNature",
    "Rejection",
    "Span",
    "StatusCategory",
    "Ticket",
    "TicketFacts",
    "Waiting",
    "allocate",
    "in_order",
    "local_date",
    "require_aware",
]
