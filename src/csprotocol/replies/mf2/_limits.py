"""How large a message may be."""

from __future__ import annotations

from dataclasses import dataclass

from csprotocol.replies.mf2._errors import LimitError
from csprotocol.replies.mf2._model import PatternMessage, SelectMessage, VariableRef

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on a message; the defaults are generous, those who take sentences from strangers set tighter ones.

    ``chained_declarations`` is how many declarations may build on one another.

    >>> Limits(source_characters=16_000, selectors=3, variants=64).variants
    64
    """

    source_characters: int = 65_536
    declarations: int = 1_024
    chained_declarations: int = 64
    selectors: int = 8
    variants: int = 1_024
    output_characters: int = 1_048_576

    def check_source(self, source: str) -> None:
        """Raises LimitError when the source is too long."""
        _check("source_characters", len(source), self.source_characters)

    def check_model(self, model: PatternMessage | SelectMessage) -> None:
        """Raises LimitError when the message has too many parts."""
        _check("declarations", len(model.declarations), self.declarations)
        _check("chained_declarations", _longest_chain(model), self.chained_declarations)
        if isinstance(model, SelectMessage):
            _check("selectors", len(model.selectors), self.selectors)
            _check("variants", len(model.variants), self.variants)

    def check_output(self, text: str) -> None:
        """Raises LimitError when the formatted text is too long."""
        _check("output_characters", len(text), self.output_characters)


def _check(what: str, found: int, limit: int) -> None:
    if found > limit:
        raise LimitError.of(what, found=found, limit=limit)


def _longest_chain(model: PatternMessage | SelectMessage) -> int:
    # Declarations look back only (`validate` sees to that), so one pass in source order knows every depth.
    depths: dict[str, int] = {}
    for declaration in model.declarations:
        options = declaration.value.function.options if declaration.value.function else ()
        used = [declaration.value.arg, *(option.value for option in options)]
        depths[declaration.name] = 1 + max(
            (depths.get(item.name, 0) for item in used if isinstance(item, VariableRef)), default=0
        )
    return max(depths.values(), default=0)
