"""What a report is asked to show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from csprotocol.errors import InvalidValueError, one_of
from csprotocol.kpi import CONFIDENCE, MIN_SHOWN, PERIODS, Within, preset, vendors
from csprotocol.model import FrozenDict, require_aware

__all__ = ["ANCHORS", "PREVIOUS", "PROPERTIES", "QUANTILES", "ReportSpec", "Target"]

PROPERTIES: Final = ("channel", "channel_name", "priority", "reason", "language", "agent", "group", "status")
ANCHORS: Final = ("created", "first_reply", "resolved")
TARGETED: Final = ("first_reply", "resolution")
QUANTILES: Final = ("exact", "histogram")
PREVIOUS: Final = "previous"

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
        if found["kpi"] in TARGETED and not limit:
            raise InvalidValueError.of("target", text, expected="longer than 0")
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

    ``preset`` names a vendor: each KPI is counted with the options that its dashboard has, and with ours where it has
    none of its own. ``confidence`` (0..1) is the level of all intervals. ``compare_to="previous"`` holds each group
    against the same group one period before. A number that rests on fewer than ``min_n`` is not shown. ``levels`` are
    the quantiles of durations, found from all values (``exact``) or to 1 % (``histogram``).

    >>> from datetime import UTC
    >>> ReportSpec(as_of=datetime(2026, 11, 20, tzinfo=UTC), by=("month",), compare_to="previous").period
    'month'

    Raises:
        InvalidValueError: an unknown zone, anchor, vendor or kind of quantiles, a dimension or the target of a KPI
            named twice, a business target without a calendar, a comparison without a period, a share outside 0..1.
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
    preset: str = ""
    confidence: float = CONFIDENCE
    compare_to: str = ""
    min_n: int = MIN_SHOWN
    quantiles: str = QUANTILES[0]
    levels: tuple[float, ...] = (0.5, 0.9)

    def __post_init__(self) -> None:
        require_aware("ReportSpec.as_of", self.as_of)
        self._check_statistics()
        self._check_dimensions()
        self._check_targets()
        try:
            ZoneInfo(self.tz)
        except (LookupError, ValueError, OSError):
            raise InvalidValueError.of("tz", self.tz, expected="an IANA time zone such as Europe/Madrid") from None

    def _check_statistics(self) -> None:
        if self.preset:
            self.options_of("first_reply")
        if not 0 < self.confidence < 1:
            raise InvalidValueError.of("confidence", self.confidence, expected="between 0 and 1", hint="0.95 for 95%")
        if self.min_n < 0:
            raise InvalidValueError.of("min_n", self.min_n, expected="a whole number, zero or more")
        if self.quantiles not in QUANTILES:
            raise InvalidValueError.unknown("quantiles", self.quantiles, QUANTILES)
        if not self.levels or len({*self.levels}) < len(self.levels) or not all(0 < each < 1 for each in self.levels):
            told = ",".join(map(str, self.levels))
            raise InvalidValueError.of("levels", told, expected="shares between 0 and 1, each once", hint="0.5,0.9")

    def _check_dimensions(self) -> None:
        if self.anchor not in ANCHORS:
            raise InvalidValueError.unknown("anchor", self.anchor, ANCHORS)
        if len(set(self.by)) < len(self.by):
            raise InvalidValueError.of("by", ",".join(self.by), expected="each dimension once")
        if sum(name in PERIODS for name in self.by) > 1:
            raise InvalidValueError.of("by", ",".join(self.by), expected=f"at most one of {', '.join(PERIODS)}")
        if self.compare_to not in ("", PREVIOUS):
            raise InvalidValueError.unknown("compare_to", self.compare_to, (PREVIOUS,))
        if self.compare_to and not self.period:
            raise InvalidValueError.of(
                "compare_to", self.compare_to, expected=f"used with one of {', '.join(PERIODS)} in by"
            )

    def _check_targets(self) -> None:
        if len({target.kpi for target in self.targets}) < len(self.targets):
            told = ", ".join(map(str, self.targets))
            raise InvalidValueError.of("targets", told, expected="one for each KPI")
        business = [target for target in self.targets if target.business]
        if business and self.within is None:
            raise InvalidValueError.of(
                "targets", str(business[0]), expected="counted by a calendar", hint="give the business hours"
            )

    def options_of(self, kpi: str) -> Mapping[str, Any]:
        """What the preset chooses among the options of ``kpi``; empty where that is what we do."""
        return _chosen(self.preset, kpi) if self.preset else FrozenDict()

    @property
    def satisfaction(self) -> str:
        """The KPI of the ratings: ``csat``, unless the preset's vendor shows ``csat_mean`` or ``csat_balance``."""
        return _satisfaction(self.preset) if self.preset else "csat"

    @property
    def period(self) -> str:
        """The period among the dimensions; empty when there is none."""
        return next((name for name in self.by if name in PERIODS), "")

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its periods."""
        return ZoneInfo(self.tz)


@lru_cache(maxsize=64)
def _chosen(vendor: str, kpi: str) -> Mapping[str, Any]:
    return preset(vendor, kpi)


@lru_cache(maxsize=64)
def _satisfaction(vendor: str) -> str:
    return next((each.csat for each in vendors() if each.id == vendor), None) or "csat"
