"""Zendesk's words and what they mean."""

from __future__ import annotations

from typing import Final

from csprotocol.model import ActorKind, Channel, FrozenDict, StatusCategory

__all__ = ["CHANNELS", "FALSE_SCORE", "PRIORITIES", "ROLES", "SCORES", "STATUSES", "channel_of"]

# fmt: off
STATUSES: Final = FrozenDict({
    "new":     StatusCategory.NEW,
    "open":    StatusCategory.OPEN,
    "pending": StatusCategory.WAITING_CUSTOMER,
    "hold":    StatusCategory.WAITING_THIRD_PARTY,
    "on-hold": StatusCategory.WAITING_THIRD_PARTY,
    "solved":  StatusCategory.RESOLVED,
    "closed":  StatusCategory.CLOSED,
    "deleted": StatusCategory.CANCELLED,
})
# fmt: on

PRIORITIES: Final = ("low", "normal", "high", "urgent")

ROLES: Final = FrozenDict(
    {"end-user": ActorKind.CUSTOMER, "agent": ActorKind.AGENT, "admin": ActorKind.AGENT, "owner": ActorKind.AGENT}
)

# Sent and not answered is a survey without a score; "unoffered" was never sent and is none.
FALSE_SCORE: Final = "unoffered"
SCORES: Final[FrozenDict[str, int | None]] = FrozenDict(
    {
        "good": 1,
        "good_with_comment": 1,
        "goodwithcomment": 1,
        "bad": 0,
        "bad_with_comment": 0,
        "badwithcomment": 0,
        "offered": None,
    }
)

CHANNELS: Final = FrozenDict(
    {
        **dict.fromkeys(("email", "mail"), Channel.EMAIL),
        **dict.fromkeys(("web", "web_form", "web_widget", "closed_ticket", "contact_form"), Channel.FORM),
        **dict.fromkeys(("chat", "chat_transcript", "chat_offline_message", "live_chat"), Channel.CHAT),
        **dict.fromkeys(
            (
                "native_messaging",
                "messaging",
                "any_channel",
                "any_channel_message",
                "whatsapp",
                "sms",
                "text",
                "line",
                "telegram",
                "viber",
                "wechat",
                "apple",
                "apple_business_chat",
                "google_business_messages",
                "facebook_messenger",
                "instagram_dm",
                "twitter_dm",
            ),
            Channel.MESSAGING,
        ),
        **dict.fromkeys(
            ("voice", "phone", "phone_call_inbound", "phone_call_outbound", "voicemail"),
            Channel.PHONE,
        ),
        **dict.fromkeys(
            ("facebook", "facebook_post", "facebook_message", "twitter", "twitter_mention", "instagram", "x"),
            Channel.SOCIAL,
        ),
        **dict.fromkeys(("help_center", "helpcenter", "help_center_post", "knowledge_base"), Channel.HELP_CENTER),
        **dict.fromkeys(("api", "rule", "batch", "system"), Channel.OTHER),
    }
)


def channel_of(via: str) -> tuple[Channel, bool]:
    """The channel, and whether the word is known; an unknown one is ``other`` and keeps its name."""
    known = CHANNELS.get(via.casefold().replace(" ", "_"))
    return known or Channel.OTHER, known is not None
