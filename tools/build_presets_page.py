"""The page of presets: what twenty invented tickets give under the definition of each vendor, and why.

``tools/build_docs.py`` writes it. Whatever it says of a ticket or a number is computed from ``examples/kpi`` and the
presets; only the words for an option are written here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from csprotocol import kpi
from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.kpi import Clock, DurationSummary, RateSummary, SurveyBalance, SurveyMean, SurveyShare, Vendor
from csprotocol.model import ActorKind, Event, EventKind, Ticket, TicketFacts

__all__ = ["Sample", "Shown", "presets_page", "read_sample", "shown_by"]

SAMPLE: Final = Path(__file__).parents[1] / "examples" / "kpi" / "twenty_tickets.toml"

HEAD: Final = """\
# The same twenty tickets under each preset

Built by `tools/build_docs.py` from the presets of the library and `examples/kpi/twenty_tickets.toml`; do not edit.

Two dashboards that disagree need not contain an error: each answers a question of its own. Here are twenty tickets of
{shop}, open {weekly} ({tz}), and what each preset makes of them.
Formulas and options stand in the [catalogue](kpi-catalogue.md). A preset is a set of options, and nothing more:

```python
from csprotocol import kpi
from csprotocol.model import TicketFacts

silent = TicketFacts(ticket_id="T04", status="resolved", agent_replies=0, reopens=0)
assert kpi.fcr([silent]).value == 0.0
assert kpi.fcr([silent], **kpi.preset("zendesk", "fcr")).value == 1.0  # fewer than two replies: none will do
```

"""
OUTCOME: Final = """\
## What comes out

First reply times are elapsed time, and beside it open time, by the shop's hours. **Bold** is the one that the vendor's
dashboard shows, where its pages say so. *As ours*: nothing known of the vendor differs from our default there.

"""
TICKETS: Final = """\
## The tickets

Local times. A name is that of an agent; stars are the answer to the survey.

"""
DEFAULT: Final = "Our default"

Satisfaction: TypeAlias = SurveyShare | SurveyMean | SurveyBalance

SATISFACTION: Final[Mapping[str, Callable[..., Satisfaction]]] = {
    "csat": kpi.csat,
    "csat_mean": kpi.csat_mean,
    "csat_balance": kpi.csat_balance,
}
WORDS: Final[Mapping[tuple[str, str, str], str]] = {
    ("fcr", "variant", "one_reply"): "resolved with exactly one public reply of an agent, and never reopened",
    ("fcr", "variant", "less_than_two"): "resolved with one public reply of an agent, or none",
    ("fcr", "variant", "equal_one"): "resolved with exactly one public reply of an agent, reopened or not",
    ("fcr", "variant", "equal_one_message"): (
        "resolved with exactly one public message of an agent, the one by which an agent began counted too"
    ),
    ("fcr", "variant", "zero_customer_replies"): "resolved before the customer wrote again, however often agents did",
    ("fcr", "variant", "single_close_single_agent"): "closed once, and one agent took part",
    ("first_reply", "agent_started", "from_customer"): (
        "where an agent began, from the customer's first message to the answer to it"
    ),
    ("first_reply", "agent_started", "second_reply"): (
        "where an agent began in public, from creation to the second public message of an agent"
    ),
    ("first_reply", "agent_started", "exclude"): "tickets that an agent began do not count",
    ("first_reply", "agent_started", "creation"): (
        "where an agent began, from creation to the first public message of an agent, the opening one counted"
    ),
    ("first_reply", "start", "created"): "from creation",
    ("first_reply", "start", "first_customer_message"): "from the customer's first message, not from creation",
    ("csat", "", ""): "the share of 4 and 5 among the answers",
    ("csat_mean", "", ""): "the mean of the answers",
    ("csat_balance", "", ""): "the share of 4 and 5 minus that of 1 and 2, in points",
}
"""What each choice means; a test looks for those that a preset makes and nobody explains."""


class Sample(NamedTuple):
    """The shop, its opening hours, and its tickets with the story of each."""

    shop: str
    weekly: str
    hours: BusinessHours
    tickets: tuple[Ticket, ...]
    about: Mapping[str, str]

    @property
    def facts(self) -> tuple[TicketFacts, ...]:
        """The tickets as KPIs read them."""
        return tuple(ticket.facts() for ticket in self.tickets)


@dataclass(frozen=True, slots=True)
class Shown:
    """What one preset makes of the sample."""

    name: str
    vendor: Vendor | None
    fcr: RateSummary
    elapsed: DurationSummary
    opening: DurationSummary
    satisfaction: Satisfaction

    def chosen(self, name: str) -> Mapping[str, Any]:
        """The options of the preset for one KPI; empty for our default."""
        return self.vendor.options.get(name, {}) if self.vendor else {}


def read_sample(path: Path = SAMPLE) -> Sample:
    """The tickets of a file such as ``examples/kpi/twenty_tickets.toml``."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    shop = document["shop"]
    zone = ZoneInfo(shop["tz"])
    tickets = tuple(
        Ticket(
            id=row["id"],
            channel=row["channel"],
            spam=row.get("spam", False),
            events=tuple(_event(line, zone) for line in row["events"]),
        )
        for row in document["ticket"]
    )
    hours = BusinessHours(tz=shop["tz"], weekly=shop["weekly"])
    about = {row["id"]: row["about"] for row in document["ticket"]}
    return Sample(shop["name"], shop["weekly"], hours, tickets, about)


def _event(line: Sequence[Any], zone: ZoneInfo) -> Event:
    at, kind, *rest = line
    instant = at.replace(tzinfo=zone)
    match EventKind(kind):
        case EventKind.CREATED | EventKind.MESSAGE | EventKind.NOTE:
            return Event(instant, kind, rest[0], actor=rest[1] if rest[1:] else None, public=kind != "note")
        case EventKind.STATUS:
            return Event(instant, kind, data={"to": rest[0]})
        case EventKind.MERGED:
            return Event(instant, kind, data={"into": rest[0]})
        case EventKind.SURVEY:
            return Event(instant, kind, data={"score": rest[0]} if rest else {})
        case _:
            raise ValueError(f"{kind} is not for this file")


def shown_by(sample: Sample) -> tuple[Shown, ...]:
    """What each preset makes of the sample, our default first."""
    return tuple(_shown(sample, vendor) for vendor in (None, *kpi.vendors()))


def _shown(sample: Sample, vendor: Vendor | None) -> Shown:
    options: Mapping[str, Mapping[str, Any]] = vendor.options if vendor else {}
    which = (vendor.csat if vendor else None) or "csat"
    facts, reply = sample.facts, options.get("first_reply", {})
    return Shown(
        name=vendor.name if vendor else DEFAULT,
        vendor=vendor,
        fcr=kpi.fcr(facts, **options.get("fcr", {})),
        elapsed=kpi.first_reply(facts, **reply),
        opening=kpi.first_reply(facts, within=BusinessCalendar(sample.hours), **reply),
        satisfaction=SATISFACTION[which](kpi.survey_answers(facts, "csat"), **options.get(which, {})),
    )


def presets_page() -> str:
    """The whole page."""
    sample = read_sample()
    shown = shown_by(sample)
    parts = [
        HEAD.format(shop=sample.shop, weekly=sample.weekly, tz=sample.hours.tz),
        f"{OUTCOME}{_outcome(shown)}\n",
        f"## What each one chooses\n\n{''.join(_choices(sample, each, shown[0]) for each in shown)}",
        f"## Ticket by ticket\n\n{_resolution(sample, shown)}\n{_replies(sample, shown)}\n{_stars(sample)}\n",
        f"### What no preset counts\n\n{_nobody(sample, shown)}\n",
        f"{TICKETS}{_told(sample)}",
    ]
    return "".join(parts)


def _outcome(shown: Iterable[Shown]) -> str:
    head = (
        "",
        "First contact resolution",
        "First reply",
        "Median",
        "Mean",
        "Median, open",
        "Mean, open",
        "Satisfaction",
    )
    return _table([head, *(_row(each) for each in shown)])


def _row(each: Shown) -> tuple[str, ...]:
    vendor = each.vendor
    times = [
        _bold(_time(getattr(summary, statistic)), strong=_is_shown(vendor, clock, statistic))
        for clock, summary in ((Clock.ELAPSED, each.elapsed), (Clock.OPEN, each.opening))
        for statistic in ("median", "mean")
    ]
    own = vendor is None or "fcr" in vendor.options
    replied = vendor is None or "first_reply" in vendor.options
    return (
        f"[{each.name}](#{_anchor(each.name)})",
        str(each.fcr.ratio) + ("" if own else ", *as ours*"),
        f"{each.elapsed.n} tickets" + ("" if replied else ", *as ours*"),
        *times,
        _score(each.satisfaction) + ("" if vendor is None or vendor.csat else ", *as ours*"),
    )


def _is_shown(vendor: Vendor | None, clock: Clock, statistic: str) -> bool:
    return vendor is not None and vendor.clock in {clock, Clock.BOTH} and vendor.statistic == statistic


def _score(found: Satisfaction) -> str:
    match found:
        case SurveyShare():
            return str(found.ratio)
        case SurveyMean():
            return f"{found.value:.2f} of {found.n} on {found.scale[0]} to {found.scale[1]}"
        case SurveyBalance():
            return f"{found.value:+.1f} points ({found.satisfied} minus {found.dissatisfied}, of {found.n})"


def _choices(sample: Sample, each: Shown, default: Shown) -> str:
    vendor = each.vendor
    csat = vendor.csat if vendor else "csat"
    lines = [
        f"- First contact resolution: {_words('fcr', each.fcr.options, each.chosen('fcr'), vendor)}",
        f"- First reply: {_words('first_reply', each.elapsed.options, each.chosen('first_reply'), vendor)}",
        f"- Satisfaction: {WORDS[csat, '', ''] if csat else 'as ours'}",
    ]
    if vendor:
        lines += [f"- Shows: {_dashboard(vendor)}"] if vendor.clock or vendor.statistic else []
        lines += [f"- Beside ours: {told}" for told in _against(sample, each, default)]
        lines += [f"- {note}" for note in vendor.notes]
        lines.append(f"- Source: {vendor.source}, as of {vendor.as_of}")
    code = f"`kpi.preset({vendor.id!r}, ...)`\n\n" if vendor else ""
    return f"### {each.name}\n\n{code}" + "\n".join(lines) + "\n\n"


def _words(name: str, options: Mapping[str, str], chosen: Mapping[str, Any], vendor: Vendor | None) -> str:
    """What was chosen; of our default everything that somebody else chooses otherwise."""
    told = [
        WORDS[name, option, value]
        for option, value in options.items()
        if (name, option, value) in WORDS and (vendor is None or option in chosen)
    ]
    return "; ".join(told) or "as ours"


def _dashboard(vendor: Vendor) -> str:
    clocks = {Clock.ELAPSED: "elapsed time", Clock.OPEN: "opening hours", Clock.BOTH: "elapsed time and opening hours"}
    told = [f"the {vendor.statistic} of the first reply time" if vendor.statistic else "the first reply time"]
    return " ".join([*told, *([f"in {clocks[vendor.clock]}"] if vendor.clock else [])])


def _against(sample: Sample, each: Shown, default: Shown) -> list[str]:
    """The numbers that moved, and the tickets that moved them."""
    found = []
    if each.fcr.ratio != default.fcr.ratio:
        moved = _moved(_met(sample, default), _met(sample, each))
        found.append(f"first contact resolution {each.fcr.ratio} and not {default.fcr.ratio}: {moved}")
    if each.elapsed.values != default.elapsed.values:
        mean = f"a mean of {_time(each.elapsed.mean)} over {each.elapsed.n} tickets"
        told = f"first replies have {mean}, and not of {_time(default.elapsed.mean)} over {default.elapsed.n}"
        found.append(f"{told}: {_moved(_waits(sample, default), _waits(sample, each))}")
    return found


def _met(sample: Sample, shown: Shown) -> dict[str, float | None]:
    """The tickets that count as resolved at the first contact."""
    rates = {facts.ticket_id: kpi.fcr([facts], **shown.chosen("fcr")).value for facts in sample.facts}
    return {ticket: value for ticket, value in rates.items() if value}


def _waits(sample: Sample, shown: Shown) -> dict[str, timedelta | None]:
    """The tickets that have a first reply time, and what it is."""
    waits = {each.ticket_id: kpi.first_reply([each], **shown.chosen("first_reply")).median for each in sample.facts}
    return {ticket: wait for ticket, wait in waits.items() if wait is not None}


def _moved(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    changed = [ticket for ticket in before if ticket in after and after[ticket] != before[ticket]]
    told = {
        "also": [ticket for ticket in after if ticket not in before],
        "without": [ticket for ticket in before if ticket not in after],
        "otherwise": changed,
    }
    return ", ".join(f"{word} {' '.join(tickets)}" for word, tickets in told.items() if tickets)


def _resolution(sample: Sample, shown: Iterable[Shown]) -> str:
    """The resolved tickets on which the variants disagree, with the facts that decide."""
    by_variant: dict[str, list[str]] = {}
    for each in shown:
        by_variant.setdefault(each.fcr.options["variant"], []).append(each.name)
    rows = []
    for facts in sample.facts:
        answers = [_yes_or_no(kpi.fcr([facts], variant=variant)) for variant in by_variant]
        if len(set(answers)) > 1:
            rows.append((facts.ticket_id, ", ".join(_decisive(facts)), *answers))
    head = ("Ticket", "What decides", *(f"`{variant}`" for variant in by_variant))
    used = "".join(f"- `{variant}`: {', '.join(names)}\n" for variant, names in by_variant.items())
    same = f"The presets agree on the other {len(sample.tickets) - len(rows)} tickets. Who counts how:\n\n{used}"
    return f"### Resolved at first contact?\n\n{_table([head, *rows])}\n{same}"


def _decisive(facts: TicketFacts) -> Iterator[str]:
    """What is not as in the plainest ticket: one question, one answer, one agent, closed once."""
    if facts.agent_replies != 1:
        yield f"{facts.agent_replies or 'no'} replies of agents"
    if facts.agent_started:
        yield "an agent began"
    if facts.customer_replies:
        yield "the customer wrote again"
    if facts.reopens:
        yield "reopened"
    if facts.agents and facts.agents > 1:
        yield f"{facts.agents} agents"


def _yes_or_no(found: RateSummary) -> str:
    return "–" if not found.n else "**yes**" if found.value else "no"


def _replies(sample: Sample, shown: Iterable[Shown]) -> str:
    """The tickets that have another first reply time, or none, under some preset."""
    by_options: dict[tuple[tuple[str, Any], ...], list[str]] = {}
    for each in shown:
        by_options.setdefault(tuple(sorted(each.chosen("first_reply").items())), []).append(each.name)
    rows = []
    for facts in sample.facts:
        times = [_reply(kpi.first_reply([facts], **dict(options))) for options in by_options]
        if len(set(times)) > 1:
            rows.append((facts.ticket_id, sample.about[facts.ticket_id], *times))
    head = ("Ticket", "", *(", ".join(names) for names in by_options.values()))
    return f"### How long to the first reply, in elapsed time?\n\n{_table([head, *rows])}"


def _reply(found: DurationSummary) -> str:
    return _time(found.median) if found.n else " ".join(f"– ({reason})" for reason in (*found.missing, *found.rejected))


def _stars(sample: Sample) -> str:
    """What each number of stars is worth to each way of counting satisfaction."""
    rows = []
    for stars in (5, 4, 3, 2, 1):
        named = ", ".join(facts.ticket_id for facts in sample.facts if facts.csat == stars)
        balance = kpi.csat_balance([stars])
        share = "satisfied" if kpi.csat([stars]).value else "not satisfied"
        rows.append((str(stars), named, share, str(stars), str(balance.satisfied - balance.dissatisfied)))
    silent = ", ".join(facts.ticket_id for facts in sample.facts if facts.surveyed and facts.csat is None)
    users = {name: [DEFAULT] if name == "csat" else [] for name in SATISFACTION}
    for vendor in kpi.vendors():
        if vendor.csat:
            users[vendor.csat].append(vendor.name)
    used = "".join(f"- {WORDS[name, '', '']} (`{name}`): {', '.join(who)}\n" for name, who in users.items())
    told = f"Asked and silent, in no denominator: {silent}. Who counts how:\n\n{used}"
    return f"### How satisfied?\n\n{_table([('Stars', 'Tickets', 'Share', 'Mean', 'Balance'), *rows])}\n{told}"


def _nobody(sample: Sample, shown: Iterable[Shown]) -> str:
    """The tickets that no preset counts, by KPI."""
    rows = []
    presets = tuple(shown)
    for facts in sample.facts:
        rates = [kpi.fcr([facts], **each.chosen("fcr")) for each in presets]
        waits = [kpi.first_reply([facts], **each.chosen("first_reply")) for each in presets]
        told = [
            ", ".join(sorted({reason for one in found for reason in one.missing}))
            if not any(o.n for o in found)
            else ""
            for found in (rates, waits)
        ]
        if any(told):
            rows.append((facts.ticket_id, sample.about[facts.ticket_id], *told))
    return _table([("Ticket", "", "Resolved at first contact", "First reply"), *rows])


def _told(sample: Sample) -> str:
    rows = [
        (ticket.id, str(ticket.channel), sample.about[ticket.id], _story(ticket.events, ZoneInfo(sample.hours.tz)))
        for ticket in sample.tickets
    ]
    return _table([("Ticket", "Channel", "", "What happened"), *rows])


def _story(events: Iterable[Event], zone: ZoneInfo) -> str:
    """``Mon 2 Mar: 09:00 customer, 10:30 ana``; a day a part."""
    days: dict[str, list[str]] = {}
    for event in events:
        at = event.at.astimezone(zone)
        days.setdefault(f"{at:%a} {at.day} {at:%b}", []).append(_happened(event, at))
    return "; ".join(f"{day}: {', '.join(told)}" for day, told in days.items())


def _happened(event: Event, at: datetime) -> str:
    who = event.actor or ("agent" if event.by is ActorKind.AGENT else str(event.by))
    match event.kind:
        case EventKind.CREATED:
            what = f"opened by {who}"
        case EventKind.NOTE:
            what = f"private note of {who}"
        case EventKind.STATUS:
            what = str(event.data["to"]).replace("_", " ")
        case EventKind.MERGED:
            what = f"merged into {event.data['into']}"
        case EventKind.SURVEY:
            score = event.data.get("score")
            what = "★" * int(str(score)) if score else "survey, no answer"
        case _:
            what = who
    return f"{at:%H:%M} {what}"


def _time(took: timedelta | None) -> str:
    """``26 h 30 min``; what is shorter than a minute in seconds, the rest to the second."""
    if took is None:
        return "–"
    minutes, seconds = divmod(round(took.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (seconds, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")


def _bold(text: str, *, strong: bool) -> str:
    return f"**{text}**" if strong else text


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    head, *body = rows
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *body))
