"""What a product knows: its placeholders for our variables, its words for a status, numbers of the shop's account."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

from csprotocol._parse import read_document
from csprotocol.errors import DocumentError, InvalidValueError
from csprotocol.model import FrozenDict
from csprotocol.replies._functions import empty_slot

__all__ = ["Product", "product"]

# No brace, angle bracket or line break inside: a mapping can put in one placeholder, and nothing around it.
_DOUBLE: Final = re.compile(r"\{\{-?[ \t]*([^{}<>\r\n]*[^{}<>\s-])[ \t]*-?\}\}")
_PERCENT: Final = re.compile(r"\{%[ \t]*([^{}<>%\r\n]+?)[ \t]*%\}")


@dataclass(frozen=True, slots=True)
class Product:
    """One product as the data file describes it, with the shop's mapping on top.

    ``logic`` is ``liquid`` where texts may decide, ``none`` where they cannot, ``numbered`` where values have
    numbers instead of names, ``markers`` where every variable shows as ``[name]``.
    """

    name: str
    logic: Literal["liquid", "none", "numbered", "markers"]
    placeholders: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=FrozenDict)
    statuses: Mapping[str, str] = field(default_factory=FrozenDict)
    inexact_statuses: Mapping[str, str] = field(default_factory=FrozenDict)
    escape_filter: bool = False
    date_filter: bool = False
    more: Mapping[str, Mapping[str, str]] = field(default_factory=FrozenDict)

    def placeholder(self, variable: str) -> str | None:
        """How the product shows the variable; ``None`` when it cannot."""
        return empty_slot(variable) if self.logic == "markers" else self.placeholders.get(variable)

    def expression(self, variable: str) -> str | None:
        """What stands between the braces of its placeholder, for conditions; ``None`` without one."""
        found = self.placeholders.get(variable)
        match = _DOUBLE.fullmatch(found) if found else None
        return match[1] if match else None


@cache
def _plain(name: str) -> Mapping[str, Any]:
    file = files("csprotocol.replies.export").joinpath("data").joinpath(f"{name}.toml")
    return FrozenDict(tomllib.loads(file.read_text(encoding="utf-8")))


def product(name: str, mapping: Mapping[str, str] | str | Path | None, variables: Iterable[str]) -> Product:
    """The product ``name`` with the shop's ``mapping`` (or the file that holds it) on top.

    A mapping names a variable and its placeholder as it is written in the product; an empty one takes ours away.

    Raises:
        InvalidValueError: a name that is no variable and no setting, or a text that is no placeholder.
        DocumentError: the file cannot be read.
    """
    plain = _plain(name)
    settings: dict[str, str] = {}
    placeholders = dict(plain["placeholders"])
    known, possible = sorted(variables), tuple(plain.get("settings", ()))
    for key, text in _said(mapping).items():
        if any(fnmatchcase(key, pattern) for pattern in possible):
            settings[key] = text
        elif key not in known:
            raise InvalidValueError.unknown("mapping", key, (*known, *possible))
        elif text:
            placeholders[key] = _checked(name, plain["logic"], key, text)
        else:
            placeholders.pop(key, None)
    return Product(
        name,
        plain["logic"],
        FrozenDict(placeholders),
        FrozenDict(settings),
        FrozenDict(plain.get("statuses", {})),
        FrozenDict(plain.get("inexact_statuses", {})),
        escape_filter=plain.get("escape_filter", False),
        date_filter=plain.get("date_filter", False),
        more=FrozenDict({key: plain[key] for key in ("languages", "categories", "examples") if key in plain}),
    )


def _said(mapping: Mapping[str, str] | str | Path | None) -> Mapping[str, str]:
    if mapping is None:
        return {}
    if isinstance(mapping, Mapping):
        for key in mapping:
            if not isinstance(key, str):
                raise InvalidValueError.of("mapping", key, expected="the name of a variable")
        said: Mapping[str, Any] = mapping
        name = "mapping"
    else:
        said = read_document(mapping)
        said = said.get("placeholders", said)
        name = Path(mapping).name
        if not isinstance(said, Mapping):
            raise DocumentError.unreadable(name, "placeholders must be a table")
    wrong = [key for key, text in said.items() if not isinstance(text, str)]
    if wrong:
        raise DocumentError.unreadable(name, f"{wrong[0]} must be a text such as {{{{ticket.id}}}}")
    return said


def _checked(name: str, logic: str, key: str, text: str) -> str:
    shapes = (_DOUBLE,) if logic == "liquid" else (_DOUBLE, _PERCENT)
    if logic in ("numbered", "markers"):
        raise InvalidValueError.of(f"mapping.{key}", text, expected=f"left out: {name} has placeholders of its own")
    if not any(shape.fullmatch(text) for shape in shapes):
        raise InvalidValueError.of(f"mapping.{key}", text, expected="one placeholder, as {{ticket.id}}")
    return text
