from __future__ import annotations

import json
import math
import statistics
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol import kpi
from csprotocol.errors import InvalidValueError, OutOfScaleError
from csprotocol.kpi import (
    Accumulator,
    Count,
    DurationStream,
    LogHistogram,
    Moments,
    NpsCount,
    RateCount,
    Ratio,
    TicketDurations,
    TicketRate,
    percentile,
)
from csprotocol.model import TicketFacts
from tests.kpi.rows import HOURS, rows

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SPANS = st.timedeltas(timedelta(days=-1), timedelta(days=400))
TICKETS = rows()


def filled(made: Any, values: Iterable[Any]) -> Any:
    for value in values:
        made.update(value)
    return made


def listed(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.none() | values, max_size=20)


KINDS: dict[str, tuple[Callable[[], Accumulator], st.SearchStrategy[list[Any]]]] = {
    "count": (Count, listed(st.integers())),
    "rate": (RateCount, listed(st.booleans())),
    "moments": (Moments, listed(FLOATS | st.integers(-(10**9), 10**9))),
    "nps": (NpsCount, listed(st.integers(0, 10))),
    "log_histogram": (LogHistogram, listed(FLOATS)),
    "durations": (DurationStream, listed(SPANS)),
    "ticket_rate": (lambda: TicketRate("fcr", variant="less_than_two"), TICKETS),
    "ticket_durations": (lambda: TicketDurations("resolution", which="first"), TICKETS),
}
EVERY = pytest.mark.parametrize("kind", list(KINDS))


def same(one: Accumulator, other: Accumulator) -> bool:
    return one == other and one.to_dict() == other.to_dict()


class TestLaws:
    @EVERY
    @given(data=st.data())
    def test_associative(self, kind: str, data: st.DataObject) -> None:
        make, values = KINDS[kind]
        a, b, c = (filled(make(), data.draw(values)) for _ in range(3))
        assert same((a + b) + c, a + (b + c))

    @EVERY
    @given(data=st.data())
    def test_commutative(self, kind: str, data: st.DataObject) -> None:
        make, values = KINDS[kind]
        a, b = (filled(make(), data.draw(values)) for _ in range(2))
        assert same(a + b, b + a)

    @EVERY
    @given(data=st.data())
    def test_a_new_one_is_the_identity(self, kind: str, data: st.DataObject) -> None:
        make, values = KINDS[kind]
        a = filled(make(), data.draw(values))
        assert same(a, a + make())
        assert same(a, make() + a)

    @EVERY
    @given(data=st.data())
    def test_parts_make_the_whole_in_any_order(self, kind: str, data: st.DataObject) -> None:
        make, values = KINDS[kind]
        whole = data.draw(values)
        cut = data.draw(st.integers(0, len(whole)))
        parts = filled(make(), whole[:cut]) + filled(make(), whole[cut:])
        assert same(filled(make(), whole), parts)
        assert same(filled(make(), data.draw(st.permutations(whole))), parts)

    @EVERY
    @given(data=st.data())
    def test_adding_changes_neither(self, kind: str, data: st.DataObject) -> None:
        make, values = KINDS[kind]
        a, b = (filled(make(), data.draw(values)) for _ in range(2))
        before = json.dumps([a.to_dict(), b.to_dict()])
        filled(a + b, data.draw(values))
        assert before == json.dumps([a.to_dict(), b.to_dict()])

    @EVERY
    @given(data=st.data())
    def test_json_and_back(self, kind: str, data: st.DataObject) -> None:
        make, values = KINDS[kind]
        a = filled(make(), data.draw(values))
        back = type(a).from_dict(json.loads(json.dumps(a.to_dict())))
        assert same(a, back)
        more = data.draw(values)
        assert same(filled(a, more), filled(back, more))

    @EVERY
    def test_of_nothing(self, kind: str) -> None:
        empty: Any = KINDS[kind][0]()
        assert empty.n == 0
        assert not any(getattr(empty, name, None) for name in ("value", "mean", "median", "variance", "missing"))

    @EVERY
    def test_documents_of_another_kind_are_refused(self, kind: str) -> None:
        made = KINDS[kind][0]()
        documents: list[Any] = [{}, {"kind": "other"}, {"kind": kind}, [], None]
        for document in documents:
            with pytest.raises(InvalidValueError):
                type(made).from_dict(document)

    @EVERY
    def test_of_another_kind_they_are_not_added(self, kind: str) -> None:
        made = KINDS[kind][0]()
        other = KINDS["count" if kind != "count" else "rate"][0]()
        with pytest.raises(TypeError):
            _ = made + other
        assert made != other

    @EVERY
    def test_they_change_and_are_no_keys(self, kind: str) -> None:
        with pytest.raises(TypeError, match="unhashable"):
            hash(KINDS[kind][0]())


class TestRateCount:
    @given(st.lists(st.none() | st.booleans()))
    def test_equals_the_rate_of_all(self, answers: list[bool | None]) -> None:
        known = [answer for answer in answers if answer is not None]
        assert Ratio(sum(known), len(known)) == RateCount.of(answers).ratio

    @pytest.mark.parametrize("answer", [1, 0, "yes", 0.5])
    def test_refuses_what_is_no_answer(self, answer: Any) -> None:
        with pytest.raises(InvalidValueError, match="True, False or None"):
            RateCount().update(answer)

    @pytest.mark.parametrize(
        "change", [{"numerator": -1}, {"numerator": 0.5}, {"numerator": "x"}, {"missing": 3}, {"rejected": {"a": -1}}]
    )
    def test_refuses_documents_that_cannot_be(self, change: dict[str, Any]) -> None:
        with pytest.raises(InvalidValueError):
            RateCount.from_dict(RateCount().to_dict() | change)


class TestNpsCount:
    @given(listed(st.integers(0, 10)))
    def test_equals_the_score_of_all(self, ratings: list[int | None]) -> None:
        found = filled(NpsCount(), ratings)
        assert kpi.nps(ratings) == found.score == NpsCount.of(ratings).score
        assert found.missing == ({"no-answer": ratings.count(None)} if None in ratings else {})

    def test_out_of_scale(self) -> None:
        found = NpsCount()
        with pytest.raises(OutOfScaleError):
            found.update(11)
        found.update(11, out_of_scale="reject")
        assert found.rejected == {"out-of-scale": 1}


class TestMoments:
    @given(st.lists(FLOATS, min_size=1, max_size=30))
    def test_the_mean_is_exact(self, values: list[float]) -> None:
        expected = sum(map(Fraction, values), Fraction(0)) / len(values)
        assert float(expected) == Moments.of(values).mean == kpi.mean(values)

    @given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
    def test_the_variance_equals_the_textbook(self, values: list[float]) -> None:
        found = Moments.of(values)
        expected = float(statistics.variance(map(Fraction, values)))
        assert pytest.approx(expected, rel=1e-12, abs=0) == found.variance
        assert pytest.approx(math.sqrt(expected)) == found.standard_deviation
        assert pytest.approx(math.sqrt(expected / len(values))) == found.standard_error

    def test_of_one_there_is_no_spread(self) -> None:
        found = Moments.of([5])
        assert (found.mean, found.variance, found.standard_deviation, found.standard_error) == (5.0, None, None, None)

    def test_more_than_a_float(self) -> None:
        with pytest.raises(InvalidValueError, match="largest float"):
            _ = Moments.of([1e308, -1e308]).variance

    @pytest.mark.parametrize("value", [math.nan, math.inf, "1", 10**400, True])
    def test_refuses_what_is_no_number(self, value: Any) -> None:
        found = Moments()
        with pytest.raises(InvalidValueError):
            found.update(value)
        assert found == Moments()

    @pytest.mark.parametrize(
        "change", [{"sum": "1/3"}, {"sum": 5}, {"sum": "x"}, {"n": -1}, {"sum": "9", "sum_of_squares": "1", "n": 1}]
    )
    def test_refuses_documents_that_cannot_be(self, change: dict[str, Any]) -> None:
        with pytest.raises(InvalidValueError):
            Moments.from_dict(Moments().to_dict() | change)


class TestLogHistogram:
    @pytest.mark.parametrize("error", [0.001, 0.01, 0.05])
    @given(values=st.lists(st.floats(0, 1e9), min_size=1, max_size=60), q=st.floats(0, 1))
    def test_quantiles_are_as_near_as_promised(self, error: float, values: list[float], q: float) -> None:
        found = LogHistogram.of(values, relative_error=error).quantile(q)
        exact = percentile(values, q)
        assert found is not None
        assert exact is not None
        assert abs(found - exact) <= error * exact * (1 + 1e-9) + 5e-324

    @given(st.lists(st.floats(0, 1.7976931348623157e308), min_size=1, max_size=20))
    def test_the_ends_are_exact_and_nothing_lies_beyond(self, values: list[float]) -> None:
        found = LogHistogram.of(values)
        assert (min(values), max(values)) == (found.quantile(0), found.quantile(1))
        assert all(min(values) <= (found.quantile(q) or 0) <= max(values) for q in (0.1, 0.5, 0.9))

    @given(st.floats(1e-300, 1e300), st.integers(0, 5))
    def test_many_of_one_at_once(self, value: float, count: int) -> None:
        at_once = LogHistogram()
        at_once.update(value, count)
        assert at_once == LogHistogram.of([value] * count)

    def test_lognormal_durations(self) -> None:
        values = np.random.default_rng(3).lognormal(8, 1.6, 50_000)
        found = LogHistogram.of(values.tolist())
        for q in (0.5, 0.9, 0.95, 0.99):
            assert found.quantile(q) == pytest.approx(float(np.quantile(values, q)), rel=0.01)
        assert len(found.buckets) < 1200

    def test_what_is_no_duration_is_told(self) -> None:
        found = LogHistogram.of([-1, None, 0])
        assert (found.n, found.missing, found.rejected) == (1, {"no-value": 1}, {"negative": 1})

    def test_of_different_errors_they_are_not_added(self) -> None:
        with pytest.raises(InvalidValueError, match="relative_error"):
            _ = LogHistogram() + LogHistogram(relative_error=0.02)

    @pytest.mark.parametrize("error", [0, 1, -0.1, math.nan, None])
    def test_refuses_errors_that_are_none(self, error: Any) -> None:
        with pytest.raises(InvalidValueError, match="relative_error"):
            LogHistogram(relative_error=error)

    @pytest.mark.parametrize(("value", "count"), [(math.nan, 1), ("1", 1), (1, -1), (1, 0.5)])
    def test_refuses_what_is_no_number(self, value: Any, count: Any) -> None:
        with pytest.raises(InvalidValueError):
            LogHistogram().update(value, count)

    @pytest.mark.parametrize("q", [-0.1, 1.1, 90, math.nan])
    def test_refuses_shares_outside(self, q: float) -> None:
        with pytest.raises(InvalidValueError, match="share from 0 to 1"):
            LogHistogram().quantile(q)

    @pytest.mark.parametrize(
        "change",
        [{"buckets": 5}, {"buckets": [[1]]}, {"buckets": [[1.5, 2]]}, {"buckets": [[1, -2]]}, {"buckets": [[1, 2]]},
         {"zeros": -1}, {"least": 3.0}, {"relative_error": 2}],
    )  # fmt: skip
    def test_refuses_documents_that_cannot_be(self, change: dict[str, Any]) -> None:
        with pytest.raises(InvalidValueError):
            LogHistogram.from_dict(LogHistogram().to_dict() | change)


class TestDurationStream:
    @given(st.lists(st.timedeltas(timedelta(0), timedelta(days=400)), min_size=1, max_size=30))
    def test_equals_the_summary_of_all(self, spans: list[timedelta]) -> None:
        found, whole = DurationStream.of(spans), kpi.asa(spans)
        assert (whole.mean, whole.n) == (found.mean, found.n)
        assert whole.p90 is not None
        assert found.p90 is not None
        assert abs(found.p90 - whole.p90) <= 0.01 * whole.p90 + timedelta(microseconds=1)

    def test_what_is_none_is_told(self) -> None:
        found = DurationStream.of([timedelta(seconds=-1), None])
        assert (found.n, found.missing, found.rejected) == (0, {"no-value": 1}, {"negative-duration": 1})
        with pytest.raises(InvalidValueError, match="timedelta"):
            found.update(5)  # type: ignore[arg-type]

    def test_constant_memory(self) -> None:
        """A hundred times as long a stream takes no more room once its buckets are there."""

        def stream() -> Iterator[timedelta]:
            value = 1
            while True:
                value = value * 48271 % 2147483647
                yield timedelta(seconds=math.exp(value / 2147483647 * 14))

        found, source = DurationStream(), stream()
        filled(found, islice(source, 2_000))
        tracemalloc.start()
        filled(found, islice(source, 40_000))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert found.n == 42_000
        assert peak < 200_000


class TestTicketRate:
    @pytest.mark.parametrize(
        ("name", "options"),
        [
            ("fcr", {}),
            ("fcr", {"variant": kpi.FcrVariant.EQUAL_ONE, "spam": "include"}),
            ("reopen_rate", {"counting": "events"}),
            ("unreplied", {"merged": "include"}),
            ("sla_attainment", {}),
            ("csat", {"satisfied_from": 4}),
        ],
    )
    @given(tickets=TICKETS)
    def test_equals_the_kpi_of_all(self, name: str, options: dict[str, Any], tickets: list[TicketFacts]) -> None:
        if name == "csat":
            whole: Any = kpi.csat(kpi.survey_answers(tickets, "csat"), out_of_scale="reject", **options)
        else:
            whole = getattr(kpi, "sla_attainment_of" if name == "sla_attainment" else name)(tickets, **options)
        found = filled(TicketRate(name, **options), tickets)
        assert whole.ratio == found.ratio
        assert (dict(whole.rejected), whole.n) == (found.rejected, found.n)
        # Merged and spam tickets are no surveys; the rates of tickets say that they left them out.
        assert name == "csat" or dict(whole.missing) == found.missing

    def test_definition_and_interval(self) -> None:
        found = TicketRate("fcr")
        assert found.definition is kpi.definition("fcr")
        assert found.interval() is None

    @pytest.mark.parametrize(
        ("name", "options"),
        [("nps", {}), ("first_reply", {}), ("fcr", {"variant": "best"}), ("fcr", {"size": 1}), ("fcr", {"spam": {}})],
    )
    def test_refuses_what_it_cannot_count(self, name: str, options: dict[str, Any]) -> None:
        with pytest.raises(InvalidValueError):
            TicketRate(name, **options)

    def test_of_different_options_they_are_not_added(self) -> None:
        with pytest.raises(InvalidValueError, match="to be added"):
            _ = TicketRate("fcr") + TicketRate("fcr", variant="equal_one")


class TestTicketDurations:
    @pytest.mark.parametrize(
        ("name", "options"),
        [
            ("frt", {}),
            ("first_reply", {"within": HOURS, "auto_replies": "include"}),
            ("resolution", {"minus": ["waiting_customer"]}),
        ],
    )
    @given(tickets=TICKETS)
    def test_equals_the_kpi_of_all(self, name: str, options: dict[str, Any], tickets: list[TicketFacts]) -> None:
        whole = (kpi.resolution if name == "resolution" else kpi.first_reply)(tickets, **options)
        found = filled(TicketDurations(name, **options), tickets)
        assert (whole.mean, whole.n) == (found.durations.mean, found.n)
        assert (dict(whole.missing), dict(whole.rejected)) == (found.missing, found.rejected)

    def test_a_calendar_is_given_again(self) -> None:
        document = TicketDurations("first_reply", within=HOURS).to_dict()
        assert TicketDurations.from_dict(document, within=HOURS).within is HOURS
        with pytest.raises(InvalidValueError, match="give within=calendar"):
            TicketDurations.from_dict(document)

    def test_of_different_clocks_they_are_not_added(self) -> None:
        with pytest.raises(InvalidValueError, match="to be added"):
            _ = TicketDurations("first_reply") + TicketDurations("first_reply", within=HOURS)
