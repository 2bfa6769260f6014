"""What expressions resolve to: a value that can be shown, chosen by, and given to another function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from types import MappingProxyType
from typing import Literal as OneOf
from typing import Self, TypeAlias

from csprotocol.replies.mf2._characters import normal
from csprotocol.replies.mf2._errors import BadSelectorError
from csprotocol.replies.mf2._parts import SubPart

__all__ = ["NO_OPTIONS", "Direction", "Fallback", "StringValue", "Value"]

Direction: TypeAlias = OneOf["ltr", "rtl", "auto"]
NO_OPTIONS: Mapping[str, object] = MappingProxyType({})


class Value:
    """What a function returns. Subclass it to say how the value looks and what keys it matches.

    ``value`` is what another function gets when this one is its operand or option, ``options`` the settings that
    travel with it. ``dir`` is the direction of the shown text; ``auto`` means unknown.

    >>> Value(3).text()
    '3'
    """

    __slots__ = ("dir", "id", "isolate", "locale", "options", "value")

    kind = "unknown"
    selectable = False

    def __init__(
        self,
        value: object,
        *,
        options: Mapping[str, object] = NO_OPTIONS,
        direction: Direction = "auto",
        locale: str = "",
    ) -> None:
        self.value = value
        self.options = options
        self.dir: Direction = direction
        self.locale = locale
        self.isolate = False
        self.id: str | None = None

    def text(self) -> str:
        """The value as the customer reads it."""
        return str(self.value)

    def parts(self) -> tuple[SubPart, ...]:
        """The same in pieces; empty when it has none worth telling apart."""
        return ()

    def match(self, key: str) -> bool:
        """Whether the key fits; only asked where ``selectable`` is true."""
        raise BadSelectorError(f"a value of kind {self.kind} cannot choose by {key!r}")

    def matched(self, keys: Iterable[str]) -> frozenset[str]:
        """The keys that fit."""
        return frozenset(key for key in keys if self.match(key))

    def better(self, first: str, second: str) -> bool:
        """Whether the first of two keys that fit fits better."""
        del first, second
        return False

    def marked(self, *, direction: Direction | None, isolate: bool, identity: str | None) -> Self:
        """The same value under the placeholder's ``u:dir`` and ``u:id``."""
        changed = copy(self)
        changed.dir = self.dir if direction is None else direction
        changed.isolate = isolate
        changed.id = identity
        return changed


class StringValue(Value):
    """A text, which chooses the key that equals it.

    >>> StringValue("express").match("express")
    True
    """

    __slots__ = ("selectable",)

    kind = "string"

    def __init__(self, value: str, *, direction: Direction = "auto", locale: str = "", selectable: bool = True) -> None:
        super().__init__(value, direction=direction, locale=locale)
        self.selectable = selectable

    def match(self, key: str) -> bool:
        """Whether the text and the key are the same after normalisation."""
        return normal(str(self.value)) == key


class Fallback(Value):
    """What stands for a value that could not be made.

    >>> Fallback("$name").text()
    '{$name}'
    """

    __slots__ = ("selectable", "source")

    kind = "fallback"

    def __init__(self, source: str, *, selectable: bool = False) -> None:
        super().__init__(None)
        self.source = source
        self.selectable = selectable

    def text(self) -> str:
        """The placeholder's short form, in braces."""
        return f"{{{self.source}}}"

    def match(self, key: str) -> bool:
        """Nothing fits."""
        del key
        return False
