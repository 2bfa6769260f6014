"""The terms of a return policy: which lines they are for, until when, at what cost, and what keeps goods away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from csprotocol import _parse
from csprotocol.errors import InvalidValueError
from csprotocol.model import FrozenDict, ReasonNature
from csprotocol.model._words import member
from csprotocol.returns._outcome import Check, Checks, Status, excluded, required
from csprotocol.returns._period import Period

__all__ = [
    "CONDITIONS",
    "EXCLUSIONS",
    "MEANS",
    "Day",
    "Fees",
    "OriginalShipping",
    "PaymentSplit",
    "ReturnTerms",
    "ReturnWindow",
    "SeasonalOverride",
    "Selector",
    "StartsFrom",
    "WindowKind",
    "decimal_of",
]

_FORBID: Final[dict[str, Any]] = {"extra": "forbid"}

Day = Annotated[date, _parse.ISO_DATE]


class WindowKind(StrEnum):
    """A number of days, a last date, no end, or no returns at all (schema.org: finite, finite, unlimited, not
    permitted).
    """

    DAYS = "days"
    DATE = "date"
    UNLIMITED = "unlimited"
    NONE = "none"


class StartsFrom(StrEnum):
    """The day from which the days of a window are counted: that of the line, of the last parcel, or of the order."""

    DELIVERED = "delivered"
    LAST_DELIVERED = "last_delivered"
    FULFILLED = "fulfilled"
    ORDERED = "ordered"


class OriginalShipping(StrEnum):
    """Whether the shop gives back what the parcel to the customer cost: never but where the law says so, for defects,
    or always; of all units of the order that came back.
    """

    STATUTORY_ONLY = "statutory_only"
    DEFECT = "defect"
    ALWAYS = "always"


class PaymentSplit(StrEnum):
    """How a refund is shared between means of payment."""

    PROPORTIONAL = "proportional"
    GIFT_CARD_LAST = "gift_card_last"
    GIFT_CARD_FIRST = "gift_card_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnWindow:
    """Until when a return may be asked for.

    Where the delivery is unknown, ``transit_buffer_days`` after the dispatch is taken for it, and said so.
    ``extend_to_business_day`` lets a window that ends on a day on which the shop is closed end on the next open one.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    kind: WindowKind = WindowKind.DAYS
    days: int | None = None
    until: Day | None = None
    starts_from: StartsFrom = StartsFrom.DELIVERED
    transit_buffer_days: int | None = None
    extend_to_business_day: bool = False
    # The days as a period; none where there is no day.
    period: Period | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", member(WindowKind, "window.kind", self.kind))
        object.__setattr__(self, "starts_from", member(StartsFrom, "window.starts_from", self.starts_from))
        if (self.days is None) == (self.kind is WindowKind.DAYS):
            raise InvalidValueError.of(
                "window.days", self.days, expected="a number of days, for a window of days alone"
            )
        if (self.until is None) == (self.kind is WindowKind.DATE):
            raise InvalidValueError.of("window.until", self.until, expected="a date, for a window that ends on a date")
        for name in ("days", "transit_buffer_days"):
            number = getattr(self, name)
            if number is not None and (type(number) is not int or not 0 <= number <= _MOST_DAYS):
                raise InvalidValueError.of(f"window.{name}", number, expected=f"0 to {_MOST_DAYS} days")
        object.__setattr__(self, "period", Period(days=self.days) if self.days else None)


_MOST_DAYS: Final = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What a return costs the customer: percent of the discounted price of what comes back (``"15"``), or an amount a
    return (``"6.95"``), each in the currency of the order.

    They are due for the ``remedies`` that are named, or for all, and only where all facts of ``when`` are as written:
    ``{"unopened": False}`` for opened boxes. Where such a fact is unknown, the goods have to be looked at first.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    restocking_percent: str | None = None
    restocking: str | None = None
    return_shipping: str | None = None
    remedies: tuple[str, ...] = ()
    when: Mapping[str, bool] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "remedies", tuple(self.remedies))
        object.__setattr__(self, "when", FrozenDict(self.when))
        _require_words("fees.remedies", self.remedies, _WORDS["remedies"])
        percent = self.restocking_percent
        if percent is not None and not 0 <= decimal_of("restocking_percent", percent) <= 100:
            raise InvalidValueError.of("restocking_percent", percent, expected="0 to 100 percent")
        for name in ("restocking", "return_shipping"):
            amount = getattr(self, name)
            if amount is not None and decimal_of(name, amount) < 0:
                raise InvalidValueError.of(name, amount, expected="an amount, not below 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Which lines the terms are for; what is empty does not matter, of a list one must hold."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    product: tuple[str, ...] = ()
    sku: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    collection: tuple[str, ...] = ()
    sales_channel: tuple[str, ...] = ()
    member_tier: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    # Whether no line is left out.
    is_for_all: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in _SELECTED:
            words: object = getattr(self, name)
            # A text is a collection of its letters.
            object.__setattr__(self, name, (words,) if isinstance(words, str) else tuple(getattr(self, name)))

        object.__setattr__(self, "is_for_all", not any(getattr(self, name) for name in _SELECTED))


_SELECTED: Final = ("product", "sku", "tag", "collection", "sales_channel", "member_tier", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalOverride:
    """Other days for orders placed from ``start`` to ``end``, both included; it never makes a window shorter."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    start: Day
    end: Day
    days: int | None = None
    return_by: Day | None = None
    unlimited: bool = False

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidValueError.of("seasonal_overrides.end", self.end, expected="not before its start")
        if (self.days is not None) + (self.return_by is not None) + self.unlimited != 1:
            raise InvalidValueError.of(
                "seasonal_overrides", self.start, expected="one of days, return_by and unlimited"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTerms:
    """What holds for the lines that ``when`` chooses.

    ``conditions`` are the item conditions that are taken back (schema.org: ``NewCondition`` ...); of none, all are.
    ``requires`` are facts that must hold of what comes back (``original_packaging``, ``tags_attached``), and
    ``exclusions`` facts or tags that keep a line from coming back (``final_sale``, ``gift_card``); both bite only on a
    change of mind. ``fees`` are by the nature of the reason (``remorse``, ``non_conformity``), as is ``return_cost``,
    who pays for the parcel back: ``customer`` or ``merchant``.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    name: str = "all"
    when: Selector = field(default_factory=Selector)
    window: ReturnWindow = field(default_factory=lambda: ReturnWindow(kind=WindowKind.NONE))
    seasonal_overrides: tuple[SeasonalOverride, ...] = ()
    conditions: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    fees: Mapping[ReasonNature, Fees] = field(default_factory=FrozenDict)
    return_cost: Mapping[ReasonNature, str] = field(default_factory=FrozenDict)
    refund_original_shipping: OriginalShipping = OriginalShipping.STATUTORY_ONLY
    remedies: tuple[str, ...] = ("refund", "exchange", "store_credit")
    refund_methods: tuple[str, ...] = ("original_payment",)
    store_credit_bonus_percent: str | None = None
    return_methods: tuple[str, ...] = ("ReturnByMail",)
    label_sources: Mapping[ReasonNature, str] = field(default_factory=FrozenDict)
    keep_product_below: str | None = None
    rma_required: bool = False
    # Exclusions and conditions, ready to be run; and what the facts they ask for are where nobody says anything.
    checks: Checks = field(init=False, repr=False, compare=False)
    untold: Mapping[str, object] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        where = f"terms {self.name}"
        for name, known in _WORDS.items():
            _require_words(f"{where}, {name}", getattr(self, name), known)
        _require_words(f"{where}, label_sources", self.label_sources.values(), _LABEL_SOURCES)
        _require_words(f"{where}, return_cost", self.return_cost.values(), _PAYERS)
        words = member(OriginalShipping, f"{where}, refund_original_shipping", self.refund_original_shipping)
        object.__setattr__(self, "refund_original_shipping", words)
        for name in ("fees", "return_cost", "label_sources"):
            table = {member(ReasonNature, f"{where}, {name}", key): each for key, each in getattr(self, name).items()}
            object.__setattr__(self, name, FrozenDict(table))
        for name in (
            "seasonal_overrides",
            "conditions",
            "requires",
            "exclusions",
            "remedies",
            "refund_methods",
            "return_methods",
        ):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        bonus = self.store_credit_bonus_percent
        if bonus is not None and not 0 <= decimal_of("store_credit_bonus_percent", bonus) <= 100:
            raise InvalidValueError.of("store_credit_bonus_percent", bonus, expected="0 to 100 percent")
        if self.keep_product_below is not None:
            decimal_of("keep_product_below", self.keep_product_below)
        object.__setattr__(self, "checks", Checks(_checks(self)))
        # Goods are not what nobody calls them; in which state they come back, nobody knows unless it is said.
        untold = {**dict.fromkeys(self.exclusions, False), **dict.fromkeys(self.requires)}
        object.__setattr__(self, "untold", FrozenDict(untold))


def _checks(terms: ReturnTerms) -> Iterator[Check]:
    source = f"terms {terms.name}"
    for fact in terms.exclusions:
        yield Check(EXCLUSIONS.get(fact, f"EXCLUDED_{fact.upper()}"), fact, excluded, source)
    for fact in terms.requires:
        yield Check("CONDITION_NOT_MET", fact, required, source)
    if terms.rma_required:
        yield Check("RMA_REQUIRED", "rma", _numbered, source)
    if terms.conditions:
        yield Check("CONDITION_NOT_ACCEPTED", "condition", _one_of(terms.conditions), source)


def _numbered(rma: object) -> Status:
    """A return without a number gets one: that is no reason to say no."""
    return Status.ADJUST if rma is None else Status.PASS


def _one_of(accepted: tuple[str, ...]) -> Callable[[object], Status]:
    def test(condition: object) -> Status:
        return Status.UNKNOWN if condition is None else Status.PASS if condition in accepted else Status.BLOCK

    return test


EXCLUSIONS: Final = {"final_sale": "FINAL_SALE", "gift_card": "GIFT_CARD_LINE"}
# The words of schema.org, where it has any.
CONDITIONS: Final = ("NewCondition", "UsedCondition", "RefurbishedCondition", "DamagedCondition")
MEANS: Final = ("original_payment", "store_credit", "gift_card", "bank_transfer")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "conditions": CONDITIONS,
    "remedies": ("refund", "exchange", "store_credit", "repair", "replacement"),
    "refund_methods": MEANS,
    "return_methods": ("ReturnByMail", "ReturnInStore", "ReturnAtKiosk", "KeepProduct"),
}
_LABEL_SOURCES: Final = ("ReturnLabelInBox", "ReturnLabelDownloadAndPrint", "ReturnLabelCustomerResponsibility")
_PAYERS: Final = ("customer", "merchant")


def _require_words(where: str, found: Iterable[str], known: tuple[str, ...]) -> None:
    for word in found:
        if word not in known:
            raise InvalidValueError.unknown(where, word, known)


def decimal_of(where: str, text: object) -> Decimal:
    """A number that a document writes as a text.

    Raises:
        InvalidValueError: it is none.
    """
    try:
        # Texts alone: a float is not what stands in the document.
        number = Decimal(text if isinstance(text, str) and len(text) <= _LONGEST else "NaN")
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or not -_MOST_DIGITS <= number.adjusted() <= _MOST_DIGITS:
        raise InvalidValueError.of(where, text, expected="a decimal number such as '6.95'")
    return number


# "1e999999999" is a number as well, and takes for ever.
_LONGEST, _MOST_DIGITS = 30, 15
