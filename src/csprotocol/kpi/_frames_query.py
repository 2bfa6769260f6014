"""From the numbers that an engine counted to the groups of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._frames_arrays import count as count_arrays
from csprotocol.kpi._frames_facts import STRANGE, strange_words
from csprotocol.kpi._frames_finish import Sums, summary_of
from csprotocol.kpi._frames_portable import count as count_anywhere
from csprotocol.kpi._frames_question import NO_ID, ROWS, Counted, Key, Question, Row
from csprotocol.kpi._frames_results import KpiGroup
from csprotocol.kpi._frames_scalar import SURVEYS
from csprotocol.kpi._frames_sums import KEPT
from csprotocol.model import FrozenDict, StatusCategory

__all__ = ["groups", "nothing"]

_DUPLICATE: Final = "duplicate-ticket"


def groups(question: Question, given: Any) -> tuple[KpiGroup, ...]:
    """The groups of the frame ``given``, in order."""
    question.check_columns(given.collect_schema())
    # What pandas holds are arrays, and numpy is several times quicker with them.
    counted = (count_arrays if question.engine.kind == "pandas" else count_anywhere)(question, given)
    if any(row.get("status") == STRANGE for row in counted.rows.values()):
        raise _strange(question, given)
    found = [_group(question, counted, key) for key in dict.fromkeys([*counted.refused, *counted.rows])]
    return tuple(sorted(found, key=lambda group: [_order(part) for part in group.key]))


def nothing(question: Question) -> KpiGroup:
    """A group without tickets: every KPI with its definition and its options."""
    none = Sums(0, _Zeros(), {}, {})
    kpis = {
        kpi.name: summary_of(kpi, question.empty[kpi.name], none, question.spec.levels) for kpi in question.spec.kpis
    }
    return KpiGroup((None,) * len(question.by), FrozenDict(kpis))


class _Zeros(dict[str, float]):
    """Sums over nothing."""

    def __missing__(self, name: str) -> float:
        return 0.0


def _group(question: Question, counted: Counted, key: Key) -> KpiGroup:
    row = counted.rows.get(key, {})
    put_aside = _put_aside(row, counted.refused.get(key, {}))
    kpis = {}
    for each, kpi in zip(counted.columns, question.spec.kpis, strict=True):
        sums = each.sums(row, question.levels, {} if kpi.kpi in SURVEYS else put_aside)
        sums = sums._replace(histogram=counted.histograms.get(each.number, {}).get(key))
        kpis[kpi.name] = summary_of(kpi, question.empty[kpi.name], sums, question.spec.levels)
    # Periods are numbers up to here.
    named = tuple(
        part if part is None or column not in counted.names else counted.names[column][round(part)]
        for column, part in zip(question.keys, key, strict=True)
    )
    return KpiGroup(named, FrozenDict(kpis))


def _put_aside(row: Row, refused: Mapping[str, int]) -> dict[str, int]:
    """Rows of a group that were not counted, by what is wrong with them."""
    if not refused:
        return {}
    kept = int(row.get(KEPT) or 0)
    found = {NO_ID: refused[NO_ID], _DUPLICATE: refused[ROWS] - refused[NO_ID] - kept}
    return {code: count for code, count in found.items() if count}


def _strange(question: Question, given: Any) -> InvalidValueError:
    words = strange_words(question.engine, given, question.spec)
    return InvalidValueError.of(
        f"column {question.spec.columns.get('status', 'status')!r}",
        ", ".join(words),
        expected=f"one of {', '.join(StatusCategory)}",
        hint="say what the shop's own words mean in TableSpec(statuses={word: status})",
    )


def _order(part: Any) -> tuple[bool, str, Any]:
    """In their own order, those of one type together; nothing comes last."""
    return part is None, "" if isinstance(part, int | float) else type(part).__name__, part
