"""``csprotocol report`` on Parquet files and workbooks, small and large."""

from __future__ import annotations

import csv
import io
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

from csprotocol.cli import _report_large
from tests.report import shop

from .commands import measure, report_on, run

OPTIONS = ("--map", "mapping.toml", "--now", "2026-12-04T18:00", "--tz", "Europe/Madrid", "--min-n", "0")
STAMPS = ("opened", "replied", "solved")


@pytest.fixture
def files(folder: Path) -> Path:
    """The small shop as a Parquet file and a workbook beside the CSV file."""
    header, *rows = csv.reader(io.StringIO(shop.TEXT))
    typed = [[_value(name, cell) for name, cell in zip(header, row, strict=True)] for row in rows]
    columns = {name: [row[i] for row in typed] for i, name in enumerate(header)}
    kinds = {name: pa.timestamp("us") for name in STAMPS} | {"id": pa.float64()}
    arrays = {name: pa.array(values, kinds.get(name)) for name, values in columns.items()}
    pyarrow.parquet.write_table(pa.table(arrays), folder / "tickets.parquet", row_group_size=5)
    book = openpyxl.Workbook()
    for line in ([*header], *typed):
        book.active.append(line)
    book.save(folder / "tickets.xlsx")
    return folder


def _value(name: str, cell: str) -> Any:
    if not cell:
        return None
    if name in STAMPS:
        return datetime.fromisoformat(cell)
    return int(cell) if cell.isdigit() and name != "merged" else cell


def numbers(told: Any) -> Any:
    return told["groups"], told["total"], {**told["quality"], "files": None, "examples": None}


class TestKinds:
    @pytest.mark.parametrize("name", ["tickets.parquet", "tickets.xlsx"])
    @pytest.mark.parametrize("by", ["month,channel", "shop,product", "week"])
    def test_the_same_report_as_from_csv(self, files: Path, name: str, by: str) -> None:
        told, expected = (report_on(each, *OPTIONS, "--by", by) for each in (name, "tickets.csv"))
        assert numbers(told) == numbers(expected)

    def test_from_standard_input(self, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("tickets.parquet", "tickets.xlsx"):
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(name).read_bytes())))
            assert numbers(report_on("-", *OPTIONS)) == numbers(report_on("tickets.csv", *OPTIONS))

    @pytest.mark.parametrize("name", ["tickets.parquet", "tickets.xlsx"])
    def test_a_column_that_is_not_there(self, files: Path, name: str) -> None:
        said = run("report", name, *OPTIONS, "--by", "Shop").complaint
        assert "--by: 'Shop' is unknown" in said
        assert f"columns of {name}" in said


class TestBatches:
    def test_by_histogram_when_asked_for(self, files: Path) -> None:
        exact, near = (report_on("tickets.parquet", *OPTIONS, "--quantiles", how) for how in ("exact", "histogram"))
        assert (exact["quantiles"], near["quantiles"]) == ("exact", "histogram")
        assert measure(near["total"], "fcr") == measure(exact["total"], "fcr")
        for kpi in ("first_reply", "resolution"):
            one, two = (measure(each["total"], kpi, "elapsed") for each in (near, exact))
            assert one["mean"] == pytest.approx(two["mean"], rel=1e-9)
            assert one["median"] == pytest.approx(two["median"], rel=0.01)

    def test_a_large_file_says_that_its_quantiles_are_near(self, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert report_on("tickets.parquet", *OPTIONS)["quantiles"] == "exact"
        monkeypatch.setattr(_report_large, "LARGE", 10)
        assert report_on("tickets.parquet", *OPTIONS)["quantiles"] == "histogram"
        told = " ".join(run("report", "tickets.parquet", *OPTIONS).out.split())
        assert "quantiles are read from a histogram, within 1% of the exact ones" in told
        assert report_on("tickets.parquet", *OPTIONS, "--quantiles", "exact")["quantiles"] == "exact"

    def test_business_hours_and_targets(self, files: Path) -> None:
        options = (
            *OPTIONS,
            "--calendar",
            "hours.toml",
            "--target",
            "first_reply=1h:business",
            "--quantiles",
            "histogram",
        )
        assert numbers(report_on("tickets.parquet", *options)) == numbers(report_on("tickets.csv", *options))

    def test_a_small_file_needs_no_numpy(self, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        expected = report_on("tickets.csv", *OPTIONS)
        monkeypatch.setitem(sys.modules, "numpy", None)
        assert numbers(report_on("tickets.parquet", *OPTIONS)) == numbers(expected)
        said = run("report", "tickets.parquet", *OPTIONS, "--quantiles", "histogram").complaint
        assert said.endswith("needs the optional libraries of csprotocol[parquet]; pip install 'csprotocol[parquet]'")

    def test_any_column_beside_what_the_mapping_names(self, files: Path) -> None:
        told = report_on("tickets.parquet", *OPTIONS, "--by", "shop", "--quantiles", "histogram")
        assert {g["key"]["shop"]: g["tickets"] for g in told["groups"]} == {"Norte": 9, "Sur": 6, None: 1}
