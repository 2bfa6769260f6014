"""Exceptions that come back by a rule: the last Friday of each month until 14:00."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from csprotocol import _parse
from csprotocol.calendar._rrule import read_rule
from csprotocol.calendar._rrule_days import dates_in
from csprotocol.calendar._wall import Hours, frozen_hours
from csprotocol.errors import InvalidScheduleError

__all__ = ["RecurringException"]


@dataclass(frozen=True, slots=True)
class RecurringException:
    """Hours (none: closed) on the dates of an RFC 5545 recurrence rule.

    ``from_`` (``from`` in a document) is the date at which the rule starts; it is needed where the days depend on
    it: ``INTERVAL`` above 1, ``COUNT``, or a rule that names no days. Of ``UNTIL`` only the date counts. Where two
    rules of a document fall on one date, the first of them wins.

    >>> rule = RecurringException("FREQ=MONTHLY;BYDAY=-1FR", (("09:00", "14:00"),), name="stocktaking")
    >>> sorted(rule.dates(2026))[:2]
    [datetime.date(2026, 1, 30), datetime.date(2026, 2, 27)]

    Raises:
        InvalidScheduleError: the text is no rule of days, holds a number out of range, or lacks its ``from``.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "alias_generator": lambda name: name.rstrip("_"),
    }

    rrule: str
    hours: tuple[Hours, ...] = ()
    name: str = ""
    from_: Annotated[date, _parse.ISO_DATE] | None = None

    def __post_init__(self) -> None:
        _check_kinds(self.rrule, self.name, self.from_)
        rule = read_rule(self.rrule)
        if self.from_ is None and rule.needs_start:
            raise InvalidScheduleError.at(
                "recurring.from",
                f"{self.rrule!r} depends on where it starts; give the date of its first occurrence",
            )
        object.__setattr__(self, "hours", frozen_hours(self.hours, "recurring.hours"))

    def dates(self, year: int) -> AbstractSet[date]:
        """The dates of ``year`` on which the rule falls."""
        return dates_in(self.rrule, self.from_, year)


def _check_kinds(rrule: object, name: object, start: object) -> None:
    for found, place in ((rrule, "rrule"), (name, "name")):
        if not isinstance(found, str):
            raise InvalidScheduleError.at(f"recurring.{place}", f"must be a text, got {found!r}")
    if start is not None and (not isinstance(start, date) or isinstance(start, datetime)):
        raise InvalidScheduleError.at("recurring.from", f"must be a date, got {start!r}")
