"""What is wrong or doubtful in a workflow, each with a stable code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from csprotocol.errors import one_of
from csprotocol.incident._states import ANY, SAME
from csprotocol.model import StatusCategory

if TYPE_CHECKING:
    from csprotocol.incident._workflow import Workflow

__all__ = ["BUILT_IN", "Finding", "doubtful", "wrong"]

# By name, for guards know workflows and not the other way round; a test holds the two lists together.
BUILT_IN: Final = frozenset(
    {
        "confirmed_or_grace_elapsed",
        "has_assignee",
        "merge_target_ok",
        "no_open_blocking_children",
        "under_reopen_limit",
        "within_compensation_limit",
        "within_reopen_window",
    }
)


class Finding(NamedTuple):
    """Something about a workflow: ``error`` where it cannot run, ``warning`` where it hardly means it so.

    Codes of errors: ``duplicate-state``, ``exit-from-final``, ``landing-category``, ``mixed-wildcard``, ``no-states``,
    ``renamed-state-present``, ``unknown-state``. Codes of warnings: ``dead-end``, ``final-initial``,
    ``final-while-live``, ``guard-params``, ``livelock``, ``shadowed-transition``, ``unknown-event``,
    ``unknown-guard``, ``unreachable-state``, ``waiting-without-party``.
    """

    code: str
    level: Literal["error", "warning"]
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.level}: {self.code}: {self.where}: {self.message}"


def wrong(workflow: Workflow) -> tuple[Finding, ...]:
    """What keeps the workflow from running, sorted."""
    names = [state.name for state in workflow.states]
    found = [] if names else [_error("no-states", "states", "a workflow needs at least one")]
    found += [
        _error("duplicate-state", f"states.{name}", "stands twice")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    found += [
        _error("unknown-state", where, f"{name!r} is no state; {one_of(names, found=name)}")
        for where, name in _named_states(workflow)
        if name not in names
    ]
    return tuple(sorted({*found, *_wrong_sources(workflow), *_wrong_tables(workflow)}))


def _named_states(workflow: Workflow) -> Iterator[tuple[str, str]]:
    """Every place that names a state, with the name."""
    yield "initial", workflow.initial
    for i, transition in enumerate(workflow.transitions):
        place = f"transitions[{i}] ({transition.event})"
        for source in transition.sources:
            if source != ANY:
                yield f"{place}.source", source
        for spared in transition.except_:
            yield f"{place}.except", spared
        if transition.target is not None and transition.target != SAME:
            yield f"{place}.target", transition.target
    for category, name in workflow.landing.items():
        yield f"landing.{category}", name
    for old, name in workflow.rename.items():
        yield f"rename.{old}", name


def _wrong_sources(workflow: Workflow) -> Iterator[Finding]:
    final = {state.name for state in workflow.states if state.final}
    for i, transition in enumerate(workflow.transitions):
        place = f"transitions[{i}] ({transition.event}).source"
        if ANY in transition.sources and len(transition.sources) > 1:
            yield _error("mixed-wildcard", place, "'*' stands for every state that is not final; name no other with it")
        if transition.except_ and ANY not in transition.sources:
            yield _error("mixed-wildcard", place, "'except' goes with '*' only; leave the states out of the list")
        for source in transition.sources:
            if source in final:
                yield _error("exit-from-final", place, f"{source!r} is final: nothing leads out of it")


def _wrong_tables(workflow: Workflow) -> Iterator[Finding]:
    categories = {state.name: state.category for state in workflow.states}
    for category, name in workflow.landing.items():
        if categories.get(name, category) != category:
            yield _error("landing-category", f"landing.{category}", f"{name!r} is of category {categories[name]}")
    for old in workflow.rename:
        if old in categories:
            yield _error(
                "renamed-state-present",
                f"rename.{old}",
                "is a state of this version too: nobody could tell which is meant",
            )


def doubtful(workflow: Workflow, guards: Iterable[str]) -> tuple[Finding, ...]:
    """What the workflow hardly means so, sorted; ``guards`` are the names that are known."""
    known = sorted(guards)
    found = [
        _warning(
            "waiting-without-party", f"states.{state.name}", f"{state.category} waits for somebody: name waiting_on"
        )
        for state in workflow.states
        if state.category.is_waiting and not state.waiting_on
    ]
    found += [
        _warning("unknown-event", f"events.{event}", f"no transition speaks of it; {one_of(workflow.event_names)}")
        for event in workflow.events
        if event not in workflow.event_names
    ]
    for state in workflow.states:
        if state.final and state.category.is_live:
            message = f"nothing leads out of it, and {state.category} keeps its clocks running for ever"
            found.append(_warning("final-while-live", f"states.{state.name}", message))
        if state.final and state.name == workflow.initial:
            found.append(_warning("final-initial", "initial", f"{state.name!r} is final: nothing can ever happen"))
    return tuple(sorted({*found, *_doubtful_guards(workflow, known), *_shadowed(workflow), *_paths(workflow)}))


def _doubtful_guards(workflow: Workflow, known: list[str]) -> Iterator[Finding]:
    for i, transition in enumerate(workflow.transitions):
        place = f"transitions[{i}] ({transition.event}).guards"
        for use in transition.guard_uses:
            if use.guard not in known:
                hint = "give it to lint and compile, or use another"
                message = f"{use.guard!r} is not built in; {hint}: {one_of(known, found=use.guard)}"
                yield _warning("unknown-guard", place, message)
            elif use.params and use.guard in BUILT_IN:
                yield _warning("guard-params", place, f"{use.guard!r} takes no parameters; it reads the policy")


def _shadowed(workflow: Workflow) -> Iterator[Finding]:
    """Transitions that an earlier one, without guards, never lets come to their turn."""
    taken: dict[tuple[str, str], int] = {}
    for i, transition in enumerate(workflow.transitions):
        sources = workflow.sources(transition)
        behind = {source: taken[source, transition.event] for source in sources if (source, transition.event) in taken}
        # "This one first, then every other state" is how exceptions are written.
        if ANY not in transition.sources or len(behind) == len(sources):
            for source, earlier in behind.items():
                yield _warning(
                    "shadowed-transition",
                    f"transitions[{i}] ({transition.event})",
                    f"from {source!r} transitions[{earlier}] always comes first: it has no guards",
                )
        if not transition.guards:
            for source in sources:
                taken.setdefault((source, transition.event), i)


def _paths(workflow: Workflow) -> Iterator[Finding]:
    """States that cannot be reached, that nothing leaves, or that lead round and round."""
    onward: dict[str, set[str]] = defaultdict(set)
    back: dict[str, set[str]] = defaultdict(set)
    # All of them, not `moves`: where guards choose, each target can be reached.
    for source, _, target, _ in workflow.arrows():
        if source != target:
            onward[source].add(target)
            back[target].add(source)
    reached = _closure([workflow.initial, *workflow.landing.values()], onward)
    ends = [state.name for state in workflow.states if state.final or state.category in _ENDS]
    ending = _closure(ends, back)
    for state in workflow.states:
        place = f"states.{state.name}"
        if state.name not in reached:
            yield _warning("unreachable-state", place, f"no event leads to it from {workflow.initial!r}")
        if state.name in ending:
            continue
        if onward[state.name]:
            yield _warning("livelock", place, "leads on, but never to an end (a final, closed or cancelled state)")
        else:
            yield _warning("dead-end", place, "is neither final nor closed, and no event leads out of it")


_ENDS = (StatusCategory.CLOSED, StatusCategory.CANCELLED)


def _closure(start: Iterable[str], step: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(start)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(step.get(name, ()))
    return found


def _error(code: str, where: str, message: str) -> Finding:
    return Finding(code, "error", where, message)


def _warning(code: str, where: str, message: str) -> Finding:
    return Finding(code, "warning", where, message)
