"""The pieces of a formatted message, for those who need more than a string."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal as OneOf
from typing import TypeAlias

__all__ = ["BidiPart", "FallbackPart", "MarkupPart", "Part", "SubPart", "TextPart", "ValuePart"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text of the message itself.

    >>> TextPart("Hello ").type
    'text'
    """

    value: str
    type: OneOf["text"] = "text"


@dataclass(frozen=True, slots=True)
class BidiPart:
    r"""A control character that keeps the direction of a value from its surroundings.

    >>> BidiPart("\u2068").type
    'bidiIsolation'
    """

    value: str
    type: OneOf["bidiIsolation"] = "bidiIsolation"


@dataclass(frozen=True, slots=True)
class MarkupPart:
    """The beginning, the end or the whole of a marked stretch.

    >>> MarkupPart("open", "b").name
    'b'
    """

    kind: OneOf["open", "standalone", "close"]
    name: str
    options: Mapping[str, object] = field(default_factory=dict)
    id: str | None = None
    type: OneOf["markup"] = "markup"


@dataclass(frozen=True, slots=True)
class FallbackPart:
    """What stands where a value could not be made; ``source`` is the placeholder's short form.

    >>> FallbackPart("$name").type
    'fallback'
    """

    source: str
    type: OneOf["fallback"] = "fallback"


@dataclass(frozen=True, slots=True)
class SubPart:
    """A piece of a formatted value, such as the digits before the decimal sign.

    >>> SubPart("integer", "42").value
    '42'
    """

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class ValuePart:
    """A formatted value; ``type`` says of what kind: string, number, datetime or a kind of your own.

    >>> ValuePart("string", "Ana").value
    'Ana'
    """

    type: str
    value: str
    parts: tuple[SubPart, ...] = ()
    dir: OneOf["ltr", "rtl", "auto"] = "auto"
    locale: str = ""
    id: str | None = None


Part: TypeAlias = TextPart | BidiPart | MarkupPart | FallbackPart | ValuePart
