"""The notebook, executed cell by cell in a kernel of its own, and the numbers it shows against the library's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from csprotocol import kpi
from csprotocol.adapters import zendesk
from tests.kpi.test_html import checked, told

pytest.importorskip("nbclient", reason="comes with the extra [notebook]")
pytest.importorskip("ipykernel", reason="comes with the extra [notebook]")

NOTEBOOK = Path(__file__).parents[2] / "examples" / "notebook" / "kpis.ipynb"


def cells_of(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The cells with their outputs. The kernel runs in a process apart: it may use sockets, the tests may not."""
    folder = tmp_path_factory.mktemp("notebook")
    path = Path(shutil.copy(NOTEBOOK, folder))
    # Settings and plug-ins of the person at the machine stay out; so do warnings that nobody would see.
    own = {
        name: str(folder / name)
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    command = [sys.executable, "-c", "from nbclient.cli import main; main()", "--inplace", "--timeout=300", str(path)]
    done = subprocess.run(
        command,
        env={**os.environ, **own, "PYTHONWARNINGS": "error::UserWarning:__main__,error::FutureWarning:__main__"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert 0 == done.returncode, done.stderr[-4000:]
    return cells_of(path)


def shown(cells: list[dict[str, Any]], source: str) -> dict[str, Any]:
    """What the cell that ends with ``source`` shows."""
    cell = next(cell for cell in cells if "".join(cell["source"]).endswith(source))
    data: dict[str, Any] = cell["outputs"][-1]["data"]
    return data


def page(cells: list[dict[str, Any]], source: str) -> str:
    return told(checked("".join(shown(cells, source)["text/html"])))


def test_outputs_are_not_stored() -> None:
    code = [cell for cell in cells_of(NOTEBOOK) if cell["cell_type"] == "code"]
    assert code
    for cell in code:
        assert ([], None) == (cell["outputs"], cell["execution_count"])


def test_every_cell_runs_in_order_and_complains_of_nothing(executed: list[dict[str, Any]]) -> None:
    code = [cell for cell in executed if cell["cell_type"] == "code"]
    assert list(range(1, len(code) + 1)) == [cell["execution_count"] for cell in code]
    for cell in code:
        assert cell["outputs"], cell["source"]
        for output in cell["outputs"]:
            assert output["output_type"] in {"execute_result", "stream"}
            assert "stderr" != output.get("name")


def test_the_numbers_are_those_of_the_library(executed: list[dict[str, Any]]) -> None:
    with as_file(files("csprotocol").joinpath("data/sample_zendesk")) as folder:
        export = zendesk.export(folder).value
    rate = kpi.fcr(export.facts)
    assert page(executed, "kpi.fcr(facts)").startswith(f"First contact resolution {rate.ratio}interval")
    replies = kpi.first_reply(export.facts)
    assert f"n{replies.n}missing" in page(executed, "kpi.first_reply(facts)")
    assert f"rejected{sum(replies.rejected.values())} (negative-duration" in page(executed, "kpi.first_reply(facts)")
    share = kpi.csat(kpi.survey_answers(export.facts, "csat"), scale=(0, 1), satisfied_from=1)
    assert page(executed, "\nsatisfaction(facts)").startswith(f"Customer satisfaction {share.ratio}")


@pytest.mark.parametrize(
    "source", ["kpi.resolution_survival(facts, AS_OF)", "lowest=timedelta(0))", "for week in sorted(weeks))"]
)
def test_curves_are_drawn(executed: list[dict[str, Any]], source: str) -> None:
    assert list(checked("".join(shown(executed, source)["text/html"])).iter("svg"))


def test_every_preset_that_has_a_choice_stands_in_the_table(executed: list[dict[str, Any]]) -> None:
    table = "".join(shown(executed, 'set_index("preset")')["text/plain"])
    for vendor in kpi.vendors():
        assert ("fcr" in vendor.options) is bool(re.search(rf"^{vendor.id}\b", table, re.MULTILINE))
