from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.adapters import table
from csprotocol.adapters.table import TableMapping
from csprotocol.errors import CsprotocolError, DocumentError, ExportError, InvalidValueError
from csprotocol.model import ActorKind, Channel, EventKind, Money, StatusCategory

from ._shared import MAPPINGS

TICKETS: dict[str, Any] = {
    "source": "sheet",
    "layout": "tickets",
    "columns": {
        "ticket_id": "id",
        "created_at": "opened",
        "first_reply_at": "replied",
        "solved_at": "solved",
        "status": "state",
        "channel": "via",
        "priority": "prio",
        "csat": "stars",
        "reopens": "reopens",
        "sla_met": "sla",
        "cost": "cost",
    },
    "time": {"zone": "Europe/Madrid", "format": "%d/%m/%Y %H:%M", "formats": {"solved_at": "iso"}},
    "null": ["", "-"],
    "status": {"Abierto": "open", "Cerrado": "closed"},
    "channel": {"Correo": "email"},
    "priority": {"1": "high"},
    "csat": {"scale": [1, 5]},
    "cost": {"currency": "EUR"},
    "attributes": {"shop": "tienda"},
}
HEADER = "id;opened;replied;solved;state;via;prio;stars;reopens;sla;cost;tienda"
SOUND = "7;20/11/2026 16:30;20/11/2026 17:00;2026-11-21 10:00:00;Cerrado;Correo;1;5.0;2;TRUE;4.50;Sol"
EVENTS: dict[str, Any] = {
    "source": "log",
    "layout": "events",
    "columns": {"ticket_id": "case", "at": "at", "status": "state", "priority": "prio", "csat": "stars"},
    "time": {"zone": "UTC"},
    "status": {"N": "new", "O": "open", "R": "resolved", "C": "closed"},
    "csat": {"scale": [1, 5]},
}


def changed(document: dict[str, Any], *path: str, to: object) -> dict[str, Any]:
    copied = copy.deepcopy(document)
    inner = copied
    for key in path[:-1]:
        inner = inner.setdefault(key, {})
    inner[path[-1]] = to
    return copied


def read(document: dict[str, Any], *lines: str, **options: Any) -> Any:
    return table.tickets(lines, TableMapping.from_dict(document), **options)


class TestTableMapping:
    @pytest.mark.parametrize("document", [TICKETS, EVENTS])
    def test_round_trip(self, document: dict[str, Any]) -> None:
        mapping = TableMapping.from_dict(document)
        assert TableMapping.from_dict(mapping.to_dict()) == mapping
        assert hash(mapping) == hash(TableMapping.from_dict(document))

    @pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
    def test_the_examples_are_sound(self, path: Any) -> None:
        mapping = TableMapping.load(path)
        assert TableMapping.from_dict(mapping.to_dict()) == mapping

    def test_schema_names_every_fact(self) -> None:
        schema = TableMapping.json_schema()
        assert schema["additionalProperties"] is False
        assert {"ticket_id", "created_at", "csat"} <= schema["$defs"]["Columns"]["properties"].keys()

    @pytest.mark.parametrize(
        ("document", "told"),
        [
            (changed(TICKETS, "columns", "at", to="x"), 'columns.at: belongs to layout "events"'),
            (changed(EVENTS, "columns", "reopens", to="x"), "in a log it follows from the events"),
            (changed(EVENTS, "columns", "at", to=None), "columns.at: is missing"),
            (changed(EVENTS, "columns", "status", to=None), "a log needs a column status or activity"),
            (changed(TICKETS, "created", to="first_event"), 'belongs to layout "events"'),
            (changed(TICKETS, "time", "zone", to="Europe/Madird"), "is no time zone"),
            (changed(TICKETS, "time", "format", to="%H:%M"), "leaves the date open"),
            (changed(TICKETS, "time", "format", to="%d/%m/%Y %Q"), "%Q, which is no directive"),
            (changed(TICKETS, "time", "format", to="%d/%m/%Y %I:%M"), "morning or afternoon"),
            (changed(TICKETS, "time", "formats", "solvd_at", to="iso"), "did you mean solved_at?"),
            (changed(TICKETS, "csat", to=None), "say csat.scale"),
            (changed(TICKETS, "csat", "scale", to=[5, 1]), "must rise"),
            (changed(TICKETS, "cost", "currency", to="EURO"), "no ISO 4217 code"),
            (changed(TICKETS, "delimiter", to="#"), "delimiter"),
            (changed(TICKETS, "status", "Abierto", to="opened"), "status.Abierto"),
            (changed(TICKETS, "columns", "prioridad", to="x"), "columns.prioridad: unknown key"),
            (changed(TICKETS, "time", "format", to="%Y-%m-%d %H:%M %p"), "has %p without %I"),
            (changed(TICKETS, "time", "format", to="%Y-%m-%d %H %I %p"), "names one part twice: %H and %I"),
            (changed(TICKETS, "time", "format", to="%Y %y %m %d %H"), "names one part twice: %Y and %y"),
            (changed(TICKETS, "time", "format", to="%Y %m%d %j"), "names one part twice: %m and %j"),
            (changed(TICKETS, "time", "format", to="%Y %d %j"), "names one part twice: %d and %j"),
            (changed(TICKETS, "time", "format", to="%Y %b %m %d"), "names one part twice: %m and %b"),
            (changed(TICKETS, "columns", "tags", to="labels"), 'columns.tags: belongs to layout "events"'),
            (changed(TICKETS, "activity", "x", to="open"), "activity: explains nothing: columns.activity is missing"),
            (changed(TICKETS, "columns", "status", to=None), "status: explains nothing"),
            (changed(TICKETS, "columns", "channel", to=None), "channel: explains nothing"),
            (changed(TICKETS, "columns", "priority", to=None), "priority: explains nothing"),
            (changed(TICKETS, "columns", "csat", to=None), "csat: explains nothing"),
            (changed(TICKETS, "columns", "cost", to=None), "cost: explains nothing"),
            (changed(TICKETS, "ces", "scale", to=[1, 7]), "ces: explains nothing"),
            (changed(EVENTS, "tags", to={"separator": ";"}), "tags: explains nothing"),
            (changed(TICKETS, "columns", "solved_at", to=None), "time.formats.solved_at: explains nothing"),
            (changed(TICKETS, "columns", "ces", to="effort"), "say ces.scale, for example [1, 7]"),
            (changed(changed(TICKETS, "columns", "ces", to="effort"), "ces", "scale", to=[7, 1]), "ces.scale: [7, 1]"),
            (changed(EVENTS, "tags", to={"separator": ""}), "tags.separator: is empty"),
        ],
    )
    def test_what_makes_no_sense_is_told(self, document: dict[str, Any], told: str) -> None:
        with pytest.raises(DocumentError) as caught:
            TableMapping.from_dict(document)
        assert told in str(caught.value)

    @pytest.mark.parametrize("path", [None, 7, "a\0b"])
    def test_what_is_no_file_name_is_an_error_of_ours(self, path: Any) -> None:
        with pytest.raises(DocumentError):
            TableMapping.load(path)

    @pytest.mark.parametrize("name", ["deep.json", "deep.toml"])
    def test_a_document_without_a_bottom_is_an_error_of_ours(self, tmp_path: Path, name: str) -> None:
        opening = {"deep.json": "[", "deep.toml": "a = "}[name]
        (tmp_path / name).write_text(opening + "[" * 100_000, encoding="utf-8")
        with pytest.raises(DocumentError, match="nested too deeply"):
            TableMapping.load(tmp_path / name)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["source", "layout", "columns", "time", "format", "ticket_id", "at", "csat", "scale"]
                    ),
                    inner,
                    max_size=5,
                )
            ),
            max_leaves=12,
        )
    )
    def test_any_document_is_a_mapping_or_an_error_of_ours(self, document: Any) -> None:
        with pytest.raises(CsprotocolError):
            TableMapping.from_dict({**(document if isinstance(document, dict) else {"columns": document}), "layout": 1})

    @given(st.text(alphabet="%YmdHIMSpbjz-/ :", max_size=16))
    def test_any_format_that_is_accepted_reads_or_rejects(self, form: str) -> None:
        try:
            mapping = TableMapping.from_dict(changed(TICKETS, "time", "format", to=form))
        except DocumentError:
            return
        assert table.tickets([HEADER, SOUND], mapping).rows == 1


class TestTickets:
    """Layout ``tickets``: one row a ticket."""

    def test_reads_every_fact_of_a_row(self) -> None:
        facts = read(TICKETS, HEADER, SOUND).value.facts[0]
        assert facts.created_at.isoformat() == "2026-11-20T15:30:00+00:00"
        assert facts.solved_at[0].isoformat() == "2026-11-21T09:00:00+00:00"
        assert (facts.status, facts.channel, facts.channel_name) == (
            StatusCategory.CLOSED,
            Channel.EMAIL,
            "Correo",
        )
        assert (facts.priority, facts.csat, facts.surveyed, facts.reopens) == ("high", 5.0, True, 2)
        assert (facts.sla_met, facts.cost, facts.attributes) == (True, Money(450, "EUR"), {"shop": "Sol"})
        assert facts.agent_replies is facts.customer_replies is facts.waiting is facts.nps is None

    def test_cells_that_say_nothing_are_unknown(self) -> None:
        result = read(TICKETS, HEADER, "7;-;;;;Telex;;;;;;")
        facts = result.value.facts[0]
        assert facts.created_at is facts.status is facts.csat is facts.surveyed is facts.reopens is None
        assert facts.solved_at == ()
        assert (facts.channel, facts.channel_name) == (Channel.OTHER, "Telex")
        assert [(notice.code, notice.count) for notice in result.warnings] == [("unknown-channel", 1)]

    def test_the_first_reply_tells_whether_and_never_how_often(self) -> None:
        result = read(TICKETS, HEADER, SOUND, "8;;;;;;;;;;;")
        assert [facts.replied for facts in result.value.facts] == [True, False]
        assert [facts.agent_replies for facts in result.value.facts] == [None, None]
        without = changed(TICKETS, "columns", "first_reply_at", to=None)
        assert read(without, HEADER, SOUND).value.facts[0].replied is None

    def test_who_did_not_answer_may_not_have_been_asked(self) -> None:
        columns = {"ticket_id": "id", "csat": "c", "nps": "n", "ces": "e", "surveyed": "s"}
        document = {"source": "x", "layout": "tickets", "columns": columns, "csat": {"scale": [1, 5]}}
        rows = ["1,5,,,", "2,,9,,", "3,,,7,", "4,,,,yes", "5,,,,no", "6,,,,"]
        result = read({**document, "ces": {"scale": [1, 7]}}, "id,c,n,e,s", *rows)
        assert [facts.surveyed for facts in result.value.facts] == [True, None, None, True, False, None]
        assert (result.value.csat_scale, result.value.ces_scale) == ((1, 5), (1, 7))

    @pytest.mark.parametrize("cell", ["900", "-5", "0"])
    def test_an_effort_score_lies_in_its_scale(self, cell: str) -> None:
        document = {"source": "x", "layout": "tickets", "columns": {"ticket_id": "id", "ces": "e"}}
        result = read({**document, "ces": {"scale": [1, 7]}}, "id,e", f"1,{cell}")
        assert dict(result.rejected_counts) == {"out-of-scale": 1}

    def test_an_empty_cell_says_nothing_whatever_the_nulls_are(self) -> None:
        columns = {"ticket_id": "id", "customer_id": "who", "merged_into": "into"}
        document = {"source": "x", "layout": "tickets", "columns": columns, "null": ["-"]}
        result = read(document, "id,who,into", "1,,", ",ana,", "-,ana,")
        assert [(f.ticket_id, f.customer_id, f.merged_into) for f in result.value.facts] == [("1", None, None)]
        assert dict(result.rejected_counts) == {"ticket-id": 2}

    def test_what_is_odd_in_a_rejected_row_is_not_counted(self) -> None:
        odd = SOUND.replace("20/11/2026 16:30", "25/10/2026 02:30").replace("Correo", "Telex")
        result = read(TICKETS, HEADER, odd.replace("5.0", "99"))
        assert (result.used, result.warnings) == (0, ())

    @pytest.mark.parametrize(
        ("old", "new", "code", "column", "told"),
        [
            ("20/11/2026 16:30", "11/20/2026 16:30", "stamp", "opened", "'11/20/2026 16:30' does not match"),
            ("20/11/2026 16:30", "call Ana back", "stamp", "opened", "a text of 13 characters does not match"),
            ("Cerrado", "Cerado", "unknown-status", "state", "did you mean Cerrado? possible: Abierto, Cerrado"),
            ("5.0", "6", "out-of-scale", "stars", "6 is no score; possible: 1 to 5"),
            ("5.0", "great", "no-number", "stars", "a text of 5 characters"),
            (";2;", ";-2;", "no-count", "reopens", "-2 is no count"),
            ("TRUE", "perhaps", "no-flag", "sla", "neither true nor false"),
            ("4.50", "4.505", "no-amount", "cost", "too many decimals"),
            ("7;20", "-;20", "ticket-id", "id", "without the id"),
        ],
    )
    def test_a_bad_cell_rejects_its_row(self, old: str, new: str, code: str, column: str, told: str) -> None:
        result = read(TICKETS, HEADER, SOUND.replace(old, new, 1), SOUND.replace("7;", "8;", 1))
        assert [(r.code, r.column, r.line) for r in result.rejected] == [(code, column, 2)]
        assert told in result.rejected[0].message
        assert [facts.ticket_id for facts in result.value.facts] == ["8"]
        assert result.files[0].adds_up

    def test_strict_raises_the_first_rejection(self) -> None:
        with pytest.raises(ExportError, match="line 2"):
            read(TICKETS, HEADER, SOUND.replace("Cerrado", "Cerado"), strict=True)

    def test_two_formats_in_one_column_reject_the_odd_ones(self) -> None:
        rows = [
            SOUND.replace("7;20/11/2026", f"{n};{day}", 1) for n, day in enumerate(["20/11/2026", "11-20-2026"] * 5)
        ]
        result = read(TICKETS, HEADER, *rows)
        assert (result.used, dict(result.rejected_counts)) == (5, {"stamp": 5})

    def test_a_naive_stamp_without_a_zone_says_what_to_set(self) -> None:
        with pytest.raises(ExportError, match=r"column 'solved': .* set \[time\] zone"):
            read(changed(TICKETS, "time", "zone", to=None), HEADER, SOUND)

    def test_a_ticket_that_stands_twice(self) -> None:
        result = read(TICKETS, HEADER, SOUND, SOUND, SOUND.replace("Correo", "Fax"))
        assert (result.used, result.duplicates, result.rejections) == (1, 1, 1)
        assert result.rejected[0].code == "ticket-twice"
        assert "line 2" in result.rejected[0].message

    def test_impossible_facts_stay_and_are_named(self) -> None:
        facts = read(TICKETS, HEADER, SOUND.replace("2026-11-21", "2025-11-21")).value.facts[0]
        assert facts.anomalies() == ("resolution-before-creation", "resolution-before-first-reply")

    def test_without_a_table_our_own_words_count(self) -> None:
        document = changed(changed(TICKETS, "status", to={}), "channel", to={})
        row = SOUND.replace("Cerrado", "Waiting_customer").replace("Correo", "PHONE")
        facts = read(document, HEADER, row).value.facts[0]
        assert (facts.status, facts.channel) == (StatusCategory.WAITING_CUSTOMER, Channel.PHONE)

    def test_stamps_of_an_hour_that_the_clock_repeats_are_told(self) -> None:
        result = read(TICKETS, HEADER, SOUND.replace("20/11/2026 16:30", "25/10/2026 02:30"))
        assert [(notice.code, notice.count) for notice in result.warnings] == [("ambiguous-stamp", 1)]

    def test_no_mapping_is_an_error(self) -> None:
        with pytest.raises(InvalidValueError):
            table.tickets([HEADER], TICKETS)  # type: ignore[arg-type]

    @given(st.lists(st.lists(st.text(alphabet="17;-/:. aÑ@\"'\n", max_size=12), max_size=13), max_size=6))
    def test_any_cells_are_all_accounted_for(self, rows: list[list[str]]) -> None:
        result = read(TICKETS, HEADER, *(";".join(row) for row in rows))
        assert all(count.adds_up for count in result.files)
        assert result.used == len(result.value.facts)

    @given(st.text(alphabet="ÑçżЖ", min_size=6, max_size=30), st.integers(0, 11))
    def test_rejections_never_repeat_free_text(self, secret: str, place: int) -> None:
        cells = SOUND.split(";")
        cells[place] = secret
        result = read(TICKETS, HEADER, ";".join(cells))
        assert all(secret not in str(rejection) for rejection in result.rejected)


class TestEvents:
    """Layout ``events``: one row an event."""

    LOG = (
        "case,at,state,prio,stars",
        "1,2026-11-20 09:00:00,N,low,",
        "2,2026-11-20 09:30:00,N,low,",
        "1,2026-11-20 12:00:00,C,high,4",
        "1,2026-11-20 10:00:00,O,,",
        "1,2026-11-20 11:00:00,R,low,",
        "1,2026-11-20 11:00:00,R,low,",
        "1,2026-11-20 11:30:00,R,low,",
    )

    def test_rows_of_a_ticket_stand_anywhere(self) -> None:
        result = read(EVENTS, *self.LOG)
        facts = result.value.facts[0]
        assert [at.hour for at in facts.solved_at] == [11]
        assert (facts.status, facts.closes, facts.reopens) == (StatusCategory.CLOSED, 1, 0)
        assert (facts.priority, facts.csat) == ("high", 4.0)
        assert (result.rows, result.used, result.duplicates) == (7, 6, 1)

    def test_what_the_log_cannot_know_is_unknown(self) -> None:
        facts = read(EVENTS, *self.LOG).value.facts[0]
        assert facts.agent_replies is facts.customer_replies is facts.first_reply_at is facts.created_at is None
        without_csat = changed(changed(EVENTS, "columns", "csat", to=None), "csat", to=None)
        assert read(without_csat, *self.LOG).value.facts[0].surveyed is None

    def test_a_ticket_may_begin_with_its_first_event(self) -> None:
        facts = read(changed(EVENTS, "created", to="first_event"), *self.LOG).value.facts[0]
        assert (facts.created_at.hour, facts.agent_started) == (9, None)

    def test_reopening_is_leaving_the_end(self) -> None:
        result = read(EVENTS, *self.LOG, "1,2026-11-21 09:00:00,O,high,")
        assert result.value.facts[0].reopens == 1

    def test_activities_without_a_meaning_are_notes(self) -> None:
        document = changed(EVENTS, "columns", to={"ticket_id": "case", "at": "at", "activity": "state"})
        document = changed(changed(document, "status", to={}), "csat", to=None)
        result = read(document, *self.LOG)
        assert result.value.facts[0].status is result.value.facts[0].solved_at is None
        assert {event.kind for event in result.value.tickets[0].events} == {EventKind.NOTE}
        assert [(n.code, n.count) for n in result.warnings] == [("unexplained-activity", 6)]

    def test_activities_may_be_messages(self) -> None:
        columns = {"ticket_id": "case", "at": "at", "activity": "what", "actor": "who", "created_at": "opened"}
        document = {
            "source": "log",
            "layout": "events",
            "columns": columns,
            "time": {"zone": "UTC"},
            "activity": {"mail in": "customer_message", "mail out": "agent_message", "done": "resolved"},
        }
        facts = read(
            document,
            "case,at,what,who,opened",
            "1,2026-11-20 09:00:00,mail in,c,2026-11-20 09:00:00",
            "1,2026-11-20 10:00:00,mail out,ana,2026-11-20 09:00:00",
            "1,2026-11-20 11:00:00,done,ana,2026-11-20 09:00:00",
        ).value.facts[0]
        assert (facts.first_reply_at.hour, facts.agent_replies, facts.solved_at[0].hour) == (10, 1, 11)

    def test_a_rejected_row_leaves_nothing_behind_and_is_told(self) -> None:
        result = read(EVENTS, *self.LOG, "1,2026-11-20 13:00:00,X,urgent,1", "3,never,N,low,")
        assert (result.value.facts[0].priority, len(result.value.facts)) == ("high", 2)
        assert {(n.code, n.count) for n in result.warnings} == {("incomplete-ticket", 1), ("lost-ticket", 1)}
        assert dict(result.rejected_counts) == {"unknown-status": 1, "stamp": 1}

    def test_what_is_odd_in_a_rejected_row_is_not_counted(self) -> None:
        document = changed(EVENTS, "columns", "activity", to="what")
        document = changed(document, "time", "zone", to="Europe/Madrid")
        result = read(document, "case,at,state,what,prio,stars", "1,2026-10-25 02:30:00,N,odd,low,99")
        assert [notice.code for notice in result.warnings] == ["lost-ticket"]

    def test_an_empty_id_is_a_rejection_whatever_the_nulls_are(self) -> None:
        result = read({**EVENTS, "null": ["-"]}, "case,at,state,prio,stars", ",2026-11-20 09:00:00,N,low,")
        assert dict(result.rejected_counts) == {"ticket-id": 1}

    def test_who_did_not_answer_may_not_have_been_asked(self) -> None:
        document = changed(EVENTS, "columns", "nps", to="nps")
        rows = ["1,2026-11-20 09:00:00,R,,5,", "2,2026-11-20 09:00:00,R,,,", "3,2026-11-20 09:00:00,R,,,9"]
        result = read(document, "case,at,state,prio,stars,nps", *rows)
        assert [facts.surveyed for facts in result.value.facts] == [True, None, None]
        assert [facts.nps for facts in result.value.facts] == [None, None, 9]

    def test_words_for_channels_without_a_meaning_are_told(self) -> None:
        document = {**changed(EVENTS, "columns", "channel", to="via"), "channel": {"Mail": "email", "Misc": "other"}}
        rows = [f"{n},2026-11-20 09:00:00,N,,,{via}" for n, via in enumerate(["Mail", "Misc", "Telex", ""])]
        result = read(document, "case,at,state,prio,stars,via", *rows)
        assert [(notice.code, notice.count) for notice in result.warnings] == [("unknown-channel", 1)]

    def test_events_are_the_systems_and_in_utc(self) -> None:
        ticket = read(changed(EVENTS, "time", "zone", to="Europe/Madrid"), *self.LOG).value.tickets[0]
        assert {event.by for event in ticket.events if event.kind is EventKind.STATUS} == {ActorKind.SYSTEM}
        assert ticket.events[0].at.isoformat() == "2026-11-20T08:00:00+00:00"

    @given(st.lists(st.text(alphabet="12,NORC-:. 06\"'\n", max_size=40), max_size=8))
    def test_any_lines_are_all_accounted_for(self, rows: list[str]) -> None:
        result = read(EVENTS, "case,at,state,prio,stars", *rows)
        assert all(count.adds_up for count in result.files)
        assert result.used == sum(
            event.kind is EventKind.STATUS or event.kind is EventKind.NOTE
            for ticket in result.value.tickets
            for event in ticket.events
        )


class TestWhatALogCanKnow:
    """Without a word for it in ``[activity]`` a thing is unknown, and not absent."""

    FAMILIES: Mapping[str, tuple[str, ...]] = {
        "agents": ("first_reply_at", "agent_replies", "agent_messages", "agents", "replied"),
        "customers": ("customer_replies",),
        "bots": ("auto_replied",),
        "returns": ("reopens", "closes", "waiting", "lives"),
        "ends": ("solved_at",),
        "state": ("status",),
    }
    ALL: Mapping[str, str] = {
        "Open": "new", "Customer wrote": "customer_message", "Bot": "bot_message", "Reply": "agent_message",
        "Close": "closed", "Reopen": "open",
    }  # fmt: skip
    STORY = ("Open", "Customer wrote", "Reply", "Close", "Reopen", "Close")

    def facts(self, *rows: str, words: Mapping[str, str]) -> tuple[Any, Any]:
        document = {
            "source": "log",
            "layout": "events",
            "created": "first_event",
            "columns": {"ticket_id": "case", "at": "at", "activity": "what", "actor": "who"},
            "time": {"zone": "UTC"},
            "activity": dict(words),
        }
        lines = [f"1,2026-01-05 {hour:02}:00:00,{word},ana" for hour, word in enumerate(rows, 9)]
        value = read(document, "case,at,what,who", *lines).value
        return value.facts[0], value.tickets[0]

    @pytest.mark.parametrize(
        ("named", "known"),
        [
            (("Open", "Customer wrote", "Bot", "Reply", "Close", "Reopen"), "agents customers bots returns ends state"),
            (("Reply", "Close"), "agents state"),
            (("Customer wrote", "Close"), "customers state"),
            (("Close", "Reopen"), "returns ends state"),
            (("Bot", "Open"), "bots"),
            (("Close",), "state"),
            (("Reopen",), ""),
        ],
    )
    def test_a_word_that_is_not_named_is_unknown(self, named: tuple[str, ...], known: str) -> None:
        facts, ticket = self.facts(*self.STORY, words={word: self.ALL[word] for word in named})
        unknown = {fact for family, names in self.FAMILIES.items() if family not in known.split() for fact in names}
        assert {fact for names in self.FAMILIES.values() for fact in names if getattr(facts, fact) is None} == unknown
        # The ticket's own facts tell no more.
        own = ticket.facts()
        assert {fact for fact in unknown - {"auto_replied"} if getattr(own, fact) is not None} == set()

    def test_all_of_it_is_told_where_all_is_named(self) -> None:
        facts, _ = self.facts(*self.STORY, words=self.ALL)
        assert (facts.agent_replies, facts.customer_replies, facts.reopens, facts.auto_replied) == (1, 1, 1, False)

    @pytest.mark.parametrize(
        ("rows", "closed_hour", "status"),
        [
            (("Open", "Close"), 10, "closed"),
            (("Open", "Close", "Reopen", "Close"), None, "closed"),
            (("Open", "Close", "Reopen"), None, None),
            (("Open",), None, None),
        ],
    )
    def test_an_end_alone_says_when_only_where_nothing_followed(
        self, rows: tuple[str, ...], closed_hour: int | None, status: str | None
    ) -> None:
        facts, _ = self.facts(*rows, words={"Close": "closed"})
        assert (facts.closed_at and facts.closed_at.hour, facts.status) == (closed_hour, status)
        assert facts.reopens is facts.closes is facts.lives is facts.waiting is None

    def test_whom_an_agent_answered_is_unknown_where_customers_are_not_seen(self) -> None:
        facts, _ = self.facts("Reply", "Customer wrote", "Reply", words={"Reply": "agent_message"})
        assert (facts.agent_started, facts.agent_replies, facts.first_reply_at, facts.replied) == (True, 1, None, None)


def test_what_a_rejected_row_of_a_log_may_have_said_is_unknown() -> None:
    document = {
        "source": "s",
        "layout": "events",
        "created": "first_event",
        "time": {"zone": "UTC"},
        "columns": {"ticket_id": "id", "at": "at", "activity": "a"},
        "activity": {"msg": "customer_message", "ans": "agent_message", "end": "resolved", "re": "open"},
    }
    rows = ["id;at;a", "1;2026-01-01 09:00:00;msg", "1;bad;ans", "1;2026-01-01 11:00:00;end"]
    result = read(document, *rows)
    facts = result.value.facts[0]
    assert (result.used, result.rejections, [notice.code for notice in result.warnings]) == (
        2,
        1,
        ["incomplete-ticket"],
    )
    assert facts.replied is facts.agent_replies is facts.reopens is facts.closes is facts.created_at is None
    whole = read(document, *(row for row in rows if "bad" not in row)).value.facts[0]
    assert (whole.replied, whole.agent_replies, whole.reopens) == (False, 0, 0)
