"""SLA clocks: deadlines and breaches as a pure fold over what happened."""

from __future__ import annotations

from csprotocol.sla._ahead import most_urgent, next_wakeup
from csprotocol.sla._clock_kind import ClockKind
from csprotocol.sla._clock_rule import CalendarChange, ClockRule, DueAtClosing, OnReopen, Warn
from csprotocol.sla._columns import ClockColumns, judge_columns
from csprotocol.sla._compare import Change, Simulation, diff, simulate
from csprotocol.sla._evaluate import Sla, evaluate
from csprotocol.sla._explain import Stretch, explain
from csprotocol.sla._gaming import DoubtfulPause, doubtful_pauses
from csprotocol.sla._policy import Rule, SlaPolicy, When
from csprotocol.sla._state import Breach, ClockState, ClockWarning, Run, State
from csprotocol.sla._targets import (
    BusinessDays,
    DueAt,
    EndOfBusinessDay,
    NextBusinessDayAt,
    OpenTime,
    Roll,
    Target,
    hours,
    minutes,
    read_target,
)

__all__ = [
    "Breach",
    "BusinessDays",
    "CalendarChange",
    "Change",
    "ClockColumns",
    "ClockKind",
    "ClockRule",
    "ClockState",
    "ClockWarning",
    "DoubtfulPause",
    "DueAt",
    "DueAtClosing",
    "EndOfBusinessDay",
    "NextBusinessDayAt",
    "OnReopen",
    "OpenTime",
    "Roll",
    "Rule",
    "Run",
    "Simulation",
    "Sla",
    "SlaPolicy",
    "State",
    "Stretch",
    "Target",
    "Warn",
    "When",
    "diff",
    "doubtful_pauses",
    "evaluate",
    "explain",
    "hours",
    "judge_columns",
    "minutes",
    "most_urgent",
    "next_wakeup",
    "read_target",
    "simulate",
]
