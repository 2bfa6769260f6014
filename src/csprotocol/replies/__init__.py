"""Replies to customers: a catalogue of situations, in the customer's language, form of address and channel.

>>> from datetime import date
>>> from csprotocol.replies import Catalog
>>> reply = Catalog.builtin("en").render(
...     "order.delayed", locale="en-GB", channel="sms", order="#1001", days=3, eta=date(2026, 11, 27)
... )
>>> reply.text
'Sorry, your order #1001 is late. It will arrive on 27/11/2026.'

``csprotocol.replies.mf2`` is the message engine and stands alone, ``csprotocol.replies.cldr`` writes money, dates and
lists, ``csprotocol.replies.export`` takes the catalogue to helpdesks and translators.
"""

from __future__ import annotations

# As in the package's root: names load when they are used, so that the message engine can be had without the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from csprotocol.replies._cases import ReplyCase, case_of_delay, case_of_return
    from csprotocol.replies._catalog import Catalog
    from csprotocol.replies._channels import ReplyChannel, Tone
    from csprotocol.replies._functions import functions
    from csprotocol.replies._lint import Diagnostic, lint_message
    from csprotocol.replies._reply import Fallback, Reply, ReplyActions, ReplyFacts
    from csprotocol.replies._samples import sample_arguments
    from csprotocol.replies._situation import Block, Situation
    from csprotocol.replies._sms import SmsCount, count_sms
    from csprotocol.replies._variables import Variable, VariableType

__all__ = [
    "Block",
    "Catalog",
    "Diagnostic",
    "Fallback",
    "Reply",
    "ReplyActions",
    "ReplyCase",
    "ReplyChannel",
    "ReplyFacts",
    "Situation",
    "SmsCount",
    "Tone",
    "Variable",
    "VariableType",
    "case_of_delay",
    "case_of_return",
    "count_sms",
    "functions",
    "lint_message",
    "sample_arguments",
]

_HOMES = {
    "Block": "_situation",
    "Catalog": "_catalog",
    "Diagnostic": "_lint",
    "Fallback": "_reply",
    "Reply": "_reply",
    "ReplyActions": "_reply",
    "ReplyCase": "_cases",
    "ReplyChannel": "_channels",
    "ReplyFacts": "_reply",
    "Situation": "_situation",
    "SmsCount": "_sms",
    "Tone": "_channels",
    "Variable": "_variables",
    "VariableType": "_variables",
    "case_of_delay": "_cases",
    "case_of_return": "_cases",
    "count_sms": "_sms",
    "functions": "_functions",
    "lint_message": "_lint",
    "sample_arguments": "_samples",
}

# Hidden from type checkers: with a visible __getattr__ they would accept every misspelt name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in _HOMES:
            from importlib import import_module

            value = getattr(import_module(f"csprotocol.replies.{_HOMES[name]}"), name)
            globals()[name] = value
            return value
        raise AttributeError(f"module 'csprotocol.replies' has no attribute {name!r}; it has {', '.join(__all__)}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
