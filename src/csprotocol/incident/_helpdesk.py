"""The words of a helpdesk: its statuses, what stands beside them, and how it says a category of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, NamedTuple

from csprotocol.errors import InvalidValueError
from csprotocol.model import ActorKind, FrozenDict, StatusCategory

__all__ = ["ExportedStatus", "HelpdeskStatus", "Loss", "StatusExport", "SubStatus"]

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
        if self.category is not None and self.by_author:
            raise InvalidValueError.of(
                f"{self.name}.category", self.category.value, expected="absent beside by_author, which decides"
            )
        object.__setattr__(self, "by_author", FrozenDict(self.by_author))

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
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    name: str
    of: tuple[str, ...] = ()
    category: StatusCategory | None = None
    verified: bool = True
    seen: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusExport:
    """How a helpdesk says a category; ``loss`` tells what it reads back as where that is another one.

    ``by_party`` gives the sub-status by the party that is waited for, ``tags`` what to keep beside the status.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    status: str
    sub_status: str | None = None
    by_party: Mapping[str, str] = field(default_factory=FrozenDict)
    tags: tuple[str, ...] = ()
    loss: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_party", FrozenDict(self.by_party))
