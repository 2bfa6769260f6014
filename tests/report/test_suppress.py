"""Numbers of few tickets: not shown, and not to be had by subtraction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.adapters import Read, TicketExport
from csprotocol.model import TicketFacts
from csprotocol.report import FORMATS, Report, ReportSpec, build, render

from . import laws

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def report(sizes: dict[str, int], min_n: int = 5, met: int = 1) -> Report:
    """Groups of so many tickets with a recorded verdict each, of which ``met`` are kept."""
    facts = tuple(
        TicketFacts(ticket_id=f"{agent}{i}", agent=agent, sla_met=i < met)
        for agent, size in sizes.items()
        for i in range(size)
    )
    told = build(Read(TicketExport(source="test", facts=facts)), ReportSpec(as_of=NOW, by=("agent",), min_n=min_n))
    laws.check(told)
    return told


def mixed(groups: dict[str, tuple[int, int]]) -> Report:
    """Groups of so many tickets, of which so many kept their promise."""
    facts = tuple(
        TicketFacts(ticket_id=f"{agent}{i}", agent=agent, sla_met=i < met)
        for agent, (size, met) in groups.items()
        for i in range(size)
    )
    told = build(Read(TicketExport(source="test", facts=facts)), ReportSpec(as_of=NOW, by=("agent",), min_n=5))
    laws.check(told)
    return told


def hidden(told: Report) -> dict[str | None, str]:
    return {
        group.key[0]: measure.suppressed
        for group in (*told.groups, told.total)
        if (measure := group.measure("sla_attainment", "recorded")).suppressed
    }


class TestSuppression:
    @pytest.mark.parametrize(
        ("sizes", "expected"),
        [
            ({"a": 5, "b": 6}, {}),
            # One alone is the rest of the total: the next smallest goes with it.
            ({"a": 4, "b": 6, "c": 9}, {"a": "small-sample", "b": "complementary"}),
            # Two of two are still about four people; three of them are about six.
            ({"a": 2, "b": 2, "c": 9, "d": 20}, {"a": "small-sample", "b": "small-sample", "c": "complementary"}),
            ({"a": 3, "b": 3, "c": 9}, {"a": "small-sample", "b": "small-sample"}),
            # Where nothing is left to hide behind, everything is hidden but the total.
            ({"a": 4, "b": 9}, {"a": "small-sample", "b": "complementary"}),
            ({"a": 2, "b": 2}, {"a": "small-sample", "b": "small-sample", "all": "small-sample"}),
        ],
    )
    def test_which_groups(self, sizes: dict[str, int], expected: dict[str, str]) -> None:
        assert hidden(report(sizes)) == expected

    @pytest.mark.parametrize(
        ("groups", "expected"),
        [
            # 20 of 26, of which C has 20: neither A nor B has any, unless C is hidden with them.
            ({"a": (3, 0), "b": (3, 0), "c": (20, 20)}, {"a": "few", "b": "few", "c": "hidden"}),
            ({"a": (3, 3), "b": (3, 3), "c": (9, 4), "d": (20, 8)}, {"a": "few", "b": "few", "c": "hidden"}),
            (
                {"a": (3, 0), "b": (3, 0), "c": (9, 0), "d": (20, 8)},
                {"a": "few", "b": "few", "c": "hidden", "d": "hidden"},
            ),
            # Where all are of one kind, no group hides another, and the total goes.
            ({"a": (3, 0), "b": (3, 0), "c": (20, 0)}, {"a": "few", "b": "few", "all": "hidden"}),
            ({"a": (3, 1), "b": (3, 0), "c": (20, 0)}, {"a": "few", "b": "few"}),
        ],
    )  # fmt: skip
    def test_groups_of_one_kind_are_not_told_by_the_total(
        self, groups: dict[str, tuple[int, int]], expected: dict[str, str]
    ) -> None:
        words = {"small-sample": "few", "complementary": "hidden"}
        assert {name: words[why] for name, why in hidden(mixed(groups)).items()} == expected

    @given(
        st.dictionaries(
            st.sampled_from("abcdefg"),
            st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
            min_size=2,
        )
    )
    def test_the_rest_of_the_total_is_never_of_one_kind(self, groups: dict[str, tuple[int, int]]) -> None:
        found = hidden(mixed(groups))
        left = [groups[str(name)] for name in found if name in groups]
        if left and "all" not in found:
            assert 0 < sum(met for _, met in left) < sum(size for size, _ in left)

    def test_zero_shows_all(self) -> None:
        assert hidden(report({"a": 1, "b": 9}, min_n=0)) == {}

    def test_n_is_told_and_nothing_else(self) -> None:
        measure = report({"a": 4, "b": 6, "c": 9}).groups[0].measure("sla_attainment", "recorded")
        assert (measure.n, measure.values, measure.counts, measure.intervals) == (
            *(4, {"share": None}, {}),
            {"share": None},
        )

    @given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 12), min_size=1), st.integers(0, 8))
    def test_what_is_left_of_the_total_is_about_enough(self, sizes: dict[str, int], min_n: int) -> None:
        told = report(sizes, min_n)
        found = hidden(told)
        left = [size for agent, size in sizes.items() if agent in found]
        if left and "all" not in found:
            assert sum(left) >= min_n
            assert len(left) > 1 or len(sizes) == 1
        assert all(agent in found for agent, size in sizes.items() if size < min_n)

    @pytest.mark.parametrize("form", FORMATS)
    def test_no_format_tells_it(self, form: str) -> None:
        # Told apart by the digits: 3 of 4 is the only 75 %, 13 of 17 is nowhere else.
        told = render(report({"a": 4, "b": 13, "c": 40}, met=3), form)
        assert "0.75" not in told
        assert "75.0%" not in told

    def test_each_format_tells_that_and_why(self) -> None:
        told = report({"a": 4, "b": 13, "c": 40})
        table = render(told)
        assert "(few)" in table
        assert "(few): it rests on fewer than 5, and is not shown (--min-n)" in table
        assert "(hidden)" in table
        rows = [row for row in laws.csv_rows(render(told, "csv")) if row["kpi"] == "sla_attainment"]
        assert [(row["value"], row["suppressed"]) for row in rows[:2]] == [
            ("suppressed", "small-sample"),
            ("suppressed", "complementary"),
        ]
        groups = laws.plain(told)["groups"]
        assert [group["measures"][-1]["suppressed"] for group in groups] == ["small-sample", "complementary", None]
