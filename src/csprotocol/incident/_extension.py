"""A workflow told as what differs from another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar

from csprotocol.errors import DocumentError, Problem, one_of
from csprotocol.incident._states import ANY, SAME, EventMeaning, GuardUse, Policy, State, Transition
from csprotocol.model import FrozenDict, StatusCategory

if TYPE_CHECKING:
    from csprotocol.incident._workflow import Workflow

__all__ = ["Extension", "Override", "Removal"]

_FORBID: dict[str, Any] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Override:
    """What changes in the transitions of an event (from ``source``, or from everywhere); absent stays as it is.

    ``internal`` makes the event one that changes no state.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    event: str
    source: tuple[str, ...] | str | None = None
    target: str | None = None
    internal: bool = False
    guards: tuple[str | GuardUse, ...] | None = None
    requires: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """The transitions of an event that fall away, from ``source`` or from everywhere."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    event: str
    source: tuple[str, ...] | str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """A document with ``extends``: the workflow it builds on, and what is otherwise.

    States are renamed first: everything after that speaks of the new names. Then states and transitions are removed,
    transitions changed, and new ones added. ``policy`` changes single values.

    Raises:
        DocumentError: it names a state or an event that the other workflow does not have.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    extends: str
    id: str
    version: int = 1
    initial: str | None = None
    rename: Mapping[str, str] = field(default_factory=FrozenDict)
    remove_states: tuple[str, ...] = ()
    remove: tuple[Removal, ...] = ()
    override: tuple[Override, ...] = ()
    states: tuple[State, ...] = ()
    transitions: tuple[Transition, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=FrozenDict)
    events: Mapping[str, EventMeaning] = field(default_factory=FrozenDict)
    landing: Mapping[StatusCategory, str] = field(default_factory=FrozenDict)

    def fields(self, base: Workflow) -> dict[str, Any]:
        """The fields of the workflow that this makes of ``base``."""
        problems = [*self._unknown_states(base), *self._unknown_policy()]
        if problems:
            raise DocumentError.of_problems(f"workflow {self.id}", problems)
        states = _with_states(_renamed_states(base.states, self.rename, self.remove_states), self.states)
        kept = {state.name for state in states}
        transitions = _renamed_transitions(base.transitions, self.rename, kept)
        for place, removal in enumerate(self.remove):
            transitions = self._changed(transitions, states, removal, None, f"remove[{place}]")
        for place, override in enumerate(self.override):
            transitions = self._changed(transitions, states, override, override, f"override[{place}]")
        transitions = (*transitions, *self.transitions)
        names = {state: self.rename.get(state, state) for state in {*base.landing.values(), *base.rename.values()}}
        landing = {category: names[state] for category, state in base.landing.items() if names[state] in kept}
        events = {transition.event for transition in transitions}
        # A name that is taken again is no former name any more.
        former = {old: names[new] for old, new in base.rename.items() if names[new] in kept and old not in kept}
        return {
            "id": self.id,
            "version": self.version,
            "initial": self.rename.get(base.initial, base.initial) if self.initial is None else self.initial,
            "states": states,
            "transitions": transitions,
            "policy": replace(base.policy, **self.policy),
            "events": {**{event: each for event, each in base.events.items() if event in events}, **self.events},
            "landing": {**landing, **self.landing},
            "rename": {**former, **self.rename},
        }

    def _unknown_states(self, base: Workflow) -> Iterable[Problem]:
        known = [state.name for state in base.states]
        for old in self.rename:
            if old not in known:
                yield Problem(f"rename.{old}", f"is no state of {base.ref}; {one_of(known, found=old)}")
        known = [self.rename.get(name, name) for name in known]
        for old, new in self.rename.items():
            if known.count(new) > 1:
                yield Problem(f"rename.{old}", f"{new!r} is the name of another state")
        for place, name in enumerate(self.remove_states):
            if name not in known:
                yield Problem(f"remove_states[{place}]", f"{name!r} is no state; {one_of(known, found=name)}")

    def _unknown_policy(self) -> Iterable[Problem]:
        known = [each.name for each in fields(Policy)]
        for name in self.policy:
            if name not in known:
                yield Problem(f"policy.{name}", f"unknown key; {one_of(known, found=name)}")

    def _changed(
        self,
        transitions: Iterable[Transition],
        states: Iterable[State],
        where: Removal | Override,
        override: Override | None,
        place: str,
    ) -> tuple[Transition, ...]:
        """The transitions with those that ``where`` means changed by ``override``, or gone without one."""
        live = [state.name for state in states if not state.final]
        wanted = (
            None
            if where.source in {None, ANY, (ANY,)}
            else (where.source,)
            if isinstance(where.source, str)
            else where.source
        )
        changed: list[Transition] = []
        met: set[str] = set()
        events = []
        for transition in transitions:
            events.append(transition.event)
            everywhere = transition.sources == (ANY,)
            sources = [name for name in live if name not in transition.except_] if everywhere else transition.sources
            meant = tuple(name for name in sources if wanted is None or name in wanted)
            if transition.event != where.event or not meant:
                changed.append(transition)
                continue
            met.update(meant)
            left = tuple(name for name in sources if name not in meant)
            if override is not None:
                whole = transition if not left else replace(transition, source=meant, except_=())
                changed.append(replace(whole, **_given(override)))
            if left:
                # `*` stays `*`: states that come later are meant by it too.
                rest: dict[str, Any] = {"except_": (*transition.except_, *meant)} if everywhere else {"source": left}
                changed.append(replace(transition, **rest))
        missed = [name for name in wanted or () if name not in met]
        if where.event not in events:
            problem = f"{where.event!r} is no event; {one_of(dict.fromkeys(events), found=where.event)}"
        elif missed or not met:
            problem = f"no transition of {where.event!r} starts from {', '.join(missed) or 'anywhere'}"
        else:
            return tuple(changed)
        raise DocumentError.of_problems(f"workflow {self.id}", [Problem(place, problem)])


def _given(override: Override) -> dict[str, Any]:
    names = ("target", "guards", "requires", "roles")
    found: dict[str, Any] = {name: getattr(override, name) for name in names if getattr(override, name) is not None}
    return found | {"target": None} if override.internal else found


def _renamed_states(states: Iterable[State], rename: Mapping[str, str], removed: Iterable[str]) -> tuple[State, ...]:
    renamed = (replace(state, name=rename.get(state.name, state.name)) for state in states)
    return tuple(state for state in renamed if state.name not in set(removed))


def _renamed_transitions(
    transitions: Iterable[Transition], rename: Mapping[str, str], states: Iterable[str]
) -> tuple[Transition, ...]:
    """The transitions in the new names, without those that only touched states that are gone."""
    kept = {*states, ANY, SAME, None}
    found = []
    for transition in transitions:
        source, except_ = (
            tuple(name for old in names if (name := rename.get(old, old)) in kept)
            for names in (transition.sources, transition.except_)
        )
        target = rename.get(transition.target, transition.target) if transition.target else None
        if source and target in kept:
            found.append(replace(transition, source=source, except_=except_, target=target))
    return tuple(found)


def _with_states(states: Iterable[State], added: Iterable[State]) -> tuple[State, ...]:
    """``added`` in the place of states of their names, the others at the end."""
    by_name = {state.name: state for state in states}
    return tuple((by_name | {state.name: state for state in added}).values())
