"""Customer-service primitives for online shops.

The headline names are loaded when they are first used, so that ``import csprotocol`` costs next to nothing.
"""

from __future__ import annotations

# Importing typing for its constant would cost more than the rest of this file.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from csprotocol.calendar import BusinessCalendar, BusinessHours
    from csprotocol.errors import CsprotocolError
    from csprotocol.incident import Incident, Workflow
    from csprotocol.kpi import Ratio
    from csprotocol.model import (
        ActorKind,
        Channel,
        ContactReason,
        Event,
        EventKind,
        Money,
        Order,
        Span,
        StatusCategory,
        Ticket,
        TicketFacts,
    )
    from csprotocol.replies import Catalog
    from csprotocol.returns import ReturnPolicy
    from csprotocol.sla import SlaPolicy

__all__ = [
    "ActorKind",
    "BusinessCalendar",
    "BusinessHours",
    "Catalog",
    "Channel",
    "ContactReason",
    "CsprotocolError",
    "Event",
    "EventKind",
    "Incident",
    "Money",
    "Order",
    "Ratio",
    "ReturnPolicy",
    "SlaPolicy",
    "Span",
    "StatusCategory",
    "Ticket",
    "TicketFacts",
    "Workflow",
    "__version__",
]

__version__ = "0.1.0"

_HOMES = {
    "BusinessCalendar": "calendar",
    "BusinessHours": "calendar",
    "Catalog": "replies",
    "CsprotocolError": "errors",
    "Incident": "incident",
    "Ratio": "kpi",
    "ReturnPolicy": "returns",
    "SlaPolicy": "sla",
    "Workflow": "incident",
} | dict.fromkeys(
    (
        "ActorKind",
        "Channel",
        "ContactReason",
        "Event",
        "EventKind",
        "Money",
        "Order",
        "Span",
        "StatusCategory",
        "Ticket",
        "TicketFacts",
    ),
    "model",
)

# Hidden from type checkers: with a visible __getattr__ they would accept every misspelt name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in _HOMES:
            from importlib import import_module

            value = getattr(import_module(f"csprotocol.{_HOMES[name]}"), name)
            globals()[name] = value
            return value
        raise AttributeError(f"module 'csprotocol' has no attribute {name!r}; it has {', '.join(__all__)}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
