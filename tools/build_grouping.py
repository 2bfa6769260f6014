"""Builds src/csprotocol/replies/mf2/_cldr_gaps.py from the CLDR JSON package ``cldr-numbers-full`` of npm.

Two things that Babel's data lack: the least number of digits before a separator of thousands, and the space in the
currency patterns of a few locales.

Run ``python tools/build_grouping.py`` to write the table. With ``--check`` it is compared only, where npm or the
package is not at hand the check says so and passes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel import Locale
from babel.localedata import locale_identifiers

from csprotocol.replies.mf2._lineage import parent_chain

TARGET = Path(__file__).parents[1] / "src" / "csprotocol" / "replies" / "mf2" / "_cldr_gaps.py"
PACKAGE = "cldr-numbers-full"
VERSION = "48.2.0"
AS_OF = "2026-11-22"
HEAD = f'''"""What CLDR says of numbers and Babel's data do not.

Built by tools/build_grouping.py from CLDR {VERSION} (npm package {PACKAGE}), read {AS_OF}; do not edit.
"""

from __future__ import annotations

__all__ = ["CURRENCY_PATTERNS", "MINIMUM_GROUPING_DIGITS"]

# How many digits stand before the first separator of thousands at least. A locale that is not listed has the number
# of its CLDR parent, the root has 1.
MINIMUM_GROUPING_DIGITS: dict[str, int] = {{
'''
MIDDLE = """
}

# Where Babel's pattern lacks the space that CLDR's has.
CURRENCY_PATTERNS: dict[str, str] = {
"""


class Numbers(NamedTuple):
    """What CLDR says of one locale."""

    minimum_grouping: int
    currency_pattern: str


def fetch() -> dict[str, Numbers] | None:
    """CLDR's numbers by locale; ``None`` where the package cannot be had."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        try:
            packed = subprocess.run(
                [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent"],
                cwd=folder,
                capture_output=True,
                check=False,
                timeout=120,
            )
        except subprocess.TimeoutExpired:
            return None
        archives = list(Path(folder).glob("*.tgz"))
        if packed.returncode or len(archives) != 1:
            return None
        return dict(_read(archives[0]))


def _read(archive: Path) -> Iterator[tuple[str, Numbers]]:
    with tarfile.open(archive) as files:
        for member in files:
            parts = Path(member.name).parts
            content = files.extractfile(member) if parts[-1] == "numbers.json" else None
            if content is not None:
                locale = parts[-2]
                numbers = json.load(content)["main"][locale]["numbers"]
                pattern = numbers["currencyFormats-numberSystem-latn"]["standard"]
                yield locale, Numbers(int(numbers["minimumGroupingDigits"]), pattern)


def build(cldr: dict[str, Numbers]) -> str:
    """The text of the module: the locales that differ from their parent, or from Babel by a space."""
    grouping, patterns = [], []
    for locale, (minimum, pattern) in sorted(cldr.items()):
        parent = next((each for each in parent_chain(locale)[1:] if each in cldr), None)
        if minimum != (cldr[parent].minimum_grouping if parent else 1):
            grouping.append(f'    "{locale}": {minimum},')
        if _lacks_space(locale, pattern):
            patterns.append(f'    "{locale}": "{pattern}",'.replace("\xa0", "\\xa0"))
    return HEAD + "\n".join(grouping) + MIDDLE + "\n".join(patterns) + "\n}\n"


def _lacks_space(locale: str, pattern: str) -> bool:
    if locale.replace("-", "_") not in locale_identifiers():
        return False
    known = Locale.parse(locale, sep="-").currency_formats["standard"].pattern
    return bool(known != pattern and known.replace("\xa0", "") == pattern.replace("\xa0", ""))


def main() -> int:
    """Writes the table, or with ``--check`` says whether it is up to date."""
    cldr = fetch()
    check = "--check" in sys.argv
    if cldr is None:
        print(f"{PACKAGE} {VERSION} is not at hand" + (": not checked" if check else ": nothing written"))
        return 0 if check else 1
    if check:
        same = TARGET.read_text(encoding="utf-8") == build(cldr)
        print("up to date" if same else "stale: run tools/build_grouping.py")
        return 0 if same else 1
    TARGET.write_text(build(cldr), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
