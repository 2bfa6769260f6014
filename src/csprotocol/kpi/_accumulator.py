"""What every accumulator can: be added to another, be written down and read again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import whole
from csprotocol.kpi._notebook import Viewed

__all__ = ["Accumulator", "counter_of", "field_of", "gaps_of", "written"]


class Accumulator(Viewed, ABC):
    """A number on its way: takes one thing after the other in constant memory, and adds up with others of its kind.

    The parts of a stream may be counted anywhere, in any order, and added: the sum is what one accumulator over all
    would hold, to the last digit. A new one is the zero of the addition. ``update`` changes the accumulator itself
    (the only values of this package that change); ``+`` leaves both sides as they are.

    >>> from csprotocol.kpi import RateCount
    >>> monday, tuesday = RateCount.of([True, False]), RateCount.of([True, None])
    >>> sum([monday, tuesday], start=RateCount()).ratio
    Ratio(numerator=2, denominator=3)
    >>> RateCount.from_dict(monday.to_dict()) == monday
    True
    """

    __slots__ = ()
    __hash__: ClassVar[None]  # type: ignore[assignment]  # it changes

    kind: ClassVar[str]

    @abstractmethod
    def __add__(self, other: Self) -> Self:
        """Both together; neither changes."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Everything it holds, as JSON knows it."""

    @classmethod
    @abstractmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The accumulator that ``to_dict`` wrote.

        Raises:
            InvalidValueError: another kind, or a field that cannot be.
        """

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    def __repr__(self) -> str:
        inside = ", ".join(f"{key}={value!r}" for key, value in self.to_dict().items() if key != "kind")
        return f"{type(self).__name__}({inside})"


def field_of(document: object, kind: str, field: str) -> Any:
    """What a document of the ``kind`` says under ``field``."""
    if not isinstance(document, Mapping) or document.get("kind") != kind:
        found = document.get("kind") if isinstance(document, Mapping) else type(document).__name__
        raise InvalidValueError.of("kind", found, expected=kind, hint="read it with the class that wrote it")
    if field not in document:
        raise InvalidValueError.of(f"{kind}.{field}", None, expected="in the document")
    return document[field]


def counter_of(field: str, counts: object) -> Counter[str]:
    """Counts by reason, read from a document."""
    if not isinstance(counts, Mapping):
        raise InvalidValueError.of(field, counts, expected="counts by reason")
    return Counter({str(reason): whole(field, count) for reason, count in counts.items()})


def gaps_of(field: str, counts: object, reason: str) -> int:
    """The count under the one reason that there can be."""
    found = counter_of(field, counts)
    if {*found} - {reason}:
        raise InvalidValueError.of(field, sorted(found), expected=f"of {reason} only")
    return found[reason]


def written(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by reason in one order, so that equal ones are written alike; 0 is not written."""
    return {reason: counts[reason] for reason in sorted(counts) if counts[reason]}
