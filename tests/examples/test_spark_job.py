"""The job for Spark: what it says to a wrong argument, and its numbers, through ``spark-submit``, against polars."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import csprotocol
from csprotocol import BusinessCalendar, BusinessHours, kpi

pl = pytest.importorskip("polars", reason="polars is not installed")
pytest.importorskip("pyarrow", reason="pyarrow is not installed")
narwhals = pytest.importorskip("narwhals", reason="comes with the extra [frames]")

SPARK = Path(__file__).parents[2] / "examples" / "spark"
HOURS = Path(__file__).parents[2] / "examples" / "sla" / "hours.toml"
SECONDS_OF_PATIENCE = 420


def script(name: str) -> ModuleType:
    """A script of the folder, which is no package."""
    spec = importlib.util.spec_from_file_location(f"examples_spark_{name}", SPARK / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made(folder: Path, rows: int = 3000) -> Path:
    path = folder / "tickets.parquet"
    assert 0 == script("make_tickets").main(["--rows", str(rows), "--output", str(path)])
    return path


class TestMakeTickets:
    def test_the_same_seed_gives_the_same_tickets(self, tmp_path: Path) -> None:
        first = pl.read_parquet(made(tmp_path))
        assert first.equals(pl.read_parquet(made(tmp_path)))
        other = tmp_path / "other.parquet"
        script("make_tickets").main(["--rows", "3000", "--seed", "2", "--output", str(other)])
        assert not first.equals(pl.read_parquet(other))

    def test_gives_every_kpi_of_the_job_something_to_count(self, tmp_path: Path) -> None:
        tickets = pl.read_parquet(made(tmp_path))
        (found,) = kpi.group_kpis(tickets, ["first_reply", "fcr", "csat", "reopen_rate", "resolution"])
        for name in found.kpis:
            assert 500 < found[name].n < 3000
            assert found[name].missing
            assert not found[name].rejected


@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed")
@pytest.mark.filterwarnings("ignore")
class TestArguments:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [(["--kpis", "first_replay"], "did you mean first_reply"), (["--calendar", "no-such.toml"], "no-such.toml")],
    )
    def test_a_wrong_one_is_told_before_a_session_starts(
        self, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert 2 == script("job").main(["--input", "nowhere", "--output", "nowhere", *arguments])
        assert told in capsys.readouterr().err

    def test_an_unknown_preset_is_no_choice(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            script("job").main(["--input", "a", "--output", "b", "--preset", "zendesc"])
        assert 2 == ended.value.code
        assert "'zendesk'" in capsys.readouterr().err


def zipped(folder: Path) -> Path:
    """The two packages as ``--py-files`` takes them."""
    packages = folder / "packages"
    for module in (csprotocol, narwhals):
        home = Path(str(module.__file__)).parent
        shutil.copytree(home, packages / home.name, ignore=shutil.ignore_patterns("__pycache__"))
    return Path(shutil.make_archive(str(packages), "zip", packages))


def submitted(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The job, run as on any cluster of one machine."""
    import pyspark

    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    options = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "America/New_York",  # of no consequence
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
    }
    told = [part for name, value in options.items() for part in ("--conf", f"{name}={value}")]
    files = ["--py-files", str(zipped(folder))]
    own = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder)}
    return subprocess.run(
        [str(submit), "--master", "local[2]", *told, *files, str(SPARK / "job.py"), *arguments],
        env={**os.environ, **own},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_OF_PATIENCE,
    )


@pytest.mark.engines
@pytest.mark.skipif("CSPROTOCOL_SPARK" not in os.environ, reason="`make test-engines` asks for Spark")
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_through_spark_submit_the_numbers_are_those_of_polars(tmp_path: Path) -> None:
    tickets, output = made(tmp_path), tmp_path / "kpis.parquet"
    wanted = ("first_reply", "fcr", "csat", "reopen_rate")
    arguments = ["--input", str(tickets), "--output", str(output), "--by", "month,channel", "--tz", "Europe/Madrid"]
    done = submitted(tmp_path, *arguments, "--kpis", ",".join(wanted), "--preset", "zendesk", "--calendar", str(HOURS))
    assert 0 == done.returncode, done.stderr[-4000:]
    (whence,) = [line for line in done.stdout.splitlines() if line.startswith(f"csprotocol {csprotocol.__version__} ")]
    assert "packages.zip" in whence
    assert "chosen: variant less_than_two" in done.stdout
    spec = [kpi.TableKpi(name, kpi.preset("zendesk", name)) for name in wanted]
    expected: Any = kpi.table(
        pl.read_parquet(tickets),
        spec,
        by=["month", "channel"],
        tz="Europe/Madrid",
        calendar=BusinessCalendar(BusinessHours.load(HOURS)),
    )
    found = pl.read_parquet(output / "*.parquet").sort("month", "channel")
    assert expected.columns == found.columns
    assert 16 <= len(found)
    for column in expected.columns:
        values = found[column].to_list()
        of_polars = expected[column].to_list()
        assert of_polars == (values if expected[column].dtype == pl.String else pytest.approx(values, rel=1e-9))
