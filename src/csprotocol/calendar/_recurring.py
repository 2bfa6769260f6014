"""Exceptions that come back by a rule: the last Friday of each month until 14:00."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar

from csprotocol.calendar._wall import Hours, day_hours
from csprotocol.errors import InvalidScheduleError, one_of

__all__ = ["RecurringException"]

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_KEYS = (
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYWEEKNO", "BYSETPOS",
    "BYEASTER", "WKST",
)  # fmt: skip
# What names the days of a rule by itself; without one of these they would depend on where the rule starts.
_NAMING = {
    "DAILY": (),
    "WEEKLY": ("BYDAY",),
    "MONTHLY": ("BYDAY", "BYMONTHDAY", "BYEASTER", "BYYEARDAY"),
    "YEARLY": ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYEASTER", "BYWEEKNO"),
}


@dataclass(frozen=True, slots=True)
class RecurringException:
    """Hours (none: closed) on the dates of an RFC 5545 recurrence rule.

    ``from_`` (``from`` in a document) is the date at which the rule starts; it is needed where the days depend on
    it: ``INTERVAL`` above 1, ``COUNT``, or a rule that names no days.

    >>> rule = RecurringException("FREQ=MONTHLY;BYDAY=-1FR", (("09:00", "14:00"),), name="stocktaking")
    >>> sorted(rule.dates(2026))[:2]
    [datetime.date(2026, 1, 30), datetime.date(2026, 2, 27)]

    Raises:
        InvalidScheduleError: the text is no rule of days, or lacks its ``from``.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "alias_generator": lambda name: name.rstrip("_"),
    }

    rrule: str
    hours: tuple[Hours, ...] = ()
    name: str = ""
    from_: date | None = None

    def __post_init__(self) -> None:
        parts = self._parts()
        if self.from_ is None and self._needs_start(parts):
            raise InvalidScheduleError.at(
                "recurring.from",
                f"{self.rrule!r} depends on where it starts; give the date of its first occurrence",
            )
        day_hours(self.hours, "recurring.hours")
        self.dates(2000 if self.from_ is None else self.from_.year)

    def dates(self, year: int) -> AbstractSet[date]:
        """The dates of ``year`` on which the rule falls."""
        from dateutil.rrule import rrulestr

        # dateutil works here on naive local dates only: its time zones are not to be trusted.
        first, last = datetime(year, 1, 1), datetime(year, 12, 31)  # noqa: DTZ001
        start = datetime.combine(self.from_, time()) if self.from_ else first
        try:
            rule = rrulestr(self._normalised(), dtstart=start)
            return {found.date() for found in rule.between(first, last, inc=True)}
        except (ValueError, KeyError, AttributeError, TypeError, IndexError) as failure:
            raise InvalidScheduleError.at("recurring.rrule", f"{self.rrule!r} is no rule: {failure}") from None

    def _parts(self) -> dict[str, str]:
        body = self.rrule.strip().upper().removeprefix("RRULE:")
        parts: dict[str, str] = {}
        for piece in filter(None, body.split(";")):
            key, equals, value = piece.partition("=")
            if key not in _KEYS or not equals or not value:
                known = one_of(_KEYS, found=key)
                raise InvalidScheduleError.at("recurring.rrule", f"{piece!r} is no part of a rule of days; {known}")
            parts[key] = value
        if parts.get("FREQ") not in _FREQUENCIES:
            known = one_of(_FREQUENCIES, found=parts.get("FREQ"))
            raise InvalidScheduleError.at("recurring.rrule", f"FREQ of {self.rrule!r} must name days; {known}")
        return parts

    @staticmethod
    def _needs_start(parts: dict[str, str]) -> bool:
        naming = _NAMING[parts["FREQ"]]
        names_days = not naming or any(key in parts for key in naming)
        if parts["FREQ"] == "YEARLY" and "BYWEEKNO" in parts and "BYDAY" not in parts:
            names_days = False
        return not names_days or parts.get("INTERVAL", "1") != "1" or "COUNT" in parts

    def _normalised(self) -> str:
        parts = self._parts()
        until = parts.get("UNTIL")
        if until and "T" in until:
            # The rule speaks of local dates; only the date of UNTIL has a meaning here.
            parts["UNTIL"] = until.partition("T")[0]
        return ";".join(f"{key}={value}" for key, value in parts.items())
