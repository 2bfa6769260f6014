"""Random workflows, the events to throw at them, and two slow judges that read the raw document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from transitions import Machine as OtherMachine
from transitions import MachineError

from csprotocol.incident import Actor, Command, Denial, Guard, Incident, Machine, Situation, Workflow, deny

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
FLAGS = ("g0", "g1", "g2")
ROLES = ("agent", "lead", "supervisor")
FIELDS = ("reason", "into")


def flag_guard(name: str) -> Guard:
    def guard(situation: Situation) -> Denial | None:
        return None if situation.command.data.get(name) else deny(name)

    return guard


GUARDS = {name: flag_guard(name) for name in FLAGS}


@st.composite
def documents(draw: st.DrawFn, *, formal: bool = False) -> dict[str, Any]:
    """A workflow as plain data; with ``formal`` its transitions ask for fields and roles too."""
    names = [f"s{i}" for i in range(draw(st.integers(2, 5)))]
    final = draw(st.sets(st.sampled_from(names[1:]), max_size=2))
    live = [name for name in names if name not in final]
    source = st.one_of(st.just(["*"]), st.lists(st.sampled_from(live), min_size=1, max_size=3, unique=True))
    transition = st.fixed_dictionaries(
        {
            "event": st.sampled_from(["e0", "e1", "e2"]),
            "source": source,
            "target": st.one_of(st.none(), st.just("="), st.sampled_from(names)),
            "guards": st.lists(st.sampled_from(FLAGS), max_size=2, unique=True),
        }
        | (
            {
                "requires": st.lists(st.sampled_from(FIELDS), max_size=2, unique=True),
                "roles": st.lists(st.sampled_from(ROLES), max_size=2, unique=True),
            }
            if formal
            else {}
        )
    )
    return {
        "id": "random",
        "version": 1,
        "initial": names[0],
        "states": [{"name": name, "category": "open", "final": name in final} for name in names],
        "transitions": draw(st.lists(transition, min_size=1, max_size=8)),
    }


@dataclass(frozen=True)
class Step:
    event: str
    flags: frozenset[str]
    role: str = "agent"
    fields: frozenset[str] = frozenset()

    def command(self) -> Command:
        told = dict.fromkeys(self.flags, True) | dict.fromkeys(self.fields, "said")
        return Command(self.event, Actor("ana", self.role), data=told)


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["e0", "e1", "e2"]),
        st.frozensets(st.sampled_from(FLAGS)),
        st.sampled_from(ROLES),
        st.frozensets(st.sampled_from(FIELDS)),
    ),
    max_size=12,
)


class Thing:
    """What the other library moves."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.entered = 0


def other_machine(document: Mapping[str, Any]) -> OtherMachine:
    """The same workflow by the library ``transitions``, with that library's own ``*`` and ``=``."""
    machine = OtherMachine(model=None, initial=document["initial"], auto_transitions=False, send_event=True)
    for state in document["states"]:
        machine.add_state(state["name"], on_enter=[_entered])
    for each in document["transitions"]:
        source = "*" if each["source"] == ["*"] else each["source"]
        conditions = [_flag(name) for name in each["guards"]]
        machine.add_transition(each["event"], source, each["target"], conditions=conditions)
    return machine


def _entered(event: Any) -> None:
    event.model.entered += 1


def _flag(name: str) -> Any:
    return lambda event: name in event.kwargs["flags"]


def compare(document: Mapping[str, Any], steps: Sequence[Step], machine: Machine | None = None) -> None:
    """Walk our machine and the other one through ``steps``; they must agree after each."""
    ours = machine or Workflow.from_dict(document).compile(GUARDS)
    other = other_machine(document)
    final = {state["name"] for state in document["states"] if state["final"]}
    incident, thing = ours.open("INC-1", at=NOW), Thing(document["initial"])
    for step in steps:
        decision = ours.decide(incident, step.command(), now=NOW)
        if thing.state in final:
            # The one intended difference: for us `*` is every state that is not final.
            assert not decision.ok
            assert decision.kind in {"no-transition", "unknown-event"}
            continue
        before = thing.entered
        try:
            moved = other.events[step.event].trigger(thing, flags=step.flags) if step.event in other.events else False
            declared = step.event in other.events
        except MachineError:
            moved, declared = False, False
        assert decision.ok == moved
        assert declared == (decision.ok or decision.kind == "guard")
        if decision.ok:
            assert decision.target == thing.state
            assert decision.restarts == (thing.entered > before)
            incident, _ = ours.commit(incident, step.command(), decision, now=NOW)
        assert incident.state == thing.state


def expected_codes(document: Mapping[str, Any], incident: Incident, step: Step) -> tuple[str, ...] | None:
    """The codes of a no, ``None`` for a yes, read off the document the slow way."""
    if all(each["event"] != step.event for each in document["transitions"]):
        return ("unknown-event",)
    final = {state["name"] for state in document["states"] if state["final"]}
    told: list[str] = []
    met = False
    for each in document["transitions"]:
        starts = incident.state not in final if each["source"] == ["*"] else incident.state in each["source"]
        if each["event"] != step.event or not starts:
            continue
        met = True
        formal = [f"missing-field:{name}" for name in each["requires"] if name not in step.fields]
        if each["roles"] and step.role not in each["roles"]:
            formal.append("role-required:" + "|".join(each["roles"]))
        failed = [name for name in each["guards"] if name not in step.flags]
        if not failed:
            return tuple(formal) or None
        told += [code for code in [*formal, *failed] if code not in told]
    return tuple(told) if met else ("no-transition",)
