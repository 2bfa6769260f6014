"""Whether a line of an order may come back, until when, for how much, who pays, and why."""

from __future__ import annotations

from csprotocol.returns._claims import Basis
from csprotocol.returns._decide import decide
from csprotocol.returns._decided import LineDecision, NextAction
from csprotocol.returns._decision import ReturnDecision
from csprotocol.returns._law import Confidence, Exemption, Law, LawKind, NotInformed, StatutoryRule, jurisdictions
from csprotocol.returns._outcome import RuleOutcome, Status
from csprotocol.returns._period import Period
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._refund import RefundBreakdown, Transaction
from csprotocol.returns._request import ExchangeItem, Remedy, RequestedLine, ReturnRequest
from csprotocol.returns._rma import is_rma, rma_number
from csprotocol.returns._terms import (
    Fees,
    OriginalShipping,
    PaymentSplit,
    ReturnTerms,
    ReturnWindow,
    SeasonalOverride,
    Selector,
    StartsFrom,
    WindowKind,
)
from csprotocol.returns._working_days import working_days

__all__ = [
    "Basis",
    "Confidence",
    "ExchangeItem",
    "Exemption",
    "Fees",
    "Law",
    "LawKind",
    "LineDecision",
    "NextAction",
    "NotInformed",
    "OriginalShipping",
    "PaymentSplit",
    "Period",
    "RefundBreakdown",
    "Remedy",
    "RequestedLine",
    "ReturnDecision",
    "ReturnPolicy",
    "ReturnRequest",
    "ReturnTerms",
    "ReturnWindow",
    "RuleOutcome",
    "SeasonalOverride",
    "Selector",
    "StartsFrom",
    "Status",
    "StatutoryRule",
    "Transaction",
    "WindowKind",
    "decide",
    "is_rma",
    "jurisdictions",
    "rma_number",
    "working_days",
]
