"""The door to the library ``transitions``: its tools, and a second opinion on our machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from csprotocol.incident._guards import BUILT_IN_GUARDS, Guard, Situation, guard_named
from csprotocol.incident._states import ANY, Transition

if TYPE_CHECKING:
    from csprotocol.incident._workflow import Workflow

__all__ = ["to_machine"]


def to_machine(workflow: Workflow, guards: Mapping[str, Guard] | None, *, kind: type[Any] | None) -> Any:
    """A machine of ``transitions``, built from the document as it stands.

    It is bound to no model: a bound model costs 10 kB and changes with the machine. ``machine.events["close"]
    .trigger(thing, situation)`` works on anything that has a ``state``; the guards get the situation.
    """
    from transitions import Machine

    known = {**BUILT_IN_GUARDS, **(guards or {})}
    machine = (kind or Machine)(
        model=None,
        states=[{"name": state.name, "final": state.final} for state in workflow.states],
        initial=workflow.initial,
        auto_transitions=False,
    )
    for place, transition in enumerate(workflow.transitions):
        where = f"transitions[{place}] ({transition.event}).guards"
        # Its own `*` and `=`: spelt out by us they would hide our mistakes from the comparison.
        machine.add_transition(
            transition.event,
            _source(workflow, transition),
            transition.target,
            conditions=[
                _condition(guard_named(workflow.id, where, use, known), use.params) for use in transition.guard_uses
            ],
        )
    return machine


def _source(workflow: Workflow, transition: Transition) -> Any:
    # That library knows no exceptions from `*`; these alone are spelt out.
    if transition.sources == (ANY,) and not transition.except_:
        return ANY
    return list(workflow.sources(transition))


def _condition(guard: Guard, params: Mapping[str, Any]) -> Callable[..., bool]:
    def passes(situation: Situation | None = None) -> bool:
        return situation is None or guard(replace(situation, params=params)) is None

    passes.__name__ = getattr(guard, "__name__", "guard")
    return passes
