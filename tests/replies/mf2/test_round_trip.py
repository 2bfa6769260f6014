"""What is written reads as the same message."""

from __future__ import annotations

import pytest
from hypothesis import given

from csprotocol.replies import mf2
from tests.replies.mf2.strategies import messages, sources
from tests.replies.mf2.suite import SHARED, cases


@given(messages)
def test_parse_undoes_serialise(message: mf2.MessageModel) -> None:
    assert mf2.parse(mf2.serialise(message)) == message


@given(messages)
def test_serialise_is_settled_after_one_round(message: mf2.MessageModel) -> None:
    source = mf2.serialise(message)
    assert mf2.serialise(mf2.parse(source)) == source


@given(sources)
def test_every_readable_source_survives(source: str) -> None:
    try:
        message = mf2.parse(source)
    except mf2.MessageSyntaxError:
        return
    assert mf2.parse(mf2.serialise(message)) == message


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the official suite is absent: {SHARED}")
def test_every_source_of_the_suite_survives() -> None:
    for case in cases(SHARED):
        try:
            message = mf2.parse(case.source)
        except mf2.MessageSyntaxError:
            continue
        assert mf2.parse(mf2.serialise(message)) == message


@pytest.mark.parametrize(
    ("source", "clean"),
    [
        ("Hello {$name}!", "Hello {$name}!"),
        ("{{Hello}}", "Hello"),
        ("{{.Hello}}", "{{.Hello}}"),
        ("{{ .Hello}}", "{{ .Hello}}"),
        ("\\{\\|\\}", "\\{|\\}"),
        ("{|42|   :number  a  =  |b|  @c}", "{42 :number a=b @c}"),
        ("{|a b|}{||}{|\\||}", "{|a b|}{||}{|\\||}"),
        ("{#b x=1/}{/b}{ #b }", "{#b x=1 /}{/b}{#b}"),
        (".local $x={1}{{{$x}}}", ".local $x = {1}\n{{{$x}}}"),
        (".input{$n :number}.match $n |1|{{a}}*{{b}}", ".input {$n :number}\n.match $n\n1 {{a}}\n* {{b}}"),
    ],
)
def test_clean_source(source: str, clean: str) -> None:
    assert clean == mf2.serialise(mf2.parse(source))


@pytest.mark.parametrize(
    "message",
    [
        mf2.PatternMessage((), ("a\0",)),
        mf2.PatternMessage((), (mf2.Expression(mf2.VariableRef("1")),)),
        mf2.PatternMessage((), (mf2.Expression(mf2.VariableRef("a b")),)),
        mf2.PatternMessage((), (mf2.Markup("open", "a:b:c"),)),
    ],
)
def test_what_no_source_can_say_is_refused(message: mf2.MessageModel) -> None:
    with pytest.raises(mf2.DataModelError):
        mf2.serialise(message)


@pytest.mark.parametrize("name", ["a\u037eb", "a\u1fefb", "a\u212ab"])
def test_names_that_change_when_they_are_normalised(name: str) -> None:
    """Found by the fuzzer: U+037E is ; and U+1FEF is ` after normalisation, and neither may be written in a name."""
    for source in (f"{{${name}}}", f"{{$x :{name}}}", f"{{$x :f {name}=1 @{name}}}", f"{{#{name}}}"):
        model = mf2.parse(source)
        assert mf2.parse(mf2.serialise(model)) == model
