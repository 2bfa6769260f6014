"""``csprotocol reply preview SITUATION``: one reply as the customer will see it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Final

from csprotocol.cli._common import check_output, parse_zone, write_output
from csprotocol.cli._reply_catalog import catalog_with
from csprotocol.cli._reply_values import typed_values
from csprotocol.cli._tables import clean, json_text, key_values
from csprotocol.errors import InvalidValueError
from csprotocol.replies import Reply, sample_arguments

__all__ = ["run"]

# They steer right-to-left text, and show as boxes in most terminals; JSON and HTML have them.
_UNSEEN: Final = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x2066, 0x206A)))


def run(chosen: argparse.Namespace) -> int:
    """Writes the reply; what to look at before it is sent stands above it."""
    check_output(chosen.output, [])
    catalog = catalog_with(chosen.overlay)
    situation = catalog.situation(chosen.situation)
    given = typed_values(situation, chosen.var, parse_zone(chosen.tz))
    values = {**sample_arguments(situation.variables), **given} if chosen.sample else given
    reply = catalog.render(chosen.situation, values, locale=chosen.locale, tone=chosen.tone, channel=chosen.channel)
    if chosen.format == "html" and reply.html is None:
        raise InvalidValueError.of("--format", "html", expected="text or json", hint="only e-mails have HTML")
    told = {
        "json": lambda: json_text(reply.to_dict()),
        "html": lambda: f"{reply.html}\n",
        "text": lambda: "\n".join(_told(reply)) + "\n",
    }[chosen.format]()
    write_output(told, chosen.output)
    return 0


def _told(reply: Reply) -> Iterator[str]:
    facts = reply.facts
    tone = "" if reply.tone is None else f", {reply.tone}"
    texts = "" if facts.text_locale == facts.locale else f" (sentences of {facts.text_locale})"
    yield from key_values(_facts(reply, f"{facts.locale}{texts}{tone}"))
    yield ""
    # Line breaks are the reply's own; nothing else that a terminal would obey gets through.
    yield from (clean(line.translate(_UNSEEN)) for line in reply.text.split("\n"))


def _facts(reply: Reply, language: str) -> Iterator[tuple[str, object]]:
    yield "situation", reply.situation
    yield "language", language
    yield "channel", reply.channel
    if reply.sms is not None:
        yield "sms", f"{reply.sms.segments} message(s), {reply.sms.units} units of {reply.sms.encoding}"
    for each in reply.fallbacks:
        yield "instead of", f"{each.asked} ({each.kind})"
    if reply.warnings:
        yield "look at", ", ".join(reply.warnings)
    if not reply.ready():
        yield "not ready", f"still to be written: {', '.join(reply.requires_personalisation)}"
    if reply.subject is not None:
        yield "subject", reply.subject.translate(_UNSEEN)
