"""One line: every rule is run, then the right that is best for the customer is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from csprotocol.errors import InvalidValueError
from csprotocol.model import Order, OrderLine, ReasonNature, local_date
from csprotocol.model._draft import draft_of
from csprotocol.model._order import require_moment
from csprotocol.returns._arrival import Arrival
from csprotocol.returns._claims import Basis, Claim, legal_claims
from csprotocol.returns._decided import LineDecision
from csprotocol.returns._law import Law
from csprotocol.returns._outcome import BLOCK, UNKNOWN, RuleOutcome, Status, missing
from csprotocol.returns._period import IsWorkingDay
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._request import RequestedLine, ReturnRequest
from csprotocol.returns._shop import policy_claim
from csprotocol.returns._terms import ReturnTerms
from csprotocol.returns._window import Circumstances, Window

__all__ = ["Judged", "Setting", "judge_line"]


# Made for one decision, and changed by nobody: not frozen, for that takes three times as long to make.
@dataclass(slots=True, eq=False)
class Setting:
    """What is the same for all lines of a request."""

    order: Order
    request: ReturnRequest
    asked_on: date
    ordered_on: date | None
    contract_on: date | None
    arrival: Arrival
    policy: ReturnPolicy | None
    # Whether the version of the policy is known; without the day of the order, several come into question.
    policy_is_known: bool
    law: Law | None
    is_working_day: IsWorkingDay | None
    is_business_day: IsWorkingDay | None
    actor: str | None


@dataclass(slots=True, eq=False)
class Judged:
    """A line with what the money is worked out from."""

    line: OrderLine
    asked: RequestedLine
    terms: ReturnTerms | None
    claim: Claim | None
    # The legal rights that are open beside it: what they forbid, is forbidden.
    legal: tuple[Claim, ...]
    facts: dict[str, object]
    decision: LineDecision
    not_sent: bool
    has_goods: bool


@lru_cache(maxsize=1024)
def _run_general(wanted: int, returnable: int, reimbursed: int, sent: int | None) -> tuple[RuleOutcome, ...]:
    """What must hold whatever the right: there are so many units, none was paid back before, they were sent."""
    enough, ok = wanted <= returnable, Status.PASS
    again = ok if enough or not reimbursed else Status.REVIEW
    return (
        RuleOutcome("QUANTITY_EXCEEDED", ok if enough else Status.BLOCK, _UNITS[:2], (wanted, returnable), "order"),
        RuleOutcome("ALREADY_REIMBURSED", again, _UNITS, (wanted, returnable, reimbursed), "order"),
        RuleOutcome("NOT_FULFILLED", Status.BLOCK if sent == 0 else ok, _SENT, (sent,), "order"),
    )


_UNITS: Final = ("quantity", "returnable_quantity", "reimbursed_quantity")
_SENT: Final = ("fulfilled_quantity",)


def judge_line(setting: Setting, line: OrderLine, asked: RequestedLine, arrival: Arrival) -> Judged:
    """Everything about one line."""
    order, policy = setting.order, setting.policy
    at = -1 if policy is None else _terms_for(policy, order, line)
    terms = None if policy is None or at < 0 else policy.terms[at]
    facts = _facts(setting, line, asked, terms)
    returnable = _returnable(line)
    trace = [*_run_general(asked.quantity, returnable, line.reimbursed_quantity, line.fulfilled_quantity)]
    quantity_ok, not_sent = asked.quantity <= returnable, line.fulfilled_quantity == 0
    if not_sent and arrival.came is None:
        arrival = replace(arrival, came=False)
    known = Circumstances(
        setting.asked_on,
        setting.ordered_on,
        setting.contract_on,
        arrival,
        setting.arrival,
        facts,
        setting.is_working_day,
    )
    nature = asked.nature
    posted = policy is None or policy.posted
    legal = [] if setting.law is None else legal_claims(setting.law, order, nature, known, posted=posted, trace=trace)
    shop, against = None, list[RuleOutcome]()
    if policy is not None and terms is not None:
        against, blocked = _run_terms(terms, facts, nature, trace)
        days = setting.is_business_day
        shop = policy_claim(terms, known, blocked=blocked, is_business_day=days, source=policy.sources[at], trace=trace)
    # What was never sent is cancelled, not returned: the shop's words on returns say nothing of it.
    claims = legal if shop is None or not_sent else [*legal, shop]
    open_now, undecided = _standing(claims) if quantity_ok else ([], [])
    chosen = _best(open_now, setting.request.remedy)
    if not setting.policy_is_known and quantity_ok:
        trace.append(missing("placed_at", "policy"))
        undecided.append(Claim(Basis.SHOP_POLICY, None, Window(open=None), (), "policy"))
    if chosen is not None:
        _say_overrides(chosen, shop, against, trace)
    elif quantity_ok and nature is None and not undecided:
        undecided = _if_defective(setting, known, shop if against else None, trace)
    leading = chosen or (undecided[0] if undecided else _latest(legal if shop is None else [*legal, shop]))
    eligible = True if chosen is not None else None if undecided else False
    decision = _told(setting.request, asked, leading, tuple(trace), returnable=returnable, eligible=eligible)
    has_goods = not not_sent and _are_goods(asked, facts)
    rights = tuple(_standing(legal)[0]) if legal else ()
    return Judged(line, asked, terms, chosen, rights, facts, decision, not_sent, has_goods)


def _standing(claims: Iterable[Claim]) -> tuple[list[Claim], list[Claim]]:
    """Those that are open, and those that a fact is missing for."""
    open_now, undecided = [], []
    for claim in claims:
        if claim.open:
            open_now.append(claim)
        elif claim.open is None:
            undecided.append(claim)
    return open_now, undecided


def _are_goods(asked: RequestedLine, facts: dict[str, object]) -> bool:
    """Whether there is anything that the customer could send."""
    immaterial = facts.get("digital") is True or facts.get("service") is True
    return not immaterial and asked.reason not in _NEVER_CAME


_NEVER_CAME: Final = ("lost", "delivered_not_received", "missing_item")


def _facts(setting: Setting, line: OrderLine, asked: RequestedLine, terms: ReturnTerms | None) -> dict[str, object]:
    """All that rules may ask, by name; what is nearer to the goods counts."""
    facts: dict[str, object] = {
        **(terms.untold if terms is not None else {}),
        **setting.order.attributes,
        **line.attributes,
        **asked.facts,
        "condition": asked.condition,
        "rma": setting.request.rma,
        "severity": asked.severity,
    }
    if not facts.keys().isdisjoint(_DATED):
        _read_dates(facts, setting.order)
    for tag in line.tags:
        # A tag says what goods are, to the shop and to the law.
        if (terms is not None and tag in terms.exclusions) or (setting.law is not None and tag in setting.law.goods):
            facts[tag] = True
    return facts


# Facts that are days; data from elsewhere writes them as texts or instants.
_DATED: Final = (
    "repair_requested_on", "repair_returned_on", "contract_copy_on", "withdrawal_informed_on", "contract_confirmed_on",
)  # fmt: skip


def _read_dates(facts: dict[str, object], order: Order) -> None:
    for name in _DATED:
        if name not in facts:
            continue
        found = facts[name]
        if isinstance(found, str):
            try:
                found = date.fromisoformat(found)
            except ValueError:
                raise InvalidValueError.of(name, found, expected="a date such as 2026-11-02") from None
        require_moment(name, found)
        facts[name] = None if found is None else local_date(found, order.zone)  # type: ignore[arg-type]


def _lives_in(country: str | None, chosen: tuple[str, ...]) -> bool:
    """A region is in its country."""
    return country is not None and (country in chosen or country.partition("-")[0] in chosen)


def _returnable(line: OrderLine) -> int:
    """Units that can still come back. What was never sent at all is cancelled, all of it."""
    sent = line.fulfilled_quantity or line.quantity
    # What was paid back before it was sent never came.
    back = max(0, line.reimbursed_quantity - (line.quantity - sent))
    return max(0, sent - line.return_requested_quantity - back)


def _terms_for(policy: ReturnPolicy, order: Order, line: OrderLine) -> int:
    """Which terms are the first that are for the line; -1 where none are."""
    for at, terms in enumerate(policy.terms):
        when = terms.when
        if when.is_for_all or (
            (not when.product or line.product in when.product)
            and (not when.sku or line.sku in when.sku)
            and (not when.tag or not set(when.tag).isdisjoint(line.tags))
            and (not when.collection or not set(when.collection).isdisjoint(line.collections))
            and (not when.sales_channel or order.sales_channel in when.sales_channel)
            and (not when.member_tier or order.member_tier in when.member_tier)
            and (not when.country or _lives_in(order.country, when.country))
        ):
            return at
    return -1


def _run_terms(
    terms: ReturnTerms, facts: dict[str, object], nature: ReasonNature | None, trace: list[RuleOutcome]
) -> tuple[list[RuleOutcome], bool | None]:
    """The exclusions and conditions that the line fails, and whether that keeps it from coming back.

    They are for a change of mind alone.
    """
    found, failed = terms.checks.over(facts)
    trace += found
    if not failed:
        return [], False
    against = [each for each in failed if each.status is BLOCK]
    if nature is ReasonNature.NON_CONFORMITY:
        return against, False
    return against, True if against else None if UNKNOWN in [each.status for each in failed] else False


# From the best for the customer to the least; what gives the remedy that was asked for comes before all others.
_RANKS: Final = (
    Basis.SHORT_TERM_REJECT,
    Basis.LEGAL_GUARANTEE,
    Basis.STATUTORY_WITHDRAWAL,
    Basis.STATUTORY_DEFAULT,
    Basis.SHOP_POLICY,
)


def _best(claims: Sequence[Claim], remedy: str) -> Claim | None:
    if len(claims) < 2:
        return claims[0] if claims else None
    fitting = [claim for claim in claims if remedy in claim.remedies]
    return _first_of(fitting or claims)


def _first_of(claims: Sequence[Claim]) -> Claim:
    return claims[0] if len(claims) == 1 else min(claims, key=lambda claim: _RANKS.index(claim.basis))


def _if_defective(
    setting: Setting, known: Circumstances, excluded: Claim | None, trace: list[RuleOutcome]
) -> list[Claim]:
    """Nobody said why: had the goods been bad, there might be a right; then the reason is what is missing.

    ``excluded`` is what the shop would give, but for words that are for a change of mind alone.
    """
    claims = [] if excluded is None else [replace(excluded, open=excluded.window.open)]
    if setting.law is not None:
        nature, aside = ReasonNature.NON_CONFORMITY, list[RuleOutcome]()
        claims += legal_claims(setting.law, setting.order, nature, known, posted=True, trace=aside)
    found = [replace(claim, open=None) for claim in claims if claim.open is not False]
    if found:
        trace.append(missing("reason"))
    return found


def _say_overrides(chosen: Claim, shop: Claim | None, against: Iterable[RuleOutcome], trace: list[RuleOutcome]) -> None:
    """Which words of the shop do not count this time."""
    if against:
        codes = {_OVERRIDES.get(each.code, _EXCLUDED) for each in against}
        trace.extend(RuleOutcome(code, Status.ADJUST) for code in sorted(codes))
    if shop is not None and shop.open is False:
        source = chosen.rule.source if chosen.rule is not None else ""
        trace.append(
            RuleOutcome("STATUTORY_FLOOR_APPLIED", Status.ADJUST, ("deadline",), (chosen.window.deadline,), source)
        )


_EXCLUDED: Final = "POLICY_EXCLUSION_OVERRIDDEN"
_OVERRIDES: Final = {
    "CONDITION_NOT_ACCEPTED": "POLICY_CONDITION_OVERRIDDEN",
    "CONDITION_NOT_MET": "POLICY_CONDITION_OVERRIDDEN",
}


def _told(
    request: ReturnRequest,
    asked: RequestedLine,
    leading: Claim | None,
    outcomes: tuple[RuleOutcome, ...],
    *,
    returnable: int,
    eligible: bool | None,
) -> LineDecision:
    """The answer; ``leading`` is the right that was chosen, or else the one whose dates are told."""
    window = leading.window if leading is not None else _NO_WINDOW
    remedies = leading.remedies if eligible and leading is not None else ()
    told = _Draft()
    told.id = asked.id
    told.quantity = asked.quantity
    told.eligible = eligible
    told.basis = Basis.UNDECIDED if eligible is None else leading.basis if eligible and leading else Basis.NONE
    told.outcomes = outcomes
    told.remedies = remedies
    told.requested_ok = request.remedy in remedies
    told.deadline = window.deadline
    told.deadline_unrolled = window.unrolled
    told.returnable_quantity = returnable
    told.counted_from = window.start
    told.counted = window.period.counted if window.period is not None else None
    told.source = leading.source if leading is not None else ""
    told.__class__ = LineDecision
    decision: LineDecision = told
    return decision


_Draft: Final = draft_of(LineDecision)
_NO_WINDOW: Final = Window(open=None)


def _latest(claims: Iterable[Claim]) -> Claim | None:
    dated = [claim for claim in claims if claim.window.deadline is not None]
    return max(dated, key=lambda each: each.window.deadline or date.min, default=None)
