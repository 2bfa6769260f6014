"""Tickets, comments, field history, ratings and tags: what happened to whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from csprotocol.adapters._cells import shown_id, shown_word
from csprotocol.adapters._read import Outcome, RefusedError
from csprotocol.adapters._zendesk_newest import Newest
from csprotocol.adapters._zendesk_tables import ORDER, REASON, Extract, ExtractRow
from csprotocol.adapters._zendesk_users import Users
from csprotocol.adapters._zendesk_words import FALSE_SCORE, PRIORITIES, SCORES, STATUSES, channel_of
from csprotocol.errors import one_of
from csprotocol.model import ActorKind, Event, EventKind, FrozenDict, StatusCategory, Ticket, TicketFacts

__all__ = ["Draft", "Drafts"]

# The description is stored as a comment, at times some seconds after the ticket.
_OPENING: Final = timedelta(minutes=1)
_HARDLY: Final = 0.5


@dataclass(slots=True)
class Draft:
    """A ticket while its tables come in."""

    id: str
    line: int
    created_at: datetime
    updated_at: datetime | None
    status: StatusCategory | None
    requester: str | None
    submitter: str | None
    assignee: str | None
    group: str | None
    priority: str | None
    via: str | None
    reason: str | None
    order_id: str | None
    merged_ids: tuple[str, ...]
    attributes: FrozenDict[str, str]
    events: list[Event] = field(default_factory=list)
    seen: set[tuple[object, ...]] = field(default_factory=set)
    statuses: list[tuple[datetime, StatusCategory]] = field(default_factory=list)
    priorities: list[tuple[datetime, str | None]] = field(default_factory=list)
    lost: set[EventKind] = field(default_factory=set)
    comments: int = 0
    tags: dict[str, None] = field(default_factory=dict)
    merged_into: str | None = None

    def priority_at(self, at: datetime) -> str | None:
        """The priority at ``at``; the present one when the export has no history of it."""
        if not self.priorities:
            return self.priority
        found = None
        for since, priority in sorted(self.priorities, key=lambda change: change[0]):
            if since <= at:
                found = priority
        return found

    def last_status(self) -> StatusCategory | None:
        """The last status of its history; of two at one instant the one that stands further down."""
        # The first of the reversed is the last of those at one instant.
        return max(reversed(self.statuses), key=lambda change: change[0])[1] if self.statuses else None

    def story(self) -> list[Event]:
        """Its events; the description, which is the first comment, at the instant of the creation.

        The description is by the submitter or the requester, and nobody else has said anything before. A comment
        of another hour that lies before the creation says nothing about that: its stamp cannot be.
        """
        own = {self.submitter, self.requester} - {None}
        said = [
            event for event in self.events
            if event.kind is EventKind.MESSAGE and event.at >= self.created_at - _OPENING
        ]  # fmt: skip
        first = min(said, key=lambda event: (event.at, event.actor not in own), default=None)
        if first is None or first.actor not in own or first.at > self.created_at + _OPENING:
            return self.events
        return [replace(event, at=self.created_at) if event is first else event for event in self.events]


class Drafts:
    """All tickets of the export, filled table by table."""

    def __init__(self, extract: Extract, users: Users) -> None:
        self._extract = extract
        self._tally = extract.tally
        self._users = users
        self._groups: dict[str, str] = {}
        self._newest_groups: Newest[str] = Newest(extract, "group")
        self._newest: Newest[Draft] = Newest(extract, "ticket")
        self._unreadable: set[str] = set()
        self.by_id: dict[str, Draft] = {}
        self.orphans: dict[str, int] = {}
        self._rows: dict[str, int] = {}

    def fill(self) -> None:
        """Read the tables of the tickets, in the order in which they need each other."""
        each = self._extract.each
        each("group", self._take_group, deleted=self._newest_groups.delete)
        self._groups = self._newest_groups.settle()
        each("ticket", self._take_ticket, deleted=self._newest.delete)
        self.by_id = self._newest.settle()
        each("ticket_comment", self._take_comment, lost=self._lose_comment)
        each("ticket_field_history", self._take_history, lost=self._lose_history)
        each("satisfaction_rating", self._take_rating, lost=self._lose_rating)
        each("ticket_tag", self._take_tag)
        self._merge()

    def of(self, row: ExtractRow, table: str) -> Draft | None:
        """The ticket of a row; ``None`` when it is deleted.

        Raises:
            RefusedError: an orphan, that is a row of a ticket which the export does not hold.
        """
        self._rows[table] = self._rows.get(table, 0) + 1
        ticket_id = row.due("ticket_id", row.id("ticket_id"))
        draft = self.by_id.get(ticket_id)
        if draft is None and ticket_id in self._unreadable:
            raise RefusedError(
                "unreadable-ticket",
                f"its ticket was rejected in {self._extract.file('ticket')}",
                column=row.name("ticket_id"),
                ticket_id=shown_id(ticket_id),
            )
        if draft is None and ticket_id not in self._newest.deleted:
            self.orphan(table)
            raise RefusedError(
                "orphan",
                f"its ticket is not in {self._extract.file('ticket')}",
                column=row.name("ticket_id"),
                ticket_id=shown_id(ticket_id),
            )
        if draft is None:
            self._tally.notice("deleted-ticket", f"rows of {table} that belong to deleted tickets; left out")
        return draft

    def orphan(self, table: str) -> None:
        """Count a row that belongs to nothing."""
        self.orphans[table] = self.orphans.get(table, 0) + 1

    def note_orphans(self) -> None:
        """Say which tables hardly belong to the tickets."""
        for table, orphans in self.orphans.items():
            rows = self._rows.get(table, orphans)
            if orphans >= rows * _HARDLY:
                self._tally.notice(
                    "hardly-joined",
                    f"rows of {table} that belong to nothing, of {rows:,}: tables of different extracts",
                    count=orphans,
                )

    # -- the tables ------------------------------------------------------------------------------------------

    def _take_group(self, row: ExtractRow) -> Outcome:
        group, name = row.due("id", row.id("id")), row.due("name", row.text("name"))
        return self._newest_groups.take(group, name, row, row.stamp("updated_at"))

    def _take_ticket(self, row: ExtractRow) -> Outcome:
        ticket_id = row.due("id", row.id("id"))
        try:
            draft = self._draft(row, ticket_id)
        except RefusedError as refused:
            # The rows of this ticket in other tables are no orphans: the ticket is there, and unreadable.
            self._unreadable.add(ticket_id)
            refused.ticket_id = shown_id(ticket_id)
            raise
        return self._newest.take(ticket_id, draft, row, draft.updated_at or draft.created_at)

    def _draft(self, row: ExtractRow, ticket_id: str) -> Draft:
        status = row.text("status")
        if status is not None and status not in STATUSES:
            raise _unknown_status(status, row.name("status"))
        group = row.id("group_id")
        kinds = {"type": row.text("type"), "brand": row.id("brand_id")}
        return Draft(
            id=ticket_id,
            line=row.line,
            created_at=row.due("created_at", row.stamp("created_at")),
            updated_at=row.stamp("updated_at"),
            status=STATUSES[status] if status else None,
            requester=row.id("requester_id"),
            submitter=row.id("submitter_id"),
            assignee=row.id("assignee_id"),
            group=self._groups.get(group, group) if group else None,
            priority=row.text("priority"),
            via=row.text("via_channel"),
            reason=row.text(REASON),
            order_id=row.id(ORDER),
            merged_ids=tuple(re.findall(r"[0-9]+", row.text("merged_ticket_ids") or "")),
            attributes=FrozenDict({key: value for key, value in kinds.items() if value}),
        )

    def _take_comment(self, row: ExtractRow) -> Outcome:
        draft = self.of(row, "ticket_comment")
        at = row.due("created", row.stamp("created"))
        public = row.due("public", row.flag("public"))
        author, comment = row.id("user_id"), row.id("id")
        if draft is None:
            return Outcome.LEFT_OUT
        mark = ("comment", comment) if comment else ("comment", at, author, public)
        if not _first_time(draft, mark):
            return Outcome.DUPLICATE
        draft.comments += 1
        mark_id = f"comment-{comment}" if comment else None
        by = self._author(draft, author)
        if by is ActorKind.SYSTEM:
            self._tally.notice("unknown-author", "comments by users of unknown role")
            # It may be the first reply.
            draft.lost |= {EventKind.MESSAGE} if public else set()
        draft.events.append(Event(at, EventKind.MESSAGE, by, author, public, id=mark_id))
        return Outcome.USED

    def _take_history(self, row: ExtractRow) -> Outcome:
        draft = self.of(row, "ticket_field_history")
        name = row.due("field_name", row.text("field_name"))
        at = row.due("updated", row.stamp("updated"))
        value = row.id("value") if name == "assignee_id" else row.text("value")
        actor = row.id("user_id")
        if draft is None:
            return Outcome.LEFT_OUT
        if name not in {"status", "priority", "assignee_id"}:
            self._tally.notice("field-not-read", "field changes that no KPI reads; left out")
            return Outcome.LEFT_OUT
        if name == "status" and (value is None or value not in STATUSES):
            refused = _unknown_status(value or "", row.name("value"))
            refused.ticket_id = shown_id(draft.id)
            raise refused
        if not _first_time(draft, (name, at, value)):
            return Outcome.DUPLICATE
        by = self._author(draft, actor) if actor else ActorKind.SYSTEM
        if name == "status":
            to = STATUSES[value or ""]
            draft.statuses.append((at, to))
            draft.events.append(Event(at, EventKind.STATUS, by, actor, data={"to": to}))
        elif name == "priority":
            if value:
                self._check_priority(value)
            draft.priorities.append((at, value))
            draft.events.append(Event(at, EventKind.PRIORITY, by, actor, data={"to": value}))
        else:
            draft.events.append(Event(at, EventKind.ASSIGN, by, actor, data={"to": value}))
        return Outcome.USED

    def _take_rating(self, row: ExtractRow) -> Outcome:
        draft = self.of(row, "satisfaction_rating")
        score = row.due("score", row.text("score")).casefold()
        at = row.stamp("updated_at") or row.due("created_at", row.stamp("created_at"))
        if draft is None:
            return Outcome.LEFT_OUT
        if score == FALSE_SCORE:
            self._tally.notice("unoffered", "ratings that were never asked for; no survey")
            return Outcome.LEFT_OUT
        known = (*SCORES, FALSE_SCORE)
        if score not in SCORES:
            raise RefusedError(
                "unknown-score",
                f"{shown_word(score, known)} is no score; {one_of(known, found=score)}",
                column=row.name("score"),
                ticket_id=shown_id(draft.id),
            )
        if not _first_time(draft, ("rating", row.id("id"), at, score)):
            return Outcome.DUPLICATE
        given = SCORES[score]
        said: dict[str, object] = {"metric": "csat"} if given is None else {"metric": "csat", "score": given}
        draft.events.append(Event(at, EventKind.SURVEY, ActorKind.CUSTOMER, draft.requester, data=said))
        return Outcome.USED

    def _take_tag(self, row: ExtractRow) -> Outcome:
        draft = self.of(row, "ticket_tag")
        tag = row.due("tag", row.text("tag"))
        if draft is None:
            return Outcome.LEFT_OUT
        if tag in draft.tags:
            return Outcome.DUPLICATE
        draft.tags[tag] = None
        return Outcome.USED

    def _lose_comment(self, row: ExtractRow) -> None:
        try:
            private = row.flag("public") is False
        except RefusedError:
            private = False
        if not private:
            self._lose(row, EventKind.MESSAGE)

    def _lose_history(self, row: ExtractRow) -> None:
        if row.text("field_name") in {None, "status"}:
            self._lose(row, EventKind.STATUS)

    def _lose_rating(self, row: ExtractRow) -> None:
        self._lose(row, EventKind.SURVEY)

    def _lose(self, row: ExtractRow, kind: EventKind) -> None:
        """A row of a ticket was rejected: what rests on the others would be a guess."""
        if draft := self.by_id.get(row.id("ticket_id") or ""):
            draft.lost.add(kind)

    # -- what follows from all of them -----------------------------------------------------------------------

    def _merge(self) -> None:
        for draft in self.by_id.values():
            for other in draft.merged_ids:
                if other in self.by_id and other != draft.id:
                    self.by_id[other].merged_into = draft.id
                else:
                    self._tally.notice("merged-elsewhere", "merged tickets that the export does not hold")
        self._open_rings()

    def _open_rings(self) -> None:
        """Of tickets that are merged into each other the oldest stays: not all of them can be gone."""
        visited: set[str] = set()
        for start in self.by_id:
            path: list[str] = []
            here: str | None = start
            while here is not None and here not in visited:
                visited.add(here)
                path.append(here)
                here = self.by_id[here].merged_into
            if here in path:
                ring = [self.by_id[ticket_id] for ticket_id in path[path.index(here) :]]
                min(ring, key=lambda draft: draft.created_at).merged_into = None
                self._tally.notice("merged-in-a-ring", "tickets that are merged into each other; the oldest stays")

    def _author(self, draft: Draft, user: str | None) -> ActorKind:
        """Whose word it is. The requester asks, whatever his role: others answer an agent's own request."""
        if user is None:
            return ActorKind.SYSTEM
        if user in self._users.bots:
            return ActorKind.BOT
        if user == draft.requester:
            return ActorKind.CUSTOMER
        if user in self._users.roles:
            return self._users.roles[user]
        return ActorKind.AGENT if user == draft.assignee else ActorKind.SYSTEM

    def _check_priority(self, priority: str) -> None:
        if priority not in PRIORITIES:
            self._tally.notice("unknown-priority", f"priorities other than {', '.join(PRIORITIES)}; kept as they are")

    def ticket(self, draft: Draft, source: str) -> tuple[Ticket, TicketFacts, bool]:
        """The ticket, its facts, and whether its state is only the present one of an unknown history."""
        channel, known = channel_of(draft.via) if draft.via else (None, True)
        if not known:
            self._tally.notice("unknown-channel", "tickets of a channel that is not in our table; kept as other")
        events = [Event(draft.created_at, EventKind.CREATED, self._creator(draft), draft.submitter), *draft.story()]
        assumed = not draft.statuses and draft.status is not None
        if assumed:
            events.append(
                Event(
                    draft.updated_at or draft.created_at,
                    EventKind.STATUS,
                    data={"to": draft.status, "assumed": True},
                )
            )
        if draft.merged_into:
            closed = [at for at, to in draft.statuses if not to.is_live]
            at = closed[0] if closed else draft.updated_at or draft.created_at
            events.append(Event(at, EventKind.MERGED, data={"into": draft.merged_into}))
        self._note(draft, events, assumed=assumed)
        ticket = Ticket(
            id=draft.id,
            events=tuple(events),
            source=source,
            customer_id=draft.requester,
            order_id=draft.order_id,
            channel=channel,
            channel_name=draft.via,
            reason=draft.reason,
            priority=draft.priority,
            language=self._users.locales.get(draft.requester) if draft.requester else None,
            agent=draft.assignee,
            group=draft.group,
            tags=tuple(draft.tags),
            spam=self._spam(draft),
            attributes=draft.attributes,
            recorded=self._recorded(draft, assumed=assumed),
        )
        facts = ticket.facts()
        if EventKind.STATUS in draft.lost:
            return ticket, replace(facts, status=draft.status), assumed
        return ticket, _without_history(facts) if assumed else facts, assumed

    def _creator(self, draft: Draft) -> ActorKind:
        if draft.submitter is None:
            return ActorKind.SYSTEM
        by = self._author(draft, draft.submitter)
        return ActorKind.SYSTEM if by is ActorKind.BOT else by

    def _recorded(self, draft: Draft, *, assumed: bool) -> frozenset[EventKind]:
        unknown: set[EventKind] = set()
        # Every ticket of Zendesk has its description as a comment: none at all means that they are missing here.
        if not draft.comments:
            unknown.add(EventKind.MESSAGE)
        if "satisfaction_rating" not in self._extract:
            unknown.add(EventKind.SURVEY)
        if not draft.statuses and not assumed:
            unknown.add(EventKind.STATUS)
        return frozenset(EventKind) - unknown - draft.lost

    def _spam(self, draft: Draft) -> bool | None:
        """Zendesk marks spam by deleting the ticket and suspending its requester; it has no other sign."""
        last = draft.status if EventKind.STATUS in draft.lost else draft.last_status() or draft.status
        if last is not StatusCategory.CANCELLED:
            return False if last else None
        return True if draft.requester and self._users.suspended.get(draft.requester) else None

    def _note(self, draft: Draft, events: list[Event], *, assumed: bool) -> None:
        notice = self._tally.notice
        if assumed:
            notice(
                "status-assumed",
                "tickets without a history of their status: the present one is known, when it was reached is not",
            )
        if not draft.comments:
            notice("no-comments", "tickets without any comment in the export: who replied when is unknown")
        if any(event.at < draft.created_at for event in events):
            notice("event-before-creation", "tickets with an event before their creation")
        if draft.lost:
            notice(
                "incomplete-ticket",
                "tickets of which a row was rejected, or a public comment has an author of unknown role: the facts "
                "that rest on it are unknown",
            )
        elif draft.statuses and draft.status and draft.last_status() is not draft.status:
            notice("status-differs", "tickets whose present status is not the last one of their history")
        if draft.priority is not None:
            self._check_priority(draft.priority)


def _first_time(draft: Draft, mark: tuple[object, ...]) -> bool:
    if mark in draft.seen:
        return False
    draft.seen.add(mark)
    return True


def _unknown_status(status: str, column: str) -> RefusedError:
    return RefusedError(
        "unknown-status",
        f"{shown_word(status, STATUSES)} is no status; {one_of(STATUSES, found=status)}",
        column=column,
    )


def _without_history(facts: TicketFacts) -> TicketFacts:
    """Facts of a ticket of which only the present state is known: how and when it got there is unknown.

    Its last change is not the instant of that state: a tag added years later changes a ticket as well.
    """
    return replace(facts, solved_at=None, closed_at=None, reopens=None, closes=None, waiting=None, lives=None)
