"""``csprotocol reply lint FOLDER``: what is wrong or doubtful in sentences, as compilers tell it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from csprotocol.cli._common import check_output, write_output
from csprotocol.cli._reply_catalog import catalog_with
from csprotocol.cli._tables import clean, json_text, plural
from csprotocol.replies import Diagnostic

__all__ = ["run"]


def run(chosen: argparse.Namespace) -> int:
    """One line a finding, ``file:line:column``; exit status 1 when there is any."""
    check_output(chosen.output, _files(chosen.overlay))
    catalog = catalog_with(chosen.overlay, strict=False)
    found = [each for each in catalog.lint() if each.severity == "error" or not chosen.errors]
    if chosen.format == "json":
        told = json_text([{**asdict(each), "severity": each.severity} for each in found])
    else:
        errors = sum(each.severity == "error" for each in found)
        lines = [_line(each) for each in found]
        lines.append(f"{plural(errors, 'error')}, {plural(len(found) - errors, 'warning')}")
        told = "\n".join(lines) + "\n"
    write_output(told, chosen.output)
    return 1 if found else 0


def _files(overlay: str | None) -> list[str]:
    """What is read, and must not be written over: the folder and the folders in it."""
    if overlay is None or not Path(overlay).is_dir():
        return []
    return [overlay, *(str(each) for each in Path(overlay).iterdir() if each.is_dir())]


def _line(found: Diagnostic) -> str:
    tone = f", {found.tone}" if found.tone else ""
    hint = f"; {found.hint}" if found.hint else ""
    key = "" if found.key in found.message else f"{found.key}: "
    return clean(f"{found.place}: {found.severity} {found.code} ({found.locale}{tone}): {key}{found.message}{hint}")
