"""The document that says what the columns of a table mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, Self
from zoneinfo import ZoneInfo

from csprotocol.adapters._csv import DELIMITERS
from csprotocol.errors import DocumentError, InvalidValueError, Problem, one_of
from csprotocol.model import Channel, FrozenDict, Money, StatusCategory

__all__ = ["Activity", "CesRules", "Columns", "CostRules", "CsatRules", "TableMapping", "TagRules", "TimeRules"]

Activity = Literal[
    "new",
    "open",
    "waiting_customer",
    "waiting_third_party",
    "resolved",
    "closed",
    "cancelled",
    "agent_message",
    "customer_message",
    "bot_message",
    "private_note",
]

_FORBID: Final[dict[str, Any]] = {"extra": "forbid"}

INSTANTS: Final[tuple[str, ...]] = (
    "at",
    "created_at",
    "first_customer_message_at",
    "first_reply_at",
    "solved_at",
    "closed_at",
)
# A log of events says these itself; a column beside it could only contradict it.
_TICKETS_ONLY: Final = (
    "first_customer_message_at",
    "first_reply_at",
    "solved_at",
    "closed_at",
    "agent_replies",
    "customer_replies",
    "reopens",
    "surveyed",
    "agent_started",
    "auto_replied",
)
_EVENTS_ONLY: Final = ("at", "activity", "actor", "tags")

_DIRECTIVES: Final = frozenset("dmYyHIpMSfbBaAjz%")
# Each of these says one part of a stamp; strptime would let the last one win.
_ONE_OF: Final = ("Yy", "mbBj", "dj", "HI")
# What explains a column, and is of no use without it.
_EXPLAIN: Final = ("status", "activity", "channel", "priority", "csat", "ces", "cost", "tags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column holds what; a fact that is not named here stays unknown.

    In a log of events ``at`` is the instant of the row, ``status`` the state it enters, ``activity`` what was
    done, ``actor`` who did it. The facts that an events log tells itself (``solved_at``, ``reopens`` ...) can
    only be columns of a table with one row a ticket.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    ticket_id: str
    at: str | None = None
    status: str | None = None
    activity: str | None = None
    actor: str | None = None
    created_at: str | None = None
    first_customer_message_at: str | None = None
    first_reply_at: str | None = None
    solved_at: str | None = None
    closed_at: str | None = None
    channel: str | None = None
    priority: str | None = None
    language: str | None = None
    reason: str | None = None
    agent: str | None = None
    group: str | None = None
    customer_id: str | None = None
    order_id: str | None = None
    csat: str | None = None
    nps: str | None = None
    ces: str | None = None
    surveyed: str | None = None
    reopens: str | None = None
    agent_replies: str | None = None
    customer_replies: str | None = None
    agent_started: str | None = None
    auto_replied: str | None = None
    sla_met: str | None = None
    cost: str | None = None
    tags: str | None = None
    merged_into: str | None = None
    spam: str | None = None

    def named(self) -> dict[str, str]:
        """The facts that have a column, with its name.

        >>> Columns(ticket_id="number", status="state").named()
        {'ticket_id': 'number', 'status': 'state'}
        """
        return {f.name: name for f in fields(self) if (name := getattr(self, f.name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRules:
    """How stamps are written: ``iso``, or a format of ``strptime`` with year, month, day and time spelt out.

    ``zone`` is that of stamps that name no offset; without it they are an error, never a guess. ``formats`` gives
    single instants (``created_at = "%d/%m/%Y %H:%M"``) a format of their own. Names of months are English.

    >>> TimeRules(zone="Europe/Rome", format="%d/%m/%Y %H:%M", formats={"at": "iso"}).format_of("at")
    'iso'
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    zone: str | None = None
    format: str = "iso"
    formats: Mapping[str, str] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "formats", FrozenDict(self.formats))

    def format_of(self, instant: str) -> str:
        """The format in which ``instant`` (``at``, ``created_at`` ...) is written."""
        return self.formats.get(instant, self.format)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsatRules:
    """The lowest and the highest score that a customer could give.

    >>> CsatRules(scale=(1, 5)).scale
    (1, 5)
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    scale: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CesRules:
    """The lowest and the highest effort score that a customer could give.

    >>> CesRules(scale=(1, 7)).scale
    (1, 7)
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    scale: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRules:
    """The ISO 4217 currency of the column ``cost``.

    >>> CostRules(currency="EUR").currency
    'EUR'
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRules:
    """What stands between the tags of one cell.

    >>> TagRules().separator
    ','
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    separator: str = ","


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """What the columns of a table mean, as a document that a shop writes once for its helpdesk.

    ``layout`` is ``tickets`` (one row a ticket) or ``events`` (one row an event of a ticket, rows anywhere in the
    file). ``sheet`` names that of a workbook with several. ``null`` lists the cells that say nothing, as the empty
    ones always do. ``status`` and ``channel`` give the vendor's words their meaning; left out, the column must speak
    our words already. ``activity`` gives a meaning to those values of the column that have one, the others are kept as
    notes. ``priority`` renames. ``csat`` and ``ces`` say the scale of their column. ``attributes`` names further
    columns to group by. ``created = "first_event"`` says that a ticket of a log begins with its first row.

    A log knows what ``activity`` names, and no more. Without ``agent_message`` nobody knows who replied; without a
    live state beside the ended ones nobody knows what was reopened: these facts are ``None``.

    >>> mapping = TableMapping.from_dict(
    ...     {
    ...         "source": "our spreadsheet",
    ...         "layout": "tickets",
    ...         "columns": {"ticket_id": "No", "created_at": "Opened", "status": "State"},
    ...         "time": {"zone": "Europe/Madrid", "format": "%d/%m/%Y %H:%M"},
    ...         "status": {"Abierto": "open", "Cerrado": "closed"},
    ...     }
    ... )
    >>> mapping.status["Cerrado"]
    <StatusCategory.CLOSED: 'closed'>
    >>> TableMapping.from_dict(mapping.to_dict()) == mapping
    True

    Raises:
        DocumentError: a column that the layout has no use for, an explanation of a column that is not there, an
            unknown zone, a format that leaves something open or says it twice, a rating without its scale, a cost
            without its currency; all problems at once.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    source: str
    layout: Literal["tickets", "events"]
    columns: Columns
    time: TimeRules = TimeRules()
    null: tuple[str, ...] = ("",)
    delimiter: str = ""
    sheet: str = ""
    created: Literal["column", "first_event"] = "column"
    status: Mapping[str, StatusCategory] = field(default_factory=FrozenDict)
    activity: Mapping[str, Activity] = field(default_factory=FrozenDict)
    channel: Mapping[str, Channel] = field(default_factory=FrozenDict)
    priority: Mapping[str, str] = field(default_factory=FrozenDict)
    csat: CsatRules | None = None
    ces: CesRules | None = None
    cost: CostRules | None = None
    tags: TagRules = TagRules()
    attributes: Mapping[str, str] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        for name in ("status", "activity", "channel", "priority", "attributes"):
            object.__setattr__(self, name, FrozenDict(getattr(self, name)))
        problems = [*_layout_problems(self), *_time_problems(self), *_value_problems(self)]
        if problems:
            raise DocumentError.of_problems("TableMapping", problems)

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """A mapping from plain data as a TOML, JSON or YAML file holds it; a misspelt key is an error."""
        from csprotocol import _parse

        return _parse.parse(cls, mapping)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """A mapping from a TOML, JSON or (extra ``[yaml]``) YAML file."""
        from csprotocol import _parse

        return cls.from_dict(_parse.read_document(path))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that :meth:`from_dict` reads back to an equal value."""
        from csprotocol import _parse

        return _parse.dump(self)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of the document."""
        from csprotocol import _parse

        return _parse.json_schema(cls)

    def zone_info(self) -> ZoneInfo | None:
        """The zone of naive stamps, ``None`` when none is stated."""
        return ZoneInfo(self.time.zone) if self.time.zone else None


def _layout_problems(mapping: TableMapping) -> Iterator[Problem]:
    named = mapping.columns.named()
    if mapping.layout == "tickets":
        for fact in _EVENTS_ONLY:
            if fact in named:
                yield Problem(f"columns.{fact}", 'belongs to layout "events"')
        if mapping.created == "first_event":
            yield Problem("created", 'first_event belongs to layout "events"')
        return
    for fact in _TICKETS_ONLY:
        if fact in named:
            yield Problem(f"columns.{fact}", 'belongs to layout "tickets"; in a log it follows from the events')
    if "at" not in named:
        yield Problem("columns.at", "is missing: name the column with the instant of the event")
    if not {"status", "activity"} & named.keys():
        yield Problem("columns", "a log needs a column status or activity")
    if mapping.created == "first_event" and "created_at" in named:
        yield Problem("created", "first_event contradicts columns.created_at; keep one")


def _time_problems(mapping: TableMapping) -> Iterator[Problem]:
    time = mapping.time
    if time.zone is not None:
        try:
            ZoneInfo(time.zone)
        except (LookupError, ValueError, OSError):
            yield Problem("time.zone", f"{time.zone!r} is no time zone; write an IANA name such as Europe/Madrid")
    for place, form in {"format": time.format, **{f"formats.{k}": v for k, v in time.formats.items()}}.items():
        if form != "iso" and (fault := _format_fault(form)):
            yield Problem(f"time.{place}", f"{form!r} {fault}")
    for instant in time.formats:
        if instant not in INSTANTS:
            yield Problem(f"time.formats.{instant}", f"is no instant; {one_of(INSTANTS, found=instant)}")
        elif instant not in mapping.columns.named():
            yield Problem(f"time.formats.{instant}", f"explains nothing: columns.{instant} is missing")


def _format_fault(form: str) -> str:
    """What is wrong with a format of strptime; empty when it says all that an instant needs."""
    used = re.findall(r"%(.?)", form, re.DOTALL)
    unknown = [f"%{letter}" for letter in used if letter not in _DIRECTIVES]
    if unknown:
        return f"has {unknown[0]}, which is no directive; {one_of(f'%{letter}' for letter in sorted(_DIRECTIVES))}"
    said = set(used)
    day = "j" in said or (said & set("mbB") and "d" in said)
    if not (said & set("Yy") and day):
        return "leaves the date open; it needs year, month and day (%Y %m %d)"
    if "I" in said and "p" not in said:
        return "has %I without %p: morning or afternoon?"
    if "p" in said and "I" not in said:
        return "has %p without %I: with %H, strptime overlooks it"
    if any(said_twice for said_twice in said - {"%"} if used.count(said_twice) > 1):
        return "names one part twice"
    for letters in _ONE_OF:
        both = [f"%{letter}" for letter in letters if letter in said]
        if len(both) > 1:
            return f"names one part twice: {' and '.join(both)}"
    return ""


def _value_problems(mapping: TableMapping) -> Iterator[Problem]:
    named = mapping.columns.named()
    if mapping.delimiter and mapping.delimiter not in DELIMITERS:
        yield Problem("delimiter", f"{mapping.delimiter!r} is unknown; possible: , ; tab |")
    for survey, rules, example in (("csat", mapping.csat, "[1, 5]"), ("ces", mapping.ces, "[1, 7]")):
        if survey in named and rules is None:
            yield Problem(survey, f"is missing: say {survey}.scale, for example {example}")
        if rules:
            low, high = rules.scale
            if not (isfinite(low) and isfinite(high) and low < high):
                yield Problem(f"{survey}.scale", f"[{low:g}, {high:g}] must rise")
    if "cost" in named and mapping.cost is None:
        yield Problem("cost", 'is missing: say cost.currency, for example "EUR"')
    if mapping.cost:
        try:
            Money(0, mapping.cost.currency)
        except InvalidValueError:
            yield Problem("cost.currency", f"{mapping.cost.currency!r} is no ISO 4217 code")
    if not mapping.tags.separator:
        yield Problem("tags.separator", "is empty")
    for fact in _EXPLAIN:
        rules = getattr(mapping, fact)
        if rules and rules != TagRules() and fact not in named:
            yield Problem(fact, f"explains nothing: columns.{fact} is missing")
