"""Local days to instants: sorted boundaries of open time on the line of UTC.

One rule covers every jump of a clock: *a wall-clock boundary takes effect at the first instant at which the local
clock reads it or later*. A boundary inside a gap happens at the jump, one inside a repeated hour the first time. The
rule never decreases, so intervals cannot turn around, whatever a zone did.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from csprotocol.calendar._wall import DAY, WallSpan

__all__ = ["EPOCH", "boundaries", "first_instant", "first_reach"]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL: Final = 719_163
_NO_OFFSET: Final = timedelta(0)


def first_reach(tz: tzinfo, day: int, second: int) -> int:
    """Seconds since the epoch at which the clock of ``tz`` first reads ``second`` of the local ``day`` or later.

    >>> from zoneinfo import ZoneInfo
    >>> spring = datetime(2024, 3, 10).toordinal()
    >>> reached = first_reach(ZoneInfo("America/New_York"), spring, 2 * 3600 + 1800)  # 02:30 does not exist
    >>> (EPOCH + timedelta(seconds=reached)).isoformat()
    '2024-03-10T07:00:00+00:00'
    """
    days, second = divmod(second, DAY)
    wall = datetime.fromordinal(day + days) + timedelta(seconds=second)
    local = (day + days - _EPOCH_ORDINAL) * DAY + second
    before = _offset(tz, wall)
    after = _offset(tz, wall.replace(fold=1))
    if before >= after:
        # Either it happens once, or it is repeated and the larger offset is the earlier instant.
        return local - before
    # Skipped: the jump lies between the two candidates.
    early, late = local - after, local - before
    while early < late:
        middle = (early + late) // 2
        at = EPOCH + timedelta(seconds=middle)
        if middle + _offset_at(tz, at) >= local:
            late = middle
        else:
            early = middle + 1
    return early


def first_instant(tz: tzinfo, wall: datetime) -> datetime:
    """The first instant at which the clock of ``tz`` reads the naive ``wall`` or later, in that zone.

    >>> from zoneinfo import ZoneInfo
    >>> print(first_instant(ZoneInfo("America/New_York"), datetime(2024, 3, 10, 2, 30)))  # 02:30 does not exist
    2024-03-10 03:00:00-04:00
    """
    day, second = wall.toordinal(), wall.hour * 3600 + wall.minute * 60 + wall.second
    reached = first_reach(tz, day, second)
    at = EPOCH + timedelta(seconds=reached)
    if first_reach(tz, day, second + 1) > reached:
        # The second exists on that date; one that the clock skips has no parts either.
        at += timedelta(microseconds=wall.microsecond)
    return at.astimezone(tz)


def boundaries(tz: tzinfo, first_day: int, days: Iterable[Sequence[WallSpan]]) -> list[timedelta]:
    """Opening, closing, opening ... since the epoch, strictly increasing, for whole local days.

    ``days`` gives the open spans of each day from ``first_day`` on, within 0 .. 86,400.
    """
    marks: list[timedelta] = []
    # Adding timedeltas is several times cheaper than making them, and the hours of most days are the same.
    clock = _Clock()
    offset_at = tz.utcoffset
    midnight_of = datetime.fromordinal
    today, tomorrow = offset_at(midnight_of(first_day)), offset_at(midnight_of(first_day + 1))
    for day, spans in enumerate(days, first_day):
        following = offset_at(midnight_of(day + 2))
        # Three midnights that agree on the offset have no jump near the day: arithmetic will do. (Two would not: a
        # jump that spans midnight shows only in the one after it.)
        if today == tomorrow == following:
            midnight = timedelta(day - _EPOCH_ORDINAL) - (today or _NO_OFFSET)
            for start, end in spans:
                opens = midnight + clock[start]
                if marks and marks[-1] == opens:
                    marks[-1] = midnight + clock[end]
                else:
                    marks += (opens, midnight + clock[end])
        else:
            for start, end in spans:
                opens, closes = timedelta(0, first_reach(tz, day, start)), timedelta(0, first_reach(tz, day, end))
                if opens == closes:
                    continue
                if marks and marks[-1] == opens:
                    marks[-1] = closes
                else:
                    marks += (opens, closes)
        today, tomorrow = tomorrow, following
    return marks


class _Clock(dict[int, timedelta]):
    """Seconds of a day as timedeltas, each made once."""

    def __missing__(self, second: int) -> timedelta:
        self[second] = found = timedelta(0, second)
        return found


def _offset(tz: tzinfo, wall: datetime) -> int:
    return _seconds(tz.utcoffset(wall))


def _offset_at(tz: tzinfo, at: datetime) -> int:
    return _offset(tz, at.astimezone(tz))


def _seconds(offset: timedelta | None) -> int:
    return 0 if offset is None else offset.days * DAY + offset.seconds
