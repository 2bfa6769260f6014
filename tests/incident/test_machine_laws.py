"""Our machine against a well-known one and against the document itself; and proof that the comparison bites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from csprotocol.incident import Allowed, Machine, Situation, Workflow
from csprotocol.incident import _machine as engine
from csprotocol.incident import replay as replayed
from tests.incident.lifecycles import (
    GUARDS,
    NOW,
    STEPS,
    Step,
    compare,
    documents,
    expected_codes,
    other_machine,
)


@given(documents(), STEPS)
def test_it_moves_as_transitions_does(document: Mapping[str, Any], steps: list[Step]) -> None:
    compare(document, steps)


@given(documents(formal=True), STEPS)
def test_a_no_has_every_reason_in_order(document: Mapping[str, Any], steps: list[Step]) -> None:
    machine = Workflow.from_dict(document).compile(GUARDS)
    incident = machine.open("INC-1", at=NOW)
    for step in steps:
        decision = machine.decide(incident, step.command(), now=NOW)
        expected = expected_codes(document, incident, step)
        assert (None if decision.ok else decision.codes) == expected
        if decision.ok:
            incident, _ = machine.commit(incident, step.command(), decision, now=NOW)


@given(documents(formal=True), STEPS)
def test_replay_gives_what_applying_gave(document: Mapping[str, Any], steps: list[Step]) -> None:
    machine = Workflow.from_dict(document).compile(GUARDS)
    incident = opened = machine.open("INC-1", at=NOW)
    entries = []
    for step in steps:
        if machine.decide(incident, step.command(), now=NOW).ok:
            incident, entry = machine.apply(incident, step.command(), now=NOW)
            entries.append(entry)
    assert replayed(opened, entries, machine) == incident


@given(documents(formal=True), STEPS)
def test_buttons_say_what_a_decision_says(document: Mapping[str, Any], steps: list[Step]) -> None:
    machine = Workflow.from_dict(document).compile(GUARDS)
    incident = machine.open("INC-1", at=NOW)
    for step in steps:
        command = step.command()
        buttons = machine.allowed(incident, command.actor, now=NOW, data=command.data)
        decision = machine.decide(incident, command, now=NOW)
        assert buttons.get(step.event, decision) == decision
        assert set(buttons) == set(machine.workflow.event_names)
        if decision.ok:
            incident, _ = machine.commit(incident, command, decision, now=NOW)


@given(documents())
def test_the_bridge_has_the_edges_of_the_document(document: Mapping[str, Any]) -> None:
    workflow = Workflow.from_dict(document)
    assert _edges(workflow.to_machine(GUARDS)) == _edges(other_machine(document))
    final = {state.name for state in workflow.states if state.final}
    ours = {(source, event, target) for source, event, target, _ in workflow.arrows()}
    assert ours == {edge for edge in _edges(workflow.to_machine(GUARDS)) if edge[0] not in final}


def _edges(machine: Any) -> set[tuple[str, str, str]]:
    return {
        (source, name, source if each.dest is None else each.dest)
        for name, event in machine.events.items()
        for source, several in event.transitions.items()
        for each in several
    }


# --- eight ways to get it wrong; each must be noticed ---


def _wildcard_takes_final_states(patch: pytest.MonkeyPatch) -> None:
    def sources(self: Workflow, transition: Any) -> tuple[str, ...]:
        return tuple(s.name for s in self.states) if "*" in transition.sources else transition.sources

    patch.setattr(Workflow, "sources", sources)


def _wildcard_forgets_the_initial_state(patch: pytest.MonkeyPatch) -> None:
    def sources(self: Workflow, transition: Any) -> tuple[str, ...]:
        if "*" not in transition.sources:
            return tuple(transition.sources)
        return tuple(s.name for s in self.states if not s.final and s.name != self.initial)

    patch.setattr(Workflow, "sources", sources)


def _restarting(patch: pytest.MonkeyPatch, restarts: Callable[[Allowed], bool]) -> None:
    real = engine._answer

    def answer(candidates: list[Any]) -> Any:
        return real(
            [each._replace(allowed=replace(each.allowed, restarts=restarts(each.allowed))) for each in candidates]
        )

    patch.setattr(engine, "_answer", answer)


def _same_state_counts_as_internal(patch: pytest.MonkeyPatch) -> None:
    _restarting(patch, lambda allowed: allowed.source != allowed.target)


def _internal_counts_as_entering(patch: pytest.MonkeyPatch) -> None:
    _restarting(patch, lambda allowed: True)


def _the_last_one_wins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine, "_answer", lambda candidates: tuple(reversed(candidates)))


def _guards_are_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine, "_refused", lambda candidate, situation: [])


def _one_guard_is_enough(patch: pytest.MonkeyPatch) -> None:
    real = engine._refused

    def refused(candidate: Any, situation: Situation) -> Any:
        denials = real(candidate, situation)
        return denials if len(denials) == len(candidate.guards) else []

    patch.setattr(engine, "_refused", refused)


def _a_failed_guard_ends_the_search(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine, "_answer", lambda candidates: tuple(candidates[:1]))


@pytest.mark.parametrize(
    "mutant",
    [
        _wildcard_takes_final_states,
        _wildcard_forgets_the_initial_state,
        _same_state_counts_as_internal,
        _internal_counts_as_entering,
        _the_last_one_wins,
        _guards_are_not_asked,
        _one_guard_is_enough,
        _a_failed_guard_ends_the_search,
    ],
)
def test_a_mutant_dies(mutant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    # No shrinking: one counterexample is enough.
    @settings(
        max_examples=500,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(documents(), STEPS)
    def hunt(document: Mapping[str, Any], steps: list[Step]) -> None:
        compare(document, steps, Machine(Workflow.from_dict(document), GUARDS))

    hunt()
    mutant(monkeypatch)
    with pytest.raises(AssertionError):
        hunt()
