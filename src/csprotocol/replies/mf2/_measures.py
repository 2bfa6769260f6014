"""``:currency`` and ``:unit``: numbers of something."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from csprotocol.replies.mf2._digits import ARITHMETIC
from csprotocol.replies.mf2._errors import BadOperandError, BadOptionError
from csprotocol.replies.mf2._locale_data import LocaleData
from csprotocol.replies.mf2._number import NumberValue, numeric, plan_for
from csprotocol.replies.mf2._number_options import DROPPED, read
from csprotocol.replies.mf2._registry import FunctionContext, Options, OptionValue, Report, Resolve, Staged
from csprotocol.replies.mf2._values import Fallback, Value

__all__ = ["CURRENCY", "UNIT"]


def _split(operand: object, kind: str) -> tuple[Decimal, str | None]:
    """The number and what it is a number of; the second is ``None`` for a bare number."""
    held = operand.value if isinstance(operand, Value) else operand
    if isinstance(held, Mapping):
        named, number = held.get(kind), held.get("value")
    elif isinstance(getattr(held, kind, None), str):
        to_decimal = getattr(held, "to_decimal", None)
        named = getattr(held, kind)
        number = to_decimal() if callable(to_decimal) else getattr(held, "amount", getattr(held, "value", None))
    else:
        return numeric(operand, kind), None
    checked = read(kind, {kind: OptionValue(named)}).settings.get(kind)
    if checked is None:
        raise BadOperandError(
            f"the value before :{kind} names no {kind}",
            hint=f'pass {{"value": 12, "{kind}": ...}} or an object of both',
        )
    return numeric(number, kind), str(checked)


def _measure(kind: str) -> Staged:
    def stage(context: FunctionContext, options: Options) -> Resolve:
        own = read(kind, options)
        wrong_name = kind in options and kind not in own.settings

        def resolve(operand: object, report: Report) -> Value:
            for complaint in own.complaints:
                report(complaint())
            number, named = _split(operand, kind)
            kept = {
                key: value
                for key, value in (operand.options if isinstance(operand, Value) else {}).items()
                if key not in DROPPED[kind] and isinstance(value, int | str)
            }
            fixed = named or kept.get(kind)
            name = fixed or own.settings.get(kind)
            if name is None and wrong_name:
                return Fallback("")  # why has been reported with the complaints
            if name is None:
                raise BadOperandError(
                    f"the value before :{kind} is a bare number",
                    hint=f"add the option {kind}, or pass a value that has a {kind}",
                )
            if fixed and own.settings.get(kind, fixed) != fixed:
                report(
                    BadOptionError(
                        f"the option {kind} contradicts the value before", hint=f"leave the option {kind} out"
                    )
                )
            settings = {**kept, **own.settings, kind: name}
            if kind == "currency" and "fractionDigits" not in settings:
                settings |= _needed_digits(context.data, operand, str(name), number)
            return NumberValue(number, plan_for(context.data, kind, settings))

        return resolve

    return Staged(stage)


def _needed_digits(data: LocaleData, operand: object, currency: str, number: Decimal) -> dict[str, int]:
    """An amount that knows its minor unit loses none of it where CLDR counts with fewer decimals."""
    held = operand.value if isinstance(operand, Value) else operand
    exponent = getattr(held, "exponent", None)
    if type(exponent) is not int or exponent <= data.currency_digits(currency):
        return {}
    shown = number.quantize(Decimal(1).scaleb(-data.currency_digits(currency)), context=ARITHMETIC)
    return {} if shown == number else {"fractionDigits": exponent}


CURRENCY = _measure("currency")
UNIT = _measure("unit")
