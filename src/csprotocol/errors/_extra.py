"""Libraries that are not installed."""

from __future__ import annotations

from typing import Self

from csprotocol.errors._base import CsprotocolError

__all__ = ["MissingExtraError"]


class MissingExtraError(CsprotocolError, ImportError):
    """An optional library is needed and not installed."""

    code = "missing-extra"
    extra: str

    @classmethod
    def of(cls, extra: str, purpose: str) -> Self:
        """``purpose`` needs the libraries of ``extra``."""
        return cls(
            f"{purpose} needs the optional libraries of csprotocol[{extra}]",
            hint=f"pip install 'csprotocol[{extra}]'",
            extra=extra,
        )
