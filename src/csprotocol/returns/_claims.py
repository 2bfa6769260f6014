"""The rights that a line may have: what each of them rests on, until when, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from csprotocol.model import Buyer, ContractChannel, Order, ReasonNature
from csprotocol.returns._law import Confidence, Exemption, Law, LawKind, StatutoryRule
from csprotocol.returns._outcome import RuleOutcome, Status, missing, tell
from csprotocol.returns._period import IsWorkingDay, Period, rolled
from csprotocol.returns._policy import ReturnTerms, SeasonalOverride, StartsFrom, WindowKind
from csprotocol.returns._window import Circumstances, Window, statutory_window

__all__ = ["Basis", "Claim", "legal_claims", "policy_claim"]

_ALL_DAYS: Final = (1, 2, 3, 4, 5, 6, 7)


class Basis(StrEnum):
    """What a decision rests on."""

    STATUTORY_WITHDRAWAL = "statutory_withdrawal"
    SHORT_TERM_REJECT = "short_term_reject"
    LEGAL_GUARANTEE = "legal_guarantee"
    STATUTORY_DEFAULT = "statutory_default"
    SHOP_POLICY = "shop_policy"
    MIXED = "mixed"
    UNDECIDED = "undecided"
    NONE = "none"


class Claim(NamedTuple):
    """One right. ``open`` is ``None`` where a fact is missing; ``remedies`` are what it gives."""

    basis: Basis
    open: bool | None
    window: Window
    remedies: tuple[str, ...]
    source: str
    rule: StatutoryRule | None = None


class _Words(NamedTuple):
    """What a kind of right is called in decisions: as a ground, and once it is over."""

    basis: Basis
    ground: str
    over: str


_WORDS: Final = {
    LawKind.WITHDRAWAL: _Words(Basis.STATUTORY_WITHDRAWAL, "STATUTORY_WITHDRAWAL", "WITHDRAWAL_EXPIRED"),
    LawKind.GUARANTEE: _Words(Basis.LEGAL_GUARANTEE, "LEGAL_GUARANTEE", "GUARANTEE_EXPIRED"),
    LawKind.SHORT_TERM_REJECT: _Words(Basis.SHORT_TERM_REJECT, "SHORT_TERM_REJECT", "SHORT_TERM_REJECT_EXPIRED"),
    LawKind.POSTING: _Words(Basis.STATUTORY_DEFAULT, "POLICY_NOT_POSTED", "POSTING_DEFAULT_EXPIRED"),
}
_DATES: Final = ("asked_on", "deadline")
_FOR_REMORSE: Final = (LawKind.WITHDRAWAL, LawKind.POSTING)
# Whoever got bad goods may change their mind as well.
_FOR_DEFECTS: Final = (LawKind.SHORT_TERM_REJECT, LawKind.GUARANTEE, LawKind.WITHDRAWAL, LawKind.POSTING)


def legal_claims(
    law: Law, order: Order, nature: ReasonNature | None, known: Circumstances, *, posted: bool, trace: list[RuleOutcome]
) -> list[Claim]:
    """What the law gives, with an outcome in ``trace`` for each rule that was looked at."""
    kinds = _FOR_DEFECTS if nature is ReasonNature.NON_CONFORMITY else _FOR_REMORSE
    claims = []
    for kind in kinds:
        if kind is LawKind.POSTING and posted:
            continue
        possible, lacking, sure = _rules_for(law, kind, order, known, trace)
        if not possible and _is_before_all(law, kind, known):
            trace.append(missing("law_at_that_time", law.jurisdiction))
            claims.append(Claim(_WORDS[kind].basis, None, Window(open=None), (), law.jurisdiction))
        found = [_claim(law, rule, known, trace) for rule in possible]
        if lacking:
            claims.append(_doubtful(found, lacking, trace, sure=sure))
        else:
            claims += found
    # A plain word of the law, where no right of a special kind stands beside it.
    special = any(claim.basis is Basis.STATUTORY_WITHDRAWAL for claim in claims)
    if nature is not ReasonNature.NON_CONFORMITY and not special:
        _say_none(law, order, known, trace)
    return claims


def _say_none(law: Law, order: Order, known: Circumstances, trace: list[RuleOutcome]) -> None:
    for rule in law.of_kind(LawKind.NO_WITHDRAWAL):
        if _in_force(rule, known) and (not rule.channels or order.contract in rule.channels):
            trace.append(RuleOutcome("NO_STATUTORY_WITHDRAWAL", Status.BLOCK, source=rule.source))
            return


def _rules_for(
    law: Law, kind: LawKind, order: Order, known: Circumstances, trace: list[RuleOutcome]
) -> tuple[list[StatutoryRule], list[RuleOutcome], bool]:
    """The first rule of ``kind`` that was in force and is made for such goods, such a buyer and such a contract.

    Where a fact is missing for that, the one after it may be the one as well: then there are several, with what is
    missing, and whether one of them is the one in any case.
    """
    possible: list[StatutoryRule] = []
    lacking: list[RuleOutcome] = []
    refused: RuleOutcome | None = None
    facts = known.facts
    for rule in law.of_kind(kind):
        if not _in_force(rule, known):
            continue
        if rule.consumers_only and order.buyer is not Buyer.CONSUMER:
            refused = refused or RuleOutcome("NOT_A_CONSUMER", Status.BLOCK, ("buyer",), (order.buyer,), rule.source)
        elif rule.channels and order.contract not in rule.channels:
            code = "NOT_DISTANCE_CONTRACT" if order.contract is ContractChannel.IN_STORE else "NOT_THIS_CONTRACT"
            refused = refused or RuleOutcome(code, Status.BLOCK, ("contract",), (order.contract,), rule.source)
        elif not rule.when or all(facts.get(name, not fact) is fact for name, fact in rule.when.items()):
            return [*possible, rule], lacking, True
        elif all(facts.get(name, not fact) in (fact, None) for name, fact in rule.when.items()):
            possible.append(rule)
            lacking += [missing(name, rule.source) for name in rule.when if facts.get(name, 0) is None]
    if refused is not None:
        trace.append(refused)
    return possible, lacking, False


def _doubtful(claims: list[Claim], lacking: list[RuleOutcome], trace: list[RuleOutcome], *, sure: bool) -> Claim:
    """One claim of several possible ones: decided where they agree, by the one that gives the least time.

    Unless it is ``sure`` that one of them is the right one, there may be no such right at all.
    """
    answers = {claim.open for claim in claims} | (set() if sure else {False})
    least = min(claims, key=lambda claim: claim.window.deadline or date.max)
    if len(answers) == 1:
        return least
    trace += lacking
    return least._replace(open=None)


def _is_before_all(law: Law, kind: LawKind, known: Circumstances) -> bool:
    """Whether the contract is older than all that is known of the law; there may have been another one."""
    rules = law.of_kind(kind)
    on = known.contract_on or known.asked_on
    return bool(rules) and all(rule.valid_from is not None and on < rule.valid_from for rule in rules)


def _in_force(rule: StatutoryRule, known: Circumstances) -> bool:
    if rule.valid_from is None and rule.valid_to is None:
        return True
    if rule.applies_by == "delivery":
        on = known.line.last or known.asked_on
    elif rule.applies_by == "repair":
        repaired_on = known.facts.get("repair_requested_on")
        if not isinstance(repaired_on, date):
            return False
        on = repaired_on
    else:
        on = known.contract_on or known.line.sent or known.line.first or known.asked_on
    return (rule.valid_from is None or rule.valid_from <= on) and (rule.valid_to is None or on <= rule.valid_to)


def _claim(law: Law, rule: StatutoryRule, known: Circumstances, trace: list[RuleOutcome]) -> Claim:
    window = statutory_window(rule, known)
    is_open = window.open
    source = rule.source
    for exemption in law.exemptions_of(rule, known.facts):
        verdict = _exempt(exemption, known.facts, trace)
        is_open = False if verdict is True else None if verdict is None and is_open else is_open
    if window.open is None:
        trace.append(missing(window.missing, source))
    words = _WORDS[rule.kind]
    code = words.ground if window.open else words.over
    if window.open is not None and (is_open or not window.open):
        status = Status.PASS if window.open else Status.BLOCK
        trace.append(tell((code, status, _DATES, (known.asked_on, window.deadline), source)))
    if is_open is not False:
        dates = window.deadline, known.contract_on
        trace += [tell((each, Status.ADJUST, ("deadline", "contract_on"), dates, source)) for each in window.codes]
    if rule.confidence is Confidence.UNVERIFIED and is_open is not False:
        trace.append(RuleOutcome("LAW_UNVERIFIED", Status.ADJUST, ("rule",), (rule.id,), source))
    return Claim(words.basis, is_open, window, _remedies(rule, window, known, trace), source, rule)


def _exempt(exemption: Exemption, facts: Mapping[str, object], trace: list[RuleOutcome]) -> bool | None:
    """Whether such goods are left out of the right; ``None`` where a fact about them is missing."""
    what, *happened = exemption.when.items()
    # What nobody says of goods, they are not; what happened to such goods, nobody knows unless it is said.
    found = [(what, facts.get(what[0], not what[1])), *((each, facts.get(each[0])) for each in happened)]
    for (_, due), fact in found:
        if fact is not None and fact is not due:
            return False
    lacking = [name for (name, _), fact in found if fact is None]
    if lacking:
        trace.extend(missing(name, exemption.source) for name in lacking)
        return None
    names = tuple(exemption.when)
    trace.append(RuleOutcome(exemption.code, Status.BLOCK, names, tuple(fact for _, fact in found), exemption.source))
    return True


def _remedies(rule: StatutoryRule, window: Window, known: Circumstances, trace: list[RuleOutcome]) -> tuple[str, ...]:
    """What the customer may ask for; on whom the proof lies is said beside it."""
    if not window.open or rule.kind is LawKind.WITHDRAWAL:
        return rule.remedies
    start = known.line.last
    if rule.presumption is not None and start is not None and known.asked_on > rule.presumption.after(start):
        trace.append(RuleOutcome("BURDEN_ON_CONSUMER", Status.REVIEW, ("delivered_on",), (start,), rule.source))
    if known.facts.get("repair_failed") is True:
        more, code = rule.remedies_after_repair or rule.major_remedies, "REPAIR_FAILED"
    elif known.facts.get("severity") == "major":
        more, code = rule.major_remedies, "MAJOR_FAILURE"
    else:
        return rule.remedies
    if not more:
        return rule.remedies
    trace.append(RuleOutcome(code, Status.ADJUST, ("severity",), (known.facts.get("severity"),), rule.source))
    return more


# The shop's own policy


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
        code, status = ("WITHIN_POLICY_WINDOW", Status.PASS) if window.open else ("WINDOW_EXPIRED", Status.BLOCK)
        if not window.open and terms.window.kind is WindowKind.NONE:
            code = "RETURNS_NOT_PERMITTED"
        trace.append(tell((code, status, _DATES, dates, source)))
    trace += [tell((each, Status.ADJUST, _DATES, dates, source)) for each in window.codes]
    is_open = False if blocked or window.open is False else None if blocked is None or window.open is None else True
    return Claim(Basis.SHOP_POLICY, is_open, window, terms.remedies, source)


def _shop_window(terms: ReturnTerms, known: Circumstances, is_business_day: IsWorkingDay | None) -> Window:
    window = terms.window
    if window.kind is WindowKind.UNLIMITED:
        return Window(open=True)
    if window.kind is WindowKind.NONE:
        return Window(open=False)
    if window.kind is WindowKind.DATE:
        assert window.until is not None  # noqa: S101  # a window of that kind has one
        found = Window(open=known.asked_on <= window.until, deadline=window.until, unrolled=window.until)
    else:
        found = _window_of_days(terms, window.period, known)
    found = _seasonal(terms, found, known)
    if window.extend_to_business_day and found.deadline is not None and is_business_day is not None:
        moved = rolled(found.deadline, weekdays=_ALL_DAYS, is_working_day=is_business_day)
        if moved != found.deadline:
            codes = (*found.codes, "EXTENDED_TO_BUSINESS_DAY")
            found = found._replace(open=known.asked_on <= moved, deadline=moved, codes=codes)
    return found


def _window_of_days(terms: ReturnTerms, period: Period | None, known: Circumstances) -> Window:
    """``None`` for a period is no day at all: the day itself."""
    begins = terms.window.starts_from
    if begins is StartsFrom.ORDERED:
        return _counted(known.ordered_on, period, known, "placed_at")
    arrival = known.order if begins is StartsFrom.LAST_DELIVERED else known.line
    if begins is StartsFrom.FULFILLED:
        return _counted(arrival.sent, period, known, "fulfilled_at")
    if arrival.came is False:
        return Window(open=True, codes=("NOT_YET_DELIVERED",))
    if arrival.last is not None:
        return _counted(arrival.last, period, known, "delivered_on")
    buffer = terms.window.transit_buffer_days
    if arrival.sent is not None and buffer is not None:
        estimated = _counted(arrival.sent + timedelta(days=buffer), period, known, "delivered_on")
        return estimated._replace(codes=("DELIVERY_DATE_ESTIMATED",))
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
                return base._replace(open=None, missing="placed_at")
        elif each.start <= known.ordered_on <= each.end:
            season = _season_window(terms, each, known)
            if _is_longer(season, base):
                base = season._replace(codes=(*base.codes, "SEASONAL_OVERRIDE"))
    return base


def _is_longer(season: Window, base: Window) -> bool:
    """Whether the season gives more: an open window where there was none, no end, or a later one."""
    if season.open is True and base.open is not True:
        return True
    if season.open is True and season.deadline is None:
        return True
    return season.deadline is not None and base.deadline is not None and season.deadline > base.deadline


def _season_window(terms: ReturnTerms, season: SeasonalOverride, known: Circumstances) -> Window:
    if season.unlimited:
        return Window(open=True)
    if season.return_by is not None:
        return Window(open=known.asked_on <= season.return_by, deadline=season.return_by, unrolled=season.return_by)
    return _window_of_days(terms, Period(days=season.days) if season.days else None, known)
