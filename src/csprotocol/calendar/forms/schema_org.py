"""schema.org ``openingHoursSpecification``, as JSON-LD of web pages holds it.

Sources: schema.org/OpeningHoursSpecification; Google Search Central, LocalBusiness markup; both read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from csprotocol.calendar._hours import BusinessHours, zone
from csprotocol.calendar.forms._loss import Exported
from csprotocol.calendar.forms._schema_org_hours import hours_of
from csprotocol.calendar.forms._schema_org_read import groups_of
from csprotocol.calendar.forms._schema_org_write import specifications_of

__all__ = ["from_specifications", "to_specifications"]


def from_specifications(
    specs: Sequence[Mapping[str, Any]] | Mapping[str, Any],
    *,
    tz: str,
    holidays: Mapping[date, str] | Iterable[date] = (),
) -> BusinessHours:
    """Hours from one specification, a list of them, or a whole JSON-LD node (``LocalBusiness``, ``@graph``).

    schema.org knows no time zone: ``tz`` is the shop's. Days may be names, ``schema:Monday`` or full addresses;
    without ``dayOfWeek`` all days are meant. ``closes`` not later than ``opens`` belongs to the next day; both
    00:00, or both absent, is closed; ``closes`` 23:59 or 23:59:59 is read as 24:00, because that is how Google
    writes it. Ranges of dates (``validFrom``, ``validThrough``): up to a week, or up to a year where no day is
    named, they become special dates; longer ones become seasons, in which days that are not named are closed. Where
    ranges overlap, the narrower one holds. A bound with an offset is the date on which it falls in ``tz``.
    ``PublicHolidays`` becomes special hours on the dates in ``holidays``.

    >>> hours = from_specifications(
    ...     [
    ...         {"dayOfWeek": ["Monday", "https://schema.org/Friday"], "opens": "09:00", "closes": "23:59"},
    ...         {"validFrom": "2026-12-24", "validThrough": "2026-12-24", "opens": "09:00", "closes": "14:00"},
    ...     ],
    ...     tz="Europe/Madrid",
    ... )
    >>> str(hours), hours.special[date(2026, 12, 24)]
    ('mon 09:00-24:00; fri 09:00-24:00 (Europe/Madrid)', (('09:00', '14:00'),))

    Raises:
        InvalidScheduleError: an unknown day, a time with an offset (wall-clock times belong to ``tz``), a missing
            end, hours that overlap, no hours at all, hours of several nodes; the message names the place.

    Warns:
        LossWarning: ``PublicHolidays`` without ``holidays``; two ranges of one length overlap (the later one holds).
    """
    groups = groups_of(specs, zone(tz))
    listed = dict(holidays) if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "")
    return hours_of(groups, tz=tz, listed=listed)


def to_specifications(hours: BusinessHours) -> Exported[tuple[dict[str, Any], ...]]:
    """Specifications for a JSON-LD node, and what schema.org cannot say.

    Closed dates are written with 00:00 as both ends, the end of the day as 23:59; that is what Google reads.
    Without losses :func:`from_specifications` reads back equal hours, times in their shortest form.

    >>> value, losses = to_specifications(BusinessHours(tz="Europe/Madrid", weekly="mon-tue 09:00-24:00"))
    >>> value[0]["dayOfWeek"], value[0]["opens"], value[0]["closes"], losses
    (['Monday', 'Tuesday'], '09:00', '23:59', ())
    """
    return specifications_of(hours)
