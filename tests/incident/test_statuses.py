"""Statuses of helpdesks: what they mean, what is written, and what is lost on the way."""

from __future__ import annotations

import csv
import json
import pickle
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import csprotocol.incident
from csprotocol.adapters._zendesk_words import STATUSES
from csprotocol.errors import DocumentError, InvalidValueError, UnknownStateError
from csprotocol.incident import State, Transition, Workflow, check_status_log
from csprotocol.incident._helpdesk import HelpdeskStatus, StatusExport, SubStatus
from csprotocol.incident._statuses import StatusMap
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket

FILES = Path(csprotocol.incident.__file__).parent / "data" / "statuses"
MAPS = StatusMap.names()
WORKFLOW = Workflow.default()
CUSTOMER, OTHERS = StatusCategory.WAITING_CUSTOMER, StatusCategory.WAITING_THIRD_PARTY
ANYBODY = (None, *ActorKind)


def one_state(category: StatusCategory, waiting_on: str | None = None) -> Workflow:
    """A workflow with a state of this category, whatever else it has."""
    state = State("it", category, waiting_on=waiting_on)
    return Workflow("shop", 1, "it", states=(state,), transitions=(Transition("note", "it"),))


def losses(name: str, category: StatusCategory) -> bool:
    return StatusMap.builtin(name).exports[category].loss is not None


class TestData:
    def test_each_file_is_a_map_and_each_map_a_file(self) -> None:
        assert tuple(sorted(path.stem for path in FILES.glob("*.toml"))) == MAPS

    @pytest.mark.parametrize("name", MAPS)
    def test_source_and_day(self, name: str) -> None:
        found = StatusMap.builtin(name)
        assert found.id == name
        assert found.source
        assert date(2026, 11, 21) <= found.as_of <= date.today()  # noqa: DTZ011  # a day is a day

    @pytest.mark.parametrize("name", MAPS)
    def test_every_status_says_something_or_why_not(self, name: str) -> None:
        for status in StatusMap.builtin(name).statuses:
            assert status.category or status.by_author or status.why, status.name
            assert not status.by_author or status.why, status.name

    @pytest.mark.parametrize("name", MAPS)
    def test_what_was_not_verified_says_where_it_was_seen(self, name: str) -> None:
        for status in StatusMap.builtin(name).statuses:
            assert status.verified != bool(status.seen), status.name

    @pytest.mark.parametrize("name", MAPS)
    def test_the_author_decides_for_all_who_speak_in_public(self, name: str) -> None:
        for status in StatusMap.builtin(name).statuses:
            assert set(status.by_author) in (set(), {ActorKind.CUSTOMER, ActorKind.AGENT, ActorKind.BOT}), status.name

    @pytest.mark.parametrize("name", MAPS)
    def test_comes_back_from_plain_data_and_from_a_pickle(self, name: str) -> None:
        found = StatusMap.builtin(name)
        assert StatusMap.from_dict(found.to_dict()) == found
        assert pickle.loads(pickle.dumps(found)) == found
        assert hash(found) == hash(StatusMap.from_dict(found.to_dict()))


class TestRoundTrip:
    @pytest.mark.parametrize("name", MAPS)
    @pytest.mark.parametrize("workflow", Workflow.names())
    def test_every_state_goes_out_and_its_category_comes_back_unless_told(self, name: str, workflow: str) -> None:
        helpdesk, of = StatusMap.builtin(name), Workflow.builtin(workflow)
        for state in of.states:
            sent = helpdesk.to_status(state.name, workflow=of)
            back = helpdesk.to_category(sent.status, last_public_author="agent", sub_status=sent.sub_status)
            told = any(loss.kind == "category" for loss in sent.losses)
            assert (back is not state.category) == told, (state.name, sent, back)

    @pytest.mark.parametrize("name", MAPS)
    def test_it_lands_in_a_state_of_that_category(self, name: str) -> None:
        helpdesk = StatusMap.builtin(name)
        for category in StatusCategory:
            if losses(name, category):
                continue
            sent = helpdesk.to_status(WORKFLOW.landing[category], workflow=WORKFLOW)
            found = helpdesk.to_state(
                sent.status, workflow=WORKFLOW, last_public_author="agent", sub_status=sent.sub_status
            )
            assert found == WORKFLOW.landing[category]

    @pytest.mark.parametrize("name", MAPS)
    def test_nothing_is_ever_read_as_the_opposite(self, name: str) -> None:
        """Whoever spoke last: what waits or is open never comes back as resolved, closed or cancelled."""
        helpdesk = StatusMap.builtin(name)
        for category in (StatusCategory.NEW, StatusCategory.OPEN, StatusCategory.WAITING_THIRD_PARTY):
            sent = helpdesk.exports[category]
            for author in ANYBODY:
                back = helpdesk.to_category(sent.status, last_public_author=author, sub_status=sent.sub_status)
                assert back is None or back.is_live, (category, author)

    @given(st.sampled_from(MAPS), st.sampled_from(StatusCategory), st.none() | st.text(min_size=1).filter(str.strip))
    def test_export_is_total(self, name: str, category: StatusCategory, party: str | None) -> None:
        helpdesk = StatusMap.builtin(name)
        sent = helpdesk.to_status("it", workflow=one_state(category, party))
        assert sent.status in {status.name for status in helpdesk.statuses}
        assert all(loss.told for loss in sent.losses)
        assert all(tag == "_".join(tag.split()) for tag in sent.tags)

    def test_a_state_that_is_none(self) -> None:
        with pytest.raises(UnknownStateError):
            StatusMap.builtin("zendesk").to_status("nowhere", workflow=WORKFLOW)


class TestToStatus:
    @pytest.mark.parametrize(
        ("name", "state", "written"),
        [
            ("zendesk", "new", ("new", None, ())),
            ("zendesk", "waiting_carrier", ("hold", None, ("waiting_on_carrier",))),
            ("zendesk", "cancelled", ("solved", None, ("cancelled",))),
            ("freshdesk", "waiting_customer", ("Pending", None, ())),
            ("freshdesk", "resolved", ("Resolved", None, ())),
            ("gorgias", "waiting_customer", ("closed", None, ())),
            ("gorgias", "waiting_supplier", ("closed", "snoozed", ("waiting_on_supplier",))),
            ("helpscout", "waiting_customer", ("pending", None, ())),
            ("helpscout", "closed", ("closed", None, ("closed",))),
            ("hubspot", "in_progress", ("Waiting on us", None, ())),
            ("jira_service_management", "waiting_customer", ("Waiting for customer", None, ())),
            ("servicenow", "waiting_customer", ("On Hold", "Awaiting Caller", ())),
            ("servicenow", "waiting_supplier", ("On Hold", "Awaiting Vendor", ())),
            ("servicenow", "waiting_carrier", ("On Hold", "Awaiting Vendor", ("waiting_on_carrier",))),
            ("zammad", "resolved", ("pending close", None, ())),
        ],
    )
    def test_says(self, name: str, state: str, written: tuple[object, ...]) -> None:
        assert StatusMap.builtin(name).to_status(state, workflow=WORKFLOW)[:3] == written

    def test_the_party_picks_the_reason(self) -> None:
        shop = one_state(StatusCategory.WAITING_THIRD_PARTY, "change")
        sent = StatusMap.builtin("servicenow").to_status("it", workflow=shop)
        assert (sent.sub_status, sent.losses) == ("Awaiting Change", ())

    @pytest.mark.parametrize("party", ["supplier", "Supplier", " SUPPLIER "])
    def test_the_party_is_read_whatever_its_case(self, party: str) -> None:
        shop = one_state(StatusCategory.WAITING_THIRD_PARTY, party)
        sent = StatusMap.builtin("servicenow").to_status("it", workflow=shop)
        assert (sent.sub_status, sent.tags, sent.losses) == ("Awaiting Vendor", (), ())

    def test_losses_are_told(self) -> None:
        sent = StatusMap.builtin("gorgias").to_status("resolved", workflow=WORKFLOW)
        assert [loss.kind for loss in sent.losses] == ["category"]
        assert "waiting_customer" in sent.losses[0].told


class TestToCategory:
    # What it means after the customer's word, after the agent's, and when nobody knows whose.
    @pytest.mark.parametrize(
        ("name", "status", "sub_status", "means"),
        [
            # Whoever spoke last, Gorgias' open is the shop's work; closed only says who has the word.
            ("gorgias", "open", None, ("open", "open", "open")),
            ("gorgias", "closed", None, ("resolved", CUSTOMER, None)),
            ("gorgias", "closed", "snoozed", (OTHERS, OTHERS, OTHERS)),
            ("gorgias", "open", "snoozed", ("open", "open", "open")),
            ("gorgias", "open", "spam", ("cancelled", "cancelled", "cancelled")),
            ("helpscout", "pending", None, (OTHERS, CUSTOMER, None)),
            ("helpscout", "closed", None, ("resolved", "resolved", "resolved")),
            ("helpscout", "active", "published", ("open", "open", "open")),
            ("helpscout", "closed", "deleted", ("cancelled", "cancelled", "cancelled")),
            ("zammad", "pending reminder", None, (OTHERS, CUSTOMER, None)),
            ("zammad", "pending close", None, ("resolved", "resolved", "resolved")),
            ("freshdesk", "Waiting on Third Party", None, (OTHERS, OTHERS, OTHERS)),
            ("servicenow", "On Hold", None, (None, None, None)),
            ("servicenow", "On Hold", "Awaiting Caller", (CUSTOMER, CUSTOMER, CUSTOMER)),
            # A reason that was left behind says nothing of a state that is not on hold.
            ("servicenow", "In Progress", "Awaiting Caller", ("open", "open", "open")),
        ],
    )
    def test_means(self, name: str, status: str, sub_status: str | None, means: tuple[str | None, ...]) -> None:
        helpdesk = StatusMap.builtin(name)
        authors = (ActorKind.CUSTOMER, ActorKind.AGENT, None)
        found = [helpdesk.to_category(status, last_public_author=who, sub_status=sub_status) for who in authors]
        assert tuple(found) == means

    @pytest.mark.parametrize("name", MAPS)
    def test_a_bot_speaks_for_the_shop_and_the_system_for_nobody(self, name: str) -> None:
        helpdesk = StatusMap.builtin(name)
        for status in helpdesk.statuses:
            by: dict[Any, Any] = {who: helpdesk.to_category(status.name, last_public_author=who) for who in ANYBODY}
            assert by[ActorKind.BOT] is by[ActorKind.AGENT]
            assert by[ActorKind.SYSTEM] is by[None]

    @pytest.mark.parametrize(("state", "means"), [
        ("New",                "new"),
        ("Active",             "open"),
        ("Awaiting User Info", "waiting_customer"),
        ("Awaiting Problem",   "waiting_third_party"),
        ("Awaiting Vendor",    "waiting_third_party"),
        ("Awaiting Evidence",  "waiting_third_party"),
        ("Resolved",           "resolved"),
        ("Closed",             "closed"),
        ("-100",               None),
        (4,                    "waiting_customer"),
        (8,                    "cancelled"),
    ])  # fmt: skip
    def test_older_words_of_servicenow(self, state: str | int, means: str | None) -> None:
        assert StatusMap.builtin("servicenow").to_category(state) == means

    def test_the_whole_log_of_servicenow(self, shared: Path) -> None:
        log = shared / "data" / "helpdesk_logs" / "incident_event_log_sample.csv"
        with log.open(encoding="utf-8", newline="") as rows:
            states = {row["incident_state"] for row in csv.DictReader(rows)}
        servicenow = StatusMap.builtin("servicenow")
        assert {state for state in states if servicenow.to_category(state) is None} <= {"-100"}

    def test_zendesk_as_the_adapter_reads_it(self) -> None:
        zendesk = StatusMap.builtin("zendesk")
        assert {word: zendesk.to_category(word) for word in STATUSES} == dict(STATUSES)

    @given(st.sampled_from(MAPS), st.data())
    def test_case_and_blanks_change_nothing(self, name: str, data: st.DataObject) -> None:
        helpdesk = StatusMap.builtin(name)
        status = data.draw(st.sampled_from(helpdesk.statuses))
        spelt = data.draw(st.sampled_from(status.spellings))
        turned = "".join(data.draw(st.sampled_from([letter.upper(), letter.lower()])) for letter in spelt)
        around = data.draw(st.sampled_from(["", " ", "\t", "\n", "\N{NO-BREAK SPACE}"]))
        padded = around + turned.replace(" ", data.draw(st.sampled_from([" ", "  ", "\t"]))) + around
        for author in ANYBODY:
            assert helpdesk.to_category(padded, last_public_author=author) is status.category_after(author)

    @pytest.mark.parametrize(("status", "told"), [
        ("Actve", "ServiceNow status: 'Actve' is unknown; did you mean Active?"),
        (9, "ServiceNow status: 9 is unknown"),
        ("", "ServiceNow status: '' is unknown"),
    ])  # fmt: skip
    def test_a_word_that_the_vendor_does_not_have(self, status: str | int, told: str) -> None:
        with pytest.raises(InvalidValueError) as caught:
            StatusMap.builtin("servicenow").to_category(status)
        assert str(caught.value).startswith(told)

    @pytest.mark.parametrize(("name", "status", "means"), [
        ("freshdesk", 2.0, "open"),
        ("servicenow", 7.0, "closed"),
        ("zammad", 4.0, "closed"),
    ])  # fmt: skip
    def test_a_number_from_a_column_with_a_gap(self, name: str, status: float, means: str) -> None:
        assert StatusMap.builtin(name).to_category(status) == means

    @pytest.mark.parametrize("status", [2.5, float("nan"), float("inf")])
    def test_a_number_that_is_none(self, status: float) -> None:
        with pytest.raises(InvalidValueError, match="is unknown"):
            StatusMap.builtin("freshdesk").to_category(status)

    @pytest.mark.parametrize(("sub_status", "means"), [
        ("1", "waiting_customer"),
        (1, "waiting_customer"),
        (1.0, "waiting_customer"),
        ("4", "waiting_third_party"),
        (float("nan"), None),
        ("", None),
    ])  # fmt: skip
    def test_reasons_by_number(self, sub_status: str | float, means: str | None) -> None:
        assert StatusMap.builtin("servicenow").to_category(3, sub_status=sub_status) == means

    def test_a_sub_status_that_the_vendor_does_not_have(self) -> None:
        with pytest.raises(InvalidValueError, match="ServiceNow sub-status: 'Awaiting Godot' is unknown"):
            StatusMap.builtin("servicenow").to_category("On Hold", sub_status="Awaiting Godot")

    def test_an_author_that_is_none(self) -> None:
        with pytest.raises(InvalidValueError, match="last_public_author: 'nobody' is unknown"):
            StatusMap.builtin("gorgias").to_category("closed", last_public_author="nobody")

    def test_a_reply_to_what_gorgias_closed_is_no_reopening(self) -> None:
        """Asked, answered and closed, asked again: one conversation that was never settled."""
        gorgias = StatusMap.builtin("gorgias")
        start = datetime(2026, 11, 20, 9, tzinfo=UTC)
        rows: list[tuple[ActorKind, str]] = [
            (ActorKind.CUSTOMER, "open"),
            (ActorKind.AGENT, "closed"),
            (ActorKind.CUSTOMER, "open"),
            (ActorKind.AGENT, "closed"),
            (ActorKind.CUSTOMER, "closed"),
        ]
        events = [Event(start, EventKind.CREATED, ActorKind.CUSTOMER)]
        for hour, (by, status) in enumerate(rows, 1):
            at = start + timedelta(hours=hour)
            events.append(Event(at, EventKind.MESSAGE, by))
            to = gorgias.to_category(status, last_public_author=by)
            events.append(Event(at, EventKind.STATUS, by, data={"to": to}))
        facts = Ticket(id="1", events=tuple(events)).facts()
        assert facts.reopens == 0
        assert facts.solved_at == (start + timedelta(hours=5),)


class TestToState:
    def test_no_landing_no_state(self) -> None:
        assert StatusMap.builtin("zendesk").to_state("new", workflow=one_state(StatusCategory.OPEN)) is None

    def test_no_category_no_state(self) -> None:
        assert StatusMap.builtin("gorgias").to_state("closed", workflow=WORKFLOW) is None


class TestToStates:
    @pytest.mark.parametrize("name", MAPS)
    def test_says_what_each_status_says(self, name: str) -> None:
        helpdesk = StatusMap.builtin(name)
        found = helpdesk.to_states(workflow=WORKFLOW)
        for status in helpdesk.statuses:
            for spelt in status.spellings:
                assert found.get(spelt) == helpdesk.to_state(spelt, workflow=WORKFLOW)

    def test_for_a_log_of_statuses(self) -> None:
        at = [datetime(2026, 11, 21, hour, tzinfo=UTC) for hour in (9, 10, 12)]
        mapping = StatusMap.builtin("servicenow").to_states(workflow=WORKFLOW)
        states = ["Active", "Awaiting User Info", "Active"]
        log = check_status_log(["1"] * 3, states, at, mapping, workflow=WORKFLOW)
        assert (log.illegal, log.seconds_in) == (0, {"in_progress": 3600.0, "waiting_customer": 7200.0})

    def test_a_look_up_reads_as_the_map_does(self) -> None:
        zendesk = StatusMap.builtin("zendesk").to_states(workflow=WORKFLOW)
        assert zendesk["Open"] == zendesk[" OPEN"] == zendesk.get("open") == "in_progress"
        assert "On-Hold" in zendesk
        assert "Opn" not in zendesk
        assert zendesk.get("Opn", "new") == "new"
        with pytest.raises(KeyError, match="Opn"):
            zendesk["Opn"]
        assert pickle.loads(pickle.dumps(zendesk))["OPEN"] == "in_progress"

    @pytest.mark.parametrize(("name", "statuses"), [
        ("freshdesk", [2, 3, 4]),
        ("freshdesk", [2.0, 3.0, 4.0]),
        ("freshdesk", ["2", "pending ", "RESOLVED"]),
        ("zendesk", ["Open", "PENDING", "Solved"]),
    ])  # fmt: skip
    def test_a_log_in_other_spellings(self, name: str, statuses: list[Any]) -> None:
        at = [datetime(2026, 11, 21, hour, tzinfo=UTC) for hour in (9, 10, 12)]
        mapping = StatusMap.builtin(name).to_states(workflow=WORKFLOW)
        log = check_status_log(["1"] * 3, statuses, at, mapping, workflow=WORKFLOW)
        assert (log.unknown, log.final_states) == ({}, {"resolved": 1})
        assert log.seconds_in == {"in_progress": 3600.0, "waiting_customer": 7200.0}


class TestWhenQuiet:
    def test_what_gorgias_closed_settles_in_time(self) -> None:
        assert StatusMap.builtin("gorgias").when_quiet("Closed") is StatusCategory.RESOLVED

    @pytest.mark.parametrize("name", MAPS)
    def test_a_helpdesk_that_closes_on_an_answer_can_still_settle(self, name: str) -> None:
        """Whatever a status means in the end, the shop's last word leads to resolved or closed by some way."""
        helpdesk = StatusMap.builtin(name)
        ends = {helpdesk.to_category(each.name, last_public_author="agent") for each in helpdesk.statuses}
        ends |= {helpdesk.when_quiet(each.name) for each in helpdesk.statuses}
        assert ends & {StatusCategory.RESOLVED, StatusCategory.CLOSED}


class TestWithStatuses:
    def test_a_status_of_the_shop(self) -> None:
        shop = StatusMap.builtin("hubspot").with_statuses({"With the workshop": "waiting_third_party"})
        assert shop.to_category("with the workshop") is StatusCategory.WAITING_THIRD_PARTY
        assert shop.to_category("New") is StatusCategory.NEW
        assert shop.exports == StatusMap.builtin("hubspot").exports

    def test_the_shop_wins_over_the_vendor(self) -> None:
        shop = StatusMap.builtin("freshdesk").with_statuses({"6": "open", "PENDING": "waiting_third_party"})
        assert shop.to_category(6) is StatusCategory.OPEN
        assert shop.to_category("Waiting on Customer") is StatusCategory.WAITING_CUSTOMER
        assert shop.to_category("Pending") is StatusCategory.WAITING_THIRD_PARTY

    @pytest.mark.parametrize(("name", "own", "spelt", "means"), [
        ("zendesk", {"hold": "waiting_customer"}, "on-hold", "waiting_customer"),
        ("zendesk", {"hold": "waiting_customer"}, "On Hold", "waiting_customer"),
        ("zendesk", {"on-hold": "open"}, "on-hold", "open"),
        ("zendesk", {"on-hold": "open"}, "hold", "waiting_third_party"),
        ("freshdesk", {"Open": "new"}, 2, "new"),
        ("freshdesk", {"Open": "new"}, "open", "new"),
        ("freshdesk", {"Open": "new", "2": "cancelled"}, 2, "cancelled"),
        ("servicenow", {"canceled": "closed"}, "Cancelled", "closed"),
    ])  # fmt: skip
    def test_the_other_spellings_go_with_the_name(
        self, name: str, own: dict[str, StatusCategory | str], spelt: str | int, means: str
    ) -> None:
        assert StatusMap.builtin(name).with_statuses(own).to_category(spelt) == means

    def test_losses_follow_the_new_sense(self) -> None:
        shop = StatusMap.builtin("freshdesk").with_statuses({"Pending": "waiting_third_party"})
        assert shop.exports[StatusCategory.WAITING_THIRD_PARTY].loss is None
        told = shop.exports[StatusCategory.WAITING_CUSTOMER].loss
        assert told == "'Pending' reads back as waiting_third_party in this shop"

    def test_the_shop_writes_its_own(self) -> None:
        own: dict[str, StatusCategory | str] = {"In transit": StatusCategory.WAITING_THIRD_PARTY}
        shop = StatusMap.builtin("freshdesk").with_statuses(own, exports={"waiting_third_party": "in transit"})
        sent = shop.to_status("waiting_carrier", workflow=WORKFLOW)
        assert (sent.status, [loss.kind for loss in sent.losses]) == ("in transit", ["party"])

    def test_the_reason_still_decides_for_a_status_that_was_named_anew(self) -> None:
        shop = StatusMap.builtin("servicenow").with_statuses({"on hold": "waiting_third_party"})
        assert shop.to_category("On Hold") is StatusCategory.WAITING_THIRD_PARTY
        assert shop.to_category("On Hold", sub_status="Awaiting Caller") is StatusCategory.WAITING_CUSTOMER

    @given(
        st.sampled_from(MAPS), st.dictionaries(st.text(min_size=1).filter(str.strip), st.sampled_from(StatusCategory))
    )
    def test_own_words_mean_what_the_shop_says(self, name: str, own: dict[str, StatusCategory]) -> None:
        folded = {" ".join(word.split()).casefold(): category for word, category in own.items()}
        if len(folded) < len(own):
            with pytest.raises(InvalidValueError, match="named once"):
                StatusMap.builtin(name).with_statuses(own)
            return
        shop = StatusMap.builtin(name).with_statuses(own)
        assert {word: shop.to_category(word) for word in own} == own
        assert StatusMap.from_dict(shop.to_dict()) == shop

    @pytest.mark.parametrize(("own", "exports", "told"), [
        ({"x": "opn"}, {}, "'opn' is unknown; did you mean open?"),
        ({"": "open"}, {}, "HelpdeskStatus.name must be a name that is not blank, got ''"),
        ({" ": "open"}, {}, "HelpdeskStatus.name must be a name that is not blank, got ' '"),
        ({}, {"waiting": "Open"}, "'waiting' is unknown"),
        ({}, {"open": "Opn"}, "Freshdesk status: 'Opn' is unknown; did you mean Open?"),
    ])  # fmt: skip
    def test_refuses(self, own: dict[str, str], exports: dict[str, str], told: str) -> None:
        with pytest.raises(InvalidValueError) as caught:
            StatusMap.builtin("freshdesk").with_statuses(own, exports=exports)
        assert told in str(caught.value)


class TestBirth:
    @pytest.mark.parametrize(("fields", "told"), [
        ({"name": "a", "category": "opne"}, "a.category: 'opne' is unknown; did you mean open?"),
        ({"name": "a", "when_quiet": "resolvd"}, "a.when_quiet: 'resolvd' is unknown"),
        ({"name": "a", "by_author": {"agnet": "open"}}, "a.by_author: 'agnet' is unknown; did you mean agent?"),
        ({"name": "a", "by_author": {"agent": "opn"}}, "a.by_author: 'opn' is unknown"),
        ({"name": " "}, "HelpdeskStatus.name must be a name that is not blank"),
        ({"name": 6}, "HelpdeskStatus.name must be a name that is not blank, got 6"),
        ({"name": "a", "also": ["b", ""]}, "HelpdeskStatus.also must be a name that is not blank"),
        ({"name": "a", "also": "bc"}, "HelpdeskStatus.also must be a list of spellings, got 'bc'"),
    ])  # fmt: skip
    def test_a_status_refuses(self, fields: dict[str, Any], told: str) -> None:
        with pytest.raises(InvalidValueError) as caught:
            HelpdeskStatus(**fields)
        assert str(caught.value).startswith(told)

    def test_words_become_members(self) -> None:
        words: dict[str, Any] = {"category": "open", "when_quiet": "resolved"}
        status = HelpdeskStatus(name="a", **words)
        assert status.category is StatusCategory.OPEN
        assert status.when_quiet is StatusCategory.RESOLVED
        by: dict[str, Any] = {"by_author": {"agent": "waiting_customer"}}
        assert HelpdeskStatus(name="a", **by).category_after(ActorKind.AGENT) is StatusCategory.WAITING_CUSTOMER
        sub: dict[str, Any] = {"category": "cancelled", "of": ["a"]}
        assert SubStatus(name="b", **sub) == SubStatus(name="b", of=("a",), category=StatusCategory.CANCELLED)

    def test_a_sub_status_refuses(self) -> None:
        with pytest.raises(InvalidValueError, match=r"^a\.category: 'opne' is unknown"):
            SubStatus(name="a", category="opne")  # type: ignore[arg-type]
        with pytest.raises(InvalidValueError, match=r"^SubStatus\.name"):
            SubStatus(name="")

    def test_an_export_knows_each_party_once(self) -> None:
        with pytest.raises(InvalidValueError, match=r"^by_party must be named once, got 'Supplier'"):
            StatusExport(status="a", by_party={"supplier": "b", "Supplier": "c"})

    def test_exports_by_their_words(self) -> None:
        exports: Any = {category.value: StatusExport(status="a") for category in StatusCategory}
        found = StatusMap("x", "X", "shop", date(2026, 11, 21), (HelpdeskStatus(name="a"),), exports)
        assert all(isinstance(category, StatusCategory) for category in found.exports)
        with pytest.raises(InvalidValueError, match=r"^X exports: 'opne' is unknown"):
            StatusMap("x", "X", "shop", date(2026, 11, 21), (HelpdeskStatus(name="a"),), exports | {"opne": "a"})


class TestDocument:
    @staticmethod
    def plain() -> dict[str, Any]:
        return {
            "id": "desk",
            "name": "Desk",
            "source": "the shop",
            "as_of": "2026-11-21",
            "statuses": [{"name": "Open", "category": "open"}],
            "exports": {category.value: {"status": "open"} for category in StatusCategory},
        }

    def test_a_helpdesk_of_the_shop(self, tmp_path: Path) -> None:
        file = tmp_path / "desk.json"
        file.write_text(json.dumps(self.plain()), "utf-8")
        assert StatusMap.load(file).to_category(" OPEN ") is StatusCategory.OPEN

    def test_an_unknown_helpdesk(self) -> None:
        with pytest.raises(InvalidValueError, match="helpdesk: 'zendesc' is unknown; did you mean zendesk"):
            StatusMap.builtin("zendesc")

    def test_a_misspelt_key(self) -> None:
        with pytest.raises(DocumentError, match="statuses"):
            StatusMap.from_dict(self.plain() | {"statuses": [{"name": "Open", "categry": "open"}]})

    @pytest.mark.parametrize(("change", "told"), [
        ({"statuses": [{"name": "Open", "also": ["OPEN "]}]}, "Desk status must be named once, got 'OPEN '"),
        ({"exports": {"new": {"status": "Open"}}}, "Desk exports must be given for every category, got 'open'"),
        ({"statuses": [{"name": "Closed"}]}, "Desk status: 'open' is unknown"),
        ({"sub_statuses": [{"name": "x", "of": ["Shut"]}]}, "Desk status: 'Shut' is unknown"),
        ({"statuses": [{"name": "Open", "category": "open", "by_author": {"bot": "new"}}]}, "Open.category must be"),
    ])  # fmt: skip
    def test_refuses(self, change: dict[str, Any], told: str) -> None:
        with pytest.raises(InvalidValueError) as caught:
            StatusMap.from_dict(self.plain() | change)
        assert str(caught.value).startswith(told)
