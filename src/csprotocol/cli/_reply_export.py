"""``csprotocol reply export TARGET`` and ``reply import FILE``: the catalogue elsewhere, and translations back."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from csprotocol.cli._common import loaded
from csprotocol.cli._reply_catalog import catalog_with
from csprotocol.cli._tables import aligned, clean, plural
from csprotocol.errors import ExportError
from csprotocol.replies.export import LOSS_CODES, Loss, export, import_translations, write_overlay

__all__ = ["run", "run_import"]

_MOST_TOLD = 8


def run(chosen: argparse.Namespace) -> int:
    """Writes the files and tells what could not be carried over; without ``-o`` it tells alone."""
    target = None if chosen.output is None else _folder(chosen.output)
    catalog = catalog_with(chosen.overlay)
    done = export(
        catalog,
        chosen.to,
        locales=chosen.locale,
        tone=chosen.tone,
        situations=chosen.situation,
        mapping=None if chosen.mapping is None else Path(chosen.mapping),
    )
    for line in _summary(done.losses):
        print(line)
    if chosen.losses:
        print("\n".join(_each(done.losses)))
    if target is None:
        print(f"{plural(len(done.files), 'file')} would be written; -o FOLDER writes them")
        return 0
    try:
        written = done.write(target)
    except OSError as failure:
        raise ExportError.at(str(target), f"cannot be written: {failure.strerror}") from None
    print(f"{plural(len(written), 'file')} in {clean(target)}")
    return 0


def _folder(name: str) -> Path:
    path = Path(name)
    if path.exists() and not path.is_dir():
        raise ExportError.at(name, "is a file", hint="name a folder")
    return path


def _summary(losses: tuple[Loss, ...]) -> list[str]:
    counts = Counter(loss.code for loss in losses)
    rows = [(code, count, LOSS_CODES[code]) for code, count in counts.most_common()]
    if not rows:
        return ["nothing is lost"]
    return [*aligned(("loss", "times", "what it means"), rows, right={"times"}, longest=90), ""]


def _each(losses: tuple[Loss, ...]) -> list[str]:
    return [clean(f"{loss.code}: {_place(loss)}: {loss.message}") for loss in losses]


def _place(loss: Loss) -> str:
    variable = f"${loss.variable}" if loss.variable else ""
    return " ".join(part for part in (loss.locale, loss.block or loss.situation, variable) if part)


def run_import(chosen: argparse.Namespace) -> int:
    """Writes an overlay of what translators sent back; exit status 1 when something of it had to stay out."""
    target = _folder(chosen.output)
    form: Any = chosen.format or Path(chosen.file).suffix.lstrip(".").lower().replace("xlf", "xliff")
    found = loaded(lambda path: import_translations(Path(path), format=form, locale=chosen.locale), chosen.file)
    for problem in found.problems:
        print(clean(problem))
    written = write_overlay(found, target)
    print(f"{plural(len(found.sentences), 'sentence')} in {plural(len(written), 'file')} of {clean(target)}")
    return 1 if found.problems else 0
