"""Fields of a shop's JSON: what is absent is ``None``, what cannot be is a refusal that names its place.

Messages never repeat a value: it may be a customer's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Self

from csprotocol.adapters._cells import iso_stamp
from csprotocol.adapters._read import RefusedError, Tally
from csprotocol.errors import InvalidValueError
from csprotocol.model import Money

__all__ = ["Payload", "in_utc", "several"]

_LONGEST_NUMBER: Final = 30
_LONGEST_ID: Final = 200
_LARGEST_ID: Final = 10**30
# More than any shop ever sold or charged; sums of such numbers are still quick.
_LARGEST_COUNT: Final = 10**9
_LARGEST_AMOUNT: Final = Decimal(10) ** 15
_YEARS: Final = range(1970, 2200)
_FLAGS: Final = {"true": True, "false": False}


class Payload:
    """A mapping of the shop's, with the place where it stands and the tally that takes what is odd in it.

    >>> line = Payload.of({"price": "9.90", "quantity": 2}, Tally(), "line_items[0]")
    >>> line.amount("price", "EUR"), line.count("quantity"), line.text("sku")
    (Money(minor=990, currency='EUR', exponent=2), 2, '')
    """

    def __init__(self, found: Mapping[Any, Any], tally: Tally, place: str) -> None:
        self._found, self.tally, self.place = found, tally, place

    @classmethod
    def of(cls, found: object, tally: Tally, place: str = "") -> Self:
        """What ``found`` holds: a mapping, or what turns into one (``to_dict()``, ``model_dump()``)."""
        for turn in ("to_dict", "model_dump"):
            if not isinstance(found, Mapping) and callable(getattr(type(found), turn, None)):
                try:
                    found = getattr(found, turn)()
                except Exception:  # noqa: BLE001  # it is another's code, and no exception of it may get out
                    raise RefusedError("no-mapping", f"its {turn}() failed", column=place or None) from None
        if not isinstance(found, Mapping):
            told = f"a value of type {type(found).__name__} where a mapping is due"
            raise RefusedError("no-mapping", told, column=place or None)
        return cls(found, tally, place)

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def refuse(self, code: str, name: str, message: str) -> RefusedError:
        """The refusal of the whole, for what stands at ``name``."""
        return RefusedError(code, message, column=self._at(name))

    def notice(self, code: str, message: str) -> None:
        """Something odd that was read all the same."""
        self.tally.notice(code, message)

    def get(self, name: str) -> Any:
        """Whatever is there."""
        return self._found.get(name)

    def text(self, name: str) -> str:
        """A text; a number is one as well, anything else is none."""
        found = self.get(name)
        if isinstance(found, str):
            return found
        return str(found) if type(found) is int and abs(found) < _LARGEST_ID else ""

    def id(self, name: str) -> str | None:
        """An id as text; of ``gid://shopify/LineItem/42`` it is 42."""
        found = self.text(name).strip()
        if found.startswith("gid://"):
            found = found.rpartition("/")[2].partition("?")[0]
        if self.get(name) is not None and not 0 < len(found) <= _LONGEST_ID:
            raise self.refuse("no-id", name, f"{_kind(self.get(name))} is no id")
        return found or None

    def needed_id(self, name: str) -> str:
        """An id that must be there."""
        found = self.id(name)
        if found is None:
            raise self.refuse("absent", name, "is absent")
        return found

    def flag(self, name: str) -> bool | None:
        """True, false, or not said."""
        found = self.get(name)
        if found is None or isinstance(found, bool):
            return found
        known = _FLAGS.get(found.casefold()) if isinstance(found, str) else None
        if known is None:
            raise self.refuse("no-flag", name, f"{_kind(found)} is neither true nor false")
        return known

    def count(self, name: str) -> int | None:
        """A whole number, 0 or more."""
        number = self._number(name)
        if number is None:
            return None
        if number != int(number) or not 0 <= number <= _LARGEST_COUNT:
            raise self.refuse("no-count", name, "is no whole number from 0 that could be one of pieces")
        return int(number)

    def currency(self, name: str) -> str:
        """A code of ISO 4217; empty where none is said."""
        found = self.text(name).strip().upper()
        try:
            return Money(0, found).currency if found else ""
        except InvalidValueError:
            raise self.refuse("unknown-currency", name, "is no currency of ISO 4217") from None

    def needed_currency(self, name: str) -> str:
        """A currency that must be there."""
        found = self.currency(name)
        if not found:
            raise self.refuse("absent", name, "is absent")
        return found

    def amount(self, name: str, currency: str) -> Money | None:
        """An amount in major units, also a negative one; more digits than the currency has are rounded, and told."""
        return self.amount_of((name,), currency)

    def amount_of(self, names: Iterable[str], currency: str) -> Money | None:
        """What these amounts come to: added first, then rounded, for two halves of a cent are one."""
        found = [(name, number) for name in names if (number := self._number(name)) is not None]
        if not found:
            return None
        zero = Money(0, currency)
        for name, number in found:
            if not -_LARGEST_AMOUNT <= number <= _LARGEST_AMOUNT:
                raise self.refuse("no-amount", name, "is more than anything could cost")
        # Fractions, for arithmetic of decimals rounds to the digits of the caller's context.
        minor = sum((Fraction(number) for _, number in found), Fraction(0)) * 10**zero.exponent
        whole = (2 * abs(minor.numerator) + minor.denominator) // (2 * minor.denominator)
        if minor.denominator != 1:
            self.notice("rounded", "amounts with more digits than the currency has; rounded half up")
        return Money(-whole if minor < 0 else whole, currency)

    def stamp(self, name: str, zone: tzinfo | None = None) -> datetime | None:
        """An instant; one that names no offset is read in ``zone``, and is unknown without it."""
        found = self.get(name)
        if found is None or found == "":
            return None
        if isinstance(found, datetime):
            at = found
        else:
            try:
                at = iso_stamp(found if isinstance(found, str) else "")
            except RefusedError:
                raise self.refuse("stamp", name, f"{_kind(found)} is no ISO stamp with date and time") from None
        if at.utcoffset() is None:
            if zone is None:
                self.notice("naive-time", "times without a zone; they are taken for unknown")
                return None
            at = at.replace(tzinfo=zone)
        # At the edges of the calendar there are instants from which no period can be counted.
        if not _YEARS.start <= at.year < _YEARS.stop:
            raise self.refuse("stamp", name, f"lies outside the years {_YEARS.start} to {_YEARS.stop - 1}")
        return at

    def one(self, name: str) -> Payload | None:
        """A mapping inside."""
        found = self.get(name)
        return None if found is None else Payload.of(found, self.tally, self._at(name))

    def many(self, name: str) -> list[Payload]:
        """The mappings of a list inside; none where it is absent."""
        found = self.get(name)
        if isinstance(found, Mapping) and "nodes" in found:
            # A connection of GraphQL.
            found = found["nodes"]
        if found is not None and not isinstance(found, list | tuple):
            raise self.refuse("no-list", name, f"{_kind(found)} is no list")
        return [Payload.of(each, self.tally, f"{self._at(name)}[{i}]") for i, each in enumerate(found or ())]

    def inside(self, name: str) -> Payload:
        """What stands in an outer ``{name: ...}``, or the whole where there is none."""
        return Payload.of(self.get(name), self.tally) if isinstance(self.get(name), Mapping) else self

    def _number(self, name: str) -> Decimal | None:
        found = self.get(name)
        if found is None or found == "":
            return None
        number = Decimal("NaN")
        # A bool is a number to Python alone, and a text of a million digits takes for ever.
        if isinstance(found, int | float | Decimal) and not isinstance(found, bool):
            small = not isinstance(found, int) or abs(found) < _LARGEST_ID
            number = Decimal(str(found)) if small else number
        elif isinstance(found, str) and len(found) <= _LONGEST_NUMBER and found.isascii():
            number = _decimal(found)
        if not number.is_finite() or number.adjusted() > _LONGEST_NUMBER or int(number.as_tuple().exponent) < -100:
            raise self.refuse("no-number", name, f"{_kind(found)} is no number; write it with a decimal point")
        return number

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name


def several(found: object, tally: Tally, name: str, inner: str) -> list[Payload]:
    """The mappings that a caller hands over beside the order: a list, an answer ``{name: [...]}``, or one of them."""
    if isinstance(found, Mapping):
        listed = found.get(name)
        found = listed if isinstance(listed, list | tuple) else [found]
    if isinstance(found, str | bytes) or not isinstance(found, Iterable):
        raise RefusedError("no-list", f"{_kind(found)} is no list", column=name)
    return [Payload.of(each, tally, f"{name}[{i}]").inside(inner) for i, each in enumerate(found)]


def in_utc(at: datetime) -> datetime:
    """For comparisons, and for keys."""
    return at.astimezone(UTC)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text.replace("_", "x"))
    except ArithmeticError:
        return Decimal("NaN")


def _kind(found: object) -> str:
    if isinstance(found, str):
        return f"a text of {len(found):,} character{'' if len(found) == 1 else 's'}"
    return f"a value of type {type(found).__name__}"
