"""What a decision must know beside the incident itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from csprotocol.model import FrozenDict

__all__ = ["NO_FACTS", "Child", "Facts"]


class Child(NamedTuple):
    """A linked child incident (a return, a claim against a carrier)."""

    id: str
    kind: str
    blocking: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about other incidents that guards ask for; a journal looks them up itself.

    ``children`` are the child incidents; ``None`` where nobody has looked, which is not the same as none.
    ``accepts`` tells of other incidents, by id, whether they still accept events; an id that it lacks is unknown.

    >>> Facts(children=(Child("RMA-1", "return", blocking=True, closed=False),)).children[0].id
    'RMA-1'
    """

    children: tuple[Child, ...] | None = ()
    accepts: Mapping[str, bool] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        if self.children is not None:
            object.__setattr__(self, "children", tuple(self.children))
        object.__setattr__(self, "accepts", FrozenDict(self.accepts))


NO_FACTS: Final = Facts()
