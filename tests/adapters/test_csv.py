from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.adapters import _csv
from csprotocol.adapters._csv import open_table
from csprotocol.adapters._read import Outcome, Read, Tally
from csprotocol.errors import CsprotocolError, ExportError

Rows = list[tuple[int, list[str]]]


def rows_of(source: object, **options: object) -> tuple[Rows, Read[None]]:
    tally = Tally()
    found: Rows = []

    def take(line: int, row: list[str]) -> Outcome:
        found.append((line, row))
        return Outcome.USED

    with open_table(source, tally, **options) as table:  # type: ignore[arg-type]
        table.each(take)
    return found, tally.read(None)


class TestOpenTable:
    @pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
    def test_the_delimiter_is_found(self, mark: str) -> None:
        found, _ = rows_of([f"a{mark}b", f"1{mark}2"])
        assert found == [(2, ["1", "2"])]

    def test_a_comma_in_a_quoted_name_is_no_delimiter(self) -> None:
        found, _ = rows_of(['"a,b,c";d', "1;2"])
        assert found == [(2, ["1", "2"])]

    def test_lines_count_as_an_editor_shows_them(self) -> None:
        found, _ = rows_of(["a,b\n", '"one\n', 'two",2\n', "\n", "3,4\n"])
        assert found == [(2, ["one\ntwo", "2"]), (5, ["3", "4"])]

    def test_a_byte_order_mark_is_no_part_of_the_first_name(self, tmp_path: Path) -> None:
        file = tmp_path / "excel.csv"
        file.write_bytes("\ufeffid;n\r\n1;ñ\r\n".encode())
        with open_table(file, Tally()) as table:
            assert table.header == ("id", "n")

    @pytest.mark.parametrize(
        ("lines", "code", "message"),
        [
            (["a,b", "1"], "field-count", "1 field, the header has 2"),
            (["a,b", "1,2,3"], "field-count", "3 fields, the header has 2"),
            (["a,b\n", '1,"2\n', "3,4\n"], "quotation", "never closed (lines 2 to 3 are lost)"),
            (["a,b", '1,"two" words'], "quotation", "not doubled"),
            (["a,b", "1," + "x" * (17 * 2**20)], "field-too-long", "16,777,216"),
        ],
    )
    def test_a_damaged_row_is_rejected_with_its_line(self, lines: list[str], code: str, message: str) -> None:
        found, read = rows_of(lines)
        assert found == []
        assert [(r.code, r.line, r.file) for r in read.rejected] == [(code, 2, "lines")]
        assert message in read.rejected[0].message

    def test_the_body_of_an_email_is_a_field(self) -> None:
        found, _ = rows_of(["a,b\n", '1,"' + "<p>" * 50_000 + "\n", '2,3\n"\n', "4,5\n"])
        assert [(line, row[0]) for line, row in found] == [(2, "1"), (4, "4")]

    def test_what_follows_in_a_field_that_is_too_long_are_no_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_csv, "_FIELD_LIMIT", 0)
        limit = csv.field_size_limit(1_000)
        try:
            found, read = rows_of(["a,b\n", f'1,"{"x" * 2_000}\n', "2,a customer's row\n", 'bye"\n', "3,4\n"])
        finally:
            csv.field_size_limit(limit)
        assert found == [(5, ["3", "4"])]
        assert [(r.code, r.line) for r in read.rejected] == [("field-too-long", 2)]
        assert "(lines 2 to 4 are lost)" in read.rejected[0].message

    def test_reading_goes_on_after_a_damaged_row(self) -> None:
        found, read = rows_of(["a,b", "1", "2,3"])
        assert found == [(3, ["2", "3"])]
        assert (read.rows, read.used, read.rejections) == (2, 1, 1)

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"", "is empty"),
            (b"\n\n", "is empty"),
            (b"a,b\n1,\x00\n", "line 2: holds NUL bytes"),
            ("a,b\n1,á\n".encode("latin-1"), "line 2: byte 0xE1 is no UTF-8"),
            (b"PK\x03\x04rest", "is a zip archive or an Excel workbook"),
            ("a,b".encode("utf-16"), "is UTF-16 text"),
            (b"a,b\r1,2\r", "carriage returns only"),
            (b",,\n1,2,3\n", "cannot be read as a header"),
            (b'"a,b\n1,2\n', "cannot be read as a header"),
            (b"x" * (17 * 2**20), "a line longer than"),
        ],
    )
    def test_what_is_no_table_is_an_error(self, tmp_path: Path, content: bytes, told: str) -> None:
        file = tmp_path / "log.csv"
        file.write_bytes(content)
        with pytest.raises(ExportError) as caught:
            rows_of(file)
        assert told in str(caught.value)
        assert caught.value.file == "log.csv"

    def test_absent_files_and_folders_are_errors(self, tmp_path: Path) -> None:
        for place in (tmp_path, tmp_path / "none.csv", "bad\0name", 7, [7]):
            with pytest.raises(ExportError):
                rows_of(place)

    def test_the_text_of_a_table_is_no_path_and_is_not_shown(self) -> None:
        for text in ("a,b\nAna,secret", "Ana secret " * 500):
            with pytest.raises(ExportError) as caught:
                rows_of(text)
            assert len(str(caught.value)) < 150
            assert "Ana,secret" not in str(caught.value)

    def test_a_column_that_is_absent_names_the_nearest(self) -> None:
        with open_table(["ticket,status"], Tally()) as table, pytest.raises(ExportError) as caught:
            table.require(["ticket", "statu"])
        assert "did you mean status? possible: ticket, status" in str(caught.value)

    def test_a_first_row_that_is_no_header_is_not_shown(self) -> None:
        with open_table(["Ana Secret,ana@example.com"], Tally()) as table, pytest.raises(ExportError) as caught:
            table.require(["ticket"])
        assert "Ana" not in str(caught.value)

    def test_a_name_that_stands_twice_is_an_error_only_where_it_is_used(self) -> None:
        with open_table(["a,b,a"], Tally()) as table:
            assert table.require(["b"]) == {"b": 1}
            with pytest.raises(ExportError, match="stands in the header 2 times"):
                table.require(["a"])

    def test_progress_ends_at_the_size_of_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "log.csv"
        file.write_text("a,b\n" + "1,2\n" * 200_000, encoding="utf-8")
        told: list[tuple[int, int]] = []
        rows_of(file, progress=lambda done, total: told.append((done, total)))
        assert len(told) > 2
        assert told == sorted(told)
        assert told[-1] == (file.stat().st_size, file.stat().st_size)

    @given(st.binary(max_size=400))
    def test_any_bytes_give_rows_or_an_error_of_ours(self, tmp_path_factory: pytest.TempPathFactory, b: bytes) -> None:
        file = tmp_path_factory.getbasetemp() / "bytes.csv"
        file.write_bytes(b)
        try:
            _, read = rows_of(file)
        except CsprotocolError:
            return
        assert all(count.adds_up for count in read.files)

    @given(st.lists(st.text(alphabet=st.sampled_from('a1,;"\n\r\t |é'), max_size=30), max_size=8))
    def test_any_lines_are_all_accounted_for(self, lines: list[str]) -> None:
        try:
            found, read = rows_of(lines)
        except CsprotocolError:
            return
        assert read.rows == len(found) + read.rejections
