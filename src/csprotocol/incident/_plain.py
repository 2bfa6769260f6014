"""What an event brings, as plain data that reads the same in every journal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Final, NamedTuple
from unicodedata import category

from csprotocol.errors import InvalidValueError
from csprotocol.model import FrozenDict, Money, require_aware

__all__ = ["Plain", "canonical", "instant", "name_of", "plain_data", "require_id", "utc"]

Plain = str | int | bool | None | tuple["Plain", ...] | Mapping[str, "Plain"]

_LONGEST_ID = 200
_DEEPEST = 32
_MOST_DIGITS = 100


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
    return _ENCODE(plain)


_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode


def utc(field: str, at: datetime) -> datetime:
    """``at`` in UTC: two aware datetimes of one zone compare by their wall clocks, wrong in the hour that comes twice.

    Raises:
        NaiveDatetimeError: ``at``, which ``field`` holds, has no time zone.
    """
    if at.__class__ is datetime and at.tzinfo is UTC:
        return at
    require_aware(field, at)
    there = at.astimezone(UTC)
    if there.__class__ is datetime:
        return there
    # A subclass (of pandas, say) may hold nanoseconds, which no journal gives back.
    return datetime.combine(
        date(there.year, there.month, there.day), time(there.hour, there.minute, there.second, there.microsecond), UTC
    )


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
    return _mapping(_Place(field, 0), data)


class _Place(NamedTuple):
    """Where a value stands, and how deep."""

    path: str
    depth: int

    def inside(self, key: str | int) -> _Place:
        # What is no plain name may be a customer's words.
        shown = repr(key) if isinstance(key, int) or key.isidentifier() else "..."
        return _Place(f"{self.path}[{shown}]", self.depth + 1)


def _plain(place: _Place, value: object) -> Plain:
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    for kind, plain in _FORMS.items():
        if isinstance(value, kind):
            return plain(place, value)
    # The type, not the value: it may hold a customer's words.
    raise InvalidValueError.of(
        place.path,
        type(value).__name__,
        expected="a text, a whole number, a Decimal, a Money, an instant, a date, or a list or mapping of such",
    )


def _whole(place: _Place, number: int) -> int:
    if not -(2**63) <= number < 2**63:
        raise InvalidValueError.of(
            place.path, "a longer one", expected="a whole number of 64 bits; longer ones as texts"
        )
    return int(number)


def _decimal(place: _Place, number: Decimal) -> str:
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise InvalidValueError.of(
            place.path, "another one", expected=f"a finite number of at most {_MOST_DIGITS} digits"
        )
    return f"{number:f}"


def _money(_place: _Place, amount: Money) -> Plain:
    return FrozenDict({"currency": amount.currency, "exponent": amount.exponent, "minor": amount.minor})


def _list(place: _Place, values: list[object] | tuple[object, ...]) -> Plain:
    _not_too_deep(place)
    return tuple(_plain(place.inside(i), each) for i, each in enumerate(values))


def _mapping(place: _Place, values: Mapping[str, object]) -> FrozenDict[str, Plain]:
    _not_too_deep(place)
    found: dict[str, Plain] = {}
    for key, each in values.items():
        if not isinstance(key, str):
            raise InvalidValueError.of(f"a key of {place.path}", type(key).__name__, expected="a text")
        found[_writable(place, key)] = _plain(place.inside(key), each)
    return FrozenDict(found)


def _not_too_deep(place: _Place) -> None:
    if place.depth > _DEEPEST:
        raise InvalidValueError.of(place.path.partition("[")[0], "more", expected=f"at most {_DEEPEST} levels deep")


def _writable(place: _Place, text: str) -> str:
    """``text``; half of a surrogate pair is a text to Python and to no database."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidValueError.of(
            place.path, "half of a surrogate pair", expected="a text that UTF-8 can hold"
        ) from None
    # A subclass of str (a word of a vocabulary) would print as itself.
    return text if type(text) is str else str(text)


# In this order: a datetime is a date too.
_FORMS: Final[Mapping[type | UnionType, Callable[[_Place, Any], Plain]]] = {
    str: _writable,
    int: _whole,
    Decimal: _decimal,
    datetime: lambda place, at: instant(utc(place.path, at)),
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


def name_of(field: str, found: object) -> str | None:
    """``found`` as the name of a person or a thing, without blanks at its ends; ``None`` for none and for blanks.

    Raises:
        InvalidValueError: something else than a text or a whole number, too long, or with control characters. What
            was found stays out of the error: it may be personal.
    """
    if found is None:
        return None
    text = str(found).strip() if isinstance(found, str | int) and not isinstance(found, bool) else "\n"
    if len(text) > _LONGEST_ID or any(category(sign) in _CONTROLS for sign in text):
        raise InvalidValueError.of(
            field, type(found).__name__, expected=f"a text of at most {_LONGEST_ID} characters on one line"
        )
    return _writable(_Place(field, 0), text) or None


_CONTROLS: Final = frozenset({"Cc", "Zl", "Zp"})
