"""The page tells every code and every target as the library has them."""

from __future__ import annotations

from pathlib import Path

from csprotocol.replies.export import LOSS_CODES, TARGETS

PAGE = (Path(__file__).parents[3] / "docs" / "reply-exports.md").read_text(encoding="utf-8")


def test_every_code_is_on_the_page() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    for code, meaning in LOSS_CODES.items():
        assert f"| `{code}` | {meaning} |" in rows


def test_every_target_is_on_the_page() -> None:
    table = PAGE.partition("| target |")[2].partition("\n\n")[0]
    for target in TARGETS:
        assert f"`{target}`" in table
