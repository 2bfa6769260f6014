"""The choices that vendors made in their clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final

from csprotocol import _parse
from csprotocol.model import FrozenDict
from csprotocol.sla._clock_kind import ClockKind
from csprotocol.sla._clock_rule import ClockRule

__all__ = ["Preset", "presets"]

_FORBID: Final[dict[str, Any]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Preset:
    """A vendor's choices: for all clocks, and for single ones."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    name: str
    source: str
    as_of: str
    all: Mapping[str, Any] = field(default_factory=FrozenDict)
    clocks: Mapping[ClockKind, Mapping[str, Any]] = field(default_factory=FrozenDict)

    def applied(self, kind: ClockKind, clock: ClockRule) -> ClockRule:
        """``clock`` with the vendor's choices."""
        return replace(clock, **{**self.all, **self.clocks.get(kind, {})})


@dataclass(frozen=True, slots=True)
class _Presets:
    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    presets: Mapping[str, Preset]


@cache
def presets() -> Mapping[str, Preset]:
    """Those that are known, by the vendor's name."""
    plain = _parse.read_document(Path(__file__).parent / "data" / "presets.toml")
    return _parse.parse(_Presets, plain).presets
