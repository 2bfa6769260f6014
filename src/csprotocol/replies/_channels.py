"""Where a reply goes, and how its blocks are put together there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

__all__ = ["JOINTS", "ReplyChannel", "Tone"]


class ReplyChannel(StrEnum):
    """The ways of writing to a customer that a catalogue knows.

    An e-mail has a subject, a text and HTML; an SMS its own short sentence, never the e-mail cut off; a reply on
    social media shows nothing personal, since others may read it.

    >>> ReplyChannel("sms").value
    'sms'
    """

    EMAIL = "email"
    CHAT = "chat"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    SOCIAL = "social"


class Tone(StrEnum):
    """The form of address: *usted, Sie, vous, Lei* or *tú, du, tu*. The Argentine *vos* is a region, not a tone.

    >>> Tone("formal").value
    'formal'
    """

    INFORMAL = "informal"
    FORMAL = "formal"


# What stands between two blocks.
JOINTS: Final[Mapping[ReplyChannel, str]] = {
    ReplyChannel.EMAIL: "\n\n",
    ReplyChannel.CHAT: "\n",
    ReplyChannel.SMS: " ",
    ReplyChannel.WHATSAPP: "\n\n",
    ReplyChannel.SOCIAL: "\n",
}
