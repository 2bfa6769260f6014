"""Every error has a code of its own, a root, a built-in beside it, and travels."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from csprotocol import errors
from csprotocol.errors import (
    CsprotocolError,
    CurrencyMismatchError,
    DocumentError,
    ExportError,
    HolidayCoverageError,
    HorizonError,
    InvalidScheduleError,
    InvalidValueError,
    MissingExtraError,
    NaiveDatetimeError,
    NeverClosesError,
    NeverOpenError,
    Problem,
)

AT = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
ALL = [
    getattr(errors, name)
    for name in errors.__all__
    if isinstance(getattr(errors, name), type) and issubclass(getattr(errors, name), CsprotocolError)
]


@pytest.mark.parametrize(
    ("error", "builtin", "sentence"),
    [
        (
            InvalidValueError.of("scale", 9, expected="1 to 5", hint="see csat"),
            ValueError,
            "scale must be 1 to 5, got 9; see csat",
        ),
        (
            InvalidValueError.unknown("by", "chanel", ["channel"]),
            ValueError,
            "by: 'chanel' is unknown; did you mean channel? possible: channel",
        ),
        (
            NaiveDatetimeError.of_field("Contact.at", AT.replace(tzinfo=None)),
            ValueError,
            "Contact.at must carry a time zone, got datetime.datetime(2026, 11, 20, 16, 30); "
            "attach one with value.replace(tzinfo=ZoneInfo('Europe/Madrid'))",
        ),
        (
            CurrencyMismatchError.between("EUR", "USD"),
            ValueError,
            "EUR and USD cannot be added or compared; convert one of them first",
        ),
        (
            DocumentError.of_problems("TableMapping", [Problem("time.zone", "is missing"), Problem("", "and more")]),
            ValueError,
            "TableMapping: time.zone: is missing; and more",
        ),
        (
            DocumentError.unreadable("map.toml", "no such file", hint="check the name"),
            ValueError,
            "map.toml cannot be read: no such file; check the name",
        ),
        (InvalidScheduleError.at("weekly.mon[0]", "is empty"), ValueError, "BusinessHours: weekly.mon[0]: is empty"),
        (
            NeverOpenError.after(AT, 2100),
            LookupError,
            "the calendar does not open after 2026-11-20T16:30:00+00:00 (looked until the end of 2100); "
            "give it weekly, seasonal or special hours",
        ),
        (
            NeverClosesError.before(AT, 1900),
            LookupError,
            "the calendar did not close before 2026-11-20T16:30:00+00:00 (looked back to 1900); ask is_open first",
        ),
        (
            HorizonError.outside(AT, 1900, 2000),
            LookupError,
            "2026-11-20T16:30:00+00:00 lies outside the years 1900 to 2000 of this calendar; "
            "widen it with BusinessCalendar(hours, first_year=..., last_year=...)",
        ),
        (
            HolidayCoverageError.outside("ES", "the answer", 2008, 2100),
            LookupError,
            "holidays of ES are known for 2008 to 2100, not for the answer; "
            "list the dates yourself, or accept the gap with on_uncovered='ignore'",
        ),
        (
            ExportError.at("a.csv", "9 fields, the header has 10", line=7, column="at", hint="mend the file"),
            ValueError,
            "a.csv, line 7, column 'at': 9 fields, the header has 10; mend the file",
        ),
        (
            MissingExtraError.of("frames", "business time in columns"),
            ImportError,
            "business time in columns needs the optional libraries of csprotocol[frames]; "
            "pip install 'csprotocol[frames]'",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_sentence_and_kin(error: CsprotocolError, builtin: type[Exception], sentence: str) -> None:
    assert sentence == str(error)
    assert isinstance(error, builtin)
    again = pickle.loads(pickle.dumps(error))
    assert (type(error), str(error), vars(error)) == (type(again), str(again), vars(again))


def test_every_code_is_used_once() -> None:
    codes = [error.code for error in ALL]
    assert len(set(codes)) == len(codes)


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    for error in ALL:
        assert error.__name__ in drawn, f"{error.__name__} is missing in the drawing"
