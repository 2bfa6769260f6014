"""The same report in four formats."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from csprotocol.adapters import FileCount, Read, TicketExport
from csprotocol.model import TicketFacts
from csprotocol.report import FORMATS, Report, ReportSpec, build, render

from . import laws
from .test_shop import report

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def of_agents(*names: str, **options: Any) -> Report:
    facts = tuple(TicketFacts(ticket_id=f"t{i}", agent=name) for i, name in enumerate(names))
    return build(Read(TicketExport(source="test", facts=facts)), ReportSpec(as_of=NOW, by=("agent",), **options))


def cells(report: Report, form: str) -> dict[str, list[list[str]]]:
    """The tables by their titles, as rows of cells."""
    tables: dict[str, list[list[str]]] = {}
    title = ""
    for line in render(report, form).splitlines():
        if form == "md":
            if line.startswith("## "):
                title = line[3:]
            elif line.startswith("| "):
                row = [part.strip().replace("\\", "") for part in re.split(r"(?<!\\)\|", line)[1:-1]]
                tables.setdefault(title, []).append([part for part in row if part])
        elif line and not line.startswith(" "):
            title = line
        elif line.startswith("  ") and "  " in line.strip() and not set(line) <= {" ", "-"}:
            tables.setdefault(title, []).append(re.split(r"\s{2,}", line.strip()))
    return tables


class TestTable:
    def test_terminal_and_markdown_have_the_same_cells(self) -> None:
        told = report(("month", "channel"))
        markdown, terminal = cells(told, "md"), cells(told, "table")
        names = [name for name in markdown if name not in ("Definitions", "Data quality")]
        assert len(names) == 5
        assert {name: terminal[name] for name in names} == {name: markdown[name] for name in names}

    def test_columns_are_aligned_whatever_the_letters(self) -> None:
        lines = render(of_agents("山田太郎", "Jose\u0301", "Ana")).splitlines()
        rows = [line for line in lines if line.startswith(("  山田太郎", "  Jose\u0301", "  Ana"))]
        # A wide letter takes two places, a combining one none.
        assert rows == ["  Ana             1", "  Jose\u0301            1", "  山田太郎        1"]

    def test_long_names_are_cut_and_escape_sequences_shown(self) -> None:
        told = render(of_agents("x" * 500, "\x1b[31mred", "two\nlines"))
        assert f"  {'x' * 39}…        1" in told.splitlines()
        assert "\N{REPLACEMENT CHARACTER}[31mred" in told
        assert "two lines" in told
        assert "\x1b" not in told

    def test_lines_of_text_are_wrapped_and_hang(self) -> None:
        lines = render(report(("month",))).splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith("  First reply time (first_reply)"))
        assert lines[start + 1].startswith("      ")
        assert max(len(line) for line in lines[lines.index("Definitions") :]) <= 110

    @pytest.mark.parametrize("width", [40, 60, 80, 110, 160, 400])
    def test_a_table_that_is_too_wide_is_cut_between_its_measures(self, width: int) -> None:
        told = report(("month", "channel"), compare_to="previous")
        lines = render(told, width=width).splitlines()
        whole = render(told).splitlines()
        start = lines.index("Definitions")
        assert max(len(line) for line in lines[4:start]) <= max(width, 50)
        words = [word for line in lines[:start] for word in line.split() if "%" in word]
        assert words == [word for word in words if word in " ".join(whole)]
        tables = [line.split() for line in lines[:start] if line.startswith("  month")]
        # Each part names the groups again, and an interval never stands without its number.
        assert all(names[:2] == ["month", "channel"] for names in tables)
        if width >= 60:
            assert all(names[2] != "95%" for names in tables)
        if width == 400:
            assert lines == whole

    def test_only_titles_are_bold(self) -> None:
        told = report(("month",))
        bold = render(told, bold=True)
        assert bold.replace("\x1b[1m", "").replace("\x1b[0m", "") == render(told)
        assert "\x1b[1mDefinitions\x1b[0m" in bold.splitlines()

    def test_without_tickets_there_is_nothing_but_the_quality(self) -> None:
        read = Read(TicketExport(source="empty", facts=()), files=(FileCount("log.csv", 2, 0, 2),))
        told = build(read, ReportSpec(as_of=NOW))
        assert render(told).splitlines() == [
            "empty: no usable ticket, so there is nothing to tell",
            "as of 2026-11-20 00:00 (UTC); periods by the instant created",
            "",
            "Data quality",
            "  log.csv: 2 rows, 0 used, 2 rejected",
        ]
        assert laws.plain(told)["groups"] == []
        assert laws.plain(told)["total"]["tickets"] == 0
        laws.check(told)


class TestMarkdown:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("a|b", r"a\|b"),
            ("<script>", r"\<script\>"),
            ("*bold* _it_ `code`", r"\*bold\* \_it\_ \`code\`"),
            ("[link](x)", r"\[link\](x)"),
            ("&lt;", r"\&lt;"),
            ("back\\slash", "back\\\\slash"),
            ("two\nlines", "two lines"),
            ("~~gone~~ #1", r"\~\~gone\~\~ \#1"),
        ],
    )
    def test_names_are_escaped(self, name: str, shown: str) -> None:
        assert f"| {shown} | 1 |" in render(of_agents(name), "md")


class TestCsv:
    @pytest.mark.parametrize("name", ["=1+1", "+34", "-x", "@sum", "\tx", "\rx"])
    def test_a_cell_that_begins_like_a_formula_is_text(self, name: str) -> None:
        rows = laws.csv_rows(render(of_agents(name), "csv"))
        assert {row["agent"] for row in rows} == {f"'{name}".replace("\r", "\n"), "all"}

    def test_a_heading_that_begins_like_a_formula_is_text(self) -> None:
        facts = (TicketFacts(ticket_id="t1", attributes={"=cmd": "x"}),)
        told = build(Read(TicketExport(source="test", facts=facts)), ReportSpec(as_of=NOW, by=("=cmd",)))
        assert render(told, "csv").startswith("'=cmd,kpi,")

    def test_other_cells_survive_as_they_are(self) -> None:
        names = ['quote"', "comma,", "semi;", "two\nlines", "ñ", " 5 "]
        rows = laws.csv_rows(render(of_agents(*names), "csv"))
        assert {row["agent"] for row in rows} == {*names, "all"}


class TestJson:
    def test_it_holds_everything(self) -> None:
        told = report(("month", "channel"))
        plain = laws.plain(told)
        assert list(plain) == [
            *("source", "as_of", "tz", "by", "anchor", "business_time", "targets"),
            *("preset", "confidence", "compare_to", "min_n", "quantiles"),
            *("definitions", "groups", "total", "quality"),
        ]
        assert plain["as_of"] == "2026-12-04T18:00:00+01:00"
        assert plain["targets"] == ["first_reply within 1 h of open time", "resolution within 48 h"]
        assert {measure["kpi"] for measure in plain["total"]["measures"]} == set(plain["definitions"])
        assert all(each["formula"] and each["source"] for each in plain["definitions"].values())
        assert plain["quality"]["files"] == [
            {"file": "lines", "rows": 16, "used": 16, "rejected": 0, "duplicates": 0, "left_out": 0}
        ]
        assert [each["code"] for each in plain["quality"]["anomalies"]] == [
            each.code for each in told.quality.anomalies
        ]

    def test_numbers_keep_all_their_digits(self) -> None:
        told = report(("month",))
        mean = laws.plain(told)["total"]["measures"][0]["mean"]
        assert mean == told.total.measure("first_reply", "elapsed").values["mean"]


class TestFormats:
    def test_an_unknown_format_is_refused(self) -> None:
        with pytest.raises(ValueError, match="format: 'cvs' is unknown; did you mean csv"):
            render(report(), "cvs")

    @pytest.mark.parametrize("form", FORMATS)
    def test_each_ends_with_a_line_break(self, form: str) -> None:
        assert render(report(), form).endswith("\n")

    @pytest.mark.parametrize("form", FORMATS)
    def test_each_tells_the_group_and_the_source_of_all_numbers(self, form: str) -> None:
        told = render(report(("product",)), form)
        assert ("Lamp" in told, "Chair" in told, ("null" if form == "json" else "(unknown)") in told) == (
            True,
            True,
            True,
        )

    def test_no_name_of_a_group_looks_like_another_or_like_the_total(self) -> None:
        names = ("all", "(unknown)", "'(unknown)", "=1", "'=1", "''=1", None)
        facts = tuple(TicketFacts(ticket_id=f"t{i}", agent=name) for i, name in enumerate(names))
        told = build(Read(TicketExport(source="test", facts=facts)), ReportSpec(as_of=NOW, by=("agent",)))
        laws.check(told)
        assert {group["key"]["agent"] for group in laws.plain(told)["groups"]} == {*names}
        rows = {(row["agent"], row["row"]) for row in laws.csv_rows(render(told, "csv"))}
        assert rows == {
            ("all", "total"), ("all", "group"), ("(unknown)", "group"), ("'(unknown)", "group"),
            ("''(unknown)", "group"), ("'=1", "group"), ("''=1", "group"), ("'''=1", "group"),
        }  # fmt: skip
        assert '  "(unknown)"  ' in render(told)

    def test_wide_letters_take_two_places(self) -> None:
        told = render(of_agents("漢" * 60, "b" * 60), width=100)
        rows = [line.split("  ")[1] for line in told.splitlines() if line.startswith(("  漢", "  b"))]
        assert {*rows} == {"漢" * 19 + "…", "b" * 39 + "…"}

    def test_a_narrow_terminal_wraps_the_first_line_too(self) -> None:
        read = Read(TicketExport(source="a shop with a long name " * 4, facts=()))
        told = render(build(read, ReportSpec(as_of=NOW, by=())), width=60)
        assert max(map(len, told.splitlines())) <= 60

    def test_the_report_is_a_value(self) -> None:
        told = report(("month",))
        assert replace(told) == told
