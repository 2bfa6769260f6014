"""Random orders, requests, policies and holidays: small worlds in which the dates lie close to the deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from csprotocol.model import Delivery, Money, Order, OrderLine, Payment, ReasonNature
from csprotocol.returns import (
    ExchangeItem,
    Fees,
    Law,
    OriginalShipping,
    PaymentSplit,
    RequestedLine,
    ReturnDecision,
    ReturnPolicy,
    ReturnRequest,
    ReturnTerms,
    ReturnWindow,
    SeasonalOverride,
    Selector,
    decide,
    jurisdictions,
)

__all__ = [
    "LAWS",
    "ORDER_FACTS",
    "REQUEST_FACTS",
    "Holidays",
    "Question",
    "orders",
    "policies",
    "questions",
    "requests",
    "told",
    "working_days",
]

DAY = timedelta(days=1)
LAWS = (*jurisdictions(), "US-TX")
# The rules of the laws change on some of these.
PLACED = st.one_of(
    st.dates(date(2026, 2, 1), date(2026, 3, 31)),
    st.sampled_from([
        date(2021, 12, 31), date(2022, 1, 1), date(2022, 5, 27), date(2022, 5, 28),
        date(2024, 2, 29), date(2024, 12, 18), date(2024, 12, 19), date(2025, 9, 3), date(2025, 9, 4),
        date(2026, 6, 19), date(2026, 7, 30), date(2026, 7, 31),
    ]),
)  # fmt: skip
# Days from the delivery to the request: around the ends of statutory periods and of the windows below.
WAITS = st.one_of(
    st.integers(0, 36),
    st.sampled_from([
        59, 60, 61, 62, 88, 90, 91, 92, 180, 183, 184, 185, 364, 365, 366, 379, 380, 395, 396, 548, 550, 730, 731,
        732, 1095, 1096, 1097, 1460, 1461, 1462, 1826, 2191, 2192, 2300, 7305, 7306,
    ]),
    st.integers(0, 800),
)  # fmt: skip
LINE_FACTS = (
    "auction", "below_cooling_off_amount", "clearance", "consent_and_acknowledgement", "dated_service", "digital",
    "final_sale", "financed_by_trader", "fully_performed", "gift_card", "goods_not_seen", "hygiene_sealed",
    "market_price", "media_sealed", "non_durable", "original_packaging", "performance_begun", "periodical",
    "perishable", "personalised", "repair_failed", "seal_broken", "second_hand", "service", "sold_as_is",
    "tags_attached", "urgent_repair", "used_beyond_inspection", "used_or_damaged", "withdrawal_excluded",
)  # fmt: skip
ORDER_FACTS = (
    "contract_compliant", "contract_confirmed", "contract_copy_sent", "disclosure_complete", "regular_delivery",
    "return_cost_informed", "withdrawal_informed",
)  # fmt: skip
REQUEST_FACTS = (
    "seal_broken",
    "original_packaging",
    "tags_attached",
    "performance_begun",
    "used_beyond_inspection",
    "fully_performed",
)
# Facts that are unknown as long as nobody tells them, and so are told where all is known.
HAPPENED = (
    "consent_and_acknowledgement", "fully_performed", "original_packaging", "performance_begun", "seal_broken",
    "tags_attached", "withdrawal_excluded", "within_ten_business_days",
)  # fmt: skip
TRUTH = st.sampled_from([True, False])
THREE = st.sampled_from([True, False, None])


@dataclass(frozen=True)
class Holidays:
    """No day off, or every so many days one."""

    every: int = 0
    # A stretch of days off on top.
    start: date | None = None
    days: int = 0

    def __call__(self, day: date) -> bool:
        if self.start is not None and self.start <= day < self.start + self.days * DAY:
            return False
        return not self.every or day.toordinal() % self.every != 0


working_days = st.sampled_from([Holidays(), Holidays(3), Holidays(11)])


@dataclass(frozen=True)
class Question:
    """All that a decision is made from."""

    order: Order
    request: ReturnRequest
    policies: tuple[ReturnPolicy, ...] = ()
    law: str | None = None
    is_working_day: Holidays | None = field(default_factory=Holidays)
    is_business_day: Holidays | None = None
    actor: str | None = None

    def decided(self) -> ReturnDecision:
        return decide(
            self.order,
            self.request,
            self.policies or None,
            law=None if self.law is None else Law.of(self.law),
            is_working_day=self.is_working_day,
            is_business_day=self.is_business_day,
            actor=self.actor,
        )

    def on(self, day: date) -> Question:
        """The same, asked on another day."""
        return replace(self, request=replace(self.request, at=day))

    def with_order(self, **facts: Any) -> Question:
        return replace(self, order=replace(self.order, **facts))


def told(decision: ReturnDecision) -> dict[str, Any]:
    """What a decision says, without the order in which it says it."""

    def key(outcome: Mapping[str, Any]) -> str:
        return repr(sorted(outcome.items(), key=repr))

    def tidy(plain: Mapping[str, Any]) -> dict[str, Any]:
        return {**plain, "outcomes": sorted((dict(each) for each in plain["outcomes"]), key=key)}

    plain = decision.to_dict()
    return {**tidy(plain), "lines": sorted((tidy(each) for each in plain["lines"]), key=lambda each: str(each["id"]))}


@st.composite
def facts(draw: st.DrawFn, names: tuple[str, ...], values: st.SearchStrategy[Any], most: int) -> dict[str, Any]:
    return draw(st.dictionaries(st.sampled_from(names), values, max_size=most))


@st.composite
def orders(draw: st.DrawFn, *, known: bool = False, mixed: bool = True) -> Order:
    """Orders of one to three lines; where all is ``known``, no fact is left open."""
    values = TRUTH if known else THREE
    placed = draw(PLACED)
    currency, exponent = draw(st.sampled_from([("EUR", 2), ("EUR", 2), ("CLP", 0)]))

    def money(most: int) -> Money:
        return Money(draw(st.integers(0, most)), currency, exponent)

    lines = []
    for number in range(draw(st.integers(1, 3)) if mixed else 1):
        own = draw(facts(LINE_FACTS, values, 3))
        if known:
            own = {name: draw(TRUTH) for name in HAPPENED} | own
        if draw(st.integers(0, 5)) == 0:
            own["agreed_guarantee_months"] = draw(st.sampled_from([3, 12, 18, 48]))
        if draw(st.integers(0, 3)) == 0:
            # All parcels have come by then.
            asked = placed + draw(st.integers(17, 60)) * DAY
            own["repair_requested_on"] = asked
            if known or draw(TRUTH):
                own["repair_returned_on"] = asked + draw(st.integers(0, 30)) * DAY
        total = money(20_000)
        quantity = draw(st.integers(1, 3))
        lines.append(
            OrderLine(
                id=f"l{number}",
                quantity=quantity,
                total=total,
                discount=Money(draw(st.integers(0, total.minor)), currency, exponent) if draw(TRUTH) else None,
                tax=money(3_000),
                tags=draw(st.sampled_from([(), ("sale",), ("clearance",)])),
                fulfilled_quantity=draw(st.sampled_from([None, None, quantity, quantity - 1])),
                return_requested_quantity=draw(st.sampled_from([0, 0, 0, 1])),
                attributes=own,
            )
        )
    value = sum(each.total.minor - (each.discount.minor if each.discount else 0) for each in lines)
    discount = Money(draw(st.integers(0, value)), currency, exponent) if value and draw(TRUTH) else None
    paid, standard = money(1_500), money(1_500)
    inside = draw(st.booleans())
    due = value - (discount.minor if discount else 0) + paid.minor
    due += 0 if inside else sum(each.tax.minor for each in lines if each.tax)
    informed: dict[str, Any] = draw(facts(ORDER_FACTS, values, 2))
    if draw(st.integers(0, 5)) == 0:
        # Not told in time, but later.
        informed |= {"withdrawal_informed": False, "withdrawal_informed_on": placed + draw(st.integers(0, 60)) * DAY}
    if known or draw(TRUTH):
        informed["contract_copy_on"] = placed + draw(st.integers(0, 20)) * DAY
    captured = draw(st.sampled_from([None, due, due // 2]))
    return Order(
        id="1001",
        currency=currency,
        lines=tuple(lines),
        placed_at=placed if known or draw(st.integers(0, 7)) else None,
        tz=draw(st.sampled_from([None, "America/Santiago"])),
        buyer=draw(st.sampled_from(["consumer", "consumer", "consumer", "business"])),  # type: ignore[arg-type]
        contract=draw(  # type: ignore[arg-type]
            st.sampled_from(["distance", "distance", "distance", "in_store", "off_premises", "unsolicited_visit"])
        ),
        member_tier=draw(st.sampled_from(["", "gold"])),
        tax_included=inside,
        discount=discount,
        shipping_paid=draw(st.sampled_from([None, paid])),
        shipping_standard=draw(st.sampled_from([None, standard])),
        captured=None if captured is None else Money(captured, currency, exponent),
        payments=(
            (
                Payment(method="gift_card", amount=Money(due // 3, currency, exponent)),
                Payment(method="card", amount=Money(due - due // 3, currency, exponent)),
            )
            if draw(TRUTH)
            else ()
        ),
        deliveries=draw(deliveries(placed, tuple(each.id for each in lines), known=known)),
        attributes=informed,
    )


@st.composite
def deliveries(draw: st.DrawFn, placed: date, ids: tuple[str, ...], *, known: bool) -> tuple[Delivery, ...]:
    """One parcel of everything, or one a line."""

    def parcel(lines: tuple[str, ...]) -> Delivery:
        sent = placed + draw(st.integers(0, 4)) * DAY
        came: date | datetime = sent + draw(st.integers(0, 12)) * DAY
        if draw(st.integers(0, 4)) == 0:
            came = datetime.combine(came, time(draw(st.integers(0, 23))), tzinfo=UTC)
        kind = "came" if known else draw(st.sampled_from(["came", "came", "came", "coming", "unknown"]))
        return Delivery(
            lines=lines,
            fulfilled_at=sent if known or draw(st.integers(0, 3)) else None,
            delivered_at=came if kind == "came" else None,
            arrived=False if kind == "coming" else None,
        )

    if draw(TRUTH):
        return (parcel(()),)
    return tuple(parcel((name,)) for name in ids)


windows = st.one_of(
    st.sampled_from([
        ReturnWindow(kind="none"),  # type: ignore[arg-type]
        ReturnWindow(kind="none"),  # type: ignore[arg-type]
        ReturnWindow(kind="unlimited"),  # type: ignore[arg-type]
        ReturnWindow(kind="date", until=date(2026, 4, 11)),  # type: ignore[arg-type]
    ]),
    st.builds(
        ReturnWindow,
        days=st.sampled_from([0, 7, 14, 30, 90]),
        starts_from=st.sampled_from(["delivered", "delivered", "last_delivered", "fulfilled", "ordered"]),
        transit_buffer_days=st.sampled_from([None, 5]),
        extend_to_business_day=st.booleans(),
    ),
)  # fmt: skip
fees = st.builds(
    Fees,
    restocking_percent=st.sampled_from([None, "15", "12.5"]),
    restocking=st.sampled_from([None, "3"]),
    return_shipping=st.sampled_from([None, "6"]),
)
seasons = st.sampled_from(
    [
        (),
        (SeasonalOverride(start=date(2026, 2, 15), end=date(2026, 3, 15), days=60),),
        (SeasonalOverride(start=date(2026, 3, 1), end=date(2026, 3, 31), return_by=date(2026, 5, 10)),),
    ]
)


def _some(*words: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), unique=True, max_size=2).map(tuple)


@st.composite
def terms(draw: st.DrawFn, name: str = "rest", when: Selector | None = None) -> ReturnTerms:
    payers = st.dictionaries(st.sampled_from([*ReasonNature]), st.sampled_from(["customer", "merchant"]))
    return ReturnTerms(
        name=name,
        when=when or Selector(),
        window=draw(windows),
        seasonal_overrides=draw(seasons),
        conditions=draw(st.sampled_from([(), (), ("NewCondition",)])),
        requires=draw(_some("original_packaging", "tags_attached")),
        exclusions=draw(_some("final_sale", "gift_card", "clearance")),
        fees=draw(st.dictionaries(st.sampled_from([*ReasonNature]), fees)),
        return_cost=draw(payers),
        refund_original_shipping=draw(st.sampled_from(OriginalShipping)),
        remedies=draw(st.sampled_from([("refund", "exchange", "store_credit"), ("exchange", "store_credit")])),
        refund_methods=draw(st.sampled_from([("original_payment",), ("original_payment", "store_credit")])),
        store_credit_bonus_percent=draw(st.sampled_from([None, "10"])),
        keep_product_below=draw(st.sampled_from([None, "20"])),
        rma_required=draw(st.booleans()),
    )


@st.composite
def policies(draw: st.DrawFn) -> ReturnPolicy:
    """One version: terms for what is on sale, for the golden tier, and for the rest."""
    special = draw(
        st.lists(
            st.sampled_from([("sale", Selector(tag=("sale",))), ("gold", Selector(member_tier=("gold",)))]),
            unique_by=lambda each: each[0],
            max_size=2,
        )
    )
    return ReturnPolicy(
        id="sample",
        terms=(*(draw(terms(name, when)) for name, when in special), draw(terms())),
        posted=draw(st.sampled_from([True, True, False])),
        payment_split=draw(st.sampled_from(PaymentSplit)),
        approval_limits=draw(st.sampled_from([{}, {"agent": "50", "lead": "100"}])),
    )


@st.composite
def requests(draw: st.DrawFn, order: Order, *, known: bool = False, remedy: str | None = None) -> ReturnRequest:
    """For some lines of ``order``, so many days after a delivery."""
    days = [moment for each in order.deliveries if (moment := each.delivered_at or each.fulfilled_at) is not None]
    days += [order.placed_at] if order.placed_at is not None else []
    moment = draw(st.sampled_from(days)) if days else date(2026, 3, 20)
    start = moment.date() if isinstance(moment, datetime) else moment
    reasons = ["unwanted", "unwanted", "defective", "defective"] + ([] if known else [None, "other"])
    lines = []
    for line in draw(st.lists(st.sampled_from(order.lines), min_size=1, max_size=3, unique_by=lambda each: each.id)):
        lines.append(  # noqa: PERF401  # each is drawn
            RequestedLine(
                id=line.id,
                quantity=draw(st.integers(1, line.quantity)),
                reason=draw(st.sampled_from(reasons)),
                condition=draw(st.sampled_from(["NewCondition", "UsedCondition"] + ([] if known else [None]))),
                severity=draw(st.sampled_from([None, None, "major", "minor"])),
                diminished_value_percent=draw(st.sampled_from([None, None, Decimal(20)])),
                facts=draw(facts(REQUEST_FACTS, TRUTH if known else THREE, 2)),
            )
        )
    wanted = remedy or draw(st.sampled_from(["refund", "refund", "refund", "store_credit", "repair", "replacement"]))
    price = Money(draw(st.integers(0, 20_000)), order.currency, order.lines[0].total.exponent)
    return ReturnRequest(
        at=max(start + draw(WAITS) * DAY, start),
        lines=tuple(lines),
        remedy=wanted,  # type: ignore[arg-type]
        refund_method=draw(st.sampled_from([None, None, "original_payment", "store_credit"])),
        consumer_agreed=draw(st.booleans()),
        exchange_items=(ExchangeItem(sku="X", unit_price=price),) if wanted == "exchange" else (),
    )


@st.composite
def questions(
    draw: st.DrawFn,
    *,
    known: bool = False,
    law: str | None = "",
    remedy: str | None = None,
    policy: bool | None = None,
    mixed: bool = True,
) -> Question:
    """Anything that may be asked; ``law`` of the empty name is any, or none; ``policy`` is whether there is one."""
    order = draw(orders(known=known, mixed=mixed))
    chosen = draw(st.sampled_from([None, *LAWS])) if law == "" else law
    has_policy = draw(st.integers(0, 9)) > 0 if policy is None else policy
    return Question(
        order=order,
        request=draw(requests(order, known=known, remedy=remedy)),
        policies=(draw(policies()),) if has_policy else (),
        law=chosen,
        is_working_day=draw(working_days) if known else draw(st.one_of(working_days, st.none())),
        is_business_day=draw(st.sampled_from([None, Holidays(), Holidays(4)])),
        actor=draw(st.sampled_from([None, "agent", "intern"])),
    )
