"""The workflow document: what it refuses, what it doubts, how it is extended, and its pictures."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from csprotocol.errors import DocumentError, InvalidValueError, MissingExtraError, UnknownStateError, WorkflowError
from csprotocol.incident import BUILT_IN_GUARDS, GuardUse, Policy, State, Transition, Workflow
from csprotocol.incident._diagram import dot, mermaid
from csprotocol.incident._lint import BUILT_IN
from csprotocol.model import StatusCategory
from tests.incident.lifecycles import GUARDS, documents

DEFAULT = Workflow.default()


def document(**changes: Any) -> dict[str, Any]:
    return {
        "id": "small",
        "version": 1,
        "initial": "open",
        "states": [{"name": "open", "category": "open"}, {"name": "done", "category": "closed", "final": True}],
        "transitions": [{"event": "finish", "source": ["open"], "target": "done"}],
    } | changes


class TestErrors:
    @pytest.mark.parametrize(
        ("changes", "code", "where"),
        [
            ({"initial": "opn"}, "unknown-state", "initial"),
            ({"states": []}, "no-states", "states"),
            ({"states": [{"name": "open", "category": "open"}] * 2}, "duplicate-state", "states.open"),
            (
                {"transitions": [{"event": "e", "source": ["nowhere"], "target": "done"}]},
                "unknown-state",
                "transitions[0] (e).source",
            ),
            (
                {"transitions": [{"event": "e", "source": ["open"], "target": "nowhere"}]},
                "unknown-state",
                "transitions[0] (e).target",
            ),
            (
                {"transitions": [{"event": "e", "source": ["done"], "target": "open"}]},
                "exit-from-final",
                "transitions[0] (e).source",
            ),
            (
                {"transitions": [{"event": "e", "source": ["*", "open"]}]},
                "mixed-wildcard",
                "transitions[0] (e).source",
            ),
            ({"landing": {"closed": "open"}}, "landing-category", "landing.closed"),
            ({"landing": {"open": "nowhere"}}, "unknown-state", "landing.open"),
            ({"rename": {"old": "nowhere"}}, "unknown-state", "rename.old"),
            ({"rename": {"open": "done"}}, "renamed-state-present", "rename.open"),
        ],
    )
    def test_each_has_its_code_and_place(self, changes: dict[str, Any], code: str, where: str) -> None:
        with pytest.raises(WorkflowError) as caught:
            Workflow.from_dict(document(**changes))
        assert (code, where) in [(finding.code, finding.where) for finding in caught.value.findings]
        assert all(finding.level == "error" for finding in caught.value.findings)

    def test_all_are_told_at_once_in_a_fixed_order(self) -> None:
        bad = document(initial="x", transitions=[{"event": "e", "source": ["done", "y"], "target": "z"}])
        with pytest.raises(WorkflowError) as caught:
            Workflow.from_dict(bad)
        findings = caught.value.findings
        assert [finding.code for finding in findings] == ["exit-from-final", *["unknown-state"] * 3]
        assert list(findings) == sorted(findings)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"inital": "open"}, "inital: unknown key; did you mean initial?"),
            ({"version": 0}, "Workflow.version must be 1 or more"),
            ({"version": "1"}, "version"),
            ({"id": "a@b"}, "Workflow.id"),
            ({"policy": {"reopen_window_days": -1}}, "policy.reopen_window_days must be 0 to 36500"),
            ({"policy": {"reopen_limt": 3}}, "policy.reopen_limt: unknown key; did you mean reopen_limit?"),
            ({"states": [{"name": "*", "category": "open"}]}, "State.name"),
            ({"states": [{"name": "open", "category": "opn"}]}, "category"),
            ({"transitions": [{"event": "e", "source": []}]}, "Transition.source"),
            ({"transitions": [{"event": "e", "source": ["open"], "targt": "done"}]}, "did you mean target?"),
            ({"events": {"finish": {"link": "x"}}}, "EventMeaning.link"),
            ({"events": {"finish": {"kind": "status"}}}, "EventMeaning.kind"),
            ({"transitions": [{"event": "e", "source": ["open"], "requires": [""]}]}, "Transition.requires"),
            ({"transitions": [{"event": "e", "source": ["open"], "roles": [" "]}]}, "Transition.roles"),
            ({"transitions": [{"event": "e", "source": ["open"], "except": ["done"]}]}, "'except' goes with '*' only"),
        ],
    )
    def test_slips_are_named(self, changes: dict[str, Any], message: str) -> None:
        with pytest.raises((DocumentError, InvalidValueError)) as caught:
            Workflow.from_dict(document(**changes))
        assert message in str(caught.value)

    def test_a_list_is_no_text(self) -> None:
        roles: Any = "supervisor"
        with pytest.raises(InvalidValueError, match=r"Transition\.roles must be a list"):
            Transition("cancel", "*", roles=roles)


class TestLint:
    @pytest.mark.parametrize(
        ("changes", "code", "where"),
        [
            (
                {"states": [*document()["states"], {"name": "lost", "category": "open"}]},
                "unreachable-state",
                "states.lost",
            ),
            (
                {"transitions": [*document()["transitions"], {"event": "finish", "source": ["open"], "target": "="}]},
                "shadowed-transition",
                "transitions[1] (finish)",
            ),
            (
                {
                    "states": [*document()["states"], {"name": "stuck", "category": "open"}],
                    "transitions": [*document()["transitions"], {"event": "e", "source": ["open"], "target": "stuck"}],
                },
                "dead-end",
                "states.stuck",
            ),
            (
                {
                    "states": [
                        *document()["states"],
                        {"name": "a", "category": "open"},
                        {"name": "b", "category": "open"},
                    ],
                    "transitions": [
                        *document()["transitions"],
                        {"event": "e", "source": ["open", "b"], "target": "a"},
                        {"event": "f", "source": ["a"], "target": "b"},
                    ],
                },
                "livelock",
                "states.a",
            ),
            (
                {"states": [{"name": "open", "category": "waiting_third_party"}, document()["states"][1]]},
                "waiting-without-party",
                "states.open",
            ),
            (
                {"transitions": [{"event": "finish", "source": ["open"], "target": "done", "guards": ["has_asignee"]}]},
                "unknown-guard",
                "transitions[0] (finish).guards",
            ),
            ({"events": {"finsh": {"kind": "message"}}}, "unknown-event", "events.finsh"),
            (
                {"states": [document()["states"][0], {"name": "done", "category": "open", "final": True}]},
                "final-while-live",
                "states.done",
            ),
            ({"initial": "done"}, "final-initial", "initial"),
            (
                {
                    "transitions": [
                        {
                            "event": "finish",
                            "source": ["open"],
                            "target": "done",
                            "guards": [{"guard": "has_assignee", "params": {"days": 1}}],
                        }
                    ]
                },
                "guard-params",
                "transitions[0] (finish).guards",
            ),
        ],
    )
    def test_each_doubt_has_its_code_and_place(self, changes: dict[str, Any], code: str, where: str) -> None:
        found = Workflow.from_dict(document(**changes)).lint()
        assert (code, where, "warning") in [(finding.code, finding.where, finding.level) for finding in found]
        assert list(found) == sorted(found)

    def test_a_sound_workflow_raises_none(self) -> None:
        assert Workflow.from_dict(document()).lint() == ()

    def test_an_exception_before_the_wildcard_shadows_nothing(self) -> None:
        first = {"event": "finish", "source": ["open", "open"], "target": "done"}
        rest = {"event": "finish", "source": "*", "target": None}
        states = [*document()["states"], {"name": "b", "category": "open"}]
        into = {"event": "go", "source": ["open"], "target": "b"}
        back = {"event": "back", "source": ["b"], "target": "open"}
        workflow = Workflow.from_dict(document(states=states, transitions=[first, rest, into, back]))
        assert workflow.lint() == ()

    def test_a_state_in_which_imports_land_is_reached(self) -> None:
        states = [*document()["states"], {"name": "b", "category": "waiting_customer", "waiting_on": "customer"}]
        back = {"event": "back", "source": ["b"], "target": "open"}
        landing = {"waiting_customer": "b"}
        plain = document(states=states, transitions=[*document()["transitions"], back], landing=landing)
        assert Workflow.from_dict(plain).lint() == ()

    def test_the_built_in_guards_are_those_that_lint_knows(self) -> None:
        assert set(BUILT_IN_GUARDS) == BUILT_IN

    def test_a_guarded_transition_shadows_nothing(self) -> None:
        guarded = {"event": "finish", "source": ["open"], "target": "done", "guards": ["has_assignee"]}
        plain = {"event": "finish", "source": ["open"], "target": None}
        assert Workflow.from_dict(document(transitions=[guarded, plain])).lint() == ()

    def test_a_target_that_only_a_second_guard_reaches_is_reached(self) -> None:
        states = [*document()["states"], {"name": "gone", "category": "cancelled", "final": True}]
        first = {"event": "finish", "source": ["open"], "target": "done", "guards": ["has_assignee"]}
        second = {"event": "finish", "source": ["open"], "target": "gone"}
        assert Workflow.from_dict(document(states=states, transitions=[first, second])).lint() == ()

    def test_closed_needs_registered_and_resolved(self) -> None:
        """What a customer reports is always written down, and always answered: no way round either."""
        for must in ("registered", "resolved"):
            cut = replace(DEFAULT.extend(id="cut", remove_states=[must]), landing={})
            unreachable = {finding.where for finding in cut.lint() if finding.code == "unreachable-state"}
            assert "states.closed" in unreachable


class TestReading:
    @given(documents(formal=True))
    def test_what_is_written_reads_back(self, plain: dict[str, Any]) -> None:
        workflow = Workflow.from_dict(plain)
        assert Workflow.from_dict(json.loads(json.dumps(workflow.to_dict()))) == workflow

    @pytest.mark.parametrize("name", Workflow.names())
    def test_the_built_in_ones_read_back(self, name: str) -> None:
        workflow = Workflow.builtin(name)
        assert Workflow.from_dict(workflow.to_dict()) == workflow

    def test_toml_json_and_yaml_say_the_same(self, tmp_path: Path) -> None:
        toml = tmp_path / "w.toml"
        toml.write_text(
            'id = "small"\nversion = 1\ninitial = "open"\n'
            '[[states]]\nname = "open"\ncategory = "open"\n'
            '[[states]]\nname = "done"\ncategory = "closed"\nfinal = true\n'
            '[[transitions]]\nevent = "finish"\nsource = ["open"]\ntarget = "done"\n',
            encoding="utf-8",
        )
        (tmp_path / "w.json").write_text(json.dumps(document()), encoding="utf-8")
        assert Workflow.load(toml) == Workflow.load(tmp_path / "w.json") == Workflow.from_dict(document())
        try:
            (tmp_path / "w.yaml").write_text(json.dumps(document()), encoding="utf-8")
            assert Workflow.load(tmp_path / "w.yaml") == Workflow.from_dict(document())
        except MissingExtraError:
            pytest.skip("needs the extra [yaml]")

    @pytest.mark.parametrize(
        "rubbish", [None, 5, "extends", ["extends"], {}, {"extends": None}, {"extends": "incident"}]
    )
    def test_rubbish_is_a_document_error(self, rubbish: Any) -> None:
        with pytest.raises((DocumentError, InvalidValueError)):
            Workflow.from_dict(rubbish)

    def test_limits_may_be_numbers(self) -> None:
        shop = DEFAULT.extend(id="shop", policy={"compensation_limits": {"agent": {"EUR": 50}}})
        assert Workflow.from_dict(shop.to_dict()) == shop

    def test_unknown_names(self) -> None:
        with pytest.raises(InvalidValueError, match=r"did you mean return\?"):
            Workflow.builtin("retrun")
        with pytest.raises(UnknownStateError, match=r"did you mean in_progress\?"):
            DEFAULT.state("in_progres")

    def test_the_schema_names_the_fields(self) -> None:
        schema = Workflow.json_schema()
        kinds = [schema["$defs"][each["$ref"].rpartition("/")[2]] for each in schema["anyOf"]]
        assert {"id", "version", "initial", "states", "transitions"} <= set(kinds[0]["properties"])
        assert {"extends", "override", "remove"} <= set(kinds[1]["properties"])
        assert "except" in schema["$defs"]["Transition"]["properties"]

    def test_the_digest_follows_the_moves_alone(self) -> None:
        same = DEFAULT.extend(id="incident", version=2, policy={"reopen_limit": 9})
        other = DEFAULT.extend(id="incident", version=2, remove=[{"event": "note"}])
        assert (same.digest == DEFAULT.digest, other.digest == DEFAULT.digest) == (True, False)

    def test_internal_and_external_are_not_the_same_move(self) -> None:
        one = Workflow.from_dict(document(transitions=[{"event": "e", "source": ["open"], "target": "="}]))
        two = Workflow.from_dict(document(transitions=[{"event": "e", "source": ["open"]}]))
        assert one.digest != two.digest
        assert one.moves == two.moves == {("open", "e"): "open"}


class TestExtend:
    def test_renaming_goes_through_everything(self) -> None:
        shop = DEFAULT.extend(id="shop", rename={"in_progress": "on_it", "new": "fresh"})
        assert shop.initial == "fresh"
        assert shop.moves["registered", "start"] == "on_it"
        assert shop.landing[StatusCategory.OPEN] == "on_it"
        assert shop.rename == {"in_progress": "on_it", "new": "fresh"}
        assert "in_progress" not in {name for name, _ in shop.moves}
        assert shop.lint() == ()

    def test_a_state_in_the_place_of_another(self) -> None:
        labels = {"en": "Working on it"}
        shop = DEFAULT.extend(id="shop", states=[{"name": "in_progress", "category": "open", "labels": labels}])
        assert [state.name for state in shop.states] == [state.name for state in DEFAULT.states]
        assert shop.state("in_progress").labels == labels

    def test_an_override_of_some_sources_leaves_the_others(self) -> None:
        shop = DEFAULT.extend(
            id="shop", override=[{"event": "cancel", "source": ["registered"], "roles": ["supervisor"]}]
        )
        roles = {
            source: transition.roles
            for transition in shop.transitions
            if transition.event == "cancel"
            for source in transition.sources
        }
        assert roles == {"new": (), "identified": (), "registered": ("supervisor",), "in_progress": ("supervisor",)}

    def test_an_override_of_the_wildcard_leaves_a_wildcard(self) -> None:
        """States that are added, now or by a later extension, are still meant by what is left of ``*``."""
        shop = DEFAULT.extend(
            id="shop",
            override=[{"event": "note", "source": ["closed"], "roles": ["supervisor"]}],
            remove=[{"event": "merge_into", "source": "closed"}],
            states=[{"name": "ww", "category": "waiting_third_party", "waiting_on": "warehouse"}],
            transitions=[
                {"event": "ask_w", "source": ["in_progress"], "target": "ww"},
                {"event": "w_reply", "source": ["ww"], "target": "in_progress"},
            ],
        )
        notes = [transition for transition in shop.transitions if transition.event == "note"]
        assert [(note.sources, note.except_, note.roles) for note in notes] == [
            (("closed",), (), ("supervisor",)),
            (("*",), ("closed",), ()),
        ]
        assert ("ww", "note") in shop.moves
        assert ("ww", "merge_into") in shop.moves
        assert ("closed", "merge_into") not in shop.moves
        assert shop.lint() == ()
        again = shop.extend(id="again", rename={"closed": "shut"})
        assert [note.except_ for note in again.transitions if note.event == "note"] == [(), ("shut",)]
        assert Workflow.from_dict(shop.to_dict()) == shop

    def test_an_override_may_name_a_state_that_is_added(self) -> None:
        added = {"name": "ww", "category": "waiting_third_party", "waiting_on": "warehouse"}
        for source in ("ww", ["ww"], "*", ["*"]):
            shop = DEFAULT.extend(
                id="shop", states=[added], override=[{"event": "note", "source": source, "roles": ["lead"]}]
            )
            roles = {state: t.roles for t in shop.transitions if t.event == "note" for state in shop.sources(t)}
            assert roles["ww"] == ("lead",)

    def test_an_override_makes_an_event_internal(self) -> None:
        shop = DEFAULT.extend(id="shop", override=[{"event": "reassign", "internal": True}])
        assert {t.target for t in shop.transitions if t.event == "reassign"} == {None}

    def test_events_that_are_gone_take_their_meaning_along(self) -> None:
        returns = Workflow.builtin("return")
        gone = returns.extend(id="shop", remove=[{"event": "send_label"}])
        assert "send_label" not in gone.events
        assert "unknown-event" not in {finding.code for finding in gone.lint()}

    def test_a_name_may_be_taken_again(self) -> None:
        second = DEFAULT.extend(id="incident", version=2, rename={"in_progress": "doing"})
        third = second.extend(id="incident", version=3, rename={"doing": "in_progress"})
        assert third.rename == {"doing": "in_progress"}

    def test_removing(self) -> None:
        shop = DEFAULT.extend(
            id="shop", remove_states=["waiting_supplier"], remove=[{"event": "cancel", "source": ["new"]}]
        )
        names = {name for name, _ in shop.moves} | set(shop.moves.values())
        assert "waiting_supplier" not in names
        assert ("new", "cancel") not in shop.moves
        assert ("identified", "cancel") in shop.moves
        assert "ask_supplier" not in shop.event_names
        assert shop.lint() == ()

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            (
                {"rename": {"in_progres": "x"}},
                "rename.in_progres: is no state of incident@1; did you mean in_progress?",
            ),
            ({"remove_states": ["gone"]}, "remove_states[0]: 'gone' is no state"),
            ({"remove": [{"event": "cancle"}]}, "remove[0]: 'cancle' is no event; did you mean cancel?"),
            ({"remove": [{"event": "cancel", "source": ["closed"]}]}, "no transition of 'cancel' starts from closed"),
            ({"override": [{"event": "cancel", "source": ["new", "closed"]}]}, "starts from closed"),
            ({"policy": {"reopen_limt": 1}}, "policy.reopen_limt: unknown key; did you mean reopen_limit?"),
            ({"overide": []}, "did you mean override?"),
            ({"policy": {"compensation_limits": None}}, "policy.compensation_limits must be a table"),
            ({"policy": {"compensation_limits": {"agent": 5}}}, "policy.compensation_limits.agent must be a table"),
            ({"policy": {"compensation_limits": {"agent": {"EUR": [1]}}}}, "policy.compensation_limits.agent.EUR"),
            ({"policy": {"compensation_limits": {"agent": {"EUR": True}}}}, "policy.compensation_limits.agent.EUR"),
            ({"policy": {"compensation_limits": {"agent": {"EUR": "1e9999999"}}}}, "at most 100 digits"),
            ({"initial": ""}, "initial: '' is no state"),
            ({"rename": {"new": "registered"}}, "rename.new: 'registered' is the name of another state"),
        ],
    )
    def test_slips_are_named(self, changes: dict[str, Any], message: str) -> None:
        with pytest.raises((DocumentError, InvalidValueError)) as caught:
            DEFAULT.extend(id="shop", **changes)
        assert message in str(caught.value)

    def test_a_document_extends_by_name(self) -> None:
        shop = Workflow.from_dict({"extends": "incident", "id": "shop", "policy": {"reopen_limit": 1}})
        assert (shop.ref, shop.policy.reopen_limit, shop.policy.close_grace_hours) == ("shop@1", 1, 72)
        with pytest.raises(InvalidValueError, match="extends: 'incidnt' is unknown"):
            Workflow.from_dict({"extends": "incidnt", "id": "shop"})

    def test_extending_twice_keeps_where_states_went(self) -> None:
        first = DEFAULT.extend(id="shop", rename={"in_progress": "on_it"})
        second = first.extend(id="shop", version=2, rename={"on_it": "busy"})
        assert second.rename == {"in_progress": "busy", "on_it": "busy"}
        incident = DEFAULT.compile().open("INC-1", at=_now(), state="in_progress")
        assert second.compile().adopt(incident).state == "busy"

    def test_nothing_changed_is_the_same_workflow(self) -> None:
        same = DEFAULT.extend(id="incident")
        assert same == DEFAULT


class TestDiagrams:
    @given(documents())
    def test_both_have_the_edges_of_transitions(self, plain: dict[str, Any]) -> None:
        workflow = Workflow.from_dict(plain)
        names = [state.name for state in workflow.states]
        final = {state.name for state in workflow.states if state.final}
        theirs = {
            (source, name, source if each.dest is None else each.dest)
            for name, event in workflow.to_machine(GUARDS).events.items()
            for source, several in event.transitions.items()
            if source not in final
            for each in several
        }
        drawn = mermaid(workflow, highlight=None, language=None, full=True)
        assert _edges(re.findall(r"^    s(\d+) --> s(\d+) : (.*)$", drawn, re.MULTILINE), names) == theirs
        drawn = dot(workflow, highlight=None, language=None, full=True)
        assert _edges(re.findall(r'^    s(\d+) -> s(\d+) \[label="(.*)"\];$', drawn, re.MULTILINE), names) == theirs

    def test_labels_colours_and_the_present_state(self) -> None:
        drawn = DEFAULT.to_mermaid(highlight="resolved", language="es-AR")
        assert 'state "Resuelta" as s7' in drawn
        assert "class s7 present" in drawn
        assert "class s0 new" in drawn
        drawn = DEFAULT.to_dot(highlight="resolved")
        assert '    s7 [label="resolved", fillcolor="#d1fae5", color="#b91c1c", penwidth=4];' in drawn

    def test_awkward_names_do_not_break_the_drawing(self) -> None:
        awkward = 'on "hold"; #1: <b>'
        states = [{"name": awkward, "category": "open"}, document()["states"][1]]
        transitions = [{"event": awkward, "source": [awkward], "target": "done"}]
        workflow = Workflow.from_dict(document(initial=awkward, states=states, transitions=transitions))
        label = "on #34;hold#34;#59; #35;1#58; #60;b#62;"
        assert f'    state "{label}" as s0\n' in workflow.to_mermaid()
        assert f"    s0 --> s1 : {label}\n" in workflow.to_mermaid()
        assert '[label="on \\"hold\\"; #1: <b>"]' in workflow.to_dot()

    def test_what_may_happen_everywhere_is_drawn_once(self) -> None:
        assert DEFAULT.to_mermaid().count("merge_into") == 1
        assert "    anywhere --> s10 : merge_into\n" in DEFAULT.to_mermaid()
        assert '    anywhere -> s10 [label="merge_into"];\n' in DEFAULT.to_dot()
        assert "note" not in DEFAULT.to_mermaid()

    def test_an_unknown_state_cannot_be_marked(self) -> None:
        with pytest.raises(UnknownStateError):
            DEFAULT.to_mermaid(highlight="nowhere")


def _edges(found: list[tuple[str, str, str]], names: list[str]) -> set[tuple[str, str, str]]:
    return {
        (names[int(source)], event, names[int(target)])
        for source, target, events in found
        for event in events.split(", ")
    }


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 11, 21, tzinfo=UTC)


def test_values_freeze_what_they_are_given() -> None:
    assert hash(State("a", StatusCategory.OPEN, labels={"en": "A"}))
    assert hash(GuardUse("g", {"days": 1}))
    assert hash(Policy(compensation_limits={"agent": {"EUR": "5"}}))
    assert hash(DEFAULT)
