"""``python -m tests.replies.mf2.fuzz SECONDS [SEED]``: throws sources at the parser until the time is up.

Sources are sentences of the library's catalogue that were cut, joined, repeated and sprinkled with the letters that
mean something. Each must be read, or refused with an error of ours; what is read must come back the same from
``serialise``, and must format without raising.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from time import monotonic

from csprotocol.replies import mf2
from csprotocol.replies._texts import builtin_locales, builtin_texts

_SIGNS = "{}|\\$:#/@*=.^ \n\t\u2067\u2069\u3000" + "".join(map(chr, (0, 0xD7FF, 0xFFFD, 0x1F600)))
_WORDS = (
    ".input",
    ".local",
    ".match",
    "{{",
    "}}",
    "{$x",
    ":number",
    "one",
    "*",
    "u:dir=rtl",
    "|a b|",
    "{#b}",
    "{/b}",
    "@x=y",
)


def mutated(chance: random.Random, sources: list[str]) -> str:
    """A source that nobody wrote."""
    text = chance.choice(sources)
    for _ in range(chance.randint(1, 8)):
        place = chance.randint(0, len(text))
        match chance.randrange(6):
            case 0:
                text = text[:place] + chance.choice(_SIGNS) + text[place:]
            case 1:
                text = text[:place] + chance.choice(_WORDS) + text[place:]
            case 2:
                text = text[:place] + text[place + chance.randint(1, 9) :]
            case 3:
                other = chance.choice(sources)
                text = text[:place] + other[chance.randint(0, len(other)) :]
            case 4:
                end = chance.randint(place, len(text))
                text = text[:place] + text[place:end] * chance.randint(2, 5) + text[end:]
            case _:
                text = text[:place] + chr(chance.randrange(0x11_0000)) + text[place:]
    return text[:4_000]


def run(seconds: float, seed: int) -> Counter[str]:
    """How often which outcome was met."""
    chance = random.Random(seed)
    sources = [each.source for locale in builtin_locales() for each in builtin_texts(locale).sentences.values()]
    outcomes: Counter[str] = Counter()
    end = monotonic() + seconds
    while monotonic() < end:
        source = mutated(chance, sources)
        try:
            model = mf2.parse(source)
        except mf2.MessageError as error:
            outcomes[error.code] += 1
            continue
        assert mf2.parse(mf2.serialise(model)) == model, source
        mf2.Message(source, "en").format({"x": 3, "order": "#1001", "days": 2})
        outcomes["read"] += 1
    return outcomes


if __name__ == "__main__":
    found = run(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    told = ", ".join(f"{count} {outcome}" for outcome, count in found.most_common())
    sys.stdout.write(f"{sum(found.values())} inputs: {told}\n")
