"""The smallest frames of which engines gave different answers, or none that anybody could read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from csprotocol import kpi
from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Ratio, TableKpi, TableSpec
from tests.kpi.frames import CALENDARS, ENGINES, frame_of
from tests.kpi.test_frames_traps import cells

NAN = float("nan")
OPENED = datetime(2025, 3, 3, 9, tzinfo=UTC)


def frame(engine: str, **columns: list[Any]) -> Any:
    """A frame with an id for each row."""
    count = len(next(iter(columns.values())))
    return frame_of(engine, {"ticket_id": [str(number) for number in range(count)], **columns})


def only(given: Any, asked: TableKpi | str, **options: Any) -> Any:
    (group,) = kpi.group_kpis(given, TableSpec([asked]), **options)
    return next(iter(group.kpis.values()))


@pytest.mark.parametrize("engine", ENGINES)
class TestRatings:
    @pytest.mark.parametrize(
        "limit", [2.0000001, Decimal("2.0000001"), Fraction(20000001, 10000000), 3, Fraction(10**17 * 2 + 1, 10**17)]
    )
    def test_the_limit_counts_as_it_is_given(self, engine: str, limit: Any) -> None:
        ratings = [2.0, 2.0, 3.0, 5.0]
        found = only(frame(engine, csat=ratings), TableKpi("csat", {"satisfied_from": limit}))
        assert found.ratio == kpi.csat(ratings, satisfied_from=limit).ratio == Ratio(2, 4)

    def test_the_limit_of_ease(self, engine: str) -> None:
        ratings = [4.9999999, 5.0, 5.0000001, 7.0]
        for limit in (5.0000001, None):
            found = only(frame(engine, ces=ratings), TableKpi("ces_share", {"easy_from": limit}))
            assert found.ratio == kpi.ces_share(ratings, easy_from=limit).ratio

    def test_the_default_on_a_long_scale(self, engine: str) -> None:
        scale = (1, 10_000_000)
        ratings = [9_999_998, 9_999_999, 10_000_000]
        found = only(frame(engine, csat=ratings), TableKpi("csat", {"scale": scale}))
        assert found.ratio == kpi.csat(ratings, scale=scale).ratio == Ratio(2, 3)


@pytest.mark.parametrize("engine", ENGINES)
class TestNan:
    def test_as_a_group_it_is_the_unknown_one(self, engine: str) -> None:
        given = frame(engine, sla_met=[True, True, False, False], k=[1.0, NAN, None, NAN])
        for spec in ("sla_attainment", TableSpec(["sla_attainment"], duplicates="trust")):
            groups = kpi.group_kpis(given, spec, by="k")
            assert [(*group.key, group["sla_attainment"].ratio) for group in groups] == [
                (1.0, Ratio(1, 1)),
                (None, Ratio(1, 3)),
            ]

    def test_as_a_rating_it_is_no_answer(self, engine: str) -> None:
        given = frame(engine, csat=[5.0, NAN, 5.0])
        assert only(given, "csat").ratio == Ratio(2, 2)
        assert only(given, "csat_mean").value == 5.0

    @pytest.mark.parametrize(
        ("asked", "ratio", "missing"),
        [
            ("sla_attainment", Ratio(1, 2), {"no-verdict": 1}),
            ("unreplied", Ratio(1, 2), {"no-reply-count": 1}),
            ("fcr", Ratio(1, 2), {"no-reply-count": 1}),
        ],
    )
    def test_as_a_fact_it_is_unknown(self, engine: str, asked: str, ratio: Ratio, missing: Any) -> None:
        given = frame(
            engine,
            sla_met=[1.0, 0.0, NAN],
            agent_replies=[1.0, 0.0, NAN],
            reopens=[0.0, 0.0, 0.0],
            status=["closed"] * 3,
            spam=[NAN, 0.0, None],
            merged_into=[NAN, None, NAN],
        )
        found = only(given, asked)
        assert (found.ratio, found.missing) == (ratio, missing)

    def test_as_an_id_it_is_none(self, engine: str) -> None:
        given = frame_of(engine, {"ticket_id": [1.0, NAN, None, NAN], "sla_met": [True] * 4})
        found = only(given, "sla_attainment")
        assert (found.ratio, found.rejected) == (Ratio(1, 1), {"ticket-id": 3})


@pytest.mark.parametrize("engine", ENGINES)
class TestColumnsOfNothing:
    def test_instants(self, engine: str) -> None:
        given = frame(engine, created_at=[OPENED] * 3, first_reply_at=[None] * 3)
        found = only(given, "first_reply", calendar=CALENDARS["madrid"])
        assert (found.n, found.missing) == (0, {"replies-unknown": 3})

    def test_ratings_and_flags(self, engine: str) -> None:
        found = only(frame(engine, csat=[5.0, 4.0, 1.0], surveyed=[None] * 3), "csat")
        assert found.ratio == Ratio(2, 3)
        assert only(frame(engine, csat=[None] * 3), "csat").n == 0

    def test_words(self, engine: str) -> None:
        given = frame(engine, status=[None] * 2, merged_into=[None] * 2, agent_replies=[1, 2], reopens=[0, 0])
        assert only(given, "fcr").missing == {"no-status": 2}

    def test_ids(self, engine: str) -> None:
        given = frame_of(engine, {"ticket_id": [None] * 2, "sla_met": [True, False]})
        assert only(given, "sla_attainment").rejected == {"ticket-id": 2}

    def test_groups_and_calendars(self, engine: str) -> None:
        given = frame(engine, created_at=[OPENED], first_reply_at=[OPENED], calendar=[None], k=[None])
        (group,) = kpi.group_kpis(given, "first_reply", by="k", calendar=CALENDARS)
        assert (group.key, group["first_reply"].missing) == ((None,), {"no-calendar": 1})


@pytest.mark.parametrize("engine", ENGINES)
class TestGroups:
    def test_whole_numbers_beside_nothing(self, engine: str) -> None:
        given = frame(engine, sla_met=[True, False, True], k=[1, None, 1])
        found = cells(kpi.table(given, "sla_attainment", by="k"))
        assert found["sla_attainment"] == [1.0, 0.0]
        assert found["k"][0] == 1
        assert str(found["k"][1]) in {"None", "<NA>"}

    def test_lists_are_no_groups(self, engine: str) -> None:
        with pytest.raises(InvalidValueError, match="column 'k' must be one value a row"):
            kpi.table(frame(engine, sla_met=[True, False], k=[[1], [2]]), "sla_attainment", by="k")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_strange_status_is_named_even_of_spam(engine: str) -> None:
    given = frame(engine, status=["closed", "Solved?"], spam=[False, True], agent_replies=[1, 1], reopens=[0, 0])
    with pytest.raises(InvalidValueError, match=r"column 'status' must be one of .*, got 'Solved\?'"):
        kpi.table(given, "fcr")
