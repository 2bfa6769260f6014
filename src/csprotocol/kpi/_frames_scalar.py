"""The scalar function behind each KPI of a table, which checks the options and words the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from inspect import signature
from typing import Any, Final, TypeAlias

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._backlog import Backlog, backlog, unreplied
from csprotocol.kpi._choice import chosen
from csprotocol.kpi._fcr import fcr
from csprotocol.kpi._first_reply import first_reply
from csprotocol.kpi._nps import NetPromoterScore, nps
from csprotocol.kpi._population import Counting
from csprotocol.kpi._reopen import reopen_rate
from csprotocol.kpi._resolution import resolution
from csprotocol.kpi._sla import sla_attainment_of
from csprotocol.kpi._summary import DurationSummary, RateSummary
from csprotocol.kpi._survey import ces, ces_share, csat, csat_mean
from csprotocol.kpi._survey_summary import SurveyMean, SurveyShare

__all__ = ["FRAME_KPIS", "SURVEYS", "Empty", "empty_summary", "population"]

Empty: TypeAlias = DurationSummary | RateSummary | SurveyShare | SurveyMean | NetPromoterScore | Backlog

_OF_TICKETS: Final[Mapping[str, Callable[..., Empty]]] = {
    "backlog": backlog,
    "fcr": fcr,
    "first_reply": first_reply,
    "reopen_rate": reopen_rate,
    "resolution": resolution,
    "sla_attainment": sla_attainment_of,
    "unreplied": unreplied,
}
_OF_RATINGS: Final[Mapping[str, Callable[..., Empty]]] = {
    "ces": ces,
    "ces_share": ces_share,
    "csat": csat,
    "csat_mean": csat_mean,
    "nps": nps,
}
SURVEYS: Final[Mapping[str, str]] = {
    "ces": "ces",
    "ces_share": "ces",
    "csat": "csat",
    "csat_mean": "csat",
    "nps": "nps",
}
"""Which column holds the ratings of a KPI of ratings."""
FRAME_KPIS: Final = tuple(sorted({*_OF_TICKETS, *_OF_RATINGS}))
# Stretches of waiting are lists in a row; no two engines have the same lists.
_NOT_IN_FRAMES: Final = frozenset({"minus"})


def empty_summary(kpi: str, options: Mapping[str, Any], *, within: Any = None) -> Empty:
    """What the scalar function says of no tickets at all: the definition, and the options as they are written.

    Raises:
        InvalidValueError: an option that the function does not have, or not in tables.
    """
    function = _OF_TICKETS.get(kpi) or _OF_RATINGS[kpi]
    possible = [name for name in signature(function).parameters if name not in {"facts", "ratings", *_NOT_IN_FRAMES}]
    # Which tickets take part is the business of `survey_answers` where ratings are asked for.
    possible += ["merged", "spam"] if kpi in _OF_RATINGS else []
    for name in options:
        if name not in possible:
            raise InvalidValueError.unknown(f"TableKpi({kpi}).options", name, possible)
    given = {name: value for name, value in options.items() if name != "within"}
    population(given)
    if kpi in _OF_RATINGS:
        given = {name: value for name, value in given.items() if name not in {"merged", "spam"}}
    if "within" in possible and "within" not in options:
        given["within"] = within
    if kpi == "backlog" and not isinstance(given.get("at"), datetime):
        raise InvalidValueError.of("TableKpi(backlog).at", given.get("at"), expected="the instant of the backlog")
    return function((), **given)


def population(options: Mapping[str, Any]) -> tuple[bool, bool]:
    """Whether merged tickets and spam are left out."""
    merged, spam = (chosen(Counting, name, options.get(name, Counting.EXCLUDE)) for name in ("merged", "spam"))
    return merged is Counting.EXCLUDE, spam is Counting.EXCLUDE
