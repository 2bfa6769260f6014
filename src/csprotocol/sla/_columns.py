"""The simple clocks for whole columns: one that starts once, stops once and never stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from csprotocol.calendar import BusinessCalendar
from csprotocol.errors import InvalidValueError, MissingExtraError
from csprotocol.model import require_aware
from csprotocol.sla._targets import OpenTime

__all__ = ["ClockColumns", "judge_columns"]


class ClockColumns(NamedTuple):
    """Arrays of numpy, a row a ticket: ``datetime64[us]`` in UTC, ``timedelta64[us]``, and whether it is breached.

    A row whose start is missing, or lies after ``now``, has no due date, no elapsed time and no breach.
    """

    due_at: Any
    elapsed: Any
    breached: Any


def judge_columns(
    start: Any, stop: Any, target: OpenTime | timedelta, calendar: BusinessCalendar, now: datetime
) -> ClockColumns:
    """What :func:`evaluate` says of ``first_reply`` or ``resolution``, for millions of tickets at once.

    ``start`` and ``stop`` are arrays of numpy (``datetime64``, in UTC) or zoned series of pandas or polars; a missing
    ``stop``, and one after ``now``, is a clock that still runs. Values are the same as of the fold, row by row.

    >>> import numpy as np
    >>> day = np.array(["2026-11-20T09:00", "2026-11-20T10:00"], dtype="datetime64[us]")
    >>> replied = np.array(["2026-11-20T11:00", "NaT"], dtype="datetime64[us]")
    >>> found = judge_columns(
    ...     day, replied, timedelta(hours=4), BusinessCalendar.ALWAYS_OPEN, datetime(2026, 11, 20, 15, tzinfo=UTC)
    ... )
    >>> found.breached.tolist(), found.elapsed.astype("timedelta64[h]").tolist()
    ([False, True], [datetime.timedelta(seconds=7200), datetime.timedelta(seconds=18000)])

    Raises:
        MissingExtraError: numpy is not installed (extra ``[frames]``).
        NaiveDatetimeError: ``now`` or a series without a time zone.
        InvalidValueError: columns of different lengths, or a ``stop`` before its ``start``.
        BusinessTimeError: the calendar has no answer for a row.
    """
    try:
        import numpy as np
    except ImportError:
        raise MissingExtraError.of("frames", "judging columns") from None
    from csprotocol.calendar._columns import microseconds

    time = target.time if isinstance(target, OpenTime) else OpenTime(target).time
    moment = np.datetime64(require_aware("now", now).astimezone(UTC).replace(tzinfo=None), "us")
    began, ended = (
        np.asarray(microseconds(name, column)).astype("datetime64[us]")
        for name, column in (("start", start), ("stop", stop))
    )
    if began.shape != ended.shape:
        raise InvalidValueError.of("stop", f"{ended.size} rows", expected=f"as long as start, {began.size} rows")
    if (ended < began).any():
        raise InvalidValueError.of("stop", f"row {int(np.argmax(ended < began))}", expected="not before its start")
    began = np.where(began > moment, np.datetime64("NaT", "us"), began)
    until = np.where(np.isnat(ended) | (ended > moment), moment, ended)
    until = np.where(np.isnat(began), began, until)
    due_at = np.asarray(calendar.add_many(began, time)).astype("datetime64[us]")
    elapsed = np.asarray(calendar.between_many(began, until)).astype("timedelta64[us]")
    return ClockColumns(due_at, elapsed, until > due_at)
