"""Every workflow that the library brings: its shape, and the stories that it must be able to tell."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import csprotocol.incident
from csprotocol.incident import Actor, Command, Denied, Facts, State, Transition, Workflow, to_ticket
from csprotocol.model import ActorKind, EventKind, StatusCategory

DATA = Path(csprotocol.incident.__file__).parent / "data"
NAMES = Workflow.names()
EVERYWHERE = {
    "customer_reply",
    "note",
    "promise",
    "send_update",
    "change_priority",
    "escalate",
    "assign",
    "merge_into",
    "split_off",
}


def live(workflow: Workflow) -> set[str]:
    return {state.name for state in workflow.states if not state.final}


def sources(workflow: Workflow, transition: Transition) -> set[str]:
    return live(workflow) if transition.sources == ("*",) else set(transition.sources)


def guards(transition: Transition) -> set[str]:
    return {use.guard for use in transition.guard_uses}


def of_category(workflow: Workflow, *categories: StatusCategory) -> set[str]:
    return {state.name for state in workflow.states if state.category in categories}


def reachable(workflow: Workflow, without: set[str]) -> set[str]:
    """The states that can be reached without ever entering one of ``without``."""
    found, todo = set[str](), [workflow.initial]
    while todo:
        at = todo.pop()
        if at in found or at in without:
            continue
        found.add(at)
        todo += [
            transition.target
            for transition in workflow.transitions
            if at in sources(workflow, transition) and transition.target not in (None, "=")
        ]
    return found


class TestFiles:
    def test_each_has_a_name_that_the_library_knows(self) -> None:
        assert {path.stem for path in DATA.glob("*.toml")} == set(NAMES)

    @pytest.mark.parametrize("path", sorted(DATA.glob("*.toml")), ids=lambda path: path.stem)
    def test_head_tells_source_and_day(self, path: Path) -> None:
        head = " ".join(line.lstrip("# ") for line in path.read_text("utf-8").partition("\nid = ")[0].splitlines())
        assert "Source: " in head
        told = re.search(r"As of (\d{4}-\d{2}-\d{2})\.", head)
        assert told is not None
        assert date(2026, 11, 21) <= date.fromisoformat(told[1]) <= date.today()  # noqa: DTZ011  # a day is a day

    @pytest.mark.parametrize("path", sorted(DATA.rglob("*.toml")), ids=lambda path: path.stem)
    def test_is_plain(self, path: Path) -> None:
        text = path.read_text("utf-8")
        assert tomllib.loads(text)["id"] == path.stem
        assert "\t" not in text
        assert text.endswith("\n")


@pytest.mark.parametrize("name", NAMES)
class TestEveryWorkflow:
    def test_opens_without_a_doubt(self, name: str) -> None:
        workflow = Workflow.builtin(name)
        assert (workflow.id, workflow.version) == (name, 1)
        assert workflow.lint() == ()
        assert workflow.compile() is not None

    def test_comes_back_from_plain_data(self, name: str) -> None:
        workflow = Workflow.builtin(name)
        assert Workflow.from_dict(workflow.to_dict()) == workflow

    def test_labels_in_english_and_spanish_each_once(self, name: str) -> None:
        states = Workflow.builtin(name).states
        assert {tuple(state.labels) for state in states} == {("en", "es")}
        for language in ("en", "es"):
            labels = [state.labels[language] for state in states]
            assert len(set(labels)) == len(labels)
            assert all(
                label == label.strip() and label[:1] != label[:1].lower() for label in labels if label[:1] != "¿"
            )

    def test_names_are_snake_case(self, name: str) -> None:
        workflow = Workflow.builtin(name)
        words = [*(state.name for state in workflow.states), *workflow.event_names]
        assert [word for word in words if not re.fullmatch(r"[a-z]+(_[a-z]+)*", word)] == []

    def test_a_state_has_a_step_unless_it_is_cancelled(self, name: str) -> None:
        def fits(state: State) -> bool:
            return (state.step is None) == (state.category is StatusCategory.CANCELLED)

        assert [state.name for state in Workflow.builtin(name).states if not fits(state)] == []

    def test_a_party_stands_where_somebody_waits_and_only_there(self, name: str) -> None:
        for state in Workflow.builtin(name).states:
            assert (state.waiting_on is not None) == state.category.is_waiting, state.name
            assert (state.waiting_on == "customer") == (state.category is StatusCategory.WAITING_CUSTOMER), state.name

    def test_final_is_what_nobody_reopens(self, name: str) -> None:
        workflow = Workflow.builtin(name)
        final = {state.name for state in workflow.states if state.final}
        assert {"cancelled", "merged"} == final
        assert final <= of_category(workflow, StatusCategory.CANCELLED)

    def test_landing_for_every_category_that_there_is(self, name: str) -> None:
        workflow = Workflow.builtin(name)
        assert set(workflow.landing) == {state.category for state in workflow.states} == set(StatusCategory)

    def test_events_that_are_possible_everywhere(self, name: str) -> None:
        workflow = Workflow.builtin(name)
        for event in EVERYWHERE:
            told = [sources(workflow, each) for each in workflow.transitions if each.event == event]
            assert set[str]().union(*told) == live(workflow), event

    def test_what_waits_for_the_customer_alone_goes_on_when_the_customer_writes(self, name: str) -> None:
        assert Workflow.builtin(name).moves["waiting_customer", "customer_reply"] != "waiting_customer"

    def test_reopening_is_limited_and_has_a_reason(self, name: str) -> None:
        workflow = Workflow.builtin(name)
        done = of_category(workflow, StatusCategory.RESOLVED, StatusCategory.CLOSED)
        closed = of_category(workflow, StatusCategory.CLOSED)
        waking = [
            each
            for each in workflow.transitions
            if each.target in live(workflow) - done and sources(workflow, each) & done
        ]
        assert {each.event for each in waking} == {"reopen", "customer_reply"}
        for each in waking:
            window = {"within_reopen_window"} if sources(workflow, each) & closed else set()
            assert guards(each) == {"under_reopen_limit", *window}
            assert each.requires == (("reason",) if each.event == "reopen" else ())

    def test_closing_waits_for_the_customer(self, name: str) -> None:
        workflow = Workflow.builtin(name)
        closing = [each for each in workflow.transitions if each.target == "closed"]
        assert [each.event for each in closing] == ["close"]
        assert "confirmed_or_grace_elapsed" in guards(closing[0])
        assert set(closing[0].sources) == of_category(workflow, StatusCategory.RESOLVED)

    def test_resolving_waits_for_children_and_stays_within_the_limit(self, name: str) -> None:
        resolving = [each for each in Workflow.builtin(name).transitions if each.event == "resolve"]
        assert [(each.guards, each.requires) for each in resolving] == [
            (("no_open_blocking_children", "within_compensation_limit"), ("resolution",))
        ]

    def test_money_goes_out_within_the_limit(self, name: str) -> None:
        for each in Workflow.builtin(name).transitions:
            if each.event in PAYING:
                assert guards(each) == {"within_compensation_limit"}
                # What was settled is not paid again by a slip of the hand.
                assert each.requires[1:] == (("reason",) if each.sources == ("reviewing",) else ())
                assert "reviewing" not in each.sources or each.sources == ("reviewing",)

    def test_giving_up_has_a_reason_and_merging_a_place(self, name: str) -> None:
        for each in Workflow.builtin(name).transitions:
            if each.target == "cancelled":
                assert (each.event, each.requires) == ("cancel", ("reason",))
            if each.target == "merged":
                assert (each.event, each.requires) == ("merge_into", ("into",))
                assert "merge_target_ok" in guards(each)

    def test_the_question_to_the_customer_is_a_message(self, name: str) -> None:
        workflow = Workflow.builtin(name)
        waiting = of_category(workflow, StatusCategory.WAITING_CUSTOMER)
        asking = {each.event for each in workflow.transitions if each.target in waiting} - SILENT
        assert {event for event in asking if workflow.meaning(event).kind is not EventKind.MESSAGE} == set()
        assert {event for event in asking if not workflow.meaning(event).public} == set()


# Sends goods, not words; or finds the difference unpaid when the article arrives.
SILENT = {"send_ahead", "delivery_failed", "receive"}
# What gives money or goods away.
PAYING = {"refund", "replace", "reship", "send_ahead", "send_replacement"}
SHOP = [name for name in NAMES if name != "incident"]


@pytest.mark.parametrize("name", SHOP)
class TestLookedAtAgain:
    """What was settled: it can be ended as it is, and neither dropped nor rejected."""

    def test_reopening_leads_there(self, name: str) -> None:
        moves = Workflow.builtin(name).moves
        assert {moves[state, event] for state in ("resolved", "closed") for event in ("customer_reply", "reopen")} == {
            "reviewing"
        }

    def test_ends_with_nothing_but_a_resolution(self, name: str) -> None:
        resolving = [each for each in Workflow.builtin(name).transitions if each.event == "resolve"]
        assert {"reviewing", "asked_again"} <= set(resolving[0].sources)
        assert resolving[0].requires == ("resolution",)

    def test_is_not_dropped(self, name: str) -> None:
        moves = Workflow.builtin(name).moves
        dropping = {event for state, event in moves if state in {"reviewing", "asked_again"}} & {"cancel", "reject"}
        assert dropping == set()

    def test_the_customer_is_asked_and_it_is_still_settled(self, name: str) -> None:
        moves = Workflow.builtin(name).moves
        assert moves["reviewing", "ask_customer"] == "asked_again"
        assert moves["asked_again", "customer_reply"] == "reviewing"

    def test_a_thank_you_reopens_and_the_shop_resolves_again(self, name: str) -> None:
        story = next(events for events, end in STORIES[name] if end == "resolved")
        passed = walk(Workflow.builtin(name), f"{story} customer_reply resolve close")
        assert passed[-4:] == ["resolved", "reviewing", "resolved", "closed"]

    def test_a_second_payment_asks_for_a_reason(self, name: str) -> None:
        machine = Workflow.builtin(name).compile()
        settled = machine.open("INC-1", at=datetime(2026, 11, 21, tzinfo=UTC), state="reviewing")
        slip = {field: value for field, value in FIELDS.items() if field != "reason"}
        for event, answer in machine.allowed(settled, ANA, FACTS, now=NOW, data=slip).items():
            if event in PAYING:
                assert isinstance(answer, Denied)
                assert answer.codes in {("missing-field:reason",), ("no-transition",)}, event


@pytest.mark.parametrize("name", ["incident", "warranty_claim", "lost_parcel", "where_is_my_order"])
def test_nothing_closes_that_was_never_written_down(name: str) -> None:
    workflow = Workflow.builtin(name)
    written = {state.name for state in workflow.states if state.step == "register"}
    assert not reachable(workflow, without=written) & of_category(
        workflow, StatusCategory.RESOLVED, StatusCategory.CLOSED
    )


def test_the_default_is_that_of_the_cases(shared: Path) -> None:
    cases = json.loads((shared / "cases" / "incident.json").read_text("utf-8"))["workflow"]
    ours = tomllib.loads((DATA / "incident.toml").read_text("utf-8"))

    def row(each: dict[str, Any]) -> tuple[object, ...]:
        source = [each["source"]] if isinstance(each["source"], str) else each["source"]
        added = {"within_compensation_limit"} | ({"no_open_blocking_children"} if each["event"] != "resolve" else set())
        wanted = [guard for guard in each.get("guards", []) if guard not in added]
        return each["event"], source, each.get("target"), wanted, each.get("requires", []), each.get("roles", [])

    added = {"promise", "send_update", "change_priority", "escalate", "assign"}
    assert [row(each) for each in ours["transitions"] if each["event"] not in added] == [
        row(each) for each in cases["transitions"]
    ]
    assert [{key: each[key] for key in each if key != "labels"} for each in ours["states"]] == cases["states"]
    assert {key: ours[key] for key in ("id", "version", "initial", "policy")} == {
        key: cases[key] for key in ("id", "version", "initial", "policy")
    }


# fmt: off
STORIES = {
    "incident": [
        ("identify register start ask_carrier third_party_reply resolve close",              "closed"),
        ("identify register start ask_customer customer_reply resolve customer_reply",       "in_progress"),
        ("identify register start ask_supplier merge_into",                                  "merged"),
        ("identify cancel",                                                                  "cancelled"),
    ],
    "return": [
        ("review approve send_label hand_over receive inspect refund resolve close",         "closed"),
        ("approve receive inspect replace resolve merge_into",                               "merged"),
        ("review ask_customer customer_reply reject close reopen",                           "reviewing"),
        ("review reject customer_reply reject",                                              "rejected"),
        ("approve receive inspect reject send_back close",                                   "closed"),
        ("approve send_label expire receive inspect refund",                                 "refunded"),
        ("approve refund resolve",                                                           "resolved"),
        ("approve send_label hand_over lose refund resolve",                                 "resolved"),
        ("approve reject",                                                                   "rejected"),
        ("approve receive refund refund_failed ask_customer customer_reply refund resolve",  "resolved"),
        ("approve replace delivery_failed replace resolve",                                  "resolved"),
        ("approve refund receive resolve customer_reply approve receive",                    "received"),
        ("review cancel",                                                                    "cancelled"),
    ],
    "exchange": [
        ("review approve send_label hand_over receive inspect send_replacement deliver",     "swapped"),
        ("review ask_customer customer_reply approve send_ahead receive resolve",            "resolved"),
        ("approve send_ahead deliver send_label hand_over receive resolve",                  "resolved"),
        ("approve send_ahead hand_over lose resolve",                                        "resolved"),
        ("approve send_ahead return_overdue ask_customer customer_reply receive resolve",    "resolved"),
        ("approve send_ahead delivery_failed",                                               "approved"),
        ("approve send_ahead hand_over delivery_failed receive send_replacement deliver",    "swapped"),
        ("approve hand_over send_ahead receive delivery_failed send_replacement",            "replacement_sent"),
        ("review await_stock stock_arrived ask_payment pay send_ahead receive",              "swapped"),
        ("approve await_stock receive stock_arrived send_replacement deliver",               "swapped"),
        ("approve receive await_stock refund resolve",                                       "resolved"),
        ("approve receive ask_payment pay send_replacement deliver",                         "swapped"),
        ("approve receive ask_payment decline_payment reject send_back close",               "closed"),
        ("approve ask_payment receive decline_payment refund refund_failed refund",          "refunded"),
        ("approve ask_payment decline_payment cancel",                                       "cancelled"),
        ("approve hand_over lose send_replacement deliver resolve",                          "resolved"),
        ("review await_stock refund resolve",                                                "resolved"),
        ("review reject merge_into",                                                         "merged"),
        ("approve expire cancel",                                                            "cancelled"),
    ],
    "warranty_claim": [
        ("review register ask_remedy choose_remedy send_label hand_over receive",            "diagnosing"),
        ("review register receive start_repair finish_repair send_back deliver resolve",     "resolved"),
        ("review register receive ask_supplier third_party_reply replace deliver",           "handed_over"),
        ("review register receive start_repair repair_failed ask_remedy choose_remedy",      "registered"),
        ("review register receive start_repair finish_repair send_back deliver repair_failed", "registered"),
        ("review register receive refund send_back resolve close",                           "closed"),
        ("review register receive refund refund_failed refund",                              "refunded"),
        ("review register receive send_back deliver resolve",                                "resolved"),
        ("review register receive reject send_back customer_reply",                          "registered"),
        ("review register refund resolve customer_reply ask_customer customer_reply register", "registered"),
        ("review ask_customer merge_into",                                                   "merged"),
        ("review register ask_remedy cancel",                                                "cancelled"),
    ],
    "lost_parcel": [
        ("review register ask_carrier third_party_reply declare_lost reship deliver",        "delivered"),
        ("review register ask_carrier find deliver resolve close",                           "closed"),
        ("review register declare_lost ask_remedy choose_remedy refund resolve",             "resolved"),
        ("review register ask_carrier declare_lost find delivery_failed",                    "declared_lost"),
        ("review register ask_carrier third_party_reply reject close",                       "closed"),
        ("review register reject customer_reply ask_carrier",                                "tracing"),
        ("review register declare_lost refund find ask_customer customer_reply resolve",     "resolved"),
        ("review register declare_lost refund deliver resolve",                              "resolved"),
        ("review register declare_lost refund refund_failed refund",                         "refunded"),
        ("review register declare_lost reship find deliver",                                 "delivered"),
        ("review ask_customer merge_into",                                                   "merged"),
        ("review register cancel",                                                           "cancelled"),
    ],
    "cancellation": [
        ("register stop_order stop_confirmed refund resolve close",                          "closed"),
        ("review register stop_order too_late start_return resolve",                         "resolved"),
        ("review register too_late start_return third_party_reply refund",                   "refunded"),
        ("review register stop_order call_back_parcel stop_confirmed refund resolve",        "resolved"),
        ("register stop_confirmed refund resolve reopen start_return resolve",               "resolved"),
        ("register stop_confirmed refund refund_failed ask_customer customer_reply refund",  "refunded"),
        ("review ask_customer customer_reply reject merge_into",                             "merged"),
        ("register stop_order stop_confirmed cancel",                                        "cancelled"),
    ],
    "where_is_my_order": [
        ("look_up locate tell tell deliver close",                                           "closed"),
        ("locate resolve customer_reply ask_customer customer_reply locate",                 "located"),
        ("locate ask_warehouse third_party_reply ask_carrier third_party_reply report_lost", "lost"),
        ("look_up find_nothing resolve",                                                     "resolved"),
        ("look_up find_nothing ask_customer customer_reply locate",                          "located"),
        ("locate ask_warehouse resolve",                                                     "resolved"),
        ("locate tell deliver customer_reply report_lost",                                   "lost"),
        ("look_up ask_customer merge_into",                                                  "merged"),
        ("look_up cancel",                                                                   "cancelled"),
    ],
}
# fmt: on


# All that any event asks for.
FIELDS = {
    **dict.fromkeys(("assignee", "problem_type", "resolution", "reason", "remedy", "carrier", "order"), "x"),
    "lines": ["MUG-1"],
    "wanted": ["MUG-2"],
    **dict.fromkeys(("replacement_order", "child"), "A-2"),
    "amount": "19.90 EUR",
    "compensation": "5.00 EUR",
    "confirmed": True,
    "into": "INC-2",
}
FACTS = Facts(accepts={"INC-2": True})
ANA = Actor("ana", "supervisor")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def walk(workflow: Workflow, events: str) -> list[str]:
    """The states that a story passes, each an hour after the one before."""
    machine, at = workflow.compile(), datetime(2026, 11, 21, 10, tzinfo=UTC)
    incident = machine.open("INC-1", at=at)
    passed = [incident.state]
    for event in events.split():
        at += timedelta(hours=1)
        incident, entry = machine.apply(incident, Command(event, ANA, data=FIELDS), FACTS, now=at)
        passed.append(entry.target)
    return passed


@pytest.mark.parametrize(
    ("name", "events", "ends_in"), [(name, *story) for name, stories in STORIES.items() for story in stories]
)
def test_story(name: str, events: str, ends_in: str) -> None:
    assert walk(Workflow.builtin(name), events)[-1] == ends_in


@pytest.mark.parametrize("name", NAMES)
def test_every_state_has_its_story(name: str) -> None:
    workflow = Workflow.builtin(name)
    passed = {state for events, _ in STORIES[name] for state in walk(workflow, events)}
    assert {state.name for state in workflow.states} - passed == set()


# What must not be possible: goods or money would be out of sight.
@pytest.mark.parametrize(("name", "events", "not_possible"), [
    ("exchange", "approve receive ask_payment",               {"cancel", "expire"}),
    ("exchange", "approve ask_payment receive",               {"cancel", "expire"}),
    ("exchange", "approve receive await_stock",               {"cancel", "expire"}),
    ("exchange", "approve send_ahead delivery_failed",        {"send_replacement", "deliver"}),
    ("exchange", "approve send_ahead deliver",                {"resolve"}),
    ("return", "approve receive refund resolve customer_reply", {"reject", "cancel"}),
    ("lost_parcel", "review register declare_lost refund find", {"declare_lost", "deliver"}),
])  # fmt: skip
def test_story_that_cannot_go_on(name: str, events: str, not_possible: set[str]) -> None:
    workflow = Workflow.builtin(name)
    here = walk(workflow, events)[-1]
    assert {event for state, event in workflow.moves if state == here} & not_possible == set()


@pytest.mark.parametrize("name", ["warranty_claim", "lost_parcel"])
@pytest.mark.parametrize("by", [ActorKind.CUSTOMER, ActorKind.AGENT])
def test_a_remedy_is_the_word_of_whoever_says_it(name: str, by: ActorKind) -> None:
    machine = Workflow.builtin(name).compile()
    asked = machine.open("INC-1", at=NOW, state="choosing")
    _, entry = machine.apply(asked, Command("choose_remedy", Actor("x", by.value), data=FIELDS), FACTS, now=NOW)
    said = [event.by for event in to_ticket(asked, [entry], machine.workflow).events if event.kind is EventKind.MESSAGE]
    assert said == [by]
