"""The bridge to narwhals: which engine a frame is of, and the one place where an engine is asked for a result."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

from csprotocol.errors import InvalidValueError, MissingExtraError
from csprotocol.kpi._frames_native import Columns, native_table

__all__ = ["Engine", "narwhals", "opened"]

ENGINES: Final = ("duckdb", "ibis", "pandas", "polars", "pyarrow", "pyspark")


class Engine(NamedTuple):
    """One kind of frame, and the frame given, whose session or connection makes new tables."""

    kind: str
    given: Any
    was_lazy: bool

    def rows(self, frame: Any) -> list[dict[str, Any]]:
        """A small result, row by row, with ``None`` for what is missing."""
        native = frame.to_native()
        match self.kind:
            case "polars":
                found = native.collect(engine="streaming" if self.was_lazy else "auto").to_dicts()
            case "duckdb":
                names = native.columns
                found = [dict(zip(names, row, strict=True)) for row in native.fetchall()]
            case "ibis":
                found = native.to_pyarrow().to_pylist()
            case "pyspark":
                found = [row.asDict() for row in native.collect()]
            case "pyarrow":
                found = native.to_pylist()
            case _:
                found = frame.rows(named=True)
        return [{name: _known(value) for name, value in row.items()} for row in found]

    def small(self, columns: Columns) -> Any:
        """A table to join with, in the engine of the frame."""
        return narwhals().from_native(native_table(self.kind, self.given, columns, small=True))

    def given_back(self, columns: Columns) -> Any:
        """A result in the caller's own kind."""
        made = native_table(self.kind, self.given, columns)
        return made.collect() if self.kind == "polars" and not self.was_lazy else made


def opened(frame: Any) -> tuple[Engine, Any]:
    """The engine of ``frame``, and the frame as narwhals has it.

    Raises:
        MissingExtraError: narwhals is not installed (extra ``[frames]``).
        InvalidValueError: not a frame, or of an engine that tables do not know.
    """
    nw = narwhals()
    try:
        found = nw.from_native(frame)
    except TypeError:
        raise _no_frame(frame) from None
    except nw.exceptions.DuplicateError as error:
        told = " ".join(str(error).split())
        raise InvalidValueError.of("columns", told, expected="each name once", hint="rename or drop one") from None
    kind = found.implementation.value
    if kind not in ENGINES or not isinstance(found, nw.DataFrame | nw.LazyFrame):
        raise _no_frame(frame)
    was_lazy = kind == "polars" and isinstance(found, nw.LazyFrame)
    return Engine(kind, found.to_native(), was_lazy), found


def narwhals() -> Any:
    """The library, imported when it is first needed."""
    try:
        import narwhals as nw
    except ImportError:
        raise MissingExtraError.of("frames", "a table of KPIs from a frame") from None
    return nw


def _no_frame(frame: object) -> InvalidValueError:
    kind = f"{type(frame).__module__}.{type(frame).__qualname__}"
    return InvalidValueError.of("frame", kind, expected=f"a frame of {', '.join(ENGINES)}")


def _known(value: Any) -> Any:
    """``None`` for every engine's way to say that nothing is there, which each compares by rules of its own."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return None if type(value).__name__ in {"NAType", "NaTType"} else value
