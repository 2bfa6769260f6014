"""Formatting: fallbacks, errors, strictness, parts, isolation, functions of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.replies import mf2


def plain(source: str, args: Mapping[str, object] | None = None, locale: str = "en") -> str:
    return mf2.Message(source, locale, bidi_isolation="none").format(args, strict=True)


class TestFormat:
    @pytest.mark.parametrize(
        "value",
        ["{$x}", "{{ }}", "{% x %}", "{#b}", "\\{", "|", "}}", "*", "\n", "{$name :number}", "\u2068", "\ud800"],
    )
    def test_values_stay_verbatim(self, value: str) -> None:
        assert f"Hello {value}!" == plain("Hello {$name}!", {"name": value, "x": "leaked"})
        assert f"Hello {value}!" == plain("{{Hello {$name :string}!}}", {"name": value, "x": "leaked"})

    @given(st.text())
    def test_any_text_stays_verbatim(self, value: str) -> None:
        assert f"\u2068{value}\u2069" == mf2.Message("{$x}", "en").format({"x": value}, strict=True)

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (1234, "1,234"),
            (Decimal("0.10"), "0.1"),
            (1.5, "1.5"),
            (True, "true"),
            (mf2.StringValue("x"), "x"),
            ({"value": 1}, "{$x}"),
            (None, "{$x}"),
        ],
    )
    def test_bare_arguments_show_as_their_kind(self, value: object, shown: str) -> None:
        assert shown == mf2.Message("{$x}", "en", bidi_isolation="none").format({"x": value})

    def test_names_of_arguments_may_be_composed_otherwise(self) -> None:
        assert plain("{$ñ}", {"n\u0303": "x"}) == "x"

    def test_an_expression_is_resolved_once(self) -> None:
        calls: list[int] = []

        def count(context: mf2.FunctionContext, options: object, operand: mf2.Value | None, /) -> mf2.Value:
            calls.append(1)
            return mf2.StringValue(str(len(calls)))

        functions = mf2.register("shop:count", count)
        message = mf2.Message(
            ".local $n = {:shop:count} .match $n 1 {{{$n}{$n}}} * {{other}}", "en", functions=functions
        )
        assert message.format(strict=True) == "\u20681\u2069\u20681\u2069"
        assert len(calls) == 1

    def test_a_declaration_that_nobody_reads_costs_nothing(self) -> None:
        assert plain(".local $n = {$missing :number} {{Hello}}") == "Hello"

    def test_many_threads_share_a_message(self) -> None:
        message = mf2.Message(".input {$n :integer} .match $n one {{{$n} day}} * {{{$n} days}}", "en")
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda n: message.format({"n": n}), range(500)))
        assert found == [f"{n} day" if n == 1 else f"{n} days" for n in range(500)]

    def test_a_model_is_as_good_as_a_source(self) -> None:
        assert mf2.Message(mf2.parse("Hello {$x}"), "en", bidi_isolation="none").format({"x": "A"}) == "Hello A"

    def test_an_unknown_isolation_is_refused(self) -> None:
        with pytest.raises(mf2.BadOptionError, match="possible: default, none"):
            mf2.Message("a", "en", bidi_isolation="all")  # type: ignore[arg-type]


class TestErrors:
    @pytest.mark.parametrize("source", ["{", ".match $x * {{a}}", ".local $x = {$x} {{a}}"])
    def test_an_invalid_message_shows_as_such(self, source: str) -> None:
        message = mf2.Message(source, "en")
        heard: list[mf2.MessageError] = []
        assert message.format(on_error=heard.append) == "{\ufffd}"
        assert message.format_to_parts() == (mf2.FallbackPart("\ufffd"),)
        assert [*map(str, heard)] == [*map(str, message.errors)]

    def test_an_invalid_message_raises_a_fresh_error_each_time(self) -> None:
        message = mf2.Message("{", "en")
        raised = []
        for _ in range(2):
            with pytest.raises(mf2.MessageSyntaxError) as caught:
                message.format(strict=True)
            raised.append(caught.value)
        assert raised[0] is not raised[1]
        assert str(raised[0]) == str(raised[1]) == str(message.errors[0])

    def test_strict_raises_the_first_and_holds_them_all(self) -> None:
        with pytest.raises(mf2.UnresolvedVariableError) as caught:
            mf2.Message("{$a} {$b :numbr} {x :number}", "en").format(strict=True)
        assert [error.code for error in caught.value.together] == [
            "unresolved-variable",
            "unresolved-variable",
            "unknown-function",
            "bad-operand",
        ]

    @pytest.mark.parametrize(
        ("source", "args", "code", "line", "column"),
        [
            ("Hello\n{$name", {}, "syntax-error", 2, 1),
            ("Hello }", {}, "syntax-error", 1, 7),
            ("a \\b", {}, "syntax-error", 1, 3),
            (".input {$x}\n.inptu {$y} {{}}", {}, "syntax-error", 2, 1),
            (".input {$n :number}\n.match $n\none two {{a}}\n* {{b}}", {}, "variant-key-mismatch", 3, 1),
            (".input {$n :number}\n.match $n\n* {{a}}\n* {{b}}", {}, "duplicate-variant", 4, 1),
            (".input {$n}\n.match $n\n* {{a}}", {}, "missing-selector-annotation", 2, 8),
            (".input {$n}\n.input {$n} {{a}}", {}, "duplicate-declaration", 2, 1),
            ("{1 :number a=1\n a=2}", {}, "duplicate-option-name", 2, 2),
            ("Hello {$name}", {}, "unresolved-variable", 1, 8),
            ("Hello\n{$n :numbr}", {"n": 1}, "unknown-function", 2, 5),
            ("Hello\n {$n :number}", {"n": "x"}, "bad-operand", 2, 2),
            ("{1 :number}\n{1 :number select=x}", {}, "bad-option", 2, 1),
            (".local $d = {|2026-01-01| :date}\n.match $d * {{a}}", {}, "bad-selector", 2, 8),
            ("Hello\n{1 :unit unit=nothing}", {}, "unsupported-operation", 2, 1),
        ],
    )
    def test_errors_say_where(self, source: str, args: dict[str, object], code: str, line: int, column: int) -> None:
        with pytest.raises(mf2.MessageError) as caught:
            mf2.Message(source, "en").format(args, strict=True)
        assert (code, line, column) == (caught.value.code, caught.value.line, caught.value.column)
        assert caught.value.hint

    @pytest.mark.parametrize("name", sorted(mf2.FUNCTIONS))
    def test_errors_keep_values_to_themselves(self, name: str) -> None:
        heard: list[mf2.MessageError] = []
        source = f"{{$x :{name} currency=$x unit=$x select=$x timeZone=$x add=$x u:dir=$x u:locale=$x}}"
        mf2.Message(source, "en").format({"x": "Ana Secret 1"}, on_error=heard.append)
        assert "Secret" not in "".join(map(str, heard))

    def test_an_unknown_function_names_its_neighbour(self) -> None:
        with pytest.raises(mf2.UnknownFunctionError, match=r"did you mean :currency\?"):
            mf2.Message("{1 :curency}", "en").format(strict=True)


class TestParts:
    def test_text_value_markup_isolation_and_fallback(self) -> None:
        message = mf2.Message("{#b}Hi {$name}{/b} {$n :integer u:id=n} {$x}{#br class=$c /}", "en")
        assert message.format_to_parts({"name": "Ana", "n": 1200, "c": "wide"}) == (
            mf2.MarkupPart("open", "b"),
            mf2.TextPart("Hi "),
            mf2.BidiPart("\u2068"),
            mf2.ValuePart("string", "Ana", locale="en"),
            mf2.BidiPart("\u2069"),
            mf2.MarkupPart("close", "b"),
            mf2.TextPart(" "),
            mf2.ValuePart(
                "number",
                "1,200",
                (mf2.SubPart("integer", "1"), mf2.SubPart("group", ","), mf2.SubPart("integer", "200")),
                "ltr",
                "en",
                "n",
            ),
            mf2.TextPart(" "),
            mf2.BidiPart("\u2068"),
            mf2.FallbackPart("$x"),
            mf2.BidiPart("\u2069"),
            mf2.MarkupPart("standalone", "br", {"class": "wide"}),
        )

    @pytest.mark.parametrize("option", ["u:dir=rtl", "u:locale=ar"])
    def test_markup_has_neither_direction_nor_locale(self, option: str) -> None:
        heard: list[mf2.MessageError] = []
        assert mf2.Message(f"{{#b {option}}}", "en").format(on_error=heard.append) == ""
        assert [error.code for error in heard] == ["bad-option"]

    @given(st.sampled_from(["en", "ar-EG", "de"]), st.decimals(allow_nan=False, allow_infinity=False, places=3))
    def test_sub_parts_spell_the_value(self, locale: str, number: Decimal) -> None:
        for function in (":number", ":percent", ":currency currency=EUR", ":unit unit=meter unitDisplay=long"):
            (part,) = mf2.Message(f"{{$n {function}}}", locale, bidi_isolation="none").format_to_parts({"n": number})
            assert isinstance(part, mf2.ValuePart)
            assert part.value == "".join(piece.value for piece in part.parts)


class TestIsolation:
    @pytest.mark.parametrize(
        ("locale", "placeholder", "shown"),
        [
            ("en", "{1 :number}", "1"),
            ("en", "{1 :number u:dir=ltr}", "\u20661\u2069"),
            ("en", "{1 :number u:dir=inherit}", "1"),
            ("en", "{a}", "\u2068a\u2069"),
            ("en", "{a :string u:dir=rtl}", "\u2067a\u2069"),
            ("he", "{1 :number}", "\u20671\u2069"),
            ("und", "{1 :number}", "\u20681\u2069"),
            ("en", "{1 :number u:locale=he}", "\u20671\u2069"),
            ("en", "{1.5 :number u:locale=de}", "1,5"),
            ("en", "{1.5 :number u:locale=|de, fr|}", "1,5"),
        ],
    )
    def test_by_direction(self, locale: str, placeholder: str, shown: str) -> None:
        assert shown == mf2.Message(placeholder, locale).format(strict=True)

    @pytest.mark.parametrize("option", ["u:dir=up", "u:locale=|?|", "u:dir=$x"])
    def test_a_faulty_option_is_told_every_time_and_left_out(self, option: str) -> None:
        message = mf2.Message(f"{{1 :number {option}}}", "en")
        for _ in range(2):
            heard: list[mf2.MessageError] = []
            assert message.format({"x": 1}, on_error=heard.append) == "1"
            assert [error.code for error in heard] == ["bad-option"]


class TestRegister:
    def test_a_registered_function_changes_nothing_elsewhere(self) -> None:
        mf2.register("shop:x", lambda _context, _options, _operand: mf2.StringValue("x"))
        assert "shop:x" not in mf2.FUNCTIONS
        assert mf2.Message("{:shop:x}", "en").format() == "\u2068{:shop:x}\u2069"

    def test_registers_add_up(self) -> None:
        def one(_context: object, _options: object, _operand: object, /) -> mf2.Value:
            return mf2.StringValue("1")

        functions = mf2.register("b", one, functions=mf2.register("a", one))
        assert {"a", "b"} < {*functions}
        assert repr(functions).endswith(":a, :b)")

    @pytest.mark.parametrize("name", ["", "a b", ":a", "a:", "a:b:c", "1a"])
    def test_a_name_that_no_message_can_write_is_refused(self, name: str) -> None:
        with pytest.raises(mf2.UnknownFunctionError):
            mf2.register(name, lambda _context, _options, _operand: mf2.StringValue(""))

    @pytest.mark.parametrize("place", ["function", "text", "match"])
    def test_what_a_function_raises_stays_inside(self, place: str) -> None:
        class Faulty(mf2.Value):
            selectable = True

            def text(self) -> str:
                raise ZeroDivisionError("Ana Secret")

            def match(self, key: str) -> bool:
                raise KeyError("Ana Secret")

        def fail(_context: object, _options: object, _operand: object, /) -> mf2.Value:
            if place == "function":
                raise OSError("Ana Secret")
            return Faulty(1)

        source = ".local $x = {1 :f} .match $x 1 {{a}} * {{b}}" if place == "match" else "{1 :f}"
        heard: list[mf2.MessageError] = []
        message = mf2.Message(source, "en", functions=mf2.register("f", fail), bidi_isolation="none")
        shown = message.format(on_error=heard.append)
        assert (shown, [error.code for error in heard]) == (
            ("b", ["bad-selector"]) if place == "match" else ("{|1|}", ["message-function-error"])
        )
        assert "Secret" not in str(heard[0])

    def test_a_function_that_returns_no_value_gives_the_fallback(self) -> None:
        functions = mf2.register("f", lambda _context, _options, _operand: 1)  # type: ignore[arg-type]
        assert mf2.Message("{1 :f}", "en", functions=functions, bidi_isolation="none").format() == "{|1|}"


class TestLimits:
    @pytest.mark.parametrize(
        ("source", "limits"),
        [
            ("Hello", mf2.Limits(source_characters=4)),
            (".input {$a} .input {$b} {{}}", mf2.Limits(declarations=1)),
            (".local $a = {1} .local $b = {$a} .local $c = {1 :f x=$b} {{}}", mf2.Limits(chained_declarations=2)),
            (".input {$a :string} .match $a $a * * {{}}", mf2.Limits(selectors=1)),
            (".input {$a :string} .match $a 1 {{}} * {{}}", mf2.Limits(variants=1)),
        ],
    )
    def test_a_message_that_is_too_large_is_refused(self, source: str, limits: mf2.Limits) -> None:
        with pytest.raises(mf2.LimitError, match="are allowed; shorten the message or raise Limits"):
            mf2.Message(source, "en", limits=limits)

    def test_a_text_that_grows_too_long_is_refused(self) -> None:
        message = mf2.Message("{$x}{$x}", "en", limits=mf2.Limits(output_characters=10))
        assert message.format({"x": "abc"}, strict=True)
        with pytest.raises(mf2.LimitError):
            message.format({"x": "abcd"})

    def test_declarations_in_a_chain_stay_off_the_stack(self) -> None:
        chain = ".local $v0 = {1}" + "".join(f".local $v{n} = {{$v{n - 1} :string}}" for n in range(1, 64))
        assert plain(f"{chain} {{{{{{$v63}}}}}}") == "1"
        with pytest.raises(mf2.LimitError):
            mf2.Message(f"{chain} .local $w = {{$v63}} {{{{}}}}", "en")


class TestLocaleData:
    def test_other_data_can_answer(self) -> None:
        class Stars:
            locale = "xx"
            direction = "ltr"

            def number(self, style: mf2.NumberStyle) -> Stars:
                return self

            def text(self, number: Decimal) -> str:
                return "*" * int(number)

            def parts(self, number: Decimal) -> tuple[mf2.SubPart, ...]:
                return (mf2.SubPart("integer", self.text(number)),)

            def plural(self, number: Decimal, *, ordinal: bool) -> str:
                return "few"

            def currency_digits(self, currency: str) -> int:
                return 0

        data = Stars()
        source = ".input {$n :number} .match $n few {{{$n}}} * {{other}}"
        message = mf2.Message(source, "xx", locale_data=lambda _locale: data)  # type: ignore[arg-type, return-value]
        assert message.format({"n": 3}, strict=True) == "***"
