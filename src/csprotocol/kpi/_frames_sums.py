"""The sums that one KPI needs from each group: columns of flags and numbers first, then elementary sums of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from csprotocol.kpi._frames_engine import narwhals
from csprotocol.kpi._frames_finish import Sums
from csprotocol.kpi._frames_plan import Kind, Plan, Reason, chosen_first, flag
from csprotocol.kpi._frames_quantiles import exact_sums
from csprotocol.kpi._frames_spec import MissingDetail

__all__ = ["UNSORTED", "KpiColumns"]

UNSORTED: Final = "any-reason"
"""The key under which missing tickets are counted where nobody asked for reasons."""


class KpiColumns(NamedTuple):
    """The columns of one KPI, told apart from those of the others by their number."""

    number: int
    plan: Plan
    reasons: Sequence[tuple[Kind, str]]
    detail: MissingDetail

    @classmethod
    def of(cls, number: int, plan: Plan, detail: MissingDetail) -> KpiColumns:
        """Reasons of one kind and code are one reason, however many conditions lead to it."""
        distinct = dict.fromkeys((reason.kind, reason.code) for reason in plan.reasons)
        return cls(number, plan, tuple(distinct), detail)

    @property
    def first(self) -> str:
        """The column whose values are counted."""
        return self._value(next(iter(self.plan.sums)))

    def verdict(self) -> Any:
        """The number of the first reason that holds, 0 where none does."""
        nw = narwhals()
        cases = [(reason.holds, nw.lit(self._number(reason))) for reason in self.plan.reasons]
        return chosen_first(cases, nw.lit(0.0)).alias(self._verdict)

    def numbers(self) -> list[Any]:
        """What is added up, from the verdict: numbers of rows that count, and a flag for each reason of the others."""
        nw = narwhals()
        verdict = nw.col(self._verdict)
        counts = [nw.when(verdict == 0).then(value).alias(self._value(name)) for name, value in self.plan.sums.items()]
        return counts + [flag(holds).alias(column) for column, _, _, holds in self._flags(verdict)]

    def aggregates(self, kind: str, levels: Sequence[float]) -> list[Any]:
        """What each group is asked for, in an engine of this ``kind``."""
        nw = narwhals()
        sums = [nw.col(self._value(name)).sum().alias(self._value(name)) for name in self.plan.sums]
        flags = [nw.col(column).sum().alias(column) for column, *_ in self._flags(None)]
        quantiles = exact_sums(kind, self.first, levels, self._quantile) if self.plan.has_quantiles else []
        return [nw.col(self.first).count().alias(f"n_{self.number}"), *sums, *flags, *quantiles]

    def sums(self, row: Mapping[str, Any], levels: Sequence[float], refused: Mapping[str, int]) -> Sums:
        """What a group answered; ``refused`` are rows that no KPI saw."""
        counts: dict[Kind, dict[str, int]] = {kind: {} for kind in Kind}
        for column, kind, code, _ in self._flags(None):
            if count := round(row.get(column) or 0):
                counts[kind][code] = count
        has_quantiles = self.plan.has_quantiles and bool(levels)
        return Sums(
            n=int(row.get(f"n_{self.number}") or 0),
            of={name: float(row.get(self._value(name)) or 0) for name in self.plan.sums},
            missing=dict(sorted(counts[Kind.MISSING].items())),
            rejected=dict(sorted({**counts[Kind.REJECTED], **refused}.items())),
            quantiles=[row.get(f"{self._quantile}_{at}") for at in range(len(levels))] if has_quantiles else (),
        )

    def _flags(self, verdict: Any) -> list[tuple[str, Kind, str, Any]]:
        """The columns of flags: their name, what they count, and when they are up."""
        numbered = list(enumerate(self.reasons, start=1))
        found = []
        if self.detail is MissingDetail.TOTAL and (absent := [n for n, (kind, _) in numbered if kind is Kind.MISSING]):
            told = None if verdict is None else verdict.is_in([float(n) for n in absent])
            found.append((f"missing_{self.number}", Kind.MISSING, UNSORTED, told))
        for n, (kind, code) in numbered:
            if kind is Kind.REJECTED or (kind is Kind.MISSING and self.detail is MissingDetail.BY_REASON):
                told = None if verdict is None else verdict == float(n)
                found.append((f"reason_{self.number}_{n}", kind, code, told))
        return found

    def _number(self, reason: Reason) -> float:
        return float(self.reasons.index((reason.kind, reason.code)) + 1)

    def _value(self, name: str) -> str:
        return f"sum_{self.number}_{name}"

    @property
    def _verdict(self) -> str:
        return f"verdict_{self.number}"

    @property
    def _quantile(self) -> str:
        return f"quantile_{self.number}"
