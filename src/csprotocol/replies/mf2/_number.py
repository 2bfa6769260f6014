"""``:number``, ``:integer``, ``:percent`` and ``:offset``: numbers that show and choose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from csprotocol.replies.mf2._digits import ARITHMETIC, MAXIMUM_DIGITS
from csprotocol.replies.mf2._errors import BadOperandError, BadOptionError, BadVariantKeyError
from csprotocol.replies.mf2._locale_data import LocaleData, NumberStyle
from csprotocol.replies.mf2._number_options import DROPPED, Read, Settings, digit_size, digits, read
from csprotocol.replies.mf2._parts import SubPart
from csprotocol.replies.mf2._registry import FunctionContext, Options, Report, Resolve, Staged
from csprotocol.replies.mf2._values import Value

__all__ = ["INTEGER", "NUMBER", "OFFSET", "PERCENT", "NumberPlan", "NumberValue", "numeric", "plan_for"]

_LITERAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_KEYWORDS = frozenset({"zero", "one", "two", "few", "many", "other"})
_ZERO = Decimal(0)
_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_MAXIMUM_BITS = 1_300  # an int of 400 digits has more
_NOTHING_READ = Read({}, (), selectable=True)


def numeric(operand: object, function: str) -> Decimal:
    """The number that the operand is, exactly as it is written: no float noise.

    Raises BadOperandError: it is none, or has more than 400 digits.
    """
    if isinstance(operand, Value):
        operand = operand.value
    if type(operand) is int and operand.bit_length() < _MAXIMUM_BITS:
        return Decimal(operand)
    number: Decimal | None = None
    if isinstance(operand, Decimal):
        number = operand
    elif isinstance(operand, str):
        # A spelling longer than the digits that are allowed need not be read at all.
        fits = len(operand) <= 2 * MAXIMUM_DIGITS and _LITERAL.fullmatch(operand)
        number = ARITHMETIC.create_decimal(operand) if fits else None
    elif isinstance(operand, int) and type(operand) not in (bool, int):
        return numeric(int(operand), function)
    elif isinstance(operand, float):
        number = Decimal(repr(float(operand)))
    if number is None or not _is_writable(number):
        kind = "missing" if operand is None else f"no number that can be written ({type(operand).__name__})"
        raise BadOperandError(
            f"the value before :{function} is {kind}", hint="pass an int, a Decimal, a float or a string such as -1.5e3"
        )
    return number or _ZERO


def _is_writable(number: Decimal) -> bool:
    return number.is_finite() and (not number or -MAXIMUM_DIGITS < number.adjusted() < MAXIMUM_DIGITS)


class NumberPlan:
    """Everything about a placeholder's number that does not depend on the number."""

    __slots__ = (
        "data",
        "digits",
        "formatter",
        "keys",
        "options",
        "scale",
        "select",
        "selectable",
        "text",
    )

    def __init__(self, data: LocaleData, kind: str, settings: Settings, *, selectable: bool) -> None:
        currency = str(settings.get("currency", "")) if kind == "currency" else ""
        self.data = data
        self.digits = digits(kind, settings, currency_digits=data.currency_digits(currency) if currency else 2)
        self.formatter = data.number(_style(kind, settings))
        self.options: Mapping[str, object] = settings
        self.scale = _HUNDRED if kind == "percent" else None
        self.select = str(settings.get("select", "plural")) if kind != "percent" else "plural"
        self.selectable = selectable and kind not in {"currency", "unit"}
        # Bounded, and keyed by numbers alone: no text of a customer stays in them.
        self.keys = lru_cache(maxsize=1024)(self._keys)
        self.text = lru_cache(maxsize=1024)(self._write)

    def scaled(self, number: Decimal) -> Decimal:
        """The number as it shows: a share of one as hundredths in :percent."""
        return number if self.scale is None else ARITHMETIC.multiply(number, self.scale)

    def parts(self, number: Decimal) -> tuple[SubPart, ...]:
        """The number in pieces."""
        return self.formatter.parts(self._round(number))

    def _keys(self, number: Decimal) -> tuple[str, str | None]:
        """The number as a key spells it, and its category as it shows; that is ``None`` where only exact keys count."""
        scaled = self.scaled(number)
        # Without an exponent a Decimal spells itself as a key does.
        is_bare = scaled.same_quantum(_ONE)
        exact = str(scaled) if is_bare else f"{scaled.normalize(ARITHMETIC):f}" if scaled else "0"
        if self.select == "exact":
            return exact, None
        return exact, self.data.plural(self._round(number), ordinal=self.select == "ordinal")

    def _round(self, number: Decimal) -> Decimal:
        return self.digits.rounded(self.scaled(number))

    def _write(self, number: Decimal) -> str:
        return self.formatter.text(self._round(number))


def _style(kind: str, settings: Settings) -> NumberStyle:
    # The settings have been checked against the very words of the style's types.
    words: dict[str, Any] = {
        "grouping": settings.get("useGrouping", "auto"),
        "sign": settings.get("signDisplay", "auto"),
        "minimum_integer": settings.get("minimumIntegerDigits", 1),
    }
    if kind == "currency":
        words |= {
            "currency": settings.get("currency", ""),
            "currency_display": settings.get("currencyDisplay", "symbol"),
            "accounting": settings.get("currencySign") == "accounting",
        }
    if kind == "unit":
        words |= {"unit": settings.get("unit", ""), "unit_display": settings.get("unitDisplay", "short")}
    if kind == "percent":
        words["minimum_integer"] = 1
    return NumberStyle(kind="number" if kind == "integer" else kind, **words)  # type: ignore[arg-type]  # one of four


@lru_cache(maxsize=2048)
def _cached_plan(
    data: LocaleData, kind: str, settings: tuple[tuple[str, int | str], ...], *, selectable: bool
) -> NumberPlan:
    return NumberPlan(data, kind, dict(settings), selectable=selectable)


def plan_for(data: LocaleData, kind: str, settings: Mapping[str, int | str], *, selectable: bool = True) -> NumberPlan:
    """The plan for these settings, made once."""
    return _cached_plan(data, kind, tuple(sorted(settings.items())), selectable=selectable)


class NumberValue(Value):
    """A number with its plan."""

    __slots__ = ("number", "plan", "selectable")

    kind = "number"

    def __init__(self, number: Decimal, plan: NumberPlan) -> None:
        self.value = self.number = number
        self.plan = plan
        self.options = plan.options
        self.dir = plan.data.direction
        self.locale = plan.data.locale
        self.isolate = False
        self.id = None
        self.selectable = plan.selectable

    def text(self) -> str:
        """The number in the locale's writing."""
        return self.plan.text(self.number)

    def parts(self) -> tuple[SubPart, ...]:
        """Digits, signs and symbols apart."""
        return self.plan.parts(self.number)

    def matched(self, keys: Iterable[str]) -> frozenset[str]:
        """The keys that spell the number, or its category."""
        exact, category = self.plan.keys(self.number)
        return frozenset([key for key in keys if _fits(key, exact, category)])

    def match(self, key: str) -> bool:
        """Whether the key spells the number, or its category."""
        return bool(self.matched((key,)))

    def better(self, first: str, second: str) -> bool:
        """A spelled number goes before a category."""
        return first not in _KEYWORDS and second in _KEYWORDS


def _fits(key: str, exact: str, category: str | None) -> bool:
    if key in (exact, category):
        return True
    if key not in _KEYWORDS and not _LITERAL.fullmatch(key):
        raise BadVariantKeyError(
            f"the key {key!r} is neither a number nor a category", hint="categories: zero, one, two, few, many, other"
        )
    return False


def numbers(kind: str) -> Staged:
    """The function of this kind."""

    def stage(context: FunctionContext, options: Options) -> Resolve:
        own = read(kind, options)
        plain = plan_for(context.data, kind, own.settings, selectable=own.selectable)

        def resolve(operand: object, report: Report) -> Value:
            for complaint in own.complaints:
                report(complaint())
            number = numeric(operand, kind)
            if kind == "integer":
                number = number if type(operand) is int else number.to_integral_value("ROUND_HALF_UP") or _ZERO
            if not (isinstance(operand, Value) and operand.options):
                return NumberValue(number, plain)
            return NumberValue(number, _inherited(context, kind, own, operand, report))

        return resolve

    return Staged(stage)


def _inherited(context: FunctionContext, kind: str, own: Read, operand: Value, report: Report) -> NumberPlan:
    """The plan under the options that the operand brings and those of the placeholder, which go before."""
    kept = {
        name: value
        for name, value in operand.options.items()
        if name not in DROPPED[kind] and isinstance(value, int | str)
    }
    if "select" in kept:
        report(BadOptionError("the option select comes from the value before", hint="set select once, in one place"))
    selectable = own.selectable and "select" not in kept
    return plan_for(context.data, kind, {**kept, **own.settings}, selectable=selectable)


def _stage_offset(context: FunctionContext, options: Options) -> Resolve:
    given = [(name, options[name]) for name in ("add", "subtract") if name in options]
    size = digit_size(given[0][1].value) if len(given) == 1 else None
    plain = plan_for(context.data, "number", {})

    def resolve(operand: object, report: Report) -> Value:
        number = numeric(operand, "offset")
        if size is None:
            raise BadOptionError(":offset needs either add or subtract", hint="write add=1 or subtract=1, 0 to 99")
        number = ARITHMETIC.add(number, size if given[0][0] == "add" else -size) or _ZERO
        if not (isinstance(operand, Value) and operand.options):
            return NumberValue(number, plain)
        return NumberValue(number, _inherited(context, "number", _NOTHING_READ, operand, report))

    return resolve


NUMBER = numbers("number")
INTEGER = numbers("integer")
PERCENT = numbers("percent")
OFFSET = Staged(_stage_offset)
