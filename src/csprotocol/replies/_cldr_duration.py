"""Durations of one locale in words: 1 hour and 30 minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

from csprotocol.errors import InvalidValueError
from csprotocol.replies import mf2
from csprotocol.replies._cldr_numbers import unit_writer

__all__ = ["duration_writer"]

_NOTHING = dt.timedelta(0)


def duration_writer(
    data: mf2.BabelLocaleData, lists: Mapping[str, Callable[[Iterable[str]], str]]
) -> Callable[[dt.timedelta], str]:
    """What writes durations exactly, in days, hours, minutes and seconds."""

    @lru_cache(maxsize=8)
    def unit(name: str) -> Callable[[Decimal | int], str]:
        return unit_writer(data, f"duration-{name}", "long", is_exact=True)

    @lru_cache(maxsize=1024)
    def write(duration: dt.timedelta) -> str:
        if duration < _NOTHING:
            raise InvalidValueError.of("duration", str(duration), expected="zero or longer")
        texts = [unit(name)(count) for name, count in _counts(duration) if count]
        return lists["standard"](texts) if texts else unit("minute")(0)

    return write


def _counts(duration: dt.timedelta) -> tuple[tuple[str, Decimal | int], ...]:
    hours, rest = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    exact_seconds = seconds + Decimal(duration.microseconds).scaleb(-6) if duration.microseconds else seconds
    return ("day", duration.days), ("hour", hours), ("minute", minutes), ("second", exact_seconds)
