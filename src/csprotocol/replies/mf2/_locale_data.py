"""The one seam to locale data: what mf2 asks, and in which words.

``_babel`` answers from Babel. Whoever has better data passes an object with these methods as ``locale_data`` to
``Message``; mf2 keeps each formatter that it gets and calls it for every value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal as OneOf
from typing import Protocol, TypeAlias

from csprotocol.replies.mf2._parts import SubPart
from csprotocol.replies.mf2._values import Direction

__all__ = ["Length", "LocaleData", "MomentFormatter", "MomentStyle", "NumberFormatter", "NumberStyle"]

Length: TypeAlias = OneOf["long", "medium", "short"]


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a number looks; how it is rounded has been decided before.

    ``currency`` and ``unit`` are ``""`` where there is none. A percentage arrives as 42, not as 0.42.

    >>> NumberStyle("currency", currency="EUR").currency_display
    'symbol'
    """

    kind: OneOf["number", "percent", "currency", "unit"] = "number"
    grouping: OneOf["auto", "always", "never", "min2"] = "auto"
    sign: OneOf["auto", "always", "exceptZero", "negative", "never"] = "auto"
    minimum_integer: int = 1
    currency: str = ""
    currency_display: OneOf["narrowSymbol", "symbol", "name", "code", "never"] = "symbol"
    accounting: bool = False
    unit: str = ""
    unit_display: OneOf["short", "narrow", "long"] = "short"


class NumberFormatter(Protocol):
    """Writes numbers of one style in one locale; every digit of the number is shown, and no other."""

    def text(self, number: Decimal) -> str:
        """The number as text."""
        ...

    def parts(self, number: Decimal) -> tuple[SubPart, ...]:
        """The number in pieces: integer, group, decimal, fraction, minusSign, currency and so on."""
        ...


@dataclass(frozen=True, slots=True)
class MomentStyle:
    """Which fields of a date or a time show, and how long.

    ``date`` and ``time`` are ``""`` where the part does not show; ``hour12`` is ``None`` where the locale decides.

    >>> MomentStyle(date="month-day", length="long").time
    ''
    """

    date: str = ""
    length: Length = "medium"
    time: OneOf["", "hour", "minute", "second"] = ""
    hour12: bool | None = None
    zone: OneOf["", "long", "short"] = ""


MomentFormatter: TypeAlias = Callable[[datetime], str]


class LocaleData(Protocol):
    r"""What mf2 must know of one locale.

    >>> from decimal import Decimal
    >>> from csprotocol.replies.mf2._babel import locale_data
    >>> spanish: LocaleData = locale_data("es")
    >>> spanish.number(NumberStyle("percent")).text(Decimal(42)), spanish.plural(Decimal(1), ordinal=False)
    ('42\xa0%', 'one')
    """

    def __hash__(self) -> int:
        """Plans are kept by it: the same data must stay the same object, or be equal."""
        ...

    @property
    def locale(self) -> str:
        """The locale, as it was asked for."""
        ...

    @property
    def direction(self) -> Direction:
        """The direction of its script; ``auto`` when unknown."""
        ...

    def number(self, style: NumberStyle) -> NumberFormatter:
        """A formatter. Raises UnsupportedOperationError for a unit without data."""
        ...

    def moment(self, style: MomentStyle) -> MomentFormatter:
        """A formatter of dates and times."""
        ...

    def plural(self, number: Decimal, *, ordinal: bool) -> str:
        """The CLDR category of a number with exactly these visible digits."""
        ...

    def currency_digits(self, currency: str) -> int:
        """How many decimals prices in this currency have."""
        ...
