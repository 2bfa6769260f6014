"""What makes tables of KPIs wrong, one test a trap, in every engine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from csprotocol import kpi
from csprotocol.errors import (
    HorizonError,
    InvalidValueError,
    MissingExtraError,
    NaiveDatetimeError,
    OutOfScaleError,
)
from csprotocol.kpi import GroupCount, GroupDurations, Ratio, TableKpi, TableSpec
from csprotocol.model import StatusCategory, TicketFacts
from tests.kpi.frames import CALENDARS, ENGINES, frame_of, framed

RESOLVED = StatusCategory.RESOLVED


def at(clock: str, day: int = 20) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}+00:00")


def ticket(number: int, **known: Any) -> TicketFacts:
    return TicketFacts(ticket_id=str(number), **{"created_at": at("10:00"), **known})


def only(engine: str, facts: list[TicketFacts], asked: TableKpi | str, **options: Any) -> Any:
    (group,) = kpi.group_kpis(framed(engine, facts), TableSpec([asked]), **options)
    return next(iter(group.kpis.values()))


def cells(table: Any) -> Mapping[str, list[Any]]:
    """A native table as lists, whatever its kind."""
    if hasattr(table, "collect"):
        table = table.collect()
    if hasattr(table, "fetchall"):
        rows = table.fetchall()
        return {name: [row[at] for row in rows] for at, name in enumerate(table.columns)}
    if hasattr(table, "to_pyarrow"):
        table = table.to_pyarrow()
    if hasattr(table, "to_pydict"):
        return dict(table.to_pydict())
    lists = table.to_dict("list") if hasattr(table, "iloc") else table.to_dict(as_series=False)
    return {
        name: [None if isinstance(each, float) and math.isnan(each) else each for each in values]
        for name, values in lists.items()
    }


@pytest.mark.parametrize("engine", ENGINES)
class TestTraps:
    def test_open_tickets_are_missing_and_not_short(self, engine: str) -> None:
        facts = [ticket(1, solved_at=(at("12:00"),), status=RESOLVED), ticket(2, status=StatusCategory.OPEN)]
        found = only(engine, facts, "resolution")
        assert (found.n, found.missing, found.mean) == (1, {"open": 1}, timedelta(hours=2))

    def test_an_automatic_answer_is_no_reply(self, engine: str) -> None:
        facts = [ticket(1, first_auto_reply_at=at("10:01"), first_reply_at=at("11:00"))]
        assert only(engine, facts, "first_reply").mean == timedelta(hours=1)
        included = TableKpi("first_reply", {"auto_replies": "include"})
        assert only(engine, facts, included).mean == timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("agent_started", "minutes"), [("from_customer", 20), ("second_reply", 120), ("creation", 0), ("exclude", None)]
    )
    def test_tickets_that_an_agent_began(self, engine: str, agent_started: str, minutes: int | None) -> None:
        outbound = ticket(
            1,
            agent_started=True,
            first_agent_message_at=at("10:00"),
            second_agent_message_at=at("12:00"),
            first_customer_message_at=at("13:00"),
            first_reply_at=at("13:20"),
        )
        found = only(engine, [outbound], TableKpi("first_reply", {"agent_started": agent_started}))
        assert found.mean == (None if minutes is None else timedelta(minutes=minutes))

    def test_merged_tickets_and_spam(self, engine: str) -> None:
        facts = [
            ticket(1, sla_met=True),
            ticket(2, sla_met=False, merged_into="1"),
            ticket(3, sla_met=False, spam=True),
        ]
        found = only(engine, facts, "sla_attainment")
        assert (found.ratio, found.missing) == (Ratio(1, 1), {"merged": 1, "spam": 1})
        assert only(engine, facts, TableKpi("sla_attainment", {"spam": "include"})).ratio == Ratio(1, 2)

    def test_a_day_is_a_day_of_the_shop(self, engine: str) -> None:
        late = datetime(2025, 3, 31, 22, 30, tzinfo=UTC)
        frame = framed(engine, [TicketFacts(ticket_id="1", created_at=late, sla_met=True)])
        keys = {
            tz: [group.key for group in kpi.group_kpis(frame, "sla_attainment", by=["day", "month", "week"], tz=tz)]
            for tz in ("Europe/Madrid", "UTC")
        }
        assert keys["Europe/Madrid"] == [("2025-04-01", "2025-04", "2025-W14")]
        assert keys["UTC"] == [("2025-03-31", "2025-03", "2025-W14")]

    def test_clocks_that_jump(self, engine: str) -> None:
        # Two hours on the wall of Madrid, one hour of life; and the night that has three.
        spring = TicketFacts(
            ticket_id="1",
            created_at=datetime.fromisoformat("2025-03-30T01:30+01:00"),
            first_reply_at=datetime.fromisoformat("2025-03-30T03:30+02:00"),
        )
        autumn = TicketFacts(
            ticket_id="2",
            created_at=datetime.fromisoformat("2025-10-26T01:30+02:00"),
            first_reply_at=datetime.fromisoformat("2025-10-26T03:30+01:00"),
        )
        (first, second) = kpi.group_kpis(framed(engine, [spring, autumn]), "first_reply", by="day", tz="Europe/Madrid")
        assert (first.key, second.key) == (("2025-03-30",), ("2025-10-26",))
        assert (first["first_reply"].mean, second["first_reply"].mean) == (timedelta(hours=1), timedelta(hours=3))

    def test_whole_numbers_are_not_divided_as_such(self, engine: str) -> None:
        facts = [ticket(i, status=RESOLVED, agent_replies=i, reopens=0) for i in (1, 2, 3)]
        assert only(engine, facts, "fcr").value == 1 / 3
        # A second over the border of a minute is a second.
        close = ticket(1, created_at=at("10:00:59"), first_reply_at=at("10:01:00"))
        assert only(engine, [close], "first_reply").mean == timedelta(seconds=1)

    def test_unknown_is_not_zero(self, engine: str) -> None:
        facts = [ticket(1, agent_replies=0), ticket(2), ticket(3, agent_replies=2)]
        found = only(engine, facts, "unreplied")
        assert (found.ratio, found.missing) == (Ratio(1, 2), {"no-reply-count": 1})

    def test_outside_opening_hours_is_zero_and_not_missing(self, engine: str) -> None:
        sunday = TicketFacts(
            ticket_id="1",
            created_at=datetime(2025, 3, 2, 10, tzinfo=UTC),
            first_reply_at=datetime(2025, 3, 2, 11, tzinfo=UTC),
        )
        found = only(engine, [sunday], "first_reply", calendar=CALENDARS["madrid"])
        assert (found.n, found.mean, found.missing) == (1, timedelta(0), {})

    def test_negative_durations_are_rejected_and_not_clipped(self, engine: str) -> None:
        facts = [ticket(1, first_reply_at=at("09:59:59.999999")), ticket(2, first_reply_at=at("11:00"))]
        for calendar in (None, CALENDARS["new_york"]):
            found = only(engine, facts, "first_reply", calendar=calendar)
            assert (found.n, found.rejected, found.mean) == (1, {"negative-duration": 1}, timedelta(hours=1))

    def test_a_ticket_told_twice_counts_once(self, engine: str) -> None:
        facts = [ticket(1, sla_met=True), ticket(2, sla_met=False), ticket(1, sla_met=True)]
        found = only(engine, facts, "sla_attainment")
        assert (found.ratio, found.rejected) == (Ratio(1, 2), {"duplicate-ticket": 1})
        frame = framed(engine, facts)
        (trusted,) = kpi.group_kpis(frame, TableSpec(["sla_attainment"], duplicates="trust"))
        assert trusted["sla_attainment"].ratio == Ratio(2, 3)

    def test_a_row_without_an_id_is_rejected(self, engine: str) -> None:
        columns: dict[str, list[Any]] = {"ticket_id": ["1", None, None], "sla_met": [True, False, None]}
        (group,) = kpi.group_kpis(frame_of(engine, columns), "sla_attainment")
        found = group["sla_attainment"]
        assert (found.ratio, found.rejected) == (Ratio(1, 1), {"ticket-id": 2})

    def test_surveys_without_an_answer(self, engine: str) -> None:
        facts = [ticket(1, csat=5, surveyed=True), ticket(2, surveyed=True), ticket(3, surveyed=False)]
        found = only(engine, facts, "csat")
        assert (found.ratio, found.missing, found.response_rate) == (Ratio(1, 1), {"no-answer": 1}, Ratio(1, 2))

    def test_ratings_of_another_scale(self, engine: str) -> None:
        facts = [ticket(1, csat=5), ticket(2, csat=9), ticket(3, csat=0.5)]
        found = only(engine, facts, TableKpi("csat", {"out_of_scale": "reject"}))
        assert (found.ratio, found.rejected) == (Ratio(1, 1), {"out-of-scale": 2})
        with pytest.raises(OutOfScaleError, match="2 ratings"):
            only(engine, facts, "csat")

    def test_rates_are_pooled_and_not_averaged(self, engine: str) -> None:
        chat = [ticket(i, sla_met=i < 9, channel="chat") for i in range(10)]
        mail = [ticket(10 + i, sla_met=i < 10, channel="email") for i in range(100)]
        frame = framed(engine, chat + mail)
        table = cells(kpi.table(frame, "sla_attainment", by="channel"))
        assert table["sla_attainment"] == [0.9, 0.1]
        assert sum(table["sla_attainment_numerator"]) / sum(table["sla_attainment_n"]) == 19 / 110
        assert only(engine, chat + mail, "sla_attainment").ratio == Ratio(19, 110)

    def test_an_empty_frame(self, engine: str) -> None:
        if engine in {"polars", "polars-lazy"}:
            some = framed("polars", [ticket(1, first_reply_at=at("11:00"), csat=4.0, channel="chat")]).head(0)
            frame = some if engine == "polars" else some.lazy()
        else:
            frame = framed(engine, [ticket(1, first_reply_at=at("11:00"), csat=4.0, channel="chat")])
            frame = {
                "duckdb": lambda: frame.filter("false"),
                "ibis": lambda: frame.limit(0),
                "pyarrow": lambda: frame.slice(0, 0),
            }.get(engine, lambda: frame.iloc[:0])()
        calendar = CALENDARS["madrid"]
        asked = ["first_reply", "csat"]
        assert len(kpi.group_kpis(frame, asked, by=["channel", "month"], tz="UTC", calendar=calendar)) == 0
        table = cells(kpi.table(frame, asked, by=["channel", "month"], tz="UTC", calendar=calendar))
        assert list(table)[:3] == ["channel", "month", "first_reply_mean_seconds"]
        assert all(values == [] for values in table.values())
        (nobody,) = kpi.group_kpis(frame, asked, calendar=calendar)
        assert (nobody["first_reply"].mean, nobody["first_reply"].n) == (None, 0)
        assert (nobody["csat"].value, nobody["csat"].n) == (None, 0)

    def test_a_group_without_a_value(self, engine: str) -> None:
        facts = [ticket(1, csat=4, channel="chat"), ticket(2, channel="email"), ticket(3, csat=1)]
        table = cells(kpi.table(framed(engine, facts), ["csat", "csat_mean"], by="channel"))
        assert table["channel"] == ["chat", "email", None]
        assert table["csat"] == [1.0, None, 0.0]
        assert table["csat_n"] == [1, 0, 1]

    def test_a_lone_microsecond_before_midnight(self, engine: str) -> None:
        created = datetime(2026, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC)
        facts = [TicketFacts(ticket_id="1", created_at=created, first_reply_at=created + timedelta(microseconds=2))]
        (group,) = kpi.group_kpis(
            framed(engine, facts), "first_reply", by="month", tz="UTC", calendar=CALENDARS["new_york"]
        )
        assert group.key == ("2026-01",)
        assert group["first_reply"].mean == timedelta(microseconds=2)

    def test_before_1970(self, engine: str) -> None:
        created = datetime(1969, 12, 31, 23, 0, tzinfo=UTC)
        facts = [TicketFacts(ticket_id="1", created_at=created, first_reply_at=created + timedelta(hours=2))]
        for tz, day in (("UTC", "1969-12-31"), ("Europe/Madrid", "1970-01-01")):
            (group,) = kpi.group_kpis(framed(engine, facts), "first_reply", by="day", tz=tz)
            assert group.key == (day,)

    def test_the_calendar_must_reach_as_far(self, engine: str) -> None:
        far = ticket(1, first_reply_at=datetime(2200, 12, 30, tzinfo=UTC))
        with pytest.raises(HorizonError):
            only(engine, [far], "first_reply", calendar=CALENDARS["madrid"])

    def test_periods_by_another_instant(self, engine: str) -> None:
        facts = [ticket(1, solved_at=(at("09:00", 25),), status=RESOLVED), ticket(2, closed_at=at("09:00", 26))]
        spec = TableSpec(["resolution"], anchor="resolved")
        days = [group.key for group in kpi.group_kpis(framed(engine, facts), spec, by="day", tz="UTC")]
        assert days == [("2026-11-25",), ("2026-11-26",)]

    def test_instants_need_a_zone(self, engine: str) -> None:
        naive = at("10:00").replace(tzinfo=None)
        columns: dict[str, list[Any]] = {"ticket_id": ["1"], "created_at": [naive], "first_reply_at": [naive]}
        frame = frame_of(engine, columns)
        if engine == "pandas":
            frame = frame.assign(created_at=frame["created_at"].dt.tz_localize(None))
        with pytest.raises(NaiveDatetimeError, match="created_at"):
            kpi.table(frame, "first_reply")

    def test_own_names_and_own_words(self, engine: str) -> None:
        columns: dict[str, list[Any]] = {
            "id": ["1", "2"],
            "state": ["Solved", "Pending"],
            "replies": [1, 1],
            "again": [0, 0],
            "calls": [1, 2],
        }
        frame = frame_of(engine, columns)
        names = {"ticket_id": "id", "status": "state", "agent_replies": "replies", "reopens": "again"}
        with pytest.raises(InvalidValueError, match="statuses"):
            kpi.table(frame, TableSpec(["fcr"], columns=names))
        spec = TableSpec(["fcr"], columns=names, statuses={"Solved": "resolved", "Pending": "waiting_customer"})
        (group,) = kpi.group_kpis(frame, spec)
        assert group["fcr"].ratio == Ratio(1, 1)


class TestRefusals:
    FRAME = framed("polars", [ticket(1, csat=4.0, channel="chat")])

    @pytest.mark.parametrize(
        ("spec", "options", "match"),
        [
            (["frt"], {}, "first_reply"),
            (["csat"], {"by": ["chanel"]}, "channel"),
            (["csat"], {"by": ["channel", "channel"]}, "each name once"),
            (["csat"], {"by": ["day"]}, "tz"),
            (["csat"], {"by": ["day"], "tz": "Madrid"}, "IANA"),
            (["csat"], {"quantiles": "approximate"}, "histogram"),
            (["csat"], {"calendar": "madrid"}, "BusinessCalendar"),
            (["nps"], {}, "nps among them"),
            (TableSpec(["csat"], columns={"ticket_id": "ticket"}), {}, "ticket_id"),
        ],
    )
    def test_what_cannot_be_asked(self, spec: Any, options: dict[str, Any], match: str) -> None:
        with pytest.raises(InvalidValueError, match=match):
            kpi.table(self.FRAME, spec, **options)

    @pytest.mark.parametrize(
        ("kpi_id", "options", "match"),
        [
            ("fcr", {"variant": "two_touch"}, "one_reply"),
            ("fcr", {"varant": "one_reply"}, "variant"),
            ("first_reply", {"within": CALENDARS["madrid"]}, "give the calendar to the table"),
            ("resolution", {"minus": "waiting_customer"}, "minus"),
            ("backlog", {}, "instant"),
        ],
    )
    def test_options(self, kpi_id: str, options: dict[str, Any], match: str) -> None:
        with pytest.raises(InvalidValueError, match=match):
            TableKpi(kpi_id, options)

    def test_two_kpis_of_one_name(self) -> None:
        with pytest.raises(InvalidValueError, match="own name"):
            TableSpec(["fcr", TableKpi("fcr", {"variant": "equal_one"})])

    @pytest.mark.parametrize("frame", [None, [1, 2], {"ticket_id": ["1"]}])
    def test_what_is_no_frame(self, frame: object) -> None:
        with pytest.raises(InvalidValueError, match="frame"):
            kpi.table(frame, "csat")

    def test_text_where_numbers_are_meant(self) -> None:
        frame = framed("polars", [ticket(1, csat=4.0)]).select("ticket_id", csat="ticket_id")
        with pytest.raises(InvalidValueError, match="csat"):
            kpi.table(frame, "csat")

    def test_a_column_named_as_a_period(self) -> None:
        frame = self.FRAME.rename({"channel": "month"})
        with pytest.raises(InvalidValueError, match="not both"):
            kpi.table(frame, "csat", by="month", tz="UTC")

    def test_without_narwhals(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "narwhals", None)
        with pytest.raises(MissingExtraError, match=r"csprotocol\[frames\]"):
            kpi.table(self.FRAME, "csat")


class TestResults:
    TABLE = kpi.group_kpis(
        framed("polars", [ticket(1, csat=4.0, channel="chat", first_reply_at=at("11:00"))]),
        ["first_reply", "csat"],
        by=["day", "channel"],
        tz="Europe/Madrid",
    )

    def test_told(self) -> None:
        (group,) = self.TABLE
        assert isinstance(group["first_reply"], GroupDurations)
        assert str(group["first_reply"]) == "First reply time: mean 1:00:00, median 1:00:00, p90 1:00:00; n 1"
        with pytest.raises(InvalidValueError, match=r"0\.5"):
            group["first_reply"].quantile(0.99)
        with pytest.raises(InvalidValueError, match="csat"):
            group["cset"]

    def test_explained(self) -> None:
        told = self.TABLE.explain()
        assert "periods by the local dates of Europe/Madrid" in told
        assert "agent_started from_customer" in told

    def test_in_a_notebook(self) -> None:
        shown = self.TABLE._repr_html_()
        assert ">csat_n</th>" in shown
        assert ">2026-11-20</th>" in shown
        assert ">chat</td>" in shown
        assert ">3600</td>" in shown

    def test_count(self) -> None:
        found = only("polars", [ticket(1, solved_at=())], TableKpi("backlog", {"at": at("12:00")}))
        assert isinstance(found, GroupCount)
        assert str(found) == "Backlog: 1 of n 1"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["first_reply", "resolution"])
def test_a_clock_from_the_first_message_needs_its_column(engine: str, name: str) -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    columns: dict[str, list[Any]] = {
        "ticket_id": ["1"],
        "created_at": [at],
        "first_reply_at": [at],
        "solved_at": [at],
        "status": ["closed"],
    }
    for options in ({"start": "first_customer_message"}, kpi.preset("plain", name)):
        with pytest.raises(InvalidValueError, match="must be first_customer_message_at among them"):
            kpi.group_kpis(frame_of(engine, columns), TableKpi(name, options))
