"""One shop with office hours, and its tickets in short: what the tables of the tests are written in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.model import ActorKind, Event, EventKind
from csprotocol.sla import ClockRule, ClockState, SlaPolicy, evaluate

OFFICE = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-17:00"))
ALWAYS = BusinessCalendar.ALWAYS_OPEN
_BY = {"customer": ActorKind.CUSTOMER, "agent": ActorKind.AGENT, "bot": ActorKind.BOT, "system": ActorKind.SYSTEM}


def at(clock: str, *, day: int = 20) -> datetime:
    """``"10:30"`` of Friday, 20 November 2026; ``"23 10:30"`` of another day of the month."""
    date_, _, wall = clock.rpartition(" ")
    hour, minute = wall.split(":")
    return datetime(2026, 11, int(date_ or day), int(hour), int(minute), tzinfo=UTC)


def told(*lines: str) -> list[Event]:
    """Events from lines: ``10:00 created customer``, ``10:30 note agent``, ``11:00 status open`` ..."""
    return [_event(line.split()) for line in lines]


def _event(words: list[str]) -> Event:
    when = at(" ".join(words[: 2 if words[0].isdigit() else 1]))
    kind, *rest = words[2 if words[0].isdigit() else 1 :]
    match kind:
        case "created" | "message":
            return Event(when, EventKind(kind), _BY[rest[0]], public="private" not in rest)
        case "note":
            return Event(when, EventKind.MESSAGE, _BY[rest[0]], public=False)
        case "assign":
            return Event(when, EventKind.ASSIGN, data={"group": rest[0]})
        case "promise":
            return Event(when, EventKind.PROMISE, ActorKind.AGENT, data={"due_at": at(" ".join(rest))})
        case "merged":
            return Event(when, EventKind.MERGED, data={"into": "#2"})
    return Event(when, EventKind(kind), data={"to": rest[0]})


def clocks(
    kind: str,
    target: object,
    *lines: str,
    now: str = "16:00",
    calendar: BusinessCalendar = ALWAYS,
    **options: Any,
) -> tuple[ClockState, ...]:
    """The cycles of one clock."""
    rule = ClockRule(target, **options)  # type: ignore[arg-type]  # values serve as well as texts
    return evaluate(told(*lines), SlaPolicy.of(**{kind: rule}), calendar, at(now))


def story(found: tuple[ClockState, ...]) -> list[str]:
    """Each cycle in a line: ``10:00-10:30 met reply 0:30:00``."""
    return [
        f"{c.start:%H:%M}-{f'{c.stop:%H:%M}' if c.stop else ''} {c.state} {c.stop_reason or ''} {c.elapsed}".replace(
            "  ", " "
        )
        for c in found
    ]
