"""When goods left and came, as far as anybody knows: a date, known not to have come, or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

from csprotocol.model import Delivery, Order, local_date

__all__ = ["Arrival", "arrival_of", "arrivals"]


# Made for one decision, and changed by nobody: not frozen, for that takes three times as long to make.
@dataclass(slots=True, eq=False)
class Arrival:
    """Of one line, or of a whole order.

    ``first`` and ``last`` are the dates of its parcels, ``None`` as long as one of them is unknown or has not come;
    ``came`` is ``False`` where it is known that something is still on its way, and ``None`` where nobody knows.
    ``sent`` is the last known dispatch.
    """

    came: bool | None
    first: date | None
    last: date | None
    sent: date | None


def arrivals(order: Order, zone: tzinfo | None) -> tuple[Arrival, Mapping[str, Arrival]]:
    """Of the whole order, and of each line by its id, unless all of them came with it."""
    parcels = order.deliveries
    if len(parcels) == 1 and not parcels[0].lines:
        parcel = parcels[0]
        if parcel.delivered_at is None:
            return arrival_of(parcels, zone), _TOGETHER
        # One parcel with everything, and it has come: most orders.
        day = local_date(parcel.delivered_at, zone)
        sent = None if parcel.fulfilled_at is None else local_date(parcel.fulfilled_at, zone)
        return Arrival(parcel.arrived, day, day, sent), _TOGETHER
    by_line = {
        line.id: arrival_of([each for each in parcels if not each.lines or line.id in each.lines], zone)
        for line in order.lines
    }
    return arrival_of(parcels, zone, complete=all(each.came is not None for each in by_line.values())), by_line


_TOGETHER: Final[Mapping[str, Arrival]] = {}


def arrival_of(parcels: Iterable[Delivery], zone: tzinfo | None, *, complete: bool = True) -> Arrival:
    """What is known of ``parcels`` together; not ``complete`` where some of the goods are in none of them."""
    came: bool | None = True if complete else None
    days: list[date] = []
    sent = None
    for parcel in parcels:
        if parcel.delivered_at is not None:
            days.append(local_date(parcel.delivered_at, zone))
        elif came is not False:
            came = parcel.arrived if parcel.arrived is False else None
        if parcel.fulfilled_at is not None:
            left = local_date(parcel.fulfilled_at, zone)
            sent = left if sent is None or left > sent else sent
    if came is not True or not days:
        return Arrival(None if came else came, min(days, default=None), None, sent)
    return Arrival(came, min(days), max(days), sent)
