"""What the readers of orders share: the frame that lets no foreign exception out, and checks over the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from csprotocol.adapters._payload import Payload, in_utc
from csprotocol.adapters._read import FileTally, Outcome, Read, RefusedError, Tally
from csprotocol.errors import CsprotocolError, ExportError, InvalidValueError
from csprotocol.model import Money, Order

__all__ = ["Reader", "attributes_of", "check_sum", "country_of", "read_one", "read_several", "total_of", "zone_named"]

Reader = Callable[[Payload], Order]
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
# Where a province has a law of its own that is told apart; elsewhere the country alone says all.
_FEDERAL: Final = frozenset({"CA", "US"})


def read_one(payload: object, reader: Reader, *, strict: bool) -> Read[Order | None]:
    """The order in ``payload``; ``None`` where it cannot be one, with the reason.

    Raises:
        ExportError: when strict, the reason.
    """
    tally = Tally(strict=strict)
    counters = tally.file("order")
    order = _attempt(payload, reader, tally, counters, 0)
    return tally.read(order)


def read_several(payloads: object, reader: Reader, *, updated: str, strict: bool) -> Read[tuple[Order, ...]]:
    """All orders, each once: of those with one id the newest by the field ``updated``, at its first place.

    Raises:
        ExportError: ``payloads`` is no list at all; or, when strict, the first reason.
    """
    if isinstance(payloads, Mapping):
        payloads = payloads.get("orders", [payloads])
    if isinstance(payloads, str | bytes) or not isinstance(payloads, Iterable):
        raise ExportError.at("orders", f"a value of type {type(payloads).__name__} where a list of orders is due")
    tally = Tally(strict=strict)
    counters = tally.file("orders")
    found: dict[str, tuple[datetime, Order]] = {}
    for number, payload in enumerate(payloads, start=1):
        stamps: list[datetime | None] = []

        def read(payload: Payload, stamps: list[datetime | None] = stamps) -> Order:
            stamps.append(payload.stamp(updated, UTC))
            return reader(payload)

        order = _attempt(payload, read, tally, counters, number)
        if order is None:
            continue
        at = in_utc(stamps[0]) if stamps and stamps[0] is not None else _EARLIEST
        if order.id in found:
            counters.used -= 1
            tally.settle(counters, Outcome.DUPLICATE)
        if order.id not in found or at > found[order.id][0]:
            found[order.id] = (at, order)
    return tally.read(tuple(order for _, order in found.values()))


def _attempt(payload: object, reader: Reader, tally: Tally, counters: FileTally, number: int) -> Order | None:
    counters.rows += 1
    try:
        order = reader(Payload.of(payload, tally).inside("order"))
    except RefusedError as refused:
        tally.reject(counters, number, refused)
        return None
    except CsprotocolError as error:
        # What the values themselves will not be: more given back than bought, two lines of one id.
        field = error.field if isinstance(error, InvalidValueError) else None
        tally.reject(counters, number, RefusedError("impossible", _without_value(error), column=field))
        return None
    tally.settle(counters, Outcome.USED)
    return order


def _without_value(error: CsprotocolError) -> str:
    """The message as far as it repeats nothing of the payload."""
    told = str(error)
    return told.partition(", got ")[0] if isinstance(error, InvalidValueError) else told


def country_of(order: Payload, addresses: Iterable[str], country: str, province: str) -> str | None:
    """Where the consumer lives: the first address that names a country, with the region where laws differ by it."""
    for i, name in enumerate(addresses):
        address = order.one(name)
        code = address.text(country).strip().upper() if address is not None else ""
        if address is None or not code:
            continue
        if len(code) != 2 or not code.isascii() or not code.isalpha():
            order.notice("unknown-country", "countries that are no two letters; taken for unknown")
            continue
        if i:
            order.notice("country-from-billing", "no shipping address; the country is that of the billing address")
        region = address.text(province).strip().upper()
        is_known = code in _FEDERAL and 0 < len(region) <= 3 and region.isalnum() and region.isascii()
        return f"{code}-{region}" if is_known else code
    return None


def total_of(order: Order) -> Money:
    """What the parts of ``order`` come to: lines, discounts, tax and shipping."""
    total = order.shipping_paid.minor if order.shipping_paid is not None else 0
    total -= order.discount.minor if order.discount is not None else 0
    for line in order.lines:
        total += line.total.minor - (line.discount.minor if line.discount is not None else 0)
        if not order.tax_included and line.tax is not None:
            total += line.tax.minor
    return Money(total, order.currency)


def check_sum(payload: Payload, order: Order, *, said: Money | None, others: int = 0) -> None:
    """Tells where the parts, and ``others`` that are no parts of an order here, do not come to what was charged.

    And where nothing of it was paid: then nothing can be paid back.
    """
    if order.captured is not None and not order.captured.minor and total_of(order).minor:
        payload.notice("not-paid", "orders of which nothing was paid yet; nothing can be paid back")
    if said is not None and total_of(order).minor + others != said.minor:
        payload.notice("does-not-add-up", "lines, discounts, tax and shipping do not come to the total of the order")


def zone_named(name: str | None) -> tzinfo | None:
    """The zone that a caller states.

    Raises:
        InvalidValueError: there is none of that name.
    """
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        raise InvalidValueError.of("tz", name, expected="an IANA time zone such as Europe/Madrid") from None


def attributes_of(named: Mapping[str, bool] | None, found: Iterable[str]) -> dict[str, Any]:
    """Whether what a customer filled in at a line makes it personalised goods.

    ``named`` says it of the names that the shop knows. Of any other name nobody can tell: an engraving and a gift
    note look the same, and a wrong yes would take the right to change one's mind away. So it is unknown then.
    """
    known = named or {}
    answers = [known.get(name) for name in found]
    if True in answers:
        return {"personalised": True}
    return {"personalised": None} if None in answers else {}
