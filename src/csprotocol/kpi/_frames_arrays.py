"""One table of a pandas frame, counted in arrays of numpy: the same formulas, and of pandas only its columns.

pandas has a column for each step and a pass for each sum. Here the verdict of a row, and what it adds, is one small
number beside that of its group, so that one count of numbers answers all that is asked of a KPI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from csprotocol.errors import HorizonError, InvalidValueError
from csprotocol.kpi._frames_cells import Cells
from csprotocol.kpi._frames_days import Calendars, Range, calendars_of, open_days, period_days
from csprotocol.kpi._frames_facts import STRANGE, Facts, meaning_of_words
from csprotocol.kpi._frames_lookup import DAY_MICROS
from csprotocol.kpi._frames_native import Columns, numbered, numpy
from csprotocol.kpi._frames_plan import Plan, Stretch, first_known
from csprotocol.kpi._frames_question import NO_ID, ROWS, Counted, Key, Question
from csprotocol.kpi._frames_schema import INSTANTS, Holds, Source, sources
from csprotocol.kpi._frames_spec import TableSpec
from csprotocol.kpi._frames_sums import KpiColumns
from csprotocol.kpi._frames_tally import Tally

__all__ = ["count"]

_NO_INSTANT: Final = -(2**63)


class ArrayFacts(Facts):
    """The facts of each row; ``frame`` holds an array for each."""

    __slots__ = ()

    def __call__(self, fact: str) -> Any:
        """The column of a fact; nothing in every row where the frame does not know it."""
        return Cells(self.frame[fact]) if fact in self.has else self.constant(float("nan"))

    def constant(self, value: float) -> Any:
        """The same number in every row."""
        np = numpy()
        return Cells(np.float64(value))


class Grouped(NamedTuple):
    """The number of the group of each row, and what each number means."""

    number: Any
    keys: Sequence[Key]


def count(question: Question, given: Any) -> Counted:
    """What the groups of the frame ``given`` hold."""
    native = question.engine.given
    known, keys = sources(question.engine, given.collect_schema(), question.spec, question.wanted, question.key_columns)
    # Ids and names of calendars are texts; they never become numbers.
    texts = {fact: _known(native, known[fact]) for fact in ("ticket_id", "calendar") if fact in known}
    read = {fact: _read(fact, native, source, question.spec) for fact, source in known.items() if fact not in texts}
    facts = ArrayFacts(read, frozenset(known))
    question.check_known(facts)
    grouped, names = _grouped(question, {key: _known(native, source) for key, source in keys.items()}, facts)
    refused: Mapping[Key, Mapping[str, int]] = {}
    calendars = _calendar_numbers(question, texts.get("calendar"))
    if "ticket_id" in texts and (kept := _first_of_each(texts["ticket_id"])) is not None:
        refused = _refused(grouped, texts["ticket_id"])
        grouped = grouped._replace(number=grouped.number[kept])
        facts = facts._replace(frame={fact: values[kept] for fact, values in facts.frame.items()})
        calendars = calendars if calendars is None else calendars[kept]
    tally = Tally(question, grouped.number, len(grouped.keys), facts.frame.get("status"))
    columns = []
    for at, plan in _plans(question, facts, calendars):
        columns.append(KpiColumns.of(at, plan, question.spec.missing))
        tally.add(columns[-1])
    rows, histograms = tally.by_key(grouped.keys)
    # What is left of a group of which no row was kept is what was refused.
    return Counted(columns, rows, histograms, refused, names)


def _known(native: Any, source: Source) -> Any:
    """The column, with NaN taken for nothing, as pandas does in all but a few of its types."""
    column = native[source.column]
    return column.astype("float64") if source.holds is Holds.FLOATS else column


def _read(fact: str, native: Any, source: Source, spec: TableSpec) -> Any:
    """A fact as numbers, whichever of its ways to hold one pandas has chosen."""
    np = numpy()
    column = _known(native, source)
    if fact in INSTANTS:
        return np.full(len(column), np.nan) if source.holds is Holds.NOTHING else _micros(column)
    if fact == "merged_into":
        return column.notna().to_numpy(dtype="float64")
    if fact == "status":
        codes, words = numbered(column)
        meanings = meaning_of_words(spec)
        each = [meanings.get(str(word), STRANGE) for word in words]
        # The last one is of the rows whose number is -1: those without a word.
        return np.array([*each, np.nan])[codes]
    if source.holds is Holds.NOTHING:
        return np.full(len(column), np.nan)
    return column.to_numpy(dtype="float64", na_value=np.nan)


def _micros(column: Any) -> Any:
    """Microseconds since 1970, NaN where there is no instant."""
    np = numpy()
    if type(column.dtype).__name__ == "ArrowDtype":
        column = column.dt.as_unit("us").astype("datetime64[us, UTC]")
    instants = column.dt.tz_convert(None).to_numpy()
    micros = instants.astype("datetime64[us]", copy=False).view("int64")
    found = micros.astype("float64")
    found[micros == _NO_INSTANT] = np.nan
    return found


# Groups


def _grouped(
    question: Question, columns: Mapping[str, Any], facts: ArrayFacts
) -> tuple[Grouped, Mapping[str, Sequence[str]]]:
    """The rows by their keys, those of periods by number; and the names of these."""
    np = numpy()
    number: Any = np.zeros(len(question.engine.given), dtype="int64")
    keys: list[Key] = [()]
    periods, names = _periods(question, facts)
    for key in question.keys:
        codes, values = periods[key] if key in periods else _numbered_key(columns[key])
        width = len(values) + 1
        both = number * width + codes
        # The last of each width is of nothing, and nothing has the number -1.
        both[codes < 0] += width
        number, present = _compressed(both, len(keys) * width)
        keys = [(*keys[at // width], [*values, None][at % width]) for at in present.tolist()]
    return Grouped(number, keys), names


def _numbered_key(column: Any) -> tuple[Any, list[Any]]:
    try:
        return numbered(column)
    except TypeError:
        raise InvalidValueError.of(
            f"column {column.name!r}", "what cannot be compared", expected="one value a row, to group by"
        ) from None


def _compressed(numbers: Any, bound: int) -> tuple[Any, Any]:
    """The numbers without gaps, and which they were; all are from 0 to below ``bound``."""
    np = numpy()
    if bound > max(1_000_000, 4 * len(numbers)):
        present, dense = np.unique(numbers, return_inverse=True)
        return dense, present
    present = np.flatnonzero(np.bincount(numbers, minlength=bound))
    if len(present) == bound:
        return numbers, present
    dense = np.empty(bound, dtype="int64")
    dense[present] = np.arange(len(present))
    return dense[numbers], present


def _periods(
    question: Question, facts: ArrayFacts
) -> tuple[Mapping[str, tuple[Any, list[Any]]], Mapping[str, Sequence[str]]]:
    """The number of the local period of each row, -1 where its instant is missing, and which numbers there are."""
    np = numpy()
    if not question.periods or question.zone is None:
        return {}, {}
    anchor = first_known(*(facts(name) for name in question.anchors if name in facts.has)).values
    reach = _reach(anchor)
    if reach is None:
        nothing: Any = np.full(len(anchor), -1, dtype="int64")
        return dict.fromkeys(question.periods, (nothing, [])), {}
    table, names = period_days(question.anchors_told, question.periods, reach, question.zone)
    days = {name: np.array(values) for name, (_, values) in table.items()}
    unknown = np.isnan(anchor)
    row, micros = _day_and_rest(anchor, reach)
    changes = [name for name in days if name.startswith("from_")]
    found = {}
    for key in question.periods:
        number = days[f"{key}_0"][row]
        for k in range(1, len(changes)):
            number = np.where(micros >= days[f"from_{k}"][row], days[f"{key}_{k}"][row], number)
        number[unknown] = -1
        found[key] = (number, list(range(len(names[key]))))
    return found, names


def _reach(*columns: Any) -> Range:
    """From the first to the last instant; nothing where there is none."""
    np = numpy()
    ends = [(np.fmin.reduce(each), np.fmax.reduce(each)) for each in columns if len(each)]
    known = [end for each in ends for end in each if end == end]  # noqa: PLR0124  # NaN is not itself
    return (float(min(known)), float(max(known))) if known else None


def _day_and_rest(instants: Any, reach: tuple[float, float]) -> tuple[Any, Any]:
    """Which day after that of the start of ``reach`` an instant falls on, and how many microseconds after midnight.

    Those that are missing fall on the first, with NaN microseconds.
    """
    np = numpy()
    first = int(reach[0]) // DAY_MICROS
    with np.errstate(invalid="ignore"):
        whole = np.where(np.isnan(instants), reach[0], instants).astype("int64")
    day = whole // DAY_MICROS
    return day - first, instants - day * float(DAY_MICROS)


# Tickets told twice


def _first_of_each(ids: Any) -> Any | None:
    """Which rows are the first of their ticket; nothing where all are."""
    refused = ids.duplicated(keep="first") | ids.isna()
    return None if not refused.any() else ~refused.to_numpy(dtype=bool)


def _refused(grouped: Grouped, ids: Any) -> Mapping[Key, Mapping[str, int]]:
    np = numpy()
    size = len(grouped.keys)
    rows = np.bincount(grouped.number, minlength=size).tolist()
    no_ids = np.bincount(grouped.number[ids.isna().to_numpy(dtype=bool)], minlength=size).tolist()
    return {key: {ROWS: rows[at], NO_ID: no_ids[at]} for at, key in enumerate(grouped.keys)}


# What is measured


def _plans(question: Question, facts: ArrayFacts, calendars: Any | None) -> Any:
    """What each KPI does to a row, one after the other: what one needs is forgotten before the next."""
    stretches = question.stretches(facts)
    timed = [each for at, each in stretches.items() if question.in_open_time(at)]
    open_until = _OpenTime.of(question, timed, calendars)
    for at in range(len(question.spec.kpis)):
        if at not in stretches:
            yield at, question.plan(at, facts)
            continue
        stretch = stretches[at]
        opened = None
        if open_until is not None and question.in_open_time(at):
            opened = Cells(open_until(stretch.ended) - open_until(stretch.begun))
        yield at, _measured(question, stretch, opened)


def _measured(question: Question, stretch: Stretch, opened: Cells | None) -> Plan:
    return question.measured(stretch, stretch.ended - stretch.begun, opened)


def _calendar_numbers(question: Question, names: Any | None) -> Any | None:
    """Which of the calendars each row goes by, -1 where it is none of them."""
    np = numpy()
    if names is None or not isinstance(question.calendar, Mapping):
        return None
    codes, words = numbered(names)
    places = {name: at for at, name in enumerate(question.calendar)}
    return np.array([*(places.get(str(word), -1) for word in words), -1])[codes]


def _measured_ends(stretches: Sequence[Stretch], calendars: Any | None) -> Iterator[Any]:
    """The instants of rows that take part."""
    for each in stretches:
        out = each.ended.values < each.begun.values
        for reason in each.reasons:
            out = out | reason.holds.values
        if calendars is not None:
            out = out | (calendars < 0)
        for end in (each.begun, each.ended):
            yield numpy().where(out, float("nan"), end.values)


def _open_table(
    stretches: Sequence[Stretch], calendar: Calendars, calendars: Any | None
) -> tuple[Range, Columns, bool]:
    """How far the instants reach, the table of those days, and whether instants lie beyond that are not measured."""
    np = numpy()
    reach = _reach(*(np.atleast_1d(end.values) for each in stretches for end in (each.begun, each.ended)))
    try:
        return reach, {} if reach is None else open_days(reach, calendar), False
    except HorizonError:
        # Mostly one row of spam: those that take part may lie within.
        reach = _reach(*_measured_ends(stretches, calendars))
        return reach, {} if reach is None else open_days(reach, calendar), True


class _OpenTime(NamedTuple):
    """Open time up to an instant, in microseconds; of two the difference is the open time between them."""

    reach: tuple[float, float] | None
    table: Mapping[str, Any]
    offset: Any
    unknown: Any
    is_cut: bool
    seen: dict[int, tuple[Any, Any]]

    @classmethod
    def of(cls, question: Question, stretches: Sequence[Stretch], calendars: Any | None) -> _OpenTime | None:
        """Nothing where nothing is counted in open time."""
        np = numpy()
        if question.calendar is None or not stretches:
            return None
        if not calendars_of(question.calendar):
            return cls(None, {}, 0, None, is_cut=False, seen={})
        reach, made, is_cut = _open_table(stretches, question.calendar, calendars)
        if reach is None:
            return cls(None, {}, 0, None, is_cut, {})
        table = {name: np.array(values) for name, (_, values) in made.items() if name != "calendar"}
        if calendars is None or not isinstance(question.calendar, Mapping):
            return cls(reach, table, 0, None, is_cut, {})
        days = len(table["day"]) // max(1, len(question.calendar))
        return cls(reach, table, np.maximum(calendars, 0) * days, calendars < 0, is_cut, {})

    def __call__(self, instant: Cells) -> Any:
        # The same fact begins or ends several stretches.
        found = self.seen.get(id(instant.values))
        if found is None:
            found = self.seen[id(instant.values)] = (instant.values, self._until(instant.values))
        return found[1]

    def _until(self, instants: Any) -> Any:
        np = numpy()
        if self.reach is None:
            return instants + np.nan
        if self.is_cut:
            instants = np.where((instants >= self.reach[0]) & (instants <= self.reach[1]), instants, np.nan)
        day, micros = _day_and_rest(instants, self.reach)
        row = day + self.offset
        opened = self.table["opened"][row] + 0.0 * micros
        for k in range(1, 1 + sum(name.startswith("open_") for name in self.table)):
            opens = self.table[f"open_{k}"][row]
            opened += np.minimum(np.maximum(micros - opens, 0.0), self.table[f"close_{k}"][row] - opens)
        if self.unknown is not None:
            opened = np.where(self.unknown, np.nan, opened)
        return opened
