"""Where situations and sentences come from: the library's own files, and the folder of a shop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from csprotocol.errors import DocumentError, InvalidValueError
from csprotocol.model import FrozenDict
from csprotocol.replies import cldr
from csprotocol.replies._resolve import Layer
from csprotocol.replies._situation import Shared, Situation, read_shared, read_situations
from csprotocol.replies._texts import LocaleTexts

__all__ = ["builtin_situations", "layer_of", "nearest", "overlay_folder"]


def overlay_folder(folder: object) -> Path:
    """The place of a shop's own sentences.

    Raises:
        InvalidValueError: it is no name of a folder.
    """
    if not isinstance(folder, str | Path) or not str(folder).strip():
        raise InvalidValueError.of("overlay", folder, expected="a folder of sentences")
    return Path(folder)


def layer_of(held: Mapping[str, LocaleTexts]) -> Layer:
    """Finds texts by each way of naming their locale: zh-TW is zh-Hant-TW as well."""
    names: dict[str, LocaleTexts] = {}
    for locale, texts in held.items():
        region = locale.rpartition("-")[2]
        for name in cldr.fallback_chain(locale):
            if name.rpartition("-")[2] == region:
                names.setdefault(name, texts)
    return lambda locale: names.get(locale)  # noqa: PLW0108 - the type of dict.get has too many faces


def nearest(locale: str, known: Iterable[str], *, keep: bool = False) -> str:
    """The first of the locale and its parents that is ``known``; with ``keep``, the locale itself when one is."""
    chain = cldr.fallback_chain(locale)
    found = next((name for name in chain if name in known), None)
    if found is None:
        raise InvalidValueError.unknown("locale", locale, sorted(known))
    return chain[0] if keep else found


@cache
def builtin_situations() -> tuple[Shared, Mapping[str, Situation]]:
    """The library's own situations by id, and what all of them share; read once."""
    import tomllib

    folder = files("csprotocol.replies").joinpath("data").joinpath("situations")
    tables = {
        file.name: tomllib.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    try:
        shared = read_shared("shared.toml", tables.pop("shared.toml"))
        return shared, FrozenDict({
            situation.id: situation
            for name, plain in sorted(tables.items())
            for situation in read_situations(name, plain, shared)
        })  # fmt: skip
    except DocumentError as error:  # pragma: no cover - the tests read every file
        raise AssertionError(str(error)) from error
