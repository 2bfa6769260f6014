"""Replies to customers: a catalogue of situations, in the customer's language, form of address and channel.

>>> from datetime import date
>>> from csprotocol.replies import Catalog
>>> reply = Catalog.builtin("en").render(
...     "order.delayed", locale="en-GB", channel="sms", order="#1001", days=3, eta=date(2026, 11, 27)
... )
>>> reply.text
'Sorry, your order #1001 is late. It will arrive on 27/11/2026.'
"""

from __future__ import annotations

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
    "ReplyChannel",
    "ReplyFacts",
    "Situation",
    "SmsCount",
    "Tone",
    "Variable",
    "VariableType",
    "count_sms",
    "functions",
    "lint_message",
    "sample_arguments",
]
