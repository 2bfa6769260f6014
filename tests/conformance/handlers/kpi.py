"""KPI cases: each is put into tickets, ratings or counts and asked of the public API."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from csprotocol import kpi
from csprotocol.calendar import BusinessCalendar, BusinessHours, CalendarHistory
from csprotocol.calendar.forms import zendesk
from csprotocol.errors import CsprotocolError
from csprotocol.model import ActorKind, Event, EventKind, Money, StatusCategory, Ticket, TicketFacts
from tests.conformance._handler import Exactly, UnknownCaseError, refuse_unknown_keys

__all__ = ["answer", "error_name"]

Input = Mapping[str, Any]

_CASE_KEYS = ("id", "kpi", "input", "expected", "source", "basis", "tol", "note")


def answer(case: Mapping[str, Any]) -> object:
    """What the library says, in the shape of the case's ``expected``."""
    refuse_unknown_keys(str(case.get("id")), case, _CASE_KEYS)
    operation = case["kpi"]
    try:
        answered_by, known = _OPERATIONS[operation]
    except KeyError:
        raise UnknownCaseError(f"{case['id']}: unknown operation {operation}") from None
    refuse_unknown_keys(f"{case['id']} input", case["input"], known)
    found = answered_by(case["input"])
    if isinstance(found, _Shapes):
        return found.mapping if isinstance(case["expected"], Mapping) else found.value
    return found


def error_name(error: CsprotocolError) -> str:
    """The case files write codes with underscores."""
    return error.code.replace("-", "_")


class _Shapes:
    """An answer that cases ask for either as one value or with what it rests on."""

    def __init__(self, value: object, **rest: object) -> None:
        self.value = value
        self.mapping = {"value": value, **rest}


# Times and actors


def _at(text: str) -> datetime:
    """An instant; a bare date is its midnight, and what names no zone is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _seconds(found: timedelta | None) -> float | None:
    return None if found is None else found.total_seconds()


# By the word in small letters, with `_` for spaces and hyphens.
_ACTORS = {
    "admin": ActorKind.AGENT,
    "agent": ActorKind.AGENT,
    "customer": ActorKind.CUSTOMER,
    "end_user": ActorKind.CUSTOMER,
    "requester": ActorKind.CUSTOMER,
    "bot": ActorKind.BOT,
    "rule": ActorKind.BOT,
    "auto": ActorKind.BOT,
    "system": ActorKind.SYSTEM,
}
_STATUSES = {
    "hold": StatusCategory.WAITING_THIRD_PARTY,
    "on_hold": StatusCategory.WAITING_THIRD_PARTY,
    "pending": StatusCategory.WAITING_CUSTOMER,
    "solved": StatusCategory.RESOLVED,
} | {str(category): category for category in StatusCategory}


def _word(where: str, word: object, words: Mapping[str, Any]) -> Any:
    try:
        return words[str(word).strip().casefold().replace("-", "_").replace(" ", "_")]
    except KeyError:
        raise UnknownCaseError(f"{where}: unknown word {word}") from None


_CALENDAR_KEYS = ("tz", "hours", "holidays")


def _calendar(given: Input) -> BusinessCalendar:
    """Hours as text, or by weekday as text or as pairs; holidays as dates."""
    weekly, holidays = given["hours"], given.get("holidays") or ()
    if isinstance(weekly, Mapping) and all(isinstance(hours, str) for hours in weekly.values()):
        weekly = "; ".join(f"{day} {hours}" for day, hours in weekly.items())
    if not isinstance(weekly, str | Mapping):
        raise UnknownCaseError("hours: neither a text nor a mapping of weekdays")
    if isinstance(holidays, str | Mapping):
        raise UnknownCaseError("holidays: no list of dates")
    days = {date.fromisoformat(day): () for day in holidays}
    return BusinessCalendar(BusinessHours(tz=given.get("tz", "UTC"), weekly=weekly, special=days))


# Tickets

_VENDORS = (
    "dbt_zendesk",
    "freshdesk",
    "freshservice",
    "gorgias",
    "helpscout",
    "intercom",
    "plain",
    "redo",
    "zendesk",
)
_FIRST_REPLY: dict[str, Mapping[str, Any]] = {
    "default": {},
    "canonical": {},
    "dbt": kpi.preset("dbt_zendesk", "first_reply"),
    "second_reply": {"agent_started": kpi.AgentStarted.SECOND_REPLY},
    "exclude": {"agent_started": kpi.AgentStarted.EXCLUDE},
    "creation": {"agent_started": kpi.AgentStarted.CREATION},
    "from_customer": {"agent_started": kpi.AgentStarted.FROM_CUSTOMER},
    "include_auto_replies": {"auto_replies": kpi.Counting.INCLUDE},
    "first_customer_message": {"start": kpi.Start.FIRST_CUSTOMER_MESSAGE},
    "include": {"auto_replies": kpi.Counting.INCLUDE},
} | {vendor: kpi.preset(vendor, "first_reply") for vendor in _VENDORS}


def _first_reply_seconds(given: Input) -> object:
    created = Event(
        _at(given["created"]),
        EventKind.CREATED,
        _word("created_by", given.get("created_by", "customer"), _ACTORS),
    )
    comments = []
    for comment in given["comments"]:
        refuse_unknown_keys("comment", comment, ("by", "public", "at"))
        comments.append(
            Event(
                _at(comment["at"]),
                EventKind.MESSAGE,
                _word("by", comment["by"], _ACTORS),
                actor=comment["by"],
                public=comment.get("public", True),
            )
        )
    ticket = Ticket(id="1", events=(created, *comments))
    options = _word("variant", given.get("variant", "default"), _FIRST_REPLY)
    within = _calendar(given) if "hours" in given else None
    return _seconds(kpi.first_reply_of(ticket.facts(), within=within, **options).strict())


def _resolution_seconds(given: Input) -> object:
    """The case says when it was solved, not when it was reopened: a row, not a journal."""
    closed = given.get("closed") or []
    closed = [closed] if isinstance(closed, str) else closed
    solved = given.get("solved")
    solved = [solved] if isinstance(solved, str) else solved or []
    ended = StatusCategory.CLOSED if closed else StatusCategory.RESOLVED if solved else StatusCategory.OPEN
    row = TicketFacts(
        ticket_id="1",
        created_at=_at(given["created"]),
        solved_at=tuple(map(_at, solved)),
        closed_at=_at(closed[-1]) if closed else None,
        status=_word("status", given["status"], _STATUSES) if "status" in given else ended,
    )
    within = _calendar(given) if "hours" in given else None
    return {
        str(which): _seconds(kpi.resolution_of(row, which=which, within=within).strict()) for which in kpi.Resolution
    }


def _resolution_minutes(given: Input) -> object:
    seconds = _resolution_seconds(given)
    assert isinstance(seconds, dict)
    full = seconds["full"]
    return {"elapsed_minutes": None if full is None else full / 60}


def _business_minutes(given: Input) -> object:
    start, end = _at(given["start"]), _at(given["end"])
    hours = _history(given) if "schedules" in given else _calendar(given)
    return hours.between(start, end) / timedelta(minutes=1)


_SCHEDULE_RULES: dict[str, Literal["piecewise", "latest"]] = {
    "all_schedules": "piecewise",
    "last_schedule": "latest",
}


def _history(given: Input) -> CalendarHistory:
    entries = []
    until = None
    for schedule in given["schedules"]:
        refuse_unknown_keys("schedule", schedule, ("from", "to", "minutes_of_week_utc"))
        if until not in {None, schedule["from"]}:
            raise UnknownCaseError("schedules: they do not follow each other without a gap")
        until = schedule.get("to")
        hours = zendesk.business_hours(map(tuple, schedule["minutes_of_week_utc"]), "UTC")
        entries.append((_at(schedule["from"]), BusinessCalendar(hours)))
    return CalendarHistory(entries, _word("variant", given.get("variant", "all_schedules"), _SCHEDULE_RULES))


def _one_touch(given: Input) -> object:
    """A ticket that a customer began, with so many public agent replies."""
    start = datetime(2025, 3, 3, 10, tzinfo=UTC)
    replies = range(1, given["agent_replies"] + 1)
    status = _word("status", given["status"], _STATUSES)
    events = [
        Event(start, EventKind.CREATED, ActorKind.CUSTOMER),
        *(Event(start + timedelta(hours=i), EventKind.MESSAGE, ActorKind.AGENT, actor="ana") for i in replies),
        Event(start + timedelta(days=30), EventKind.STATUS, data={"to": status}),
    ]
    facts = [Ticket(id="1", events=tuple(events)).facts()]
    return {
        name: kpi.fcr(facts, variant=variant).ratio.numerator == 1
        for name, variant in {
            "zendesk_lt2": kpi.FcrVariant.LESS_THAN_TWO,
            "zendesk_eq1": kpi.FcrVariant.EQUAL_ONE,
            "dbt_eq1": kpi.FcrVariant.EQUAL_ONE_MESSAGE,
        }.items()
    }


_FCR = (
    {vendor: kpi.FcrVariant(kpi.preset(vendor, "fcr").get("variant", "one_reply")) for vendor in _VENDORS}
    | {
        "default": kpi.FcrVariant.ONE_REPLY,
        "canonical": kpi.FcrVariant.ONE_REPLY,
        "one_touch_eq1": kpi.FcrVariant.EQUAL_ONE,
        "one_touch_lt2": kpi.FcrVariant.LESS_THAN_TWO,
        "eq1": kpi.FcrVariant.EQUAL_ONE,
        "lt2": kpi.FcrVariant.LESS_THAN_TWO,
        "zendesk": kpi.FcrVariant.LESS_THAN_TWO,
        "zoho": kpi.FcrVariant.EQUAL_ONE,
        "dbt": kpi.FcrVariant.EQUAL_ONE_MESSAGE,
        "dbt_zendesk": kpi.FcrVariant.EQUAL_ONE_MESSAGE,
        "freshservice": kpi.FcrVariant.ZERO_CUSTOMER_REPLIES,
        "intercom": kpi.FcrVariant.SINGLE_CLOSE_SINGLE_AGENT,
        "intercom_first_contact": kpi.FcrVariant.SINGLE_CLOSE_SINGLE_AGENT,
    }
    | {str(variant): variant for variant in kpi.FcrVariant}
)


def _fcr(given: Input) -> object:
    name = given.get("variant", "canonical")
    if name in {"no_repeat_contact", "no_repeat"}:
        contacts = [(customer, _at(at), *topic) for customer, at, *topic in given["contacts"]]
        as_of = _at(given["as_of"]) if "as_of" in given else None
        window = timedelta(days=given.get("window_days", 7))
        return kpi.fcr_no_repeat(contacts, window=window, as_of=as_of).value
    columns = {
        "closes": "closes",
        "teammates": "agents",
        "agent_replies": "agent_replies",
        "customer_replies": "customer_replies",
        "reopens": "reopens",
    }
    rows = []
    for i, row in enumerate(given["resolved"] if "resolved" in given else given["conversations"]):
        refuse_unknown_keys("resolved", row, columns)
        counts = {columns[key]: count for key, count in row.items()}
        counts.setdefault("agent_messages", counts.get("agent_replies"))
        counts.setdefault("reopens", max(0, counts.get("closes", 1) - 1))
        rows.append(TicketFacts(ticket_id=str(i), status=StatusCategory.RESOLVED, **counts))
    return kpi.fcr(rows, variant=_word("variant", name, _FCR)).value


def _reopens(given: Input) -> object:
    start = datetime(2025, 3, 3, 10, tzinfo=UTC)
    events = [Event(start, EventKind.CREATED, ActorKind.CUSTOMER)]
    for i in range(given["times_solved"]):
        for hours, status in ((2 * i, StatusCategory.OPEN), (2 * i + 1, StatusCategory.RESOLVED)):
            events.append(Event(start + timedelta(hours=hours), EventKind.STATUS, data={"to": status}))
    return Ticket(id="1", events=tuple(events)).facts().reopens


def _reopen_rate(given: Input) -> object:
    rows = []
    for i, row in enumerate(given["tickets"]):
        refuse_unknown_keys("tickets", row, ("times_solved", "reopens"))
        solved = tuple(datetime(2025, 3, 3, hour, tzinfo=UTC) for hour in range(row["times_solved"]))
        reopens = row.get("reopens", max(0, row["times_solved"] - 1))
        rows.append(TicketFacts(ticket_id=str(i), solved_at=solved, reopens=reopens))
    counting = {"tickets": "tickets", "events": "events"}
    return kpi.reopen_rate(rows, counting=_word("variant", given.get("variant", "tickets"), counting)).value


def _backlog(given: Input) -> object:
    rows = [
        TicketFacts(
            ticket_id=str(i),
            created_at=_at(created),
            solved_at=(_at(solved),) if solved else (),
            status=StatusCategory.RESOLVED if solved else StatusCategory.OPEN,
        )
        for i, (created, solved) in enumerate(zip(given["created"], given["solved"], strict=True))
    ]
    return kpi.backlog(rows, _at(given["at"])).value


def _unreplied(given: Input) -> object:
    rows = [TicketFacts(ticket_id=str(i), agent_replies=count) for i, count in enumerate(given["agent_replies"])]
    return int(kpi.unreplied(rows).ratio.numerator)


def _tickets_per_day(given: Input) -> object:
    days = kpi.tickets_per_day(map(_at, given["created"]), given.get("tz", "UTC"))
    return Exactly({day.isoformat(): count for day, count in days.items()})


# Surveys


def _csat(given: Input) -> object:
    variant = given.get("variant", "top2")
    if "ratings" in given:
        if variant not in {"zendesk", "good_bad", "top2"}:
            raise UnknownCaseError(f"variant: unknown word {variant}")
        return _share(kpi.csat_good_bad(given["ratings"]))
    low, high = given.get("scale", (1, 5))
    if variant in {"mean", "mean_rescaled_0_100", "rescaled"}:
        ratings = kpi.csat_mean(given["scores"], scale=(low, high))
        value = ratings.value if variant == "mean" else ratings.rescaled
        return _Shapes(value, n=ratings.n, response_rate=ratings.response_rate.value)
    boxes = re.fullmatch(r"top(\d+)(_box)?", variant)
    if boxes is None and variant != "threshold":
        raise UnknownCaseError(f"variant: unknown word {variant}")
    limit = given.get("threshold", high + 1 - int(boxes[1]) if boxes else None)
    return _share(kpi.csat(given["scores"], scale=(low, high), satisfied_from=limit))


def _share(answers: kpi.SurveyShare) -> _Shapes:
    return _Shapes(answers.value, n=answers.n, response_rate=answers.response_rate.value)


def _ces(given: Input) -> object:
    low, high = given.get("scale", (1, 7))
    variant = given.get("variant", "mean")
    if variant == "mean":
        mean = kpi.ces(given["scores"], scale=(low, high))
        return _Shapes(mean.value, n=mean.n, response_rate=mean.response_rate.value)
    boxes = re.fullmatch(r"top(\d+)(_box)?", variant)
    if boxes is None:
        raise UnknownCaseError(f"variant: unknown word {variant}")
    return _share(kpi.ces_share(given["scores"], scale=(low, high), easy_from=high + 1 - int(boxes[1])))


def _nps(given: Input) -> object:
    if "scores" in given:
        score = kpi.nps(given["scores"])
    else:
        groups = ("promoters", "passives", "detractors", "unanswered")
        score = kpi.NetPromoterScore(**{group: given.get(group, 0) for group in groups})
    return _Shapes(
        score.value,
        nps=score.value,
        se=score.standard_error,
        n=score.n,
        response_rate=score.response_rate.value,
        promoters=score.promoters,
        passives=score.passives,
        detractors=score.detractors,
        unanswered=score.unanswered,
    )


def _automation_rate(given: Input) -> object:
    parts = {key: given[key] for key in ("handed_over", "spam") if key in given}
    return kpi.automation_rate(given["automated"], given["total_interactions"], **parts).value


def _nps_round(given: Input) -> object:
    return {str(how): kpi.round_points(given["nps"], how=how) for how in kpi.Rounding}


# Numbers


def _percentile(given: Input) -> object:
    methods = {str(method): method for method in kpi.PercentileMethod}
    methods |= {f"type_{method.r_type}": method for method in kpi.PercentileMethod if method.r_type}
    found = {name: kpi.percentile(given["x"], given["q"], method=method) for name, method in methods.items()}
    chosen = _word("method", given.get("method", "linear"), {name: name for name in methods})
    return _Shapes(found[chosen], **found)


def _median_vs_mean(given: Input) -> object:
    return {"median": kpi.median(given["x"]), "mean": kpi.mean(given["x"])}


def _weighted_rate(given: Input) -> object:
    rates = [kpi.Ratio(part, whole) for part, whole in given["groups"]]
    valued = [rate.value for rate in rates if rate.value is not None]
    return {"correct": kpi.Ratio.sum(rates).value, "mean_of_rates_trap": kpi.mean(valued)}


def _hit_rate(given: Input) -> object:
    rates = {
        "seed": kpi.hit_rate,
        "hit_rate": kpi.hit_rate,
        "inverse": kpi.support_contact_rate,
        "support_contact_rate": kpi.support_contact_rate,
    }
    rate: Callable[[int, int], kpi.Ratio] = _word("variant", given.get("variant", "seed"), rates)
    return rate(given["sales"], given["help_requests"]).value


def _support_contact_rate(given: Input) -> object:
    return kpi.support_contact_rate(given["sales"], given["help_requests"]).value


def _aht(given: Input) -> object:
    parts = {name: timedelta(seconds=given.get(name, 0)) for name in ("talk", "hold", "wrap")}
    return _seconds(kpi.aht(handled=given["calls"], **parts))


def _asa(given: Input) -> object:
    """Waits that were abandoned are in the case to be left out."""
    return _seconds(kpi.asa(timedelta(seconds=wait) for wait in given["waits_answered"]).mean)


def _abandonment(given: Input) -> object:
    abandoned, offered = given["abandoned"], given["offered"]
    return {
        "plain": kpi.abandonment(abandoned, offered).value,
        "excluding_short": kpi.abandonment(abandoned, offered, short=given.get("short", 0)).value,
    }


def _service_level(given: Input) -> object:
    level = kpi.service_level(**given)
    return {
        "of_offered": level.of_offered.value,
        "of_answered": level.of_answered.value,
        "excl_short_abandons": level.without_short_abandons.value,
    }


def _sla_attainment(given: Input) -> object:
    promises = kpi.sla_attainment(**given)
    return {"completed": promises.completed.value, "all": promises.all.value}


def _cost_per_contact(given: Input) -> object:
    # The case's JSON number stands for the decimal it shows.
    cost = Money.of(Decimal(str(given["cost"])), given.get("currency", "EUR"))
    found = kpi.cost_per_contact(cost, given["contacts"]).exact
    return None if found is None else float(found)


def _refund_rate(given: Input) -> object:
    refunded, net_sales = (Money.of(Decimal(str(given[key])), "EUR") for key in ("refunded", "net_sales"))
    return kpi.refund_rate(refunded, net_sales).value


# Statistics


def _level(given: Input) -> float:
    return float(given.get("confidence", kpi.CONFIDENCE))


def _ends(found: kpi.Interval[float] | None) -> object:
    return None if found is None else [found.low, found.high]


def _interval_of_rate(method: kpi.RateMethod) -> Callable[[Input], object]:
    def answered(given: Input) -> object:
        rate = kpi.Ratio(given["x"], given["n"])
        return _ends(kpi.rate_interval(rate, confidence=_level(given), method=method))

    return answered


def _two_rates(given: Input) -> tuple[kpi.Ratio, kpi.Ratio]:
    return kpi.Ratio(given["x1"], given["n1"]), kpi.Ratio(given["x2"], given["n2"])


def _newcombe(given: Input) -> object:
    return _ends(kpi.difference_interval(*_two_rates(given), confidence=_level(given)))


def _ztest(given: Input) -> object:
    found = kpi.rate_test(*_two_rates(given))
    return None if found.z is None else {"z": found.z, "p": found.p}


def _nps_interval(given: Input) -> object:
    if "scores" in given:
        score = kpi.nps(given["scores"])
    else:
        score = kpi.NetPromoterScore(*(given.get(group, 0) for group in ("promoters", "passives", "detractors")))
    return _ends(score.interval(confidence=_level(given)))


def _interval_of_median(given: Input) -> object:
    """Ranks of so many values, or with the values themselves also their interval."""
    share = given.get("q", 0.5)
    if "x" in given:
        found = kpi.quantile_interval(given["x"], share, confidence=_level(given))
        ranks, interval, value = found.ranks, _ends(found.interval), found.value
    else:
        ranks = kpi.interval_ranks(given["n"], q=share, confidence=_level(given))
        interval = value = None
    if ranks is None:
        return _Shapes(None, ranks=None, coverage=None, interval=None, median=value)
    shown = {"ranks": [ranks.low, ranks.high], "coverage": ranks.coverage, "interval": interval, "median": value}
    return _Shapes(interval, **shown)


def _survival(given: Input) -> kpi.Survival[float]:
    band = _word("band", given.get("band", "log_log"), {str(band): band for band in kpi.SurvivalBand})
    return kpi.kaplan_meier(given["t"], map(bool, given["event"]), confidence=_level(given), band=band)


def _kaplan_meier(given: Input) -> object:
    """By time, as it is written in the case, the share still open."""
    found = _survival(given)
    times = {f"{took:g}": took for took in [0, *given["t"]] if took is not None}
    return {name: found.open_share(took) for name, took in times.items()} | {
        "median": found.median,
        "median_interval": list(found.median_ends),
        "n": found.n,
    }


def _resolution_median_with_open(given: Input) -> object:
    ended = [took for took, flag in zip(given["t"], given["event"], strict=True) if flag]
    return {"km_median": _survival(given).median, "naive_solved_only": kpi.median(ended)}


def _xmr(given: Input) -> object:
    rules = given.get("rules", "basic")
    chart = kpi.xmr(given["x"], baseline=given.get("baseline"), lowest=given.get("lowest"), rules=rules)
    return {
        "mean": chart.centre,
        "mr_bar": chart.mr_bar,
        "lcl": chart.lower,
        "ucl": chart.upper,
        "url": chart.range_limit,
        **_signalled(chart.signals),
    }


def _p_chart(given: Input) -> object:
    """The limits of a share and a count; or of a row of parts and wholes, one pair each."""
    if "p" in given:
        limits = kpi.p_limits(given["p"], given["n"])
        return None if limits is None else _Shapes(list(limits), lcl=limits[0], ucl=limits[1])
    rates = [kpi.Ratio(part, whole) for part, whole in zip(given["x"], given["n"], strict=True)]
    chart = kpi.p_chart(rates, baseline=given.get("baseline"), rules=given.get("rules", "basic"))
    limits_of = [None if point.lower is None else [point.lower, point.upper] for point in chart.points]
    return _Shapes(limits_of, mean=chart.centre, limits=limits_of, **_signalled(chart.signals))


def _signalled(signals: Sequence[kpi.Signal]) -> dict[str, object]:
    return {
        "signals": [[str(signal.rule), signal.first, signal.last] for signal in signals],
        "outside": [signal.last for signal in signals if signal.rule is kpi.RunRule.BEYOND_LIMITS],
    }


def _counts_of(rate: Callable[..., kpi.Ratio], *keys: str) -> tuple[Callable[[Input], object], Sequence[str]]:
    """A rate of two counts: the case's keys are handed on in this order."""
    return lambda given: rate(*(given[key] for key in keys)).value, keys


_OPERATIONS: dict[str, tuple[Callable[[Input], object], Sequence[str]]] = {
    "abandonment": (_abandonment, ("offered", "abandoned", "short")),
    "aht": (_aht, ("talk", "hold", "wrap", "calls")),
    "asa": (_asa, ("waits_answered", "waits_abandoned")),
    "automation_rate": (_automation_rate, ("automated", "total_interactions", "handed_over", "spam")),
    "backlog": (_backlog, ("created", "solved", "at")),
    "business_minutes": (_business_minutes, ("start", "end", "schedules", "variant", *_CALENDAR_KEYS)),
    "ces": (_ces, ("scores", "scale", "variant")),
    "contact_rate": _counts_of(kpi.contact_rate, "contacts", "orders"),
    "cost_per_contact": (_cost_per_contact, ("cost", "contacts", "currency")),
    "csat": (_csat, ("ratings", "scores", "scale", "variant", "threshold")),
    "deflection_rate": _counts_of(kpi.deflection, "self_served", "contacts"),
    "fcr": (_fcr, ("variant", "resolved", "conversations", "contacts", "window_days", "as_of")),
    "first_reply_seconds": (
        _first_reply_seconds,
        ("created", "created_by", "comments", "variant", *_CALENDAR_KEYS),
    ),
    "kaplan_meier": (_kaplan_meier, ("t", "event", "confidence", "band")),
    "median_interval_order_stat": (_interval_of_median, ("n", "x", "q", "confidence")),
    "nps_interval_adjusted_wald": (
        _nps_interval,
        ("scores", "promoters", "passives", "detractors", "confidence"),
    ),
    "p_chart": (_p_chart, ("p", "n", "x", "baseline", "rules")),
    "proportion_difference_newcombe": (_newcombe, ("x1", "n1", "x2", "n2", "confidence")),
    "proportion_ztest": (_ztest, ("x1", "n1", "x2", "n2")),
    "resolution_median_with_open": (_resolution_median_with_open, ("t", "event")),
    "xmr": (_xmr, ("x", "baseline", "lowest", "rules")),
    "hit_rate": (_hit_rate, ("sales", "help_requests", "variant")),
    "median_vs_mean": (_median_vs_mean, ("x",)),
    "nps": (_nps, ("scores", "promoters", "passives", "detractors", "unanswered")),
    "nps_round": (_nps_round, ("nps",)),
    "one_touch": (_one_touch, ("status", "agent_replies")),
    "percentile": (_percentile, ("x", "q", "method")),
    "refund_rate": (_refund_rate, ("refunded", "net_sales")),
    "reopen_rate": (_reopen_rate, ("tickets", "variant")),
    "reopens": (_reopens, ("times_solved",)),
    "resolution_minutes_trap": (_resolution_minutes, ("created", "solved")),
    "resolution_seconds": (_resolution_seconds, ("created", "solved", "closed", "status", *_CALENDAR_KEYS)),
    "return_rate": _counts_of(kpi.return_rate, "units_returned", "units_sold"),
    "self_service_score": _counts_of(kpi.self_service_score, "help_center_users", "ticket_users"),
    "service_level": (_service_level, ("answered_within", "answered", "abandoned_within", "abandoned")),
    "sla_attainment": (_sla_attainment, ("met", "missed", "running", "overdue")),
    "support_contact_rate": (_support_contact_rate, ("sales", "help_requests")),
    "tickets_per_day": (_tickets_per_day, ("created", "tz")),
    "unreplied": (_unreplied, ("agent_replies",)),
    "weighted_rate": (_weighted_rate, ("groups",)),
} | {
    f"proportion_interval_{method}": (_interval_of_rate(method), ("x", "n", "confidence")) for method in kpi.RateMethod
}
