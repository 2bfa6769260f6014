"""A workflow as tables of small numbers, for whole columns of events at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from csprotocol.errors import InvalidValueError
from csprotocol.model import FrozenDict, StatusCategory

__all__ = ["NOWHERE", "Lifecycle", "LifecycleState", "Table"]

# No state: an illegal move leads there, an unknown status stands there.
NOWHERE: Final = -1
_DONE: Final = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED})


class LifecycleState(Protocol):
    """A state by the shop's name, and what it means."""

    @property
    def name(self) -> str:
        """The shop's own name."""

    @property
    def category(self) -> StatusCategory:
        """What it means to clocks and KPIs."""


class Lifecycle(Protocol):
    """What a log is held against; :class:`csprotocol.incident.Workflow` is one."""

    @property
    def initial(self) -> str:
        """The state in which every case starts."""

    @property
    def states(self) -> Sequence[LifecycleState]:
        """All states."""

    @property
    def moves(self) -> Mapping[tuple[str, str], str]:
        """Where an event leads from a state; internal events lead to the same state."""

    def arrows(self) -> Iterable[tuple[str, str, str, bool]]:
        """Source, event and target of each transition, those that only a guard lets pass with them."""


class Table(NamedTuple):
    """States and events as numbers, in the order of the workflow.

    ``targets`` holds one row a state and one cell an event, with one more cell, always ``NOWHERE``, for events that
    the workflow does not know. ``follows`` says which state may follow which. ``likely`` is by event the target most
    states go to, ``NOWHERE`` where the event never moves anything: good guesses make the replay fast, and no guess
    makes it wrong.
    """

    states: tuple[str, ...]
    initial: int
    events: Mapping[str, int]
    targets: tuple[tuple[int, ...], ...]
    follows: tuple[tuple[bool, ...], ...]
    likely: tuple[int, ...]
    done: tuple[bool, ...]
    live: tuple[bool, ...]

    @classmethod
    def of(cls, workflow: Lifecycle) -> Table:
        """The table of ``workflow``.

        Raises:
            InvalidValueError: ``initial`` or a move names no state of the workflow.
        """
        states = tuple(state.name for state in workflow.states)
        number = {name: code for code, name in enumerate(states)}
        moves = dict(workflow.moves)
        for field, names in (
            ("workflow.initial", [workflow.initial]),
            ("workflow.moves", [*(source for source, _ in moves), *moves.values()]),
        ):
            for name in names:
                if name not in number:
                    raise InvalidValueError.unknown(field, name, states)
        events = FrozenDict({event: code for code, event in enumerate(dict.fromkeys(event for _, event in moves))})
        targets = [[NOWHERE] * (len(events) + 1) for _ in states]
        follows = [[False] * len(states) for _ in states]
        for (source, event), target in moves.items():
            targets[number[source]][events[event]] = number[target]
        # Not from the moves: a guard may have sent a case elsewhere than the first that is declared.
        for source, _, target, _ in workflow.arrows():
            follows[number[source]][number[target]] = True
        categories = [state.category for state in workflow.states]
        return cls(
            states,
            number[workflow.initial],
            events,
            tuple(map(tuple, targets)),
            tuple(map(tuple, follows)),
            tuple(_likely(column) for column in zip(*targets, strict=True)),
            tuple(category in _DONE for category in categories),
            tuple(category.is_live for category in categories),
        )

    def event_codes(self, names: Iterable[Hashable]) -> list[int]:
        """The number of each event; those that the workflow does not know share the last column."""
        unknown = len(self.events)
        return [self.events.get(name, unknown) if isinstance(name, str) else unknown for name in names]

    def state_codes(self, names: Iterable[Hashable], mapping: Mapping[Hashable, str] | None) -> list[int]:
        """The number of the state that each status means, ``NOWHERE`` for a status without one.

        Raises:
            InvalidValueError: ``mapping`` leads to a name that is no state.
        """
        number: dict[Hashable, int] = {name: code for code, name in enumerate(self.states)}
        if mapping is None:
            return [number.get(name, NOWHERE) for name in names]
        for state in mapping.values():
            # Compared, not looked up: what a caller puts in the place of a name may have no hash.
            if state not in self.states:
                raise InvalidValueError.unknown("mapping", state, self.states)
        return [number[mapping[name]] if name in mapping else NOWHERE for name in names]


def _likely(targets: tuple[int, ...]) -> int:
    moving = Counter(target for source, target in enumerate(targets) if target not in {NOWHERE, source})
    return moving.most_common(1)[0][0] if moving else NOWHERE
