"""A decision in sentences, as a careful colleague would tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from csprotocol import _parse
from csprotocol.model import Money
from csprotocol.returns._claims import Basis
from csprotocol.returns._decided import Decided, LineDecision, NextAction
from csprotocol.returns._outcome import RuleOutcome, Status
from csprotocol.returns._period import Period
from csprotocol.returns._refund import RefundBreakdown

__all__ = ["explanation", "languages", "sentence_for"]

_HERE: Final = Path(__file__).parent / "data" / "explain"
_FALLBACK: Final = "en"


def explanation(decision: Decided, locale: str) -> str:
    """The sentences, one a line."""
    words = _words(locale)
    lines = [*_verdict(decision, words), "", words["headings"]["rules"]]
    lines += [f"- {each}" for each in _rules(decision, words)]
    if decision.refund.minor.get("total") or len(decision.refund.minor) > 1:
        lines += ["", words["headings"]["money"], *_money(decision, words)]
    lines += ["", words["headings"]["next"], *_next(decision, words), "", words["phrases"]["not_legal_advice"]]
    return "\n".join(lines)


def languages() -> tuple[str, ...]:
    """The languages there are sentences in."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.toml")))


def sentence_for(code: str, locale: str) -> str:
    """The sentence of a code, with its blanks; empty where there is none."""
    sentence: str = _words(locale)["codes"].get(code, "")
    return sentence


@cache
def _words(locale: str) -> Mapping[str, Any]:
    language = locale.replace("_", "-").partition("-")[0].lower()
    return _parse.read_document(_HERE / f"{language if language in languages() else _FALLBACK}.toml")


# The verdict


def _verdict(decision: Decided, words: Mapping[str, Any]) -> Iterator[str]:
    for line in decision.lines:
        key = {True: "eligible", False: "not_eligible", None: "undecided"}[line.eligible]
        basis = words["bases"].get(str(line.basis), str(line.basis))
        facts = {"line": line.id, "quantity": line.quantity, "basis": basis}
        yield words["verdicts"][key].format(**facts)
        if line.eligible and line.remedies and not line.requested_ok:
            yield words["verdicts"]["other_remedy"].format(remedies=_listed(line.remedies, words["remedies"], words))
        if _has_sure_end(line, decision.asked_on):
            yield from _deadline(line, words)
        for fact in line.missing_facts if line.eligible is None else ():
            yield _question(fact, words)


def _question(fact: str, words: Mapping[str, Any]) -> str:
    question = words["facts"].get(fact) or words["facts"]["other"].format(fact=fact)
    return str(words["verdicts"]["missing"].format(question=question))


def _has_sure_end(line: LineDecision, asked_on: date) -> bool:
    """A right that is not sure has no sure end, and a no for another cause is not about the time."""
    if line.eligible is None:
        return False
    return line.eligible or (line.deadline is not None and asked_on > line.deadline)


def _deadline(line: LineDecision, words: Mapping[str, Any]) -> Iterator[str]:
    """The last day, and how it was found."""
    if line.deadline is None:
        if line.eligible and line.counted_from is None and line.basis is not Basis.SHOP_POLICY:
            yield words["phrases"]["no_deadline_yet"]
        return
    facts = {"deadline": _day(line.deadline, words), "source": line.source}
    if line.counted_from is not None and line.counted is not None and _ends_as_counted(line):
        count, unit = line.counted
        amount = words["units"][unit]["one" if count == 1 else "other"].format(count=count)
        start = _day(line.counted_from, words)
        yield words["phrases"]["counted"].format(start=start, amount=amount, **facts)
    else:
        yield words["phrases"]["deadline"].format(**facts)
    if line.deadline_unrolled is not None and line.deadline_unrolled != line.deadline:
        yield words["phrases"]["put_off"].format(unrolled=_day(line.deadline_unrolled, words), **facts)


def _ends_as_counted(line: LineDecision) -> bool:
    """Whether the days that were counted are all there is to the end, and nothing made it later."""
    if line.counted is None or line.counted_from is None:
        return False
    count, unit = line.counted
    if unit == "business_days":
        # Which days those are, a decision does not say.
        return _LENGTHENED.isdisjoint(line.reasons)
    try:
        return Period(**{unit: count}).after(line.counted_from) == line.deadline_unrolled
    except (OverflowError, ValueError):
        return False


_LENGTHENED: Final = frozenset({
    "CLOCK_PAUSED_BY_REPAIR", "EXTENDED_BY_REPAIR", "NOT_INFORMED_EXTENSION", "SEASONAL_OVERRIDE",
})  # fmt: skip


# The rules


def _rules(decision: Decided, words: Mapping[str, Any]) -> Iterator[str]:
    """Every outcome that matters, once, with its source; what was looked at and did not matter is counted."""
    told: set[str] = set()
    unsure = _unsure(decision)
    for outcome in decision.outcomes:
        if not outcome.is_reason or outcome.status is Status.UNKNOWN or outcome in unsure:
            continue
        line = _rule(outcome, words, decision.refund)
        if line not in told:
            told.add(line)
            yield line
    passed = sum(not outcome.is_reason for outcome in decision.outcomes)
    if passed:
        yield words["phrases"]["passed"]["one" if passed == 1 else "other"].format(count=passed)


def _unsure(decision: Decided) -> list[RuleOutcome]:
    """Of a line without an answer, the rights that it may have: they are no facts yet."""
    sure = [outcome for line in decision.lines if line.eligible is not None for outcome in line.outcomes]
    return [
        outcome
        for line in decision.lines
        if line.eligible is None
        for outcome in line.outcomes
        if outcome.status in _OF_RIGHTS and outcome not in sure
    ]


_OF_RIGHTS: Final = (Status.PASS, Status.ADJUST)


def _rule(outcome: RuleOutcome, words: Mapping[str, Any], like: RefundBreakdown) -> str:
    facts = {name: _told(name, value, words, like) for name, value in outcome.evidence.items()}
    code = outcome.code
    if outcome.evidence.get("deadline", 0) is None and f"{code}_WITHOUT_END" in words["codes"]:
        code = f"{code}_WITHOUT_END"
    template = words["codes"].get(code) or _of_family(code, words)
    sentence = template.format_map(_Blanks(facts, code=outcome.code))
    return f"{sentence} [{outcome.source}]" if outcome.source else sentence


def _of_family(code: str, words: Mapping[str, Any]) -> str:
    """Codes that carry the name of a fact have one sentence for all of them."""
    family = next((name for name in ("EXEMPT", "EXCLUDED") if code.startswith(f"{name}_")), "OTHER")
    sentence: str = words["codes"][family]
    return sentence


class _Blanks(dict[str, Any]):
    """A fact that an outcome does not carry is a dash in the sentence, never an error."""

    def __missing__(self, name: str) -> str:
        return "–"


def _told(name: str, value: object, words: Mapping[str, Any], like: RefundBreakdown) -> str:
    if name in _AMOUNTS and type(value) is int:
        return str(Money(value, like.currency, like.exponent))
    if isinstance(value, date):
        return _day(value, words)
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    if value is None:
        return str(words["phrases"]["unknown"])
    return str(value)


# Facts that are amounts in minor units.
_AMOUNTS: Final = frozenset({"amount", "back", "captured", "due", "paid", "refunded", "taken", "total"})


# Money and what to do


def _money(decision: Decided, words: Mapping[str, Any]) -> Iterator[str]:
    for name, amount in decision.refund:
        yield words["phrases"]["part"].format(name=words["parts"][name], amount=amount)
    if decision.difference_due is not None and decision.difference_due.minor > 0:
        yield words["phrases"]["difference_due"].format(amount=decision.difference_due)
    if decision.refund_method is not None:
        yield words["phrases"]["refund_method"].format(method=words["methods"][decision.refund_method])
    if decision.refund_due is not None:
        yield words["phrases"]["refund_due"].format(day=_day(decision.refund_due, words))
    if decision.may_withhold_until and _comes_back(decision):
        yield words["phrases"]["may_withhold"]


def _next(decision: Decided, words: Mapping[str, Any]) -> Iterator[str]:
    yield words["actions"][str(decision.next_action)]
    if decision.needs_approval and decision.approver is not None:
        yield words["phrases"]["approver"].format(role=decision.approver)
    if decision.next_action is NextAction.INSPECT_GOODS:
        of_lines = [outcome for line in decision.lines for outcome in line.outcomes]
        asked = [each for each in decision.outcomes if each.status is Status.UNKNOWN and each not in of_lines]
        yield from dict.fromkeys(_question(_fact_of(each), words) for each in asked)
    comes_back = _comes_back(decision)
    if decision.return_cost_paid_by is not None and comes_back:
        yield words["payers"][decision.return_cost_paid_by]
    if decision.return_goods_by is not None and comes_back:
        yield words["phrases"]["return_goods_by"].format(day=_day(decision.return_goods_by, words))
    if decision.acknowledge_within_hours is not None:
        yield words["phrases"]["acknowledge"].format(hours=decision.acknowledge_within_hours)
    if decision.rma is not None and comes_back:
        yield words["phrases"]["rma"].format(rma=decision.rma)


def _fact_of(outcome: RuleOutcome) -> str:
    return outcome.code.partition(":")[2] or outcome.names[0]


def _comes_back(decision: Decided) -> bool:
    """Whether there are goods to send: not those that never left, nor those that the customer keeps."""
    kept = decision.return_method == "KeepProduct" or decision.next_action is NextAction.REFUND_NOW
    return not kept and decision.next_action is not NextAction.CANCEL_ORDER


def _day(day: date, words: Mapping[str, Any]) -> str:
    dates = words["dates"]
    return str(
        dates["pattern"].format(
            weekday=dates["weekdays"][day.weekday()], day=day.day, month=dates["months"][day.month - 1], year=day.year
        )
    )


def _listed(names: tuple[str, ...], table: Mapping[str, str], words: Mapping[str, Any]) -> str:
    told = [table[name] for name in names]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} {words['phrases']['or']} {told[-1]}"
