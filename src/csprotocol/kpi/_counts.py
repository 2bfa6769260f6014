"""How much service was given, by day and channel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._definitions import Definition, definition
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._population import Counting, MissingReason, Tally, told
from csprotocol.kpi._view import Table, View, counted_rows
from csprotocol.model import Channel, FrozenDict, Rejection, TicketFacts, require_aware

__all__ = ["ServiceCounts", "service_counts", "tickets_per_day"]


@dataclass(frozen=True, slots=True)
class ServiceCounts(Viewed):
    """Tickets by local date and channel; the channel is ``None`` where it is unknown.

    Only days with tickets appear.

    >>> from datetime import timezone
    >>> late = datetime(2025, 3, 31, 22, 30, tzinfo=timezone.utc)
    >>> counts = service_counts([TicketFacts(ticket_id="1", created_at=late)], tz="Europe/Madrid")
    >>> counts.per_day, counts.per_channel, counts.n
    ({datetime.date(2025, 4, 1): 1}, {None: 1}, 1)
    """

    definition: Definition
    tz: str
    counts: Mapping[tuple[date, Channel | None], int]
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    rejections: tuple[Rejection, ...]

    @property
    def n(self) -> int:
        """All tickets."""
        return sum(self.counts.values())

    @property
    def per_day(self) -> Mapping[date, int]:
        """Tickets by local date, in order."""
        days: Counter[date] = Counter()
        for (day, _), count in self.counts.items():
            days[day] += count
        return FrozenDict(sorted(days.items()))

    @property
    def per_channel(self) -> Mapping[Channel | None, int]:
        """Tickets by channel, the busiest first."""
        channels: Counter[Channel | None] = Counter()
        for (_, channel), count in self.counts.items():
            channels[channel] += count
        return FrozenDict(sorted(channels.items(), key=lambda each: (-each[1], each[0] or "")))

    def __str__(self) -> str:
        channels = ", ".join(f"{channel or 'unknown'} {count}" for channel, count in self.per_channel.items())
        shown = f"{channels or 'none'} in {len(self.per_day)} days of {self.tz}"
        return f"{self.definition.name}: {shown}; {told(self.n, self.missing, self.rejected)}"

    def explain(self) -> str:
        """The counts and their definition."""
        return f"{self}\n{self.definition.explain()}"

    def _view(self) -> View:
        days = self.per_day
        most = max(days.values(), default=1)
        channels = ", ".join(f"{channel or 'unknown'} {count}" for channel, count in self.per_channel.items())
        rows = tuple((day.isoformat(), str(count)) for day, count in days.items())
        return View(
            self.definition.name,
            f"{self.n} tickets in {len(days)} days of {self.tz}",
            (
                *((("by channel", channels),) if channels else ()),
                *counted_rows(self.n, self.missing, self.rejected, self.rejections),
            ),
            Table(("day", "tickets"), rows, tuple(count / most for count in days.values())) if rows else None,
            about=self.definition._view().rows,
        )


def service_counts(
    facts: Iterable[TicketFacts],
    *,
    tz: str | tzinfo,
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> ServiceCounts:
    """Tickets by the local date of their creation in ``tz`` and by channel.

    >>> from datetime import timezone
    >>> at = datetime(2026, 11, 20, 9, tzinfo=timezone.utc)
    >>> ticket = TicketFacts(ticket_id="1", created_at=at, channel=Channel.CHAT)
    >>> print(service_counts([ticket], tz="Europe/Madrid"))
    Service counts: chat 1 in 1 days of Europe/Madrid; n 1

    Raises:
        InvalidValueError: an unknown zone or option.
    """
    zone = _zone(tz)
    tally = Tally(merged=merged, spam=spam)
    counts: Counter[tuple[date, Channel | None]] = Counter()
    for ticket in tally.tickets(facts):
        if ticket.created_at is None:
            tally.miss(MissingReason.NO_CREATION_TIME)
            continue
        try:
            day = _local_date("created_at", ticket.created_at, zone)
        except InvalidValueError as error:
            tally.rejections.append(Rejection(error.code, str(error), ticket_id=ticket.ticket_id))
            continue
        counts[day, ticket.channel] += 1
    return ServiceCounts(
        definition=definition("service_counts"),
        tz=str(zone),
        counts=FrozenDict(sorted(counts.items(), key=lambda each: (each[0][0], each[0][1] or ""))),
        missing=FrozenDict(sorted(tally.missing.items())),
        rejected=FrozenDict(sorted(tally.rejected.items())),
        rejections=tuple(tally.rejections),
    )


def tickets_per_day(created: Iterable[datetime], tz: str | tzinfo) -> Mapping[date, int]:
    """How many fell on each local date in ``tz``, in order; dates without any do not appear.

    >>> from datetime import timezone
    >>> tickets_per_day([datetime(2025, 3, 31, 22, 30, tzinfo=timezone.utc)], "Europe/Madrid")
    {datetime.date(2025, 4, 1): 1}

    Raises:
        NaiveDatetimeError: an instant without a time zone.
        InvalidValueError: an unknown zone, an instant whose local date lies outside the years 1 to 9999.
    """
    zone = _zone(tz)
    days = Counter(_local_date("created", at, zone) for at in created)
    return FrozenDict(sorted(days.items()))


def _local_date(field: str, at: datetime, zone: tzinfo) -> date:
    try:
        return require_aware(field, at).astimezone(zone).date()
    except OverflowError:
        raise InvalidValueError.of(field, at, expected=f"in the years 1 to 9999 of {zone}") from None


def _zone(tz: str | tzinfo) -> tzinfo:
    if isinstance(tz, tzinfo):
        return tz
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError, AttributeError):
        raise InvalidValueError.of("tz", tz, expected="an IANA time zone such as Europe/Madrid") from None
