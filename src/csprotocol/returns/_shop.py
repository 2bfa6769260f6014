"""What the shop gives of its own: its window, and the seasons that make it longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from csprotocol.returns._claims import Basis, Claim
from csprotocol.returns._outcome import RuleOutcome, Status, missing, tell
from csprotocol.returns._period import IsWorkingDay, Period, rolled
from csprotocol.returns._terms import ReturnTerms, SeasonalOverride, StartsFrom, WindowKind
from csprotocol.returns._window import Circumstances, Window

__all__ = ["policy_claim"]

_ALL_DAYS: Final = (1, 2, 3, 4, 5, 6, 7)
_DATES: Final = ("asked_on", "deadline")
# Looked up once: a member is found through the class of its enum, which takes longer than most questions here.
_SHOP_POLICY: Final = Basis.SHOP_POLICY
_DAYS: Final = WindowKind.DAYS
_DELIVERED: Final = StartsFrom.DELIVERED


def policy_claim(
    terms: ReturnTerms,
    known: Circumstances,
    *,
    blocked: bool | None,
    is_business_day: IsWorkingDay | None,
    source: str,
    trace: list[RuleOutcome],
) -> Claim:
    """What the shop gives of its own; ``blocked`` is what its exclusions and conditions say, ``None`` if unknown."""
    window = _shop_window(terms, known, is_business_day)
    dates = known.asked_on, window.deadline
    if window.open is None:
        trace.append(missing(window.missing, source))
    else:
        code, status = _WITHIN if window.open else _OVER
        if not window.open and terms.window.kind is WindowKind.NONE:
            code = "RETURNS_NOT_PERMITTED"
        trace.append(tell((code, status, _DATES, dates, source)))
    if window.codes:
        trace += [tell((each, Status.ADJUST, _DATES, dates, source)) for each in window.codes]
    is_open = False if blocked or window.open is False else None if blocked is None or window.open is None else True
    return Claim(_SHOP_POLICY, is_open, window, terms.remedies, source)


_WITHIN: Final = ("WITHIN_POLICY_WINDOW", Status.PASS)
_OVER: Final = ("WINDOW_EXPIRED", Status.BLOCK)


def _shop_window(terms: ReturnTerms, known: Circumstances, is_business_day: IsWorkingDay | None) -> Window:
    window = terms.window
    if window.kind is _DAYS:
        found = _window_of_days(terms, window.period, known)
    elif window.kind is WindowKind.UNLIMITED:
        return Window(open=True)
    elif window.kind is WindowKind.NONE:
        found = Window(open=False)
    else:
        assert window.until is not None  # noqa: S101  # a window that ends on a date has one
        found = Window(open=known.asked_on <= window.until, deadline=window.until, unrolled=window.until)
    if terms.seasonal_overrides:
        found = _seasonal(terms, found, known)
    if window.extend_to_business_day and found.deadline is not None and is_business_day is not None:
        moved = rolled(found.deadline, weekdays=_ALL_DAYS, is_working_day=is_business_day)
        if moved != found.deadline:
            codes = (*found.codes, "EXTENDED_TO_BUSINESS_DAY")
            found = replace(found, open=known.asked_on <= moved, deadline=moved, codes=codes)
    return found


def _window_of_days(terms: ReturnTerms, period: Period | None, known: Circumstances) -> Window:
    """``None`` for a period is no day at all: the day itself."""
    begins = terms.window.starts_from
    arrival = known.line
    if begins is not _DELIVERED:
        if begins is StartsFrom.ORDERED:
            return _counted(known.ordered_on, period, known, "placed_at")
        if begins is StartsFrom.FULFILLED:
            return _counted(arrival.sent, period, known, "fulfilled_at")
        arrival = known.order
    if arrival.came is False:
        return Window(open=True, codes=("NOT_YET_DELIVERED",))
    if arrival.last is not None:
        return _counted(arrival.last, period, known, "delivered_on")
    buffer = terms.window.transit_buffer_days
    if arrival.sent is not None and buffer is not None:
        estimated = _counted(arrival.sent + timedelta(days=buffer), period, known, "delivered_on")
        return replace(estimated, codes=("DELIVERY_DATE_ESTIMATED",))
    sent = arrival.sent or known.ordered_on
    if sent is not None and known.asked_on <= (sent if period is None else period.after(sent)):
        # Whenever it came, it was not before it left.
        return Window(open=True)
    return Window(open=None, missing="delivered_on")


def _counted(start: date | None, period: Period | None, known: Circumstances, fact: str) -> Window:
    if start is None:
        return Window(open=None, missing=fact)
    deadline = start if period is None else period.after(start)
    return Window(known.asked_on <= deadline, deadline, deadline, (), "", start, period)


def _seasonal(terms: ReturnTerms, base: Window, known: Circumstances) -> Window:
    """The longest of the base window and those of the season in which the order was placed."""
    for each in terms.seasonal_overrides:
        if known.ordered_on is None:
            if base.open is False:
                return replace(base, open=None, missing="placed_at")
        elif each.start <= known.ordered_on <= each.end:
            season = _season_window(terms, each, known)
            if _is_longer(season, base):
                base = replace(season, codes=(*base.codes, "SEASONAL_OVERRIDE"))
    return base


def _is_longer(season: Window, base: Window) -> bool:
    """Whether the season gives more: an open window where there was none, no end, or a later one."""
    if season.open is True and base.open is not True:
        return True
    if season.open is True and season.deadline is None:
        return True
    if season.deadline is None or base.deadline is None:
        return season.deadline is not None and base.open is False
    return season.deadline > base.deadline


def _season_window(terms: ReturnTerms, season: SeasonalOverride, known: Circumstances) -> Window:
    if season.unlimited:
        return Window(open=True)
    if season.return_by is not None:
        return Window(open=known.asked_on <= season.return_by, deadline=season.return_by, unrolled=season.return_by)
    return _window_of_days(terms, Period(days=season.days) if season.days else None, known)
