"""What CLDR says of numbers and Babel's data do not.

Built by tools/build_grouping.py from CLDR 48.2.0 (npm package cldr-numbers-full), read 2026-11-22; do not edit.
"""

from __future__ import annotations

__all__ = ["CURRENCY_PATTERNS", "MINIMUM_GROUPING_DIGITS"]

# How many digits stand before the first separator of thousands at least. A locale that is not listed has the number
# of its CLDR parent, the root has 1.
MINIMUM_GROUPING_DIGITS: dict[str, int] = {
    "be": 2,
    "bg": 2,
    "ee": 3,
    "es": 2,
    "es-419": 1,
    "et": 2,
    "hu": 2,
    "hy": 2,
    "ia": 2,
    "ie": 2,
    "it": 2,
    "ka": 2,
    "lv": 2,
    "pl": 2,
    "pt-AO": 1,
    "pt-PT": 2,
    "ru-UA": 2,
    "sl": 2,
    "sq": 2,
}

# Where Babel's pattern lacks the space that CLDR's has.
CURRENCY_PATTERNS: dict[str, str] = {
    "es-AR": "¤\xa0#,##0.00",
    "es-CO": "¤\xa0#,##0.00",
}
