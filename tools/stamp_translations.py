"""Notes from which English sentence each translation of the replies was made, so that the lint can tell the stale ones.

Run ``python tools/stamp_translations.py`` for translations that have no note yet; with the keys of sentences
(``order.delayed.late``) after they were read again, or ``--all`` after all were; ``--check`` only compares.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from csprotocol.replies._texts import LocaleTexts, builtin_locales, builtin_texts, digest

SOURCE = "en"
FOLDER = Path(__file__).parents[1] / "src" / "csprotocol" / "replies" / "data" / "messages"
HEAD = """\
# Built by tools/stamp_translations.py; do not edit. Each sentence with the digest of the English one that it was
# made from: where the two no longer agree, the translation waits to be read again.
"""


def main(arguments: Sequence[str]) -> int:
    """Exit status 1 when ``--check`` finds a sentence without a note, or with a stale one."""
    english = {key: digest(sentence.source) for (key, _), sentence in builtin_texts(SOURCE).sentences.items()}
    wanted = {argument for argument in arguments if not argument.startswith("--")}
    status = 0
    for locale in builtin_locales():
        if locale == SOURCE:
            continue
        texts = builtin_texts(locale)
        notes = _notes(texts, english, wanted, everything="--all" in arguments)
        if "--check" in arguments:
            doubtful = [
                key for key, note in notes.items() if texts.origins.get(key) != english[key] or note != english[key]
            ]
            doubtful += sorted(set(texts.origins) - set(notes))
            for key in doubtful:
                print(f"{locale}: {key} was not made of the English sentence as it stands", file=sys.stderr)
            status = status or (1 if doubtful else 0)
        else:
            lines = "".join(f'"{key}" = "{note}"\n' for key, note in notes.items())
            (FOLDER / locale / "sources.toml").write_text(HEAD + lines, encoding="utf-8")
    return status


def _notes(texts: LocaleTexts, english: Mapping[str, str], wanted: set[str], *, everything: bool) -> dict[str, str]:
    keys = sorted({key for key, _ in texts.sentences})
    return {key: english[key] if everything or key in wanted else texts.origins.get(key, english[key]) for key in keys}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
