"""Replies: how a locale writes, what a channel escapes, what the lint finds, what an SMS costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from csprotocol.errors import CsprotocolError
from csprotocol.replies import Variable, cldr, count_sms, lint_message
from csprotocol.replies._plan import parsed
from csprotocol.replies._sentence import compiled
from csprotocol.replies._targets import HTML, SMS, SUBJECT, TEXT, WHATSAPP, Target
from tests.conformance._handler import UnknownCaseError, refuse_unknown_keys
from tests.conformance.handlers import _replies_formats

_ABOUT = ("babel", "cldr48", "expected", "id", "kind", "message_idea", "note", "source")
_KEYS = {
    "render": ("args", "bidi", "channel", "locale", "mf2"),
    "lint": ("locale", "mf2", "source_mf2", "variables"),
    "sms": ("args", "locale"),
}
_TARGETS: Mapping[str, Target] = {
    "email": TEXT, "html": HTML, "sms": SMS, "subject": SUBJECT, "text": TEXT, "whatsapp": WHATSAPP,
}  # fmt: skip


def answer(case: Mapping[str, Any]) -> object:
    """The text, the findings or the count; the kinds of locale data are answered next door."""
    kind = case.get("kind")
    if kind in _replies_formats.KINDS:
        return _replies_formats.answer(case)
    if kind not in _KEYS:
        raise UnknownCaseError(f"kind {kind!r} is unknown")
    refuse_unknown_keys("case", case, (*_ABOUT, *_KEYS[kind]))
    return {"render": _render, "lint": _lint, "sms": _sms}[kind](case)


def error_name(error: CsprotocolError) -> str:
    return type(error).__name__


def _render(case: Mapping[str, Any]) -> object:
    target = _TARGETS.get(case["channel"])
    if target is None:
        raise UnknownCaseError(f"channel {case['channel']!r} is unknown")
    if case.get("bidi", "default") == "none":
        target = replace(target, around=("", ""), formatted=("", ""))
    variables = {name: Variable.read(name, _kind(value)) for name, value in case["args"].items()}
    args = {name: variables[name].check()(value) for name, value in case["args"].items()}
    return compiled(parsed(case["mf2"]), variables, cldr.formats(case["locale"]), target, case["id"])(args)


def _kind(value: object) -> str:
    return "list" if isinstance(value, list) else "int" if isinstance(value, int) else "text"


def _lint(case: Mapping[str, Any]) -> object:
    found = lint_message(
        case["mf2"], case["locale"], variables=case["variables"], source_message=case.get("source_mf2")
    )
    told: dict[str, object] = {"codes": [each.code for each in found]}
    for each in found:
        if each.nearest is not None:
            told["nearest"] = each.nearest
        if each.missing:
            told["missing"] = list(each.missing)
    return told


def _sms(case: Mapping[str, Any]) -> object:
    refuse_unknown_keys("args", case["args"], ("text",))
    count = count_sms(case["args"]["text"])
    return {"encoding": count.encoding, "units": count.units, "segments": count.segments}
