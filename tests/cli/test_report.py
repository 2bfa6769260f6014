"""``csprotocol report`` as a user meets it: options, formats, files in and out."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.report import laws, shop

from .commands import measure, report_on, run

SHOP = ("tickets.csv", "--map", "mapping.toml", "--now", "2026-12-04T18:00", "--tz", "Europe/Madrid", "--min-n", "0")
TARGETS = ("--calendar", "hours.toml", "--target", "first_reply=1h:business", "--target", "resolution=48h")


def approximately(told: dict[tuple[str, str], tuple[dict[str, float | None], int]]) -> dict[tuple[str, str], Any]:
    return {
        key: ({name: pytest.approx(at, abs=1e-3) for name, at in values.items()}, n)
        for key, (values, n) in told.items()
    }


def numbers(group: Any) -> dict[tuple[str, str], Any]:
    statistics = ("median", "mean", "p90", "share", "points")
    return {
        (each["kpi"], each["variant"] or ""): ({name: each[name] for name in statistics if name in each}, each["n"])
        for each in group["measures"]
    }


class TestNumbers:
    @pytest.mark.parametrize("by", ["", "month", "month,channel", "shop", "shop,product", "status,priority"])
    def test_each_group_is_what_the_rows_say(self, folder: Path, by: str) -> None:
        names = tuple(name for name in by.split(",") if name)
        rows = shop.groups_of(shop.TICKETS, names)
        told = report_on(*SHOP, *TARGETS, "--by", by)
        found = {tuple(group["key"].values()): numbers(group) for group in told["groups"]}
        if names:
            assert found == {key: approximately(shop.expected(group)) for key, group in rows.items()}
        assert numbers(told["total"]) == approximately(shop.expected(shop.TICKETS))

    def test_month_and_channel_unless_told_otherwise(self, folder: Path) -> None:
        assert report_on(*SHOP)["by"] == ["month", "channel"]

    def test_any_column_beside_what_the_mapping_names(self, folder: Path) -> None:
        told = report_on(*SHOP, "--by", "shop")
        assert {g["key"]["shop"]: g["tickets"] for g in told["groups"]} == {"Norte": 9, "Sur": 6, None: 1}

    def test_now_makes_running_targets_overdue(self, folder: Path) -> None:
        options = (*SHOP[:3], *SHOP[5:], *TARGETS, "--by", "", "--now")
        found = [
            measure(report_on(*options, now)["total"], "sla_attainment", "first_reply")
            for now in ("2026-12-07T09:30", "2026-12-07T09:31")
        ]
        assert [(each["n"], each["missing"].get("running")) for each in found] == [(9, 1), (10, None)]

    def test_now_without_an_offset_is_meant_in_the_zone(self, folder: Path) -> None:
        assert report_on(*SHOP)["as_of"] == "2026-12-04T18:00:00+01:00"

    def test_without_now_it_is_the_clock_that_counts(self, folder: Path) -> None:
        assert report_on(*SHOP[:3])["as_of"] > "2025"


def _feed(handle: int, text: bytes) -> None:
    with os.fdopen(handle, "wb") as pipe:
        pipe.write(text)


class TestFormats:
    @pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
    def test_the_same_twice(self, folder: Path, form: str) -> None:
        first, second = (run("report", *SHOP, "--format", form) for _ in range(2))
        assert first == second
        assert (first.status, first.err) == (0, "")

    def test_they_agree(self, folder: Path) -> None:
        told = report_on(*SHOP, *TARGETS)
        rows = laws.csv_rows(run("report", *SHOP, *TARGETS, "--format", "csv").out)
        total = [row for row in rows if row["month"] == "all"]
        assert {
            (row["kpi"], row["variant"], row["statistic"]): float(row["value"]) for row in total if row["value"]
        } == {
            (each["kpi"], each["variant"] or "", name): each[name]
            for each in told["total"]["measures"]
            for name in ("median", "mean", "p90", "share", "response_rate", "points")
            if each.get(name) is not None
        }

    @pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
    def test_to_a_file(self, folder: Path, form: str) -> None:
        ended = run("report", *SHOP, "--format", form, "-o", "out.txt")
        assert (ended.status, ended.out, ended.err) == (0, "", "")
        assert Path("out.txt").read_text(encoding="utf-8") == run("report", *SHOP, "--format", form).out


class TestInput:
    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text.replace("\n", "\r\n").encode(),
            lambda text: text.encode("utf-8-sig"),
            lambda text: text.replace(",", ";").encode(),
            lambda text: text.replace(",", "\t").encode(),
            lambda text: b"\n\n" + text.encode() + b"\n\n",
        ],
        ids=["crlf", "bom", "semicolons", "tabs", "blank lines"],
    )
    def test_other_ways_to_write_a_table_give_the_same_report(self, folder: Path, change: Any) -> None:
        expected = run("report", *SHOP, "--format", "csv").out
        Path("tickets.csv").write_bytes(change(shop.TEXT))
        assert run("report", *SHOP, "--format", "csv").out == expected

    def test_standard_input(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(shop.TEXT.encode())))
        told = report_on("-", *SHOP[1:])
        assert told["total"] == report_on(*SHOP)["total"]
        assert [each["file"] for each in told["quality"]["files"]] == ["standard input"]

    def test_standard_input_is_examined_as_files_are(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            sys, "stdin", io.TextIOWrapper(io.BytesIO(shop.TEXT.encode().replace(b"Lamp", b"L\xff", 1)))
        )
        said = run("report", "-", *SHOP[1:]).complaint
        assert "standard input, line 2: byte 0xFF is no UTF-8" in said

    @pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system has no /dev/fd")
    def test_a_pipe_loses_nothing(self, folder: Path) -> None:
        expected = report_on(*SHOP)["total"]
        ended, written = os.pipe()
        writer = threading.Thread(target=lambda: _feed(written, shop.TEXT.encode()))
        writer.start()
        told = report_on(f"/dev/fd/{ended}", *SHOP[1:])
        writer.join()
        os.close(ended)
        assert told["total"] == expected
        assert [each["file"] for each in told["quality"]["files"]] == ["pipe"]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_a_named_pipe_keeps_its_name(self, folder: Path) -> None:
        os.mkfifo("today.csv")
        writer = threading.Thread(target=lambda: Path("today.csv").write_text(shop.TEXT, encoding="utf-8"))
        writer.start()
        told = report_on("today.csv", *SHOP[1:])
        writer.join()
        assert [(each["file"], each["used"]) for each in told["quality"]["files"]] == [("today.csv", 16)]

    def test_a_mapping_in_json(self, folder: Path) -> None:
        Path("mapping.json").write_text(json.dumps(shop.MAPPING), encoding="utf-8")
        told = run("report", "tickets.csv", "--map", "mapping.json", *SHOP[3:])
        assert told == run("report", *SHOP)

    def test_a_header_only(self, folder: Path) -> None:
        Path("tickets.csv").write_text(shop.TEXT.splitlines()[0], encoding="utf-8")
        ended = run("report", *SHOP)
        assert (ended.status, ended.err) == (0, "")
        assert ended.out.splitlines()[0] == "shop: no usable ticket, so there is nothing to tell"
        assert "  note: tickets.csv has a header and no rows (1)" in ended.out.splitlines()
        assert "Definitions" not in ended.out


class TestCountedRejections:
    @pytest.mark.parametrize(
        ("old", "new", "code", "said"),
        [
            (
                "2026-11-02 10:00:00",
                "02/11/2026 10:00",
                "stamp",
                "tickets.csv, line 3, column 'opened', ticket 2: '02/11/2026 10:00' is no ISO stamp such as",
            ),
            (
                "waiting_customer",
                "snoozed",
                "unknown-status",
                "tickets.csv, line 8, column 'state', ticket 7: a text of 7 characters is no status; possible: new",
            ),
            ("high,5,10", "high,9,10", "out-of-scale", "column 'stars', ticket 1: 9 is no score; possible: 1 to 5"),
            ("high,5,10", f"high,{'9' * 400},10", "no-number", "column 'stars', ticket 1: a text of 400 characters"),
            ("high,5,10", "high,5,11", "out-of-scale", "column 'nps', ticket 1: 11 is no score; possible: a whole"),
            ("0,1,yes,,no,Lamp,Norte\n2", "0,1,perhaps,,no,Lamp,Norte\n2", "no-flag", "possible: true, false, yes"),
            (",Lamp,Norte\n2", ",Lamp\n2", "field-count", "tickets.csv, line 2: 16 fields, the header has 17"),
            ("Chair,Sur\n", 'Chair,"Sur\n', "quotation", "a quotation mark is never closed (lines 4 to 17 are"),
        ],
    )  # fmt: skip
    def test_a_bad_row_is_counted_and_shown(self, folder: Path, old: str, new: str, code: str, said: str) -> None:
        assert old in shop.TEXT
        Path("tickets.csv").write_text(shop.TEXT.replace(old, new, 1), encoding="utf-8")
        told = report_on(*SHOP)
        assert told["quality"]["rejected"].get(code, 0) >= 1
        (file,) = told["quality"]["files"]
        assert file["rejected"] == sum(told["quality"]["rejected"].values())
        assert said in told["quality"]["examples"][-1]

    def test_repeated_rows(self, folder: Path) -> None:
        first, second = shop.TEXT.splitlines()[1:3]
        Path("tickets.csv").write_text(f"{shop.TEXT}{first}\n{second.replace('Lamp', 'Chair')}\n", encoding="utf-8")
        told = report_on(*SHOP)
        (file,) = told["quality"]["files"]
        assert (file["rows"], file["used"], file["duplicates"], file["rejected"]) == (18, 16, 1, 1)
        assert "line 19, column 'id', ticket 2: the ticket stands in line 3 already" in told["quality"]["examples"][0]

    def test_strict_stops_at_the_first(self, folder: Path) -> None:
        Path("tickets.csv").write_text(shop.TEXT.replace("waiting_customer", "snoozed"), encoding="utf-8")
        said = run("report", *SHOP, "--strict").complaint
        assert said.startswith("csprotocol: tickets.csv, line 8, column 'state': a text of 7 characters is no status")

    @pytest.mark.parametrize("tz", ["UTC", "America/New_York", "Asia/Tokyo"])
    def test_the_ends_of_the_calendar(self, folder: Path, tz: str) -> None:
        text = shop.TEXT.replace("2026-11-02 10:00:00", "0001-01-02 00:00:00", 1)
        Path("tickets.csv").write_text(text.replace("2026-11-09 11:00:00", "9999-12-31 23:30:00"), encoding="utf-8")
        told = report_on(*SHOP[:5], "--tz", tz, *TARGETS, "--by", "month")
        notes = {note["code"]: note["count"] for note in told["quality"]["notices"]}
        assert notes["beyond-calendar"] == 2
        assert told["groups"][0]["key"]["month"] == "0001-01"

    def test_tickets_from_the_future(self, folder: Path) -> None:
        told = run("report", *SHOP).out
        assert "of the tickets with a creation were created after the moment of the report, such as 12" in " ".join(
            told.split()
        )


def test_cells_that_a_terminal_or_a_spreadsheet_would_obey(folder: Path) -> None:
    text = shop.TEXT.replace(",Norte\n", ",\x1b[31m=1+1\n").replace(",Sur\n", ",=1+1\n")
    Path("tickets.csv").write_text(text, encoding="utf-8")
    told = {form: run("report", *SHOP, "--by", "shop", "--format", form).out for form in ("table", "csv", "md", "json")}
    assert "\x1b" not in told["table"] + told["md"]
    assert {row["shop"] for row in laws.csv_rows(told["csv"])} == {"'=1+1", "\x1b[31m=1+1", "(unknown)", "all"}
    assert {group["key"]["shop"] for group in json.loads(told["json"])["groups"]} == {
        "=1+1",
        "\x1b[31m=1+1",
        None,
    }


class TestStatistics:
    def test_a_preset_changes_the_numbers_and_says_so(self, folder: Path) -> None:
        ours, theirs = (measure(report_on(*SHOP, *chosen)["total"], "fcr") for chosen in ((), ("--preset", "zendesk")))
        assert (ours["vendor"], theirs["vendor"]) == (None, "zendesk")
        assert (ours["options"]["variant"], theirs["options"]["variant"]) == ("one_reply", "less_than_two")
        assert ours["counts"] != theirs["counts"]

    def test_every_vendor_of_the_help_is_known(self, folder: Path) -> None:
        from csprotocol.cli._report_options import VENDORS

        assert [report_on(*SHOP, "--preset", vendor)["preset"] for vendor in VENDORS] == [*VENDORS]

    def test_levels_and_confidence(self, folder: Path) -> None:
        told = report_on(*SHOP, "--levels", "0.5,0.75", "--confidence", "80")
        found = measure(told["total"], "resolution", "elapsed")
        assert {"median", "mean", "p75"} <= found.keys()
        assert found["intervals"].keys() == {"median", "p75"}
        assert found["intervals"]["median"]["confidence"] == 0.8

    def test_no_two_quantiles_have_one_name(self, folder: Path) -> None:
        told = report_on(*SHOP, "--levels", "0.1234567,0.1234568,0.99999999,0.5,0.50000001")
        names = measure(told["total"], "resolution", "elapsed")["intervals"].keys()
        assert {*names} == {"p12.34567", "p12.34568", "p99.999999", "median", "p50.000001"}

    def test_what_is_not_certain_is_not_called_certain(self, folder: Path) -> None:
        told = run("report", *SHOP, "--confidence", "99.9999999999").out
        assert "99.9999999999 of 100 such intervals" in told

    def test_previous_needs_a_period(self, folder: Path) -> None:
        assert "change" in report_on(*SHOP, "--compare-to", "previous")["groups"][0]["measures"][0]
        said = run("report", *SHOP, "--by", "channel", "--compare-to", "previous").complaint
        assert (
            said
            == "csprotocol: compare_to must be used with one of day, week, month, quarter, year in by, got 'previous'"
        )

    def test_small_groups_are_left_out_unless_told_otherwise(self, folder: Path) -> None:
        without = [each for each in SHOP if each not in ("--min-n", "0")]
        told = report_on(*without, "--by", "channel")
        assert told["min_n"] == 5
        reasons = {each["suppressed"] for group in told["groups"] for each in group["measures"]}
        assert "small-sample" in reasons
        assert {each["suppressed"] for each in report_on(*SHOP)["total"]["measures"]} == {None}

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--preset", "zendsk"), "vendor: 'zendsk' is unknown; did you mean zendesk"),
            (("--levels", "half"), "--levels must be shares such as 0.5,0.9, got 'half'"),
            (("--levels", "50,90"), "levels must be shares between 0 and 1, each once, got '50.0,90.0'; 0.5,0.9"),
            (("--levels", "0.5,0.5"), "levels must be shares between 0 and 1, each once"),
            (("--levels", "nan"), "levels must be shares between 0 and 1"),
            *(
                (
                    ("--confidence", text),
                    f"--confidence must be a percentage from 50 to less than 100, got '{text}'; 95 for 95%",
                )
                for text in ("100", "99.99999999999", "49.9", "0.95", "-95", "nan", "1e999")
            ),
            (("--confidence", "sure"), "--confidence must be a percentage from 50 to less than 100, got 'sure'"),
            (("--min-n", "-1"), "--min-n must be a whole number, zero or more, got '-1'"),
            (("--min-n", "few"), "--min-n must be a whole number, zero or more, got 'few'"),
            (("--compare-to", "now"), "argument --compare-to: invalid choice: 'now'"),
            (("--quantiles", "some"), "argument --quantiles: invalid choice: 'some'"),
        ],
    )
    def test_rubbish_is_refused_in_one_line(self, folder: Path, options: tuple[str, ...], said: str) -> None:
        assert said in run("report", *SHOP, *options).complaint
