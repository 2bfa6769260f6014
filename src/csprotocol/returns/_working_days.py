"""Public holidays of the consumer's country, for statutory periods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from csprotocol.errors import InvalidValueError, MissingExtraError
from csprotocol.returns._law import Law

__all__ = ["working_days"]


def working_days(law: Law) -> Callable[[date], bool]:
    """Whether a date is no public holiday where ``law`` holds; weekdays are each rule's own affair.

    >>> is_working_day = working_days(Law.of("ES"))
    >>> is_working_day(date(2026, 12, 25)), is_working_day(date(2026, 12, 26))
    (False, True)

    Raises:
        MissingExtraError: the package of public holidays is not installed (extra ``[holidays]``).
        InvalidValueError: the law names no country of holidays.
    """
    if law.holidays is None:
        raise InvalidValueError.of("law", law.jurisdiction, expected="a country whose holidays are known")
    try:
        from holidays import country_holidays
    except ImportError:
        raise MissingExtraError.of("holidays", "public holidays") from None
    country, _, region = law.holidays.partition("-")
    known = country_holidays(country, subdiv=region or None)
    return lambda day: day not in known
