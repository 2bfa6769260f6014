"""What a report is asked to show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from csprotocol.errors import InvalidValueError, one_of
from csprotocol.kpi import Within
from csprotocol.model import FrozenDict, require_aware

__all__ = ["ANCHORS", "PERIODS", "PROPERTIES", "ReportSpec", "Target"]

PERIODS: Final = ("day", "week", "month", "quarter", "year")
PROPERTIES: Final = ("channel", "channel_name", "priority", "reason", "language", "agent", "group", "status")
ANCHORS: Final = ("created", "first_reply", "resolved")
TARGETED: Final = ("first_reply", "resolution")

_UNITS: Final = {"s": 1, "min": 60, "h": 3600}
_TARGET: Final = re.compile(r"(?P<kpi>\w+)=(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[a-zA-Z]*)(?::(?P<clock>\w+))?")


@dataclass(frozen=True, slots=True)
class Target:
    """A promise for every ticket: the KPI at most ``limit``, in open time when ``business``.

    >>> Target.parse("first_reply=4h:business")
    Target(kpi='first_reply', limit=datetime.timedelta(seconds=14400), business=True)
    >>> str(Target.parse("resolution=90min"))
    'resolution within 1 h 30 min'

    Raises:
        InvalidValueError: another form, a KPI without a duration, or days: is a day 24 hours or a working day?
    """

    kpi: str
    limit: timedelta
    business: bool = False

    def __post_init__(self) -> None:
        if self.kpi not in TARGETED:
            raise InvalidValueError.unknown("target", self.kpi, TARGETED)
        if self.limit <= timedelta(0):
            raise InvalidValueError.of("target", str(self), expected="longer than 0")

    @classmethod
    def parse(cls, text: str) -> Self:
        """From ``KPI=NUMBERunit`` or ``KPI=NUMBERunit:business``, unit ``s``, ``min`` or ``h``."""
        found = _TARGET.fullmatch(text.strip())
        form = "KPI=NUMBERunit or KPI=NUMBERunit:business, for example first_reply=4h:business"
        if not found or found["clock"] not in (None, "business", "elapsed"):
            raise InvalidValueError.of("target", text, expected=form)
        if found["unit"].lower() in ("d", "day", "days"):
            raise InvalidValueError.of(
                "target",
                text,
                expected="in hours",
                hint="a day may be 24 hours or a working day: write 24h, or 8h:business",
            )
        if found["unit"] not in _UNITS:
            raise InvalidValueError.of("target", text, expected=form, hint=one_of(_UNITS, found=found["unit"]))
        try:
            limit = timedelta(seconds=float(found["number"]) * _UNITS[found["unit"]])
        except OverflowError:
            raise InvalidValueError.of("target", text, expected="a time that somebody could wait") from None
        return cls(found["kpi"], limit, found["clock"] == "business")

    def __str__(self) -> str:
        from csprotocol.calendar import format_open_time

        clock = " of open time" if self.business else ""
        return f"{self.kpi} within {format_open_time(self.limit)}{clock}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpec:
    """How to cut and count.

    ``by`` names periods, properties of a ticket or attributes that the export carries; ``anchor`` is the instant
    that puts a ticket into a period. ``within`` gives the calendar for business time (``hours_of`` says which, for
    readers). ``promises`` holds targets that are a ticket's own, by ticket id.

    Raises:
        InvalidValueError: an unknown zone or anchor, a dimension or the target of a KPI named twice, a business
            target without a calendar.
        NaiveDatetimeError: ``as_of`` has no time zone.
    """

    as_of: datetime
    by: tuple[str, ...] = ("month", "channel")
    tz: str = "UTC"
    anchor: str = "created"
    within: Within = None
    hours_of: str = ""
    targets: tuple[Target, ...] = ()
    promises: Mapping[str, tuple[Target, ...]] = field(default_factory=FrozenDict)
    csat_scale: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        require_aware("ReportSpec.as_of", self.as_of)
        if self.anchor not in ANCHORS:
            raise InvalidValueError.unknown("anchor", self.anchor, ANCHORS)
        if len(set(self.by)) < len(self.by):
            raise InvalidValueError.of("by", ",".join(self.by), expected="each dimension once")
        if sum(name in PERIODS for name in self.by) > 1:
            raise InvalidValueError.of("by", ",".join(self.by), expected=f"at most one of {', '.join(PERIODS)}")
        if len({target.kpi for target in self.targets}) < len(self.targets):
            told = ", ".join(map(str, self.targets))
            raise InvalidValueError.of("targets", told, expected="one for each KPI")
        business = [target for target in self.targets if target.business]
        if business and self.within is None:
            raise InvalidValueError.of(
                "targets", str(business[0]), expected="counted by a calendar", hint="give the business hours"
            )
        try:
            ZoneInfo(self.tz)
        except (LookupError, ValueError, OSError):
            raise InvalidValueError.of("tz", self.tz, expected="an IANA time zone such as Europe/Madrid") from None

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its periods."""
        return ZoneInfo(self.tz)
