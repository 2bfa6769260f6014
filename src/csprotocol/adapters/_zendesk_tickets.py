"""Tickets, comments, field history, ratings and tags: what happened to whom."""

from __future__ import annotations

import re
from typing import Final

from csprotocol.adapters._cells import shown_id, shown_word
from csprotocol.adapters._read import Outcome, RefusedError
from csprotocol.adapters._zendesk_draft import Draft
from csprotocol.adapters._zendesk_facts import ticket_of
from csprotocol.adapters._zendesk_newest import Newest
from csprotocol.adapters._zendesk_oddities import note_priority
from csprotocol.adapters._zendesk_tables import ORDER, REASON, Extract, ExtractRow
from csprotocol.adapters._zendesk_users import Users
from csprotocol.adapters._zendesk_words import FALSE_SCORE, SCORES, STATUSES
from csprotocol.errors import one_of
from csprotocol.model import ActorKind, Event, EventKind, FrozenDict, Ticket, TicketFacts

__all__ = ["Drafts"]

_HARDLY: Final = 0.5


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
        for ticket_id in self._unreadable & self.by_id.keys():
            # Another row of the ticket was rejected, perhaps a newer one: its state is anybody's guess.
            self.by_id[ticket_id].status = None
            self.by_id[ticket_id].lost.add(EventKind.STATUS)
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

    def ticket(self, draft: Draft, source: str) -> tuple[Ticket, TicketFacts, bool]:
        """The ticket, its facts, and whether its state is only the present one of an unknown history."""
        return ticket_of(draft, source, self._extract, self._users)

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
        if not draft.first_time(mark):
            return Outcome.DUPLICATE
        draft.comments += 1
        mark_id = f"comment-{comment}" if comment else None
        by = draft.author(author, self._users)
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
        if not draft.first_time((name, at, value)):
            return Outcome.DUPLICATE
        by = draft.author(actor, self._users) if actor else ActorKind.SYSTEM
        if name == "status":
            to = STATUSES[value or ""]
            draft.statuses.append((at, to))
            draft.events.append(Event(at, EventKind.STATUS, by, actor, data={"to": to}))
        elif name == "priority":
            if value:
                note_priority(self._tally, value)
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
        if not draft.first_time(("rating", row.id("id"), at, score)):
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


def _unknown_status(status: str, column: str) -> RefusedError:
    return RefusedError(
        "unknown-status",
        f"{shown_word(status, STATUSES)} is no status; {one_of(STATUSES, found=status)}",
        column=column,
    )
