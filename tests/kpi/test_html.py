"""Results in a notebook: whole pages, nothing that runs or loads, nothing that a name could smuggle in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol import kpi
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._page import MOST_ROWS, html_page, markdown_page
from csprotocol.kpi._view import Curve, Stairs, Table, View, counted_rows, took
from csprotocol.model import Channel, Money, StatusCategory, TicketFacts
from tests.kpi.frames import frame_of

EVIL = "<script>alert('1 & 2')</script>\"|`*x*`"
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def tickets(count: int = 12) -> list[TicketFacts]:
    return [
        TicketFacts(
            ticket_id=f"{EVIL}{i}",
            created_at=AT + timedelta(hours=i),
            first_reply_at=AT + timedelta(hours=i, minutes=i * i - 1),
            status=StatusCategory.RESOLVED,
            solved_at=() if i % 3 else (AT + timedelta(hours=30 + i),),
            agent_replies=i % 3,
            reopens=0,
            channel=Channel.CHAT if i % 2 else None,
            sla_met=bool(i % 2),
        )
        for i in range(count)
    ]


def stream(made: Any, facts: Iterable[Any]) -> Any:
    for each in facts:
        made.update(each)
    return made


def table() -> kpi.KpiTable:
    """Groups with a name that nobody should run, and one without."""
    asked: list[kpi.TableKpi | str] = ["first_reply", "fcr", kpi.TableKpi("backlog", {"at": AT + timedelta(days=1)})]
    names = {f"{EVIL}{i}": f"{EVIL}{i % 2}" if i % 3 else None for i in range(9)}
    columns = dict(kpi.facts_columns(tickets(9)))
    columns["shop"] = [names[ticket] for ticket in columns["ticket_id"]]
    return kpi.group_kpis(frame_of("polars", columns), asked, by=["shop"])


MONTHS = [kpi.Ratio(18, 20), kpi.Ratio(17, 20), kpi.Ratio(0, 0), kpi.Ratio(18, 20), kpi.Ratio(9, 20)]
RESULTS: dict[str, Callable[[], Viewed]] = {
    "ageing": lambda: kpi.ageing(tickets(), AT + timedelta(days=9)),
    "age bucket": lambda: kpi.AgeBucket(timedelta(0), None, 3),
    "backlog": lambda: kpi.backlog(tickets(40), AT + timedelta(days=1)),
    "cause": lambda: kpi.causes([EVIL]).causes[0],
    "comparison of nothing": lambda: kpi.compare(kpi.Ratio(0, 0), kpi.Ratio(1, 2)),
    "comparison of rates": lambda: kpi.compare(kpi.Ratio(56, 70), kpi.Ratio(48, 80)),
    "comparison of scores": lambda: kpi.compare(kpi.nps([10] * 50), kpi.nps([10] * 20 + [0] * 30)),
    "comparison of times": lambda: kpi.compare(kpi.first_reply(tickets()), kpi.first_reply(tickets())),
    "cost": lambda: kpi.CostPerContact(Money.of("10", "EUR"), 3),
    "count": lambda: kpi.Count.of([1, None]),
    "definition": lambda: kpi.definition("fcr"),
    "durations": lambda: kpi.first_reply(tickets()),
    "durations of none": lambda: kpi.first_reply([]),
    "durations so far": lambda: kpi.DurationStream.of([timedelta(minutes=3), None, timedelta(-1)]),
    "group": lambda: table().groups[0],
    "group without a name": lambda: table().groups[-1],
    "group count": lambda: table().groups[0]["backlog"],
    "group durations": lambda: table().groups[0]["first_reply"],
    "group table": table,
    "histogram": lambda: kpi.LogHistogram.of([1, 2, 3, None, -1]),
    "histogram of nothing": kpi.LogHistogram,
    "interval": lambda: kpi.Interval(0.1, 0.2, 0.95, EVIL, 7),
    "measured": lambda: kpi.first_reply_of(tickets()[0]),
    "moments": lambda: kpi.Moments.of([1.5, 2, None]),
    "nps": lambda: kpi.nps([10, 9, 3, None]),
    "nps so far": lambda: kpi.NpsCount.of([10, 3]),
    "p-chart": lambda: kpi.p_chart(MONTHS, baseline=4),
    "p-chart of nothing": lambda: kpi.p_chart([]),
    "page": lambda: kpi.PageSupport(EVIL, 200, 10),
    "pareto": lambda: kpi.causes([EVIL] * 6 + ["damaged"] * 3 + ["size", None]),
    "pareto of nothing": lambda: kpi.causes([]),
    "quantile": lambda: kpi.median_interval([timedelta(hours=each) for each in range(9)]),
    "quantile of few": lambda: kpi.median_interval([4.0, None]),
    "rate": lambda: kpi.fcr(tickets()),
    "rate of events": lambda: kpi.RateCount.from_dict(
        {"kind": "rate", "numerator": "7/2", "denominator": 3, "missing": {EVIL: 2}, "rejected": {}}
    ),
    "rate of nothing": lambda: kpi.fcr([]),
    "rate so far": lambda: kpi.RateCount.of([True, False, None]),
    "ratio": lambda: kpi.Ratio(1, 3),
    "service counts": lambda: kpi.service_counts(tickets(), tz="Europe/Madrid"),
    "service level": lambda: kpi.service_level(answered_within=72, answered=85, abandoned=15),
    "sla": lambda: kpi.sla_attainment(met=90, missed=8, running=2, overdue=1),
    "small sample": lambda: kpi.shown(0.75, 4),
    "survey balance": lambda: kpi.csat_balance([5, 4, 3, 1, None]),
    "survey balance of nobody": lambda: kpi.csat_balance([None]),
    "survey mean": lambda: kpi.csat_mean([5, 4, 9], out_of_scale="reject"),
    "survey mean of nobody": lambda: kpi.csat_mean([]),
    "survey share": lambda: kpi.csat([5, 4, 3, 1, None]),
    "survival": lambda: kpi.resolution_survival(tickets(), as_of=AT + timedelta(days=9)),
    "survival of nothing": lambda: kpi.kaplan_meier([], []),
    "ticket durations": lambda: stream(kpi.TicketDurations("first_reply"), tickets()),
    "ticket rate": lambda: stream(kpi.TicketRate("fcr", variant="less_than_two"), tickets()),
    "vendor": lambda: kpi.vendors()[0],
    "xmr of nothing": lambda: kpi.xmr([]),
    "xmr of numbers": lambda: kpi.xmr([30, 32, None, 29, 31, 30, 33, 30, 45], baseline=7),
    "xmr of times": lambda: kpi.xmr([timedelta(hours=each) for each in (3, 4, 3, 5, 30)]),
}
each_result = pytest.mark.parametrize("result", [pytest.param(make, id=name) for name, make in RESULTS.items()])

ALLOWED = {
    "div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary",
    "svg", "title", "path", "circle",
}  # fmt: skip
ATTRIBUTES = {
    "class", "style", "scope", "role", "aria-label", "viewBox", "fill", "stroke", "stroke-width", "stroke-dasharray",
    "opacity", "d", "r", "cx", "cy",
}  # fmt: skip


class _Balanced(HTMLParser):
    """What a browser sees, tag by tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()


def checked(page: str) -> ET.Element:
    """The page as a tree, once it holds nothing but what a result may show."""
    browser = _Balanced()
    browser.feed(page)
    browser.close()
    assert not browser.open
    tree = ET.fromstring(page)
    for element in tree.iter():
        assert element.tag in ALLOWED
        assert set(element.attrib) <= ATTRIBUTES
        assert not re.search(r"url\(|expression|javascript", element.get("style", ""))
    assert not re.search(r"https?://|//[a-z]", " ".join(re.findall(r"<[^>]*>", page)))
    return tree


def told(tree: ET.Element) -> str:
    return " ".join("".join(tree.itertext()).split())


class TestHtml:
    @each_result
    def test_is_whole_and_holds_nothing_that_runs_or_loads(self, result: Callable[[], Viewed]) -> None:
        checked(result()._repr_html_())

    @each_result
    def test_is_the_same_each_time(self, result: Callable[[], Viewed]) -> None:
        assert result()._repr_html_() == result()._repr_html_()
        assert result()._repr_markdown_() == result()._repr_markdown_()

    @each_result
    def test_takes_its_colours_from_the_page_around_it(self, result: Callable[[], Viewed]) -> None:
        page = result()._repr_html_()
        assert not re.search(r"(?<!-)\bcolor:|background:(?!currentColor)", page)
        assert {"currentColor", "none", "#e0524d"} >= set(re.findall(r'(?:fill|stroke)="([^"]*)"', page))

    def test_shows_what_the_number_rests_on(self) -> None:
        rate = kpi.fcr([*tickets(), TicketFacts(ticket_id="open", status=StatusCategory.OPEN), *tickets(1)])
        page = told(checked(rate._repr_html_()))
        assert "First contact resolution 4/12 (33.3%)" in page
        for part in ("13.8% to 60.9% (95%, wilson)", "n12", "missing1 (not-resolved 1)", "variant one_reply"):
            assert part in page
        assert "rejected1 (duplicate-ticket 1)" in page
        assert "this ticket was counted already" in page
        assert f"formula{rate.definition.formula}" in page

    def test_marks_the_points_that_stand_out(self) -> None:
        tree = checked(RESULTS["xmr of numbers"]()._repr_html_())
        assert 1 == len([dot for dot in tree.iter("circle") if dot.get("r") == "4.5"])
        assert 8 == len(list(tree.iter("circle")))  # nine months, one of them unknown
        assert "beyond limitspoint 9" in told(tree)

    def test_draws_stairs_down_to_what_is_still_open(self) -> None:
        found = kpi.kaplan_meier([1, 2, 3, 4, 10, 10], [True, True, True, True, False, False])
        tree = checked(found._repr_html_())
        stairs = [path.get("d", "") for path in tree.iter("path")][-1]
        assert 5 == stairs.count("H")
        assert "ended4 of 6" in told(tree)

    def test_an_empty_chart_is_not_drawn(self) -> None:
        for name in ("xmr of nothing", "p-chart of nothing", "survival of nothing"):
            assert not list(checked(RESULTS[name]()._repr_html_()).iter("svg"))

    def test_a_long_table_ends_and_says_so(self) -> None:
        page = told(checked(kpi.causes(f"cause {i:03}" for i in range(MOST_ROWS + 7))._repr_html_()))
        assert f"cause {MOST_ROWS - 1:03}" in page
        assert f"cause {MOST_ROWS:03}" not in page
        assert "and 7 rows more" in page

    def test_names_are_texts_and_never_tags(self) -> None:
        for name in ("backlog", "pareto", "page", "interval", "rate of events", "durations"):
            page = RESULTS[name]()._repr_html_()
            assert "<script" not in page
            assert EVIL in unescape(page)


class TestMarkdown:
    @each_result
    def test_nothing_in_it_is_a_tag_or_a_cell_of_its_own(self, result: Callable[[], Viewed]) -> None:
        page = result()._repr_markdown_()
        assert not re.search(r"(?<!\\)[<>`]", page)
        for table in re.findall(r"(?:^\|.*\|$\n?)+", page, re.MULTILINE):
            widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            assert 1 == len(widths)

    def test_says_the_same(self) -> None:
        page = kpi.csat([5, 4, 3, 1, None])._repr_markdown_()
        assert page.startswith("**Customer satisfaction**: 2/4 (50.0%)\n\n|  |  |\n| --- | --- |\n| interval |")
        assert r"| missing | 1 (no-answer 1) |" in page
        assert r"satisfied\_from 4" in page


TEXTS = st.text(max_size=20) | st.text(st.characters(), max_size=20) | st.sampled_from([EVIL, "]]>", "\x00", "\ud800"])
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.builds(
        lambda head, rows, share: Table(head, tuple(rows), (share,) * len(rows)),
        st.tuples(*[TEXTS] * width),
        st.lists(st.tuples(*[TEXTS] * width), max_size=5),
        st.floats(0, 1),
    )
)
CURVES = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), max_size=8).flatmap(
    lambda rows: st.builds(
        Curve,
        TEXTS,
        st.just(tuple(row[0] for row in rows)),
        NUMBERS,
        st.just(tuple(row[1] for row in rows)),
        st.just(tuple(row[2] for row in rows)),
        st.frozensets(st.integers(0, 8)),
    )
)
STAIRS = st.builds(
    lambda label, points, end: Stairs(label, tuple(sorted(points)), end),
    TEXTS,
    st.lists(st.tuples(st.floats(0, 1e300), st.floats(0, 1)), max_size=6),
    st.floats(0, 1e300),
)
ROWS = st.lists(st.tuples(TEXTS, TEXTS), max_size=4).map(tuple)
VIEWS = st.builds(View, TEXTS, TEXTS, ROWS, st.none() | TABLES, st.none() | CURVES | STAIRS, ROWS)


@given(VIEWS)
def test_every_view_is_a_whole_page(view: View) -> None:
    checked(html_page(view))
    assert "\n" not in markdown_page(view).splitlines()[0]


@given(st.lists(st.none() | st.integers(1, 5)), st.lists(st.timedeltas(timedelta(0), timedelta(days=400))))
def test_every_result_is_a_whole_page(stars: list[int | None], times: list[timedelta]) -> None:
    results: list[Viewed] = [
        kpi.csat(stars),
        kpi.csat_mean(stars),
        kpi.csat_balance(stars),
        kpi.asa(times),
        kpi.xmr(times),
        kpi.kaplan_meier(times, [len(times) % 2 == i % 2 for i in range(len(times))]),
        kpi.DurationStream.of(times),
        kpi.median_interval(times),
        kpi.compare(kpi.asa(times), kpi.asa([])),
    ]
    for result in results:
        checked(result._repr_html_())


def test_every_public_result_is_viewed() -> None:
    """Named tuples and words apart, and what a table of a frame holds, which is a page of its own."""
    values = [getattr(kpi, name) for name in kpi.__all__ if name not in _NO_PAGE]
    classes = [value for value in values if isinstance(value, type) and hasattr(value, "__dataclass_fields__")]
    assert [] == [each.__name__ for each in classes if not hasattr(each, "_repr_html_")]
    for each in classes:
        assert "__slots__" in vars(each)
        assert not any("__dict__" in vars(base) for base in each.__mro__)


_NO_PAGE = {"GroupCount", "GroupDurations", "KpiGroup", "SurvivalStep", "TableKpi", "TableSpec"}


def test_only_a_few_rejections_are_told_word_by_word() -> None:
    rows = counted_rows(1, {}, {"duplicate-ticket": 9}, [f"ticket {i}" for i in range(9)])
    assert ("", "ticket 4") in rows
    assert ("", "and 4 more") == rows[-1]


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "0 s"),
        (timedelta(milliseconds=1500), "1.5 s"),
        (timedelta(seconds=59, milliseconds=900), "59.9 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59, milliseconds=900), "1 h"),
        (timedelta(hours=2, seconds=4), "2 h 4 s"),
        (timedelta(days=1, seconds=29), "1 d"),
        (timedelta(days=3, hours=1, seconds=40), "3 d 1 h 1 min"),
        (-timedelta(hours=2), "-2 h"),
    ],
)
def test_durations_for_the_eye(duration: timedelta, text: str) -> None:
    assert text == took(duration)
