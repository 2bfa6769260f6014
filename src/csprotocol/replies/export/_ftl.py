"""Fluent files, through moz.l10n: for tools and programs that have no MessageFormat 2 yet.

Fluent has numbers and dates. Whatever else a sentence calls becomes a function of the same name in capitals
(``CURRENCY``, ``CS_LIST``), which whoever reads the file has to bring; markup becomes tags of HTML in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from csprotocol.errors import InvalidValueError, MissingExtraError
from csprotocol.replies import mf2
from csprotocol.replies._channels import Tone
from csprotocol.replies._plan import parsed
from csprotocol.replies._texts import Sentence
from csprotocol.replies.export._exported import Losses

if TYPE_CHECKING:
    from moz.l10n import model as moz

    from csprotocol.replies._catalog import Catalog

__all__ = ["ftl_files"]

_KNOWN: Final = ("string", "number", "integer", "date", "datetime")
_TAGS: Final = {"b": "strong", "i": "em"}
_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def ftl_files(
    catalog: Catalog, situations: Iterable[str], locale: str, tone: Tone | None, losses: Losses
) -> dict[str, str]:
    """``es.ftl``, or ``es.formal.ftl`` and ``es.informal.ftl`` for a language with two forms of address.

    Raises:
        MissingExtraError: moz.l10n is not installed.
        InvalidValueError: two sentences would share an id.
    """
    voice = catalog.voice(locale)
    tones: tuple[Tone | None, ...] = tuple(each for each in voice.tones if tone in (None, each)) or (None,)
    keys = dict.fromkeys(key for name in situations for key in catalog.situation(name).keys)
    files = {}
    for each in tones:
        said = []
        taken: dict[str, str] = {}
        for key in keys:
            sentence = voice.sentence(key, each)
            if sentence is None:
                losses.add("fallback", "the locale has no such sentence; left out", locale=locale, block=key)
                continue
            other = taken.setdefault(_name(key), key)
            if other != key:
                expected = f"other ids: {other} and {key} would share the id {_name(key)}"
                raise InvalidValueError.of("situations", key, expected=expected)
            said.append(_entry(sentence, locale, losses))
        files[f"{locale}.{each}.ftl" if each else f"{locale}.ftl"] = "\n".join(text for text in said if text)
    return files


def _name(key: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_-]", "-", key)
    return name if _IDENTIFIER.match(name) else f"s-{name}"


def _entry(sentence: Sentence, locale: str, losses: Losses) -> str:
    try:
        from fluent.syntax import FluentParser, ast
        from moz.l10n.formats.fluent.serialize import fluent_serialize_entry
        from moz.l10n.model import Entry
    except ImportError:
        raise MissingExtraError.of("l10n", "an export to Fluent") from None

    name = _name(sentence.key)
    try:
        message = _Translator(sentence, locale, losses).message(parsed(sentence.source))
        text: str = fluent_serialize_entry(Entry((name,), message))
        body = FluentParser(with_spans=False).parse(text).body
    except ValueError as error:
        losses.add("function", f"left out: {error}", locale=locale, block=sentence.key)
        return ""
    if len(body) != 1 or not isinstance(body[0], ast.Message):
        losses.add("function", "left out: Fluent cannot say it", locale=locale, block=sentence.key)
        return ""
    return text


class _Translator:
    """From our model of one sentence to that of moz.l10n."""

    def __init__(self, sentence: Sentence, locale: str, losses: Losses) -> None:
        self.sentence = sentence
        self.locale = locale
        self.losses = losses

    def message(self, model: mf2.MessageModel) -> moz.PatternMessage | moz.SelectMessage:
        """The whole sentence."""
        from moz.l10n.model import CatchallKey, PatternMessage, SelectMessage, VariableRef

        declarations = {each.name: self.expression(each.value) for each in model.declarations}
        if isinstance(model, mf2.PatternMessage):
            return PatternMessage(self.pattern(model.pattern), declarations)
        for selector in model.selectors:
            # A bare number chooses by its plural form; with options Fluent would choose by what is left of it.
            chosen = declarations[selector.name]
            if chosen.function == "number" and chosen.attributes.get("fluent-fn") == "NUMBER":
                chosen.options, chosen.attributes = {}, {}
        variants: dict[tuple[Any, ...], Any] = {}
        for variant in sorted(model.variants, key=_catchalls_last):
            keys = tuple(CatchallKey() if isinstance(key, mf2.CatchallKey) else key.value for key in variant.keys)
            variants[keys] = self.pattern(variant.value)
        return SelectMessage(declarations, tuple(VariableRef(each.name) for each in model.selectors), variants)

    def pattern(self, pattern: mf2.Pattern) -> list[Any]:
        """One text; neighbouring words become one."""
        parts: list[Any] = []
        for part in pattern:
            piece = self.expression(part) if isinstance(part, mf2.Expression) else self.words(part)
            if isinstance(piece, str) and parts and isinstance(parts[-1], str):
                parts[-1] += piece
            else:
                parts.append(piece)
        return parts

    def words(self, part: str | mf2.Markup) -> str:
        """A text, or a mark as a tag."""
        if isinstance(part, str):
            return part
        self.lost("markup", f"{{#{part.name}}} became a tag of HTML in the text")
        if part.name == "br":
            return "<br>"
        if part.kind == "standalone":
            return ""
        # The address of a link is a value, and no value can stand inside of a tag: programs set it by its name.
        target = next((getattr(option.value, "name", "") for option in part.options), "")
        tag = _TAGS.get(part.name, "a")
        if part.kind == "close":
            return f"</{tag}>"
        return f'<a data-l10n-name="{target}">' if tag == "a" else f"<{tag}>"

    def expression(self, part: mf2.Expression) -> moz.Expression:
        """One placeholder."""
        from moz.l10n.model import Expression, VariableRef

        argument: Any = None
        if isinstance(part.arg, mf2.VariableRef):
            if not _IDENTIFIER.fullmatch(part.arg.name):
                raise ValueError(f"{part.arg.name} is no name in Fluent")
            argument = VariableRef(part.arg.name)
        elif part.arg is not None:
            argument = part.arg.value
        if part.function is None:
            return Expression(argument)
        called = part.function.name
        options: dict[str, Any] = {
            option.name: option.value.value if isinstance(option.value, mf2.Literal) else VariableRef(option.value.name)
            for option in part.function.options
        }
        if called not in _KNOWN:
            self.lost("function", f"Fluent has no :{called}; whoever reads the file has to bring it")
            name = re.sub(r"[^A-Z0-9_-]", "_", called.upper())
            return Expression(argument, called, options, {"fluent-fn": name})
        if called == "integer":
            return Expression(argument, "number", {"maximumFractionDigits": "0", **options}, {"fluent-fn": "NUMBER"})
        if called in ("date", "datetime"):
            length = options.get("dateLength" if called == "datetime" else "length", "medium")
            moment = {"dateStyle": length} | ({"timeStyle": "short"} if called == "datetime" else {})
            return Expression(argument, "datetime", moment)
        return Expression(argument, called, options)

    def lost(self, code: str, message: str) -> None:
        """Notes what Fluent cannot say."""
        self.losses.add(code, message, locale=self.locale, block=self.sentence.key)


def _catchalls_last(variant: mf2.Variant) -> list[tuple[bool, str]]:
    """Puts variants with the same first keys beside one another, the last resort behind the others."""
    return [(isinstance(key, mf2.CatchallKey), getattr(key, "value", "")) for key in variant.keys]
