"""What another format cannot say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

__all__ = ["Exported", "Loss", "LossWarning"]

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """One thing that did not survive a conversion: where it stood, and what became of it.

    >>> str(Loss("seasons[0]", "Zendesk knows no seasons; left out"))
    'seasons[0]: Zendesk knows no seasons; left out'
    """

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class Exported(NamedTuple, Generic[T_co]):
    """Hours in another format, and all that the format could not say; no losses means nothing was lost.

    >>> text, losses = Exported("Mo-Fr 09:00-17:00", ())
    >>> text, losses
    ('Mo-Fr 09:00-17:00', ())
    """

    value: T_co
    losses: tuple[Loss, ...]


class LossWarning(UserWarning):
    """Hours were read, and something in them has no place in ``BusinessHours``; silence it by this class."""
