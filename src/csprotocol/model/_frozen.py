"""A mapping inside a frozen value: read-only, hashable, picklable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

__all__ = ["FrozenDict", "deep_frozen"]

K = TypeVar("K")
V = TypeVar("V")


class FrozenDict(dict[K, V]):
    """A ``dict`` that cannot change, so that the value that holds it can be a key itself.

    >>> hash(FrozenDict({"a": 1})) == hash(FrozenDict({"a": 1}))
    True
    """

    __slots__ = ("_hash",)

    def __hash__(self) -> int:  # type: ignore[override]  # dict is unhashable because it changes; this one does not
        try:
            return self._hash
        except AttributeError:
            self._hash: int = hash(frozenset(self.items()))
            return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)

    def _refuse(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} cannot change; build a new one")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


def deep_frozen(value: object) -> object:
    """``value`` with the lists, sets and mappings inside made unchangeable; what else cannot be hashed stays.

    >>> deep_frozen({"a": [1, {2}]})
    {'a': (1, frozenset({2}))}
    """
    try:
        hash(value)
    except TypeError:
        if isinstance(value, Mapping):
            return FrozenDict({key: deep_frozen(each) for key, each in value.items()})
        if isinstance(value, list | tuple):
            return tuple(deep_frozen(each) for each in value)
        if isinstance(value, set):
            return frozenset(value)
    return value
