"""What one KPI does to each row: the first reason that leaves the row out, else the numbers that are added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from csprotocol.kpi._frames_cells import Cells
from csprotocol.kpi._frames_engine import narwhals
from csprotocol.kpi._frames_facts import Facts
from csprotocol.kpi._population import MissingReason

__all__ = ["Kind", "Plan", "Reason", "Stretch", "chosen_first", "first_known", "flag", "missing", "outside", "rejected"]


class Kind(StrEnum):
    """Where a row goes that gives no number: counted as missing, as rejected, or not spoken of."""

    MISSING = "missing"
    REJECTED = "rejected"
    SILENT = "silent"


class Reason(NamedTuple):
    """Why a row gives no number, and the condition under which that is so.

    Conditions are written so that they are never true by mistake where a fact is missing: engines agree on what
    ``null == 1`` leads to (no branch is taken), not on its opposite. Only ``is_null`` may be negated; ``&`` and ``|``
    are safe, since neither turns "no" into "yes".
    """

    kind: Kind
    code: str
    holds: Any


class Plan(NamedTuple):
    """Over the rows that no reason leaves out ``sums`` are added up, and rows counted of which ``counts`` hold.

    Quantiles, if any, are those of the first sum.
    """

    reasons: Sequence[Reason]
    sums: Mapping[str, Any]
    counts: Mapping[str, Any]
    has_quantiles: bool = False


class Stretch(NamedTuple):
    """A duration before it is measured: from ``begun`` to ``ended``, for rows that none of ``reasons`` leaves out."""

    reasons: Sequence[Reason]
    begun: Any
    ended: Any
    # Names of the columns, where the instants are facts as they stand: their open time is counted once for all KPIs.
    begun_fact: str | None = None
    ended_fact: str | None = None


def missing(reason: MissingReason, holds: Any) -> Reason:
    """Counted under ``reason``."""
    return Reason(Kind.MISSING, str(reason), holds)


def rejected(code: str, holds: Any) -> Reason:
    """Something that cannot be."""
    return Reason(Kind.REJECTED, code, holds)


def outside(facts: Facts, *, merged: bool, spam: bool, told: bool = True) -> list[Reason]:
    """Tickets that take no part; ``told`` says whether anybody counts them."""
    kind = Kind.MISSING if told else Kind.SILENT
    reasons = []
    if merged and "merged_into" in facts.has:
        reasons.append(Reason(kind, str(MissingReason.MERGED), facts("merged_into") == 1))
    if spam and "spam" in facts.has:
        reasons.append(Reason(kind, str(MissingReason.SPAM), facts("spam") == 1))
    return reasons


def flag(holds: Any) -> Any:
    """1.0 where it holds, 0.0 elsewhere."""
    if isinstance(holds, Cells):
        return holds.flag()
    nw = narwhals()
    return nw.when(holds).then(nw.lit(1.0)).otherwise(nw.lit(0.0))


def chosen_first(cases: Sequence[tuple[Any, Any]], otherwise: Any) -> Any:
    """The value of the first case that holds."""
    if not cases:
        return otherwise
    if isinstance(cases[0][0], Cells):
        return Cells.chosen_first(cases, otherwise)
    nw = narwhals()
    (holds, value), *others = cases
    chain = nw.when(holds).then(value)
    for condition, result in others:
        chain = chain.when(condition).then(result)
    return chain.otherwise(otherwise)


def first_known(*values: Any) -> Any:
    """The first of the values that is not missing."""
    if isinstance(values[0], Cells):
        return Cells.chosen_first([(~each.is_null(), each) for each in values[:-1]], values[-1])
    return narwhals().coalesce(*values) if len(values) > 1 else values[0]
