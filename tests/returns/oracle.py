"""A slow and obvious second implementation of returns, which judges the fast one.

It knows only worlds in which every fact is known. There it walks the calendar day by day, counts working days one by
one, asks of each right whether it is there, and refunds unit by unit in exact fractions. It does not reason about what
is unknown: an answer that was given without some facts has to hold in whichever of the possible worlds is drawn.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from csprotocol.model import ContactReason, Order, OrderLine
from csprotocol.returns import (
    Law,
    LawKind,
    Period,
    RequestedLine,
    ReturnPolicy,
    ReturnTerms,
    SeasonalOverride,
    StatutoryRule,
)
from tests.returns.strategies import Holidays, Question

__all__ = ["NEVER", "Answer", "Claim", "judge", "money", "nature_of", "told_of"]

DAY = timedelta(days=1)
# No end.
NEVER = date.max
# From the best for the customer to the least: of bad goods the shop pays the parcel back, and takes nothing off.
RANK = ("short_term_reject", "legal_guarantee", "statutory_withdrawal", "statutory_default", "shop_policy")


@dataclass(frozen=True)
class Claim:
    """One right, as it stands on the day of the request. ``ends`` is ``NEVER`` where there is no last day."""

    basis: str
    ends: date
    unrolled: date
    is_open: bool
    remedies: tuple[str, ...]
    rule: StatutoryRule | None = None


@dataclass(frozen=True)
class Answer:
    """What holds for one line where all facts are known."""

    eligible: bool
    claims: tuple[Claim, ...]
    returnable: int

    def best(self, remedy: str) -> Claim | None:
        """The first open claim that gives what was asked for; or else the first open one."""
        found = [each for each in self.claims if each.is_open] if self.eligible else []
        wanted = [each for each in found if remedy in each.remedies]
        return min(wanted or found, key=lambda each: RANK.index(each.basis), default=None)


# Days


def is_day_off(day: date, weekdays: Iterable[int], works: Holidays | None) -> bool:
    return day.isoweekday() not in tuple(weekdays) or (works is not None and not works(day))


def last_day(period: Period, start: date, rule: StatutoryRule | None = None, works: Holidays | None = None) -> date:
    """The last day of ``period``, found by walking; ``start`` is not counted."""
    count, unit = period.counted
    if unit == "days":
        day = start
        for _ in range(count):
            day += DAY
        return day
    if unit == "business_days":
        assert rule is not None
        day = start
        while count:
            day += DAY
            count -= not is_day_off(day, rule.working_weekdays, works)
        return day
    return months_after(start, count * (12 if unit == "years" else 1))


def months_after(start: date, months: int) -> date:
    """The day of the same number, or the last one of a shorter month."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def put_off(day: date, rule: StatutoryRule, works: Holidays | None) -> date:
    while rule.roll and is_day_off(day, rule.working_weekdays, works):
        day += DAY
    return day


def local(moment: date | datetime, order: Order) -> date:
    if not isinstance(moment, datetime):
        return moment
    return (moment.astimezone(ZoneInfo(order.tz)) if order.tz else moment).date()


# Facts


def told_of(question: Question, line: OrderLine, wanted: RequestedLine) -> dict[str, Any]:
    return {**question.order.attributes, **line.attributes, **wanted.facts}


def arrival(question: Question, line: OrderLine | None, *, first: bool = False) -> date | None:
    """When a line came, or all of the order, or the first of it; ``None`` as long as that is on its way."""
    order = question.order
    parcels = [each for each in order.deliveries if line is None or not each.lines or line.id in each.lines]
    covered = {name for each in order.deliveries for name in (each.lines or [line.id for line in order.lines])}
    days = [local(each.delivered_at, order) for each in parcels if each.delivered_at is not None]
    if not days or (line is None and not {each.id for each in order.lines} <= covered):
        return None
    if first:
        return min(days)
    return max(days) if len(days) == len(parcels) else None


def sent_on(question: Question, line: OrderLine) -> date | None:
    parcels = [each for each in question.order.deliveries if not each.lines or line.id in each.lines]
    return max((local(each.fulfilled_at, question.order) for each in parcels if each.fulfilled_at), default=None)


def placed_on(question: Question) -> date:
    assert question.order.placed_at is not None
    return local(question.order.placed_at, question.order)


# The law


def is_exempt(law: Law, rule: StatutoryRule, facts: Mapping[str, Any]) -> bool:
    """Whether all that is asked of some exemption is as written; of what is not told at all, it is not."""
    return any(
        all(name in facts and facts[name] is value for name, value in law.exemptions[each].when.items())
        for each in rule.exemptions
    )


def rule_for(question: Question, kind: LawKind, facts: Mapping[str, Any]) -> StatutoryRule | None:
    """The first rule of that kind that was in force and is for such a contract."""
    if question.law is None:
        return None
    order = question.order
    for rule in Law.of(question.law).rules:
        on = facts.get("repair_requested_on") if rule.applies_by == "repair" else placed_on(question)
        if (
            rule.kind is kind
            and on is not None
            and (rule.valid_from is None or on >= rule.valid_from)
            and (rule.valid_to is None or on <= rule.valid_to)
            and (not rule.channels or order.contract in rule.channels)
            and (order.buyer == "consumer" or not rule.consumers_only)
            and all(name in facts and facts[name] is value for name, value in rule.when.items())
        ):
            return rule
    return None


def beginning(question: Question, line: OrderLine, rule: StatutoryRule, facts: Mapping[str, Any]) -> date | None:
    """The day from which ``rule`` counts; ``None`` where that has not come yet."""
    start = rule.start_of_services if facts.get("service") is True or facts.get("digital") is True else rule.start
    regular = facts.get("regular_delivery") is True
    several = rule.regular_delivery if regular else rule.several_deliveries
    came = arrival(question, None if several != "each" else line, first=several == "first")
    if start == "contract":
        return placed_on(question)
    if start == "contract_copy":
        copy: date | None = facts.get("contract_copy_on")
        return copy
    if start == "later" and came is not None:
        return max(came, placed_on(question))
    return came


def end_of(
    question: Question, rule: StatutoryRule, start: date, facts: Mapping[str, Any], works: Holidays | None
) -> tuple[date, date]:
    """The last day of ``rule`` that began on ``start``, and what it would be if no day were a day off."""
    assert rule.period is not None
    period = rule.period
    agreed = facts.get("agreed_guarantee_months")
    if agreed is not None and rule.agreed_minimum is not None:
        least = last_day(rule.agreed_minimum, start, rule, works)
        end = min(last_day(period, start, rule, works), max(least, months_after(start, agreed)))
    else:
        end = last_day(period, start, rule, works)
    ordinary = end
    silent = rule.not_informed
    if silent is not None:
        informed_on = facts.get(silent.fact_on) if silent.anew_when_informed else None
        if informed_on is not None or facts.get(silent.fact, True) is False:
            if silent.without_end:
                end = NEVER
            elif silent.adds is not None:
                end = last_day(silent.adds, ordinary, rule, works)
            else:
                assert silent.instead is not None
                end = last_day(silent.instead, start, rule, works)
        if informed_on is not None:
            end = max(ordinary, min(end, last_day(period, informed_on, rule, works)))
    end = after_repair(rule, start, end, facts, works)
    return (end, end) if end == NEVER else (put_off(end, rule, works), end)


def after_repair(rule: StatutoryRule, start: date, end: date, facts: Mapping[str, Any], works: Holidays | None) -> date:
    """``end``, once goods were in repair while the time ran: each day there, the first and the last included."""
    asked, back = facts.get("repair_requested_on"), facts.get("repair_returned_on")
    if asked is None or not start <= asked <= end:
        return end
    if rule.pause_by_repair:
        if back is None:
            return NEVER
        day = asked
        while day <= back:
            end += DAY
            day += DAY
        if rule.least_after_repair is not None:
            end = max(end, last_day(rule.least_after_repair, back, rule, works))
    if rule.repair_adds is not None:
        end = last_day(rule.repair_adds, end, rule, works)
    return end


def remedies_of(rule: StatutoryRule, wanted: RequestedLine, facts: Mapping[str, Any]) -> tuple[str, ...]:
    if facts.get("repair_failed") is True and (rule.remedies_after_repair or rule.major_remedies):
        return rule.remedies_after_repair or rule.major_remedies
    if wanted.severity == "major" and rule.major_remedies:
        return rule.major_remedies
    return rule.remedies


STATUTORY = {
    LawKind.WITHDRAWAL: "statutory_withdrawal",
    LawKind.SHORT_TERM_REJECT: "short_term_reject",
    LawKind.GUARANTEE: "legal_guarantee",
    LawKind.POSTING: "statutory_default",
}


def statutory_claims(
    question: Question, line: OrderLine, wanted: RequestedLine, works: Holidays | None
) -> Iterator[Claim]:
    if question.law is None:
        return
    facts, law = told_of(question, line, wanted), Law.of(question.law)
    asked_on = local(question.request.at, question.order)
    for kind, basis in STATUTORY.items():
        bad = nature_of(wanted) == "non_conformity"
        if kind in (LawKind.GUARANTEE, LawKind.SHORT_TERM_REJECT) and not bad:
            continue
        if kind is LawKind.POSTING and (not question.policies or question.policies[0].posted):
            continue
        rule = rule_for(question, kind, facts)
        if rule is None or is_exempt(law, rule, facts):
            continue
        start = beginning(question, line, rule, facts)
        ends = (NEVER, NEVER) if start is None else end_of(question, rule, start, facts, works)
        given = remedies_of(rule, wanted, facts) if bad and kind is LawKind.GUARANTEE else rule.remedies
        yield Claim(basis, ends[0], ends[1], asked_on <= ends[0], given, rule)


def nature_of(wanted: RequestedLine) -> str | None:
    return None if wanted.reason is None else ContactReason.of(wanted.reason).nature


# The shop


def version_of(question: Question) -> ReturnPolicy | None:
    for each in question.policies:
        if len(question.policies) == 1 and question.order.placed_at is None:
            return each
        on = placed_on(question)
        if (each.valid_from is None or each.valid_from <= on) and (each.valid_to is None or on <= each.valid_to):
            return each
    return None


def terms_for(question: Question, line: OrderLine) -> ReturnTerms | None:
    policy, order = version_of(question), question.order
    for terms in () if policy is None else policy.terms:
        when = terms.when
        if (
            (not when.product or line.product in when.product)
            and (not when.sku or line.sku in when.sku)
            and (not when.tag or {*when.tag} & {*line.tags})
            and (not when.collection or {*when.collection} & {*line.collections})
            and (not when.sales_channel or order.sales_channel in when.sales_channel)
            and (not when.member_tier or order.member_tier in when.member_tier)
            and (not when.country or order.country in when.country)
        ):
            return terms
    return None


def shop_claim(question: Question, line: OrderLine, wanted: RequestedLine) -> Claim | None:
    terms = terms_for(question, line)
    if terms is None:
        return None
    facts, asked_on = told_of(question, line, wanted), local(question.request.at, question.order)
    if line.fulfilled_quantity == 0:
        return None
    if nature_of(wanted) != "non_conformity" and not is_welcome(terms, line, wanted, facts):
        return None
    window = shop_window(question, line, terms)
    if window is None:
        return None
    return Claim("shop_policy", window[0], window[1], asked_on <= window[0], terms.remedies)


def is_welcome(terms: ReturnTerms, line: OrderLine, wanted: RequestedLine, facts: Mapping[str, Any]) -> bool:
    return (
        not any(facts.get(name) is True or name in line.tags for name in terms.exclusions)
        and all(facts.get(name) is True for name in terms.requires)
        and (not terms.conditions or wanted.condition in terms.conditions)
    )


def shop_window(question: Question, line: OrderLine, terms: ReturnTerms) -> tuple[date, date] | None:
    """The last day, and what it would be if the shop were always open; ``None`` where nothing comes back."""
    window, order = terms.window, question.order
    if window.kind == "unlimited":
        return NEVER, NEVER
    ends = []
    start = shop_start(question, line, terms)
    if window.kind == "date":
        assert window.until is not None
        ends.append(window.until)
    elif window.kind != "none":
        assert window.days is not None
        ends.append(NEVER if start is None else start + window.days * DAY)
    if order.placed_at is not None:
        ends += [
            end
            for each in terms.seasonal_overrides
            if (end := season_end(each, placed_on(question), start)) is not None
        ]
    if not ends:
        return None
    end = rolled = max(ends)
    opens = question.is_business_day
    while window.extend_to_business_day and opens is not None and rolled != NEVER and not opens(rolled):
        rolled += DAY
    return rolled, end


def season_end(season: SeasonalOverride, placed: date, start: date | None) -> date | None:
    if not season.start <= placed <= season.end:
        return None
    if season.return_by is not None:
        return season.return_by
    if season.unlimited or start is None:
        return NEVER
    assert season.days is not None
    return start + season.days * DAY


def shop_start(question: Question, line: OrderLine, terms: ReturnTerms) -> date | None:
    kind = terms.window.starts_from
    if kind == "ordered":
        return placed_on(question)
    if kind == "fulfilled":
        return sent_on(question, line)
    return arrival(question, None if kind == "last_delivered" else line)


# One line


def judge(question: Question, wanted: RequestedLine, works: Holidays | None = None) -> Answer:
    """What holds where every fact is known."""
    line = question.order.line(wanted.id)
    sold = line.quantity if line.fulfilled_quantity is None else line.fulfilled_quantity
    returnable = max(0, sold - line.return_requested_quantity - line.reimbursed_quantity)
    claims = [*statutory_claims(question, line, wanted, works or question.is_working_day)]
    shop = shop_claim(question, line, wanted)
    claims += [] if shop is None else [shop]
    free = line.quantity - line.return_requested_quantity - line.reimbursed_quantity
    enough = wanted.quantity <= returnable or (line.fulfilled_quantity == 0 and wanted.quantity <= free)
    return Answer(enough and any(each.is_open for each in claims), tuple(claims), returnable)


# Money


def units(amount: int, line: OrderLine, wanted: RequestedLine) -> int:
    """What the wanted units take of ``amount``, one after the other, each up to the rounded sum so far."""

    def so_far(count: int) -> int:
        return half_up(Fraction(amount * count, line.quantity))

    first = line.reimbursed_quantity
    return sum(so_far(number + 1) - so_far(number) for number in range(first, first + wanted.quantity))


def half_up(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))


def order_discounts(order: Order) -> dict[str, int]:
    """The discount on the whole order by line: whole cents by value, the rest one by one by the largest remainder."""
    values = {each.id: own_value(each) for each in order.lines}
    total, left = sum(values.values()), order.discount.minor if order.discount else 0
    if not left:
        return dict.fromkeys(values, 0)
    exact = {name: Fraction(left * value, total) for name, value in values.items()}
    shares = {name: int(each) for name, each in exact.items()}
    while sum(shares.values()) < left:
        # Of equal remainders, the first.
        name = max(exact, key=lambda each: exact[each] - shares[each])
        shares[name] += 1
    return shares


def own_value(line: OrderLine) -> int:
    return line.total.minor - (line.discount.minor if line.discount else 0)


def money(question: Question) -> dict[str, int]:
    """The parts of the refund in minor units and their sum, where every fact is known."""
    order, request = question.order, question.request
    remedy = str(request.remedy)
    parts = dict.fromkeys(
        ("items", "discount", "tax", "shipping", "restocking_fee", "return_shipping_fee", "diminished_value", "cap"), 0
    )
    shares, shipping = order_discounts(order), order.shipping_paid.minor if order.shipping_paid else 0
    back: dict[str, int] = {}
    prices, flat, labels, outward, bonuses = [], [0], [0], [0], [Decimal(0)]
    payers: list[str] = []
    for wanted in request.lines:
        line, answer = order.line(wanted.id), judge(question, wanted)
        best = answer.best(remedy)
        if best is None or remedy not in best.remedies or remedy not in ("refund", "exchange", "store_credit"):
            continue
        back[line.id] = wanted.quantity
        items = units(line.total.minor, line, wanted)
        discount = units((line.discount.minor if line.discount else 0) + shares[line.id], line, wanted)
        tax = 0 if order.tax_included or line.tax is None else units(line.tax.minor, line, wanted)
        for name, amount in (("items", items), ("discount", -discount), ("tax", tax)):
            parts[name] += amount
        prices.append(items - discount)
        legal = [each for each in answer.claims if each.is_open and each.rule is not None]
        terms, bad = terms_for(question, line), nature_of(wanted) == "non_conformity"
        outward.append(outward_of(question, terms, legal, shipping, bad=bad))
        fees = None if terms is None else terms.fees.get("non_conformity" if bad else "remorse")  # type: ignore[call-overload]
        usual = "merchant" if bad else "customer"
        kind: Any = "non_conformity" if bad else "remorse"
        payers.append("customer" if terms is None else terms.return_cost.get(kind, usual))
        if fees is not None and not legal:
            percent = Fraction(Decimal(fees.restocking_percent or "0")) / 100
            parts["restocking_fee"] -= half_up((items - discount) * percent)
            flat.append(minor(fees.restocking, order))
            labels.append(minor(fees.return_shipping, order))
        if wanted.diminished_value_percent is not None and loses_value(question, line, wanted, legal):
            lost = (items - discount) * Fraction(wanted.diminished_value_percent) / 100
            parts["diminished_value"] -= half_up(lost)
        if terms is not None and terms.store_credit_bonus_percent is not None:
            bonuses.append(Decimal(terms.store_credit_bonus_percent))
    if all(each.reimbursed_quantity + back.get(each.id, 0) == each.quantity for each in order.lines):
        parts["shipping"] = max(outward)
    parts["restocking_fee"] -= max(flat)
    # One parcel, and nobody pays for half of it.
    parts["return_shipping_fee"] -= max(labels) if "merchant" not in payers else 0
    return parts


def outward_of(question: Question, terms: ReturnTerms | None, legal: Iterable[Claim], paid: int, *, bad: bool) -> int:
    """What one line brings back of the parcel to the customer."""
    order, words = question.order, "statutory_only" if terms is None else terms.refund_original_shipping
    found = [paid if words == "always" or (words == "defect" and bad) else 0]
    for each in legal:
        assert each.rule is not None
        standard = min(paid, order.shipping_standard.minor) if order.shipping_standard else paid
        found.append({"none": 0, "standard": standard, "all": paid}[each.rule.outward_shipping])
    return max(found)


def loses_value(question: Question, line: OrderLine, wanted: RequestedLine, legal: Iterable[Claim]) -> bool:
    """As far as every right that is open allows it, and the customer was told of the right."""
    informed = told_of(question, line, wanted).get("withdrawal_informed", True) is not False
    return informed and all(each.rule is not None and each.rule.diminished_value for each in legal)


def minor(text: str | None, order: Order) -> int:
    return half_up(Fraction(Decimal(text or "0")) * 10 ** order.lines[0].total.exponent)
