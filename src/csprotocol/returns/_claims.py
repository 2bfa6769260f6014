"""The rights that a line may have: what each of them rests on, until when, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from csprotocol.model import Buyer, ContractChannel, Order, ReasonNature
from csprotocol.returns._law import Confidence, Exemption, Law, LawKind, StatutoryRule
from csprotocol.returns._outcome import BLOCK, PASS, RuleOutcome, Status, missing, tell
from csprotocol.returns._window import Circumstances, Window, statutory_window

__all__ = ["Basis", "Claim", "legal_claims"]


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


# Made for one decision, and changed by nobody: not frozen, for that takes three times as long to make.
@dataclass(slots=True, eq=False)
class Claim:
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
# Looked up once: a member is found through the class of its enum, which takes longer than most questions here.
_CONSUMER: Final = Buyer.CONSUMER
_NON_CONFORMITY: Final = ReasonNature.NON_CONFORMITY
_POSTING: Final = LawKind.POSTING
_UNVERIFIED: Final = Confidence.UNVERIFIED
_WITHDRAWAL: Final = LawKind.WITHDRAWAL
_WITHDRAWN: Final = Basis.STATUTORY_WITHDRAWAL
_FOR_REMORSE: Final = (LawKind.WITHDRAWAL, LawKind.POSTING)
# Whoever got bad goods may change their mind as well.
_FOR_DEFECTS: Final = (LawKind.SHORT_TERM_REJECT, LawKind.GUARANTEE, LawKind.WITHDRAWAL, LawKind.POSTING)


def legal_claims(
    law: Law, order: Order, nature: ReasonNature | None, known: Circumstances, *, posted: bool, trace: list[RuleOutcome]
) -> list[Claim]:
    """What the law gives, with an outcome in ``trace`` for each rule that was looked at."""
    kinds = _FOR_DEFECTS if nature is _NON_CONFORMITY else _FOR_REMORSE
    claims = []
    for kind in kinds:
        if kind is _POSTING and posted:
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
    if nature is not _NON_CONFORMITY and _WITHDRAWN not in [claim.basis for claim in claims]:
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
        if rule.applies_by == "repair" and facts.get("repair_requested_on", 0) is None:
            possible.append(rule)
            lacking.append(missing("repair_requested_on", rule.source))
            continue
        if not _in_force(rule, known):
            continue
        if rule.consumers_only and order.buyer is not _CONSUMER:
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
    return replace(least, open=None)


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
        status = PASS if window.open else BLOCK
        trace.append(tell((code, status, _DATES, (known.asked_on, window.deadline), source)))
    if is_open is not False and window.codes:
        dates = window.deadline, known.contract_on
        trace += [tell((each, Status.ADJUST, ("deadline", "contract_on"), dates, source)) for each in window.codes]
    if rule.confidence is _UNVERIFIED and is_open is not False:
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
    if not window.open or rule.kind is _WITHDRAWAL:
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
