"""Decisions as plain data, and back: for the log, the queue and the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final, TypeVar

from csprotocol.errors import DocumentError
from csprotocol.model import FrozenDict, Money
from csprotocol.returns._claims import Basis
from csprotocol.returns._decided import Decided, LineDecision, NextAction
from csprotocol.returns._outcome import RuleOutcome, Status
from csprotocol.returns._period import Period
from csprotocol.returns._refund import PARTS, RefundBreakdown, Transaction
from csprotocol.returns._request import Remedy
from csprotocol.returns._terms import MEANS

__all__ = ["decision_of", "plain_of"]

D = TypeVar("D", bound=Decided)
Reader = Callable[[Any], Any]


# There


def plain_of(decision: Decided) -> dict[str, Any]:
    """Texts, numbers, lists and mappings: dates as ISO texts, money in minor units with its currency.

    Facts of outcomes may be of any kind; those that JSON has no word for say theirs: ``{"date": "2026-11-20"}``.
    """
    plain: dict[str, Any] = {}
    for field in fields(decision):
        value = getattr(decision, field.name)
        if field.name == "lines":
            plain["lines"] = [_line(line) for line in value]
        elif field.name == "refund":
            plain["refund"] = _refund(value)
        else:
            plain[field.name] = _plain(value)
    return plain


def _line(line: LineDecision) -> dict[str, Any]:
    return {field.name: _plain(getattr(line, field.name)) for field in fields(line)}


def _refund(refund: RefundBreakdown) -> dict[str, Any]:
    return {
        "currency": refund.currency,
        "exponent": refund.exponent,
        "minor": {name: refund.minor[name] for name in PARTS if name in refund.minor},
        "transactions": [{"method": each.method, "minor": each.amount.minor} for each in refund.transactions],
    }


def _plain(value: object) -> Any:
    if isinstance(value, RuleOutcome):
        evidence = {name: _plain_fact(each) for name, each in value.evidence.items()}
        return {"code": value.code, "status": str(value.status), "evidence": evidence, "source": value.source}
    if isinstance(value, Money):
        return _plain_money(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int) else str(value)


def _plain_money(money: Money) -> dict[str, Any]:
    return {"minor": money.minor, "currency": money.currency, "exponent": money.exponent}


def _plain_fact(value: object) -> Any:
    """Whatever a shop says of its goods; texts and numbers as they are, the rest with the name of its kind."""
    found: Any = None
    match value:
        case None | bool():
            found = value
        case int():
            found = int(value)
        case float():
            found = float(value) if isfinite(value) else {"float": str(value)}
        case tuple() | list():
            found = [_plain_fact(each) for each in value]
        case datetime():
            found = {"instant": value.isoformat()}
        case date():
            found = {"date": value.isoformat()}
        case Decimal():
            found = {"decimal": str(value)}
        case Money():
            found = {"money": _plain_money(value)}
        case Mapping():
            found = {"mapping": {str(name): _plain_fact(each) for name, each in value.items()}}
        case frozenset() | set():
            # Sorted, for the id of a decision is made of this text.
            found = {"set": sorted((_plain_fact(each) for each in value), key=repr)}
        case _:
            found = str(value)
    return found


# And back


def decision_of(kind: type[D], plain: Mapping[str, Any]) -> D:
    """The decision of ``kind`` that :func:`plain_of` made ``plain`` of.

    Raises:
        DocumentError: something in it is not what such a decision has there.
    """
    try:
        return kind(**_fields(plain, _OF_DECISIONS))
    except (ArithmeticError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as failure:
        raise DocumentError.unreadable("ReturnDecision", "it is no decision written by this library") from failure


def _fields(plain: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    return {name: readers[name](each) if name in readers else _tuples(each) for name, each in plain.items()}


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _require(value: Any, *, fits: bool) -> Any:
    if not fits:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    found: str = _require(value, fits=isinstance(value, str))
    return found


def _yes_or_no(value: Any) -> bool:
    found: bool = _require(value, fits=isinstance(value, bool))
    return found


def _whole(value: Any) -> int:
    found: int = _require(value, fits=type(value) is int)
    return found


def _count(value: Any) -> int:
    found: int = _require(value, fits=type(value) is int and value >= 0)
    return found


def _day(value: Any) -> date:
    found = date.fromisoformat(value)
    # Python reads 20261120 as well, which nobody here writes.
    day: date = _require(found, fits=found.isoformat() == value)
    return day


def _one_of(*words: str) -> Reader:
    return lambda value: _require(value, fits=isinstance(value, str) and value in words)


def _maybe(reader: Reader) -> Reader:
    return lambda value: None if value is None else reader(value)


def _each(reader: Reader) -> Reader:
    return lambda value: tuple(reader(each) for each in _require(value, fits=isinstance(value, list | tuple)))


def _counted(value: Any) -> tuple[int, str]:
    count, unit = value
    return Period(**{unit: count}).counted


def _money(value: Any) -> Money:
    return Money(_whole(value["minor"]), _text(value["currency"]), _whole(value["exponent"]))


def _line_of(value: Any) -> LineDecision:
    return LineDecision(**_fields(value, _OF_LINES))


def _refund_of(value: Any) -> RefundBreakdown:
    zero = _money({**value, "minor": 0})
    currency, exponent = zero.currency, zero.exponent
    part = _one_of(*PARTS)
    minor = {part(name): _whole(each) for name, each in value["minor"].items()}
    each_back = [(_text(each["method"]), _whole(each["minor"])) for each in value["transactions"]]
    back = tuple(Transaction(method, Money(amount, currency, exponent)) for method, amount in each_back)
    return RefundBreakdown(currency, exponent, minor, back)


def _outcome(plain: Any) -> RuleOutcome:
    evidence, code, status = plain["evidence"], _text(plain["code"]), Status(plain["status"])
    names = tuple(_text(name) for name in evidence)
    # What is unknown names its fact.
    _require(plain, fits=status is not Status.UNKNOWN or bool(names) or bool(code.partition(":")[2]))
    return RuleOutcome(code, status, names, tuple(_fact(each) for each in evidence.values()), _text(plain["source"]))


def _fact(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_fact(each) for each in value)
    if isinstance(value, Mapping):
        ((kind, inner),) = value.items()
        return _KINDS[kind](inner)
    return _require(value, fits=value is None or isinstance(value, bool | int | float | str))


def _decimal(value: Any) -> Decimal:
    found = Decimal(_text(value))
    # One that signals cannot even be compared.
    number: Decimal = _require(found, fits=not found.is_snan())
    return number


def _mapping(value: Any) -> FrozenDict[str, Any]:
    return FrozenDict({_text(name): _fact(each) for name, each in value.items()})


_KINDS: Final[Mapping[str, Reader]] = {
    "date": _day,
    "decimal": _decimal,
    "float": lambda value: float(_text(value)),
    "instant": datetime.fromisoformat,
    "mapping": _mapping,
    "money": _money,
    "set": lambda value: frozenset(_fact(each) for each in _require(value, fits=isinstance(value, list | tuple))),
}
_REMEDIES: Final = _each(_one_of(*Remedy))
_EITHER: Final[Mapping[str, Reader]] = {
    "eligible": _maybe(_yes_or_no),
    "basis": Basis,
    "outcomes": _each(_outcome),
    "remedies": _REMEDIES,
    "requested_ok": _yes_or_no,
    "deadline": _maybe(_day),
    "deadline_unrolled": _maybe(_day),
    "returnable_quantity": _count,
}
_OF_LINES: Final[Mapping[str, Reader]] = {
    **_EITHER,
    "id": _text,
    "quantity": _count,
    "counted_from": _maybe(_day),
    "counted": _maybe(_counted),
    "source": _text,
}
_OF_DECISIONS: Final[Mapping[str, Reader]] = {
    **_EITHER,
    "order_id": _text,
    "asked_on": _day,
    "lines": _each(_line_of),
    "refund": _refund_of,
    "difference_due": _maybe(_money),
    "refund_method": _maybe(_one_of(*MEANS)),
    "refund_due": _maybe(_day),
    "may_withhold_until": _each(_one_of("goods_received", "proof_of_sending")),
    "return_goods_by": _maybe(_day),
    "acknowledge_within_hours": _maybe(_count),
    "return_method": _maybe(_text),
    "label_source": _maybe(_text),
    "return_cost_paid_by": _maybe(_one_of("customer", "merchant")),
    "needs_approval": _yes_or_no,
    "approver": _maybe(_text),
    "next_action": NextAction,
    "policy": _maybe(_text),
    "policy_version": _maybe(_text),
    "law_version": _maybe(_text),
    "rma": _maybe(_text),
}
