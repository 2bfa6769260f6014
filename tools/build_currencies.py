"""Builds src/csprotocol/model/_currencies.py from the CLDR data that Babel carries.

Run ``python tools/build_currencies.py`` to write the table, with ``--check`` to compare it only.
"""

from __future__ import annotations

import sys
from pathlib import Path

import babel
from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies

TARGET = Path(__file__).parents[1] / "src" / "csprotocol" / "model" / "_currencies.py"

# CLDR counts what people use in cash; ISO 4217 counts what banks settle. Money is settled, so ISO wins where
# the two differ (ISO 4217 list one, minor units).
# fmt: off
ISO_EXPONENTS = {
    "AFN": 2, "ALL": 2, "AMD": 2, "BHD": 3, "BIF": 0, "CLF": 4, "CLP": 0, "COP": 2, "CRC": 2, "CZK": 2, "DJF": 0,
    "GNF": 0, "GYD": 2, "HUF": 2, "IDR": 2, "IQD": 3, "IRR": 2, "ISK": 0, "JOD": 3, "JPY": 0, "KMF": 0, "KPW": 2,
    "KRW": 0, "KWD": 3, "LAK": 2, "LBP": 2, "LYD": 3, "MGA": 2, "MMK": 2, "MUR": 2, "NOK": 2, "OMR": 3, "PKR": 2,
    "PYG": 0, "RSD": 2, "RWF": 0, "SEK": 2, "SLE": 2, "SLL": 2, "SOS": 2, "SYP": 2, "TND": 3, "TWD": 2, "TZS": 2,
    "UGX": 0, "UYI": 0, "UYW": 4, "UZS": 2, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "YER": 2, "ZMK": 2,
}
# fmt: on


def current_currencies() -> list[str]:
    """ISO codes that are tender somewhere today, plus the fund codes named above."""
    tender = {
        code
        for uses in get_global("territory_currencies").values()
        for code, _start, end, is_tender in uses
        if end is None and is_tender
    }
    return sorted((tender | set(ISO_EXPONENTS)) & set(list_currencies()))


def build() -> str:
    """The text of the module."""
    rows = [f'    "{code}": {ISO_EXPONENTS.get(code, get_currency_precision(code))},' for code in current_currencies()]
    head = (
        '"""Digits of the minor unit by ISO 4217 code.\n\n'
        f"Built by tools/build_currencies.py from CLDR as Babel {babel.__version__.split('.')[0]}.x carries it, "
        'with the minor units of\nISO 4217 where the two differ; do not edit.\n"""\n\n'
        "from __future__ import annotations\n\n"
        '__all__ = ["EXPONENTS"]\n\n'
        "EXPONENTS: dict[str, int] = {\n"
    )
    return head + "\n".join(rows) + "\n}\n"


def main() -> int:
    """Writes the table, or with ``--check`` says whether it is up to date."""
    if "--check" in sys.argv:
        same = TARGET.read_text(encoding="utf-8") == build()
        print("up to date" if same else "stale: run tools/build_currencies.py")
        return 0 if same else 1
    TARGET.write_text(build(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
