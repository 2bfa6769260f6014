"""The nine clocks, what a source must keep for each, and when each stands still."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from csprotocol.model import EventKind, StatusCategory

__all__ = ["NEEDS", "PAUSES", "ClockKind"]


class ClockKind(StrEnum):
    """What is measured; where each begins and ends stands in the guide."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    PERIODIC_UPDATE = "periodic_update"
    PAUSABLE_UPDATE = "pausable_update"
    REQUESTER_WAIT = "requester_wait"
    AGENT_WORK = "agent_work"
    RESOLUTION = "resolution"
    GROUP = "group"
    PROMISE = "promise"


_CONVERSATION: Final = frozenset({EventKind.MESSAGE, EventKind.STATUS})
_LIFE: Final = frozenset({EventKind.STATUS})

# What a source must keep for a clock to be told at all: all that begins or ends it. Without messages nobody knows
# when somebody replied, and without statuses nobody knows whether a reply was still due.
NEEDS: Final[Mapping[ClockKind, frozenset[EventKind]]] = {
    ClockKind.FIRST_REPLY: _CONVERSATION,
    ClockKind.NEXT_REPLY: _CONVERSATION,
    ClockKind.PERIODIC_UPDATE: _CONVERSATION,
    ClockKind.PAUSABLE_UPDATE: _CONVERSATION,
    ClockKind.REQUESTER_WAIT: _LIFE,
    ClockKind.AGENT_WORK: _LIFE,
    ClockKind.RESOLUTION: _LIFE,
    ClockKind.GROUP: _LIFE | {EventKind.ASSIGN},
    ClockKind.PROMISE: _CONVERSATION | {EventKind.PROMISE},
}

PAUSES: Final[Mapping[ClockKind, frozenset[StatusCategory]]] = {
    ClockKind.PAUSABLE_UPDATE: frozenset({StatusCategory.WAITING_CUSTOMER}),
    ClockKind.REQUESTER_WAIT: frozenset({StatusCategory.WAITING_CUSTOMER}),
    ClockKind.AGENT_WORK: frozenset({StatusCategory.WAITING_CUSTOMER, StatusCategory.WAITING_THIRD_PARTY}),
}
