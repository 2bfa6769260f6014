"""``:string``: any text, chosen by equality."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from csprotocol.replies.mf2._errors import BadOperandError
from csprotocol.replies.mf2._registry import FunctionContext, Options, Report, Resolve, Staged
from csprotocol.replies.mf2._values import StringValue, Value

__all__ = ["STRING", "spelled"]


def spelled(value: object) -> str | None:
    """The value as text, as its own kind of thing writes itself; ``None`` for what is no text at heart."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and abs(value.adjusted()) < 400 else str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int):
        # Python refuses to write integers of more digits than this.
        return str(value) if value.bit_length() < 10_000 else None
    if isinstance(value, date | datetime):
        return value.isoformat()
    # A class that says how its objects read wants them read; the default and containers would show their insides.
    says_itself = type(value).__str__ is not object.__str__ and not isinstance(value, BaseException)
    if not (says_itself or isinstance(value, float)):
        return None
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - an object that cannot say how it reads has no text
        return None


class _Unspoken(Value):
    """An argument that was passed as None: no key is like it, and it has no text to show."""

    __slots__ = ()

    kind = "string"
    selectable = True

    def match(self, key: str) -> bool:
        del key
        return False

    def text(self) -> str:
        raise BadOperandError("the value before :string is None", hint="pass a text, or choose another variant for it")


def _stage(context: FunctionContext, options: Options) -> Resolve:
    del options
    locale = context.data.locale

    def resolve(operand: object, report: Report) -> Value:
        del report
        if isinstance(operand, Value) and operand.value is None:
            return _Unspoken(None)
        direction = operand.dir if isinstance(operand, Value) and operand.kind == "string" else "auto"
        text = spelled(operand.value if isinstance(operand, Value) else operand)
        if operand is None or text is None:
            raise BadOperandError(
                "the value before :string is missing or no text", hint="pass a str, a number, a date or an enum member"
            )
        return StringValue(text, direction=direction, locale=locale)

    return resolve


STRING = Staged(_stage)
