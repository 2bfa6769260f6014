"""All the writers of one locale, each made when first asked for and then kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias, TypeVar

from csprotocol.replies import mf2
from csprotocol.replies._cldr_duration import duration_writer
from csprotocol.replies._cldr_moments import date_writer, datetime_writer, interval_writer, time_writer
from csprotocol.replies._cldr_money import CurrencyWriter
from csprotocol.replies._cldr_numbers import number_writer, percent_writer, unit_writer
from csprotocol.replies._cldr_words import list_writer, relative_writer

__all__ = ["Writers"]

_Key = TypeVar("_Key")
_Writer = TypeVar("_Writer")
_OfNumber: TypeAlias = Callable[[Decimal | int], str]


class Writers:
    """One locale's writers by what they write; ``plurals`` gives the categories of whole numbers."""

    __slots__ = (
        "currencies",
        "dates",
        "datetimes",
        "durations",
        "intervals",
        "lists",
        "numbers",
        "percents",
        "plural",
        "plurals",
        "relatives",
        "times",
        "units",
    )

    def __init__(self, data: mf2.BabelLocaleData) -> None:
        self.plurals = data.plural_of
        self.plural = data.plural
        self.currencies: Mapping[str, CurrencyWriter] = _Kept(lambda currency: CurrencyWriter(data, currency))
        self.numbers: Callable[[int | None], _OfNumber] = lru_cache(maxsize=32)(lambda n: number_writer(data, n))
        self.percents: Callable[[int], _OfNumber] = lru_cache(maxsize=32)(lambda n: percent_writer(data, n))
        self.units: Callable[[str, str], _OfNumber] = lru_cache(maxsize=256)(
            lambda unit, length: unit_writer(data, unit, length, is_exact=False)
        )
        self.dates: Mapping[str, Callable[[dt.date], str]] = _Kept(lambda length: date_writer(data, length))
        self.times: Mapping[str, Callable[[dt.time | dt.datetime], str]] = _Kept(
            lambda length: time_writer(data, length)
        )
        self.datetimes: Mapping[tuple[str, str], Callable[[dt.datetime], str]] = _Kept(
            lambda lengths: datetime_writer(data, *lengths)
        )
        self.lists: Mapping[str, Callable[[Iterable[str]], str]] = _Kept(lambda style: list_writer(data, style))
        self.relatives: Mapping[str, _OfNumber] = _Kept(lambda unit: relative_writer(data, unit))
        self.intervals: Callable[[str], Callable[[dt.date, dt.date], str]] = lru_cache(maxsize=64)(
            lambda skeleton: interval_writer(data, skeleton)
        )
        self.durations = duration_writer(data, self.lists)


class _Kept(dict[_Key, _Writer]):
    """Writers by word; only words that are known get in, so there is an end to them."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[_Key], _Writer]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: _Key) -> _Writer:
        writer = self[key] = self._make(key)
        return writer
