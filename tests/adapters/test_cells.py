from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.adapters import _cells
from csprotocol.adapters._cells import MissingZoneError, StampReader
from csprotocol.adapters._read import RefusedError

MADRID = ZoneInfo("Europe/Madrid")


class TestStampReader:
    @pytest.mark.parametrize(
        ("form", "cell", "expected"),
        [
            ("iso", "2026-11-20 16:30:00", "2026-11-20T15:30:00+00:00"),
            ("iso", "2026-11-20T16:30:00Z", "2026-11-20T16:30:00+00:00"),
            ("iso", "2026-11-20 16:30:00 UTC", "2026-11-20T16:30:00+00:00"),
            ("iso", "2026-11-20T16:30:00.250-03:00", "2026-11-20T19:30:00.250000+00:00"),
            ("%d-%m-%Y %H:%M", "03-04-2026 10:00", "2026-04-03T08:00:00+00:00"),
            ("%d/%m/%Y %I:%M %p", "03/04/2026 10:00 PM", "2026-04-03T20:00:00+00:00"),
        ],
    )
    def test_reads(self, form: str, cell: str, expected: str) -> None:
        assert StampReader(form, MADRID)(cell).isoformat() == expected

    @pytest.mark.parametrize(
        ("form", "cell"),
        [
            ("iso", "2026-11-20"),
            ("iso", "20261120 1630"),
            ("iso", "20/11/2026 16:30"),
            ("iso", "2026-13-01 10:00:00"),
            ("iso", "0001-01-01 00:00:00+14:00"),
            ("%d-%m-%Y %H:%M", "2026-11-20 16:30"),
            ("%d-%m-%Y %H:%M", "30-02-2026 16:30"),
            ("%d-%m-%Y %H:%M", "20-11-2026 16:30:10"),
        ],
    )
    def test_never_guesses(self, form: str, cell: str) -> None:
        with pytest.raises(RefusedError):
            StampReader(form, MADRID)(cell)

    def test_a_naive_stamp_needs_a_zone(self) -> None:
        with pytest.raises(MissingZoneError):
            StampReader("iso", None)("2026-11-20 16:30:00")

    def test_hours_that_the_clock_repeats_or_skips_are_told(self) -> None:
        read = StampReader("iso", MADRID)
        assert read("2026-10-25 02:30:00") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        cells = ["2026-10-25 02:30:00", "2026-03-29 02:30:00", "2026-10-25 04:30:00"]
        assert [(read(cell), read.is_unsure(cell))[1] for cell in cells] == [True, True, False]


class TestShownStamp:
    @pytest.mark.parametrize(
        "cell",
        ["31/02/2026 10:00", "2026-13-32 10:00:00", "20 Nov 2026 9:15", "2026-11-20T16:30:00.123Z", "3.4.26 12:00"],
    )
    def test_a_stamp_is_shown(self, cell: str) -> None:
        assert _cells.shown_stamp(cell) == repr(cell)

    @pytest.mark.parametrize(
        "cell",
        [
            "Ana Gómez",
            "ana@example.com",
            "600-123-456",
            "+34 600 123 456",
            "12345678",
            "12/03/1985",
            "12 Mar 1985",
            "1985-03-12 00:00:00",
            "1985-03-12T00:00",
            "my parcel is late",
            "x" * 41,
        ],
    )
    def test_what_may_be_a_customers_text_is_not(self, cell: str) -> None:
        assert _cells.shown_stamp(cell) == f"a text of {len(cell)} characters"

    @given(st.text(max_size=60))
    def test_always_answers(self, cell: str) -> None:
        shown = _cells.shown_stamp(cell)
        assert shown == repr(cell) or shown.startswith("a text of ")


class TestShownWord:
    @pytest.mark.parametrize(("cell", "is_shown"), [
        ("Cerado", True),
        ("CLOSED", True),
        ("ana.garcia@example.com", False),
        ("Marisa Obrien", False),
        ("Owen", False),
        ("snoozed", False),
    ])  # fmt: skip
    def test_only_a_slip_of_a_known_word_is_shown(self, cell: str, is_shown: bool) -> None:
        shown = _cells.shown_word(cell, ["open", "closed", "Cerrado"])
        assert shown == (repr(cell) if is_shown else f"a text of {len(cell)} characters")


class TestShownId:
    @pytest.mark.parametrize("cell", ["7", "941606", "#1001", "INC0010001", "CASE-12", "CS_7"])
    def test_what_looks_like_the_number_of_a_ticket_is_shown(self, cell: str) -> None:
        assert _cells.shown_id(cell) == cell

    @pytest.mark.parametrize("cell", [
        "600123456", "600-123-456", "+34 600 123 456", "5 Main Street", "ana85", "ana@example.com", "12-03-1985",
        "19850312", "12345678Z", "4111111111111111", "Ana", "٣",
    ])  # fmt: skip
    def test_what_may_be_a_customers_is_not(self, cell: str) -> None:
        assert _cells.shown_id(cell) == f"(an id of {len(cell)} character{'' if len(cell) == 1 else 's'})"


class TestNumbers:
    @pytest.mark.parametrize(("found", "shown"), [(-2, "-2"), (5.5, "5.5"), (600_123_456.5, "a number of 9 digits")])
    def test_a_long_number_is_not_shown(self, found: float, shown: str) -> None:
        assert _cells.shown_number(found) == shown

    @pytest.mark.parametrize(("cell", "expected"), [("3", 3), ("3.0", 3), ("+12", 12), ("0", 0)])
    def test_counts(self, cell: str, expected: int) -> None:
        assert _cells.count(cell) == expected

    @pytest.mark.parametrize("cell", ["-1", "1.5", "1,5", "1e3", "nan", "inf", "9" * 5_000, "three", "", "٣"])
    def test_no_counts(self, cell: str) -> None:
        with pytest.raises(RefusedError):
            _cells.count(cell)

    @pytest.mark.parametrize(("cell", "expected"), [("TRUE", True), ("no", False), ("1", True), ("0.0", False)])
    def test_flags(self, cell: str, expected: bool) -> None:
        assert _cells.flag(cell) is expected

    def test_no_flag(self) -> None:
        with pytest.raises(RefusedError):
            _cells.flag("maybe")

    def test_ids_of_spreadsheets_lose_their_decimals(self) -> None:
        assert [_cells.identifier(cell) for cell in ("4711.0", "4711", "A-1.0", "1.05")] == [
            "4711",
            "4711",
            "A-1.0",
            "1.05",
        ]


def test_a_stamp_that_fills_the_memory_is_still_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_cells, "_CACHED_STAMPS", 2)
    reader = _cells.StampReader("iso", ZoneInfo("Europe/Madrid"))
    for stamp in ("2026-10-24 02:30:00", "2026-10-24 03:30:00", "2026-10-25 02:30:00"):
        reader(stamp)
    assert reader.is_unsure("2026-10-25 02:30:00")
