"""No source and no argument brings anything but an error of our own, and none takes long."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.replies import mf2
from tests.replies.mf2.functions import FUNCTIONS
from tests.replies.mf2.fuzz import run
from tests.replies.mf2.strategies import messages, sources, texts
from tests.replies.mf2.suite import SHARED, cases


class Hostile:
    """An object that fails whatever one does with it."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    def __getattr__(self, name: str) -> object:
        raise OSError(name)

    def __bool__(self) -> bool:
        raise RuntimeError("neither")


class HostileMoney:
    currency = "EUR"

    def to_decimal(self) -> Decimal:
        raise ZeroDivisionError


ARGUMENTS: list[object] = [
    *(
        "",
        "1",
        "-0",
        "1e999999999",
        "9" * 5_000,
        "0." + "0" * 3_000 + "1",
        "2026-02-30",
        "9999-12-31T23:59:59Z",
        "\ud800",
    ),
    *(0, -1, 10**5_000, True, None, 0.1, 1e308, float("nan"), float("-inf"), Decimal("sNaN"), Decimal("1e-999999")),
    *(Decimal("0e-999999"), Fraction(1, 3), b"bytes", [], {}, {"value": 1}, {"value": [], "currency": "EUR"}),
    *({"value": "1", "currency": "EUR"}, {"value": 2, "unit": "meter"}, {"value": 2, "unit": "nothing"}, object, ...),
    *(
        date.min,
        date.max,
        datetime(1, 1, 1),  # noqa: DTZ001 - without a zone on purpose
        datetime(9999, 12, 31, 23),  # noqa: DTZ001 - without a zone on purpose
        datetime(9999, 12, 31, 23, tzinfo=UTC),
        Hostile(),
        HostileMoney(),
    ),
    *(mf2.StringValue("x"), mf2.Value(object()), print, lambda: 1),
]
SOURCES = [
    "{$x}",
    *(f"{{$x :{name}}}" for name in sorted(mf2.FUNCTIONS)),
    *(
        f"{{1 :number {option}=$x}}"
        for option in ("minimumFractionDigits", "select", "roundingIncrement", "u:id", "u:dir")
    ),
    *(f"{{1 :number {option}=$x}}" for option in ("u:locale", "signDisplay", "maximumSignificantDigits")),
    *(
        f"{{|2026-01-01T00:00:00Z| :datetime {option}=$x}}"
        for option in ("timeZone", "hour12", "calendar", "dateLength")
    ),
    "{$x :currency currency=EUR}{$x :unit unit=meter}{1 :currency currency=$x}{1 :unit unit=$x}",
    "{$x :datetime timeZone=|Pacific/Kiritimati|}{$x :datetime timeZone=|Pacific/Pago_Pago| timeZoneStyle=long}",
    "{#b x=$x u:id=$x}",
    ".input {$x :number} .match $x one {{1}} 1 {{2}} * {{{$x}}}",
    ".input {$x :number minimumSignificantDigits=99 maximumFractionDigits=99 roundingPriority=morePrecision} {{{$x}}}",
    ".local $y = {$x :offset add=99} .match $y one {{1}} * {{{$y :percent}}}",
]


def format_all(source: str, args: Mapping[str, object], locale: str = "ar-EG") -> None:
    message = mf2.Message(source, locale, functions=FUNCTIONS)
    text = message.format(args)
    parts = message.format_to_parts(args)
    assert isinstance(text, str)
    assert isinstance(parts, tuple)


@given(texts)
def test_any_text(source: str) -> None:
    format_all(source, {})


@given(sources, st.sampled_from(ARGUMENTS))
def test_any_source_of_fragments(source: str, value: object) -> None:
    format_all(source, {"x": value, "n": value})


@given(messages)
def test_any_model(model: mf2.MessageModel) -> None:
    format_all(mf2.serialise(model), {"a": 1, "name": "x"})


@pytest.mark.parametrize("source", SOURCES)
def test_any_argument(source: str) -> None:
    for value in ARGUMENTS:
        format_all(source, {"x": value})


@pytest.mark.parametrize("args", [[("x", 1)], "x", 1, Hostile])
def test_arguments_that_are_no_mapping(args: object) -> None:
    with pytest.raises(mf2.BadOperandError, match="the arguments are a"):
        mf2.Message("{$x}", "en").format(args)  # type: ignore[arg-type]


@pytest.mark.parametrize("source", [b"{$x}", None, 1])
def test_a_source_that_is_no_text(source: object) -> None:
    with pytest.raises(mf2.MessageSyntaxError):
        mf2.parse(source)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "locale", ["", "x", "xx-Latn-ZZ", "en_US", "de-u-nu-arab", "../../etc/passwd", "a" * 999, "en-"]
)
def test_any_locale(locale: str) -> None:
    format_all("{1234.5 :number} {|2026-01-01| :date} {1 :currency currency=EUR}", {}, locale)


def mutated(source: str, dice: random.Random) -> Iterator[str]:
    signs = "{}|\\.$:#/@=* \n\u200e\0a1"
    for _ in range(8):
        at = dice.randrange(len(source) + 1)
        cut = dice.randrange(3)
        yield source[:at] + dice.choice(signs) * dice.randrange(3) + source[at + cut :]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the official suite is absent: {SHARED}")
def test_mutated_sources_of_the_suite() -> None:
    dice = random.Random(20261122)
    for case in cases(SHARED):
        for source in mutated(case.source, dice):
            format_all(source, {"x": 1, "foo": "bar"}, case.properties["locale"])


@pytest.mark.parametrize(
    "source",
    [
        "{" * 60_000,
        "{$a" + " " * 60_000,
        "{$a" + " \u200e" * 30_000 + "x}",
        "{a " + "@b " * 20_000 + "}",
        "{:f " + "a=b " * 15_000 + "=}",
        ".match " + "$x " * 20_000,
        "\\\\" * 30_000,
        "{||}" * 15_000,
        ".local $a = {1}" * 1_000 + "{{}}",
        "\u200e" * 60_000 + ".",
        ".input {$x :string}.match $x " + "".join(f"k{n}{{{{}}}}" for n in range(1_000)) + "*{{}}",
    ],
    ids=range(11),
)
def test_long_sources_take_their_length_in_time(source: str) -> None:
    began = time.perf_counter()
    with contextlib.suppress(mf2.LimitError):
        format_all(source, {"x": "k999"}, "en")
    assert time.perf_counter() - began < 5


def test_mutated_sentences_are_read_or_refused() -> None:
    outcomes = run(2, seed=20261122)
    assert outcomes["read"]
    assert outcomes["syntax-error"]
