"""One incident through eight events, over and over: our machine, a hand-written table, and the peers."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.util import find_spec
from statistics import median
from typing import Any, Final

from benchmarks._measure import NOT_INSTALLED, Table, ratio, seconds_per_call, span
from csprotocol.incident import Actor, Command, Facts, Incident, Machine, Workflow

NOW: Final = datetime(2026, 11, 21, 10, tzinfo=UTC)
ANA: Final = Actor("ana")
# What an agent and a customer do all day; three of eight are guarded, two bring required fields.
EVENTS: Final[tuple[tuple[str, dict[str, object], str], ...]] = (
    ("ask_carrier", {}, "waiting_carrier"),
    ("third_party_reply", {}, "in_progress"),
    ("ask_customer", {}, "waiting_customer"),
    ("customer_reply", {}, "in_progress"),
    ("note", {}, "in_progress"),
    ("reassign", {"assignee": "leo"}, "in_progress"),
    ("resolve", {"resolution": "refund"}, "resolved"),
    ("reopen", {"reason": "still broken"}, "in_progress"),
)
STATES: Final = tuple(state for _, _, state in EVENTS)
OURS, TABLE, OTHER = "**csprotocol decide**", "hand-written dict table (the limit)", "transitions Machine, unbound"
MOST_OF_TABLE, LEAST_OF_OTHER = 2, 15

Walk = Callable[[], Iterable[str]]


def machines(*, quick: bool) -> Table:
    """Nanoseconds for each event, and bytes for each incident."""
    table = Table(
        "Eight events of one incident", ["machine", "one event", "x the table", "bytes an incident", "says why not"]
    )
    known = {**_ours(), **_by_hand(), **_transitions()}
    missing = []
    for name, package, build in (
        ("python-statemachine", "statemachine", _python_statemachine),
        ("automat (no guards)", "automat", _automat),
    ):
        if find_spec(package):
            known |= build(name)
        else:
            missing.append(name)
    for name, (walk, _, _) in known.items():
        assert tuple(walk()) == STATES, f"{name} goes astray: {tuple(walk())}"
    walks = {name: walk for name, (walk, _, _) in known.items()}
    taken = seconds_per_call(walks, rounds=7 if quick else 15, budget_seconds=0.05 if quick else 0.2)
    for name, found in taken.items():
        _, make, why = known[name]
        times = ratio(found, taken[TABLE])
        table.add(name, span(median(found) / len(EVENTS)), f"{times:.2f}", f"{_bytes(make):,}", why)
    for name in missing:
        table.add(name, *[NOT_INSTALLED] * 4)
    ours = ratio(taken[OURS], taken[TABLE])
    table.limit(f"at most {MOST_OF_TABLE} x the table; measured {ours:.2f} x", holds=ours <= MOST_OF_TABLE)
    other = ratio(taken[OTHER], taken[OURS])
    table.limit(
        f"at least {LEAST_OF_OTHER} x as fast as transitions; measured {other:.1f} x", holds=other >= LEAST_OF_OTHER
    )
    table.notes += [
        "All are asserted to go through the same states. The table asks the same guards and fields and knows no more.",
        "Bytes: what one more incident costs, by tracemalloc, without the commands.",
    ]
    return table


Contender = dict[str, tuple[Walk, Callable[[], object], str]]


def _ours() -> Contender:
    machine = Workflow.default().compile()
    facts = Facts()
    commands = [Command(event, ANA, occurred_at=NOW, data=data) for event, data, _ in EVENTS]
    # One incident for each state, so that only deciding is measured, as with the others.
    standing = {state: _incident(machine, state) for state in STATES}

    def walk() -> list[str]:
        decide, now = machine.decide, NOW
        incident, states = standing["in_progress"], []
        for command in commands:
            state = decide(incident, command, facts, now=now).target  # type: ignore[union-attr]  # none is denied
            incident = standing[state]
            states.append(state)
        return states

    def applied() -> list[str]:
        incident, states = standing["in_progress"], []
        for command in commands:
            incident, _ = machine.apply(incident, command, facts, now=NOW)
            states.append(incident.state)
        return states

    def make() -> object:
        return _incident(machine, "in_progress")

    return {
        OURS: (walk, make, "all reasons"),
        "csprotocol apply (new incident, journal entry)": (applied, make, "all reasons"),
    }


def _incident(machine: Machine, state: str) -> Incident:
    return machine.open("INC-1", at=NOW, state=state, assignee="ana")


class _Plain:
    """An incident to those who change it."""

    __slots__ = ("assignee", "reopen_count", "state")

    def __init__(self, state: str = "in_progress") -> None:
        self.state = state
        self.assignee = "ana"
        self.reopen_count = 0


def _by_hand() -> Contender:
    def has_assignee(incident: _Plain, data: Any) -> bool:
        return bool(data.get("assignee", incident.assignee))

    def no_children(incident: _Plain, data: Any) -> bool:
        return not [child for child in children if child.blocking and not child.closed]

    def within_limit(incident: _Plain, data: Any) -> bool:
        return data.get("compensation") is None

    def under_limit(incident: _Plain, data: Any) -> bool:
        return incident.reopen_count < 3

    children: tuple[Any, ...] = ()
    guards: dict[str, tuple[Any, ...]] = {
        "reassign": (has_assignee,),
        "resolve": (no_children, within_limit),
        "reopen": (under_limit,),
    }
    fields = {"resolve": ("resolution",), "reopen": ("reason",)}
    rows = {
        (source, event): (target, guards.get(event, ()), fields.get(event, ()))
        for (source, event), target in Workflow.default().moves.items()
    }
    commands = [(event, data) for event, data, _ in EVENTS]
    incident = _Plain()

    def walk() -> list[str]:
        states = []
        incident.state = "in_progress"
        for event, data in commands:
            target, asked, required = rows[incident.state, event]
            for guard in asked:
                if not guard(incident, data):
                    break
            else:
                for name in required:
                    value = data.get(name)
                    # A blank text is a missing field, as with us.
                    if not isinstance(value, str) or not value.strip():
                        break
                else:
                    incident.state = target
            states.append(incident.state)
        return states

    return {TABLE: (walk, _Plain, "no")}


def _transitions() -> Contender:
    from csprotocol.incident import Situation

    machine = Workflow.default().to_machine()
    facts, policy = Facts(), Workflow.default().policy
    ours = Workflow.default().compile()
    commands = [Command(event, ANA, occurred_at=NOW, data=data) for event, data, _ in EVENTS]
    standing = _incident(ours, "in_progress")
    situations = [(command.event, Situation(standing, command, facts, NOW, policy)) for command in commands]
    incident = _Plain()

    class Bound:
        """The same with a ``__dict__``, into which that library writes its methods."""

    def walk() -> list[str]:
        states = []
        incident.state = "in_progress"
        for event, situation in situations:
            machine.events[event].trigger(incident, situation)
            states.append(incident.state)
        return states

    def bound() -> object:
        thing = Bound()
        machine.add_model(thing, initial="in_progress")
        return thing

    one = Bound()
    machine.add_model(one, initial="in_progress")
    bound_to: Any = one

    def bound_walk() -> list[str]:
        states = []
        bound_to.state = "in_progress"
        for event, situation in situations:
            bound_to.trigger(event, situation)
            states.append(bound_to.state)
        return states

    return {OTHER: (walk, _Plain, "no"), "transitions Machine, incident bound to it": (bound_walk, bound, "no")}


def _python_statemachine(name: str) -> Contender:
    from statemachine import State, StateMachine

    moves = {(s, e): t for (s, e), t in Workflow.default().moves.items() if e in {event for event, _, _ in EVENTS}}
    states = {
        s: State(initial=s == "in_progress") for s in ("in_progress", "waiting_carrier", "waiting_customer", "resolved")
    }
    namespace: dict[str, Any] = dict(states)
    for (source, event), target in moves.items():
        if source in states and target in states:
            cond = {"reassign": "has_assignee", "resolve": "no_children", "reopen": "under_limit"}.get(event)
            transition = states[source].to(states[target], cond=cond, internal=event == "note" or None)
            namespace[event] = namespace[event] | transition if event in namespace else transition
    namespace |= {
        "has_assignee": _yes,
        "no_children": _yes,
        "under_limit": _yes,
    }
    kind = type("Incident", (StateMachine,), namespace)
    incident = kind()
    events = [event for event, _, _ in EVENTS]

    def walk() -> list[str]:
        found = []
        for event in events:
            incident.send(event)
            found.append(incident.current_state.id)
        return found

    return {name: (walk, kind, "no")}


def _automat(name: str) -> Contender:
    from typing import Protocol

    from automat import TypeMachineBuilder

    class Inputs(Protocol):
        def ask_carrier(self) -> str: ...
        def third_party_reply(self) -> str: ...
        def ask_customer(self) -> str: ...
        def customer_reply(self) -> str: ...
        def note(self) -> str: ...
        def reassign(self) -> str: ...
        def resolve(self) -> str: ...
        def reopen(self) -> str: ...

    builder = TypeMachineBuilder(Inputs, _Plain)
    states = {each: builder.state(each) for each in dict.fromkeys(["in_progress", *STATES])}
    for (source, event), target in Workflow.default().moves.items():
        method = getattr(Inputs, event, None)
        if method is not None and source in states and target in states:
            states[source].upon(method).to(states[target])(_says(target))
    factory = builder.build()
    incident = factory(_Plain())
    events = [event for event, _, _ in EVENTS]

    def walk() -> list[str]:
        return [getattr(incident, event)() for event in events]

    return {name: (walk, lambda: factory(_Plain()), "no")}


def _yes(incident: object) -> bool:
    return incident is not None


def _says(target: str) -> Callable[[object, _Plain], str]:
    return lambda inputs, core: target


def _bytes(make: Callable[[], object]) -> int:
    make()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = [make() for _ in range(200)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (after - before) // len(kept)
