"""What cannot work ends in one line that names the file, the place and what is possible; never in a traceback."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.report import shop

from .commands import run

SHOP = ("tickets.csv", "--map", "mapping.toml", "--now", "2026-12-05")
MAPPING, CALENDAR = shop.MAPPING_TOML, shop.CALENDAR

EXPORTS = {
    "empty": (b"", "tickets.csv: is empty; a header with the names of the columns is due"),
    "binary": (bytes(range(256)) * 9, "tickets.csv, line 1: holds NUL bytes: it is no text; save it as CSV in UTF-8"),
    "workbook": (b"PK\x03\x04rest", "tickets.csv: is a zip archive or an Excel workbook, not CSV"),
    "gzip": (b"\x1f\x8brest", "tickets.csv: is a gzip archive, not CSV"),
    "nul": (shop.TEXT.replace("Lamp", "La\0mp", 1).encode(), "tickets.csv, line 2: holds NUL bytes"),
    "latin-1": (shop.TEXT.replace("Sur", "Súr").encode("latin-1"), "tickets.csv, line 4: byte 0xFA is no UTF-8"),
    "utf-16": (shop.TEXT.encode("utf-16"), "tickets.csv: is UTF-16 text, not CSV; save it as CSV in UTF-8"),
    "old mac": (shop.TEXT.replace("\n", "\r").encode(), "tickets.csv, line 1: ends its lines with carriage returns"),
    "other table": (b"a,b,c\n1,2,3\n", "line 1, column 'id': is not in the first line, which has 3 fields"),
    "prose": (b"Dear shop,\nwhere is my parcel?\n", "the first line must be the header"),
    "twice": (shop.TEXT.replace("via,prio", "via,via", 1).encode(), "column 'via': stands in the header 2 times"),
    "no column": (shop.TEXT.replace("opened", "begun", 1).encode(), "line 1, column 'opened': is not in the header;"),
}
DOCUMENTS: dict[str, tuple[str | bytes | None, str]] = {
    "typo.json": ('{"source": "x",\n "layout": "tickets"\n "columns": {}}', "Expecting ',' delimiter: line 3 column 2"),
    "typo.toml": ('source = "x"\nlayout = tickets\n', "Invalid value (at line 2, column 10)"),
    "typo.yaml": ("source: [\n", "while parsing a flow node"),
    "key.toml": (MAPPING.replace("csat = ", "csatt = "), "columns.csatt: unknown key; did you mean csat?"),
    "layout.toml": (
        MAPPING.replace('"tickets"', '"rows"'),
        "input should be 'tickets' or 'events', got 'rows'",
    ),
    "scale.toml": (MAPPING.replace("[1, 5]", "[5, 1]"), "csat.scale: [5, 1] must rise"),
    "zone.toml": (MAPPING.replace("Europe/Madrid", "Madrid"), "time.zone: 'Madrid' is no time zone"),
    "format.toml": (
        MAPPING.replace("[time]", '[time]\nformat = "%d/%m %H:%M"'),
        "'%d/%m %H:%M' leaves the date open",
    ),
    "status.toml": (MAPPING + '[status]\nx = "opn"\n', "status.x: input should be 'new', 'open'"),
    "list.json": ("[1, 2]", "cannot be read: it holds a list, a mapping is due"),
    "deep.json": ("[" * 100_000, "cannot be read: it is nested too deeply"),
    "words.txt": ("source", "ending '.txt' is unknown; possible: .toml, .json, .yaml, .yml"),
    "latin.toml": (b'source = "\xe1"', "cannot be read: it is no UTF-8 text"),
    "folder": (None, "cannot be read: Is a directory"),
    "absent.toml": (None, "cannot be read: No such file or directory"),
}
HOURS: dict[str, tuple[str | None, str]] = {
    "overlap.toml": (
        'tz = "UTC"\n[weekly]\nmon = [["09:00", "14:00"], ["13:00", "18:00"]]\n',
        "weekly.mon[1]: overlaps another interval of the same day; join the two",
    ),
    "zone.toml": (
        CALENDAR.replace("Europe/Madrid", "Madrid"),
        "tz: 'Madrid' is no time zone; did you mean",
    ),
    "words.toml": (CALENDAR.replace("mon-fri 09:00-17:00", "always"), "'always' is no 'days hours'"),
    "key.toml": (CALENDAR + "weeekly = 3\n", "weeekly: unknown key; did you mean weekly?"),
    "typo.toml": ("tz = \n", "Invalid value (at line 1"),
    "folder": (None, "cannot be read: Is a directory"),
    "absent.toml": (None, "cannot be read: No such file or directory"),
}
OPTIONS = [
    (["--tz", "Mars"], "--tz must be an IANA time zone such as Europe/Madrid, got 'Mars'"),
    (["--tz", "Europe/Madird"], "did you mean Europe/Madrid?"),
    (["--tz", ""], "--tz must be an IANA time zone"),
    (["--now", "16:30"], "--now must be ISO 8601, for example 2026-11-20T16:30, got '16:30'"),
    (["--now", ""], "--now must be ISO 8601"),
    (["--now", "0001-01-01"], "--now must be in the years 2 to 9998"),
    (["--by", "nonsense"], "--by: 'nonsense' is unknown; possible: day, week, month"),
    (["--by", "chanel"], "--by: 'chanel' is unknown; did you mean channel?"),
    (["--by", "Shop"], "columns of tickets.csv: did you mean shop? possible: id, opened"),
    (["--by", "month,month"], "each dimension once"),
    (["--by", "month,day"], "at most one of day, week, month, quarter, year"),
    (["--target", "first_reply=1d"], "a day may be 24 hours or a working day: write 24h, or 8h:business"),
    (["--target", "soon"], "KPI=NUMBERunit or KPI=NUMBERunit:business, for example first_reply=4h:business"),
    (["--target", "csat=4h"], "target: 'csat' is unknown; possible: first_reply, resolution"),
    (["--target", "first_reply=9999999999999h"], "a time that somebody could wait"),
    (["--target", "first_reply=4h:business"], "must be counted by business hours"),
    (["--target", "first_reply=4h", "--target", "first_reply=5h"], "one for each KPI"),
    (["--schedule-rule", "latest"], "--schedule-rule must be used with --from zendesk"),
    (["--format", "xml"], "invalid choice: 'xml' (choose from"),
    (["--anchor", "sent"], "invalid choice: 'sent' (choose from"),
    (["--nonsense"], "unrecognized arguments: --nonsense"),
    (["--from", "zendesk"], "argument --from: not allowed with argument --map"),
    (["-o", "absent/report.txt"], "absent/report.txt: cannot be written: there is no such folder"),
    (["-o", "."], ".: is a folder; name a file in it"),
    (["-o", "tickets.csv"], "tickets.csv: is what is to be read; the report would overwrite it"),
    (["-o", "./mapping.toml"], "is what is to be read"),
]
COMMANDS = [
    (["nonsense"], "argument COMMAND: invalid choice: 'nonsense' (choose from"),
    (["report"], "the following arguments are required: EXPORT"),
    (["report", "tickets.csv"], "one of the arguments --from --map is required"),
    (["report", "tickets.csv", "--from", "gorgias"], "invalid choice: 'gorgias'"),
    (["report", "tickets.csv", "--from", "zendesk"], "tickets.csv: is a file; a folder with the tables is due"),
    (["report", "absent", "--from", "zendesk"], "absent: does not exist; a folder with the tables is due"),
    (["report", ".", "--from", "zendesk"], "holds neither ticket_data.csv nor ticket.csv; files there: tickets.csv"),
    (["report", "-", "--from", "zendesk"], "EXPORT must be a folder with Zendesk's tables, got '-'"),
    (["report", ".", "--map", "mapping.toml"], "is a folder; name a file in it"),
    (["report", "absent.csv", "--map", "mapping.toml"], "absent.csv: cannot be opened: No such file or directory"),
    (["report", "", "--map", "mapping.toml"], "EXPORT must be a file, a folder, or - for standard input, got ''"),
    (["kpi"], "the following arguments are required: VERB"),
    (["kpi", "explain", "frtt"], "KPI: 'frtt' is unknown; did you mean frt?"),
    (["hours"], "the following arguments are required: VERB"),
    (["hours", "next", "2026-01-01"], "one of the arguments --calendar --weekly is required"),
    (["hours", "next", "2026-01-01", "--weekly", "always"], "'always' is no 'days hours'"),
    (["hours", "next", "2026-01-01", "--weekly", "mon 9-17", "--tz", "Mars"], "--tz must be an IANA time zone"),
    (["hours", "between", "x", "2026-01-01", "--weekly", "mon 09:00-17:00"], "START must be ISO 8601"),
    (["hours", "between", "2026-01-01", "y", "--weekly", "mon 09:00-17:00"], "END must be ISO 8601"),
    (["hours", "add", "2026-01-01", "2d", "--weekly", "mon 09:00-17:00"], "TIME must be in hours, minutes and seconds"),
    (["hours", "add", "2026-01-01", "9999999999999h", "--weekly", "mon 09:00-17:00"], "a time that somebody could"),
    (["hours", "add", "2026-01-01", f"{'9' * 5000}min", "--weekly", "mon 09:00-17:00"], "a time that somebody could"),
    (["hours", "between", "2026-01-01", "3026-01-01", "--weekly", "mon 09:00-17:00"], "outside the years 1900 to 2100"),
]  # fmt: skip


def write(name: str, content: str | bytes | None) -> None:
    if name == "folder":
        Path(name).mkdir()
    elif content is not None:
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())


def said_once(complaint: str, sentence: str) -> bool:
    return complaint.count(sentence) == 1


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_that_is_none(folder: Path, kind: str) -> None:
    content, sentence = EXPORTS[kind]
    write("tickets.csv", content)
    complaint = run("report", *SHOP).complaint
    assert said_once(complaint, sentence), complaint
    assert said_once(complaint, "tickets.csv"), complaint


@pytest.mark.parametrize("kind", EXPORTS)
def test_the_same_through_a_pipe(folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content, sentence = EXPORTS[kind]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    complaint = run("report", "-", *SHOP[1:]).complaint
    assert said_once(complaint, sentence.replace("tickets.csv", "standard input")), complaint


def test_a_stamp_without_a_zone(folder: Path) -> None:
    write("mapping.toml", MAPPING.replace('zone = "Europe/Madrid"', ""))
    complaint = run("report", *SHOP).complaint
    assert "tickets.csv, line 2, column '" in complaint
    assert said_once(complaint, "set [time] zone, for example Europe/Madrid")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_mapping_that_is_none(folder: Path, name: str) -> None:
    content, sentence = DOCUMENTS[name]
    write(name, content)
    complaint = run("report", "tickets.csv", "--map", name).complaint
    assert said_once(complaint, sentence), complaint
    assert said_once(complaint, name), complaint


@pytest.mark.parametrize("command", ["report", "hours"])
@pytest.mark.parametrize("name", HOURS)
def test_a_calendar_that_is_none(folder: Path, name: str, command: str) -> None:
    content, sentence = HOURS[name]
    write(name, content)
    arguments = ("report", *SHOP) if command == "report" else ("hours", "next", "2026-01-01")
    complaint = run(*arguments, "--calendar", name).complaint
    assert said_once(complaint, sentence), complaint
    assert said_once(complaint, name), complaint


@pytest.mark.parametrize(("options", "sentence"), OPTIONS)
def test_an_option_that_cannot_be(folder: Path, options: list[str], sentence: str) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    complaint = run("report", *SHOP, *options).complaint
    assert said_once(complaint, sentence), complaint
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(("arguments", "sentence"), COMMANDS)
def test_a_command_that_cannot_be(folder: Path, arguments: list[str], sentence: str) -> None:
    complaint = run(*arguments).complaint
    assert said_once(complaint, sentence), complaint


def test_a_name_that_a_terminal_would_obey(folder: Path) -> None:
    complaint = run("report", "\x1b[31mred.csv", "--map", "mapping.toml").complaint
    assert "\N{REPLACEMENT CHARACTER}[31mred.csv: cannot be opened" in complaint


def test_a_customers_text_is_never_repeated(folder: Path) -> None:
    secret = "Maria Lopez, Calle Mayor 1"
    write("tickets.csv", shop.TEXT.replace("2026-11-02 10:00:00", f'"{secret}"', 1))
    ended = run("report", *SHOP, "--strict")
    assert secret not in ended.complaint
    assert secret not in run("report", *SHOP).out
