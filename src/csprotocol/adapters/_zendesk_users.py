"""Users: who is an agent, who a customer, who a bot."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from csprotocol.adapters._cells import shown_word
from csprotocol.adapters._read import Outcome, RefusedError
from csprotocol.adapters._zendesk_newest import Newest
from csprotocol.adapters._zendesk_tables import Extract, ExtractRow
from csprotocol.adapters._zendesk_words import ROLES
from csprotocol.errors import one_of
from csprotocol.model import ActorKind

__all__ = ["BOT_TAG", "Users"]

BOT_TAG: Final = "bot"

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
        newest: Newest[_User] = Newest(extract, "user")
        tagged = 0

        def take(row: ExtractRow) -> Outcome:
            user = row.due("id", row.id("id"))
            role = row.due("role", row.text("role"))
            found = _User(role, row.text("locale"), row.flag("suspended"))
            at = row.stamp("updated_at")
            if role not in ROLES:
                raise RefusedError(
                    "unknown-role",
                    f"{shown_word(role, ROLES)} is no role; {one_of(ROLES, found=role)}",
                    column=row.name("role"),
                )
            return newest.take(user, found, row, at)

        def take_tag(row: ExtractRow) -> Outcome:
            nonlocal tagged
            user, tag = row.due("user_id", row.id("user_id")), row.due("tag", row.text("tag"))
            if tag != bot_tag:
                return Outcome.LEFT_OUT
            tagged += 1
            users.bots.add(user)
            return Outcome.USED

        extract.each("user", take, deleted=newest.delete)
        for user, found in newest.settle().items():
            users._add(user, found)
        extract.each("user_tag", take_tag)
        if not tagged and bot_tag != BOT_TAG:
            extract.tally.notice("unknown-bot-tag", f"tags that were asked for and that no user has: {bot_tag}")
        return users

    def _add(self, user: str, found: _User) -> None:
        self.roles[user] = ROLES[found.role]
        if found.locale:
            self.locales[user] = found.locale
        if found.suspended is not None:
            self.suspended[user] = found.suspended


class _User(NamedTuple):
    role: str
    locale: str | None
    suspended: bool | None
