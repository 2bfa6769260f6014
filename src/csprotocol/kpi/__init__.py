"""How well do we do? Each number with its definition, what it rests on and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csprotocol.kpi._accumulator import Accumulator
from csprotocol.kpi._backlog import AgeBucket, Ageing, Backlog, ageing, backlog, unreplied
from csprotocol.kpi._causes import Cause, Pareto, causes
from csprotocol.kpi._charts import PChart, PPoint, XmrChart, p_chart, p_limits, xmr
from csprotocol.kpi._compare import Compared, Comparison, NoVerdict, Verdict, compare
from csprotocol.kpi._compare_quantiles import Quantile, compare_quantiles
from csprotocol.kpi._cost import CostPerContact, cost_per_contact
from csprotocol.kpi._counts import ServiceCounts, service_counts, tickets_per_day
from csprotocol.kpi._definitions import Definition, Direction, definition, definitions
from csprotocol.kpi._duration_stream import DurationStream
from csprotocol.kpi._fcr import FcrVariant, fcr
from csprotocol.kpi._first_reply import AgentStarted, Start, first_reply, first_reply_of
from csprotocol.kpi._interval import (
    CONFIDENCE,
    AnyRate,
    HasRatio,
    Interval,
    RateMethod,
    difference_interval,
    rate_interval,
)
from csprotocol.kpi._log_histogram import RELATIVE_ERROR, LogHistogram
from csprotocol.kpi._moments import Moments
from csprotocol.kpi._nps import NetPromoterScore, Rounding, nps, round_points
from csprotocol.kpi._open_tickets import resolution_survival
from csprotocol.kpi._open_time import OpenTime, Within
from csprotocol.kpi._order_statistics import (
    QuantileInterval,
    Ranks,
    interval_ranks,
    median_interval,
    quantile_interval,
)
from csprotocol.kpi._pages import PageSupport, hit_rate, rank_pages, support_contact_rate
from csprotocol.kpi._percentile import PercentileMethod, mean, median, percentile
from csprotocol.kpi._periods import PERIODS, period_of
from csprotocol.kpi._phone import ServiceLevel, abandonment, aht, asa, service_level
from csprotocol.kpi._population import Counting, MissingReason
from csprotocol.kpi._presets import Clock, Vendor, preset, vendors
from csprotocol.kpi._rate_test import RateTest, rate_test
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._reopen import ReopenCounting, reopen_rate
from csprotocol.kpi._repeat import CustomerContact, fcr_no_repeat
from csprotocol.kpi._resolution import Resolution, ResolutionEnd, resolution, resolution_of
from csprotocol.kpi._run_rules import RunRule, RunRules, Signal
from csprotocol.kpi._running_counts import Count, NpsCount, RateCount
from csprotocol.kpi._self_service import automation_rate, deflection, self_service_score
from csprotocol.kpi._shop import contact_rate, refund_rate, return_rate
from csprotocol.kpi._sla import SlaAttainment, sla_attainment, sla_attainment_of
from csprotocol.kpi._summary import DurationSummary, Measured, RateSummary
from csprotocol.kpi._suppression import MIN_COMPARED, MIN_SHOWN, Shown, Suppression, shown
from csprotocol.kpi._survey import (
    OutOfScale,
    ces,
    ces_share,
    csat,
    csat_balance,
    csat_good_bad,
    csat_mean,
    survey_answers,
)
from csprotocol.kpi._survey_summary import SurveyBalance, SurveyMean, SurveyShare
from csprotocol.kpi._survival import Survival, SurvivalBand, SurvivalStep, kaplan_meier
from csprotocol.kpi._ticket_stream import TicketDurations, TicketRate

if TYPE_CHECKING:
    from csprotocol.kpi._frames_results import GroupCount, GroupDurations, KpiGroup, KpiTable
    from csprotocol.kpi._frames_rows import facts_columns
    from csprotocol.kpi._frames_spec import Duplicates, MissingDetail, PeriodAnchor, Quantiles, TableKpi, TableSpec
    from csprotocol.kpi._frames_table import group_kpis, table

__all__ = [
    "CONFIDENCE",
    "MIN_COMPARED",
    "MIN_SHOWN",
    "PERIODS",
    "RELATIVE_ERROR",
    "Accumulator",
    "AgeBucket",
    "Ageing",
    "AgentStarted",
    "AnyRate",
    "Backlog",
    "Cause",
    "Clock",
    "Compared",
    "Comparison",
    "CostPerContact",
    "Count",
    "Counting",
    "CustomerContact",
    "Definition",
    "Direction",
    "Duplicates",
    "DurationStream",
    "DurationSummary",
    "FcrVariant",
    "GroupCount",
    "GroupDurations",
    "HasRatio",
    "Interval",
    "KpiGroup",
    "KpiTable",
    "LogHistogram",
    "Measured",
    "MissingDetail",
    "MissingReason",
    "Moments",
    "NetPromoterScore",
    "NoVerdict",
    "NpsCount",
    "OpenTime",
    "OutOfScale",
    "PChart",
    "PPoint",
    "PageSupport",
    "Pareto",
    "PercentileMethod",
    "PeriodAnchor",
    "Quantile",
    "QuantileInterval",
    "Quantiles",
    "Ranks",
    "RateCount",
    "RateMethod",
    "RateSummary",
    "RateTest",
    "Ratio",
    "ReopenCounting",
    "Resolution",
    "ResolutionEnd",
    "Rounding",
    "RunRule",
    "RunRules",
    "ServiceCounts",
    "ServiceLevel",
    "Shown",
    "Signal",
    "SlaAttainment",
    "Start",
    "Suppression",
    "SurveyBalance",
    "SurveyMean",
    "SurveyShare",
    "Survival",
    "SurvivalBand",
    "SurvivalStep",
    "TableKpi",
    "TableSpec",
    "TicketDurations",
    "TicketRate",
    "Vendor",
    "Verdict",
    "Within",
    "XmrChart",
    "abandonment",
    "ageing",
    "aht",
    "asa",
    "automation_rate",
    "backlog",
    "causes",
    "ces",
    "ces_share",
    "compare",
    "compare_quantiles",
    "contact_rate",
    "cost_per_contact",
    "csat",
    "csat_balance",
    "csat_good_bad",
    "csat_mean",
    "definition",
    "definitions",
    "deflection",
    "difference_interval",
    "facts_columns",
    "fcr",
    "fcr_no_repeat",
    "first_reply",
    "first_reply_of",
    "group_kpis",
    "hit_rate",
    "interval_ranks",
    "kaplan_meier",
    "mean",
    "median",
    "median_interval",
    "nps",
    "p_chart",
    "p_limits",
    "percentile",
    "period_of",
    "preset",
    "quantile_interval",
    "rank_pages",
    "rate_interval",
    "rate_test",
    "refund_rate",
    "reopen_rate",
    "resolution",
    "resolution_of",
    "resolution_survival",
    "return_rate",
    "round_points",
    "self_service_score",
    "service_counts",
    "service_level",
    "shown",
    "sla_attainment",
    "sla_attainment_of",
    "support_contact_rate",
    "survey_answers",
    "table",
    "tickets_per_day",
    "unreplied",
    "vendors",
    "xmr",
]

# Tables of frames are loaded when they are first used: whoever counts tickets one by one does not pay for them.
_HOMES = {
    "Duplicates": "_frames_spec",
    "GroupCount": "_frames_results",
    "GroupDurations": "_frames_results",
    "KpiGroup": "_frames_results",
    "KpiTable": "_frames_results",
    "MissingDetail": "_frames_spec",
    "PeriodAnchor": "_frames_spec",
    "Quantiles": "_frames_spec",
    "TableKpi": "_frames_spec",
    "TableSpec": "_frames_spec",
    "facts_columns": "_frames_rows",
    "group_kpis": "_frames_table",
    "table": "_frames_table",
}

# Hidden from type checkers: with a visible __getattr__ they would accept every misspelt name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in _HOMES:
            from importlib import import_module

            value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
            globals()[name] = value
            return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
