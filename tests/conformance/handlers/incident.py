"""Incidents: commands one after the other on an incident of the file's workflow, or a status log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import count
from json import dumps, loads
from typing import Any

from csprotocol.errors import CsprotocolError
from csprotocol.incident import (
    Actor,
    Child,
    Command,
    Entry,
    Facts,
    Incident,
    Machine,
    Outcome,
    OutcomeKind,
    Workflow,
    check_status_log,
    replay,
)
from csprotocol.incident._journal import settle
from tests.conformance._handler import UnknownCaseError, refuse_unknown_keys

_KEYS = ("id", "title", "given", "commands", "expected", "why", "workflow", "source", "note")
_INSTANTS = ("state_since", "opened_at", "resolved_at", "closed_at", "last_occurred_at")
_PLAIN = ("id", "state", "version", "assignee", "reopen_count", "links", "problem_type", "priority", "parent")
_FACTS = ("children", "known")
_COMMAND = ("event", "event_id", "occurred_at", "recorded_at", "actor", "data", "expected_version")


def answer(case: Mapping[str, Any]) -> object:
    """The incident after all commands, the outcomes, and the reasons of all denials in their order."""
    refuse_unknown_keys("case", case, _KEYS)
    machine = _machine(dumps(case["workflow"]))
    given = case["given"]
    if given.get("import") == "status":
        return _status_log(machine, given)
    refuse_unknown_keys("given", given, (*_INSTANTS, *_PLAIN, *_FACTS))
    opened = Incident(
        **{"id": "INC-1", "workflow": machine.ref}
        | {name: given[name] for name in _PLAIN if name in given}
        | {name: _at(given[name]) for name in _INSTANTS if given.get(name)}
    )
    run = _Run(machine, opened, _facts(machine, given))
    for command in case["commands"]:
        run.step(command)
    return dict(run.told(opened))


def error_name(error: CsprotocolError) -> str:
    """The class is the name."""
    return type(error).__name__


class _Run:
    """What a journal keeps, without one: the decision itself is what the cases are about."""

    def __init__(self, machine: Machine, incident: Incident, facts: Facts) -> None:
        self.machine = machine
        self.incident = incident
        self.facts = facts
        self.entries: list[Entry] = []
        self.outcomes: list[Outcome] = []
        self.was_set = False

    def step(self, said: Mapping[str, Any]) -> None:
        if "set" in said:
            refuse_unknown_keys("set", said, ("set",))
            refuse_unknown_keys("set", said["set"], _PLAIN)
            self.incident = replace(self.incident, **said["set"])
            self.was_set = True
            return
        refuse_unknown_keys("command", said, _COMMAND)
        command = Command(
            said["event"],
            Actor(said["actor"]["id"], said["actor"]["role"]),
            event_id=said.get("event_id"),
            occurred_at=_at(said["occurred_at"]) if said.get("occurred_at") else None,
            data=said.get("data", {}),
        )
        outcome = settle(
            self.incident,
            command,
            self.machine,
            self.facts,
            now=_at(said["recorded_at"]),
            expected_version=said.get("expected_version"),
            earlier=next((entry for entry in self.entries if entry.event_id == command.event_id), None),
        )
        self.outcomes.append(outcome)
        if outcome.kind is OutcomeKind.APPLIED and outcome.entry is not None:
            self.incident = outcome.incident
            self.entries.append(outcome.entry)

    def told(self, opened: Incident) -> Iterator[tuple[str, object]]:
        yield "outcomes", [outcome.kind.value for outcome in self.outcomes]
        yield "journal", len(self.entries)
        yield "links", [list(link) for link in self.incident.links]
        for name in ("state", "version", "reopen_count", "assignee"):
            yield name, getattr(self.incident, name)
        for name in _INSTANTS:
            yield name, _text(getattr(self.incident, name))
        denied = [outcome for outcome in self.outcomes if outcome.kind is OutcomeKind.DENIED]
        yield "reasons", [code for outcome in denied for code in outcome.codes]
        yield "hint", next((outcome.hint for outcome in denied if outcome.hint), None)
        if self.entries:
            last = self.entries[-1]
            yield "late", last.late
            yield "effective_at", _text(last.effective_at)
            yield "occurred_at", _text(last.occurred_at)
        if not self.was_set:
            yield "replay_state", replay(opened, self.entries, self.machine).state


def _status_log(machine: Machine, given: Mapping[str, Any]) -> object:
    refuse_unknown_keys("given", given, ("import", "rows", "mapping"))
    cases, statuses, stamps = zip(*given["rows"], strict=True)
    log = check_status_log(
        cases, statuses, [_at(stamp) for stamp in stamps], given.get("mapping"), workflow=machine.workflow
    )
    return {"illegal": log.illegal, "noop": log.noops, "seconds_in": dict(log.seconds_in)}


def _facts(machine: Machine, given: Mapping[str, Any]) -> Facts:
    numbers = count(1)
    children = [
        Child(child.get("id", f"child-{next(numbers)}"), child.get("kind", ""), child["blocking"], child["closed"])
        for child in given.get("children", ())
    ]
    known = given.get("known", {})
    return Facts(tuple(children), {other: not machine.workflow.state(state).final for other, state in known.items()})


@lru_cache(maxsize=8)
def _machine(document: str) -> Machine:
    return Workflow.from_dict(loads(document)).compile()


def _at(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UnknownCaseError(f"{text!r} is no instant") from None


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
