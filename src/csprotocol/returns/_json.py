"""Decisions as plain data, and back: for the log, the queue and the browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

from csprotocol.errors import DocumentError
from csprotocol.model import Money
from csprotocol.returns._claims import Basis
from csprotocol.returns._decided import Decided, LineDecision, NextAction
from csprotocol.returns._outcome import RuleOutcome, Status
from csprotocol.returns._refund import PARTS, RefundBreakdown, Transaction

__all__ = ["decision_of", "plain_of"]

D = TypeVar("D", bound=Decided)

_DAYS: Final = frozenset({"asked_on", "deadline", "deadline_unrolled", "refund_due", "return_goods_by", "counted_from"})
_TUPLES: Final = frozenset({"remedies", "may_withhold_until", "counted"})


def plain_of(decision: Decided) -> dict[str, Any]:
    """Texts, numbers, lists and mappings: dates as ISO texts, money in minor units with its currency."""
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
        evidence = {name: _plain(each) for name, each in value.evidence.items()}
        return {"code": value.code, "status": str(value.status), "evidence": evidence, "source": value.source}
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency, "exponent": value.exponent}
    if isinstance(value, tuple | list | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)


def decision_of(kind: type[D], plain: Mapping[str, Any]) -> D:
    """The decision of ``kind`` that :func:`plain_of` made ``plain`` of."""
    try:
        return _decision(kind, plain)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as failure:
        raise DocumentError.unreadable("ReturnDecision", "it is no decision written by this library") from failure


def _decision(kind: type[D], plain: Mapping[str, Any]) -> D:
    found = {name: _value(name, each) for name, each in plain.items()}
    found["lines"] = tuple(
        LineDecision(**{name: _value(name, each) for name, each in line.items()}) for line in plain["lines"]
    )
    refund = plain["refund"]
    currency, exponent = refund["currency"], refund["exponent"]
    found["refund"] = RefundBreakdown(
        currency,
        exponent,
        dict(refund["minor"]),
        tuple(Transaction(each["method"], Money(each["minor"], currency, exponent)) for each in refund["transactions"]),
    )
    return kind(**found)


def _value(name: str, value: Any) -> Any:
    if name in _DAYS:
        return None if value is None else date.fromisoformat(value)
    if name == "basis":
        return Basis(value)
    if name == "next_action":
        return NextAction(value)
    if name == "difference_due":
        return None if value is None else Money(value["minor"], value["currency"], value["exponent"])
    if name == "outcomes":
        return tuple(_outcome(each) for each in value)
    if name in _TUPLES and value is not None:
        return tuple(value)
    return value


def _outcome(plain: Mapping[str, Any]) -> RuleOutcome:
    evidence = cast(Mapping[str, Any], plain["evidence"])
    values = tuple(_fact(name, each) for name, each in evidence.items())
    return RuleOutcome(plain["code"], Status(plain["status"]), tuple(evidence), values, plain["source"])


def _fact(name: str, value: Any) -> Any:
    """A fact of an outcome; its name says which of the texts are dates and numbers."""
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and (name.endswith(("_on", "_at")) or name == "deadline"):
        return date.fromisoformat(value)
    return Decimal(value) if name == "percent" and isinstance(value, str) else value
