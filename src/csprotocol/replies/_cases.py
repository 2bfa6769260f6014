"""From what other domains decide to the arguments of a reply: plain values in, plain values out.

Neither side knows the other: a decision on a return, the state of a clock are read by the names of their attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from csprotocol.errors import InvalidValueError
from csprotocol.model import Money, require_aware

__all__ = ["ReplyCase", "case_of_delay", "case_of_return"]

_HOUR: Final = timedelta(hours=1)
# Codes of refusals as the situations name the reasons; whole codes, and what a code begins with.
_REASONS: Final[Mapping[str, str]] = {
    "ALREADY_REIMBURSED": "already_returned",
    "CONDITION_NOT_ACCEPTED": "used",
    "CONDITION_NOT_MET": "used",
    "FINAL_SALE": "final_sale",
    "GUARANTEE_EXPIRED": "window_closed",
    "POSTING_DEFAULT_EXPIRED": "window_closed",
    "QUANTITY_EXCEEDED": "not_in_order",
    "SHORT_TERM_REJECT_EXPIRED": "window_closed",
    "WINDOW_EXPIRED": "window_closed",
    "WITHDRAWAL_EXPIRED": "window_closed",
}
# Whole words of codes such as EXEMPT_MEDIA_UNSEALED.
_WORDS: Final[Mapping[str, str]] = {
    "PERISHABLE": "perishable",
    "FOOD": "perishable",
    "HYGIENE": "hygiene",
    "UNSEALED": "opened",
    "SEALED": "opened",
    "OPENED": "opened",
    "SOFTWARE": "opened",
    "DIGITAL": "digital",
    "DOWNLOAD": "digital",
    "PERSONALISED": "made_to_order",
    "PERSONALIZED": "made_to_order",
    "MADE": "made_to_order",
    "CUSTOM": "made_to_order",
    "USED": "used",
}


class ReplyCase(NamedTuple):
    """A situation and its arguments, ready for ``catalog.render(case.situation, case.arguments, locale=...)``."""

    situation: str
    arguments: dict[str, Any]


class _Outcome(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def status(self) -> str: ...


class _Line(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def eligible(self) -> bool | None: ...
    @property
    def outcomes(self) -> Iterable[_Outcome]: ...
    @property
    def counted(self) -> tuple[int, str] | None: ...


class ReturnVerdict(Protocol):
    """What is read of a decision on a return; ``csprotocol.returns.ReturnDecision`` has all of it."""

    @property
    def order_id(self) -> str: ...
    @property
    def eligible(self) -> bool | None: ...
    @property
    def lines(self) -> Iterable[_Line]: ...
    @property
    def deadline(self) -> date | None: ...
    @property
    def return_goods_by(self) -> date | None: ...
    @property
    def return_cost_paid_by(self) -> str | None: ...
    @property
    def rma(self) -> str | None: ...
    @property
    def missing_facts(self) -> tuple[str, ...]: ...


class LateClock(Protocol):
    """What is read of a clock; ``csprotocol.sla.ClockState`` has all of it."""

    @property
    def breached_at(self) -> datetime | None: ...
    @property
    def ticket_id(self) -> str | None: ...


def case_of_return(
    decision: ReturnVerdict,
    *,
    items: Mapping[str, str] | None = None,
    order: str | None = None,
    label_url: str | None = None,
    address: str | None = None,
    shipping_cost: Money | None = None,
) -> ReplyCase:
    """``return.instructions`` for a yes, ``return.not_eligible`` for a no.

    ``items`` names the lines as the customer knows them, ``order`` the order where its name is not its id. A yes
    speaks of the lines that may come back; where several lines are refused for different reasons, the reason is
    ``other``, and the free note of the reply has to tell them.

    Raises:
        InvalidValueError: a fact is missing, so nothing is decided; or there is nothing to send back.
    """
    if decision.eligible is None:
        raise InvalidValueError.of(
            "decision",
            "undecided",
            expected="a yes or a no",
            hint=f"find out {', '.join(decision.missing_facts) or 'what is missing'} and decide again",
        )
    chosen = [line for line in decision.lines if bool(line.eligible) == decision.eligible]
    names = tuple((items or {}).get(line.id, line.id) for line in chosen)
    arguments: dict[str, Any] = {"order": order or decision.order_id, "items": names}
    if not decision.eligible:
        return ReplyCase("return.not_eligible", arguments | _refusal(chosen))
    if decision.return_cost_paid_by is None:
        hint = "tell it with another situation, such as refund.issued or order.cancelled"
        raise InvalidValueError.of("decision", "nothing to send", expected="goods that come back", hint=hint)
    payer = "customer" if decision.return_cost_paid_by.startswith("customer") else "shop"
    more = {
        # Without a number of its own, the parcel is known by that of the order.
        "rma": decision.rma or arguments["order"],
        "return_by": decision.return_goods_by or decision.deadline,
        "shipping_paid_by": payer,
        "shipping_cost": shipping_cost if payer == "customer" else None,
        "label_url": label_url,
        "address": address,
    }
    return ReplyCase("return.instructions", arguments | {name: value for name, value in more.items() if value})


def _refusal(lines: Iterable[_Line]) -> dict[str, Any]:
    """The reason, where it is one; and the days of the window, where it is that."""
    reasons = {_reason(line) for line in lines}
    reason = reasons.pop() if len(reasons) == 1 else "other"
    counts = {line.counted for line in lines}
    counted = counts.pop() if len(counts) == 1 else None
    is_days = reason == "window_closed" and counted is not None and counted[1] == "days"
    return {"reason": reason, **({"window_days": counted[0]} if is_days and counted else {})}


def _reason(line: _Line) -> str:
    """The most telling of the codes that stand in the way: a passed window is the last thing to say."""
    codes = [outcome.code for outcome in line.outcomes if outcome.status == "block"]
    told = [_REASONS.get(code) or _by_word(code) for code in codes]
    return next((reason for reason in told if reason not in (None, "window_closed")), None) or (
        "window_closed" if "window_closed" in told else "other"
    )


def _by_word(code: str) -> str | None:
    if not code.startswith(("EXEMPT_", "EXCLUDED_")):
        return None
    words = code.split("_")
    return next((reason for word, reason in _WORDS.items() if word in words), None)


def case_of_delay(
    clock: LateClock, *, now: datetime, new_due: datetime, incident: str | None = None, order: str | None = None
) -> ReplyCase:
    """``incident.sla_delay_apology`` for a clock whose time has passed, with the whole hours since then.

    ``new_due`` is the new promise, which somebody has to make; ``incident`` is the clock's ticket unless it is named.

    Raises:
        InvalidValueError: the clock is not late, nobody says whose it is, or an instant has no time zone.
    """
    require_aware("now", now)
    require_aware("new_due", new_due)
    if clock.breached_at is not None:
        require_aware("clock.breached_at", clock.breached_at)
    if new_due <= now:
        raise InvalidValueError.of("new_due", new_due.isoformat(), expected="later than now", hint="promise anew")
    if clock.breached_at is None or clock.breached_at > now:
        raise InvalidValueError.of("clock", "in time", expected="late", hint="there is nothing to apologise for")
    name = incident or clock.ticket_id
    if not name or not name.strip():
        raise InvalidValueError.of("incident", name, expected="the number of the incident")
    late = {"incident": name, "new_due": new_due, "hours_late": (now - clock.breached_at) // _HOUR}
    return ReplyCase("incident.sla_delay_apology", late | ({"order": order} if order else {}))
