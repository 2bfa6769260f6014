"""What pandas can hold in several ways, and what is counted in arrays."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

from csprotocol import kpi  # noqa: E402
from csprotocol.kpi._frames_arrays import _compressed, _micros  # noqa: E402
from csprotocol.kpi._frames_cells import Cells  # noqa: E402
from csprotocol.kpi._frames_tally import _histograms, _quantiles  # noqa: E402

LEVELS = (0.0, 0.25, 0.5, 0.9, 1.0)
_values = st.floats(0, 1e15, allow_subnormal=False)


class TestColumns:
    @pytest.mark.parametrize("dtype", ["float64", "Float64", "Int64", "double[pyarrow]", "int64[pyarrow]", "object"])
    def test_numbers(self, dtype: str) -> None:
        pytest.importorskip("pyarrow")
        frame = pd.DataFrame({"ticket_id": [1, 2, 3], "nps": pd.Series([10, None, 3], dtype=dtype)})
        (found,) = kpi.group_kpis(frame, "nps")
        assert (found["nps"].promoters, found["nps"].detractors, found["nps"].n) == (1, 1, 2)

    @pytest.mark.parametrize("dtype", ["object", "boolean", "bool[pyarrow]"])
    def test_flags(self, dtype: str) -> None:
        pytest.importorskip("pyarrow")
        frame = pd.DataFrame({"ticket_id": [1, 2, 3], "sla_met": pd.Series([True, None, False], dtype=dtype)})
        (found,) = kpi.group_kpis(frame, "sla_attainment")
        assert found["sla_attainment"].ratio == kpi.Ratio(1, 2)
        assert found["sla_attainment"].missing == {"no-verdict": 1}

    @pytest.mark.parametrize("dtype", ["object", "str", "category", "string[pyarrow]"])
    def test_keys(self, dtype: str) -> None:
        pytest.importorskip("pyarrow")
        channel = pd.Series(["chat", None, "email", "chat"], dtype=dtype)
        frame = pd.DataFrame({"ticket_id": range(4), "channel": channel, "csat": [5, 5, 1, 1]})
        # Rows are rows, whatever their labels.
        frame = frame.set_axis([7, 7, 3, 1])
        table = kpi.group_kpis(frame, "csat", by="channel")
        assert [group.key for group in table] == [("chat",), ("email",), (None,)]
        assert [group["csat"].ratio for group in table] == [kpi.Ratio(1, 2), kpi.Ratio(0, 1), kpi.Ratio(1, 1)]

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_instants_of_any_unit_and_zone(self, unit: str) -> None:
        texts = ["2026-11-20T10:00:00Z", None, "1969-12-31T23:59:59Z"]
        utc = pd.Series(pd.to_datetime(texts, utc=True)).dt.as_unit(unit)
        for column in (utc, utc.dt.tz_convert("Asia/Kathmandu")):
            found = _micros(column)
            assert found[0] == 1_795_168_800e6
            assert np.isnan(found[1])
            assert found[2] == -1e6


class TestGroups:
    @given(st.lists(st.integers(0, 50), max_size=40), st.sampled_from([51, 5_000_000]))
    def test_numbers_without_gaps(self, drawn: list[int], bound: int) -> None:
        dense, present = _compressed(np.array(drawn, dtype="int64"), bound)
        assert sorted(set(drawn)) == [each for each in present.tolist() if each in drawn]
        assert [present[each] for each in dense] == drawn

    def test_more_groups_than_small_numbers(self) -> None:
        count = 70_000
        frame = pd.DataFrame({"ticket_id": range(2 * count), "shop": [*range(count)] * 2, "csat": [5, 1] * count})
        table = kpi.group_kpis(frame, "csat", by="shop")
        assert len(table) == count
        assert {group["csat"].n for group in table} == {2}


class TestSpread:
    @given(st.lists(st.tuples(st.integers(0, 4), _values), max_size=60))
    def test_quantiles_are_percentiles(self, drawn: list[tuple[int, float]]) -> None:
        group = np.array([number for number, _ in drawn], dtype="int64")
        values = np.array([value for _, value in drawn], dtype="float64")
        for number, found in enumerate(_quantiles(group, values, 5, LEVELS)):
            inside = [value for of, value in drawn if of == number]
            assert found == [kpi.percentile(inside, level) for level in LEVELS]

    @given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0.0, 1e-6, 0.5, 60.0, 86_400.0, 1e9])), max_size=60))
    def test_histograms_are_those_of_a_stream(self, drawn: list[tuple[int, float]]) -> None:
        group = np.array([number for number, _ in drawn], dtype="int64")
        values = np.array([value for _, value in drawn], dtype="float64")
        for number, found in enumerate(_histograms(group, values, 4)):
            inside = [value for of, value in drawn if of == number]
            assert found == (kpi.LogHistogram.of(inside) if inside else None)


class TestCells:
    """Where a number is missing no condition holds, and arithmetic gives nothing."""

    HERE = Cells(np.array([1.0, np.nan, 3.0]))

    @pytest.mark.parametrize(
        ("condition", "holds"),
        [
            (HERE == 1, [True, False, False]),
            (HERE < 3, [True, False, False]),
            (HERE <= 3, [True, False, True]),
            (HERE > 1, [False, False, True]),
            (HERE >= 1, [True, False, True]),
            (HERE.is_null(), [False, True, False]),
            (~HERE.is_null(), [True, False, True]),
            (HERE.is_in([1, 3]), [True, False, True]),
            ((HERE == 1) | (HERE == 3), [True, False, True]),
            ((HERE >= 1) & (HERE < 2), [True, False, False]),
        ],
    )
    def test_conditions(self, condition: Cells, holds: list[bool]) -> None:
        assert condition.values.tolist() == holds
        assert condition.flag().values.tolist() == [float(each) for each in holds]

    @pytest.mark.parametrize(
        ("number", "cells"),
        [
            (HERE + 1, [2.0, 4.0]),
            (1 + HERE, [2.0, 4.0]),
            (HERE - HERE, [0.0, 0.0]),
            (1 - HERE, [0.0, -2.0]),
            (HERE * 2, [2.0, 6.0]),
            ((HERE * 1.5).floor(), [1.0, 4.0]),
        ],
    )
    def test_arithmetic(self, number: Cells, cells: list[float]) -> None:
        first, gap, last = number.values.tolist()
        assert [first, last] == cells
        assert math.isnan(gap)

    def test_the_first_case_that_holds(self) -> None:
        found = Cells.chosen_first([(self.HERE == 1, Cells(np.float64(7))), (~self.HERE.is_null(), self.HERE)], 0.0)
        assert found.values.tolist() == [7.0, 0.0, 3.0]
