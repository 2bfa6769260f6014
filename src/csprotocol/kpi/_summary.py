"""What a KPI over many tickets answers: the number, the definition behind it, and all that was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Self

from csprotocol.errors import NegativeDurationError
from csprotocol.kpi._definitions import Definition
from csprotocol.kpi._interval import CONFIDENCE, Interval, rate_interval, rate_rows
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._open_time import Within
from csprotocol.kpi._order_statistics import QuantileInterval, quantile_of
from csprotocol.kpi._percentile import PercentileMethod, percentile
from csprotocol.kpi._population import MissingReason, Tally, told
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._sample import Sample
from csprotocol.kpi._view import View, chosen_row, counted_rows, interval_text, short
from csprotocol.model import FrozenDict, Rejection

__all__ = ["DurationSummary", "Measured", "RateSummary", "explained"]

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Measured(Viewed):
    """What one ticket says: a duration, or why there is none (``missing``), or why it cannot be (``rejection``).

    >>> Measured(missing=MissingReason.NO_REPLY).strict() is None
    True
    """

    value: timedelta | None = None
    missing: MissingReason | None = None
    rejection: Rejection | None = None
    error: NegativeDurationError | None = field(default=None, compare=False, repr=False)

    @classmethod
    def reversed(cls, ticket_id: str | None, measure: str, start: datetime, end: datetime) -> Self:
        """A duration that would be negative: never clipped, never counted."""
        error = NegativeDurationError.between(measure, start, end)
        return cls(rejection=Rejection(error.code, str(error), ticket_id=ticket_id), error=error)

    def strict(self) -> timedelta | None:
        """The duration, or ``None`` when there is none yet.

        >>> Measured(timedelta(hours=1)).strict()
        datetime.timedelta(seconds=3600)

        Raises:
            NegativeDurationError: it ended before it began.
        """
        if self.error is not None:
            raise self.error
        return self.value

    def _view(self) -> View:
        told = short(self.value) if self.value is not None else str(self.missing or self.rejection or "no value")
        return View("Measured", told)


@dataclass(frozen=True, slots=True)
class DurationSummary(Viewed):
    """Durations of many tickets. Every statistic is ``None`` when ``n`` is 0.

    ``missing`` and ``rejected`` count, by reason, what gave no number and what cannot be; ``rejections`` tell
    which tickets. ``within`` is the calendar that was given.

    >>> from csprotocol.kpi import asa
    >>> waits = asa([timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=60)])
    >>> waits.mean, waits.median, waits.p90
    (datetime.timedelta(seconds=30), datetime.timedelta(seconds=20), datetime.timedelta(seconds=52))
    >>> print(waits)
    Average speed of answer: mean 0:00:30, median 0:00:20, p90 0:00:52; n 3
    """

    definition: Definition
    options: Mapping[str, str]
    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    rejections: tuple[Rejection, ...]
    values: tuple[timedelta, ...]
    within: Within = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        definition: Definition,
        options: Mapping[str, object],
        tally: Tally,
        measured: Iterable[Measured],
        within: Within = None,
    ) -> Self:
        """The summary of what was ``measured`` and of what the ``tally`` left out meanwhile."""
        values = tuple(_values(tally, measured))
        return cls(
            definition=definition,
            options=_written(options),
            n=len(values),
            missing=FrozenDict(sorted(tally.missing.items())),
            rejected=FrozenDict(sorted(tally.rejected.items())),
            rejections=tuple(tally.rejections),
            values=values,
            within=within,
        )

    @property
    def mean(self) -> timedelta | None:
        """The arithmetic mean, exact to the microsecond (half to even)."""
        if not self.n:
            return None
        # Whole numbers have no largest one; a few hundred tickets "solved" in 9999 add up to more than a timedelta.
        total = sum(value // _MICROSECOND for value in self.values)
        return timedelta(microseconds=round(Fraction(total, self.n)))

    @property
    def median(self) -> timedelta | None:
        """The middle duration, or the mean of the middle two."""
        return self.quantile(0.5)

    @property
    def p90(self) -> timedelta | None:
        """The duration that nine of ten do not exceed, interpolated."""
        return self.quantile(0.9)

    def quantile(self, q: float, *, method: PercentileMethod | str = PercentileMethod.LINEAR) -> timedelta | None:
        """The duration below which the share ``q`` (0..1) lies, to the microsecond; see :func:`percentile`."""
        found = percentile((value / _MICROSECOND for value in self.values), q, method=method)
        return None if found is None else timedelta(microseconds=found)

    def interval(self, q: float = 0.5, *, confidence: float = CONFIDENCE) -> QuantileInterval[timedelta]:
        """The median, or the ``q`` quantile (between 0 and 1), and between which durations the true one lies.

        >>> from csprotocol.kpi import asa
        >>> waits = asa(timedelta(seconds=10 * each) for each in range(1, 21))
        >>> found = waits.interval()
        >>> str(found.value), str(found.interval.low), str(found.interval.high)
        ('0:01:45', '0:01:00', '0:02:30')
        """
        sample = Sample.of(self.values)
        return quantile_of(sample, q, confidence=confidence, missing=self.missing, rejected=self.rejected)

    def __str__(self) -> str:
        shown = f"mean {self.mean}, median {self.median}, p90 {self.p90}" if self.n else "no value"
        return f"{self.definition.name}: {shown}; {told(self.n, self.missing, self.rejected)}"

    def explain(self) -> str:
        """The number, what it rests on, the options chosen and the definition."""
        return explained(str(self), self.options, self.rejections, self.definition)

    def _view(self) -> View:
        around = self.interval().interval
        rows = [("mean", short(self.mean)), ("median", short(self.median)), ("p90", short(self.p90))] if self.n else []
        if around is not None:
            rows.insert(2, ("", interval_text(around.low, around.high, around.confidence, around.method)))
        return View(
            self.definition.name,
            f"median {short(self.median)}" if self.n else "no value",
            (
                *rows,
                *counted_rows(self.n, self.missing, self.rejected, self.rejections),
                *chosen_row(self.options),
            ),
            about=self.definition._view().rows,
        )


@dataclass(frozen=True, slots=True)
class RateSummary(Viewed):
    """A share of tickets or contacts. ``value`` is ``None`` when ``n``, the denominator, is 0.

    >>> from csprotocol.kpi import unreplied
    >>> from csprotocol.model import TicketFacts
    >>> silent = unreplied([TicketFacts(ticket_id="1", agent_replies=0), TicketFacts(ticket_id="2")])
    >>> silent.ratio, silent.n, silent.missing
    (Ratio(numerator=1, denominator=1), 1, {'no-reply-count': 1})
    >>> print(silent)
    Unreplied tickets: 1/1 (100.0%); n 1; missing 1 (no-reply-count 1)
    """

    definition: Definition
    options: Mapping[str, str]
    ratio: Ratio
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    rejections: tuple[Rejection, ...]

    @classmethod
    def of(cls, definition: Definition, options: Mapping[str, object], tally: Tally, ratio: Ratio) -> Self:
        """The summary of ``ratio`` and of what the ``tally`` left out."""
        return cls(
            definition=definition,
            options=_written(options),
            ratio=ratio,
            missing=FrozenDict(sorted(tally.missing.items())),
            rejected=FrozenDict(sorted(tally.rejected.items())),
            rejections=tuple(tally.rejections),
        )

    @property
    def value(self) -> float | None:
        """The share as a float, 0..1 (more where events are counted)."""
        return self.ratio.value

    @property
    def n(self) -> int:
        """How many the share rests on."""
        return int(self.ratio.denominator)

    def interval(self, *, confidence: float = CONFIDENCE) -> Interval[float] | None:
        """Between which shares the true one lies, by Wilson; ``None`` when ``n`` is 0.

        >>> from csprotocol.kpi import unreplied
        >>> from csprotocol.model import TicketFacts
        >>> print(unreplied([TicketFacts(ticket_id=str(i), agent_replies=i) for i in range(20)]).interval())
        0.0089 to 0.2361 (95%, wilson, n 20)

        Raises:
            InvalidValueError: more events than tickets, as a rate of events may have.
        """
        return rate_interval(self.ratio, confidence=confidence)

    def __str__(self) -> str:
        return f"{self.definition.name}: {self.ratio}; {told(self.n, self.missing, self.rejected)}"

    def explain(self) -> str:
        """The number, what it rests on, the options chosen and the definition."""
        return explained(str(self), self.options, self.rejections, self.definition)

    def _view(self) -> View:
        return View(
            self.definition.name,
            str(self.ratio),
            (
                *rate_rows(self.ratio),
                *counted_rows(self.n, self.missing, self.rejected, self.rejections),
                *chosen_row(self.options),
            ),
            about=self.definition._view().rows,
        )


def _values(tally: Tally, measured: Iterable[Measured]) -> Iterator[timedelta]:
    for each in measured:
        if each.value is not None:
            yield each.value
        if each.missing is not None:
            tally.miss(each.missing)
        if each.rejection is not None:
            tally.rejections.append(each.rejection)


def _written(options: Mapping[str, object]) -> FrozenDict[str, str]:
    return FrozenDict({name: str(value) for name, value in options.items()})


def explained(
    headline: str, options: Mapping[str, str], rejections: tuple[Rejection, ...], definition: Definition | None
) -> str:
    """A number and all that it rests on, line by line."""
    lines = [headline]
    if options:
        lines.append("  chosen: " + ", ".join(f"{name} {value}" for name, value in options.items()))
    lines += [f"  rejected: {rejection}" for rejection in rejections]
    return "\n".join([*lines, *([definition.explain()] if definition else [])])
