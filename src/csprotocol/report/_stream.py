"""A report on more tickets than the memory holds: each batch counted by itself, and the counts added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from csprotocol.adapters._parquet_batches import Batch, TicketBatches
from csprotocol.adapters._parquet_columns import MISSING, DayOffsets
from csprotocol.calendar import BusinessCalendar
from csprotocol.errors import BusinessTimeError, InvalidValueError
from csprotocol.kpi import PERIODS
from csprotocol.model import TicketFacts
from csprotocol.report._anomalies import AnomalyCount
from csprotocol.report._build import EXAMPLES, Found, Quality, Report, assembled, key_of_all, notices
from csprotocol.report._collect import Applicable, evidence, promised_kpis
from csprotocol.report._evidence import Evidence, Mean, Points, Share, added
from csprotocol.report._groups import Key, apart, no_such_dimension, order
from csprotocol.report._measure import measured
from csprotocol.report._reach import Reach
from csprotocol.report._spec import PROPERTIES, QUANTILES, ReportSpec
from csprotocol.report._stream_columns import anomalies_of, evidence_of, keys_of, knowledge_of

__all__ = ["build_streamed", "dimensions_of"]

Progress = Callable[[int, int], None]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400_000_000
_MOST_GROUPS: Final = 20_000


def dimensions_of(spec: ReportSpec) -> tuple[str, ...]:
    """The dimensions that are no periods: what a reader must keep beside the facts."""
    return tuple(name for name in spec.by if name not in PERIODS)


def build_streamed(
    tickets: TicketBatches,
    spec: ReportSpec,
    *,
    searching: Progress | None = None,
    counting: Progress | None = None,
) -> Report:
    """The report on the tickets of a large file, in memory that grows with the groups and not with the tickets.

    Counts and rates are those of :func:`build`; means agree to a billionth, quantiles are read from histograms. The
    file is read twice: first its ids, to find those that repeat.

    Raises:
        InvalidValueError: exact quantiles, a dimension that no ticket has, more than 20,000 groups.
        ExportError: the file is damaged, or, when strict, the first rejected row.
    """
    if spec.quantiles == QUANTILES[0]:
        raise InvalidValueError.of(
            "quantiles", spec.quantiles, expected="histogram", hint="exact ones need all durations in memory"
        )
    for name in dimensions_of(spec):
        if name not in PROPERTIES and name not in tickets.mapping.attributes:
            raise InvalidValueError.unknown("by", name, (*PERIODS, *PROPERTIES, *tickets.mapping.attributes))
    repeats = tickets.repeats(searching)
    sums = _Sums(spec)
    for batch in tickets.batches(repeats, days=sums.knows_days, one_by_one=sums.needs_tickets, progress=counting):
        sums.add_columns(batch)
        sums.add_tickets(batch.facts)
    read = tickets.tally.read(None)
    return sums.report(tickets.mapping.source, read.files, read.rejected_counts, read.rejected, read.warnings)


class _Sums:
    """All that is known of the batches so far."""

    def __init__(self, spec: ReportSpec) -> None:
        self.spec = spec
        # Promises of single tickets, calendars of single tickets: only the tickets know them.
        self.needs_tickets = bool(spec.promises) or not (
            spec.within is None or isinstance(spec.within, BusinessCalendar)
        )
        self._evidence: dict[Key, dict[tuple[str, str], Evidence]] = {}
        self._tickets: defaultdict[Key, int] = defaultdict(int)
        self._anomalies = AnomalyCount(spec.as_of)
        self._known_nps = self._known_sla = self._unsurveyed = self._beyond = 0
        self._every = Applicable(spec.csat_scale is not None, True, True, True, promised_kpis(spec))  # noqa: FBT003
        nothing = evidence((), spec, self._every, Reach(spec.within))
        self._nothing = {each.heading.key: each for each in nothing}
        self._offsets = DayOffsets(spec.zone)
        self._calendar = _KnownDays(spec.within) if isinstance(spec.within, BusinessCalendar) else None
        if spec.targets and self._calendar is not None:
            # What still runs is measured until now, which the calendar may not know.
            day = (spec.as_of.astimezone(UTC) - _EPOCH) // timedelta(days=1)
            self.needs_tickets |= not self._calendar.knows(day)

    def knows_days(self, micros: Any) -> Any:
        """Which instants lie on days on which the clocks of the report do not change, and that its calendar knows."""
        import numpy as np

        days = np.floor_divide(micros, _DAY)
        known = days >= 0
        if self.spec.period:
            known &= self._offsets.of_utc(np.where(known, days, 0)) != MISSING
        if self._calendar is not None:
            known &= self._calendar(np.where(known, days, 0))
        return known

    def add_columns(self, batch: Batch) -> None:
        """Takes the plain rows of a batch."""
        if not len(batch):
            return
        keys, numbers, sizes = keys_of(batch, self.spec, self._offsets)
        for key, size in zip(keys, sizes, strict=True):
            self._tickets[key] += size
        self._check_groups()
        for number, found in evidence_of(batch, numbers, len(keys), self.spec, self._nothing).items():
            self._add(keys[number], found)
        anomalies_of(batch, self.spec.as_of, self._anomalies)
        known = knowledge_of(batch)
        self._known_nps += known.nps
        self._known_sla += known.sla
        self._unsurveyed += known.unsurveyed

    def add_tickets(self, facts: Iterable[tuple[int, TicketFacts]]) -> None:
        """Takes the rows that were read by themselves."""
        tickets = []
        for line, ticket in facts:
            tickets.append(ticket)
            self._anomalies.add(line, ticket)
            self._known_nps += ticket.nps is not None
            self._known_sla += ticket.sla_met is not None
            self._unsurveyed += ticket.surveyed is None
        reach = Reach(self.spec.within)
        for key, group in apart(tickets, self.spec).items():
            self._tickets[key] += len(group)
            self._add(key, evidence(group, self.spec, self._every, reach))
        self._check_groups()
        self._beyond += len(reach.beyond)

    def _check_groups(self) -> None:
        if len(self._tickets) > _MOST_GROUPS:
            told = ",".join(self.spec.by)
            raise InvalidValueError.of("by", told, expected=f"dimensions of at most {_MOST_GROUPS:,} groups together")

    def _add(self, key: Key, found: Iterable[Evidence]) -> None:
        known = self._evidence.setdefault(key, {})
        for each in found:
            at = each.heading.key
            known[at] = added(known[at], each) if at in known else each

    def report(self, source: str, files: Any, counts: Mapping[str, int], rejected: Any, warnings: Any) -> Report:
        """The report on everything so far."""
        whole = dict(self._nothing)
        for known in self._evidence.values():
            for at, each in known.items():
                whole[at] = added(whole[at], each)
        total = sum(self._tickets.values())
        shown = self._applicable(whole)
        groups = [
            Found(key, self._tickets[key], self._measures(self._evidence[key], shown))
            for key in sorted(self._tickets, key=order)
        ]
        self._check_dimensions(total)
        odd = notices(self._tickets, self.spec, tickets=total, again=0, beyond=self._beyond)
        quality = Quality(
            files=files,
            rejected=counts,
            examples=rejected[:EXAMPLES],
            notices=(*warnings, *odd),
            anomalies=self._anomalies.found,
        )
        return assembled(
            source, self.spec, groups, Found(key_of_all(self.spec), total, self._measures(whole, shown)), quality
        )

    def _applicable(self, whole: Mapping[tuple[str, str], Evidence]) -> Mapping[tuple[str, str], bool]:
        """Which measures the export has anything to say about; see :func:`applicable`."""
        satisfaction = (self.spec.satisfaction, "")
        csat = whole.get(satisfaction)
        rated = isinstance(csat, Share | Points | Mean) and bool(csat.asked or sum(csat.rejected.values()))
        return {
            key: (key != satisfaction or rated)
            and (key != ("nps", "") or self._known_nps > 0)
            and (key != ("sla_attainment", "recorded") or self._known_sla > 0)
            for key in whole
        }

    def _measures(self, found: Mapping[tuple[str, str], Evidence], shown: Mapping[tuple[str, str], bool]) -> Any:
        made = []
        for key, is_shown in shown.items():
            each = found[key]
            if isinstance(each, Share | Points | Mean) and self._unsurveyed:
                # Nobody knows how many were asked.
                each = replace(each, asked=None)
            if is_shown:
                made.append(measured(each, self.spec))
        return tuple(made)

    def _check_dimensions(self, total: int) -> None:
        for i, name in enumerate(self.spec.by):
            own = name not in (*PERIODS, *PROPERTIES)
            if total and own and all(key[i] is None for key in self._tickets):
                raise no_such_dimension(name, ())


class _KnownDays:
    """Which days of UTC a calendar knows."""

    def __init__(self, calendar: BusinessCalendar) -> None:
        self._calendar = calendar
        self._known: dict[int, bool] = {}

    def __call__(self, days: Any) -> Any:
        import numpy as np

        distinct, codes = np.unique(days, return_inverse=True)
        return np.array([self.knows(day) for day in distinct.tolist()], dtype=bool)[codes]

    def knows(self, day: int) -> bool:
        """One day, counted from 1970."""
        if day not in self._known:
            start = _EPOCH + timedelta(days=day)
            try:
                for at in (start, start + timedelta(days=1)):
                    self._calendar.between(at, at)
            except BusinessTimeError:
                self._known[day] = False
            else:
                self._known[day] = True
        return self._known[day]
