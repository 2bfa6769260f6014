"""What an export is: files, and everything that they cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from csprotocol.model import FrozenDict

__all__ = ["LOSS_CODES", "Exported", "Loss", "Losses"]

LOSS_CODES: Final[Mapping[str, str]] = FrozenDict({
    "actions": "the product has no place for the status or the tags that follow from the reply",
    "character": "a sentence holds a character that the format cannot",
    "choice": "the product does not know the word that decides: one reply for each word, or one text for all",
    "condition": "a paragraph that depends on a value is in or out for good",
    "date-format": "a date shows as the product writes it",
    "direction": "values of the other direction are not isolated",
    "duration-format": "a duration shows as the product writes it",
    "fallback": "the locale has no sentences of its own: others were taken, or the reply was left out",
    "function": "a function is called that the format does not have",
    "list-format": "a list shows as the product writes it",
    "literal": "a text looked like a placeholder of the product and was broken up",
    "markup": "bold, italics or a link show as plain text",
    "money-format": "an amount shows as the product writes it",
    "no-placeholder": "the product has no placeholder for a variable: an agent fills in [name]",
    "number-format": "a number shows as the product writes it",
    "plural": "one form of a plural stands for all numbers",
    "position": "the product refuses a text with a value at this place",
    "region": "the product knows the language and not the region",
    "review": "that the text is for a lawyer's eyes, or for an agent's own words, is not told",
    "setting": "a number that only the shop's account knows is missing",
    "status": "the product has no such status; the nearest one was taken",
    "subject": "the product has no place for the subject",
    "tone": "the other form of address was left out, or the wished one does not exist",
    "too-long": "the text is longer than the product takes",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that an export could not carry over. Parts that do not apply are empty.

    ``code`` is one of ``LOSS_CODES``, ``block`` the key of a sentence.

    >>> Loss("order.delayed", "es", "order.delayed.late", "eta", "date-format", "shows as the product writes it").code
    'date-format'
    """

    situation: str
    locale: str
    block: str
    variable: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Exported:
    """The files of an export by their names, and the losses in the order in which they were met.

    >>> from csprotocol.replies import Catalog
    >>> from csprotocol.replies.export import export
    >>> done = export(Catalog.builtin("en"), "gorgias", locale="en", situations=["order.cancel_too_late"])
    >>> list(done.files), sorted({loss.code for loss in done.losses})[:3]
    (['macros.json'], ['condition', 'direction', 'no-placeholder'])
    """

    target: str
    files: Mapping[str, str] = field(repr=False)
    losses: tuple[Loss, ...] = ()

    def write(self, folder: str | Path) -> tuple[Path, ...]:
        """The paths of the files, written below ``folder``; what stood there under the same names is replaced."""
        written = []
        for name, text in self.files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # Bytes, so that Windows turns no line end into another.
            path.write_bytes(text.encode())
            written.append(path)
        return tuple(written)


class Losses:
    """Collects losses; each is told once, however often it was met."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str, str, str], Loss] = {}

    def add(
        self, code: str, message: str, *, situation: str = "", locale: str = "", block: str = "", variable: str = ""
    ) -> None:
        assert code in LOSS_CODES, code  # noqa: S101 - a slip of ours, found by the first test
        key = (situation, locale, block, variable, code)
        self._found.setdefault(key, Loss(*key, message))

    def all(self) -> tuple[Loss, ...]:
        return tuple(self._found.values())
