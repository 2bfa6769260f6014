"""The document in which a shop writes how its incidents run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from csprotocol import _parse
from csprotocol.errors import DocumentError, InvalidValueError, UnknownStateError, WorkflowError
from csprotocol.incident._extension import Extension
from csprotocol.incident._lint import Finding, doubtful, wrong
from csprotocol.incident._meanings import MEANINGS
from csprotocol.incident._plain import require_id
from csprotocol.incident._states import ANY, SAME, EventMeaning, Policy, State, Transition
from csprotocol.model import FrozenDict, StatusCategory
from csprotocol.model._words import member

if TYPE_CHECKING:
    from csprotocol.incident._guards import Guard
    from csprotocol.incident._machine import Machine

__all__ = ["Workflow"]

_BUILT_IN: Final = (
    "incident",
    "return",
    "exchange",
    "warranty_claim",
    "lost_parcel",
    "cancellation",
    "where_is_my_order",
)
_LONGEST_ID: Final = 64


@dataclass(frozen=True, slots=True)
class Workflow:
    """States and the events between them, as a shop names them.

    A workflow is data: it is loaded from TOML, JSON or YAML, extended without touching code, and compiled to the
    machine that decides. ``events`` says what an event means to clocks and KPIs, ``landing`` in which state an
    incident lands that comes from a helpdesk with only a category, ``rename`` where incidents go whose state an
    earlier version called otherwise.

    >>> workflow = Workflow.default()
    >>> workflow.ref, workflow.initial, len(workflow.states)
    ('incident@1', 'new', 11)
    >>> workflow.moves["in_progress", "ask_carrier"]
    'waiting_carrier'

    Raises:
        WorkflowError: unknown names, names that stand twice, or a way out of a final state; all of them at once.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    id: str
    version: int
    initial: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    policy: Policy = field(default_factory=Policy)
    events: Mapping[str, EventMeaning] = field(default_factory=FrozenDict)
    landing: Mapping[StatusCategory, str] = field(default_factory=FrozenDict)
    rename: Mapping[str, str] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        require_id("Workflow.id", self.id)
        if "@" in self.id or len(self.id) > _LONGEST_ID:
            raise InvalidValueError.of("Workflow.id", self.id, expected=f"at most {_LONGEST_ID} characters without @")
        if type(self.version) is not int or self.version < 1:
            raise InvalidValueError.of("Workflow.version", self.version, expected="1 or more")
        object.__setattr__(self, "states", tuple(self.states))
        object.__setattr__(self, "transitions", tuple(self.transitions))
        object.__setattr__(self, "events", FrozenDict(self.events))
        object.__setattr__(self, "rename", FrozenDict(self.rename))
        landing = {member(StatusCategory, "landing", category): state for category, state in self.landing.items()}
        object.__setattr__(self, "landing", FrozenDict(landing))
        if found := wrong(self):
            raise WorkflowError.of_findings(self.id, found)

    @classmethod
    def default(cls) -> Workflow:
        """The incident of the six steps: contact, identify, register, resolve, follow up, close."""
        return _built_in("incident")

    @classmethod
    def builtin(cls, name: str) -> Workflow:
        """A workflow of this library by its name; see :meth:`names`.

        >>> Workflow.builtin("lost_parcel").id
        'lost_parcel'
        """
        if name not in _BUILT_IN:
            raise InvalidValueError.unknown("workflow", name, _BUILT_IN)
        return _built_in(name)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The workflows that this library brings."""
        return _BUILT_IN

    @classmethod
    def load(cls, path: str | Path) -> Workflow:
        """The workflow that a TOML, JSON or YAML file holds; one with ``extends`` builds on another.

        Raises:
            DocumentError: the file cannot be read, or something in it is wrong; all that is wrong, with its place.
        """
        return cls.from_dict(_parse.read_document(path))

    @classmethod
    def from_dict(cls, plain: Any) -> Workflow:
        """The workflow that plain data describes; with ``extends``, that workflow and what changes in it."""
        if not isinstance(plain, Mapping):
            raise DocumentError.unreadable("a workflow", f"it is a {type(plain).__name__}, a mapping is due")
        if "extends" in plain:
            extension = _parse.parse(Extension, dict(plain))
            if extension.extends not in _BUILT_IN:
                raise InvalidValueError.unknown("extends", extension.extends, _BUILT_IN)
            return cls(**extension.fields(_built_in(extension.extends)))
        return _parse.parse(cls, plain)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that :meth:`from_dict` turns into an equal workflow."""
        return _parse.dump(self)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of workflow documents, those with ``extends`` too."""
        return _parse.json_schema(cls, Extension)

    @property
    def ref(self) -> str:
        """Id and version, as incidents and entries name it: ``incident@1``."""
        return f"{self.id}@{self.version}"

    @property
    def digest(self) -> str:
        """A short hash of states, their categories and all moves; entries carry it, so that a changed table shows.

        Guards, roles, fields and the policy are not in it: history is not judged by them again.
        """
        states = sorted((state.name, state.category, state.final) for state in self.states)
        table = json.dumps([sorted(self.arrows()), states, self.initial], ensure_ascii=False, separators=(",", ":"))
        return sha256(table.encode()).hexdigest()[:16]

    def state(self, name: str) -> State:
        """The state called ``name``.

        Raises:
            UnknownStateError: there is none.
        """
        for state in self.states:
            if state.name == name:
                return state
        raise UnknownStateError.of(name, self.ref, [state.name for state in self.states])

    @property
    def event_names(self) -> tuple[str, ...]:
        """Every event that any transition speaks of, in the order of their first mention."""
        return tuple(dict.fromkeys(transition.event for transition in self.transitions))

    @property
    def moves(self) -> Mapping[tuple[str, str], str]:
        """Where an event leads from a state; ``*`` and ``=`` spelt out, internal events lead to the same state.

        Where guards choose between several targets, the first that is declared.
        """
        moves: dict[tuple[str, str], str] = {}
        for source, event, target, _ in self.arrows():
            moves.setdefault((source, event), target)
        return moves

    def meaning(self, event: str) -> EventMeaning:
        """What ``event`` is to clocks and KPIs: as the document says, else as well-known names go, else a note."""
        return self.events.get(event) or MEANINGS.get(event) or _NOTE

    def lint(self, guards: Mapping[str, Guard] | Iterable[str] = ()) -> tuple[Finding, ...]:
        """What is doubtful, in a fixed order: states that nothing reaches, or that nothing leaves, and the like.

        ``guards`` are the shop's own, beside the built-in ones.
        """
        from csprotocol.incident._guards import BUILT_IN_GUARDS

        return doubtful(self, {*BUILT_IN_GUARDS, *guards})

    def extend(self, *, id: str, version: int = 1, **changes: Any) -> Workflow:  # noqa: A002  # the word of documents
        """A new workflow: this one with what ``changes`` says, in the words of a document with ``extends``.

        ``rename`` (old state to new), ``states`` (added, or in the place of one of that name), ``transitions``
        (added), ``override`` and ``remove`` (of transitions, by event and source), ``remove_states``, ``policy``,
        ``events``, ``landing``, ``initial``.

        >>> shop = Workflow.default().extend(
        ...     id="ana-shop",
        ...     rename={"in_progress": "on_it"},
        ...     override=[{"event": "cancel", "roles": ["supervisor"]}],
        ... )
        >>> shop.moves["registered", "start"]
        'on_it'
        """
        plain = {"extends": self.id, "id": id, "version": version, **changes}
        return type(self)(**_parse.parse(Extension, plain).fields(self))

    def compile(self, guards: Mapping[str, Guard] | None = None) -> Machine:
        """The machine that decides by this workflow: immutable, to be shared by all incidents and threads.

        ``guards`` are the shop's own, by name, beside the built-in ones.

        Raises:
            WorkflowError: a transition names a guard that nobody gave, or gives one parameters that it refuses.
        """
        from csprotocol.incident._machine import Machine

        return Machine(self, guards)

    def to_mermaid(self, *, highlight: str | None = None, language: str | None = None) -> str:
        """The states as a Mermaid diagram, coloured by category, the state ``highlight`` marked."""
        from csprotocol.incident._diagram import mermaid

        return mermaid(self, highlight=highlight, language=language)

    def to_dot(self, *, highlight: str | None = None, language: str | None = None) -> str:
        """The states as a graph in the DOT language, coloured by category, the state ``highlight`` marked."""
        from csprotocol.incident._diagram import dot

        return dot(self, highlight=highlight, language=language)

    def to_machine(self, guards: Mapping[str, Guard] | None = None, *, kind: type[Any] | None = None) -> Any:
        """A ``transitions.Machine`` of this workflow, bound to no model: the door to that library's tools.

        ``guards`` are the shop's own, beside the built-in ones; ``kind`` may be ``GraphMachine`` or another of its
        machines. There, ``*`` means final states too, ``requires`` and ``roles`` do not exist, and a no is ``False``.

        >>> machine = Workflow.default().to_machine()
        >>> "customer_reply" in machine.events
        True
        """
        from csprotocol.incident._transitions import to_machine

        return to_machine(self, guards, kind=kind)

    def sources(self, transition: Transition) -> tuple[str, ...]:
        """The states from which ``transition`` starts, ``*`` spelt out."""
        if ANY in transition.sources:
            spared = transition.except_
            return tuple(state.name for state in self.states if not state.final and state.name not in spared)
        return transition.sources

    def arrows(self) -> Iterable[tuple[str, str, str, bool]]:
        """Source, event, resulting state, and whether that is entered (anew); in the order of declaration.

        ``*`` and ``=`` are spelt out. An internal event leads to the same state, which it does not enter.
        """
        for transition in self.transitions:
            for source in self.sources(transition):
                target = transition.target
                yield source, transition.event, source if target in {None, SAME} else str(target), target is not None


@cache
def _built_in(name: str) -> Workflow:
    return Workflow.load(Path(__file__).parent / "data" / f"{name}.toml")


_NOTE: Final = EventMeaning()
