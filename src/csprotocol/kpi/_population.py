"""Which tickets a KPI speaks of, and a tally of those it leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from csprotocol.kpi._choice import chosen
from csprotocol.model import Rejection, TicketFacts

__all__ = ["Counting", "MissingReason", "Tally", "told"]


class Counting(StrEnum):
    """Whether tickets or messages of a kind take part.

    >>> Counting("include")
    <Counting.INCLUDE: 'include'>
    """

    EXCLUDE = "exclude"
    INCLUDE = "include"


class MissingReason(StrEnum):
    """Why a ticket gave no number; stable codes, the keys of ``missing`` in every summary.

    >>> MissingReason.NO_REPLY == "no-reply"
    True
    """

    AGENT_STARTED = "agent-started"
    CANCELLED = "cancelled"
    MERGED = "merged"
    NO_AGENT_COUNT = "no-agent-count"
    NO_ANSWER = "no-answer"
    NO_CALENDAR = "no-calendar"
    NO_CAUSE = "no-cause"
    NO_CLOSE_COUNT = "no-close-count"
    NO_CREATION_TIME = "no-creation-time"
    NO_CUSTOMER = "no-customer"
    NO_CUSTOMER_MESSAGE = "no-customer-message"
    NO_MESSAGE_COUNT = "no-message-count"
    NO_OUTBOUND_MESSAGE = "no-outbound-message"
    NO_REOPEN_COUNT = "no-reopen-count"
    NO_REOPEN_TIME = "no-reopen-time"
    NO_REPLY = "no-reply"
    NO_REPLY_COUNT = "no-reply-count"
    NO_RESOLUTION_TIME = "no-resolution-time"
    NO_STATUS = "no-status"
    NO_VALUE = "no-value"
    NO_VERDICT = "no-verdict"
    NO_WAITING_TIMES = "no-waiting-times"
    NOT_CREATED = "not-created"
    NOT_RESOLVED = "not-resolved"
    OPEN = "open"
    REPLIES_UNKNOWN = "replies-unknown"
    SPAM = "spam"
    WINDOW_OPEN = "window-open"


class Tally:
    """What was left out of one KPI and why, filled while its tickets are read."""

    def __init__(self, *, merged: Counting | str = Counting.INCLUDE, spam: Counting | str = Counting.INCLUDE) -> None:
        self.merged = chosen(Counting, "merged", merged)
        self.spam = chosen(Counting, "spam", spam)
        self.missing: Counter[str] = Counter()
        self.rejections: list[Rejection] = []

    @property
    def rejected(self) -> Counter[str]:
        """How many rejections by code."""
        return Counter(rejection.code for rejection in self.rejections)

    def miss(self, reason: MissingReason) -> None:
        """Counts one more that has no number."""
        self.missing[str(reason)] += 1

    def tickets(self, facts: Iterable[TicketFacts]) -> Iterator[TicketFacts]:
        """The tickets of the population, each id once: overlapping exports tell of one ticket twice."""
        seen: set[str] = set()
        for ticket in facts:
            if ticket.ticket_id in seen:
                self.rejections.append(
                    Rejection("duplicate-ticket", "this ticket was counted already", ticket_id=ticket.ticket_id)
                )
                continue
            seen.add(ticket.ticket_id)
            if self.merged is Counting.EXCLUDE and ticket.merged_into is not None:
                self.miss(MissingReason.MERGED)
            elif self.spam is Counting.EXCLUDE and ticket.spam:
                self.miss(MissingReason.SPAM)
            else:
                yield ticket


def told(n: int, missing: Mapping[str, int], rejected: Mapping[str, int]) -> str:
    """``n 3; missing 2 (open 2); rejected 1 (negative-duration 1)``."""
    parts = [f"n {n}"]
    for word, reasons in (("missing", missing), ("rejected", rejected)):
        if reasons:
            each = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
            parts.append(f"{word} {sum(reasons.values())} ({each})")
    return "; ".join(parts)
