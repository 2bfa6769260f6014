"""Documents as JSON has them: what is checked once here, nobody checks again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from csprotocol.errors import InvalidValueError

__all__ = ["Place", "dig", "named", "plain", "put", "same", "wrong"]

Place = tuple[str | int, ...]

# Pages hold a few hundred values; a list that holds itself would hold them without end.
_MOST_VALUES: Final = 200_000
_DEEPEST: Final = 60
_MOST_BITS: Final = 63
_SHOWN: Final = 60


def plain(document: object) -> Any:
    """A copy of ``document`` that holds mappings, lists, texts, numbers, booleans and ``None`` alone.

    Raises:
        InvalidValueError: anything else, numbers that JSON has not (NaN) or that have more than 63 bits, a document
            that holds itself.
    """
    return _copied(document, (), [0])


def _copied(found: object, place: Place, count: list[int]) -> Any:
    count[0] += 1
    if len(place) > _DEEPEST or count[0] > _MOST_VALUES:
        raise InvalidValueError.of(named(place[:4]), "more", expected=f"nested {_DEEPEST} deep at most")
    if isinstance(found, Mapping):
        for key in found:
            if not isinstance(key, str):
                raise wrong(place, key, expected="a mapping with texts as keys")
            _text(key, place)
        return {key: _copied(each, (*place, key), count) for key, each in found.items()}
    if isinstance(found, list | tuple):
        return [_copied(each, (*place, i), count) for i, each in enumerate(found)]
    if found is None or isinstance(found, bool):
        return found
    if isinstance(found, str):
        return _text(found, place)
    if isinstance(found, int) and found.bit_length() <= _MOST_BITS:
        return int(found)
    if isinstance(found, float) and math.isfinite(found):
        return float(found)
    raise wrong(place, found, expected="a text, a number, a boolean, a list or a mapping, as JSON has them")


def _text(found: str, place: Place) -> str:
    try:
        found.encode()
    except UnicodeEncodeError:
        raise InvalidValueError.of(named(place), "half a character", expected="a text") from None
    return str(found)


def wrong(place: Place, found: object, *, expected: str) -> InvalidValueError:
    """The error for ``found`` at ``place``; of what is long, its beginning or its kind is told."""
    if isinstance(found, str):
        shown: object = found if len(found) <= _SHOWN else found[:_SHOWN] + "..."
    elif isinstance(found, bool | float) or found is None or (isinstance(found, int) and found.bit_length() < 64):
        shown = found
    else:
        shown = type(found).__name__
    return InvalidValueError.of(named(place), shown, expected=expected)


def named(place: Place) -> str:
    """A place as a shop would write it: ``hasMerchantReturnPolicy[0].itemCondition``."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "the document"


def same(one: object, other: object) -> bool:
    """Whether the two are equal and of the same kinds: to Python, 1 equals 1.0 and true.

    >>> same({"days": 30}, {"days": 30}), same([1], [True])
    (True, False)
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return one == other


def dig(document: Any, place: Place) -> Any:
    """What stands at ``place``."""
    for step in place:
        document = document[step]
    return document


def put(document: Any, place: Place, value: Any) -> Any:
    """``document`` with ``value`` at ``place``; the document itself stays as it is."""
    if not place:
        return value
    changed: Any = dict(document) if isinstance(document, dict) else list(document)
    changed[place[0]] = put(document[place[0]], place[1:], value)
    return changed
