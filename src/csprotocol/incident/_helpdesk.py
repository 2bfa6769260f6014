"""The words of a helpdesk: its statuses, what stands beside them, and how it says a category of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, NamedTuple, TypeVar

from csprotocol.errors import InvalidValueError
from csprotocol.model import ActorKind, FrozenDict, StatusCategory
from csprotocol.model._words import member

__all__ = ["ExportedStatus", "HelpdeskStatus", "Loss", "StatusExport", "SubStatus", "folded", "once_each"]

Named = TypeVar("Named")

_FORBID: Final[dict[str, Any]] = {"extra": "forbid"}


class Loss(NamedTuple):
    """Something that a helpdesk's status cannot say: the ``category`` itself, or the ``party`` that is waited for."""

    kind: Literal["category", "party"]
    told: str


class ExportedStatus(NamedTuple):
    """What to write into a helpdesk; ``tags`` keep what the status cannot say, ``losses`` tell what that is."""

    status: str
    sub_status: str | None = None
    tags: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskStatus:
    """A status of a helpdesk and what it means.

    ``by_author`` stands in the place of ``category`` where that hangs on who said the last public word; with neither,
    the status alone says nothing. ``when_quiet`` is what it comes to mean once the customer lets the grace pass.
    ``also`` holds other spellings and the numbers of the API; ``verified`` is false for a name that was not found in
    the vendor's own pages, and ``seen`` tells where it was met.

    Raises:
        InvalidValueError: a blank name, a category or an author that does not exist, or both ways to a category.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    name: str
    also: tuple[str, ...] = ()
    category: StatusCategory | None = None
    by_author: Mapping[ActorKind, StatusCategory] = field(default_factory=FrozenDict)
    when_quiet: StatusCategory | None = None
    verified: bool = True
    seen: str = ""
    why: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "also", _spelt("HelpdeskStatus", self.name, self.also))
        category = _category(f"{self.name}.category", self.category)
        object.__setattr__(self, "category", category)
        object.__setattr__(self, "when_quiet", _category(f"{self.name}.when_quiet", self.when_quiet))
        if category is not None and self.by_author:
            raise InvalidValueError.of(
                f"{self.name}.category", category.value, expected="absent beside by_author, which decides"
            )
        field_name = f"{self.name}.by_author"
        meant = {
            member(ActorKind, field_name, author): member(StatusCategory, field_name, word)
            for author, word in self.by_author.items()
        }
        object.__setattr__(self, "by_author", FrozenDict(meant))

    @property
    def spellings(self) -> tuple[str, ...]:
        """The name and its other spellings."""
        return (self.name, *self.also)

    def category_after(self, author: ActorKind | None) -> StatusCategory | None:
        """What it means when ``author`` said the last public word; ``None`` where that is needed and unknown."""
        if not self.by_author:
            return self.category
        return None if author is None else self.by_author.get(author)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubStatus:
    """What a helpdesk keeps beside the status: a reason, a snooze, a spam mark.

    It decides for the statuses in ``of``, or for all where that is empty; without ``category`` it decides nothing.
    ``also`` holds other spellings and the numbers of the API.

    Raises:
        InvalidValueError: a blank name, or a category that does not exist.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    name: str
    also: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    category: StatusCategory | None = None
    verified: bool = True
    seen: str = ""
    why: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "also", _spelt("SubStatus", self.name, self.also))
        object.__setattr__(self, "of", tuple(self.of))
        object.__setattr__(self, "category", _category(f"{self.name}.category", self.category))

    @property
    def spellings(self) -> tuple[str, ...]:
        """The name and its other spellings."""
        return (self.name, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusExport:
    """How a helpdesk says a category; ``loss`` tells what it reads back as where that is another one.

    ``by_party`` gives the sub-status by the party that is waited for, whatever its case and blanks; ``tags`` is what
    to keep beside the status.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    status: str
    sub_status: str | None = None
    by_party: Mapping[str, str] = field(default_factory=FrozenDict)
    tags: tuple[str, ...] = ()
    loss: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_party", once_each("by_party", self.by_party.items()))
        object.__setattr__(self, "tags", tuple(self.tags))


def folded(name: object) -> str:
    """How a name is compared: its case and blanks aside, and ``2.0`` as ``2``.

    A column of numbers with a gap in it holds floats: pandas has no other place for the gap.
    """
    plain = int(name) if isinstance(name, float) and name.is_integer() else name
    return " ".join(str(plain).split()).casefold()


def once_each(what: str, named: Iterable[tuple[str, Named]]) -> FrozenDict[str, Named]:
    """The values by their folded names.

    Raises:
        InvalidValueError: a name that stands twice.
    """
    found: dict[str, Named] = {}
    for name, value in named:
        if folded(name) in found:
            raise InvalidValueError.of(what, name, expected="named once")
        found[folded(name)] = value
    return FrozenDict(found)


def _spelt(kind: str, name: object, also: Iterable[object]) -> tuple[str, ...]:
    """``also`` as it is kept, once it and the name were found to be names."""
    if isinstance(also, str):
        raise InvalidValueError.of(f"{kind}.also", also, expected="a list of spellings")
    spellings = tuple(also)
    for field_name, spelling in ((f"{kind}.name", name), *((f"{kind}.also", each) for each in spellings)):
        if not isinstance(spelling, str) or not spelling.strip():
            raise InvalidValueError.of(field_name, spelling, expected="a name that is not blank")
    return tuple(str(each) for each in spellings)


def _category(field_name: str, word: object) -> StatusCategory | None:
    return None if word is None else member(StatusCategory, field_name, word)
