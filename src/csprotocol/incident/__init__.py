"""Incidents: the workflow as data, the machine that decides, and the journal of what happened."""

from __future__ import annotations

from csprotocol.incident._columns import CaseRow, Replay, StatusLog, check_status_log, replay_columns
from csprotocol.incident._command import Actor, Command
from csprotocol.incident._decision import Allowed, Decision, Denial, DenialKind, Denied, deny
from csprotocol.incident._entry import Entry
from csprotocol.incident._facts import Child, Facts
from csprotocol.incident._guards import BUILT_IN_GUARDS, Guard, Situation
from csprotocol.incident._helpdesk import ExportedStatus, HelpdeskStatus, Loss, StatusExport, SubStatus
from csprotocol.incident._incident import Incident, Link
from csprotocol.incident._journal import Journal, MemoryJournal, OutboxRow, Outcome, OutcomeKind
from csprotocol.incident._lint import Finding
from csprotocol.incident._machine import Machine
from csprotocol.incident._machines import Machines
from csprotocol.incident._replay import replay
from csprotocol.incident._states import EventMeaning, GuardUse, Policy, State, Step, Transition
from csprotocol.incident._statuses import StatusMap
from csprotocol.incident._ticket import to_ticket
from csprotocol.incident._workflow import Workflow

__all__ = [
    "BUILT_IN_GUARDS",
    "Actor",
    "Allowed",
    "CaseRow",
    "Child",
    "Command",
    "Decision",
    "Denial",
    "DenialKind",
    "Denied",
    "Entry",
    "EventMeaning",
    "ExportedStatus",
    "Facts",
    "Finding",
    "Guard",
    "GuardUse",
    "HelpdeskStatus",
    "Incident",
    "Journal",
    "Link",
    "Loss",
    "Machine",
    "Machines",
    "MemoryJournal",
    "OutboxRow",
    "Outcome",
    "OutcomeKind",
    "Policy",
    "Replay",
    "Situation",
    "State",
    "StatusExport",
    "StatusLog",
    "StatusMap",
    "Step",
    "SubStatus",
    "Transition",
    "Workflow",
    "check_status_log",
    "deny",
    "replay",
    "replay_columns",
    "to_ticket",
]
