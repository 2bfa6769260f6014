"""Catalogues and overlays for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from csprotocol.replies import Catalog

__all__ = ["SHOP", "overlay", "shop"]

SHOP = """
[shop.hello]
variables = {{ {variables} }}
blocks = {blocks}
"""


def overlay(folder: Path, files: Mapping[str, str]) -> Path:
    """A folder of message files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def shop(
    folder: Path,
    message: str,
    *,
    locale: str = "en",
    variables: str = 'name = "text"',
    blocks: str = '["text"]',
    subject: str = "Hello",
    strict: bool = True,
) -> Catalog:
    """A catalogue with one situation more, ``shop.hello``, that says one sentence."""
    files = {
        "situations/shop.toml": SHOP.format(variables=variables, blocks=blocks),
        f"{locale}/shop.toml": f"[shop.hello]\nsubject = '''{subject}'''\nsms = 'Hello'\ntext = '''{message}'''\n",
    }
    return Catalog.builtin(locale).overlay(overlay(folder, files), strict=strict)
