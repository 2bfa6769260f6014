"""Tables whose cells have types: Parquet files and workbooks, beside CSV."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csprotocol.adapters import Read, TicketExport
from csprotocol.adapters._typed import cell_of
from csprotocol.adapters.table import TableMapping, tickets
from csprotocol.errors import ExportError, MissingExtraError

COLUMNS = {
    "id": "ticket_id", "opened": "created_at", "answered": "first_reply_at", "solved": "solved_at", "state": "status",
    "via": "channel", "stars": "csat", "asked": "surveyed", "again": "reopens", "who": "agent",
}  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "source": "shop",
    "layout": "tickets",
    "columns": {fact: name for name, fact in COLUMNS.items()},
    "time": {"zone": "Europe/Madrid"},
    "csat": {"scale": [1, 5]},
}
NAIVE = datetime(2026, 11, 20, 16, 30)  # noqa: DTZ001  # a workbook knows no zones


def mapping(*names: str, **changes: Any) -> TableMapping:
    columns = {COLUMNS[name]: name for name in names or COLUMNS}
    document = {**DOCUMENT, "columns": columns, **changes}
    return TableMapping.from_dict({k: v for k, v in document.items() if k != "csat" or "stars" in columns.values()})


def parquet(path: Path, columns: dict[str, Any]) -> Path:
    pyarrow.parquet.write_table(pa.table(columns), path, row_group_size=2)
    return path


def xlsx(path: Path, rows: Sequence[Sequence[Any]], **sheets: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Tickets"
    for row in rows:
        book.active.append(row)
    for name, others in sheets.items():
        sheet = book.create_sheet(name)
        for row in others:
            sheet.append(row)
    book.save(path)
    return path


def rewritten(path: Path, pattern: bytes, new: bytes) -> None:
    """Writes the first sheet as another program would have."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name], count = re.subn(pattern, lambda _: new, parts[name])
    assert count == 1
    with ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def only(read: Read[TicketExport]) -> Any:
    (facts,) = read.value.facts
    return facts


class TestCellOf:
    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (None, ""), ("", ""), (" a ", " a "), (True, "true"), (False, "false"), (7, "7"), (1001.0, "1001"),
            (-0.0, "0"), (2.5, "2.5"), (float("nan"), ""), (float("inf"), "inf"), (1e300, "1e+300"),
            (Decimal("12.50"), "12.5"), (Decimal("1001.00"), "1001"), (Decimal("NaN"), ""), (Decimal("1E+3"), "1000"),
            (date(2026, 11, 20), "2026-11-20"), (NAIVE, "2026-11-20 16:30:00"), (time(9), "09:00:00"),
        ],
    )  # fmt: skip
    def test_as_a_text_would_be(self, value: object, cell: str) -> None:
        assert cell_of(value) == cell


ROW = st.fixed_dictionaries(
    {
        "opened": st.none() | st.datetimes(datetime(2026, 10, 1), datetime(2026, 11, 30)),  # noqa: DTZ001
        "answered": st.none() | st.datetimes(datetime(2026, 10, 1), datetime(2026, 11, 30)),  # noqa: DTZ001
        "solved": st.none() | st.datetimes(datetime(2026, 10, 1), datetime(2026, 11, 30)),  # noqa: DTZ001
        "state": st.none() | st.sampled_from(["open", "closed", "odd"]),
        "via": st.none() | st.sampled_from(["email", "chat", "pigeon"]),
        "stars": st.none() | st.integers(0, 6),
        "asked": st.none() | st.booleans(),
        "again": st.none() | st.sampled_from([0, 1, 2, -1]),
        "who": st.none() | st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=5),
    }
)
ROWS = st.lists(ROW, max_size=12).map(
    # Some ids twice; whole seconds, as every program can write them.
    lambda rows: [
        {"id": 1000 + i % 9, **{k: v.replace(microsecond=0) if isinstance(v, datetime) else v for k, v in row.items()}}
        for i, row in enumerate(rows)
    ]
)
TYPES = {
    "id": pa.float64(), "opened": pa.timestamp("ns"), "answered": pa.timestamp("us"), "solved": pa.timestamp("s"),
    "state": pa.dictionary(pa.int8(), pa.string()), "via": pa.large_string(), "stars": pa.int8(), "asked": pa.bool_(),
    "again": pa.float32(), "who": pa.string(),
}  # fmt: skip


class TestLaw:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(ROWS)
    def test_the_same_tickets_whatever_the_kind_of_file(self, tmp_path: Path, rows: list[dict[str, Any]]) -> None:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows([cell_of(row[name]) for name in COLUMNS] for row in rows)
        plain = tmp_path / "t.csv"
        plain.write_text(text.getvalue(), encoding="utf-8")
        typed = parquet(
            tmp_path / "t.parquet", {name: pa.array([row[name] for row in rows], kind) for name, kind in TYPES.items()}
        )
        book = xlsx(tmp_path / "t.xlsx", [list(COLUMNS), *([row[name] for name in COLUMNS] for row in rows)])
        reads = [tickets(path, mapping()) for path in (plain, typed, book)]
        first, *others = reads
        for read in others:
            assert read.value == first.value
            assert read.rejected_counts == first.rejected_counts
            assert [(note.code, note.count) for note in read.warnings if note.code != "no-rows"] == [
                (note.code, note.count) for note in first.warnings if note.code != "no-rows"
            ]
            (ours,), (theirs,) = first.files, read.files
            assert (theirs.rows, theirs.used, theirs.rejected, theirs.duplicates) == (
                *(ours.rows, ours.used, ours.rejected),
                ours.duplicates,
            )


class TestStamps:
    @pytest.mark.parametrize(
        ("kind", "value", "at"),
        [
            (pa.timestamp("us", "UTC"), datetime(2026, 11, 20, 16, 30, tzinfo=UTC), "2026-11-20T16:30:00+00:00"),
            (pa.timestamp("ns", "Asia/Tokyo"), datetime(2026, 11, 20, 16, 30, tzinfo=UTC), "2026-11-20T16:30:00+00:00"),
            (pa.timestamp("ms"), NAIVE, "2026-11-20T15:30:00+00:00"),
        ],
    )  # fmt: skip
    def test_a_zone_of_the_column_goes_before_that_of_the_mapping(
        self, tmp_path: Path, kind: Any, value: datetime, at: str
    ) -> None:
        path = parquet(tmp_path / "t.parquet", {"id": ["1"], "opened": pa.array([value], kind)})
        assert only(tickets(path, mapping("id", "opened"))).created_at.isoformat() == at

    def test_the_format_is_for_texts(self, tmp_path: Path) -> None:
        rows: list[list[Any]] = [
            ["id", "opened"],
            ["1", NAIVE],
            ["2", "20/11/2026 16:30"],
            ["3", "2026-11-20 16:30:00"],
        ]
        read = tickets(
            xlsx(tmp_path / "t.xlsx", rows),
            mapping("id", "opened", time={"zone": "Europe/Madrid", "format": "%d/%m/%Y %H:%M"}),
        )
        assert [ticket.created_at for ticket in read.value.facts] == [datetime(2026, 11, 20, 15, 30, tzinfo=UTC)] * 2
        assert dict(read.rejected_counts) == {"stamp": 1}

    @pytest.mark.parametrize("kind", ["xlsx", "parquet"])
    def test_without_a_zone_a_naive_stamp_ends_the_reading(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / f"t.{kind}"
        if kind == "xlsx":
            xlsx(path, [["id", "opened"], ["1", NAIVE]])
        else:
            parquet(path, {"id": ["1"], "opened": pa.array([NAIVE], pa.timestamp("us"))})
        with pytest.raises(ExportError, match="a stamp names no offset, and the mapping states no zone"):
            tickets(path, mapping("id", "opened", time={}))

    @pytest.mark.parametrize("kind", ["xlsx", "parquet"])
    def test_a_date_is_no_instant_unless_the_format_says_so(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / f"t.{kind}"
        if kind == "xlsx":
            xlsx(path, [["id", "opened"], ["1", date(2026, 11, 20)]])
        else:
            parquet(path, {"id": ["1"], "opened": [date(2026, 11, 20)]})
        refused = tickets(path, mapping("id", "opened"))
        assert [rejection.message for rejection in refused.rejected] == ["a date without a time of day"]
        days = mapping("id", "opened", time={"zone": "Europe/Madrid", "format": "%d/%m/%Y"})
        assert only(tickets(path, days)).created_at == datetime(2026, 11, 19, 23, tzinfo=UTC)

    def test_midnight_with_a_time_in_its_format_is_an_instant(self, tmp_path: Path) -> None:
        path = xlsx(tmp_path / "t.xlsx", [["id", "opened"], ["1", datetime(2026, 11, 20)]])  # noqa: DTZ001
        assert only(tickets(path, mapping("id", "opened"))).created_at == datetime(2026, 11, 19, 23, tzinfo=UTC)

    def test_hours_that_the_clock_shows_twice_are_counted(self, tmp_path: Path) -> None:
        twice = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001
        read = tickets(xlsx(tmp_path / "t.xlsx", [["id", "opened"], ["1", twice]]), mapping("id", "opened"))
        assert [(note.code, note.count) for note in read.warnings] == [("ambiguous-stamp", 1)]

    def test_what_no_calendar_has_is_rejected(self, tmp_path: Path) -> None:
        far = pa.array([2**62, 0], pa.int64()).cast(pa.timestamp("us", "UTC"))
        read = tickets(parquet(tmp_path / "t.parquet", {"id": ["1", "2"], "opened": far}), mapping("id", "opened"))
        assert dict(read.rejected_counts) == {"stamp": 1}


class TestWorkbook:
    def test_titles_above_the_header_and_notes_beside_the_table(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet["A1"] = "Tickets of November"
        sheet.merge_cells("A1:C1")
        for k, name in enumerate(["id", "who", "via"], 2):
            sheet.cell(4, k, name)
        for k, value in enumerate([1001, "Ana", "email", "", "a note"], 2):
            sheet.cell(6, k, value)
        book.save(tmp_path / "t.xlsx")
        read = tickets(tmp_path / "t.xlsx", mapping("id", "who", "via"))
        assert (only(read).ticket_id, only(read).agent) == ("1001", "Ana")
        assert [(note.code, note.count) for note in read.warnings] == [("above-header", 1)]

    def test_a_rejected_row_has_the_line_of_the_spreadsheet(self, tmp_path: Path) -> None:
        path = xlsx(tmp_path / "t.xlsx", [["id", "state"], [], ["1", "open"], [], ["2", "odd"]])
        (rejection,) = tickets(path, mapping("id", "state")).rejected
        assert (rejection.file, rejection.line, rejection.column) == ("t.xlsx", 5, "state")

    def test_one_sheet_that_is_filled(self, tmp_path: Path) -> None:
        path = xlsx(tmp_path / "t.xlsx", [["id"], ["1"]], Empty=[])
        assert only(tickets(path, mapping("id"))).ticket_id == "1"

    def test_of_several_one_must_be_named(self, tmp_path: Path) -> None:
        path = xlsx(tmp_path / "t.xlsx", [["id"], ["1"]], Other=[["id"], ["2"]])
        with pytest.raises(ExportError, match="has 2 sheets: Tickets, Other; name one in the mapping: sheet"):
            tickets(path, mapping("id"))
        assert only(tickets(path, mapping("id", sheet="Other"))).ticket_id == "2"
        with pytest.raises(ExportError, match="has no sheet 'Othr'; did you mean Other"):
            tickets(path, mapping("id", sheet="Othr"))

    def test_a_failed_formula_rejects_its_row_where_the_mapping_reads_it(self, tmp_path: Path) -> None:
        path = xlsx(tmp_path / "t.xlsx", [["id", "again", "who"], ["1", "#DIV/0!", "Ana"], ["2", 0, "#N/A"]])
        read = tickets(path, mapping("id", "again", attributes={"name": "who"}))
        assert (only(read).ticket_id, only(read).attributes) == ("2", {})
        assert [rejection.message for rejection in read.rejected] == ["the cell holds #DIV/0!, not a value"]

    def test_a_formula_that_nobody_has_calculated(self, tmp_path: Path) -> None:
        path = xlsx(tmp_path / "t.xlsx", [["id", "again"], ["1", "=1+1"]])
        read = tickets(path, mapping("id", "again"))
        assert [rejection.code for rejection in read.rejected] == ["error-cell"]

    def test_merged_cells_below_the_header_are_told(self, tmp_path: Path) -> None:
        path = tmp_path / "t.xlsx"
        book = openpyxl.Workbook()
        for row in (["Tickets of November", None], ["id", "who"], ["1", "Ana"], ["2", None], ["3", "José"]):
            book.active.append(row)
        book.active.merge_cells("A1:B1")
        book.save(path)
        assert [note.code for note in tickets(path, mapping("id", "who")).warnings] == ["above-header"]
        book.active.merge_cells("B3:B4")
        book.save(path)
        read = tickets(path, mapping("id", "who"))
        assert [ticket.agent for ticket in read.value.facts] == ["Ana", None, "José"]
        (_, note) = read.warnings
        assert (note.code, note.count) == ("merged-cells", 1)

    def test_a_formula_with_its_value(self, tmp_path: Path) -> None:
        path = xlsx(tmp_path / "t.xlsx", [["id", "again"], ["1", "=1+1"]])
        rewritten(path, rb"<f>1\+1</f><v ?/?>(</v>)?", b"<f>1+1</f><v>2</v>")
        assert only(tickets(path, mapping("id", "again"))).reopens == 2

    @pytest.mark.parametrize("value", [b"<v></v>", b"<v/>"])
    def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(self, tmp_path: Path, value: bytes) -> None:
        path = xlsx(tmp_path / "t.xlsx", [["id", "again"], ["1", "=1+1"], ["2", 3]])
        rewritten(
            path, rb'<c r="B2"[^>]*><f>[^<]*</f><v ?/?>(</v>)?', b'<c r="B2" t="str"><f>IF(A3="","",A3)</f>' + value
        )
        read = tickets(path, mapping("id", "again"))
        assert [(ticket.ticket_id, ticket.reopens) for ticket in read.value.facts] == [("1", None), ("2", 3)]
        assert not read.rejected

    def test_the_columns_that_are_there_are_named(self, tmp_path: Path) -> None:
        path = xlsx(tmp_path / "t.xlsx", [["id", "Whom"], ["1", "Ana"]])
        with pytest.raises(ExportError, match="column 'who': is not in the header; did you mean Whom"):
            tickets(path, mapping("id", "who"))


class TestParquet:
    def test_the_columns_that_are_there_are_named(self, tmp_path: Path) -> None:
        path = parquet(tmp_path / "t.parquet", {"id": ["1"], "whom": ["Ana"]})
        with pytest.raises(ExportError, match="column 'who': is not in the header"):
            tickets(path, mapping("id", "who"))

    def test_lists_are_no_cells(self, tmp_path: Path) -> None:
        path = parquet(tmp_path / "t.parquet", {"id": ["1"], "who": [["Ana"]]})
        with pytest.raises(ExportError, match=r"column 'who': holds list<.*>: one value a row is due"):
            tickets(path, mapping("id", "who"))

    def test_columns_that_are_not_mapped_may_hold_anything(self, tmp_path: Path) -> None:
        columns = {"id": ["1"], "a": [["x"]], "b": [b"\xff"], "c": [timedelta(hours=1)], "d": [time(9)], "e": [None]}
        assert only(tickets(parquet(tmp_path / "t.parquet", columns), mapping("id"))).ticket_id == "1"

    def test_texts_of_old_writers_are_bytes(self, tmp_path: Path) -> None:
        path = parquet(tmp_path / "t.parquet", {"id": [b"1"], "who": ["ñ".encode()]})
        assert only(tickets(path, mapping("id", "who"))).agent == "ñ"

    def test_the_line_is_the_number_of_the_row(self, tmp_path: Path) -> None:
        path = parquet(tmp_path / "t.parquet", {"id": ["1", "2", "3"], "state": ["open", "open", "odd"]})
        (rejection,) = tickets(path, mapping("id", "state")).rejected
        assert (rejection.line, rejection.ticket_id) == (3, "3")

    def test_progress_ends_with_the_file(self, tmp_path: Path) -> None:
        path = parquet(tmp_path / "t.parquet", {"id": [str(i) for i in range(100)]})
        seen: list[tuple[int, int]] = []
        tickets(path, mapping("id"), progress=lambda done, total: seen.append((done, total)))
        assert seen[-1] == (path.stat().st_size,) * 2


class TestRubbish:
    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("t.parquet", b"id\n1\n", "t.parquet: is no Parquet file, in spite of its name"),
            ("t.parquet", b"", "t.parquet: is empty"),
            ("t.parquet", b"PAR1rubbish", "t.parquet: cannot be read as Parquet"),
            ("t.parquet", b"PAR1" + bytes(100) + b"PAR1", "t.parquet: cannot be read as Parquet"),
            ("t.parquet", b"PARE" + bytes(100), "t.parquet: is an encrypted Parquet file; write it without"),
            ("t.xlsx", b"id\n1\n", "t.xlsx: is no workbook of Excel, in spite of its name"),
            ("t.xlsx", b"PK\x03\x04rubbish", "t.xlsx: cannot be read as a workbook"),
            ("t.xlsx", b"\xd0\xcf\x11\xe0" + bytes(100), "t.xlsx: is an old (.xls) or an encrypted workbook; save it"),
            ("t.csv", b"PK\x03\x04rubbish", "t.csv: is a zip archive or an Excel workbook, not CSV"),
        ],
    )
    def test_what_is_no_table(self, tmp_path: Path, name: str, content: bytes, said: str) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ExportError) as caught:
            tickets(tmp_path / name, mapping("id"))
        assert str(caught.value).startswith(said)

    @pytest.mark.parametrize("kind", ["xlsx", "parquet"])
    def test_a_file_cut_anywhere_or_with_a_wrong_byte_is_an_error_of_ours(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / f"t.{kind}"
        if kind == "xlsx":
            xlsx(path, [["id", "opened"], *([str(i), NAIVE] for i in range(20))])
        else:
            parquet(path, {"id": [str(i) for i in range(20)], "opened": pa.array([NAIVE] * 20, pa.timestamp("us"))})
        whole = path.read_bytes()
        outcomes = set()
        for at in range(4, len(whole), max(1, len(whole) // 150)):
            for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
                path.write_bytes(content)
                try:
                    tickets(path, mapping("id", "opened"))
                    outcomes.add("read")
                except ExportError:
                    outcomes.add("refused")
        assert "refused" in outcomes

    @pytest.mark.parametrize(
        ("library", "kind", "extra"), [("pyarrow", "parquet", "parquet"), ("openpyxl", "xlsx", "xlsx")]
    )
    def test_without_the_library_the_extra_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, kind: str, extra: str
    ) -> None:
        path = tmp_path / f"t.{kind}"
        xlsx(path, [["id"], ["1"]]) if kind == "xlsx" else parquet(path, {"id": ["1"]})
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(MissingExtraError, match=rf"csprotocol\[{extra}\]"):
            tickets(path, mapping("id"))


def test_an_offset_of_the_cells_survives(tmp_path: Path) -> None:
    at = datetime(2026, 11, 20, 16, 30, tzinfo=timezone(timedelta(hours=-5)))
    path = parquet(tmp_path / "t.parquet", {"id": ["1"], "opened": pa.array([at], pa.timestamp("us", "-05:00"))})
    assert only(tickets(path, mapping("id", "opened"))).created_at == at
