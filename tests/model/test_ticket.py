from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError
from csprotocol.model import (
    ActorKind,
    Channel,
    Event,
    EventKind,
    StatusCategory,
    Ticket,
    TicketFacts,
    Waiting,
    in_order,
)

FIELDS_OF_MESSAGES = [
    "first_reply_at",
    "first_agent_message_at",
    "second_agent_message_at",
    "last_public_agent_message_at",
    "first_auto_reply_at",
    "auto_replied",
    "opened_publicly",
    "replied",
    "agent_messages",
    "agent_replies",
    "customer_replies",
    "agents",
]
FIELDS_OF_STATUSES = ["status", "solved_at", "closed_at", "closes", "reopens", "waiting", "lives"]
MADRID = ZoneInfo("Europe/Madrid")


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-20T{clock}+00:00")


def created(by: str = "customer", clock: str = "10:00") -> Event:
    return Event(at(clock), EventKind.CREATED, ActorKind(by))


def said(by: str, clock: str, *, actor: str | None = "somebody", public: bool = True, **data: object) -> Event:
    return Event(at(clock), EventKind.MESSAGE, ActorKind(by), actor=actor, public=public, data=data)


def status(to: str, clock: str) -> Event:
    return Event(at(clock), EventKind.STATUS, data={"to": StatusCategory(to)})


def facts(*events: Event, **fields: object) -> TicketFacts:
    return Ticket(id="1", events=events, **fields).facts()  # type: ignore[arg-type]


class TestTicket:
    def test_needs_an_id(self) -> None:
        with pytest.raises(InvalidValueError, match=r"Ticket\.id"):
            Ticket(id="", events=())

    def test_redelivered_events_count_once(self) -> None:
        reply = Event(at("11:00"), EventKind.MESSAGE, ActorKind.AGENT, actor="ana", id="m1")
        assert facts(created(), reply, reply).agent_replies == 1

    def test_events_without_an_id_are_never_taken_for_the_same(self) -> None:
        assert facts(created(), said("agent", "11:00"), said("agent", "11:00")).agent_replies == 2

    def test_order_is_seq_where_every_event_has_one(self) -> None:
        events = [
            Event(at("12:00"), EventKind.STATUS, data={"to": StatusCategory.OPEN}, seq=2),
            Event(at("12:00"), EventKind.STATUS, data={"to": StatusCategory.RESOLVED}, seq=1),
            Event(at("13:00"), EventKind.CREATED, ActorKind.CUSTOMER, seq=0),
        ]
        found = facts(*events)
        assert (found.status, found.reopens) == (StatusCategory.OPEN, 1)

    @pytest.mark.parametrize(
        ("delivered", "order"),
        [
            ([("12:00", 2), ("12:00", 1), ("11:00", None)], [None, 1, 2]),
            ([("11:00", 2), ("12:00", 1), ("11:30", None)], [None, 1, 2]),  # before the first that is later
            ([("11:00", 1), ("13:00", 2), ("12:00", None)], [1, None, 2]),
            ([("11:00", 1), ("13:00", None), ("12:00", 2)], [1, 2, None]),
            ([("11:00", None), ("11:00", 1)], [None, 1]),  # of one instant, as they came
            ([("11:00", 1), ("11:00", None)], [1, None]),
            ([("12:00", 1), ("11:00", 1)], [(1, "11"), (1, "12")]),  # of one seq, by time
        ],
    )
    def test_events_without_seq_stand_by_time_among_those_with_one(
        self, delivered: list[tuple[str, int | None]], order: list[Any]
    ) -> None:
        found = in_order(Event(at(clock), EventKind.NOTE, seq=seq) for clock, seq in delivered)
        shown = [(e.seq, f"{e.at:%H}") if isinstance(order[0], tuple) else e.seq for e in found]
        assert order == shown

    def test_order_is_time_where_one_has_no_seq(self) -> None:
        events = [
            Event(at("12:00"), EventKind.STATUS, data={"to": StatusCategory.RESOLVED}, seq=1),
            status("open", "11:00"),
            created(),
        ]
        assert facts(*events).status is StatusCategory.RESOLVED

    @given(st.permutations([created(), said("agent", "11:00"), status("open", "11:30"), status("resolved", "12:00")]))
    def test_order_of_delivery_does_not_matter(self, events: list[Event]) -> None:
        expected = facts(created(), said("agent", "11:00"), status("open", "11:30"), status("resolved", "12:00"))
        assert expected == facts(*events)

    def test_without_events_little_is_known(self) -> None:
        found = facts()
        assert (found.created_at, found.agent_started, found.status) == (None, None, None)
        assert (found.agent_replies, found.reopens) == (0, 0)


class TestConversation:
    def test_in_the_hour_that_comes_twice(self) -> None:
        first = datetime(2026, 10, 25, 2, 50, tzinfo=MADRID)
        later = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=MADRID)
        found = facts(
            Event(later, EventKind.MESSAGE, ActorKind.AGENT, actor="ana"),
            Event(first, EventKind.CREATED, ActorKind.AGENT),
            Event(first, EventKind.MESSAGE, ActorKind.CUSTOMER),
        )
        assert (later, 1) == (found.first_reply_at, found.agent_replies)

    def test_private_notes_are_no_messages(self) -> None:
        found = facts(created(), said("agent", "10:05", public=False))
        assert (found.first_reply_at, found.agent_replies, found.agents) == (None, 0, 0)

    def test_bots_answer_automatically(self) -> None:
        found = facts(created(), said("bot", "10:01"), said("agent", "11:00"))
        assert (at("11:00"), at("10:01"), True) == (
            found.first_reply_at,
            found.first_auto_reply_at,
            found.auto_replied,
        )
        assert found.agent_replies == 1

    def test_the_message_by_which_a_bot_began_answers_nobody(self) -> None:
        found = facts(created("bot"), said("bot", "10:00"), said("customer", "10:10"), said("agent", "10:20"))
        assert (found.agent_started, found.auto_replied, found.first_auto_reply_at) == (False, False, None)

    @pytest.mark.parametrize("clock", ["10:00", "10:00:00.300"])  # sources stamp the two separately
    def test_the_description_is_no_reply(self, clock: str) -> None:
        found = facts(created(), said("customer", clock), said("customer", "10:30"), said("agent", "11:00"))
        assert (1, at("10:00")) == (found.customer_replies, found.first_customer_message_at)

    def test_a_call_that_an_agent_logged_begins_with_the_customers_words(self) -> None:
        found = facts(created("agent"), said("customer", "10:00"), said("agent", "10:30"), said("customer", "11:00"))
        assert (found.agent_started, found.opened_publicly) == (True, True)
        assert (found.customer_replies, found.agent_replies, found.first_reply_at) == (1, 1, at("10:30"))

    @pytest.mark.parametrize(
        ("events", "replied", "first"),
        [
            ([], False, None),
            ([said("agent", "10:30", public=False)], False, None),
            ([said("bot", "10:30")], False, None),
            ([said("agent", "10:30")], True, at("10:30")),
            ([said("agent", "10:00")], True, None),  # not later than the creation
            ([said("agent", "09:00")], True, at("09:00")),
        ],
    )
    def test_replied(self, events: list[Event], replied: bool, first: datetime | None) -> None:
        found = facts(created(), *events)
        assert (replied, first) == (found.replied, found.first_reply_at)

    def test_a_second_later_is_a_message_of_its_own(self) -> None:
        assert facts(created(), said("customer", "10:00:01")).customer_replies == 1

    @pytest.mark.parametrize("clock", ["10:00", "10:00:00.300"])
    def test_agent_started(self, clock: str) -> None:
        found = facts(
            created("agent"), said("agent", clock), said("customer", "11:00"), said("agent", "11:30", actor="eva")
        )
        assert found.agent_started is True
        assert (at("11:00"), at("11:30")) == (found.first_customer_message_at, found.first_reply_at)
        assert (at(clock), at("11:30")) == (found.first_agent_message_at, found.second_agent_message_at)
        assert (
            found.agent_replies,
            found.agent_messages,
            found.opened_publicly,
            found.customer_replies,
            found.agents,
        ) == (1, 2, True, 1, 2)

    def test_nobody_replied_to_an_agent_whom_nobody_answered(self) -> None:
        found = facts(created("agent"), said("agent", "10:00"), said("agent", "11:00"))
        assert (found.first_customer_message_at, found.first_reply_at, found.agent_replies) == (None, None, 1)

    def test_agent_started_with_a_private_note(self) -> None:
        found = facts(created("agent"), said("agent", "10:00", public=False), said("agent", "11:00"))
        assert (found.opened_publicly, found.agent_replies) == (False, 1)

    @pytest.mark.parametrize(
        ("events", "agent_started"),
        [
            ([], None),
            ([said("agent", "10:00")], True),
            ([said("customer", "10:00")], False),
            ([said("agent", "10:30")], None),  # a later message says nothing about the creation
        ],
    )
    def test_of_a_ticket_that_a_system_created_the_first_message_tells_who_began(
        self, events: list[Event], agent_started: bool | None
    ) -> None:
        assert agent_started is facts(created("system"), *events).agent_started

    def test_before_creation_is_kept_and_named(self) -> None:
        found = facts(created(), said("agent", "09:59:58"))
        assert at("09:59:58") == found.first_reply_at
        assert found.anomalies() == ("reply-before-creation",)

    def test_an_author_without_a_name_makes_the_number_of_agents_unknown(self) -> None:
        assert facts(created(), said("agent", "11:00", actor=None), said("agent", "12:00")).agents is None

    def test_messages_of_one_chat_session_are_one_reply(self) -> None:
        chat = [said("agent", f"10:0{i}", session="s1") for i in range(1, 5)]
        found = facts(created(), *chat, said("agent", "11:00", session="s2"), said("agent", "12:00"))
        assert (3, at("10:01")) == (found.agent_replies, found.first_reply_at)

    def test_what_a_source_does_not_keep_is_unknown(self) -> None:
        found = facts(created(), recorded=frozenset(EventKind) - {EventKind.MESSAGE})
        assert dict.fromkeys(FIELDS_OF_MESSAGES) == {name: getattr(found, name) for name in FIELDS_OF_MESSAGES}
        assert at("10:00") == found.first_customer_message_at


class TestLife:
    @pytest.mark.parametrize(
        ("path", "reopens", "solves", "closes"),
        [
            ([], 0, 0, 0),
            (["open"], 0, 0, 0),
            (["resolved"], 0, 1, 1),
            (["resolved", "closed"], 0, 1, 1),  # closing what is resolved ends it no second time
            (["resolved", "open"], 1, 1, 1),
            (["resolved", "waiting_customer"], 1, 1, 1),
            (["closed", "open", "resolved"], 1, 1, 2),
            (["resolved", "open", "resolved", "closed"], 1, 2, 2),
            (["resolved", "open", "resolved", "new", "resolved"], 2, 3, 3),
            (["resolved", "resolved"], 0, 1, 1),  # set again is no change
            (["cancelled", "open"], 0, 0, 0),  # it was never solved
            (["cancelled", "resolved"], 0, 1, 1),
        ],
    )
    def test_reopen_is_leaving_resolved_or_closed_for_a_live_status(
        self, path: list[str], reopens: int, solves: int, closes: int
    ) -> None:
        found = facts(created(), *(status(to, f"{11 + i}:00") for i, to in enumerate(path)))
        assert found.solved_at is not None
        assert (reopens, solves, closes) == (found.reopens, len(found.solved_at), found.closes)

    def test_lives_run_from_creation_and_from_each_return(self) -> None:
        found = facts(created(), status("resolved", "11:00"), status("closed", "12:00"), status("open", "13:00"))
        assert ((at("10:00"), at("11:00"), StatusCategory.RESOLVED), (at("13:00"), None, None)) == found.lives

    def test_what_was_done_without_having_been_live_has_a_life_without_length(self) -> None:
        done = (at("11:00"), at("11:00"), StatusCategory.RESOLVED)
        assert facts(status("resolved", "11:00"), status("closed", "12:00")).lives == (done,)
        assert facts(created(), status("cancelled", "10:30"), status("resolved", "11:00")).lives == (
            (at("10:00"), at("10:30"), StatusCategory.CANCELLED),
            done,
        )

    def test_closing_time_is_that_of_a_ticket_closed_now(self) -> None:
        assert at("12:00") == facts(created(), status("closed", "12:00")).closed_at
        assert facts(created(), status("closed", "12:00"), status("open", "13:00")).closed_at is None

    def test_waiting(self) -> None:
        found = facts(
            created(),
            status("waiting_customer", "11:00"),
            status("waiting_third_party", "12:00"),
            status("open", "13:00"),
            status("waiting_customer", "14:00"),
        )
        assert (
            Waiting(StatusCategory.WAITING_CUSTOMER, at("11:00"), at("12:00")),
            Waiting(StatusCategory.WAITING_THIRD_PARTY, at("12:00"), at("13:00")),
            Waiting(StatusCategory.WAITING_CUSTOMER, at("14:00"), None),
        ) == found.waiting

    def test_what_a_source_does_not_keep_is_unknown(self) -> None:
        found = facts(created(), recorded=frozenset(EventKind) - {EventKind.STATUS})
        assert dict.fromkeys(FIELDS_OF_STATUSES) == {name: getattr(found, name) for name in FIELDS_OF_STATUSES}

    @pytest.mark.parametrize("data", [{}, {"to": "solvd"}, {"to": None}])
    def test_a_status_that_is_none(self, data: dict[str, object]) -> None:
        with pytest.raises(InvalidValueError, match="status event"):
            facts(Event(at("11:00"), EventKind.STATUS, data=data))


class TestOtherFacts:
    def test_merged_and_spam(self) -> None:
        merged = Event(at("11:00"), EventKind.MERGED, data={"into": "7"})
        assert (facts(created(), merged).merged_into, facts(created(), spam=True).spam) == ("7", True)
        assert (facts(created()).merged_into, facts(created()).spam) == (None, None)

    def test_the_last_priority_and_assignee_win(self) -> None:
        changes = [
            Event(at("11:00"), EventKind.PRIORITY, data={"to": "low"}),
            Event(at("12:00"), EventKind.PRIORITY, data={"to": "high"}),
            Event(at("12:00"), EventKind.ASSIGN, data={"to": "ana"}),
        ]
        found = facts(created(), *changes, priority="normal")
        assert (found.priority, found.agent) == ("high", "ana")
        assert facts(created(), priority="normal").priority == "normal"

    def test_what_was_taken_away_last_is_gone(self) -> None:
        taken = [Event(at("11:00"), kind, data={"to": None}) for kind in (EventKind.PRIORITY, EventKind.ASSIGN)]
        found = facts(created(), *taken, priority="normal", agent="ana")
        assert (found.priority, found.agent) == (None, None)

    def test_an_assignment_to_a_group_says_nothing_of_the_agent(self) -> None:
        moved = Event(at("11:00"), EventKind.ASSIGN, data={"group": "returns"})
        assert facts(created(), moved, agent="ana").agent == "ana"

    @pytest.mark.parametrize(
        ("scores", "csat", "surveyed"),
        [([], None, False), ([None], None, True), ([2, 5], 5, True), ([4, None], 4, True), ([Decimal(5)], 5, True)],
    )
    def test_survey(self, scores: list[Decimal | int | None], csat: int | None, surveyed: bool) -> None:
        sent = [Event(at(f"{11 + i}:00"), EventKind.SURVEY, data={"score": s}) for i, s in enumerate(scores)]
        found = facts(created(), *sent)
        assert (csat, surveyed) == (found.csat, found.surveyed)

    @pytest.mark.parametrize(
        "data",
        [
            {"score": 8.5, "metric": "nps"},
            {"score": 5, "metric": "csta"},
            {"metric": "csta"},
            {"score": "5"},
            {"score": True},
            {"score": math.nan},
        ],
    )
    def test_surveys_that_make_no_sense(self, data: dict[str, object]) -> None:
        with pytest.raises(InvalidValueError, match="survey"):
            facts(Event(at("11:00"), EventKind.SURVEY, data=data))

    def test_surveyed_speaks_of_satisfaction_only(self) -> None:
        sent = [Event(at("11:00"), EventKind.SURVEY, data={"metric": metric, "score": 7}) for metric in ("nps", "ces")]
        found = facts(created(), *sent)
        assert (found.surveyed, found.csat, found.nps, found.ces) == (False, None, 7, 7)

    def test_unrecorded_surveys_are_unknown(self) -> None:
        found = facts(created(), recorded=frozenset({EventKind.CREATED}))
        assert (found.surveyed, found.csat) == (None, None)


class TestTicketFacts:
    def test_words_may_be_texts(self) -> None:
        row = TicketFacts(ticket_id="1", status="open", channel="chat")  # type: ignore[arg-type]
        assert (row.status, row.channel) == (StatusCategory.OPEN, Channel.CHAT)
        assert row.status is StatusCategory.OPEN
        with pytest.raises(InvalidValueError, match="did you mean open"):
            TicketFacts(ticket_id="1", status="opne")  # type: ignore[arg-type]

    def test_the_hour_that_comes_twice_is_no_anomaly(self) -> None:
        row = TicketFacts(
            ticket_id="1",
            created_at=datetime(2026, 10, 25, 2, 50, tzinfo=MADRID),
            first_reply_at=datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=MADRID),
            solved_at=(datetime(2026, 10, 25, 2, 20, fold=1, tzinfo=MADRID),),
        )
        assert row.anomalies() == ()

    def test_anomalies_in_the_order_of_a_life(self) -> None:
        row = TicketFacts(ticket_id="1", created_at=at("12:00"), first_reply_at=at("11:00"), solved_at=(at("10:00"),))
        assert row.anomalies() == (
            "reply-before-creation",
            "resolution-before-creation",
            "resolution-before-first-reply",
        )

    @pytest.mark.parametrize(
        "fields",
        [
            {"closed_at": datetime(2026, 1, 1)},  # noqa: DTZ001
            {"solved_at": (datetime(2026, 1, 1),)},  # noqa: DTZ001
            {"waiting": (Waiting(StatusCategory.WAITING_CUSTOMER, datetime(2026, 1, 1), None),)},  # noqa: DTZ001
        ],
    )
    def test_naive_instants_are_refused(self, fields: dict[str, object]) -> None:
        with pytest.raises(InvalidValueError, match=f"TicketFacts.{next(iter(fields))} must carry a time zone"):
            TicketFacts(ticket_id="1", **fields)  # type: ignore[arg-type]

    def test_is_hashable_whatever_its_attributes_came_in(self) -> None:
        rows = {TicketFacts(ticket_id="1", attributes={"a": "b"}) for _ in range(2)}
        assert len(rows) == 1

    @given(st.integers(0, 10**6), st.integers(0, 10**6))
    def test_reply_and_solve_after_creation_are_sound(self, reply: int, work: int) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        replied = start + timedelta(seconds=reply)
        row = TicketFacts(
            ticket_id="1",
            created_at=start,
            first_reply_at=replied,
            solved_at=(replied + timedelta(seconds=work),),
        )
        assert row.anomalies() == ()
