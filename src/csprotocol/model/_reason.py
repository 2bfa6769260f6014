"""Why a customer writes: an area and, inside it, a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Self

from csprotocol.errors import InvalidValueError
from csprotocol.model._frozen import FrozenDict

__all__ = ["ContactArea", "ContactReason", "ReasonNature"]


class ContactArea(StrEnum):
    """The areas from which most contacts come."""

    RETURNS = "returns"
    REFUNDS = "refunds"
    CANCELLATIONS = "cancellations"
    EXCHANGES = "exchanges"
    ORDERS = "orders"
    SHIPPING = "shipping"
    TRACKING = "tracking"
    LOYALTY_POINTS = "loyalty_points"
    PAYMENTS_AND_GIFT_CARDS = "payments_and_gift_cards"
    AFFILIATION = "affiliation"
    PRODUCT = "product"
    ACCOUNT = "account"
    OTHER = "other"


class ReasonNature(StrEnum):
    """Whose fault a return is: the law and most policies treat the two differently."""

    REMORSE = "remorse"
    NON_CONFORMITY = "non_conformity"


@dataclass(frozen=True, slots=True)
class ContactReason:
    """A reason with its area and, where it can lead to a return, its nature.

    ``nature`` is ``None`` where the question does not arise. ``platform_codes`` holds the code that each platform
    uses for it, in the platform's spelling.

    >>> reason = ContactReason.of("wrong_item")
    >>> reason.area, reason.nature
    (<ContactArea.RETURNS: 'returns'>, <ReasonNature.NON_CONFORMITY: 'non_conformity'>)
    >>> reason.to_platform("shopify"), ContactReason.from_platform("amazon", "UNWANTED_ITEM").code
    ('WRONG_ITEM', 'unwanted')
    """

    code: str
    area: ContactArea
    nature: ReasonNature | None = None
    platform_codes: Mapping[str, tuple[str, ...]] = FrozenDict()  # a FrozenDict cannot change

    @classmethod
    def of(cls, code: str) -> ContactReason:
        """The reason named ``code``.

        Raises:
            InvalidValueError: there is no such reason; the message names the nearest.
        """
        try:
            return _catalogue()[code]
        except KeyError:
            raise InvalidValueError.unknown("ContactReason", code, _catalogue()) from None

    @classmethod
    def all(cls) -> tuple[ContactReason, ...]:
        """Every reason, by area."""
        return tuple(_catalogue().values())

    @classmethod
    def from_platform(cls, platform: str, code: str) -> ContactReason | None:
        """The reason behind a platform's code; ``None`` for a code that says nothing (``OTHER``, ``UNKNOWN``).

        Raises:
            InvalidValueError: a platform or a code that is not in the table.
        """
        table = _platform_table(platform)
        try:
            return table[code]
        except KeyError:
            raise InvalidValueError.unknown(f"{platform} reason", code, table) from None

    def to_platform(self, platform: str) -> str | None:
        """The platform's code for this reason; ``None`` where the platform has no word for it."""
        _platform_table(platform)
        codes = self.platform_codes.get(platform, ())
        return codes[0] if codes else None

    @classmethod
    def _from_table(cls, code: str, row: Mapping[str, object], platforms: Mapping[str, object]) -> Self:
        nature = row.get("nature")
        return cls(
            code=code,
            area=ContactArea(str(row["area"])),
            nature=ReasonNature(str(nature)) if nature else None,
            platform_codes=FrozenDict(
                {name: tuple(codes) for name, codes in row.items() if name in platforms and isinstance(codes, list)}
            ),
        )


@lru_cache(maxsize=1)
def _document() -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    # Here, not above: every import of the library would pay for what few of its users ask.
    import tomllib
    from importlib.resources import files

    return tomllib.loads(files(__package__).joinpath("data/contact_reasons.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _catalogue() -> Mapping[str, ContactReason]:
    document = _document()
    return {
        code: ContactReason._from_table(code, row, document["platforms"]) for code, row in document["reasons"].items()
    }


@lru_cache(maxsize=8)
def _platform_table(platform: str) -> Mapping[str, ContactReason | None]:
    platforms = _document()["platforms"]
    if platform not in platforms:
        raise InvalidValueError.unknown("platform", platform, platforms)
    silent = platforms[platform]["says_nothing"]
    table: dict[str, ContactReason | None] = dict.fromkeys(silent if isinstance(silent, list) else ())
    for reason in _catalogue().values():
        table.update(dict.fromkeys(reason.platform_codes.get(platform, ()), reason))
    return table
