"""Which variant of a ``.match`` is the best for the values of its selectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from csprotocol.replies.mf2._values import Value

__all__ = ["Choice", "choose"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """A variant's keys, ``None`` for ``*``, and what it stands for."""

    keys: tuple[str | None, ...]
    result: T


def choose(choices: Sequence[Choice[T]], selectors: Sequence[Value], matched: Sequence[frozenset[str]]) -> T:
    """What the best choice stands for; the first one of equals.

    ``matched`` holds the keys that fit each selector. One choice has only ``*`` as keys: `validate` sees to that.
    """
    best: Choice[T] | None = None
    for choice in choices:
        for key, fitting in zip(choice.keys, matched, strict=True):
            if key is not None and key not in fitting:
                break
        else:
            if best is None or _is_better(choice.keys, best.keys, selectors):
                best = choice
    if best is None:  # pragma: no cover - a valid message always has a choice
        best = choices[-1]
    return best.result


def _is_better(first: Sequence[str | None], second: Sequence[str | None], selectors: Sequence[Value]) -> bool:
    for one, other, selector in zip(first, second, selectors, strict=True):
        if one == other:
            continue
        if one is None or other is None:
            return other is None
        return selector.better(one, other)
    return False
