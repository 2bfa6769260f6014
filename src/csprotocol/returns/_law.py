"""What the law of a country says about returns: data with a source and a date, read from ``data/law``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from csprotocol import _parse
from csprotocol.errors import InvalidValueError
from csprotocol.model import FrozenDict
from csprotocol.returns._period import Period

__all__ = [
    "Confidence",
    "Exemption",
    "Law",
    "LawKind",
    "NotInformed",
    "Payer",
    "Shipping",
    "Start",
    "StatutoryRule",
    "jurisdictions",
]

_FORBID: Final[dict[str, Any]] = {"extra": "forbid"}
_HERE: Final = Path(__file__).parent / "data" / "law"

Day = Annotated[date, _parse.ISO_DATE]


class LawKind(StrEnum):
    """What a rule gives: a change of mind, a remedy for bad goods, a first month to reject them, a default where
    no policy was posted; or the plain statement that there is no right to change one's mind; or a duty beside.
    """

    WITHDRAWAL = "withdrawal"
    GUARANTEE = "guarantee"
    SHORT_TERM_REJECT = "short_term_reject"
    POSTING = "posting"
    NO_WITHDRAWAL = "no_withdrawal"
    DUTY = "duty"


class Confidence(StrEnum):
    """How sure a rule is: the act was read, a page that quotes or explains it, or neither."""

    TEXT = "text"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


class Start(StrEnum):
    """From which day a period is counted; that day itself is not."""

    POSSESSION = "possession"
    CONTRACT = "contract"
    LATER = "later"
    CONTRACT_COPY = "contract_copy"


class Shipping(StrEnum):
    """How much of what the parcel to the customer had cost comes back."""

    NONE = "none"
    STANDARD = "standard"
    ALL = "all"


class Payer(StrEnum):
    """Who pays for the parcel back."""

    CUSTOMER = "customer"
    CUSTOMER_IF_INFORMED = "customer_if_informed"
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInformed:
    """What becomes of the period when the trader kept silent: ``fact`` of the order is ``False``.

    The period gets longer by ``adds``, becomes ``instead``, or is ``without_end``. When the information came late, on
    the date that the fact ``fact + "_on"`` holds, the period runs anew from there, but ends no later than without it.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    fact: str
    adds: Period | None = None
    instead: Period | None = None
    without_end: bool = False
    anew_when_informed: bool = False
    # The fact that holds the date of the late information.
    fact_on: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fact_on", f"{self.fact}_on")
        if (self.adds is not None) + (self.instead is not None) + self.without_end != 1:
            raise InvalidValueError.of("not_informed", self.fact, expected="one of adds, instead and without_end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Goods or services that cannot be withdrawn from.

    All facts of ``when`` must be as written. The first one says what the goods are: not that, where nothing is
    said of it; the others say what happened to them, and are unknown then. Without ``code`` there is none to name
    but ``EXEMPT_`` and the id.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    id: str
    when: Mapping[str, bool]
    source: str
    as_of: Day
    confidence: Confidence
    code: str = ""

    def __post_init__(self) -> None:
        if not self.when:
            raise InvalidValueError.of(f"exemption {self.id}", self.when, expected="at least one fact")
        object.__setattr__(self, "when", FrozenDict(self.when))
        object.__setattr__(self, "code", self.code or f"EXEMPT_{self.id.upper()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatutoryRule:
    """One right of the customer, in force from ``valid_from`` to ``valid_to``, both included.

    Which day decides about that says ``applies_by``: that of the contract, of the delivery or of a repair. ``when``
    are facts of the line or of the order that must be as written.

    ``working_weekdays`` (1 is Monday) less the public holidays are the days that business days count, and on which a
    period may end where ``roll`` is set. ``remedies`` are what the customer may ask for first, ``major_remedies`` what
    for a major failure, ``remedies_after_repair`` once a repair has failed (without them, those for a major failure).
    ``presumption`` is the time in which the trader has to prove that the goods were sound.
    ``agreed_minimum`` is how short a contract may make the period. ``pause_by_repair`` stops the time while goods are
    in repair, ``least_after_repair`` is what remains in any case, ``repair_adds`` what a repair gives on top.

    ``return_goods_within`` and ``refund_within`` are counted from the notice; ``may_withhold`` until the goods or the
    proof of sending came. Money comes back by the ``same_means`` unless the customer agreed to another.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    id: str
    kind: LawKind
    source: str
    as_of: Day
    confidence: Confidence
    url: str = ""
    note: str = ""
    valid_from: Day | None = None
    valid_to: Day | None = None
    applies_by: str = "contract"
    channels: tuple[str, ...] = ()
    consumers_only: bool = True
    when: Mapping[str, bool] = field(default_factory=FrozenDict)
    period: Period | None = None
    start: Start = Start.POSSESSION
    start_of_services: Start = Start.CONTRACT
    several_deliveries: str = "last"
    regular_delivery: str = "first"
    roll: bool = False
    working_weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    not_informed: NotInformed | None = None
    exemptions: tuple[str, ...] = ()
    presumption: Period | None = None
    agreed_minimum: Period | None = None
    pause_by_repair: bool = False
    least_after_repair: Period | None = None
    repair_adds: Period | None = None
    remedies: tuple[str, ...] = ("refund",)
    major_remedies: tuple[str, ...] = ()
    remedies_after_repair: tuple[str, ...] = ()
    outward_shipping: Shipping = Shipping.NONE
    return_cost: Payer = Payer.MERCHANT
    same_means: bool = True
    diminished_value: bool = False
    refund_within: Period | None = None
    may_withhold: bool = False
    return_goods_within: Period | None = None
    acknowledge_within_hours: int | None = None
    late_refund: str = ""

    def __post_init__(self) -> None:
        where = f"rule {self.id}"
        object.__setattr__(self, "when", FrozenDict(self.when))
        if self.applies_by not in _DECIDING_DAYS:
            raise InvalidValueError.unknown(f"{where}, applies_by", self.applies_by, _DECIDING_DAYS)
        for channel in self.channels:
            if channel not in _CHANNELS:
                raise InvalidValueError.unknown(f"{where}, channels", channel, _CHANNELS)
        for remedy in (*self.remedies, *self.major_remedies, *self.remedies_after_repair):
            if remedy not in _REMEDIES:
                raise InvalidValueError.unknown(f"{where}, remedies", remedy, _REMEDIES)
        if self.several_deliveries not in _SEVERAL or self.regular_delivery not in _SEVERAL:
            raise InvalidValueError.of(f"{where}, several_deliveries", self.several_deliveries, expected="known")
        if not self.working_weekdays or not {*self.working_weekdays} <= {*range(1, 8)}:
            raise InvalidValueError.of(f"{where}, working_weekdays", self.working_weekdays, expected="1 to 7")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise InvalidValueError.of(f"{where}, valid_to", self.valid_to, expected="not before valid_from")
        if (self.period is None) != (self.kind in {LawKind.NO_WITHDRAWAL, LawKind.DUTY}):
            raise InvalidValueError.of(f"{where}, period", self.period, expected="a period, as far as there is one")


_DECIDING_DAYS: Final = ("contract", "delivery", "repair")
_CHANNELS: Final = ("distance", "off_premises", "unsolicited_visit", "in_store")
_REMEDIES: Final = ("refund", "repair", "replacement", "price_reduction")
_SEVERAL: Final = ("first", "last", "each")


@dataclass(frozen=True, slots=True, kw_only=True)
class LawDocument:
    """One file of ``data/law``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    jurisdiction: str
    name: str
    base: str | None = None
    # For the package of public holidays: ``ES``, ``CA-QC``.
    holidays: str | None = None
    rules: tuple[StatutoryRule, ...] = ()
    exemptions: tuple[Exemption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The rules of one jurisdiction, with what it takes over from the one above it.

    For each kind the nearest jurisdiction that has rules of it counts (``CA-QC`` before ``CA``, ``ES`` before ``EU``).

    >>> law = Law.of("ES")
    >>> law.chain
    ('ES', 'EU')
    """

    jurisdiction: str
    chain: tuple[str, ...]
    holidays: str | None
    rules: tuple[StatutoryRule, ...]
    exemptions: Mapping[str, Exemption]
    # What a decision was made by: the jurisdiction and the day on which its rules were last looked at.
    version: str = field(init=False)
    # What exemptions call goods.
    goods: frozenset[str] = field(init=False, repr=False, compare=False)
    _by_kind: Mapping[str, tuple[StatutoryRule, ...]] = field(init=False, repr=False, compare=False)
    # By the rule, each with the fact that says what the goods are.
    _exemptions: Mapping[str, tuple[tuple[str, bool, Exemption], ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        as_of = max((rule.as_of for rule in self.rules), default=date.min)
        object.__setattr__(self, "version", f"{self.jurisdiction}@{as_of.isoformat()}")
        firsts = frozenset(next(iter(each.when)) for each in self.exemptions.values())
        object.__setattr__(self, "goods", firsts)
        kinds = {str(kind): tuple(rule for rule in self.rules if rule.kind is kind) for kind in LawKind}
        object.__setattr__(self, "_by_kind", FrozenDict(kinds))
        named = {
            rule.id: tuple(
                (*next(iter(self.exemptions[name].when.items())), self.exemptions[name]) for name in rule.exemptions
            )
            for rule in self.rules
        }
        object.__setattr__(self, "_exemptions", FrozenDict(named))

    @classmethod
    def of(cls, jurisdiction: str) -> Law:
        """The law for consumers of ``jurisdiction``: a country, or a region of it (``US-CA``).

        Raises:
            InvalidValueError: nothing is known of that country; the message names those that are covered.
        """
        if not isinstance(jurisdiction, str):
            raise InvalidValueError.unknown("jurisdiction", jurisdiction, jurisdictions())
        return _law_of(jurisdiction)

    def exemptions_of(self, rule: StatutoryRule, facts: Mapping[str, object]) -> list[Exemption]:
        """Those of ``rule`` that are about such goods at all, as far as ``facts`` say what they are."""
        # What nobody says of goods, they are not.
        if self.goods.isdisjoint(facts):
            return []
        get = facts.get
        return [
            each for what, due, each in self._exemptions[rule.id] if get(what, not due) is due or get(what, 0) is None
        ]

    def of_kind(self, kind: LawKind) -> tuple[StatutoryRule, ...]:
        """All rules of that kind, whenever they were in force."""
        return self._by_kind[kind]


def jurisdictions() -> tuple[str, ...]:
    """What there is data for."""
    return tuple(sorted(path.stem.upper() for path in _HERE.glob("*.toml")))


@cache
def _law_of(jurisdiction: str) -> Law:
    documents = _chain(jurisdiction)
    rules: list[StatutoryRule] = []
    for document in documents:
        known = {rule.kind for rule in rules}
        rules += [rule for rule in document.rules if rule.kind is LawKind.DUTY or rule.kind not in known]
    exemptions = {each.id: each for document in reversed(documents) for each in document.exemptions}
    for rule in rules:
        for name in rule.exemptions:
            if name not in exemptions:
                raise InvalidValueError.unknown(f"rule {rule.id}, exemptions", name, exemptions)
    return Law(
        jurisdiction=jurisdiction,
        chain=tuple(document.jurisdiction for document in documents),
        holidays=next((document.holidays for document in documents if document.holidays), None),
        rules=tuple(rules),
        exemptions=FrozenDict(exemptions),
    )


def _chain(jurisdiction: str) -> list[LawDocument]:
    """The documents from the nearest to the most general; a region without one falls back to its country."""
    known = jurisdictions()
    name: str | None = jurisdiction
    if isinstance(name, str) and name not in known:
        name = name.partition("-")[0]
    if name not in known:
        raise InvalidValueError.unknown("jurisdiction", jurisdiction, known)
    found = []
    while name is not None:
        document = _document(name)
        found.append(document)
        name = document.base
    return found


@cache
def _document(name: str) -> LawDocument:
    return _parse.parse(LawDocument, _parse.read_document(_HERE / f"{name.lower()}.toml"))
