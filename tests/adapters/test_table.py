from __future__ import annotations

import copy
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
            (changed(TICKETS, "activity", "x", to="open"), "columns.activity is missing"),
            (changed(EVENTS, "tags", to={"separator": ""}), "tags.separator: is empty"),
        ],
    )
    def test_what_makes_no_sense_is_told(self, document: dict[str, Any], told: str) -> None:
        with pytest.raises(DocumentError) as caught:
            TableMapping.from_dict(document)
        assert told in str(caught.value)

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
        facts = read(TICKETS, HEADER, "7;-;;;;Telex;;;;;;").value.facts[0]
        assert facts.created_at is facts.status is facts.csat is facts.surveyed is facts.reopens is None
        assert facts.solved_at == ()
        assert (facts.channel, facts.channel_name) == (Channel.OTHER, "Telex")

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
        if place != 4:  # the status is a word of the vendor
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
