from __future__ import annotations

from typing import Any

import pytest

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import MIN_SHOWN, Suppression, shown


class TestShown:
    @pytest.mark.parametrize(
        ("value", "n", "reason"),
        [
            (0.5, MIN_SHOWN, None),
            (0.5, MIN_SHOWN - 1, Suppression.SMALL_SAMPLE),
            (None, MIN_SHOWN - 1, Suppression.SMALL_SAMPLE),
            (None, 0, Suppression.EMPTY),
            (None, 100, Suppression.EMPTY),
            (0.0, 100, None),
        ],
    )
    def test_reasons(self, value: float | None, n: int, reason: Suppression | None) -> None:
        found = shown(value, n)
        assert (reason, n) == (found.reason, found.n)
        assert found.value == (value if reason is None else None)

    @pytest.mark.parametrize(("n", "min_n"), [(-1, 5), (5, -1), (2.5, 5)])
    def test_counts_are_whole(self, n: Any, min_n: Any) -> None:
        with pytest.raises(InvalidValueError):
            shown(0.5, n, min_n=min_n)
