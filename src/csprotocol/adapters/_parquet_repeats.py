"""Which ticket ids of a file may stand in it twice, found in memory that does not grow with the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

__all__ = ["Repeats", "find_repeats", "marks_of"]

_PARTS: Final = 64


class Repeats(NamedTuple):
    """The marks of ids that occur more than once, sorted; ``odd`` says that some row has no proper id."""

    marks: Any
    odd: bool

    def known(self) -> Callable[[str], bool]:
        """Tells of a single id whether it may be another's."""
        marks = frozenset(self.marks.tolist())
        return lambda ticket_id: hash(ticket_id) in marks

    def hold(self, marks: Any) -> Any:
        """Which of ``marks`` are among them."""
        import numpy as np

        if not len(self.marks):
            return np.zeros(len(marks), dtype=bool)
        at = np.minimum(np.searchsorted(self.marks, marks), len(self.marks) - 1)
        return self.marks[at] == marks


def marks_of(ids: Iterable[str]) -> Any:
    """A number of 64 bits for each id. Two ids may share one by chance: whoever looks closer compares the ids."""
    import numpy as np

    return np.fromiter((hash(each) for each in ids), dtype=np.int64)


def find_repeats(batches: Iterable[list[str]], null: frozenset[str]) -> Repeats:
    """The repeats among the ids of all ``batches``.

    The marks go to temporary files by their last bits, so that equal ones meet in one file; each file is then looked
    at by itself. Ten million rows take 80 MB of disk and a few MB of memory.
    """
    import numpy as np

    odd = False
    with TemporaryDirectory(prefix="csprotocol-") as folder:
        paths = [Path(folder) / f"{part:02}" for part in range(_PARTS)]
        for ids in batches:
            odd = odd or any(each in null or each != each.strip() for each in ids)
            marks: Any = marks_of(each.strip() for each in ids)
            parts = marks & (_PARTS - 1)
            order: Any = np.argsort(parts, kind="stable")
            cuts: Any = np.searchsorted(parts[order], np.arange(_PARTS + 1)).tolist()
            for part, path in enumerate(paths):
                if cuts[part] < cuts[part + 1]:
                    with path.open("ab") as file:
                        file.write(marks[order[cuts[part] : cuts[part + 1]]].tobytes())
        found = []
        for path in paths:
            if path.exists():
                distinct, counts = np.unique(np.fromfile(path, dtype=np.int64), return_counts=True)
                found.append(distinct[counts > 1])
    return Repeats(np.sort(np.concatenate(found)) if found else np.empty(0, np.int64), odd)
