"""One pass over the events of one ticket, telling every clock what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from csprotocol.calendar import BusinessCalendar
from csprotocol.errors import InvalidValueError
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket, in_order, require_aware
from csprotocol.model._words import member
from csprotocol.sla._terms import Facts, Sheet, Terms
from csprotocol.sla._tracks import TRACKS

__all__ = ["Fold", "unsure_until"]

# Sources stamp a ticket and its first message separately; less than this apart, they are one.
_SAME_INSTANT: Final = timedelta(seconds=1)
# Looked up once: a member is found through the class of its enum, which takes ten times as long as a comparison.
_CREATED: Final = EventKind.CREATED
_STATUS: Final = EventKind.STATUS
_CUSTOMER: Final = ActorKind.CUSTOMER


class Fold:
    """The clocks of one ticket while its events go by; ``tracks`` in the order of the sheet's kinds."""

    __slots__ = (
        "events", "facts", "in_force", "is_retold", "is_unsure", "policy", "sheet", "ticket", "ticket_id", "tracks",
    )  # fmt: skip

    def __init__(self, ticket: Ticket | Iterable[Event], sheet: Sheet) -> None:
        self.ticket_id: str | None
        self.ticket = ticket
        self.is_retold = False
        # Whether nobody knows yet who began the ticket.
        self.is_unsure = False
        if isinstance(ticket, Ticket):
            self.ticket_id, self.events, self.facts = ticket.id, ticket.events, _first_facts(ticket)
        else:
            self.ticket_id, self.events, self.facts = None, in_order(ticket), Facts()
        self.sheet = sheet
        self.policy = sheet.first
        self.in_force: str | None = None
        only = sheet.only
        self.tracks = [
            TRACKS[terms.kind](terms, only or self._calendar_of(terms, sheet.spare))
            for terms in sheet.terms(self.policy, self.facts)
        ]

    def until(self, now: datetime) -> None:
        """Everything that happened up to ``now``; what lies before the creation counts from there."""
        last = self._begin(now)
        if last is None:
            return
        takes, moves, tracks, utc = _TAKES, _STATUS, self.tracks, UTC
        for event in self.events:
            at = event.at
            if at.tzinfo is not utc:
                at = at.astimezone(utc)
            if at > last:
                if at > now:
                    break
                last = at
            # Clocks of two senders disagree: what is told later does not happen earlier.
            kind = event.kind
            if kind is moves:
                status = event.data.get("to")
                if status.__class__ is not StatusCategory:
                    status = member(StatusCategory, "Event.data['to'] of a status event", status)
                for track in tracks:
                    track.moved(last, status)
                continue
            take = takes.get(kind)
            if take is not None and take(self, last, event) is _OUT_OF_TURN:
                self._tell_again(now)
                return

    def _begin(self, now: datetime) -> datetime | None:
        """The creation, wherever it stands; ``None`` when it lies ahead."""
        events = self.events
        created = events[0] if events else None
        if created is None or created.kind is not _CREATED:
            created = next((event for event in events if event.kind is _CREATED), None)
            if created is None:
                return _DAWN
        at = created.at if created.at.tzinfo is UTC else created.at.astimezone(UTC)
        if at > now:
            return None
        starter, speaks = created.by, False
        if starter is not _CUSTOMER:
            starter, speaks, self.is_unsure = _starter(created, self.events, now)
        group = self.facts.group
        for track in self.tracks:
            track.created(at, starter)
            if speaks:
                track.answered(at)
            if group is not None:
                track.assigned(at, group)
        return at

    def _created_at(self) -> datetime:
        return next((_utc(event.at) for event in self.events if event.kind is EventKind.CREATED), _DAWN)

    def _message(self, at: datetime, event: Event) -> None:
        if event.by is ActorKind.CUSTOMER:
            if event.public:
                for track in self.tracks:
                    track.asked(at)
            return
        for track in self.tracks:
            if _counts(event, track.terms):
                track.answered(at)

    def _merged(self, at: datetime, _event: Event) -> object:
        """Sources close a ticket in the very instant in which they merge it, and tell the two in any order."""
        if not self.is_retold:
            ordered = tuple(_merges_first(self.events, self._created_at()))
            if ordered != self.events:
                self.events = ordered
                return _OUT_OF_TURN
            self.is_retold = True
        for track in self.tracks:
            track.merged(at)
        return None

    def _tell_again(self, now: datetime) -> None:
        """From the beginning, in the order in which the events stand by now."""
        again = Fold(self.ticket, self.sheet)
        again.events, again.is_retold = self.events, True
        again.until(now)
        self.tracks = again.tracks

    def _assign(self, at: datetime, event: Event) -> None:
        group = _word(event.data.get("group", self.facts.group))
        if group == self.facts.group:
            return
        # Who had it is judged by what was promised for them, not by the rule for the next group.
        for track in self.tracks:
            track.unassigned(at)
        self.facts.group = group
        self._agree(at)
        for track in self.tracks:
            track.assigned(at, group)

    def _priority(self, at: datetime, event: Event) -> None:
        self.facts.priority = _word(event.data.get("to"))
        self._agree(at)

    def _channel(self, at: datetime, event: Event) -> None:
        self.facts.channel = _word(event.data.get("to"))
        self._agree(at)

    def _tag(self, at: datetime, event: Event) -> None:
        added, removed = (_words(event.data.get(name)) for name in ("to", "removed"))
        self.facts.tags = (self.facts.tags | added) - removed
        self._agree(at)

    def _promise(self, at: datetime, event: Event) -> None:
        due_at = _promised_date(event)
        if due_at is not None:
            for track in self.tracks:
                track.promised(at, due_at)

    def _calendar(self, at: datetime, event: Event) -> None:
        self.in_force = _word(event.data.get("to"))
        for track in self.tracks:
            track.recalendar(at, self._calendar_of(track.terms, track.calendar))

    def _policy(self, at: datetime, event: Event) -> None:
        name = str(event.data.get("to"))
        if name not in self.sheet.policies:
            raise InvalidValueError.unknown("Event.data['to'] of a policy event", name, self.sheet.policies)
        self.policy = self.sheet.policies[name]
        self._agree(at)

    def _agree(self, at: datetime) -> None:
        """The terms that the ticket falls under now, for every clock."""
        terms = self.sheet.terms(self.policy, self.facts)
        for track, each in zip(self.tracks, terms, strict=True):
            if each is not track.terms:
                track.agree(at, each, self._calendar_of(each, track.calendar))

    def _calendar_of(self, terms: Terms, otherwise: BusinessCalendar) -> BusinessCalendar:
        """The calendar that counts for a clock under ``terms``."""
        return self.sheet.calendar(self.policy, terms.rule, self.in_force) if terms.rule_name else otherwise


_OUT_OF_TURN: Final = object()
_TAKES: Final[Mapping[EventKind, Callable[[Fold, datetime, Event], object]]] = {
    EventKind.MESSAGE: Fold._message,
    EventKind.MERGED: Fold._merged,
    EventKind.ASSIGN: Fold._assign,
    EventKind.PRIORITY: Fold._priority,
    EventKind.CHANNEL: Fold._channel,
    EventKind.TAG: Fold._tag,
    EventKind.PROMISE: Fold._promise,
    EventKind.CALENDAR: Fold._calendar,
    EventKind.POLICY: Fold._policy,
}
_DAWN: Final = datetime.min.replace(tzinfo=UTC)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def _first_facts(ticket: Ticket) -> Facts:
    """What is known at the beginning: what the ticket says, unless events tell how it came to be so."""
    events = ticket.events
    if ticket.priority is ticket.channel is ticket.group is None and not ticket.tags:
        return Facts(None, None, ticket.language, ticket.reason)
    return Facts(
        priority=None if ticket.priority is None or _tell(events, EventKind.PRIORITY) else ticket.priority,
        channel=None if ticket.channel is None or _tell(events, EventKind.CHANNEL) else str(ticket.channel),
        language=ticket.language,
        reason=ticket.reason,
        group=None if ticket.group is None or any("group" in event.data for event in events) else ticket.group,
        tags=frozenset(ticket.tags) if ticket.tags and not _tell(events, EventKind.TAG) else _NO_TAGS,
    )


def _tell(events: Iterable[Event], kind: EventKind) -> bool:
    return any(event.kind is kind for event in events)


_NO_TAGS: Final[frozenset[str]] = frozenset()


def _starter(created: Event, events: Iterable[Event], now: datetime) -> tuple[ActorKind, bool, bool]:
    """Who began what no customer created, and whether by a public word of an agent that no message event tells.

    Last, whether a message that comes later, within the same second, could still say otherwise.
    """
    begun = _utc(created.at)
    opening = [
        e.by for e in events if e.kind is EventKind.MESSAGE and _utc(e.at) - begun < _SAME_INSTANT and _utc(e.at) <= now
    ]
    is_open = now - begun < _SAME_INSTANT
    if created.by is ActorKind.SYSTEM:
        # Nobody says who: an agent began it only where an agent's words did.
        first = next((by for by in opening if by in _PEOPLE), None)
        return first or ActorKind.CUSTOMER, False, is_open and first is None
    if created.by is not ActorKind.AGENT:
        return created.by, False, False
    if ActorKind.AGENT in opening:
        return ActorKind.AGENT, False, False
    if ActorKind.CUSTOMER in opening:
        # An agent who logs a call writes down what the customer said.
        return ActorKind.CUSTOMER, False, is_open
    return ActorKind.AGENT, created.public, is_open


def unsure_until(events: Iterable[Event], now: datetime) -> datetime | None:
    """When it will be known who began the ticket; ``None`` when it is known at ``now``, or it does not exist yet."""
    told = in_order(events)
    created = next((event for event in told if event.kind is EventKind.CREATED), None)
    if created is None or _utc(created.at) > now or not _starter(created, told, now)[2]:
        return None
    return min(_utc(created.at), _LAST - _SAME_INSTANT) + _SAME_INSTANT


_LAST: Final = datetime.max.replace(tzinfo=UTC)
_PEOPLE: Final = frozenset({ActorKind.CUSTOMER, ActorKind.AGENT})


def _merges_first(events: Iterable[Event], at: datetime) -> Iterator[Event]:
    """The events, each merge before the resolution of its very instant: whichever a source tells first, it is one."""
    held: list[Event] = []  # from a resolution on, as long as its instant lasts and nothing opens the ticket again
    for event in events:
        status = str(event.data.get("to")) if event.kind is EventKind.STATUS else None
        if _utc(event.at) > at or (status is not None and status not in _ENDED):
            at = max(at, _utc(event.at))
            yield from held
            held = []
        if event.kind is EventKind.MERGED:
            yield event
            yield from held
            held = []
        elif held or status in _RESOLVED:
            held.append(event)
        else:
            yield event
    yield from held


_RESOLVED: Final = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED})
_ENDED: Final = _RESOLVED | {StatusCategory.CANCELLED}


def _promised_date(event: Event) -> datetime | None:
    """The date that somebody named; ``None`` where a journal has erased it."""
    said = event.data.get("due_at", "")
    if said is None:
        return None
    if isinstance(said, str):
        # As JSON writes an instant.
        try:
            said = datetime.fromisoformat(said)
        except ValueError:
            raise InvalidValueError.of(_DUE_AT, said, expected="an instant with its zone") from None
    if not isinstance(said, datetime):
        raise InvalidValueError.of(_DUE_AT, said, expected="an instant with its zone")
    return require_aware(_DUE_AT, said)


_DUE_AT: Final = "Event.data['due_at'] of a promise event"


def _counts(event: Event, terms: Terms) -> bool:
    """Whether a message of the shop answers the customer."""
    if not event.public and not terms.rule.notes_count:
        return False
    return event.by is ActorKind.AGENT or (event.by is ActorKind.BOT and terms.rule.bots_count)


def _word(value: object) -> str | None:
    return None if value is None else str(value)


def _words(value: object) -> frozenset[str]:
    if value is None:
        return frozenset()
    return frozenset({value} if isinstance(value, str) else map(str, value) if isinstance(value, Iterable) else ())
