"""Users: who is an agent, who a customer, who a bot."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from csprotocol.adapters._cells import shown_word
from csprotocol.adapters._read import Outcome, RefusedError
from csprotocol.adapters._zendesk_tables import Extract, ExtractRow
from csprotocol.adapters._zendesk_words import ROLES
from csprotocol.errors import one_of
from csprotocol.model import ActorKind

__all__ = ["Users"]

_SYSTEM_USER: Final = "-1"


@dataclass(slots=True)
class Users:
    """Who is who: roles, languages, suspended users and bots."""

    roles: dict[str, ActorKind] = field(default_factory=dict)
    locales: dict[str, str] = field(default_factory=dict)
    suspended: dict[str, bool] = field(default_factory=dict)
    bots: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, extract: Extract, *, bots: Collection[str], bot_tag: str) -> Users:
        """The users of the export."""
        users = cls(bots={_SYSTEM_USER, *bots})

        def take(row: ExtractRow) -> Outcome:
            user = row.due("id", row.id("id"))
            role = row.due("role", row.text("role"))
            suspended = row.flag("suspended")
            if user in users.roles:
                return Outcome.DUPLICATE
            if role not in ROLES:
                raise RefusedError(
                    "unknown-role",
                    f"{shown_word(role)} is no role; {one_of(ROLES, found=role)}",
                    column=row.name("role"),
                )
            users.roles[user] = ROLES[role]
            if locale := row.text("locale"):
                users.locales[user] = locale
            if suspended is not None:
                users.suspended[user] = suspended
            return Outcome.USED

        def take_tag(row: ExtractRow) -> Outcome:
            user, tag = row.due("user_id", row.id("user_id")), row.due("tag", row.text("tag"))
            if tag == bot_tag:
                users.bots.add(user)
                return Outcome.USED
            return Outcome.LEFT_OUT

        extract.each("user", take)
        extract.each("user_tag", take_tag)
        return users
