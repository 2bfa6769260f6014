"""The variables of a situation: what kind of thing each one is, and whether a value is one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final
from unicodedata import category

from csprotocol.errors import InvalidValueError
from csprotocol.model import Money
from csprotocol.model._words import member
from csprotocol.replies._targets import is_address

__all__ = ["LONGEST_LIST", "UnfitError", "Variable", "VariableType", "sure_type"]

LONGEST_LIST: Final = 200


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
        if self.minimum is not None and (self.type is not VariableType.INT or type(self.minimum) is not int):
            raise InvalidValueError.of(f"{self.name}.minimum", self.minimum, expected="an int, and only for an int")

    @classmethod
    def read(cls, name: str, said: object) -> Variable:
        """The variable as a document says it: ``"date"``, ``"date?"`` (optional), a list of choices, or a table."""
        if isinstance(said, str):
            return cls(name=name, type=member(VariableType, name, said.removesuffix("?")), optional=said.endswith("?"))
        if isinstance(said, list):
            return cls(name=name, type=VariableType.CHOICE, choices=_choices(name, said))
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
            optional=word.endswith("?") or _yes(name, table, "optional"),
            pii=_yes(name, table, "pii"),
            choices=_choices(name, table.get("choices", [])),
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
        schema = deepcopy(dict(_SCHEMAS[self.type]))
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.minimum is not None:
            schema["minimum"] = self.minimum
        return schema


def _yes(name: str, table: Mapping[str, Any], key: str) -> bool:
    said = table.get(key, False)
    if type(said) is not bool:
        raise InvalidValueError.of(f"{name}.{key}", said, expected="true or false")
    return said


def _choices(name: str, said: object) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(word, str) and word.strip() for word in said):
        raise InvalidValueError.of(f"{name}.choices", said, expected="a list of words")
    return tuple(said)


def sure_type(variable: Variable) -> type | None:
    """The type of which every value is fit and stays as it is; ``None`` where a look at the value is due.

    Of ``str``, plain values are: ASCII that shows, without spaces around it.
    """
    return None if variable.minimum is not None else _SURE_TYPES.get(variable.type)


def _text(value: object) -> str:
    if type(value) is str and value and value.isascii() and value.isprintable() and value == value.strip():
        return value
    if not isinstance(value, str):
        raise UnfitError("must be a text that is not blank")
    # Plain ASCII needs no second look; a member of an enum is its word.
    return _looked_at(str.__str__(value).strip())


def _looked_at(text: str) -> str:
    """The text without the controls by which it could turn around what stands after it."""
    if _CONTROLS.search(text):
        text = _CONTROLS.sub("", text).strip()
    if not text or all(letter in _UNSEEN or category(letter) in _BLANK for letter in text):
        raise UnfitError("must be a text that is not blank")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnfitError("must be a text without halves of characters") from None
    return text


# Embeddings, overrides and isolates: a value is isolated as a whole, and needs none of its own.
_CONTROLS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Fillers and the blank of Braille are letters and signs to Unicode, and nothing to the eye.
# Marks alone, with no letter to stand on, are nothing to the eye either.
_BLANK: Final = frozenset({"Cc", "Cf", "Me", "Mn", "Zl", "Zp", "Zs"})
_UNSEEN: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# As many digits as the formats write.
_MOST_BITS: Final = 1_300


def _ref(value: object) -> str:
    if type(value) is str and value and value.isascii() and value.isprintable() and value == value.strip():
        return value
    if type(value) is int and value.bit_length() < _MOST_BITS:
        return str(value)
    return _text(value)


def _url(value: object) -> str:
    text = _text(value)
    if not is_address(text):
        raise UnfitError("must be an address that begins with https://, mailto: or tel:")
    if any(letter.isspace() or not letter.isprintable() or letter in '<>"' for letter in text):
        raise UnfitError("must be an address without spaces, quotes, angle brackets and control characters")
    return text


def _int(value: object) -> int:
    if type(value) is not int or value.bit_length() >= _MOST_BITS:
        raise UnfitError("must be an int that can be written")
    return value


def _int_from(minimum: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        if type(value) is not int or value < minimum or value.bit_length() >= _MOST_BITS:
            raise UnfitError(f"must be an int of {minimum} or more")
        return value

    return check


def _money(value: object) -> Money:
    if not isinstance(value, Money):
        raise UnfitError("must be Money")
    currency: object = value.currency  # only its look-up has been tried, and that not always
    if not isinstance(currency, str) or value.minor.bit_length() >= _MOST_BITS:
        raise UnfitError("must be Money that can be written")
    return value


def _share(value: object) -> Decimal:
    if isinstance(value, Fraction) and value.denominator.bit_length() + value.numerator.bit_length() < _MOST_BITS:
        value = Decimal(value.numerator) / Decimal(value.denominator)
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        raise UnfitError("must be a Decimal: 0.15 for 15 %")
    return value


_MOST_DIGITS: Final = 100


def _amount(value: object) -> Money | Decimal | int:
    if type(value) is int:
        return _int(value)
    if isinstance(value, Money):
        return _money(value)
    if not isinstance(value, Decimal | Fraction):
        raise UnfitError("must be Money, a Decimal (0.15 for 15 %) or an int")
    return _share(value)


def _date(value: object) -> date:
    if type(value) is not date and (not isinstance(value, date) or isinstance(value, datetime)):
        raise UnfitError("must be a date; of a datetime, pass .date() in the customer's time zone")
    return value


def _datetime(value: object) -> datetime:
    try:
        is_aware = isinstance(value, datetime) and value.utcoffset() is not None
    except Exception:  # noqa: BLE001 - NaT of pandas, and zones that fail
        is_aware = False
    if not is_aware:
        raise UnfitError("must be a datetime with a time zone; it shows on the clock of that zone")
    return value  # type: ignore[return-value]  # it was asked above


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
    try:
        texts = tuple(map(str.strip, value))
    except TypeError:
        raise UnfitError("must be a list of texts, none of them blank") from None
    joined = "".join(texts)
    return texts if joined.isascii() and joined.isprintable() and all(texts) else _texts(texts)


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    try:
        return tuple([_looked_at(text) for text in texts])
    except UnfitError:
        raise UnfitError("must be a list of texts, none of them blank") from None


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
    VariableType.PERSON: str,
    VariableType.REF: str,
    VariableType.SLOT: str,
    VariableType.TEXT: str,
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
