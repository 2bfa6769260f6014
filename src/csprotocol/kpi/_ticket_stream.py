"""A KPI of tickets that come one by one, or in parts from many machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Protocol, Self

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._accumulator import Accumulator, field_of
from csprotocol.kpi._backlog import unreplied
from csprotocol.kpi._definitions import Definition, definition
from csprotocol.kpi._duration_stream import DurationStream
from csprotocol.kpi._fcr import fcr
from csprotocol.kpi._first_reply import first_reply
from csprotocol.kpi._interval import CONFIDENCE, Interval
from csprotocol.kpi._open_time import Within
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._reopen import reopen_rate
from csprotocol.kpi._resolution import resolution
from csprotocol.kpi._running_counts import RateCount
from csprotocol.kpi._sla import sla_attainment_of
from csprotocol.kpi._summary import DurationSummary
from csprotocol.kpi._survey import csat, survey_answers
from csprotocol.kpi._view import View, chosen_row
from csprotocol.model import FrozenDict, TicketFacts

__all__ = ["TicketDurations", "TicketRate"]


class TicketRate(Accumulator):
    """One of the rates ``fcr``, ``reopen_rate``, ``unreplied``, ``sla_attainment`` and ``csat`` over a stream.

    Options are those of the KPI. The result is what the KPI says of all the tickets at once, with one difference:
    nothing is remembered of a ticket, so that one that comes twice counts twice. A rating that no scale has is
    counted as rejected.

    >>> from csprotocol.model import StatusCategory
    >>> solved = [
    ...     TicketFacts(ticket_id=str(i), status=StatusCategory.RESOLVED, agent_replies=i, reopens=0) for i in range(4)
    ... ]
    >>> monday, tuesday = TicketRate("fcr", variant="less_than_two"), TicketRate("fcr", variant="less_than_two")
    >>> for ticket in solved[:3]:
    ...     monday.update(ticket)
    >>> tuesday.update(solved[3])
    >>> print((monday + tuesday).ratio)
    2/4 (50.0%)

    Raises:
        InvalidValueError: another KPI, an option that it does not have or that cannot be written down.
    """

    __slots__ = ("count", "kpi", "options")
    kind: ClassVar[str] = "ticket_rate"

    def __init__(self, kpi: str, **options: Any) -> None:
        self.kpi = _known(kpi, _RATES)
        self.options = _plain(self.kpi, options)
        self.count = RateCount()
        _tried(self.kpi, lambda: self._of([]))

    def update(self, ticket: TicketFacts) -> None:
        """Counts one more ticket."""
        found = self._of([ticket])
        self.count.pool(found.ratio, missing=found.missing, rejected=found.rejected)

    @property
    def definition(self) -> Definition:
        """What the rate means."""
        return definition(self.kpi)

    @property
    def ratio(self) -> Ratio:
        """The rate so far."""
        return self.count.ratio

    @property
    def value(self) -> float | None:
        """The rate as a float; ``None`` when nothing was counted."""
        return self.count.value

    @property
    def n(self) -> int:
        """How many tickets it rests on."""
        return self.count.n

    @property
    def missing(self) -> Mapping[str, int]:
        """How many tickets gave no answer, by reason."""
        return self.count.missing

    @property
    def rejected(self) -> Mapping[str, int]:
        """How many could not be, by code."""
        return self.count.rejected

    def interval(self, *, confidence: float = CONFIDENCE) -> Interval[float] | None:
        """Between which shares the true one lies, by Wilson; ``None`` when nothing was counted."""
        return self.count.interval(confidence=confidence)

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        _require_alike(self.kpi, self._chosen, other.kpi, other._chosen)
        made = type(self)(self.kpi, **self.options)
        made.count = self.count + other.count
        return made

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "kpi": self.kpi, "options": dict(self.options), "count": self.count.to_dict()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        made = cls(field_of(document, cls.kind, "kpi"), **_options(field_of(document, cls.kind, "options")))
        made.count = RateCount.from_dict(field_of(document, cls.kind, "count"))
        return made

    @property
    def _chosen(self) -> Mapping[str, str]:
        """All options, with those that nobody gave."""
        return self._of([]).options

    def _of(self, facts: Iterable[TicketFacts]) -> _Rate:
        return _RATES[self.kpi](facts, **self.options)

    def _view(self) -> View:
        rows = (*self.count._view().rows, *chosen_row(self.options))
        return View(self.definition.name, str(self.ratio), rows, about=self.definition._view().rows)


class TicketDurations(Accumulator):
    """``first_reply`` or ``resolution`` over a stream of tickets: the mean exact, quantiles to 1 %.

    Options are those of the KPI. ``within`` is not written down: give it again to ``from_dict``. A ticket that comes
    twice counts twice.

    >>> from datetime import datetime, timedelta, timezone
    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=timezone.utc)
    >>> replies = TicketDurations("first_reply")
    >>> for hour in (11, 12, 15):
    ...     replies.update(TicketFacts(ticket_id=str(hour), created_at=at(10), first_reply_at=at(hour)))
    >>> str(replies.durations.mean), replies.n
    ('2:40:00', 3)

    Raises:
        InvalidValueError: another KPI, an option that it does not have or that cannot be written down.
    """

    __slots__ = ("durations", "kpi", "options", "within")
    kind: ClassVar[str] = "ticket_durations"

    def __init__(self, kpi: str, *, within: Within = None, **options: Any) -> None:
        self.kpi = _known(kpi, _DURATIONS)
        self.options = _plain(self.kpi, options)
        self.within = within
        self.durations = DurationStream()
        _tried(self.kpi, lambda: self._of([]))

    def update(self, ticket: TicketFacts) -> None:
        """Takes one more ticket."""
        found = self._of([ticket])
        for took in found.values:
            self.durations.update(took)
        self.durations.leave_out(missing=found.missing, rejected=found.rejected)

    @property
    def definition(self) -> Definition:
        """What the duration means."""
        return definition(self.kpi)

    @property
    def n(self) -> int:
        """How many tickets it rests on."""
        return self.durations.n

    @property
    def missing(self) -> Mapping[str, int]:
        """How many tickets gave no duration, by reason."""
        return self.durations.missing

    @property
    def rejected(self) -> Mapping[str, int]:
        """How many could not be, by code."""
        return self.durations.rejected

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TicketDurations):
            return NotImplemented
        return self.within == other.within and super().__eq__(other)

    __hash__ = None

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        _require_alike(self.kpi, self._chosen, other.kpi, other._chosen)
        if self.within != other.within:
            raise InvalidValueError.of("accumulator", "another calendar", expected="the same, to be added")
        made = type(self)(self.kpi, within=self.within, **self.options)
        made.durations = self.durations + other.durations
        return made

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "kpi": self.kpi,
            "options": dict(self.options),
            **self._clock,
            "durations": self.durations.to_dict(),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, within: Within = None) -> Self:
        """The accumulator that ``to_dict`` wrote; one that counted open time needs its calendar again.

        Raises:
            InvalidValueError: another kind, a field that cannot be, a calendar too many or too few.
        """
        options = _options(field_of(document, cls.kind, "options"))
        made = cls(field_of(document, cls.kind, "kpi"), within=within, **options)
        clock = field_of(document, cls.kind, "within")
        if clock != made._clock["within"]:
            raise InvalidValueError.of(
                "within", made._clock["within"], expected=str(clock), hint="give within=calendar"
            )
        made.durations = DurationStream.from_dict(field_of(document, cls.kind, "durations"))
        return made

    @property
    def _clock(self) -> dict[str, str]:
        return {"within": "elapsed time" if self.within is None else "a calendar"}

    @property
    def _chosen(self) -> Mapping[str, str]:
        """All options, with those that nobody gave."""
        return self._of([]).options

    def _of(self, facts: Iterable[TicketFacts]) -> DurationSummary:
        return _DURATIONS[self.kpi](facts, within=self.within, **self.options)

    def _view(self) -> View:
        found = self.durations._view()
        rows = (*found.rows, *chosen_row(self.options | self._clock))
        return View(self.definition.name, found.headline, rows, about=self.definition._view().rows)


class _Rate(Protocol):
    @property
    def options(self) -> Mapping[str, str]: ...
    @property
    def ratio(self) -> Ratio: ...
    @property
    def missing(self) -> Mapping[str, int]: ...
    @property
    def rejected(self) -> Mapping[str, int]: ...


def _csat(facts: Iterable[TicketFacts], **options: Any) -> _Rate:
    population = {name: options.pop(name) for name in ("merged", "spam") if name in options}
    return csat(survey_answers(facts, "csat", **population), out_of_scale="reject", **options)


_RATES: Mapping[str, Callable[..., _Rate]] = {
    "csat": _csat,
    "fcr": fcr,
    "reopen_rate": reopen_rate,
    "sla_attainment": sla_attainment_of,
    "unreplied": unreplied,
}
_DURATIONS: Mapping[str, Callable[..., DurationSummary]] = {"first_reply": first_reply, "resolution": resolution}


def _known(kpi: str, known: Mapping[str, object]) -> str:
    given: object = kpi
    found = definition(kpi).id if isinstance(given, str) else str(given)
    if found not in known:
        raise InvalidValueError.unknown("kpi", kpi, known)
    return found


def _plain(kpi: str, options: Mapping[str, Any]) -> FrozenDict[str, Any]:
    """Options as JSON knows them: by their names."""
    plain: dict[str, Any] = {}
    for name, value in sorted(options.items()):
        if isinstance(value, str):
            plain[name] = str(value)
        elif isinstance(value, list | tuple) and all(isinstance(each, str | int) for each in value):
            plain[name] = [str(each) if isinstance(each, str) else each for each in value]
        elif isinstance(value, int | float) or value is None:
            plain[name] = value
        else:
            raise InvalidValueError.of(f"{kpi}.{name}", type(value).__name__, expected="a name, a number, or a few")
    return FrozenDict(plain)


def _tried(kpi: str, of_nothing: Callable[[], object]) -> None:
    """A wrong option is told where it is given, not at the first ticket."""
    try:
        of_nothing()
    except TypeError as error:
        raise InvalidValueError.of("options", str(error), expected=f"those of {kpi}") from None


def _options(options: object) -> dict[str, Any]:
    if not isinstance(options, Mapping) or not all(isinstance(name, str) for name in options) or _TAKEN & {*options}:
        raise InvalidValueError.of("options", options, expected="options of the KPI by name")
    return dict(options)


_TAKEN = frozenset({"kpi", "within", "self"})


def _require_alike(kpi: str, options: Mapping[str, Any], other: str, others: Mapping[str, Any]) -> None:
    if (kpi, options) != (other, others):
        raise InvalidValueError.of(
            "accumulator", f"{other} {dict(others)}", expected=f"of {kpi} {dict(options)}, to be added"
        )
