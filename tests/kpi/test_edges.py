"""What readers found by running: the smallest case of each."""

from __future__ import annotations

import json
import math
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.errors import InvalidValueError
from csprotocol.kpi import (
    Count,
    DurationStream,
    LogHistogram,
    Moments,
    RateCount,
    Ratio,
    TicketDurations,
    TicketRate,
    ageing,
    backlog,
    causes,
    compare,
    contact_rate,
    csat_balance,
    csat_good_bad,
    fcr,
    fcr_no_repeat,
    first_reply,
    mean,
    median,
    nps,
    p_chart,
    percentile,
    preset,
    resolution,
    resolution_survival,
    unreplied,
    xmr,
)
from csprotocol.model import ActorKind, Event, EventKind, Life, StatusCategory, Ticket, TicketFacts, Waiting

CUSTOMER, OTHERS = StatusCategory.WAITING_CUSTOMER, StatusCategory.WAITING_THIRD_PARTY
WEEKS = [Ratio(180, 200), Ratio(85, 100), Ratio(45, 100)]


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2025, 1, day, hour, minute, tzinfo=UTC)


def calendar(tz: str, weekly: str) -> BusinessCalendar:
    return BusinessCalendar(BusinessHours(tz=tz, weekly=weekly))


class TestWaiting:
    def test_who_waits_for_two_waits_once(self) -> None:
        waits = (Waiting(CUSTOMER, at(1, 0), at(1, 8)), Waiting(OTHERS, at(1, 2), at(1, 10)))
        ticket = TicketFacts(
            ticket_id="1", created_at=at(1), solved_at=(at(1, 10),), status=StatusCategory.RESOLVED, waiting=waits
        )
        both = [CUSTOMER, OTHERS]
        assert resolution([ticket], minus=both).mean == timedelta(0)
        stream = TicketDurations("resolution", minus=[str(each) for each in both])
        stream.update(ticket)
        assert (stream.n, stream.rejected) == (1, {})

    @pytest.mark.parametrize("order", [1, -1])
    def test_stretches_that_overlap(self, order: int) -> None:
        waits = (Waiting(CUSTOMER, at(1, 2), at(1, 8)), Waiting(CUSTOMER, at(1, 4), at(1, 10)))[::order]
        ticket = TicketFacts(
            ticket_id="1", created_at=at(1), solved_at=(at(1, 20),), status=StatusCategory.RESOLVED, waiting=waits
        )
        assert resolution([ticket], minus=CUSTOMER).mean == timedelta(hours=12)

    @pytest.mark.parametrize("end", ["closed", "last_outbound"])
    def test_only_solves_have_a_first(self, end: str) -> None:
        with pytest.raises(InvalidValueError, match=f"which must be full, with end={end}"):
            resolution([], which="first", end=end)


class TestCompare:
    @pytest.mark.parametrize("others", [[10] * 9950 + [8] * 50, [10] * 10_000])
    def test_no_verdict_against_what_was_seen(self, others: list[int]) -> None:
        found = compare(nps([10]), nps(others))
        assert found.difference in {0.0, 0.5}
        assert found.verdict == "noise"

    def test_calendars_are_options(self) -> None:
        facts = [TicketFacts(ticket_id=str(i), created_at=at(1), first_reply_at=at(5, i)) for i in range(10)]
        madrid, sydney = (
            calendar("Europe/Madrid", "mon-fri 09:00-18:00"),
            calendar("Australia/Sydney", "mon-sun 09:00-18:00"),
        )
        one, other = first_reply(facts, within=madrid), first_reply(facts, within=sydney)
        with pytest.raises(InvalidValueError, match="the calendar of a"):
            compare(one, other)
        assert compare(one, first_reply(facts, within=calendar("Europe/Madrid", "mon-fri 09:00-18:00"))).is_noise

    def test_weeks_that_end_at_their_own_time(self) -> None:
        week, next_week = (fcr_no_repeat([("a", at(1))], window=timedelta(1), as_of=at(day)) for day in (5, 12))
        assert compare(week, next_week).difference == 0


class TestStreams:
    def test_calendars_do_not_add_up(self) -> None:
        madrid, sydney = (
            TicketDurations("first_reply", within=calendar(tz, "mon-fri 09:00-18:00"))
            for tz in ("Europe/Madrid", "Australia/Sydney")
        )
        assert madrid != sydney
        with pytest.raises(InvalidValueError, match="another calendar"):
            madrid + sydney

    def test_what_is_left_to_the_default_is_chosen_as_well(self) -> None:
        solved = TicketFacts(ticket_id="1", status=StatusCategory.RESOLVED, agent_replies=1, reopens=0)
        one, other = TicketRate("fcr"), TicketRate("fcr", variant="one_reply")
        one.update(solved)
        assert (one + other).ratio == (other + one).ratio == Ratio(1, 1)
        assert (TicketDurations("resolution", minus="waiting_customer")
                + TicketDurations("resolution", minus=["waiting_customer"])).n == 0  # fmt: skip


class TestCharts:
    def test_rules_from_a_generator(self) -> None:
        named = (rule for rule in ["beyond_limits"])
        assert p_chart(WEEKS, baseline=2, rules=named).signals == p_chart(WEEKS, baseline=2).signals != ()

    def test_a_rate_on_its_limit_is_not_beyond(self) -> None:
        assert p_chart([Ratio(10, 20), Ratio(35, 49)], baseline=1).signals == ()
        assert [signal.last for signal in p_chart([Ratio(10, 20), Ratio(36, 49)], baseline=1).signals] == [1]

    def test_small_numbers_alternate_as_large_ones(self) -> None:
        small, large = (xmr([0, step] * 8, rules="nelson").signals for step in (1e-170, 1.0))
        assert [signal.rule for signal in small] == [signal.rule for signal in large]


class TestUnknown:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *((field, value) for field in ("agent_replies", "reopens") for value in (math.nan, -3, "2", True)),
            *((field, math.nan) for field in ("spam", "merged_into", "csat", "nps", "ces", "sla_met")),
            ("sla_met", "no"),
        ],
    )
    def test_nan_counts_as_nothing(self, field: str, value: Any) -> None:
        with pytest.raises(InvalidValueError, match=f"TicketFacts.{field}"):
            TicketFacts(ticket_id="1", **{field: value})

    def test_counts_of_numpy_are_counts(self) -> None:
        facts: Any = {"agent_replies": np.int64(2)}
        assert TicketFacts(ticket_id="1", **facts) == TicketFacts(ticket_id="1", agent_replies=2)
        counts: Any = np.int64(3), np.int64(5)
        assert contact_rate(*counts) == Ratio(3, 5)

    def test_unknown_customers_are_not_one(self) -> None:
        found = fcr_no_repeat([(None, at(1)), (None, at(3))], window=timedelta(7))
        assert (found.ratio, found.missing) == (Ratio(0, 0), {"no-customer": 2})

    def test_letters_are_no_list(self) -> None:
        for call in (lambda: causes("late"), lambda: csat_good_bad("good", out_of_scale="reject")):
            with pytest.raises(InvalidValueError, match="put it into a list"):
                call()


class TestTheShopSpokeFirst:
    def test_what_came_unasked_is_no_error_and_no_answer(self) -> None:
        said = [(9, "created", "bot"), (10, "message", "agent"), (11, "message", "customer"), (12, "message", "agent")]
        ticket = Ticket(id="1", events=tuple(Event(at(3, h), EventKind(k), ActorKind(by)) for h, k, by in said))
        found = first_reply([ticket.facts()], **preset("intercom", "first_reply"))
        assert (found.n, found.missing, found.rejected) == (0, {"replies-unknown": 1}, {})

    def test_before_the_creation_is_an_error(self) -> None:
        early = TicketFacts(ticket_id="1", created_at=at(2), first_customer_message_at=at(3), first_reply_at=at(1))
        assert first_reply([early], start="first_customer_message").rejected == {"negative-duration": 1}


class TestReopened:
    @pytest.mark.parametrize("solved", [None, ()])
    def test_whose_ends_nobody_knows(self, solved: tuple[datetime, ...] | None) -> None:
        status = StatusCategory.OPEN
        ticket = TicketFacts(ticket_id="1", created_at=at(1), reopens=1, status=status, solved_at=solved)
        assert backlog([ticket], at(3)).missing == {"no-reopen-time": 1}
        assert resolution_survival([ticket], at(3)).missing == {"no-reopen-time": 1}


class TestSurvival:
    def test_what_was_cancelled_later_was_open_then(self) -> None:
        lives = (Life(at(1), at(9), StatusCategory.CANCELLED),)
        ticket = TicketFacts(ticket_id="1", created_at=at(1), lives=lives, status=StatusCategory.CANCELLED)
        then, now = (resolution_survival([ticket], at(day)) for day in (5, 10))
        assert (then.n, then.ended, then.longest) == (1, 0, timedelta(days=4))
        assert (now.n, now.missing) == (0, {"cancelled": 1})

    def test_what_was_cancelled_then_and_is_open_again(self) -> None:
        lives = (
            Life(at(1), at(2), StatusCategory.RESOLVED),
            Life(at(3), at(4), StatusCategory.CANCELLED),
            Life(at(8), None, None),
        )
        ticket = TicketFacts(ticket_id="1", created_at=at(1), lives=lives, status=StatusCategory.OPEN)
        assert resolution_survival([ticket], at(5)).missing == {"cancelled": 1}
        assert resolution_survival([ticket], at(9)).n == 1

    def test_a_curve_tells_what_it_is_of(self) -> None:
        told = resolution_survival([], at(5), which="first").explain()
        assert "as_of 2025-01-05T00:00:00+00:00, which first, within elapsed time" in told
        assert "Resolution time (resolution)" in told

    def test_ageing_tells_its_instant(self) -> None:
        assert str(ageing([], at(2))).startswith("Backlog by age at 2025-01-02T00:00:00+00:00: ")
        assert backlog([], at(2)).at == at(2)


class TestChat:
    """Of a chat, what its opener wrote before anybody answered is the opening."""

    def facts(self, *lines: tuple[int, str]) -> TicketFacts:
        said = [
            Event(at(3, 9, m), EventKind.MESSAGE, ActorKind(by), actor=by, data={"session": "a"}) for m, by in lines
        ]
        created = Event(at(3, 9), EventKind.CREATED, ActorKind(lines[0][1]))
        end = Event(at(3, 10), EventKind.STATUS, data={"to": "resolved"})
        return Ticket(id="1", events=(created, *said, end)).facts()

    @pytest.mark.parametrize("more", [(), ((1, "customer"),)])
    def test_of_a_customer(self, more: tuple[tuple[int, str], ...]) -> None:
        ticket = self.facts((0, "customer"), *more, (2, "agent"))
        assert (ticket.customer_replies, ticket.agent_replies) == (0, 1)
        assert self.facts((0, "customer"), *more, (2, "agent"), (3, "customer")).customer_replies == 1

    def test_of_an_agent(self) -> None:
        ticket = self.facts((0, "agent"), (1, "agent"))
        assert (ticket.agent_replies, ticket.second_agent_message_at) == (0, None)
        assert (unreplied([ticket]).value, fcr([ticket]).value) == (1.0, 0.0)
        answered = self.facts((0, "agent"), (1, "agent"), (5, "customer"), (6, "agent"))
        assert answered.agent_replies == 1
        assert first_reply([answered], **preset("zendesk", "first_reply")).mean == timedelta(minutes=6)


class TestNumbers:
    def test_a_share_is_what_is_written(self) -> None:
        found: Any = [causes(["a"] * 8 + ["b"] * 2, vital_share=share) for share in (0.8, Decimal("0.8"))]
        assert [[cause.name for cause in each.vital_few] for each in found] == [["a"], ["a"]]

    def test_three_faces_must_be_named(self) -> None:
        with pytest.raises(InvalidValueError, match="dissatisfied_to"):
            csat_balance([3, 2, 2, 1], scale=(1, 3), satisfied_from=3)
        assert csat_balance([3, 2, 2, 1], scale=(1, 3), satisfied_from=3, dissatisfied_to=1).value == 0

    def test_floats_farther_apart_than_any_is_long(self) -> None:
        ends = [-1.7e308, 1.7e308]
        assert median(ends) == 0.0
        assert percentile(ends, 0.25) == pytest.approx(-0.85e308)

    @pytest.mark.parametrize("statistic", [mean, median])
    def test_numbers_that_no_float_holds(self, statistic: Any) -> None:
        with pytest.raises(InvalidValueError, match="a finite number"):
            statistic([1, Decimal("1e400")])

    def test_whole_numbers_keep_their_digits(self) -> None:
        assert mean([2**53 + 1, -(2**53)]) == 0.5
        tenths: Any = [Decimal("0.1"), Decimal("0.2")]
        assert mean(tenths) == 0.15

    @pytest.mark.parametrize("far", [1e-200, 1e200, 1.0, 3.7])
    def test_deviations_whose_squares_no_float_holds(self, far: float) -> None:
        moments = Moments.of([0, far])
        assert moments.standard_deviation == pytest.approx(far / math.sqrt(2), rel=1e-15)
        assert moments.standard_error == pytest.approx(far / 2, rel=1e-15)

    def test_histograms_of_the_largest_floats(self) -> None:
        found = LogHistogram.of([1.0, *[1.7e308] * 3, 1.797e308]).quantile(0.5)
        assert found == pytest.approx(1.7e308, rel=0.01)

    @pytest.mark.parametrize(
        "call",
        [
            lambda: Ratio(Decimal("1E+99999999"), 1),
            lambda: nps([Decimal("1E+99999999")]),  # type: ignore[list-item]
            lambda: causes([], vital_share=Decimal("1E-99999999")),
            lambda: RateCount.from_dict(
                {"kind": "rate", "numerator": "1e99999999", "denominator": "1e99999999", "missing": {}, "rejected": {}}
            ),
            lambda: Moments.from_dict(
                {"kind": "moments", "n": 1, "missing": {}, "sum": "1e99999999", "sum_of_squares": "1e99999999"}
            ),
        ],
    )
    def test_short_texts_that_are_endless(self, call: Any) -> None:
        begun = time.perf_counter()
        with pytest.raises(InvalidValueError):
            call()
        assert time.perf_counter() - begun < 1

    def test_mean_of_many(self) -> None:
        values = [math.sin(i) * 10 ** (i % 40 - 20) for i in range(5_000)]
        assert mean(values) == float(sum(map(Fraction, values)) / len(values))


class TestDocuments:
    """Accumulators that no stream can have made."""

    @pytest.mark.parametrize(
        ("written", "change"),
        [
            (LogHistogram.of([1, 2, 3]), {"least": 100.0, "greatest": -5.0}),
            (LogHistogram.of([1, 2, 3]), {"greatest": 5000.0}),
            (LogHistogram.of([0, 2, 3]), {"least": 1.0}),
            (LogHistogram.of([1]), {"missing": {"no-answer": 5}}),
            (LogHistogram.of([1]), {"rejected": {"odd": 5}}),
            (DurationStream.of([timedelta(seconds=5)]), {"microseconds": 10**18}),
            (DurationStream(), {"microseconds": 1}),
            (Count.of([1]), {"missing": {"no-answer": 5}}),
            (Moments(), {"sum_of_squares": "7"}),
            (Moments.of([2]), {"sum_of_squares": "7"}),
            (TicketRate("fcr"), {"options": {"kpi": 1}}),
            (TicketRate("fcr"), {"kpi": []}),
            (TicketDurations("resolution"), {"options": {"within": "x"}}),
        ],
    )
    def test_is_refused(self, written: Any, change: dict[str, Any]) -> None:
        document = json.loads(json.dumps(written.to_dict()))
        assert type(written).from_dict(document) == written
        with pytest.raises(InvalidValueError):
            type(written).from_dict({**document, **change})
