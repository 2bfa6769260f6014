"""Plainly invented values, to look at a reply before real ones are at hand and to measure its length."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from csprotocol.model import Money
from csprotocol.replies import cldr
from csprotocol.replies._plan import parsed
from csprotocol.replies._sentence import compiled
from csprotocol.replies._sms import count_sms, for_sms
from csprotocol.replies._targets import SMS
from csprotocol.replies._variables import Variable, VariableType

__all__ = ["sample_arguments", "sms_segments"]

_SAMPLES: Final[Mapping[VariableType, Any]] = {
    VariableType.AMOUNT: Money.of("12.50", "EUR"),
    VariableType.DATE: date(2026, 11, 27),
    VariableType.DATETIME: datetime(2026, 11, 27, 16, 30, tzinfo=UTC),
    VariableType.DURATION: timedelta(hours=4),
    VariableType.FLAG: True,
    VariableType.INT: 3,
    VariableType.LIST: ("Mug", "T-shirt M"),
    VariableType.MONEY: Money.of("12.50", "EUR"),
    VariableType.PERCENT: Decimal("0.15"),
    VariableType.PERSON: "Ana",
    VariableType.REF: "#1001",
    VariableType.TEXT: "Example",
    VariableType.URL: "https://example.com/1001",
}


def sample_arguments(variables: Mapping[str, Variable], *, optional: bool = True) -> dict[str, Any]:
    """A value for each variable, free slots excepted; without ``optional``, for the required ones alone.

    >>> from csprotocol.replies import Catalog
    >>> sample_arguments(Catalog.builtin("en").situation("order.lost").variables, optional=False)
    {'order': '#1001', 'carrier': 'Example', 'option': 'resend'}
    """
    return {
        name: variable.choices[0] if variable.choices else _SAMPLES[variable.type]
        for name, variable in variables.items()
        if variable.type is not VariableType.SLOT and (optional or not variable.optional)
    }


def sms_segments(source: str, variables: Mapping[str, Variable], locale: str) -> int:
    """How many messages the sentence takes as an SMS with usual values."""
    write = compiled(parsed(source), variables, cldr.formats(locale), SMS, "sms")
    return count_sms(for_sms(write(sample_arguments(variables)))).segments
