"""KPIs by group from a frame of any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from csprotocol.calendar import BusinessCalendar
from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import chosen
from csprotocol.kpi._frames_days import Calendars
from csprotocol.kpi._frames_engine import opened
from csprotocol.kpi._frames_query import groups, nothing
from csprotocol.kpi._frames_question import Question
from csprotocol.kpi._frames_results import KpiTable, check_names, names_of
from csprotocol.kpi._frames_spec import AnySpec, Quantiles, spec_of
from csprotocol.kpi._periods import PERIODS

__all__ = ["group_kpis", "table"]


def table(
    frame: Any,
    spec: AnySpec,
    *,
    by: Iterable[str] | str = (),
    tz: str | tzinfo | None = None,
    calendar: Calendars | None = None,
    quantiles: Quantiles | str = Quantiles.EXACT,
) -> Any:
    """KPIs by group as a frame of the kind given: pandas in, pandas out.

    A row of ``frame`` is a ticket. ``by`` names columns, or ``day``, ``week``, ``month``, ``quarter``, ``year`` of the
    local date in ``tz``. With a ``calendar`` durations are open time; a mapping gives calendars by the name in the
    column ``calendar``. Each KPI has columns ``<name>``, ``<name>_n``, ``<name>_missing``, ``<name>_rejected``;
    durations are in seconds. To pool groups, add numerators and ``n``: a mean of rates is no rate.

    >>> import polars as pl
    >>> tickets = pl.DataFrame({"ticket_id": ["1", "2", "3"], "channel": ["chat", "chat", "email"], "csat": [5, 2, 4]})
    >>> table(tickets, ["csat"], by=["channel"]).to_dicts()[0]
    {'channel': 'chat', 'csat': 0.5, 'csat_numerator': 1, 'csat_n': 2, 'csat_missing': 0, 'csat_rejected': 0}

    Raises:
        MissingExtraError: narwhals is not installed (extra ``[frames]``).
        InvalidValueError: an unknown KPI, column, option or kind of frame; a column of another type; two columns of
            the result with one name.
        NaiveDatetimeError: a column of instants without a time zone.
        HorizonError: the calendar does not reach as far as the instants do.
        OutOfScaleError: ratings that no scale has, unless the KPI rejects them.
    """
    question, given = _asked(frame, spec, by=by, tz=tz, calendar=calendar, quantiles=quantiles)
    check_names(names_of(question.by, nothing(question)))
    return _answered(question, given).to_native()


def group_kpis(
    frame: Any,
    spec: AnySpec,
    *,
    by: Iterable[str] | str = (),
    tz: str | tzinfo | None = None,
    calendar: Calendars | None = None,
    quantiles: Quantiles | str = Quantiles.EXACT,
) -> KpiTable:
    """The same as values: what :func:`table` finds, with definitions, reasons and intervals.

    >>> import polars as pl
    >>> from csprotocol.kpi import TableKpi
    >>> solved = pl.DataFrame({"ticket_id": ["1", "2"], "status": ["resolved", "open"], "agent_replies": [1, 1]})
    >>> (everything,) = group_kpis(solved, [TableKpi("fcr", {"variant": "less_than_two"})])
    >>> print(everything["fcr"])
    First contact resolution: 1/1 (100.0%); n 1; missing 1 (not-resolved 1)

    Raises:
        MissingExtraError, InvalidValueError, NaiveDatetimeError, HorizonError, OutOfScaleError: as :func:`table`.
    """
    return _answered(*_asked(frame, spec, by=by, tz=tz, calendar=calendar, quantiles=quantiles))


def _asked(
    frame: Any,
    spec: AnySpec,
    *,
    by: Iterable[str] | str,
    tz: str | tzinfo | None,
    calendar: Calendars | None,
    quantiles: Quantiles | str,
) -> tuple[Question, Any]:
    asked = spec_of(spec)
    names = (by,) if isinstance(by, str) else tuple(by)
    zone = _zone(tz, names)
    how = chosen(Quantiles, "quantiles", quantiles)
    if calendar is not None:
        _check_calendars(calendar)
    engine, given = opened(frame)
    return Question(engine, asked, names, zone, calendar, how), given


def _answered(question: Question, given: Any) -> KpiTable:
    return KpiTable(
        by=question.by,
        tz=None if question.zone is None else str(question.zone),
        groups=groups(question, given),
        names=tuple(kpi.name for kpi in question.spec.kpis),
        empty=nothing(question),
        engine=question.engine,
    )


def _zone(tz: str | tzinfo | None, by: tuple[str, ...]) -> tzinfo | None:
    """The zone of the periods; a table that has none needs none."""
    if len(set(by)) < len(by):
        raise InvalidValueError.of("by", by, expected="each name once")
    if tz is None:
        for name in by:
            if name in PERIODS:
                raise InvalidValueError.of(
                    "tz", tz, expected=f"the shop's zone, by which a {name} begins", hint="tz='Europe/Madrid'"
                )
        return None
    if isinstance(tz, tzinfo):
        return tz
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError, AttributeError):
        raise InvalidValueError.of("tz", tz, expected="an IANA time zone such as Europe/Madrid") from None


def _check_calendars(calendar: object) -> None:
    for name in calendar if isinstance(calendar, Mapping) else ():
        if not isinstance(name, str):
            raise InvalidValueError.of("calendar", name, expected="a mapping of names, which are texts, to calendars")
    each = calendar.values() if isinstance(calendar, Mapping) else (calendar,)
    for one in each:
        if not isinstance(one, BusinessCalendar):
            raise InvalidValueError.of(
                "calendar", type(one).__name__, expected="a BusinessCalendar, or a mapping of names to them"
            )
