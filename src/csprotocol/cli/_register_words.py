"""Why a command was denied, in sentences for whoever typed it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from csprotocol.cli._tables import listed
from csprotocol.incident import Decision, Denial

__all__ = ["possible", "reasons", "sentence"]

Params = Mapping[str, Any]


def reasons(denials: tuple[Denial, ...]) -> Iterator[str]:
    """``code: sentence [hint]``, a line each."""
    for denial in denials:
        hint = f" [{denial.hint}]" if denial.hint else ""
        yield f"{denial.code}: {sentence(denial)}{hint}"


def sentence(denial: Denial) -> str:
    """What was found and what to do; of a guard that nobody here knows, the facts that it gives."""
    words = _SENTENCES.get(denial.code) or _SENTENCES.get(denial.code.partition(":")[0])
    if words is None:
        return ", ".join(f"{name} {_told(value)}" for name, value in denial.params.items()) or "denied by a guard"
    return words(denial.params)


def possible(answers: Mapping[str, Decision], moves: Container[str]) -> Iterator[str]:
    """The events that would be allowed, those in ``moves`` first: they lead on. With the fields that they need."""
    open_to: dict[bool, list[str]] = {True: [], False: []}
    for event, answer in answers.items():
        if answer.ok:
            open_to[event in moves].append(event)
        elif answer.needs:
            open_to[event in moves].append(f"{event} {' '.join(f'{name}=...' for name in answer.needs)}")
    yield from listed("possible now: ", open_to[True] or ["nothing that leads on"])
    if open_to[False]:
        yield from listed("and, staying: ", open_to[False])


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _unknown_event(params: Params) -> str:
    near = get_close_matches(params["event"], params["known"], n=1)
    return f"the workflow has no such event{f'; did you mean {near[0]}?' if near else ''}"


def _window(params: Params) -> str:
    if "unknown" in params:
        return "nobody knows when it was closed; open a new incident"
    return f"closed at {_at(params['closed_at'])}, more than {params['days']} days ago; open a new incident"


def _grace(params: Params) -> str:
    if "unknown" in params:
        return "nobody knows when it was resolved; give confirmed=true when the customer agrees"
    if params["until"] is None:
        return "the customer may object for ages; give confirmed=true when they agree"
    return f"the customer may object until {_at(params['until'])}; give confirmed=true when they agree"


def _children(params: Params) -> str:
    if "unknown" in params:
        return "nobody looked at its child incidents"
    return f"it waits for {_told(params['children'])}; end them first"


def _merge(params: Params) -> str:
    if "unknown" in params:
        return f"there is no incident {params['into']}"
    return "it cannot be merged into itself" if params["why"] == "itself" else f"{params['into']} has ended"


def _compensation(params: Params) -> str:
    if "unknown" in params:
        return 'compensation must be an amount, for example compensation="50.00 EUR"'
    limit = params["limit"] or "nothing in this currency"
    may = _told(params["may_approve"]) or "nobody"
    return f"{params['amount']} is above the limit of role {params['role']}, {limit}; may approve: {may}"


def _at(instant: str) -> str:
    """An instant of a denial, to the second."""
    return f"{instant[:10]} {instant[11:19]} UTC"


_SENTENCES: Final[Mapping[str, Callable[[Params], str]]] = {
    "unknown-event": _unknown_event,
    "no-transition": lambda p: f"not possible in state {p['state']}",
    "missing-field": lambda p: f"give {p['field']}=...",
    "role-required": lambda p: f"role {p['role']} may not; may: {_told(p['roles'])}",
    "clock-skew": lambda p: f"{p['ahead_seconds']} s in the future, at most {p['limit_seconds']} s are taken",
    "stale-version": lambda p: f"version {p['expected']} was expected, it is at {p['found']}; look at it again",
    "idempotency-mismatch": lambda p: f"event id {p['event_id']} was used before, for something else",
    "has_assignee": lambda _: "nobody is in charge; record assign first, or give assignee=...",
    "within_reopen_window": _window,
    "under_reopen_limit": lambda p: f"reopened {p['count']} times, at most {p['limit']}; open a new incident",
    "no_open_blocking_children": _children,
    "confirmed_or_grace_elapsed": _grace,
    "merge_target_ok": _merge,
    "within_compensation_limit": _compensation,
}
