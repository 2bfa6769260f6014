"""Random messages and random texts."""

from __future__ import annotations

from typing import Literal, cast

from hypothesis import strategies as st

from csprotocol.replies.mf2 import (
    Attribute,
    CatchallKey,
    Expression,
    FunctionRef,
    InputDeclaration,
    LocalDeclaration,
    Markup,
    MessageModel,
    Option,
    PatternMessage,
    SelectMessage,
    VariableRef,
    Variant,
)
from csprotocol.replies.mf2 import Literal as Text
from csprotocol.replies.mf2._characters import NAME, normal

_Kind = Literal["open", "standalone", "close"]

words = st.sampled_from(["a", "name", "_x", "+1", "ñandú", "Ḍ̇", "数", "x-1.2"]) | st.text("abcXYZ_+0.-é", min_size=1)
names = words.map(normal).filter(lambda name: bool((match := NAME.fullmatch(name)) and match[1] == name))
identifiers = names | st.builds(lambda space, name: f"{space}:{name}", names, names)
texts = st.text(
    st.sampled_from("ab {}\\|.@#/$:=*\n\t\u3000\u200e\u2068é漢\ufdd0\ud800") | st.characters(exclude_characters="\0"),
    max_size=12,
)
literals = st.builds(Text, texts | words | st.sampled_from(["0", "-1.5e3", "", "*"]))
variables = st.builds(VariableRef, names)
options = st.lists(st.builds(Option, identifiers, literals | variables), max_size=3).map(tuple)
attributes = st.lists(st.builds(Attribute, identifiers, st.none() | literals), max_size=2).map(tuple)
functions = st.builds(FunctionRef, identifiers | st.sampled_from(["number", "string", "date"]), options)
expressions = st.one_of(
    st.builds(Expression, literals | variables, st.none() | functions, attributes),
    st.builds(Expression, st.none(), functions, attributes),
)
markup = st.builds(
    Markup, st.sampled_from(cast("list[_Kind]", ["open", "standalone", "close"])), identifiers, options, attributes
)


@st.composite
def patterns(draw: st.DrawFn) -> tuple[str | Expression | Markup, ...]:
    """Texts that touch are one text, as a parser reads them."""
    parts: list[str | Expression | Markup] = []
    for part in draw(st.lists(texts.filter(bool) | expressions | markup, max_size=4)):
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part)
    return tuple(parts)


inputs = st.builds(
    lambda name, function, notes: InputDeclaration(name, Expression(VariableRef(name), function, notes)),
    names,
    st.none() | functions,
    attributes,
)
locals_ = st.builds(LocalDeclaration, names, expressions)
declarations = st.lists(inputs | locals_, max_size=3).map(tuple)
keys = st.lists(literals | st.just(CatchallKey()), min_size=1, max_size=3).map(tuple)
variants = st.lists(st.builds(Variant, keys, patterns()), min_size=1, max_size=3).map(tuple)
messages: st.SearchStrategy[MessageModel] = st.one_of(
    st.builds(PatternMessage, declarations, patterns()),
    st.builds(SelectMessage, declarations, st.lists(variables, min_size=1, max_size=3).map(tuple), variants),
)

# Fragments that a parser could stumble over, glued together at random.
_FRAGMENTS = (
    ".input ~.local ~.match ~{{~}}~{~}~$x~$n~:number~:string~ :integer~#b~/b~/~@a~=~*~one~1~ ~\n~\\~\\{~.~|~\0~\u200f"
    "~\u2066~\u0301~select=exact~u:dir=rtl~u:locale=ar~{$x}~{$n :number}~ * {{a}}~.input {$n :number}"
)
sources = st.lists(st.sampled_from(_FRAGMENTS.split("~")) | texts, max_size=14).map("".join)
