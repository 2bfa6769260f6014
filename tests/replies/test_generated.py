"""Any situation, locale, form of address and channel with generated values: an answer, or an error of ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csprotocol.errors import HeaderInjectionError, ReplyTooLongError
from csprotocol.model import Money
from csprotocol.replies import Catalog, ReplyChannel, Situation, Variable, VariableType, lint_message
from csprotocol.replies.mf2 import Limits

CATALOG = Catalog.builtin()
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(
    lambda text: any(
        category(letter)[0] in "LNPS" and letter not in "\u115f\u1160\u2800\u3164\uffa0" for letter in text
    )
)
MONEY = st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(("EUR", "JPY", "KWD", "PLN", "COP", "CLF")))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)).map(  # noqa: DTZ001 - the zone comes with it
    lambda moment: moment.replace(tzinfo=timezone(timedelta(minutes=moment.minute * 10 - 300)))
)
SHARES = st.decimals(-10, 10, allow_nan=False, allow_infinity=False, places=4)
VALUES: Mapping[VariableType, st.SearchStrategy[Any]] = {
    VariableType.AMOUNT: st.one_of(MONEY, SHARES, st.integers(-(10**9), 10**9)),
    VariableType.DATE: st.dates(date(1, 1, 1), date(9999, 12, 31)),
    VariableType.DATETIME: MOMENTS,
    VariableType.DURATION: st.timedeltas(timedelta(seconds=1), timedelta(days=900)),
    VariableType.FLAG: st.booleans(),
    VariableType.LIST: st.lists(WORDS, min_size=1, max_size=5),
    VariableType.MONEY: MONEY,
    VariableType.PERCENT: SHARES,
    VariableType.PERSON: WORDS,
    VariableType.REF: st.one_of(WORDS, st.integers(0, 10**9)),
    VariableType.SLOT: WORDS,
    VariableType.TEXT: WORDS,
    VariableType.URL: st.sampled_from(("https://example.com/a?b=c&d=%20", "mailto:a@example.com", "tel:+34600")),
}


def value_for(variable: Variable) -> st.SearchStrategy[Any]:
    if variable.type is VariableType.CHOICE:
        return st.sampled_from(variable.choices)
    if variable.type is VariableType.INT:
        return st.integers(variable.minimum if variable.minimum is not None else -(10**6), 10**9)
    return VALUES[variable.type]


@st.composite
def arguments_for(draw: st.DrawFn, situation: Situation) -> dict[str, Any]:
    names = [name for name, each in situation.variables.items() if not each.optional or draw(st.booleans())]
    return {name: draw(value_for(situation.variables[name])) for name in draw(st.permutations(names))}


@given(data=st.data())
@settings(deadline=None, max_examples=300)
def test_an_answer_or_an_error_of_ours(data: st.DataObject) -> None:
    situation = CATALOG.situation(data.draw(st.sampled_from(CATALOG.situations())))
    locale = data.draw(st.sampled_from((*CATALOG.locales, "de-CH", "fr-CA", "pt-AO", "ar-EG", "en-IN", "ja")))
    channel = data.draw(st.sampled_from(tuple(ReplyChannel)))
    tone = data.draw(st.sampled_from((None, "formal", "informal")))
    arguments = data.draw(arguments_for(situation))
    try:
        reply = CATALOG.render(situation.id, arguments, locale=locale, tone=tone, channel=channel)
    except HeaderInjectionError:
        assert channel is ReplyChannel.EMAIL
        return
    assert reply.text.strip()
    assert (reply.html is not None) == (channel is ReplyChannel.EMAIL)
    # The same again, told in another order, is the same reply.
    again = CATALOG.render(situation.id, dict(reversed(arguments.items())), locale=locale, tone=tone, channel=channel)
    assert again == reply
    assert again.html == reply.html


class TestCaps:
    @pytest.mark.parametrize(
        ("message", "variables"),
        [
            ("x" * 16_001, {}),
            (
                "".join(f".input {{${n} :integer}} " for n in "abcd") + ".match $a $b $c $d * * * * {{x}}",
                dict.fromkeys("abcd", "int"),
            ),
            (
                ".input {$a :integer} .match $a " + "".join(f"{n} {{{{x}}}} " for n in range(64)) + "* {{x}}",
                {"a": "int"},
            ),
        ],
    )
    def test_a_sentence_is_short_and_plain(self, message: str, variables: dict[str, str]) -> None:
        assert [each.code for each in lint_message(message, "en", variables=variables)] == ["limit-exceeded"]

    def test_the_caps_are_those_of_the_documentation(self) -> None:
        from csprotocol.replies._sentence import LIMITS

        assert (LIMITS.source_characters, LIMITS.selectors, LIMITS.variants) == (16_000, 3, 64)
        assert LIMITS.output_characters == 64_000
        assert Limits().source_characters > LIMITS.source_characters

    def test_output(self) -> None:
        long = {"incident": "#1", "next_update": date(2026, 11, 27), "status": "other", "agent_note": "x" * 64_000}
        with pytest.raises(ReplyTooLongError):
            CATALOG.render("incident.progress", long, locale="en", channel="chat")


def test_a_share_shows_the_decimals_that_it_has() -> None:
    def told(share: str) -> str:
        arguments = {"compensation": Decimal(share)}
        return CATALOG.render("complaint.compensation", arguments, locale="en", channel="sms").text

    assert "15%" in told("0.15")
    assert "15%" in told("0.1500")
    assert "12.5%" in told("0.125")
    assert "12.35%" in told("0.12345")


def test_moments_show_on_the_clock_of_their_own_zone() -> None:
    due = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    shown = [
        CATALOG.render("incident.deadline_set", {"incident": "I", "due": at}, locale="en", channel="sms").text
        for at in (due, due.astimezone(timezone(timedelta(hours=1))))
    ]
    assert "11/27/26, 11:30" in shown[0]
    assert "11/28/26, 12:30" in shown[1]
