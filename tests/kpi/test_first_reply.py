from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError, NaiveDatetimeError, NegativeDurationError
from csprotocol.kpi import AgentStarted, MissingReason, first_reply, first_reply_of
from csprotocol.model import Event, TicketFacts
from tests.kpi.rows import HOURS, at, facts_of, rows, said

MINUTE = timedelta(minutes=1)


class TestFirstReplyOf:
    @pytest.mark.parametrize(
        ("events", "minutes"),
        [
            ([said("agent", "11:30")], 90),
            ([said("agent", "10:05", public=False), said("agent", "11:00")], 60),  # a private note is no reply
            ([said("bot", "10:00:01"), said("agent", "10:20")], 20),  # nor is an automatic answer
            ([said("customer", "10:10"), said("agent", "10:20"), said("agent", "10:30")], 20),
            ([said("agent", "10:00"), said("agent", "10:20")], 20),  # what came with the ticket answers nothing
        ],
    )
    def test_of_a_ticket_that_the_customer_began(self, events: list[Event], minutes: int) -> None:
        assert minutes * MINUTE == first_reply_of(facts_of(*events)).value

    @pytest.mark.parametrize(
        ("events", "missing"),
        [
            ([], MissingReason.NO_REPLY),
            ([said("agent", "10:05", public=False)], MissingReason.NO_REPLY),
            ([said("bot", "10:05")], MissingReason.NO_REPLY),
            ([said("customer", "10:05")], MissingReason.NO_REPLY),
        ],
    )
    def test_no_reply_is_missing_and_not_zero(self, events: list[Event], missing: MissingReason) -> None:
        found = first_reply_of(facts_of(*events))
        assert (None, missing) == (found.value, found.missing)

    @pytest.mark.parametrize(
        ("known", "missing"),
        [
            ({}, MissingReason.REPLIES_UNKNOWN),
            ({"replied": False}, MissingReason.NO_REPLY),
            ({"agent_replies": 0}, MissingReason.NO_REPLY),
            ({"replied": True}, MissingReason.REPLIES_UNKNOWN),  # answered, and nobody says when
            ({"agent_replies": 2}, MissingReason.REPLIES_UNKNOWN),
        ],
    )
    def test_a_row_without_the_instant(self, known: dict[str, Any], missing: MissingReason) -> None:
        row = TicketFacts(ticket_id="1", created_at=at("10:00"), **known)
        assert missing is first_reply_of(row).missing

    def test_an_answer_at_the_instant_of_creation_only(self) -> None:
        assert first_reply_of(facts_of(said("agent", "10:00"))).missing is MissingReason.REPLIES_UNKNOWN

    def test_without_creation_time(self) -> None:
        found = first_reply_of(facts_of(said("agent", "11:00"), created=None))
        assert found.missing is MissingReason.NO_CREATION_TIME

    OUTBOUND = (said("agent", "10:00"), said("agent", "12:00"), said("customer", "13:00"), said("agent", "13:20"))

    @pytest.mark.parametrize(
        ("agent_started", "minutes"),
        [("from_customer", 20), ("second_reply", 120), ("creation", 0), ("exclude", None)],
    )
    def test_of_a_ticket_that_an_agent_began(self, agent_started: str, minutes: int | None) -> None:
        found = first_reply_of(facts_of(*self.OUTBOUND, by="agent"), agent_started=agent_started)
        assert (None if minutes is None else minutes * MINUTE) == found.value
        assert (MissingReason.AGENT_STARTED if minutes is None else None) == found.missing

    @pytest.mark.parametrize(
        ("agent_started", "missing"),
        [
            ("from_customer", MissingReason.NO_CUSTOMER_MESSAGE),
            ("second_reply", MissingReason.NO_REPLY),
            ("exclude", MissingReason.AGENT_STARTED),
        ],
    )
    def test_of_an_agents_message_that_nobody_answered(self, agent_started: str, missing: MissingReason) -> None:
        found = first_reply_of(facts_of(said("agent", "10:00"), by="agent"), agent_started=agent_started)
        assert missing is found.missing

    def test_second_reply_is_the_first_public_one_after_a_private_opening(self) -> None:
        facts = facts_of(said("agent", "10:00", public=False), said("agent", "10:30"), by="agent")
        assert first_reply_of(facts, agent_started=AgentStarted.SECOND_REPLY).value == 30 * MINUTE

    def test_second_reply_of_a_row_that_does_not_say_how_it_opened(self) -> None:
        row = TicketFacts(
            ticket_id="1",
            created_at=at("10:00"),
            agent_started=True,
            first_agent_message_at=at("10:00"),
            second_agent_message_at=at("12:00"),
        )
        assert first_reply_of(row, agent_started="second_reply").value == 120 * MINUTE

    def test_second_reply_in_the_hour_that_comes_twice(self) -> None:
        """Aware datetimes of two zones are never equal in that hour, whatever instants they are."""
        madrid = ZoneInfo("Europe/Madrid")
        row = TicketFacts(
            ticket_id="1",
            created_at=datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=madrid),
            agent_started=True,
            first_agent_message_at=datetime(2026, 10, 25, 1, 10, tzinfo=UTC),
            second_agent_message_at=datetime(2026, 10, 25, 1, 40, tzinfo=UTC),
        )
        assert first_reply_of(row, agent_started="second_reply").value == 30 * MINUTE

    def test_second_reply_to_a_call_that_an_agent_logged_is_the_first_answer(self) -> None:
        logged = facts_of(said("customer", "10:00"), said("agent", "10:30"), said("agent", "12:00"), by="agent")
        assert logged.opened_publicly is True
        assert first_reply_of(logged, agent_started="second_reply").value == 30 * MINUTE
        assert first_reply_of(logged).value == 30 * MINUTE

    @pytest.mark.parametrize(("auto_replies", "seconds"), [("exclude", 1200), ("include", 1)])
    def test_auto_replies(self, auto_replies: str, seconds: int) -> None:
        facts = facts_of(said("bot", "10:00:01"), said("agent", "10:20"))
        assert timedelta(seconds=seconds) == first_reply_of(facts, auto_replies=auto_replies).value

    def test_an_auto_reply_before_the_customer_spoke_answers_nothing(self) -> None:
        facts = facts_of(said("agent", "10:00"), said("bot", "10:01"), said("customer", "11:00"), by="agent")
        assert first_reply_of(facts, auto_replies="include").missing is MissingReason.NO_REPLY

    def test_start_at_the_first_customer_message(self) -> None:
        facts = facts_of(said("customer", "10:15"), said("agent", "10:20"), by="bot")
        assert first_reply_of(facts).value == 20 * MINUTE
        assert first_reply_of(facts, start="first_customer_message").value == 5 * MINUTE

    def test_before_creation_is_rejected_and_never_clipped(self) -> None:
        found = first_reply_of(facts_of(said("agent", "09:59:58")))
        assert found.value is None
        assert found.rejection is not None
        assert (found.rejection.code, found.rejection.ticket_id) == ("negative-duration", "1")
        with pytest.raises(NegativeDurationError, match=r"2026-11-20T09:59:58.*before it starts"):
            found.strict()

    def test_in_open_time(self) -> None:
        monday = facts_of(said("agent", "09:30", day=23), created="16:00")  # Friday to Monday
        assert first_reply_of(monday, within=HOURS).value == 90 * MINUTE

    def test_a_reply_outside_opening_hours_took_zero_open_time(self) -> None:
        facts = facts_of(said("agent", "12:00", day=21), created="18:00")
        assert timedelta(0) == first_reply_of(facts, within=HOURS).value

    def test_negative_counts_in_elapsed_time_even_when_the_shop_was_closed(self) -> None:
        facts = facts_of(said("agent", "18:00"), created="19:00")
        assert first_reply_of(facts, within=HOURS).rejection is not None

    def test_each_ticket_by_its_own_calendar(self) -> None:
        facts = facts_of(said("agent", "18:00"), created="16:00")
        assert first_reply_of(facts, within=lambda _: HOURS).value == 60 * MINUTE
        assert first_reply_of(facts, within=lambda _: None).missing is MissingReason.NO_CALENDAR

    def test_elapsed_time_where_the_wall_clock_jumps(self) -> None:
        madrid = ZoneInfo("Europe/Madrid")
        row = TicketFacts(
            ticket_id="1",
            created_at=datetime(2026, 3, 29, 1, 30, tzinfo=madrid),
            first_reply_at=datetime(2026, 3, 29, 3, 30, tzinfo=madrid),
        )
        assert first_reply_of(row).value == 60 * MINUTE

    def test_the_hour_that_comes_twice_is_not_negative(self) -> None:
        madrid = ZoneInfo("Europe/Madrid")
        row = TicketFacts(
            ticket_id="1",
            created_at=datetime(2026, 10, 25, 2, 50, tzinfo=madrid),
            first_reply_at=datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=madrid),
        )
        assert first_reply_of(row).value == 20 * MINUTE


class TestFirstReply:
    def test_tells_what_it_rests_on(self) -> None:
        reply = at("11:00")
        found = first_reply(
            [
                TicketFacts(ticket_id="1", created_at=at("10:00"), first_reply_at=reply),
                TicketFacts(ticket_id="2", created_at=at("10:30"), first_reply_at=reply),
                TicketFacts(ticket_id="3", created_at=at("10:00"), agent_replies=0),
                TicketFacts(ticket_id="8", created_at=at("10:00")),
                TicketFacts(ticket_id="4", first_reply_at=reply),
                TicketFacts(ticket_id="5", created_at=at("12:00"), first_reply_at=reply),
                TicketFacts(ticket_id="6", created_at=at("10:00"), first_reply_at=reply, merged_into="1"),
                TicketFacts(ticket_id="7", created_at=at("10:00"), first_reply_at=reply, spam=True),
                TicketFacts(ticket_id="1", created_at=at("10:00"), first_reply_at=reply),
            ]
        )
        assert (found.n, found.values) == (2, (60 * MINUTE, 30 * MINUTE))
        assert found.missing == {
            "merged": 1,
            "no-creation-time": 1,
            "no-reply": 1,
            "replies-unknown": 1,
            "spam": 1,
        }
        assert found.rejected == {"duplicate-ticket": 1, "negative-duration": 1}
        assert {"5", "1"} == {rejection.ticket_id for rejection in found.rejections}

    def test_statistics(self) -> None:
        replies = [
            TicketFacts(ticket_id=str(m), created_at=at("10:00"), first_reply_at=at("10:00") + m * MINUTE)
            for m in (1, 2, 3, 4, 100)
        ]
        found = first_reply(replies)
        assert (found.mean, found.median, found.p90) == (22 * MINUTE, 3 * MINUTE, 61.6 * MINUTE)
        assert found.quantile(0.9, method="inverted_cdf") == 100 * MINUTE

    def test_nothing_has_no_statistics(self) -> None:
        found = first_reply([])
        assert (found.n, found.mean, found.median, found.p90) == (0, None, None, None)
        assert str(found) == "First reply time: no value; n 0"

    def test_mean_is_exact_to_the_microsecond(self) -> None:
        base = datetime(2026, 1, 1, tzinfo=UTC)
        spans = (timedelta(microseconds=1), timedelta(days=3650), timedelta(microseconds=2))
        found = first_reply(
            TicketFacts(ticket_id=str(i), created_at=base, first_reply_at=base + span) for i, span in enumerate(spans)
        )
        assert timedelta(days=3650, microseconds=3) / 3 == found.mean

    def test_merged_into_a_ticket_that_nobody_names_is_merged(self) -> None:
        row = TicketFacts(ticket_id="1", created_at=at("10:00"), first_reply_at=at("11:00"), merged_into="")
        assert first_reply([row]).missing == {"merged": 1}

    def test_merged_and_spam_on_demand(self) -> None:
        row = TicketFacts(ticket_id="1", created_at=at("10:00"), first_reply_at=at("11:00"), merged_into="2", spam=True)
        assert (first_reply([row]).n, first_reply([row], merged="include", spam="include").n) == (0, 1)

    def test_explain_names_options_and_definition(self) -> None:
        row = TicketFacts(ticket_id="1", created_at=at("10:00"), first_reply_at=at("09:00"))
        text = first_reply([row], agent_started="exclude").explain()
        assert "agent_started exclude" in text
        assert "ticket 1: first reply ends at" in text
        assert "from creation by the customer" in text

    @pytest.mark.parametrize(
        "option", [{"agent_started": "x"}, {"auto_replies": "x"}, {"start": "x"}, {"merged": "x"}, {"spam": "x"}]
    )
    def test_unknown_options_are_told_even_without_tickets(self, option: dict[str, str]) -> None:
        with pytest.raises(InvalidValueError, match=next(iter(option))):
            first_reply([], **option)  # type: ignore[arg-type]

    def test_naive_instants_are_refused_where_the_row_is_born(self) -> None:
        with pytest.raises(NaiveDatetimeError, match=r"TicketFacts\.created_at"):
            TicketFacts(ticket_id="1", created_at=datetime(2026, 11, 20))  # noqa: DTZ001

    @given(rows(), st.randoms(use_true_random=False))
    def test_order_of_tickets_does_not_matter(self, tickets: list[TicketFacts], random: Random) -> None:
        shuffled = random.sample(tickets, len(tickets))
        one, other = first_reply(tickets), first_reply(shuffled)
        assert (sorted(one.values), one.missing, one.rejected) == (
            sorted(other.values),
            other.missing,
            other.rejected,
        )
        assert (one.mean, one.p90) == (other.mean, other.p90)

    @given(rows())
    def test_every_ticket_is_somewhere(self, tickets: list[TicketFacts]) -> None:
        found = first_reply(tickets)
        assert len(tickets) == found.n + sum(found.missing.values()) + sum(found.rejected.values())

    @given(rows())
    def test_open_time_never_exceeds_elapsed_time(self, tickets: list[TicketFacts]) -> None:
        pairs = zip(first_reply(tickets).values, first_reply(tickets, within=HOURS).values, strict=True)
        assert all(timedelta(0) <= open_time <= elapsed for elapsed, open_time in pairs)


def test_the_mean_of_more_than_a_timedelta_can_hold() -> None:
    created, never = datetime(2026, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    facts = [TicketFacts(ticket_id=str(i), created_at=created, first_reply_at=never) for i in range(400)]
    assert first_reply(facts).mean == never - created
