"""Until when: the end of a statutory period or of a shop's window, and whether a request came in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from csprotocol.errors import InvalidValueError
from csprotocol.returns._arrival import Arrival
from csprotocol.returns._law import Start, StatutoryRule
from csprotocol.returns._period import IsWorkingDay, Period, rolled

__all__ = ["Circumstances", "Window", "statutory_window"]

_DAY: Final = timedelta(days=1)
_NO_TIME: Final = timedelta(0)
_NEVER: Final = date.max
# Looked up once: a member is found through the class of its enum, which takes longer than most questions here.
_CONTRACT: Final = Start.CONTRACT
_CONTRACT_COPY: Final = Start.CONTRACT_COPY
_LATER: Final = Start.LATER
# As long as a public holiday may put off the end of a period. Easter and two more days are four.
_MOST_HOLIDAYS: Final = timedelta(days=7)


# Made for one decision, and changed by nobody: not frozen, for that takes three times as long to make.
@dataclass(slots=True, eq=False)
class Window:
    """When a right ends. ``open`` is ``None`` where that depends on the fact ``missing``.

    ``deadline`` is ``None`` where there is none, or nobody can say yet; ``unrolled`` is the end before it was put off
    to a working day. ``codes`` say what was special about the counting, ``start`` and ``period`` from which day so
    many of what were counted.
    """

    open: bool | None
    deadline: date | None = None
    unrolled: date | None = None
    codes: tuple[str, ...] = ()
    missing: str = ""
    start: date | None = None
    period: Period | None = None


@dataclass(slots=True, eq=False)
class Circumstances:
    """What all rights of one line are judged by."""

    asked_on: date
    # The day of the order, and what is taken for that of the contract where nobody knows it.
    ordered_on: date | None
    contract_on: date | None
    line: Arrival
    order: Arrival
    facts: dict[str, object]
    is_working_day: IsWorkingDay | None


def statutory_window(rule: StatutoryRule, known: Circumstances) -> Window:
    """When the right of ``rule`` ends for goods under these circumstances."""
    facts = known.facts
    for name in _UNSURE:
        if facts.get(name, False) is None:
            return _either(rule, known, name)
    start, codes = _start(rule, known)
    if start is None:
        return _without_start(rule, known, codes)
    period = _length(rule, facts)
    end = longest = _after(period, start, rule, known)
    if rule.not_informed is not None or rule.when:
        end, longest, told = _uninformed(rule, known, start, end)
        codes += told
    if "repair_requested_on" in facts and end != _NEVER:
        end, told = _repaired(rule, known, end)
        codes += told
    if end == _NEVER:
        return Window(open=True, codes=codes, start=start)
    deadline = _rolled(rule, end, known)
    if deadline != end:
        codes += ("DEADLINE_ROLLED_TO_WORKING_DAY",)
    found = Window(True, deadline, end, codes, "", start, period)  # noqa: FBT003  # the most frequent answer
    if known.asked_on <= deadline:
        return found
    # A holiday that nobody told us of may have put it off.
    counts_holidays = rule.roll or period.business_days is not None
    grace = _MOST_HOLIDAYS if counts_holidays and known.is_working_day is None else _NO_TIME
    if end < longest and (longest == _NEVER or known.asked_on <= _rolled(rule, longest, known) + grace):
        # Nobody says whether the trader told them, and now it matters.
        return replace(found, open=None, missing=_silence(rule))
    if known.asked_on <= deadline + grace:
        return replace(found, open=None, missing="public_holidays")
    if facts.get("repair_requested_on", 0) is None and (rule.pause_by_repair or rule.repair_adds is not None):
        return replace(found, open=None, missing="repair_requested_on")
    return replace(found, open=False)


# Facts on which the day hangs from which a period is counted, or its length.
_UNSURE: Final = ("service", "digital", "regular_delivery", "agreed_guarantee_months")


def _either(rule: StatutoryRule, known: Circumstances, name: str) -> Window:
    """What holds whichever way an unknown fact turns out; where that differs, it is what is missing."""
    values: tuple[object, ...] = (True, False)
    if name == "agreed_guarantee_months":
        values = (0, 0 if rule.agreed_minimum is None else _months(rule.agreed_minimum))
    windows = [statutory_window(rule, replace(known, facts={**known.facts, name: value})) for value in values]
    shortest = min(windows, key=lambda window: window.deadline or date.max)
    if windows[0].open is windows[1].open:
        return shortest
    return replace(shortest, open=None, missing=next((each.missing for each in windows if each.missing), name))


def _start(rule: StatutoryRule, known: Circumstances) -> tuple[date | None, tuple[str, ...]]:
    """The day from which it is counted, and what was special about that."""
    facts = known.facts
    start = _kind_of_start(rule, facts)
    if start is _CONTRACT:
        assumed = known.ordered_on is None and known.contract_on is not None
        return known.contract_on, ("ORDER_DATE_ASSUMED",) if assumed else ()
    if start is _CONTRACT_COPY:
        copy_on = facts.get("contract_copy_on")
        return (copy_on, ()) if isinstance(copy_on, date) else (None, ())
    line, order = known.line, known.order
    if facts.get("regular_delivery") is True and rule.regular_delivery == "first":
        # Of what is unknown, nobody knows that it was not the first.
        return order.first if order.came is not None else None, ("FIRST_DELIVERY_GOVERNS",)
    if rule.several_deliveries == "last":
        delivered = order.last
        codes = ("LAST_DELIVERY_GOVERNS",) if delivered is not None and delivered != line.last else ()
    else:
        delivered, codes = line.last, ()
    if start is _LATER and delivered is not None and known.contract_on is not None:
        return max(delivered, known.contract_on), codes
    return delivered, codes


def _kind_of_start(rule: StatutoryRule, facts: dict[str, object]) -> Start:
    """Services and downloads are not possessed."""
    immaterial = facts.get("service") is True or facts.get("digital") is True
    return rule.start_of_services if immaterial else rule.start


def _without_start(rule: StatutoryRule, known: Circumstances, codes: tuple[str, ...]) -> Window:
    """Nobody knows when it began: open as long as it cannot have ended."""
    kind = _kind_of_start(rule, known.facts)
    arrival = known.order if rule.several_deliveries == "last" else known.line
    if kind is _CONTRACT:
        return Window(open=None, codes=codes, missing="placed_at")
    # What comes in parts was sent in parts: of the first one, only the day of the order is sure.
    regular = known.facts.get("regular_delivery") is True
    if kind is _CONTRACT_COPY or regular:
        earliest = known.ordered_on
    else:
        if arrival.came is False:
            return Window(open=True, codes=(*codes, "NOT_YET_DELIVERED"))
        earliest = arrival.sent or known.contract_on
    if earliest is not None:
        # The sooner it came, the sooner it is over.
        sure = _rolled(rule, _after(_length(rule, known.facts), earliest, rule, known), known)
        if known.asked_on <= sure:
            return Window(open=True, codes=codes)
    missing = "contract_copy_on" if kind is _CONTRACT_COPY else "delivered_on"
    return Window(open=None, codes=codes, missing=missing)


def _length(rule: StatutoryRule, facts: dict[str, object]) -> Period:
    """The period of the rule, or a shorter one that was agreed as far as the rule lets that be."""
    assert rule.period is not None  # noqa: S101  # rules without a period give no right
    if rule.agreed_minimum is None:
        return rule.period
    agreed = facts.get("agreed_guarantee_months")
    if type(agreed) is not int or agreed < 1:
        return rule.period
    least, most = _months(rule.agreed_minimum), _months(rule.period)
    return Period(months=min(max(agreed, least), most))


def _months(period: Period) -> int:
    return period.months if period.months is not None else 12 * (period.years or 0)


def _after(period: Period, start: date, rule: StatutoryRule, known: Circumstances) -> date:
    if period.span is not None:
        return start + period.span
    return period.after(start, weekdays=rule.working_weekdays, is_working_day=known.is_working_day)


def _rolled(rule: StatutoryRule, end: date, known: Circumstances) -> date:
    if not rule.roll:
        return end
    if known.is_working_day is None and end.isoweekday() in rule.working_weekdays:
        return end
    return rolled(end, weekdays=rule.working_weekdays, is_working_day=known.is_working_day)


def _uninformed(
    rule: StatutoryRule, known: Circumstances, start: date, end: date
) -> tuple[date, date, tuple[str, ...]]:
    """The end where the trader kept silent: the one that is sure, the one that is possible, and what was special."""
    silence = rule.not_informed
    if silence is None:
        # A right that only silence gives is one for that reason.
        return end, end, ("NOT_INFORMED_EXTENSION",) if False in rule.when.values() else ()
    facts = known.facts
    told, told_on = facts.get(silence.fact, True), facts.get(silence.fact_on)
    if told is True and (told_on is None or not silence.anew_when_informed):
        return end, end, ()
    longest = _NEVER
    if silence.instead is not None:
        longest = _after(silence.instead, start, rule, known)
    elif silence.adds is not None:
        longest = _after(silence.adds, end, rule, known)
    if silence.anew_when_informed and isinstance(told_on, date):
        anew = max(end, min(_after(_length(rule, facts), told_on, rule, known), longest)) if told_on > start else end
        return anew, anew, ("NOT_INFORMED_EXTENSION",) if anew > end else ()
    if told is False:
        return longest, longest, ("NOT_INFORMED_EXTENSION",)
    return end, longest, ()


def _silence(rule: StatutoryRule) -> str:
    return rule.not_informed.fact if rule.not_informed is not None else ""


def _repaired(rule: StatutoryRule, known: Circumstances, end: date) -> tuple[date, tuple[str, ...]]:
    """A repair that was asked for in time stops the time, or gives some on top; during it, there is no end."""
    facts = known.facts
    asked_on, back_on = facts.get("repair_requested_on"), facts.get("repair_returned_on")
    if not isinstance(asked_on, date) or asked_on > end:
        return end, ()
    if isinstance(back_on, date) and back_on < asked_on:
        raise InvalidValueError.of("repair_returned_on", back_on, expected=f"not before the repair, {asked_on}")
    codes: tuple[str, ...] = ()
    if rule.pause_by_repair:
        codes = ("CLOCK_PAUSED_BY_REPAIR",)
        if not isinstance(back_on, date):
            return _NEVER, codes
        # Both the day on which it was asked for and the day on which the goods came back are left out.
        end += back_on - asked_on + _DAY
        if rule.least_after_repair is not None:
            end = max(end, _after(rule.least_after_repair, back_on, rule, known))
    if rule.repair_adds is not None:
        end, codes = _after(rule.repair_adds, end, rule, known), (*codes, "EXTENDED_BY_REPAIR")
    return end, codes
