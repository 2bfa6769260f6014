"""Pieces of sentences, spelled out: one function that writes all of them, with nothing called that need not be.

Pieces one after another cost a call each; an f-string that names each in its place costs much less. Such an
f-string depends only on the *kinds* of its pieces, so it is made once for each sequence of kinds, as the standard
library makes its named tuples and data classes. What is evaluated are the fragments below and place numbers, and
nothing else. No letter of a sentence, of a name or of a value is ever part of it: those are handed over as values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from sys import intern
from typing import Any, Final, NamedTuple, TypeAlias

__all__ = [
    "Checker",
    "Kind",
    "Piece",
    "Place",
    "Writer",
    "source_of",
    "source_of_checker",
    "spelled",
    "spelled_checker",
    "spelled_pair",
]

Checker: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]
Writer: TypeAlias = Callable[[Mapping[str, Any]], str]
Piece: TypeAlias = "str | Place | Writer"


class Kind(IntEnum):
    """How the text of a piece comes from the arguments."""

    TEXT = 0  # it is fixed
    BARE = 1  # the argument as it is
    WRITTEN = 2  # the argument, written
    IF_ASCII = 3  # the argument as it is when it is ASCII, else written
    IF_PRINTABLE = 4
    IF_BOTH = 5
    CHECKED = 6  # the argument, written, and the result passed through a check or an escape
    CHOSEN = 7  # by a writer that depends on the argument
    OTHER = 8  # by a writer that sees all arguments
    AMOUNT = 9  # the parts of an amount of money, written


class Place(NamedTuple):
    """A piece that hangs on one argument. ``write`` gets its value (not of a bare one), ``check`` what is written."""

    kind: Kind
    name: str
    write: Callable[..., Any] = str
    check: Callable[[str], str] = str


# By kind; # is the number of the place, a the arguments, n their names, t fixed texts, f what writes, c what checks.
_FRAGMENTS: Final = (
    "{t#}",
    "{a[n#]}",
    "{f#(a[n#])}",
    "{v if (v := a[n#]).isascii() else f#(v)}",
    "{v if (v := a[n#]).isprintable() else f#(v)}",
    "{v if (v := a[n#]).isascii() and v.isprintable() else f#(v)}",
    "{c#(f#(a[n#]))}",
    "{f#(a[n#])(a)}",
    "{f#(a)}",
    "{f#((v := a[n#]).minor, v.currency, v.exponent)}",
)
_TAKES: Final = ("t#", "n#", *["n#, f#"] * 4, "n#, f#, c#", "n#, f#", "f#", "n#, f#")
# A sentence may be long; what is compiled has a limit that it does not set.
_MOST_PLACES: Final = 64


def spelled(pieces: Iterable[Piece]) -> Writer:
    """One function from checked arguments to the text of all pieces, one after another."""
    merged = _halved(_merged(pieces))
    if len(merged) == 1 and not isinstance(merged[0], str | Place):
        return merged[0]
    write: Writer = _filled((merged,))
    return write


def spelled_pair(first: Iterable[Piece], second: Iterable[Piece]) -> Callable[[Mapping[str, Any]], tuple[str, str]]:
    """Two texts of the same arguments at once, for the price of one call."""
    write: Callable[[Mapping[str, Any]], tuple[str, str]] = _filled((_halved(_merged(first)), _halved(_merged(second))))
    return write


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    merged: list[Piece] = []
    for piece in pieces:
        if not isinstance(piece, str):
            merged.append(piece)
        elif merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece:
            merged.append(piece)
    return merged


def _halved(pieces: list[Piece]) -> list[Piece]:
    if len(pieces) <= _MOST_PLACES:
        return pieces
    middle = len(pieces) // 2
    return [spelled(pieces[:middle]), spelled(pieces[middle:])]


def _filled(texts: Sequence[Sequence[Piece]]) -> Any:
    kinds = tuple(tuple(_kind(piece) for piece in text) for text in texts)
    held: list[Any] = []
    for piece in (piece for text in texts for piece in text):
        held += _held(piece)
    return _frame(kinds)(*held)


def _kind(piece: Piece) -> Kind:
    if isinstance(piece, str):
        return Kind.TEXT
    return piece.kind if isinstance(piece, Place) else Kind.OTHER


def _held(piece: Piece) -> tuple[Any, ...]:
    if not isinstance(piece, Place):
        return (piece,)
    # Keywords of callers are interned too: names that are the same object are found without a comparison.
    return (intern(piece.name), *piece[2 : 2 + _TAKES[piece.kind].count(",")])


@lru_cache(maxsize=1024)
def _frame(texts: tuple[tuple[Kind, ...], ...]) -> Callable[..., Any]:
    return _evaluated(source_of(texts))


def _evaluated(source: str) -> Callable[..., Any]:
    frame: Callable[..., Any] = eval(source, {"__builtins__": {}, "type": type})  # noqa: S307 - see the top of the file
    return frame


def source_of(texts: Sequence[Sequence[Kind]]) -> str:
    """The source of a function that takes what the places hold, and gives the one that writes.

    >>> source_of([[Kind.TEXT, Kind.BARE]])
    'lambda t0, n1: lambda a: f"{t0}{a[n1]}"'
    """
    takes, spelt, place = list[str](), list[str](), 0
    for kinds in texts:
        fragments = []
        for kind in kinds:
            takes.append(_TAKES[kind].replace("#", str(place)))
            fragments.append(_FRAGMENTS[kind].replace("#", str(place)))
            place += 1
        spelt.append(f'f"{"".join(fragments)}"')
    return f"lambda {', '.join(takes)}: lambda a: {spelt[0] if len(spelt) == 1 else '(' + ', '.join(spelt) + ')'}"


def spelled_checker(checks: Sequence[tuple[str, type | None, Callable[[Any], Any]]]) -> Checker:
    """What checks arguments that are all given, by their names: those of exactly the type need no check.

    Where the type is ``str``, that holds for plain texts: ASCII that shows, without spaces around it.
    """
    held = (part for name, sure, check in checks for part in (intern(name), sure, check))
    checker: Checker = _checker_frame(tuple(sure is str for _, sure, _ in checks))(*held)
    return checker


@lru_cache(maxsize=1024)
def _checker_frame(are_texts: tuple[bool, ...]) -> Callable[..., Any]:
    return _evaluated(source_of_checker(are_texts))


_IF_PLAIN: Final = " and v and v.isascii() and v.isprintable() and v == v.strip()"


def source_of_checker(are_texts: Sequence[bool]) -> str:
    """The source of a function that takes names, types and checks, and gives the one that checks.

    >>> source_of_checker([False])
    'lambda n0, k0, c0: lambda g: {n0: v if type(v := g[n0]) is k0 else c0(v)}'
    """
    takes = ", ".join(f"n{i}, k{i}, c{i}" for i in range(len(are_texts)))
    checked = ", ".join(
        f"n{i}: v if type(v := g[n{i}]) is k{i}{_IF_PLAIN if is_text else ''} else c{i}(v)"
        for i, is_text in enumerate(are_texts)
    )
    return f"lambda {takes}: lambda g: {{{checked}}}"
