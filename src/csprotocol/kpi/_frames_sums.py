"""The sums that one KPI needs from each group: a verdict on each row first, then elementary sums of what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from csprotocol.kpi._frames_asks import Ask
from csprotocol.kpi._frames_engine import narwhals
from csprotocol.kpi._frames_finish import Sums
from csprotocol.kpi._frames_plan import Kind, Plan, Reason, chosen_first
from csprotocol.kpi._frames_spec import MissingDetail

__all__ = ["KEPT", "UNSORTED", "KpiColumns", "Outcome"]

UNSORTED: Final = "any-reason"
"""The key under which missing tickets are counted where nobody asked for reasons."""
KEPT: Final = "kept"
"""The column with the number of rows of a group."""


class Outcome(NamedTuple):
    """What becomes of rows that do not count: the column with their number, and the verdicts that lead there."""

    column: str
    kind: Kind
    code: str
    verdicts: tuple[int, ...]


class KpiColumns(NamedTuple):
    """The columns of one KPI, told apart from those of the others by their number."""

    number: int
    plan: Plan
    reasons: Sequence[tuple[Kind, str]]
    outcomes: Sequence[Outcome]

    @classmethod
    def of(cls, number: int, plan: Plan, detail: MissingDetail) -> KpiColumns:
        """Reasons of one kind and code are one reason, however many conditions lead to it."""
        reasons = tuple(dict.fromkeys((reason.kind, reason.code) for reason in plan.reasons))
        outcomes: dict[str, Outcome] = {}
        for verdict, (kind, code) in enumerate(reasons, start=1):
            together = kind is Kind.SILENT or (kind is Kind.MISSING and detail is MissingDetail.TOTAL)
            column = f"{kind}_{number}" if together else f"reason_{number}_{verdict}"
            before = outcomes.get(column)
            told = UNSORTED if together else code
            outcomes[column] = Outcome(column, kind, told, (*(before.verdicts if before else ()), verdict))
        # What nobody is told of comes last: of the last one the number follows from the others.
        ordered = sorted(outcomes.values(), key=lambda outcome: outcome.kind is Kind.SILENT)
        return cls(number, plan, reasons, ordered)

    @property
    def n(self) -> str:
        """The column with the number of rows that count."""
        return f"n_{self.number}"

    @property
    def quantile(self) -> str:
        """The column with the quantiles, one list a group."""
        return f"quantile_{self.number}"

    def value(self, name: str) -> str:
        """The column of one of the plan's sums or counts."""
        return f"sum_{self.number}_{name}"

    @property
    def first(self) -> str:
        """The column of which quantiles are asked."""
        return self.value(next(iter(self.plan.sums)))

    def number_of(self, reason: Reason) -> int:
        """The verdict that ``reason`` leads to."""
        return self.reasons.index((reason.kind, reason.code)) + 1

    def verdict(self) -> Any:
        """The number of the first reason that holds, 0 where none does."""
        nw = narwhals()
        cases = [(reason.holds, nw.lit(self.number_of(reason), dtype=nw.Int8)) for reason in self.plan.reasons]
        return chosen_first(cases, nw.lit(0, dtype=nw.Int8)).alias(self._verdict)

    def numbers(self) -> list[Any]:
        """What is added up or counted, from the verdict: nothing in the rows that do not take part."""
        nw = narwhals()
        verdict = nw.col(self._verdict)
        counts, one = verdict == 0, nw.lit(1, dtype=nw.Int8)
        made = [nw.when(counts).then(value).alias(self.value(name)) for name, value in self.plan.sums.items()]
        made += [nw.when(counts & met).then(one).alias(self.value(name)) for name, met in self.plan.counts.items()]
        if not self.plan.sums:
            made.append(nw.when(counts).then(one).alias(self.n))
        for outcome in self.outcomes[:-1]:
            few = outcome.verdicts
            told = verdict == few[0] if len(few) == 1 else verdict.is_in(few)
            made.append(nw.when(told).then(one).alias(outcome.column))
        return made

    def asks(self, levels: Sequence[float]) -> list[Ask]:
        """What each group is asked for."""
        found = [Ask("count", self.first if self.plan.sums else self.n, self.n)]
        found += [Ask("sum", self.value(name), self.value(name)) for name in self.plan.sums]
        found += [Ask("count", self.value(name), self.value(name)) for name in self.plan.counts]
        found += [Ask("count", outcome.column, outcome.column) for outcome in self.outcomes[:-1]]
        if self.plan.has_quantiles and levels:
            found.append(Ask("quantiles", self.first, self.quantile))
        return found

    def sums(self, row: Mapping[str, Any], levels: Sequence[float], refused: Mapping[str, int]) -> Sums:
        """What a group answered; ``refused`` are rows that no KPI saw."""
        n = int(row.get(self.n) or 0)
        counts: dict[Kind, dict[str, int]] = {kind: {} for kind in Kind}
        left = int(row.get(KEPT) or 0) - n
        for outcome in self.outcomes:
            count = left if outcome is self.outcomes[-1] else int(row.get(outcome.column) or 0)
            left -= count
            if count:
                counts[outcome.kind][outcome.code] = count
        return Sums(
            n=n,
            of={name: float(row.get(self.value(name)) or 0) for name in (*self.plan.sums, *self.plan.counts)},
            missing=dict(sorted(counts[Kind.MISSING].items())),
            rejected=dict(sorted({**counts[Kind.REJECTED], **refused}.items())),
            quantiles=row.get(self.quantile) or ([None] * len(levels) if self.plan.has_quantiles else ()),
        )

    @property
    def _verdict(self) -> str:
        return f"verdict_{self.number}"
