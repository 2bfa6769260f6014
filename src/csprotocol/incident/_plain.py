"""What an event brings, as plain data that reads the same in every journal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.model import FrozenDict, Money, require_aware

__all__ = ["Plain", "canonical", "instant", "plain_data", "require_id", "utc"]

Plain = str | int | bool | None | tuple["Plain", ...] | Mapping[str, "Plain"]

_LONGEST_ID = 200
_DEEPEST = 32


def instant(at: datetime) -> str:
    """``at`` in UTC with six digits of a second, always of one length: texts sort as the instants do.

    >>> from datetime import timedelta, timezone
    >>> instant(datetime(2026, 11, 21, 11, tzinfo=timezone(timedelta(hours=1))))
    '2026-11-21T10:00:00.000000Z'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def canonical(plain: object) -> str:
    """``plain`` as the one JSON text that it has: keys sorted, no blanks, every script as it is.

    >>> canonical(FrozenDict({"b": (1, True), "a": "ñ"}))
    '{"a":"ñ","b":[1,true]}'
    """
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def utc(field: str, at: datetime) -> datetime:
    """``at`` in UTC: two aware datetimes of one zone compare by their wall clocks, wrong in the hour that comes twice.

    Raises:
        NaiveDatetimeError: ``at``, which ``field`` holds, has no time zone.
    """
    if at.__class__ is datetime and at.tzinfo is UTC:
        return at
    require_aware(field, at)
    return at.astimezone(UTC)


def plain_data(field: str, data: Mapping[str, object]) -> FrozenDict[str, Plain]:
    """``data`` as texts, whole numbers, lists and mappings; amounts and instants as their texts.

    >>> plain_data("Command.data", {"amount": Decimal("19.90"), "refund": Money(500, "EUR")})
    {'amount': '19.90', 'refund': {'currency': 'EUR', 'exponent': 2, 'minor': 500}}

    Raises:
        InvalidValueError: a float (its text differs between systems), or a value that no journal can hold.
        NaiveDatetimeError: an instant without a time zone.
    """
    if not isinstance(data, Mapping):
        raise InvalidValueError.of(field, type(data).__name__, expected="a mapping")
    return FrozenDict({_key(field, key): _plain(f"{field}[{key!r}]", value) for key, value in data.items()})


def _plain(field: str, value: object) -> Plain:
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    for kind, plain in _FORMS.items():
        if isinstance(value, kind):
            return plain(field, value)
    # The type, not the value: it may hold a customer's words.
    raise InvalidValueError.of(
        field,
        type(value).__name__,
        expected="a text, a whole number, a Decimal, a Money, an instant, a date, or a list or mapping of such",
    )


def _whole(field: str, number: int) -> int:
    if not -(2**63) <= number < 2**63:
        raise InvalidValueError.of(field, "a longer one", expected="a whole number of 64 bits; longer ones as texts")
    return number


def _decimal(field: str, number: Decimal) -> str:
    if not number.is_finite():
        raise InvalidValueError.of(field, str(number), expected="a finite number")
    return f"{number:f}"


def _money(_field: str, amount: Money) -> Plain:
    return FrozenDict({"currency": amount.currency, "exponent": amount.exponent, "minor": amount.minor})


def _list(field: str, values: list[object] | tuple[object, ...]) -> Plain:
    _not_too_deep(field)
    return tuple(_plain(f"{field}[{i}]", each) for i, each in enumerate(values))


def _mapping(field: str, values: Mapping[str, object]) -> Plain:
    _not_too_deep(field)
    return plain_data(field, values)


def _not_too_deep(field: str) -> None:
    if field.count("[") > _DEEPEST:
        raise InvalidValueError.of(field.partition("[")[0], "more", expected=f"at most {_DEEPEST} levels deep")


def _key(field: str, key: object) -> str:
    if not isinstance(key, str):
        raise InvalidValueError.of(f"a key of {field}", key, expected="a text")
    return _writable(f"a key of {field}", key)


def _writable(field: str, text: str) -> str:
    """``text``; half of a surrogate pair is a text to Python and to no database."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidValueError.of(field, "half of a surrogate pair", expected="a text that UTF-8 can hold") from None
    # A subclass of str (a word of a vocabulary) would print as itself.
    return text if type(text) is str else str(text)


# In this order: a datetime is a date too.
_FORMS: Final[Mapping[type | UnionType, Callable[[str, Any], Plain]]] = {
    str: _writable,
    int: _whole,
    Decimal: _decimal,
    datetime: lambda field, at: instant(utc(field, at)),
    date: lambda _, day: day.isoformat(),
    Money: _money,
    Mapping: _mapping,
    list | tuple: _list,
}


def require_id(field: str, found: object) -> None:
    """Refuse what cannot name a row in every database: empty, padded, too long, or with control characters."""
    if (
        not isinstance(found, str)
        or not 0 < len(found) <= _LONGEST_ID
        or found != found.strip()
        or not found.isprintable()
    ):
        raise InvalidValueError.of(
            field, found, expected=f"1 to {_LONGEST_ID} printable characters without blanks at its ends"
        )
