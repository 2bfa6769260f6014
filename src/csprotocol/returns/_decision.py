"""The answer to a request for a return, with what it can tell of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from csprotocol.returns._decided import Decided
from csprotocol.returns._explain import explanation
from csprotocol.returns._json import decision_of, plain_of

__all__ = ["ReturnDecision"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDecision(Decided):
    """The answer to a request.

    ``eligible`` is true when some remedy is due for any line, and ``None`` where a fact is missing for that.
    ``difference_due`` of an exchange is what the customer still pays; below 0, what comes back. ``refund_due`` is the
    day by which the money must be back, ``may_withhold_until`` until which of two events it may wait (the first one
    counts). ``approver`` is the least role that may grant it; ``None`` with ``needs_approval`` where none is named.
    ``rma`` names the return, where there is one to make.
    """

    @property
    def id(self) -> str:
        """The same for the same decision, for the log: a digest of all that it says."""
        text = json.dumps(plain_of(self), sort_keys=True, separators=(",", ":"))
        return blake2b(text.encode(), digest_size=12).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, which :meth:`from_dict` turns into an equal decision."""
        return plain_of(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> ReturnDecision:
        """The decision that :meth:`to_dict` wrote.

        Raises:
            DocumentError: it is none.
        """
        return decision_of(cls, plain)

    def explain(self, locale: str = "en") -> str:
        """What was decided and why, in sentences: dates and how they were counted, each rule with its source.

        In English and Spanish; another language falls back to English. Not legal advice, and it says so.
        """
        return explanation(self, locale)
