"""The variables of a situation: what kind of thing each one is, and whether a value is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.model import Money
from csprotocol.model._words import member

__all__ = ["LONGEST_LIST", "UnfitError", "Variable", "VariableType", "sure_type"]

LONGEST_LIST: Final = 200
_SCHEMES: Final = ("https://", "mailto:", "tel:")


class UnfitError(Exception):
    """A value that is not what its variable takes; the message says what is due, never the value."""


class VariableType(StrEnum):
    """What a variable holds.

    ``ref`` is a number or code by which people call something (``#10245``), ``amount`` money, a share (a Decimal:
    0.15 shows as 15 %) or a number of points, ``slot`` a place that an agent fills in before the reply is sent.

    >>> VariableType("money").value
    'money'
    """

    AMOUNT = "amount"
    CHOICE = "choice"
    DATE = "date"
    DATETIME = "datetime"
    DURATION = "duration"
    FLAG = "flag"
    INT = "int"
    LIST = "list"
    MONEY = "money"
    PERCENT = "percent"
    PERSON = "person"
    REF = "ref"
    SLOT = "slot"
    TEXT = "text"
    URL = "url"

    @property
    def is_words(self) -> bool:
        """Whether it shows as the words that were passed."""
        return self in _WORDS


_WORDS: Final = frozenset({
    VariableType.PERSON, VariableType.REF, VariableType.SLOT, VariableType.TEXT, VariableType.URL,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable of a situation. A value of a ``pii`` variable never shows in a repr, an error or a log.

    >>> Variable.read("eta", "date?")
    Variable(name='eta', type=<VariableType.DATE: 'date'>, optional=True, pii=False, choices=(), minimum=None)
    >>> Variable.read("by", ["customer", "shop"]).choices
    ('customer', 'shop')

    Raises:
        InvalidValueError: an unknown type, a choice without words, a minimum on what is no int.
    """

    name: str
    type: VariableType
    optional: bool = False
    pii: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise InvalidValueError.of("variable", self.name, expected="a name of letters, digits and _")
        if (self.type is VariableType.CHOICE) != bool(self.choices):
            raise InvalidValueError.of(f"{self.name}.choices", self.choices, expected="words, and only for a choice")
        if self.minimum is not None and self.type is not VariableType.INT:
            raise InvalidValueError.of(f"{self.name}.minimum", self.minimum, expected="left out, but for an int")

    @classmethod
    def read(cls, name: str, said: object) -> Variable:
        """The variable as a document says it: ``"date"``, ``"date?"`` (optional), a list of choices, or a table."""
        if isinstance(said, str):
            return cls(name=name, type=member(VariableType, name, said.removesuffix("?")), optional=said.endswith("?"))
        if isinstance(said, list) and all(isinstance(word, str) for word in said):
            return cls(name=name, type=VariableType.CHOICE, choices=tuple(said))
        if not isinstance(said, Mapping):
            raise InvalidValueError.of(name, said, expected="a type such as date?, a list of choices, or a table")
        table: dict[str, Any] = dict(said)
        unknown = sorted(set(table) - {"choices", "minimum", "optional", "pii", "type"})
        if unknown:
            raise InvalidValueError.unknown(name, unknown[0], ("choices", "minimum", "optional", "pii", "type"))
        word = str(table.get("type", "choice" if "choices" in table else ""))
        return cls(
            name=name,
            type=member(VariableType, name, word.removesuffix("?")),
            optional=word.endswith("?") or bool(table.get("optional")),
            pii=bool(table.get("pii")),
            choices=tuple(str(choice) for choice in table.get("choices", ())),
            minimum=table.get("minimum"),
        )

    def check(self) -> Callable[[Any], Any]:
        """What turns a value into the one that sentences take, or raises :class:`UnfitError`."""
        if self.type is VariableType.CHOICE:
            return _choice(self.choices)
        if self.type is VariableType.INT and self.minimum is not None:
            return _int_from(self.minimum)
        return _CHECKS[self.type]

    def json_schema(self) -> dict[str, Any]:
        """What a program may pass as JSON, as JSON Schema."""
        schema = dict(_SCHEMAS[self.type])
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.minimum is not None:
            schema["minimum"] = self.minimum
        return schema


def sure_type(variable: Variable) -> type | None:
    """The type of which every value is fit and stays as it is; ``None`` where a look at the value is due."""
    return None if variable.minimum is not None else _SURE_TYPES.get(variable.type)


def _text(value: object) -> str:
    if type(value) is str and value and not value.isspace():
        return value
    if not isinstance(value, str) or not value.strip():
        raise UnfitError("must be a text that is not blank")
    return str(value)  # a member of a StrEnum is its word


def _ref(value: object) -> str:
    if type(value) is str and value and not value.isspace():
        return value
    return str(value) if type(value) is int else _text(value)


def _url(value: object) -> str:
    text = _text(value)
    if not text.lower().startswith(_SCHEMES):
        raise UnfitError("must be an address that begins with https://, mailto: or tel:")
    if any(letter.isspace() or not letter.isprintable() or letter in '<>"' for letter in text):
        raise UnfitError("must be an address without spaces, quotes, angle brackets and control characters")
    return text


def _int(value: object) -> int:
    if type(value) is not int:
        raise UnfitError("must be an int")
    return value


def _int_from(minimum: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        if type(value) is not int or value < minimum:
            raise UnfitError(f"must be an int of {minimum} or more")
        return value

    return check


def _money(value: object) -> Money:
    if type(value) is Money or isinstance(value, Money):
        return value
    raise UnfitError("must be Money")


def _share(value: object) -> Decimal:
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise UnfitError("must be a Decimal: 0.15 for 15 %")
    return value


def _amount(value: object) -> Money | Decimal | int:
    if type(value) is int or isinstance(value, Money):
        return value
    if not isinstance(value, Decimal | Fraction):
        raise UnfitError("must be Money, a Decimal (0.15 for 15 %) or an int")
    return _share(value)


def _date(value: object) -> date:
    if type(value) is not date and (not isinstance(value, date) or isinstance(value, datetime)):
        raise UnfitError("must be a date; of a datetime, pass .date() in the customer's time zone")
    return value


def _datetime(value: object) -> datetime:
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise UnfitError("must be a datetime with a time zone; it shows on the clock of that zone")
    return value


def _duration(value: object) -> timedelta:
    if not isinstance(value, timedelta) or value <= timedelta(0):
        raise UnfitError("must be a timedelta above 0")
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise UnfitError("must be True or False")
    return value


def _list(value: object) -> tuple[str, ...]:
    if type(value) is not list and not isinstance(value, list | tuple):
        raise UnfitError("must be a list of texts")
    if not 0 < len(value) <= LONGEST_LIST:
        raise UnfitError(f"must hold 1 to {LONGEST_LIST} texts")
    for text in value:
        if not isinstance(text, str) or not text or text.isspace():
            raise UnfitError("must be a list of texts, none of them blank")
    return tuple(value)


def _choice(choices: tuple[str, ...]) -> Callable[[object], str]:
    known = {choice: choice for choice in choices}

    def check(value: object) -> str:
        # A member of a StrEnum finds its word; a list finds nothing, and is no key.
        found = known.get(value) if isinstance(value, str) else None
        if found is None:
            raise UnfitError(f"must be one of {', '.join(choices)}")
        return found

    return check


_CHECKS: Final[Mapping[VariableType, Callable[[Any], Any]]] = {
    VariableType.AMOUNT: _amount,
    VariableType.DATE: _date,
    VariableType.DATETIME: _datetime,
    VariableType.DURATION: _duration,
    VariableType.FLAG: _flag,
    VariableType.INT: _int,
    VariableType.LIST: _list,
    VariableType.MONEY: _money,
    VariableType.PERCENT: _share,
    VariableType.PERSON: _text,
    VariableType.REF: _ref,
    VariableType.SLOT: _text,
    VariableType.TEXT: _text,
    VariableType.URL: _url,
}
_SURE_TYPES: Final[Mapping[VariableType, type]] = {
    VariableType.AMOUNT: Money,
    VariableType.DATE: date,
    VariableType.FLAG: bool,
    VariableType.INT: int,
    VariableType.MONEY: Money,
}
_WORDS_SCHEMA: Final[Mapping[str, Any]] = {"type": "string", "minLength": 1}
_MONEY_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
    "required": ["amount", "currency"],
    "additionalProperties": False,
}
_SCHEMAS: Final[Mapping[VariableType, Mapping[str, Any]]] = {
    VariableType.AMOUNT: {
        "anyOf": [
            dict(_MONEY_SCHEMA),
            {"type": "string", "description": "a share: 0.15 for 15 %"},
            {"type": "integer", "description": "points"},
        ]
    },
    VariableType.CHOICE: {"type": "string"},
    VariableType.DATE: {"type": "string", "format": "date"},
    VariableType.DATETIME: {"type": "string", "format": "date-time"},
    VariableType.DURATION: {"type": "string", "format": "duration"},
    VariableType.FLAG: {"type": "boolean"},
    VariableType.INT: {"type": "integer"},
    VariableType.LIST: {"type": "array", "items": dict(_WORDS_SCHEMA), "minItems": 1, "maxItems": LONGEST_LIST},
    VariableType.MONEY: _MONEY_SCHEMA,
    VariableType.PERCENT: {"type": "string", "description": "a share: 0.15 for 15 %"},
    VariableType.PERSON: _WORDS_SCHEMA,
    VariableType.REF: _WORDS_SCHEMA,
    VariableType.SLOT: _WORDS_SCHEMA,
    VariableType.TEXT: _WORDS_SCHEMA,
    VariableType.URL: {"type": "string", "pattern": "^(https://|mailto:|tel:)"},
}
