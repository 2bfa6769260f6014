from __future__ import annotations

import pytest

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import FcrVariant, Ratio, fcr
from csprotocol.model import StatusCategory, TicketFacts
from tests.kpi.rows import facts_of, said, status

VARIANTS = (
    FcrVariant.ONE_REPLY,
    FcrVariant.LESS_THAN_TWO,
    FcrVariant.EQUAL_ONE,
    FcrVariant.ZERO_CUSTOMER_REPLIES,
)
# fmt: off
VERDICTS = [  # agent replies, customer replies, reopens: the verdict of each variant
    ((0, 0, 0), (False, True,  False, True)),
    ((1, 0, 0), (True,  True,  True,  True)),
    ((1, 2, 0), (True,  True,  True,  False)),
    ((1, 0, 1), (False, True,  True,  True)),
    ((2, 0, 0), (False, False, False, True)),
]
# fmt: on


def resolved(**counts: int | None) -> TicketFacts:
    return TicketFacts(ticket_id="1", status=StatusCategory.RESOLVED, **counts)  # type: ignore[arg-type]


class TestFcr:
    @pytest.mark.parametrize(("counts", "verdicts"), VERDICTS)
    def test_variants_differ(self, counts: tuple[int, int, int], verdicts: tuple[bool, ...]) -> None:
        agent, customer, reopens = counts
        ticket = resolved(agent_replies=agent, customer_replies=customer, reopens=reopens)
        assert verdicts == tuple(fcr([ticket], variant=variant).value == 1 for variant in VARIANTS)

    @pytest.mark.parametrize(("closes", "agents", "met"), [(1, 1, 1), (2, 1, 0), (1, 2, 0), (1, 0, 0)])
    def test_single_close_single_agent(self, closes: int, agents: int, met: int) -> None:
        found = fcr([resolved(closes=closes, agents=agents)], variant="single_close_single_agent")
        assert Ratio(met, 1) == found.ratio

    def test_the_opening_message_of_an_agent_counts_for_dbt_only(self) -> None:
        opened = facts_of(said("agent", "10:00"), status("resolved", "12:00"), by="agent")
        assert fcr([opened], variant="equal_one_message").value == 1
        assert fcr([opened], variant="equal_one").value == 0

    @pytest.mark.parametrize(
        ("status_now", "missing"),
        [
            (StatusCategory.OPEN, {"not-resolved": 1}),
            (StatusCategory.WAITING_CUSTOMER, {"not-resolved": 1}),
            (StatusCategory.CANCELLED, {"not-resolved": 1}),
            (None, {"no-status": 1}),
            (StatusCategory.CLOSED, {}),
        ],
    )
    def test_population_is_what_is_resolved_now(
        self, status_now: StatusCategory | None, missing: dict[str, int]
    ) -> None:
        found = fcr([TicketFacts(ticket_id="1", status=status_now, agent_replies=1, reopens=0)])
        assert (missing, 0 if missing else 1) == (found.missing, found.n)

    @pytest.mark.parametrize(
        ("variant", "known", "missing"),
        [
            ("one_reply", {"agent_replies": 1}, "no-reopen-count"),
            ("one_reply", {"agent_replies": 2}, "no-reopen-count"),  # else only candidates would drop out
            ("one_reply", {"reopens": 0}, "no-reply-count"),
            ("less_than_two", {}, "no-reply-count"),
            ("equal_one_message", {"agent_replies": 1}, "no-message-count"),
            ("zero_customer_replies", {}, "no-reply-count"),
            ("single_close_single_agent", {"closes": 1}, "no-agent-count"),
            ("single_close_single_agent", {"agents": 1}, "no-close-count"),
        ],
    )
    def test_unknown_is_missing_and_not_zero(self, variant: str, known: dict[str, int], missing: str) -> None:
        found = fcr([resolved(**known)], variant=variant)
        assert (None, {missing: 1}) == (found.value, found.missing)

    def test_who_was_not_answered_does_not_stand_for_who_was(self) -> None:
        """A source that says whether, and not how often, would leave only the unanswered: a rate of 1."""
        tickets = [
            TicketFacts(ticket_id=str(replied), status=StatusCategory.CLOSED, replied=replied)
            for replied in (True, False)
        ]
        found = fcr(tickets, variant="less_than_two")
        assert (Ratio(0, 0), {"no-reply-count": 2}) == (found.ratio, found.missing)

    def test_a_reopened_ticket_was_closed_more_than_once(self) -> None:
        path = [status(to, f"{11 + i}:00") for i, to in enumerate(("resolved", "open", "resolved", "closed"))]
        found = fcr([facts_of(said("agent", "10:30"), *path)], variant="single_close_single_agent")
        assert Ratio(0, 1) == found.ratio

    def test_a_call_that_an_agent_logged_has_no_customer_reply(self) -> None:
        logged = facts_of(said("customer", "10:00"), said("agent", "11:00"), status("resolved", "12:00"), by="agent")
        assert fcr([logged], variant="zero_customer_replies").value == 1

    def test_merged_and_spam_are_out(self) -> None:
        merged = TicketFacts(ticket_id="2", status=StatusCategory.CLOSED, agent_replies=0, reopens=0, merged_into="1")
        found = fcr([resolved(agent_replies=1, reopens=0), merged])
        assert (Ratio(1, 1), {"merged": 1}) == (found.ratio, found.missing)
        assert Ratio(1, 2) == fcr([resolved(agent_replies=1, reopens=0), merged], merged="include").ratio

    def test_unknown_variant(self) -> None:
        with pytest.raises(InvalidValueError, match="did you mean one_reply"):
            fcr([], variant="one_replie")
