"""How many customers help themselves."""

from __future__ import annotations

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import whole
from csprotocol.kpi._ratio import Ratio

__all__ = ["automation_rate", "deflection", "self_service_score"]


def deflection(self_served: int, contacts: int) -> Ratio:
    """Customers who helped themselves, as a share of all who needed help.

    ``self_served / (self_served + contacts)``

    >>> print(deflection(self_served=80, contacts=20))
    80/100 (80.0%)

    Raises:
        InvalidValueError: a count that is negative or no whole number.
    """
    return Ratio(whole("self_served", self_served), self_served + whole("contacts", contacts))


def self_service_score(help_center_users: int, ticket_users: int) -> Ratio:
    """Users of the help centre for each user who opened a ticket: 4.0 is written 4:1.

    >>> self_service_score(help_center_users=400, ticket_users=100).value
    4.0

    Raises:
        InvalidValueError: a count that is negative or no whole number.
    Source: Zendesk's self-service ratio (not read at first hand).
    """
    return Ratio(whole("help_center_users", help_center_users), whole("ticket_users", ticket_users))


def automation_rate(automated: int, interactions: int, *, handed_over: int = 0, spam: int = 0) -> Ratio:
    """Interactions that no human touched, as a share of all with customers.

    ``handed_over`` of the automated went to a human after all and do not count as automated; ``spam`` of the
    interactions had no customer.

    >>> print(automation_rate(30, 100), automation_rate(30, 110, handed_over=5, spam=10))
    30/100 (30.0%) 25/100 (25.0%)

    Raises:
        InvalidValueError: a count that is negative or no whole number, or a part larger than its whole.
    Source: docs.gorgias.com/en-US/408510, read 2026-11-21.
    """
    alone = whole("automated", automated) - whole("handed_over", handed_over)
    genuine = whole("interactions", interactions) - whole("spam", spam)
    if alone < 0:
        raise InvalidValueError.of("handed_over", handed_over, expected=f"at most the {automated} automated")
    if genuine < 0:
        raise InvalidValueError.of("spam", spam, expected=f"at most the {interactions} interactions")
    if alone > genuine:
        raise InvalidValueError.of("automated", automated, expected=f"at most the {genuine} interactions")
    return Ratio(alone, genuine)
