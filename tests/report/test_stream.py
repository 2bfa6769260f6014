"""A large file counted in batches: the same report as from memory."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csprotocol.adapters import _parquet_batches
from csprotocol.adapters._parquet_batches import TicketBatches
from csprotocol.adapters._parquet_columns import MISSING, DayOffsets
from csprotocol.adapters._parquet_repeats import find_repeats
from csprotocol.adapters.table import TableMapping, tickets
from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.errors import ExportError, InvalidValueError, MissingExtraError
from csprotocol.kpi import vendors
from csprotocol.report import Report, ReportSpec, Target, _stream, build
from csprotocol.report._stream import build_streamed, dimensions_of

from . import laws

HOURS = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-17:00"))
NOW = datetime(2026, 11, 20, tzinfo=UTC)
PRESETS = tuple(vendor.id for vendor in vendors())
COLUMNS = {
    "ticket_id": "id", "created_at": "opened", "first_reply_at": "answered", "solved_at": "solved",
    "first_customer_message_at": "word",
    "closed_at": "closed", "status": "state", "channel": "via", "priority": "prio", "agent": "who", "csat": "stars",
    "nps": "nps", "surveyed": "asked", "reopens": "again", "agent_replies": "replies", "spam": "junk",
    "merged_into": "into", "sla_met": "kept", "agent_started": "ours",
}  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "source": "large",
    "layout": "tickets",
    "columns": COLUMNS,
    "time": {"zone": "Europe/Madrid"},
    "status": {
        "Open": "open",
        "Waiting": "waiting_customer",
        "Done": "resolved",
        "Closed": "closed",
        "No": "cancelled",
    },
    "channel": {"Mail": "email", "Chat": "chat"},
    "csat": {"scale": [1, 5]},
    "attributes": {"tier": "tier"},
}  # fmt: skip
MAPPING = TableMapping.from_dict(DOCUMENT)

# Around the night in which the clocks change, where naive stamps have two readings; now and then an end of the world.
NEAR = st.integers(0, 40 * 24 * 3600).map(lambda seconds: datetime(2026, 10, 1) + timedelta(seconds=seconds))  # noqa: DTZ001
FAR = st.sampled_from([datetime(1960, 1, 1, 5), datetime(1850, 3, 3), datetime(2150, 5, 5), datetime(9999, 12, 31, 23)])  # noqa: DTZ001
STAMPS = st.none() | st.one_of(*[NEAR] * 12, FAR)
ROW = st.fixed_dictionaries(
    {
        **dict.fromkeys(("opened", "word", "answered", "solved", "closed"), STAMPS),
        "state": st.none() | st.sampled_from(["Open", "Waiting", "Done", "Done", "Closed", "No", " Open ", "Odd"]),
        "via": st.none() | st.sampled_from(["Mail", "Chat", "Pigeon", " "]),
        "prio": st.none() | st.sampled_from(["high", "low", "(unknown)"]),
        "who": st.none() | st.sampled_from(["Ana", " Ana", "José"]),
        "stars": st.none() | st.integers(1, 5) | st.integers(0, 6),
        "nps": st.none() | st.integers(0, 10) | st.integers(-1, 11),
        **dict.fromkeys(("asked", "junk", "kept", "ours"), st.none() | st.booleans()),
        "again": st.none() | st.sampled_from([0.0, 0.0, 1.0, 2.0, 0.5]),
        "replies": st.none() | st.integers(0, 3),
        "into": st.none() | st.none() | st.just("t1"),
        "tier": st.none() | st.sampled_from(["gold", "silver"]),
    }
)
ROWS = st.lists(st.tuples(st.integers(0, 60), ROW), min_size=1, max_size=40)
IDS = st.sampled_from(["text", "number", "gaps"])
STAMP_TYPES = st.sampled_from([pa.timestamp("us"), pa.timestamp("ms", "UTC"), pa.string()])
SPECS = st.builds(
    lambda by, tz, as_of, anchor, within, targets, statistics: ReportSpec(
        as_of=as_of, by=tuple(by), tz=tz, anchor=anchor, within=within, csat_scale=(1, 5), quantiles="histogram",
        targets=tuple(Target.parse(f"{text}:{'business' if within else 'elapsed'}") for text in targets), **statistics,
    ),
    targets=st.sampled_from([(), ("first_reply=4h", "resolution=48h"), ("resolution=600h",)]),
    by=st.lists(
        st.sampled_from(["month", "day", "channel", "channel_name", "priority", "status", "agent", "tier", "reason"]),
        unique=True, max_size=3,
    ).filter(lambda by: not {"month", "day"} <= {*by}),
    tz=st.sampled_from(["UTC", "Europe/Madrid", "America/New_York"]),
    as_of=st.sampled_from([NOW, NOW, datetime(2026, 10, 15, 11, tzinfo=UTC), datetime(2150, 1, 1, tzinfo=UTC)]),
    anchor=st.sampled_from(["created", "first_reply", "resolved"]),
    within=st.sampled_from([None, HOURS]),
    statistics=st.fixed_dictionaries(
        {
            "min_n": st.sampled_from([0, 3]),
            "preset": st.sampled_from(["", *PRESETS]),
            "levels": st.sampled_from([(0.5, 0.9), (0.5, 0.95), (0.5, 0.50000001)]),
        }
    ),
)  # fmt: skip


def arrow_table(rows: list[tuple[int, dict[str, Any]]], ids: str, stamps: Any) -> Any:
    def written(value: Any) -> Any:
        is_text = isinstance(value, datetime) and pa.types.is_string(stamps)
        return value.isoformat(sep=" ") if is_text else value

    def ticket_id(number: int) -> Any:
        if ids == "number":
            return number
        return None if ids == "gaps" and number % 9 == 0 else f"T{number}"

    kinds = {
        **dict.fromkeys(("opened", "word", "answered", "solved", "closed"), stamps),
        "state": pa.dictionary(pa.int8(), pa.string()),
        "via": pa.string(), "prio": pa.large_string(), "who": pa.string(), "stars": pa.int16(), "nps": pa.float64(),
        **dict.fromkeys(("asked", "junk", "kept", "ours"), pa.bool_()), "again": pa.float64(), "replies": pa.int64(),
        "into": pa.string(), "tier": pa.string(),
    }  # fmt: skip
    columns = {name: pa.array([written(row[name]) for _, row in rows], kind) for name, kind in kinds.items()}
    return pa.table({"id": [ticket_id(number) for number, _ in rows], **columns})


@contextmanager
def batches_of(size: int) -> Iterator[None]:
    before = _parquet_batches._ROWS
    _parquet_batches._ROWS = size  # type: ignore[misc]  # a file of some rows must have several batches
    try:
        yield
    finally:
        _parquet_batches._ROWS = before  # type: ignore[misc]


def streamed(path: Path, spec: ReportSpec, mapping: TableMapping = MAPPING, *, size: int = 7) -> Report:
    with batches_of(size):
        source = TicketBatches(path, mapping, dimensions=dimensions_of(spec))
        try:
            return build_streamed(source, spec)
        finally:
            source.close()


def same(told: Report, expected: Report) -> None:
    """Counts are equal, means agree to a billionth; both have histograms, which are equal too."""
    assert [(group.key, group.tickets) for group in told.groups] == [(g.key, g.tickets) for g in expected.groups]
    for group, other in zip((*told.groups, told.total), (*expected.groups, expected.total), strict=True):
        assert [each.key for each in group.measures] == [each.key for each in other.measures]
        for one, two in zip(group.measures, other.measures, strict=True):
            assert (one.n, one.missing, one.rejected, one.counts) == (two.n, two.missing, two.rejected, two.counts)
            assert (one.suppressed, one.options, one.vendor) == (two.suppressed, two.options, two.vendor)
            for name, value in two.values.items():
                near = None if value is None else pytest.approx(value, rel=1e-9, abs=1e-6)
                assert (name, one.values[name]) == (name, near)
    quality, known = told.quality, expected.quality
    assert quality.files == known.files
    assert (quality.rejected, quality.examples) == (known.rejected, known.examples)
    assert sorted(map(str, quality.notices)) == sorted(map(str, known.notices))
    assert quality.anomalies == known.anomalies


class TestLaw:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(ROWS, IDS, STAMP_TYPES, SPECS)
    def test_in_batches_or_from_memory_it_is_one_report(
        self, tmp_path: Path, rows: list[tuple[int, dict[str, Any]]], ids: str, stamps: Any, spec: ReportSpec
    ) -> None:
        path = tmp_path / "large.parquet"
        pyarrow.parquet.write_table(arrow_table(rows, ids, stamps), path, row_group_size=11)
        try:
            expected = build(tickets(path, MAPPING), spec)
        except InvalidValueError as refused:
            # No ticket has the attribute.
            with pytest.raises(InvalidValueError, match=f"^{re.escape(str(refused))}$"):
                streamed(path, spec)
            return
        told = streamed(path, spec)
        laws.check(told)
        same(told, expected)

    def test_a_target_of_who_was_written_to_runs_from_their_word(self, tmp_path: Path) -> None:
        at = [datetime(2026, 11, 2, hour) for hour in (8, 9, 10, 12, 16)]  # noqa: DTZ001
        later = datetime(2026, 12, 1)  # noqa: DTZ001
        row: dict[str, Any] = {**dict.fromkeys(ROW_NAMES), "ours": True, "opened": at[0], "state": "Open", "replies": 0}
        cases: list[dict[str, Any]] = [
            {"word": at[2], "answered": at[3]}, {"word": at[1], "answered": at[4]}, {"word": at[3]}, {"word": later},
            {"word": None}, {"word": at[2], "opened": None}, {"opened": later, "word": later},
            {"word": at[2], "state": "Closed"}, {"word": at[2], "ours": False}, {"answered": at[1], "word": at[2]},
        ]  # fmt: skip
        path = tmp_path / "ours.parquet"
        rows = [(i, row | case) for i, case in enumerate(cases)]
        pyarrow.parquet.write_table(arrow_table(rows, "text", pa.timestamp("us")), path)
        for target in ("first_reply=4h", "first_reply=4h:business", "first_reply=1000h", "resolution=4h"):
            spec = ReportSpec(
                as_of=NOW, by=(), quantiles="histogram", within=HOURS, targets=(Target.parse(target),), min_n=0
            )
            same(streamed(path, spec), build(tickets(path, MAPPING), spec))

    def test_with_targets_too(self, tmp_path: Path) -> None:
        path = shop(tmp_path, 300)
        targets = (Target.parse("first_reply=4h:business"), Target.parse("resolution=48h"))
        spec = ReportSpec(as_of=NOW, quantiles="histogram", within=HOURS, targets=targets, csat_scale=(1, 5), min_n=0)
        told = streamed(path, spec, size=50)
        measure = told.total.measure("sla_attainment", "first_reply")
        assert measure.n > 0
        assert 0 < measure.counts["numerator"] < measure.n
        same(told, build(tickets(path, MAPPING), spec))

    @pytest.mark.parametrize("vendor", ["", *PRESETS])
    @pytest.mark.parametrize("scale", [(1, 5), (1, 3), (0, 1), (0, 10)])
    def test_ratings_next_to_a_limit_count_on_the_same_side(
        self, tmp_path: Path, vendor: str, scale: tuple[int, int]
    ) -> None:
        low, high = scale
        ratings = [rating for rating in range(low, high + 1) for _ in range(rating + 1)]
        rows = [(i, dict.fromkeys(ROW_NAMES) | {"stars": rating}) for i, rating in enumerate(ratings)]
        path = tmp_path / "rated.parquet"
        pyarrow.parquet.write_table(arrow_table(rows, "text", pa.timestamp("us")), path)
        mapping = TableMapping.from_dict({**DOCUMENT, "csat": {"scale": scale}})
        spec = ReportSpec(as_of=NOW, by=(), quantiles="histogram", csat_scale=scale, preset=vendor, min_n=0)
        told = streamed(path, spec, mapping)
        assert told.total.measure(spec.satisfaction).n == len(ratings)
        same(told, build(tickets(path, mapping), spec))

    def test_as_many_happy_as_unhappy_are_no_happiness(self, tmp_path: Path) -> None:
        rows = [(i, dict.fromkeys(ROW_NAMES) | {"stars": 2 if i < 20 else 5}) for i in range(40)]
        path = tmp_path / "rated.parquet"
        pyarrow.parquet.write_table(arrow_table(rows, "text", pa.timestamp("us")), path)
        spec = ReportSpec(as_of=NOW, by=(), quantiles="histogram", csat_scale=(1, 5), preset="helpscout")
        measure = streamed(path, spec).total.measure("csat_balance")
        assert (measure.values["points"], measure.counts) == (
            *(0.0, {"satisfied": 20, "neutral": 0, "dissatisfied": 20}),
        )

    def test_quantiles_and_their_intervals_are_near_the_exact_ones(self, tmp_path: Path) -> None:
        path = shop(tmp_path, 3_000)
        spec = ReportSpec(as_of=NOW, by=("channel",), quantiles="histogram", csat_scale=(1, 5), levels=(0.5, 0.9, 0.99))
        told = streamed(path, spec, size=1_000)
        exact = build(
            tickets(path, MAPPING), ReportSpec(as_of=NOW, by=("channel",), csat_scale=(1, 5), levels=spec.levels)
        )
        compared = 0
        for group, other in zip(told.groups, exact.groups, strict=True):
            for kpi in ("first_reply", "resolution"):
                near, known = group.measure(kpi, "elapsed"), other.measure(kpi, "elapsed")
                for name, value in known.values.items():
                    assert near.values[name] == pytest.approx(value, rel=1e-9 if name == "mean" else 0.01)
                for name, interval in known.intervals.items():
                    found = near.intervals[name]
                    assert (found is None) == (interval is None)
                    if found is not None and interval is not None:
                        # It holds the exact one, and is wider by the error of the buckets on both sides.
                        assert found.low <= interval.low <= found.low * 1.0203
                        assert found.high >= interval.high >= found.high / 1.0203
                        compared += 1
        assert compared > 10


def shop(folder: Path, count: int) -> Path:
    """Tickets as a shop has them, with nothing wrong."""
    chance = random.Random(7)
    rows = []
    for _ in range(count):
        opened = datetime(2026, 10, 1) + timedelta(seconds=chance.randrange(40 * 86_400))  # noqa: DTZ001
        answered = opened + timedelta(seconds=chance.expovariate(1 / 9_000))
        solved = answered + timedelta(seconds=chance.expovariate(1 / 90_000))
        is_solved = chance.random() < 0.8
        rows.append(
            {
                **dict.fromkeys(ROW_NAMES), "opened": opened, "answered": answered if chance.random() < 0.9 else None,
                "solved": solved if is_solved else None, "state": "Done" if is_solved else "Open",
                "via": chance.choice(["Mail", "Chat"]), "stars": chance.choice([None, 1, 4, 5]), "replies": 1,
                "again": 0.0,
            }
        )  # fmt: skip
    path = folder / "shop.parquet"
    pyarrow.parquet.write_table(arrow_table(list(enumerate(rows)), "text", pa.timestamp("us")), path)
    return path


ROW_NAMES = [name for name in COLUMNS.values() if name != "id"] + ["tier"]


class TestRepeats:
    @given(st.lists(st.lists(st.sampled_from([f"t{i}" for i in range(30)]), max_size=9), max_size=9))
    def test_every_id_that_comes_again_is_found(self, batches: list[list[str]]) -> None:
        ids = [each for batch in batches for each in batch]
        may_repeat = find_repeats(batches, frozenset({""})).known()
        assert {each for each in ids if may_repeat(each)} == {each for each in ids if ids.count(each) > 1}

    def test_a_row_told_twice_and_one_told_otherwise(self, tmp_path: Path) -> None:
        row = dict.fromkeys(ROW_NAMES) | {"state": "Open"}
        rows = [(1, row), (2, row), *((i, row) for i in range(10, 30)), (2, row), (1, row | {"state": "Done"})]
        path = tmp_path / "twice.parquet"
        pyarrow.parquet.write_table(arrow_table(rows, "text", pa.timestamp("us")), path)
        told = streamed(path, ReportSpec(as_of=NOW, by=(), quantiles="histogram"))
        (file,) = told.quality.files
        assert (file.rows, file.used, file.duplicates, file.rejected) == (24, 22, 1, 1)
        assert "line 24, column 'id', ticket T1: the ticket stands in line 1 already" in str(told.quality.examples[0])

    def test_a_name_that_stands_in_the_file_twice(self, tmp_path: Path) -> None:
        row = dict.fromkeys(ROW_NAMES) | {"state": "Open"}
        table = arrow_table([(1, row), (2, row), (1, row), (2, row)], "text", pa.timestamp("us"))
        # What nobody asked for decides all the same whether a row says the same as another, in each of its columns.
        for cells in (["a", "b", "a", "x"], ["a", "b", "a", "b"]):
            table = table.append_column("note", pa.array(cells))
        path = tmp_path / "twice.parquet"
        pyarrow.parquet.write_table(table, path)
        spec = ReportSpec(as_of=NOW, by=(), quantiles="histogram")
        told = streamed(path, spec)
        (file,) = told.quality.files
        assert (file.rows, file.used, file.duplicates, file.rejected) == (4, 2, 1, 1)
        same(told, build(tickets(path, MAPPING), spec))


class TestDayOffsets:
    @given(st.integers(3_650, 30_000), st.sampled_from(["Europe/Madrid", "America/New_York", "Australia/Lord_Howe"]))
    def test_a_day_has_one_offset_or_none(self, day: int, zone: str) -> None:
        import numpy as np

        start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
        instants = [start + timedelta(minutes=30 * i) for i in range(48)]
        found = {at.astimezone(ZoneInfo(zone)).utcoffset() for at in instants}
        (offset,) = DayOffsets(ZoneInfo(zone)).of_utc(np.array([day])).tolist()
        assert (offset == MISSING) == (len(found) > 1)
        walls = {at.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for at in instants for fold in (0, 1)}
        (local,) = DayOffsets(ZoneInfo(zone)).of_local(np.array([day])).tolist()
        if local != MISSING:
            assert walls == {timedelta(microseconds=local)}


class TestRefusals:
    def test_exact_quantiles_are_for_the_memory(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidValueError, match="quantiles must be histogram, got 'exact'"):
            streamed(shop(tmp_path, 3), ReportSpec(as_of=NOW, by=()))

    def test_a_log_of_events_has_no_batches(self, tmp_path: Path) -> None:
        log = TableMapping.from_dict(
            {"source": "log", "layout": "events", "columns": {"ticket_id": "id", "at": "opened", "status": "state"}}
        )
        with pytest.raises(InvalidValueError, match="layout must be tickets"):
            TicketBatches(shop(tmp_path, 3), log)

    def test_a_naive_stamp_without_a_zone_ends_the_reading(self, tmp_path: Path) -> None:
        zoneless = TableMapping.from_dict({**DOCUMENT, "time": {}})
        with pytest.raises(ExportError, match="a stamp names no offset, and the mapping states no zone"):
            streamed(shop(tmp_path, 3), ReportSpec(as_of=NOW, by=(), quantiles="histogram"), zoneless)

    def test_an_error_of_ours_is_no_damage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> Any:
            raise ValueError("of ours")

        monkeypatch.setattr(_parquet_batches._Columns, "read", broken)
        with pytest.raises(ValueError, match="of ours") as caught:
            streamed(shop(tmp_path, 3), ReportSpec(as_of=NOW, by=(), quantiles="histogram"))
        assert not isinstance(caught.value, ExportError)

    def test_strict_stops_at_the_first(self, tmp_path: Path) -> None:
        rows = [(i, dict.fromkeys(ROW_NAMES) | {"state": "Odd" if i == 8 else "Open"}) for i in range(20)]
        path = tmp_path / "t.parquet"
        pyarrow.parquet.write_table(arrow_table(rows, "text", pa.timestamp("us")), path)
        source = TicketBatches(path, MAPPING, strict=True)
        try:
            with pytest.raises(ExportError, match="line 9, column 'state'"):
                build_streamed(source, ReportSpec(as_of=NOW, by=(), quantiles="histogram"))
        finally:
            source.close()

    def test_an_unknown_dimension(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidValueError, match="by: 'colour' is unknown"):
            streamed(shop(tmp_path, 3), ReportSpec(as_of=NOW, by=("colour",), quantiles="histogram"))

    @pytest.mark.parametrize("tiers", [["(unknown)", None], [None, None]])
    def test_an_attribute_without_values_is_refused_in_one_way(self, tmp_path: Path, tiers: list[str | None]) -> None:
        rows = [(i, dict.fromkeys(ROW_NAMES) | {"tier": tier}) for i, tier in enumerate(tiers)]
        path = tmp_path / "t.parquet"
        pyarrow.parquet.write_table(arrow_table(rows, "text", pa.timestamp("us")), path)
        spec = ReportSpec(as_of=NOW, by=("tier",), quantiles="histogram")
        if any(tiers):
            told = streamed(path, spec)
            assert [group.key for group in told.groups] == [("(unknown)",), (None,)]
            same(told, build(tickets(path, MAPPING), spec))
            return
        said = "by must be something that some ticket has, got 'tier'"
        with pytest.raises(InvalidValueError, match=said):
            streamed(path, spec)
        with pytest.raises(InvalidValueError, match=said):
            build(tickets(path, MAPPING), spec)

    def test_without_numpy(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = shop(tmp_path, 3)
        monkeypatch.setitem(sys.modules, "numpy", None)
        with pytest.raises(
            MissingExtraError, match=r"in batches needs the optional libraries of csprotocol\[parquet\]"
        ):
            streamed(path, ReportSpec(as_of=NOW, by=(), quantiles="histogram"))

    def test_more_groups_than_anybody_reads(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_stream, "_MOST_GROUPS", 3)
        with pytest.raises(InvalidValueError, match="by must be dimensions of at most 3 groups together, got 'day'"):
            streamed(shop(tmp_path, 30), ReportSpec(as_of=NOW, by=("day",), quantiles="histogram"))

    def test_a_file_without_rows(self, tmp_path: Path) -> None:
        told = streamed(shop(tmp_path, 0), ReportSpec(as_of=NOW, by=("month",), quantiles="histogram"))
        assert (told.total.tickets, [note.code for note in told.quality.notices]) == (0, ["no-rows"])
