"""An incident's journal as the ticket that clocks and KPIs read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from csprotocol.errors import UnknownWorkflowError
from csprotocol.incident._command import DERIVED
from csprotocol.incident._entry import Entry
from csprotocol.incident._incident import Incident
from csprotocol.incident._states import EventMeaning
from csprotocol.incident._workflow import Workflow
from csprotocol.model import ActorKind, Channel, Event, EventKind, StatusCategory, Ticket

__all__ = ["to_ticket"]


def to_ticket(opened: Incident, entries: Iterable[Entry], workflow: Workflow | Iterable[Workflow]) -> Ticket:
    """The ticket of an incident: its opening and every entry as events, its states as their categories.

    What an event is (a message, a promise, a change of priority ...) says ``workflow.events``; besides, every entry
    that leads to another category is a ``status`` event. Events count at ``effective_at``. ``workflow`` are those
    that the opening and the entries name. Erased entries keep their place without their content.

    >>> from datetime import datetime, timezone
    >>> from csprotocol.incident import Actor, Command
    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=timezone.utc)
    >>> machine = Workflow.default().compile()
    >>> opened = machine.open("INC-1", at=at(9), opened_by="customer", state="in_progress")
    >>> told, entry = machine.apply(opened, Command("send_update", Actor("ana")), now=at(11))
    >>> to_ticket(opened, [entry], machine.workflow).facts().first_reply_at.hour
    11

    Raises:
        UnknownWorkflowError: the workflow of the opening, or of an entry, is not given.
    """
    told = tuple(entries)
    known = {each.ref: each for each in ([workflow] if isinstance(workflow, Workflow) else workflow)}
    for ref in dict.fromkeys([opened.workflow, *(entry.workflow for entry in told)]):
        if ref not in known:
            raise UnknownWorkflowError.of(opened.id, ref, sorted(known))
    category = known[opened.workflow].state(opened.state).category
    events = [*_opening(opened, category)]
    fields: dict[str, Any] = {name: getattr(opened, name) for name in ("customer", "order", "problem_type", "channel")}
    for entry in told:
        flow = known[entry.workflow]
        events.extend(_said(entry, flow.meaning(entry.event)))
        reached = flow.state(entry.target).category
        if reached is not category:
            events.append(_event(entry, EventKind.STATUS, {"to": reached, "status": entry.target}, part="status"))
            category = reached
        fields |= {name: entry.data[name] for name in fields if entry.data and name in entry.data}
    channel = fields["channel"]
    erased = any(entry.erased for entry in told)
    return Ticket(
        id=opened.id,
        events=tuple(events),
        source="csprotocol",
        customer_id=fields["customer"],
        order_id=fields["order"],
        channel=None if channel is None else Channel(channel) if channel in _CHANNELS else Channel.OTHER,
        channel_name=channel,
        reason=fields["problem_type"],
        # An erased entry may have changed them.
        priority=None if erased else opened.priority,
        agent=None if erased else opened.assignee,
        recorded=frozenset(EventKind).difference(*_unknown(opened, erased=erased)),
    )


_CHANNELS = frozenset(Channel)


def _unknown(opened: Incident, *, erased: bool) -> Iterator[set[EventKind]]:
    """What nobody can count: what happened before the incident came here, and what was erased."""
    if opened.version:
        yield {EventKind.MESSAGE, EventKind.STATUS, EventKind.SURVEY}
    if opened.state_since is None and opened.opened_at is None:
        yield {EventKind.STATUS}
    if erased:
        yield {EventKind.SURVEY}


def _opening(opened: Incident, category: StatusCategory) -> Iterator[Event]:
    if opened.opened_at is not None:
        by = opened.opened_by or ActorKind.SYSTEM
        yield Event(opened.opened_at, EventKind.CREATED, by, id=f"{DERIVED}{opened.id}/0", seq=0)
    since = opened.state_since or opened.opened_at
    if since is not None:
        data = {"to": category, "status": opened.state}
        yield Event(since, EventKind.STATUS, data=data, id=f"{DERIVED}{opened.id}/0/status", seq=0)
    if opened.opened_at is not None and opened.priority is not None:
        data = {"to": opened.priority}
        yield Event(opened.opened_at, EventKind.PRIORITY, data=data, id=f"{DERIVED}{opened.id}/0/priority", seq=0)


def _said(entry: Entry, meaning: EventMeaning) -> Iterator[Event]:
    """What the entry itself tells, and what it tells by the way."""
    data = dict(entry.data or {})
    into = data.get("into") or (entry.link.id if entry.link else None)
    match meaning.kind:
        case EventKind.PRIORITY:
            if "priority" in data:
                yield _event(entry, EventKind.PRIORITY, {"to": data["priority"]}, meaning)
        case EventKind.ASSIGN:
            pass
        case EventKind.MERGED if into is None:
            # Into what, nobody said: then it is not known to be merged.
            yield _event(entry, EventKind.NOTE, data, meaning)
        case EventKind.MERGED:
            yield _event(entry, EventKind.MERGED, {"into": into})
        case EventKind.PROMISE:
            yield _event(entry, EventKind.PROMISE, data | {"due_at": _instant(data.get("due_at"))}, meaning)
        case _:
            yield _event(entry, meaning.kind, data, meaning)
    if entry.erased:
        # It may have told either; what was known before is not known any more.
        yield _event(entry, EventKind.ASSIGN, {"to": None}, part="assign")
        yield _event(entry, EventKind.PRIORITY, {"to": None}, part="priority")
    # Any event may bring these along; clocks and KPIs must hear of them either way.
    if "assignee" in data:
        yield _event(entry, EventKind.ASSIGN, {"to": data["assignee"]}, part="assign")
    if "priority" in data and meaning.kind is not EventKind.PRIORITY:
        yield _event(entry, EventKind.PRIORITY, {"to": data["priority"]}, part="priority")
    for metric in _SURVEYS:
        score = data.get(metric)
        if meaning.kind is not EventKind.SURVEY and isinstance(score, int) and not isinstance(score, bool):
            yield _event(entry, EventKind.SURVEY, {"metric": metric, "score": score}, part=metric)


_SURVEYS = ("csat", "nps", "ces")


def _instant(text: object) -> object:
    """An instant again where a journal wrote its text; anything else as it is, for whoever reads it to refuse."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return text
    return text if at.tzinfo is None else at


def _event(
    entry: Entry, kind: EventKind, data: dict[str, Any], meaning: EventMeaning | None = None, *, part: str = ""
) -> Event:
    return Event(
        entry.effective_at,
        kind,
        (meaning and meaning.by) or entry.actor_kind,
        actor=entry.actor_id,
        public=meaning is not None and meaning.public,
        data=data,
        # No sender's id begins like that, so none can stand for a part of another entry.
        id=f"{DERIVED}{DERIVED}{entry.event_id}/{part}" if part else entry.event_id,
        seq=entry.seq,
    )
