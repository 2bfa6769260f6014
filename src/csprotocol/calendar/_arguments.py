"""Instants as callers give them and want them back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from csprotocol.calendar._compile import EPOCH
from csprotocol.errors import InvalidValueError
from csprotocol.model import require_aware

__all__ = ["in_zone_of", "instant_of", "not_an_instant", "plain"]


def instant_of(at: datetime) -> timedelta:
    """Time since the epoch.

    Raises:
        InvalidValueError: ``at`` is no instant.
        NaiveDatetimeError: it has no time zone.
    """
    try:
        return plain(at - EPOCH)
    except (TypeError, ValueError):
        raise not_an_instant("at", at) from None


def plain(at: timedelta) -> timedelta:
    """A subclass (pandas') counts in units of its own, and not very far."""
    if type(at) is timedelta:
        return at
    try:
        return timedelta(at.days, at.seconds, at.microseconds)
    except ValueError:
        raise InvalidValueError.of("instant", at, expected="an instant") from None


def in_zone_of(at: datetime, reached: timedelta) -> datetime:
    """The instant ``reached`` since the epoch, in the zone of ``at``."""
    instant = EPOCH + reached
    return instant if at.tzinfo is EPOCH.tzinfo else instant.astimezone(at.tzinfo)


def not_an_instant(*named: Any) -> Exception:
    """The error for the first of name, value, name, value ... that is no aware datetime."""
    for name, value in zip(named[::2], named[1::2], strict=True):
        if not isinstance(value, datetime) or value != value:  # noqa: PLR0124  # pandas' NaT equals nothing
            return InvalidValueError.of(name, value, expected="a datetime with a time zone")
        try:
            require_aware(name, value)
        except InvalidValueError as error:
            return error
    return InvalidValueError.of(str(named[0]), named[1], expected="a datetime with a time zone")
