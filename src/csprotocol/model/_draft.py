"""Frozen values made quickly, where many of them are made."""

from __future__ import annotations

from typing import Any

__all__ = ["draft_of"]


def draft_of(frozen: type) -> Any:
    """A plain class with the slots of the frozen dataclass ``frozen``: fill one, then set its ``__class__``.

    The ``__init__`` of a frozen dataclass sets each field through ``object.__setattr__``, which takes ten times as
    long as the assignments themselves. Two classes with the same slots have the same layout, so that what was
    filled as a draft becomes the value itself, without a copy. All fields must be set; nothing checks them.

    >>> from csprotocol.model import Event
    >>> draft_of(Event).__slots__ == Event.__slots__
    True
    """
    slots = tuple(name for each in reversed(frozen.__mro__) for name in each.__dict__.get("__slots__", ()))
    return type(f"_{frozen.__name__}Draft", (), {"__slots__": slots})
