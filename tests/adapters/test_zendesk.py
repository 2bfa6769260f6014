from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csprotocol.adapters import zendesk
from csprotocol.adapters._zendesk_tables import TABLES
from csprotocol.errors import CsprotocolError, ExportError, InvalidValueError
from csprotocol.model import ActorKind, Channel, EventKind, StatusCategory

Export = Callable[..., Any]

USER = "id,role,locale,suspended\n1,agent,es,FALSE\n2,end-user,fr,FALSE\n3,agent,es,FALSE\n4,end-user,es,TRUE\n"
TICKET = (
    "id,_fivetran_deleted,created_at,updated_at,status,requester_id,submitter_id,assignee_id,group_id,priority,"
    "via_channel,merged_ticket_ids,custom_contact_reason,custom_order_id\n"
)
T10 = '10,FALSE,2026-11-20 09:00:00,2026-11-20 12:00:00,solved,2,2,1,7,normal,web,"[]",late,A-1\n'
COMMENT = "id,ticket_id,user_id,created,public,body\n"
HISTORY = "ticket_id,field_name,updated,user_id,value\n"


@pytest.fixture
def export(tmp_path: Path) -> Export:
    def write(tables: Mapping[str, str], **options: Any) -> Any:
        for name, content in tables.items():
            (tmp_path / f"{name}_data.csv").write_text(content, encoding="utf-8")
        return zendesk.export(tmp_path, **options)

    return write


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


class TestExport:
    def test_a_ticket_alone_is_enough(self, export: Export) -> None:
        read = export({"ticket": TICKET + T10})
        facts = read.value.facts[0]
        assert (facts.ticket_id, facts.created_at, facts.channel, facts.channel_name) == (
            "10",
            at(9),
            Channel.FORM,
            "web",
        )
        assert (facts.reason, facts.order_id, facts.priority, facts.group) == ("late", "A-1", "normal", "7")
        assert facts.first_reply_at is facts.agent_replies is facts.reopens is facts.surveyed is None
        # Its last change may be anything: when it was solved is unknown.
        assert (facts.status, facts.solved_at) == (StatusCategory.RESOLVED, None)
        assert read.value.assumed_status == {"10"}
        assert {notice.code for notice in read.warnings} == {"missing-table", "status-assumed", "no-comments"}

    def test_who_said_what(self, export: Export) -> None:
        read = export(
            {
                "user": USER,
                "user_tag": "user_id,tag\n3,bot\n",
                "ticket": TICKET + T10,
                "ticket_comment": COMMENT
                + "1,10,2,2026-11-20 09:00:01,TRUE,hello\n"
                + "2,10,3,2026-11-20 09:00:30,TRUE,automatic\n"
                + "3,10,1,2026-11-20 09:30:00,FALSE,private\n"
                + "4,10,1,2026-11-20 10:00:00,TRUE,reply\n"
                + "4,10,1,2026-11-20 10:00:00,TRUE,reply\n"
                + "5,10,99,2026-11-20 10:30:00,FALSE,stranger\n"
                + "6,10,2,2026-11-20 11:00:00,TRUE,thanks\n",
            }
        )
        facts = read.value.facts[0]
        assert (facts.first_reply_at, facts.agent_replies, facts.customer_replies) == (at(10), 1, 1)
        assert (facts.first_auto_reply_at, facts.agent_started, facts.language) == (
            at(9, 0).replace(second=30),
            False,
            "fr",
        )
        assert read.duplicates == 1
        assert ("unknown-author", 1) in {(notice.code, notice.count) for notice in read.warnings}

    def test_an_unknown_assignee_is_an_agent(self, export: Export) -> None:
        read = export({"ticket": TICKET + T10, "ticket_comment": COMMENT + "1,10,1,2026-11-20 10:00:00,TRUE,x\n"})
        assert read.value.facts[0].first_reply_at == at(10)

    def test_an_agent_may_begin(self, export: Export) -> None:
        read = export(
            {
                "user": USER,
                "ticket": TICKET + T10.replace(",2,2,1,", ",2,1,1,"),
                "ticket_comment": COMMENT
                + "1,10,1,2026-11-20 09:00:00,TRUE,x\n2,10,2,2026-11-20 10:00:00,TRUE,x\n"
                + "3,10,1,2026-11-20 11:00:00,TRUE,x\n",
            }
        )
        facts = read.value.facts[0]
        assert (facts.agent_started, facts.first_customer_message_at, facts.first_reply_at) == (True, at(10), at(11))

    def test_an_agents_own_request_is_a_customers(self, export: Export) -> None:
        read = export(
            {
                "user": USER,
                "ticket": TICKET + T10.replace(",2,2,1,", ",3,3,1,"),
                "ticket_comment": COMMENT + "1,10,3,2026-11-20 09:00:00,TRUE,x\n2,10,1,2026-11-20 10:00:00,TRUE,x\n",
            }
        )
        facts = read.value.facts[0]
        assert (facts.agent_started, facts.first_reply_at, facts.agent_replies) == (False, at(10), 1)

    def test_status_priority_and_assignee_come_from_their_history(self, export: Export) -> None:
        rows = [
            "status,2026-11-20 09:00:00,2,new",
            "priority,2026-11-20 09:00:00,2,low",
            "status,2026-11-20 09:10:00,1,open",
            "assignee_id,2026-11-20 09:10:00,1,1.0",
            "status,2026-11-20 10:00:00,1,pending",
            "status,2026-11-20 11:00:00,1,on-hold",
            "status,2026-11-20 12:00:00,1,solved",
            "status,2026-11-20 12:00:00,1,solved",
            "status,2026-11-20 13:00:00,2,open",
            "status,2026-11-20 14:00:00,1,solved",
            "priority,2026-11-20 14:00:00,1,medium",
            "subject,2026-11-20 14:00:00,1,secret text",
        ]
        history = HISTORY + "".join(f"10,{row}\n" for row in rows) + "11,status,2026-11-20 15:00:00,1,snoozed\n"
        tickets = TICKET + T10 + T10.replace("10,", "11,", 1)
        read = export({"user": USER, "ticket": tickets, "ticket_field_history": history})
        facts = read.value.facts[0]
        assert (facts.solved_at, facts.reopens, facts.priority, facts.agent) == ((at(12), at(14)), 1, "medium", "1")
        assert [(w.category, w.start, w.end) for w in facts.waiting] == [
            (StatusCategory.WAITING_CUSTOMER, at(10), at(11)),
            (StatusCategory.WAITING_THIRD_PARTY, at(11), at(12)),
        ]
        count = next(count for count in read.files if count.file.startswith("ticket_field"))
        assert (count.rows, count.used, count.rejected, count.duplicates, count.left_out) == (13, 10, 1, 1, 1)
        assert read.rejected[0].column == "value"
        assert "possible: new, open, pending" in read.rejected[0].message
        assert "unknown-priority" in {notice.code for notice in read.warnings}

    def test_merged_spam_and_deleted(self, export: Export) -> None:
        rows = [
            T10.replace('"[]"', '"[11, 99]"'),
            T10.replace("10,", "11,", 1),
            T10.replace("10,", "12,", 1).replace("solved,2,2", "deleted,4,4"),
            T10.replace("10,", "13,", 1).replace("solved", "deleted"),
            T10.replace("10,FALSE", "14,TRUE", 1),
        ]
        comments = COMMENT + "1,14,2,2026-11-20 09:00:00,TRUE,x\n"
        read = export({"user": USER, "ticket": TICKET + "".join(rows), "ticket_comment": comments})
        facts = {f.ticket_id: f for f in read.value.facts}
        assert (facts["11"].merged_into, facts["10"].merged_into) == ("10", None)
        assert [facts[n].spam for n in ("10", "12", "13")] == [False, True, None]
        assert facts["13"].status is StatusCategory.CANCELLED
        assert "14" not in facts
        assert (read.left_out, dict(read.value.orphans)) == (2, {})

    def test_ratings(self, export: Export) -> None:
        tickets = TICKET + "".join(T10.replace("10,", f"{n},", 1) for n in range(10, 15))
        scores = enumerate(["good", "bad_with_comment", "offered", "unoffered", "splendid"], 10)
        ratings = "id,ticket_id,score,created_at\n" + "".join(f"{n},{n},{s},2026-11-21 09:00:00\n" for n, s in scores)
        read = export({"ticket": tickets, "satisfaction_rating": ratings})
        assert [f.csat for f in read.value.facts] == [1, 0, None, None, None]
        assert [f.surveyed for f in read.value.facts] == [True, True, True, False, None]
        assert dict(read.rejected_counts) == {"unknown-score": 1}
        assert read.value.csat_scale == (0, 1)

    def test_orphans_are_counted_by_table(self, export: Export) -> None:
        read = export(
            {
                "ticket": TICKET + T10 + T10.replace("10,", "20,", 1).replace("2026-11-20 09:00:00", "never"),
                "ticket_comment": COMMENT + "1,77,2,2026-11-20 09:00:00,TRUE,x\n2,20,2,2026-11-20 09:00:00,TRUE,x\n",
                "ticket_tag": "ticket_id,tag\n77,a\n10,b\n10,b\n",
                "schedule": "id,start_time,end_time,time_zone\n1,60,120,Madrid\n",
                "schedule_holiday": "schedule_id,start_date,end_date,name\n2,2026-12-24,2026-12-25,x\n",
            }
        )
        assert dict(read.value.orphans) == {"ticket_comment": 1, "ticket_tag": 1, "schedule_holiday": 1}
        assert dict(read.rejected_counts) == {"stamp": 1, "orphan": 3, "unreadable-ticket": 1}
        assert read.value.tickets[0].tags == ("b",)
        assert all(count.adds_up for count in read.files)

    def test_a_newer_row_of_a_ticket_counts(self, export: Export) -> None:
        newer = T10.replace("2026-11-20 12:00:00,solved", "2026-11-21 12:00:00,closed")
        for order in (T10 + newer, newer + T10):
            read = export({"ticket": TICKET + order})
            assert [f.status for f in read.value.facts] == [StatusCategory.CLOSED]
            assert (read.used, read.duplicates) == (1, 1)

    @pytest.mark.parametrize(
        ("deleted_on", "is_left"), [("2026-11-19", True), ("2026-11-20", False), ("2026-11-21", False)]
    )
    def test_a_newer_row_may_delete_a_ticket(self, export: Export, deleted_on: str, is_left: bool) -> None:
        deleted = T10.replace("10,FALSE", "10,TRUE").replace("2026-11-20 12:00:00", f"{deleted_on} 12:00:00")
        for order in (T10 + deleted, deleted + T10):
            read = export({"ticket": TICKET + order, "ticket_comment": COMMENT + "1,10,2,2026-11-20 09:00:00,TRUE,x\n"})
            assert len(read.value.facts) == is_left
            assert (read.used, read.duplicates, read.left_out) == ((2, 0, 1) if is_left else (0, 1, 2))
            assert dict(read.value.orphans) == {}

    def test_the_newest_row_of_a_user_or_a_group_counts(self, export: Export) -> None:
        users = (
            "id,role,updated_at,_fivetran_deleted\n"
            "1,end-user,2026-01-01 00:00:00,TRUE\n"
            "1,end-user,2026-01-02 00:00:00,FALSE\n"
            "1,agent,2026-01-03 00:00:00,FALSE\n"
            "3,agent,2026-01-01 00:00:00,FALSE\n"
            "3,agent,2026-01-04 00:00:00,TRUE\n"
        )
        read = export(
            {
                "user": users,
                "group": "id,name,updated_at\n7,Old,2026-01-01 00:00:00\n7,New,2026-01-02 00:00:00\n",
                "ticket": TICKET
                + T10.replace(",2,2,1,", ",2,2,,")
                + T10.replace("10,", "11,", 1).replace(",2,2,1,", ",2,2,,"),
                "ticket_comment": COMMENT + "1,10,1,2026-11-20 10:00:00,TRUE,x\n2,11,3,2026-11-20 10:00:00,TRUE,x\n",
            }
        )
        assert [f.agent_replies for f in read.value.facts] == [1, None]
        assert read.value.facts[0].group == "New"
        counts = {count.file: (count.used, count.duplicates, count.left_out) for count in read.files}
        assert (counts["user_data.csv"], counts["group_data.csv"]) == ((1, 2, 2), (1, 1, 0))

    def test_a_deleted_tag_makes_no_bot(self, export: Export) -> None:
        tags = "user_id,tag,_fivetran_deleted\n1,bot,TRUE\n"
        comments = COMMENT + "1,10,1,2026-11-20 10:00:00,TRUE,x\n"
        read = export({"user": USER, "user_tag": tags, "ticket": TICKET + T10, "ticket_comment": comments})
        assert read.value.facts[0].first_reply_at == at(10)

    @pytest.mark.parametrize("bots", [[1], ["1"], {1}, ("1.0",)])
    def test_bots_may_be_named_by_number(self, export: Export, bots: Any) -> None:
        comments = COMMENT + "1,10,1,2026-11-20 10:00:00,TRUE,x\n"
        read = export({"user": USER, "ticket": TICKET + T10, "ticket_comment": comments}, bots=bots)
        assert (read.value.facts[0].first_reply_at, read.value.facts[0].auto_replied) == (None, True)

    def test_what_was_asked_for_and_is_not_there_is_told(self, export: Export) -> None:
        read = export({"ticket": TICKET + T10}, reason_column="reason", bot_tag="robot")
        told = {notice.code: notice.message for notice in read.warnings}
        assert told["missing-column"] == "columns that were asked for and that ticket_data.csv lacks: reason"
        assert told["unknown-bot-tag"] == "tags that were asked for and that no user has: robot"

    @pytest.mark.parametrize(("first", "second", "survivor"), [(9, 10, "10"), (11, 10, "11")])
    def test_of_tickets_that_are_merged_into_each_other_the_oldest_stays(
        self, export: Export, first: int, second: int, survivor: str
    ) -> None:
        rows = [
            T10.replace("[]", "[11]").replace("2026-11-20 09", f"2026-11-20 {first:02}"),
            T10.replace("10,", "11,", 1).replace("[]", "[10]").replace("2026-11-20 09", f"2026-11-20 {second:02}"),
        ]
        read = export({"ticket": TICKET + "".join(rows)})
        assert [f.ticket_id for f in read.value.facts if f.merged_into is None] == [survivor]
        assert ("merged-in-a-ring", 1) in {(notice.code, notice.count) for notice in read.warnings}

    def test_of_statuses_at_one_instant_the_last_counts(self, export: Export) -> None:
        rows = "10,status,2026-11-20 10:00:00,1,closed\n10,status,2026-11-20 10:00:00,1,deleted\n"
        ticket = T10.replace("solved,2,2", "deleted,4,4")
        read = export({"user": USER, "ticket": TICKET + ticket, "ticket_field_history": HISTORY + rows})
        assert (read.value.facts[0].status, read.value.facts[0].spam) == (StatusCategory.CANCELLED, True)
        assert "status-differs" not in {notice.code for notice in read.warnings}

    def test_a_rejected_row_is_no_unknown_priority(self, export: Export) -> None:
        row = T10.replace("normal", "medium").replace("2026-11-20 09:00:00", "never")
        read = export({"ticket": TICKET + row})
        assert "unknown-priority" not in {notice.code for notice in read.warnings}

    @pytest.mark.parametrize(
        ("seconds", "authors", "customer_replies"),
        [
            ((2,), "2", 0),
            ((59,), "2", 0),
            ((61,), "2", 1),
            ((2, 5), "22", 1),
            ((5, 2), "23", 1),  # an automatic answer comes first: the description is not here
            ((2, 2), "32", 0),
            ((2,), "1", 0),
            ((-7_200, 1), "12", 0),
        ],
    )
    def test_the_first_comment_is_the_description(
        self, export: Export, seconds: tuple[int, ...], authors: str, customer_replies: int
    ) -> None:
        rows = [
            f"{n},10,{author},{at(9) + timedelta(seconds=after):%Y-%m-%d %H:%M:%S},TRUE,x\n"
            for n, (after, author) in enumerate(zip(seconds, authors, strict=True))
        ]
        tables = {"user": USER, "user_tag": "user_id,tag\n3,bot\n", "ticket": TICKET + T10}
        read = export({**tables, "ticket_comment": COMMENT + "".join(rows)})
        assert read.value.facts[0].customer_replies == customer_replies

    def test_an_event_before_the_creation_is_told(self, export: Export) -> None:
        read = export(
            {"ticket": TICKET + T10, "ticket_field_history": HISTORY + "10,status,2026-11-20 02:00:00,,open\n"}
        )
        assert ("event-before-creation", 1) in {(notice.code, notice.count) for notice in read.warnings}
        assert ("status-differs", 1) in {(notice.code, notice.count) for notice in read.warnings}

    def test_strict_raises_the_first_rejection(self, export: Export) -> None:
        with pytest.raises(ExportError, match="line 2, column 'ticket_id'"):
            export({"ticket": TICKET + T10, "ticket_tag": "ticket_id,tag\n77,a\n"}, strict=True)

    def test_progress_runs_over_all_tables(self, export: Export, tmp_path: Path) -> None:
        told: list[tuple[int, int]] = []
        export({"user": USER, "ticket": TICKET + T10}, progress=lambda done, total: told.append((done, total)))
        total = sum(path.stat().st_size for path in tmp_path.iterdir())
        assert told == sorted(told)
        assert told[-1] == (total, total)


class TestFolder:
    def test_what_is_no_export_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text("a\n", encoding="utf-8")
        for place, told in (
            (tmp_path, "neither ticket_data.csv nor ticket.csv; files there: orders.csv"),
            (tmp_path / "none", "does not exist"),
            (tmp_path / "orders.csv", "is a file"),
            ("bad\0name", "does not exist"),
        ):
            with pytest.raises(ExportError) as caught:
                zendesk.export(place)
            assert told in str(caught.value)

    def test_two_files_of_one_table_are_an_error(self, tmp_path: Path) -> None:
        for name in ("ticket.csv", "ticket_data.csv"):
            (tmp_path / name).write_text(TICKET + T10, encoding="utf-8")
        with pytest.raises(ExportError, match=r"stands beside ticket\.csv"):
            zendesk.export(tmp_path)

    def test_a_column_that_is_needed_is_missed_by_name(self, export: Export) -> None:
        with pytest.raises(ExportError, match="column 'created_at': is not in the header; did you mean created"):
            export({"ticket": "id,createdat\n1,2026-11-20 09:00:00\n"})

    @pytest.mark.parametrize(
        "option",
        [
            {"calendar_rule": "last"},
            {"without_schedule": True},
            {"bots": None},
            {"bots": "9"},
            {"bots": 9},
            {"bots": [None]},
            {"bots": [True]},
            {"bot_tag": None},
            {"reason_column": 7},
        ],
    )
    def test_unknown_options(self, export: Export, option: dict[str, Any]) -> None:
        with pytest.raises(InvalidValueError):
            export({"ticket": TICKET + T10}, **option)


SCHEDULE = "id,start_time,end_time,time_zone,name,start_time_utc\n5,1980,2460,Madrid,Desk,1860\n"


class TestCalendars:
    TABLES: Mapping[str, str] = {
        "ticket": TICKET + T10 + T10.replace("10,", "11,", 1),
        "schedule": SCHEDULE,
        "schedule_holiday": "schedule_id,name,start_date,end_date\n5,Puente,2026-12-07,2026-12-08\n",
        "ticket_schedule": "ticket_id,schedule_id,created_at\n10,5,2026-11-20 09:00:00\n10,6,2026-11-20 10:00:00\n",
    }

    def test_zones_are_named_and_holidays_include_their_end(self, export: Export) -> None:
        read = export(self.TABLES)
        hours = read.value.schedules["5"]
        assert (hours.tz, dict(hours.weekly)) == ("Europe/Madrid", {"mon": (("09:00", "17:00"),)})
        assert [holiday.date for holiday in hours.holidays] == [date(2026, 12, 7), date(2026, 12, 8)]
        assert set(read.value.calendars) == {"10"}
        assert dict(read.rejected_counts) == {"unknown-schedule": 1}

    def test_the_only_schedule_may_be_everybodys(self, export: Export) -> None:
        read = export(self.TABLES, without_schedule="only_schedule", calendar_rule="latest")
        assert set(read.value.calendars) == {"10", "11"}
        assert {history.rule for history in read.value.calendars.values()} == {"latest"}

    @pytest.mark.parametrize(
        "row",
        [
            "5,2460,1980,Madrid,Desk,0",
            "5,1980,2460,Middle Earth,Desk,0",
            "5,2000,2400,Madrid,Desk,0\n5,1980,2460,Madrid,Desk,0",
        ],
    )
    def test_a_schedule_that_makes_no_sense_is_rejected_whole(self, export: Export, row: str) -> None:
        header = SCHEDULE.split("\n", maxsplit=1)[0]
        read = export({**self.TABLES, "schedule": f"{header}\n{row}\n"})
        assert read.value.schedules == {}
        assert read.rejected_counts["schedule"] >= 2
        assert all(count.adds_up for count in read.files)

    def test_a_holiday_that_is_too_long_costs_itself_only(self, export: Export) -> None:
        holidays = self.TABLES["schedule_holiday"] + "5,Typo,2026-12-24,2036-12-25\n"
        read = export({**self.TABLES, "schedule_holiday": holidays})
        assert len(read.value.schedules["5"].holidays) == 2
        assert dict(read.rejected_counts) == {"long-holiday": 1, "unknown-schedule": 1}
        assert all(count.adds_up for count in read.files)

    def test_a_zone_that_is_none_is_not_repeated(self, export: Export) -> None:
        read = export({**self.TABLES, "schedule": SCHEDULE.replace("Madrid", "ana@example.com")})
        assert "ana@example.com" not in "".join(map(str, read.rejected))


class TestLostRows:
    """What rests on a row that was lost is unknown."""

    HISTORY_ROWS = (
        "10,status,2026-11-20 09:00:00,2,new\n10,status,2026-11-20 11:00:00,1,solved\n{}"
        "10,status,2026-11-20 13:00:00,1,solved\n"
    )
    COMMENTS = COMMENT + "1,10,2,2026-11-20 09:00:00,TRUE,x\n{}3,10,1,2026-11-20 11:00:00,TRUE,x\n"
    STATES = ("solved_at", "closed_at", "reopens", "closes", "waiting", "lives")
    MESSAGES = ("first_reply_at", "agent_replies", "customer_replies", "agents", "first_agent_message_at", "replied")

    def facts(self, export: Export, **tables: str) -> tuple[Any, bool]:
        read = export({"user": USER, "ticket": TICKET + T10, **tables})
        assert all(count.adds_up for count in read.files)
        return read.value.facts[0], ("incomplete-ticket", 1) in {(each.code, each.count) for each in read.warnings}

    @pytest.mark.parametrize(
        "row", ["10,status,garbage,1,open\n", "10,status,2026-11-20 12:00:00,1,opened\n", "10,,x,1,\n"]
    )
    def test_a_change_of_the_status(self, export: Export, row: str) -> None:
        facts, is_told = self.facts(export, ticket_field_history=HISTORY + self.HISTORY_ROWS.format(row))
        assert [getattr(facts, fact) for fact in self.STATES] == [None] * len(self.STATES)
        assert (facts.status, is_told) == (StatusCategory.RESOLVED, True)

    @pytest.mark.parametrize("row", ["", "10,subject,garbage,1,x\n", "11,status,garbage,1,open\n"])
    def test_a_change_of_something_else_costs_nothing(self, export: Export, row: str) -> None:
        facts, is_told = self.facts(export, ticket_field_history=HISTORY + self.HISTORY_ROWS.format(row))
        assert (facts.reopens, facts.solved_at, is_told) == (0, (at(11),), False)

    @pytest.mark.parametrize(
        "row",
        [
            "2,10,1,2026-11-20 10:01:00,perhaps,x\n",
            "2,10,1,garbage,TRUE,x\n",
            "2,10,99,2026-11-20 10:01:00,TRUE,x\n",
            "2,10,,2026-11-20 10:01:00,TRUE,x\n",
        ],
    )
    def test_a_comment_or_its_author(self, export: Export, row: str) -> None:
        facts, is_told = self.facts(export, ticket_comment=self.COMMENTS.format(row))
        assert [getattr(facts, fact) for fact in self.MESSAGES] == [None] * len(self.MESSAGES)
        assert is_told

    @pytest.mark.parametrize("row", ["", "2,10,99,2026-11-20 10:01:00,FALSE,x\n", "2,10,1,garbage,FALSE,x\n"])
    def test_a_private_comment_costs_nothing(self, export: Export, row: str) -> None:
        facts, is_told = self.facts(export, ticket_comment=self.COMMENTS.format(row))
        assert (facts.first_reply_at, facts.agent_replies, is_told) == (at(11), 1, False)

    def test_without_users_nobody_knows_who_replied_first(self, export: Export) -> None:
        comments = self.COMMENTS.format("2,10,3,2026-11-20 10:01:00,TRUE,x\n")
        read = export({"ticket": TICKET + T10, "ticket_comment": comments})
        assert read.value.facts[0].first_reply_at is read.value.facts[0].replied is None
        with_users, _ = self.facts(export, ticket_comment=comments)
        assert (with_users.first_reply_at, with_users.agent_replies) == (at(10, 1), 2)

    def test_a_rating(self, export: Export) -> None:
        ratings = "id,ticket_id,score,created_at\n1,10,good,2026-11-20 15:00:00\n2,10,great,2026-11-20 16:00:00\n"
        facts, is_told = self.facts(export, satisfaction_rating=ratings)
        assert (facts.csat, facts.surveyed, is_told) == (None, None, True)


class TestTargets:
    POLICY = (
        "sla_policy_id,sla_policy_updated_at,metric,priority,target,business_hours\n"
        "1,2020-01-01 00:00:00,first_reply_time,normal,480,TRUE\n"
        "1,2020-06-01 00:00:00,first_reply_time,normal,360,TRUE\n"
        "1,2020-06-01 00:00:00,first_reply_time,high,60,FALSE\n"
    )

    @pytest.mark.parametrize(
        ("applied", "history", "minutes"),
        [
            ("2020-10-28 12:03:02", "", 360),
            ("2020-02-19 01:54:52", "", 480),
            ("2020-10-28 12:03:02", "2020-10-28 12:00:00,,high", 60),
            # A later change of the priority leaves what was promised.
            ("2020-10-28 12:03:02", "2020-10-01 00:00:00,,normal\n10,priority,2020-10-29 00:00:00,,high", 360),
        ],
    )
    def test_version_and_priority_of_the_moment_decide(
        self, export: Export, applied: str, history: str, minutes: int
    ) -> None:
        read = export(
            {
                "ticket": TICKET + T10,
                "sla_policy_metric_history": self.POLICY,
                "ticket_sla_policy": f"ticket_id,sla_policy_id,policy_applied_at\n10,1,{applied}\n",
                "ticket_field_history": HISTORY + (f"10,priority,{history}\n" if history else ""),
            }
        )
        assert [target.minutes for target in read.value.targets["10"]] == [minutes]

    def test_of_two_promises_of_one_version_the_later_row_counts(self, export: Export) -> None:
        read = export(
            {
                "ticket": TICKET + T10,
                "sla_policy_metric_history": self.POLICY + "1,2020-06-01 00:00:00,first_reply_time,normal,90,TRUE\n",
                "ticket_sla_policy": "ticket_id,sla_policy_id,policy_applied_at\n10,1,2020-10-28 12:03:02\n",
            }
        )
        assert [target.minutes for target in read.value.targets["10"]] == [90]
        assert read.duplicates == 1
        assert ("target-twice", 1) in {(notice.code, notice.count) for notice in read.warnings}

    @pytest.mark.parametrize(
        ("row", "told"),
        [
            ("10,2,2020-10-28 12:03:02", "does not hold its policy"),
            ("10,1,2019-10-28 12:03:02", "no version as old"),
            ("11,1,2020-10-28 12:03:02", "no priority"),
        ],
    )
    def test_a_promise_that_is_not_known_is_rejected(self, export: Export, row: str, told: str) -> None:
        read = export(
            {
                "ticket": TICKET + T10 + T10.replace("10,", "11,", 1).replace(",normal,", ",,"),
                "sla_policy_metric_history": self.POLICY,
                "ticket_sla_policy": f"ticket_id,sla_policy_id,policy_applied_at\n{row}\n",
            }
        )
        assert read.value.targets == {}
        assert told in read.rejected[0].message


WORDS = (
    "",
    "1",
    "2",
    "10",
    "-1",
    "TRUE",
    "open",
    "status",
    "priority",
    "late",
    "agent",
    "bot",
    "Madrid",
    "[1]",
    "good",
)
STAMPS = ("2026-11-20 09:00:00", "2026-11-20", "0001-01-01 00:00:00+14:00", "9999-12-31 23:59:59-14:00", "1.0")
CELLS = st.sampled_from([*WORDS, *STAMPS, "x" * 50])


class TestGarbage:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
    @given(data=st.data())
    def test_any_cells_give_a_read_that_adds_up_or_an_error_of_ours(self, tmp_path: Path, data: st.DataObject) -> None:
        for name, spec in TABLES.items():
            columns = [names[0] for names in (*spec.needed.values(), *spec.wanted.values())]
            rows = data.draw(st.lists(st.lists(CELLS, min_size=len(columns), max_size=len(columns)), max_size=4))
            lines = [",".join(columns), *(",".join(row) for row in rows)]
            (tmp_path / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
        try:
            read = zendesk.export(tmp_path, without_schedule="only_schedule")
        except CsprotocolError:
            return
        assert all(count.adds_up for count in read.files)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(garbage=st.binary(max_size=200))
    def test_any_bytes_give_a_read_or_an_error_of_ours(self, tmp_path: Path, garbage: bytes) -> None:
        (tmp_path / "ticket.csv").write_text(TICKET + T10, encoding="utf-8")
        (tmp_path / "ticket_tag.csv").write_bytes(b"ticket_id,tag\n" + garbage)
        try:
            read = zendesk.export(tmp_path)
        except CsprotocolError:
            return
        assert all(count.adds_up for count in read.files)


class TestEvents:
    def test_private_comments_are_not_public(self, export: Export) -> None:
        read = export(
            {"user": USER, "ticket": TICKET + T10, "ticket_comment": COMMENT + "1,10,1,2026-11-20 10:00:00,FALSE,x\n"}
        )
        said = [event for event in read.value.tickets[0].events if event.kind is EventKind.MESSAGE]
        assert [(event.by, event.public) for event in said] == [(ActorKind.AGENT, False)]

    def test_nothing_shows_what_a_customer_wrote(self, export: Export) -> None:
        read = export({"ticket": TICKET + T10, "ticket_comment": COMMENT + "1,10,2,secret,secret,secret body\n"})
        assert "secret" not in repr(read) + "".join(map(str, read.rejected))

    @pytest.mark.parametrize(
        "tables",
        [
            {"ticket": TICKET + T10.replace("solved", "ana@example.com")},
            {"ticket": TICKET + T10.replace("10,", "ana85,", 1).replace("2026-11-20 09", "x")},
            {"user": USER.replace("admin", "x").replace("agent", "ana@example.com")},
            {"satisfaction_rating": "ticket_id,score,created_at\n10,ana@example.com,2026-11-20 09:00:00\n"},
            {"ticket_comment": COMMENT + "1,ana85,2,2026-11-20 09:00:00,TRUE,x\n"},
        ],
    )
    def test_a_customers_text_in_a_wrong_column_is_not_repeated(self, export: Export, tables: dict[str, str]) -> None:
        read = export({"ticket": TICKET + T10, **tables})
        assert read.rejections >= 1
        assert "ana" not in "".join(map(str, read.rejected))


def test_a_rejected_row_of_a_ticket_leaves_its_state_unknown(export: Export) -> None:
    newer = T10.replace("12:00:00,solved", "13:00:00,bogus")
    read = export({"ticket": TICKET + T10 + newer})
    assert (read.value.facts[0].status, read.rejections) == (None, 1)
    assert "incomplete-ticket" in {notice.code for notice in read.warnings}
