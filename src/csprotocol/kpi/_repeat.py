"""How many contacts settle the matter: the same customer does not come back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple, TypeAlias

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import spent
from csprotocol.kpi._definitions import definition
from csprotocol.kpi._population import MissingReason, Tally
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._summary import RateSummary
from csprotocol.model import Rejection, require_aware

__all__ = ["CustomerContact", "fcr_no_repeat"]


class CustomerContact(NamedTuple):
    """One contact: who, when and, where it should matter, about what.

    >>> from datetime import datetime, timezone
    >>> CustomerContact("c1", datetime(2026, 11, 20, tzinfo=timezone.utc)).topic is None
    True
    """

    customer: str | None
    at: datetime
    topic: str | None = None


AnyContact: TypeAlias = CustomerContact | tuple[str | None, datetime] | tuple[str | None, datetime, str | None]


def fcr_no_repeat(contacts: Iterable[AnyContact], *, window: timedelta, as_of: datetime | None = None) -> RateSummary:
    """Contacts after which the customer did not come back (on the same topic) for ``window``, as a share.

    A contact exactly ``window`` later is still a repeat. With ``as_of``, contacts whose window is not over yet are
    left out (``window-open``): it is too early to praise them. So are those of nobody knows whom (``no-customer``). A
    contact told twice is rejected.

    >>> from datetime import datetime, timezone
    >>> day = lambda day: datetime(2025, 1, day, tzinfo=timezone.utc)
    >>> contacts = [("c1", day(1)), ("c1", day(5)), ("c2", day(1)), ("c3", day(1)), ("c3", day(9))]
    >>> print(fcr_no_repeat(contacts, window=timedelta(days=7)).ratio)
    4/5 (80.0%)
    >>> print(fcr_no_repeat(contacts, window=timedelta(days=7), as_of=day(10)).ratio)
    2/3 (66.7%)

    Raises:
        InvalidValueError: a window that is not positive.
        NaiveDatetimeError: an instant without a time zone.
    """
    if spent("window", window) <= timedelta(0):
        raise InvalidValueError.of("window", window, expected="a positive duration")
    if as_of is not None:
        require_aware("as_of", as_of)
    tally = Tally()
    by_topic: defaultdict[tuple[str | None, str | None], list[datetime]] = defaultdict(list)
    seen: set[CustomerContact] = set()
    for given in contacts:
        contact = CustomerContact(*given)
        if contact.customer is None:
            # Two unknown people are not one who came back.
            tally.miss(MissingReason.NO_CUSTOMER)
            continue
        contact = contact._replace(at=require_aware("CustomerContact.at", contact.at).astimezone(UTC))
        if contact in seen:
            tally.rejections.append(
                Rejection("duplicate-contact", "the same customer, topic and instant were counted already")
            )
            continue
        seen.add(contact)
        by_topic[contact.customer, contact.topic].append(contact.at)
    settled = judged = 0
    for instants in by_topic.values():
        instants.sort()
        for at, following in zip_longest(instants, instants[1:]):
            if as_of is not None and as_of - at < window:
                tally.miss(MissingReason.WINDOW_OPEN)
                continue
            judged += 1
            settled += following is None or following - at > window
    options = {"window": window, "as_of": as_of.isoformat() if as_of else "not given"}
    return RateSummary.of(definition("fcr_no_repeat"), options, tally, Ratio(settled, judged))
