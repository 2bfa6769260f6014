"""From a catalogue to the files of a product: the one entrance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from csprotocol.errors import InvalidValueError
from csprotocol.model import FrozenDict
from csprotocol.model._words import member
from csprotocol.replies._channels import Tone
from csprotocol.replies.cldr import fallback_chain
from csprotocol.replies.export._csv import table
from csprotocol.replies.export._exported import Exported, Losses
from csprotocol.replies.export._ftl import ftl_files
from csprotocol.replies.export._helpdesks import freshdesk, gorgias, helpscout, hubspot
from csprotocol.replies.export._message import Message, messages
from csprotocol.replies.export._po import write_po
from csprotocol.replies.export._product import Product, product
from csprotocol.replies.export._shopify import shopify
from csprotocol.replies.export._translations import entries
from csprotocol.replies.export._whatsapp import whatsapp
from csprotocol.replies.export._xliff import write_xliff
from csprotocol.replies.export._zendesk import zendesk

if TYPE_CHECKING:
    from csprotocol.replies._catalog import Catalog

__all__ = ["TARGETS", "export"]

_Writes: TypeAlias = Callable[[tuple[Message, ...], Product, Losses], Mapping[str, str]]
_PRODUCTS: Final[Mapping[str, _Writes]] = {
    "csv": table,
    "freshdesk": freshdesk,
    "gorgias": gorgias,
    "helpscout": helpscout,
    "hubspot": hubspot,
    "shopify": shopify,
    "whatsapp": whatsapp,
}
_TRANSLATORS: Final = ("ftl", "po", "xliff")
TARGETS: Final = tuple(sorted({*_PRODUCTS, *_TRANSLATORS, "zendesk"}))


def export(
    catalog: Catalog,
    to: str,
    *,
    locale: str | None = None,
    locales: Sequence[str] | None = None,
    tone: Tone | str | None = None,
    situations: Iterable[str] | None = None,
    mapping: Mapping[str, str] | Path | None = None,
) -> Exported:
    """The catalogue's replies as files of a product or for translators, with everything that got lost.

    ``to`` is one of ``TARGETS``. Without ``locale`` or ``locales`` all of the catalogue's locales are exported,
    without ``tone`` each in its usual form of address, without ``situations`` all of them. ``mapping`` says which
    placeholder of the product stands for a variable (``{"order": "{{ticket.ticket_field_360}}"}``), on top of the
    known ones; a TOML file does as well.

    >>> from csprotocol.replies import Catalog
    >>> done = export(Catalog.builtin("en"), "shopify", locale="en", situations=["order.cancel_too_late"])
    >>> print(done.files["en/order_cancel_too_late.subject.liquid"].rstrip())
    Your order {{ name }} has already left
    >>> [loss.variable for loss in done.losses if loss.code == "no-placeholder"]
    ['return_url']

    Raises:
        InvalidValueError: an unknown target, locale, form of address or variable.
        UnknownSituationError, NoSentencesError: as for a reply.
        MissingExtraError: ``ftl`` without the extra ``[l10n]``.
    """
    if to not in TARGETS:
        raise InvalidValueError.unknown("to", to, TARGETS)
    wanted = _locales(catalog, locale, locales)
    voice = None if tone is None else member(Tone, "tone", tone)
    names = catalog.situations() if situations is None else _names("situations", situations, one="order.delayed")
    losses = Losses()
    if to in _TRANSLATORS:
        if mapping is not None:
            raise InvalidValueError.of("mapping", mapping, expected=f"left out: {to} keeps our placeholders")
        translated = _translations(catalog, to, names, locales=wanted, tone=voice, losses=losses)
        return Exported(to, FrozenDict(translated), losses.all())
    known = {name for each in catalog.situations() for name in catalog.situation(each).variables}
    described = product(to, mapping, known)
    found = messages(catalog, names, locales=wanted, tone=voice, product=described, losses=losses)
    if to == "zendesk":
        files = zendesk(found, described, losses, catalog.default_locale)
    else:
        files = _PRODUCTS[to](found, described, losses)
    return Exported(to, FrozenDict(files), losses.all())


def _translations(
    catalog: Catalog, to: str, names: tuple[str, ...], *, locales: tuple[str, ...], tone: Tone | None, losses: Losses
) -> dict[str, str]:
    files: dict[str, str] = {}
    for locale in locales:
        if to == "ftl":
            files |= ftl_files(catalog, names, locale, tone, losses)
            continue
        found = entries(catalog, names, locale, tone, losses)
        files[f"{locale}.{to}"] = write_po(found, locale) if to == "po" else write_xliff(found, locale, losses)
    return files


def _names(field: str, said: object, *, one: str) -> tuple[str, ...]:
    if isinstance(said, str):
        raise InvalidValueError.of(field, said, expected="a list", hint=f"for one pass [{said!r}]")
    names = tuple(said) if isinstance(said, Iterable) else None
    if names is None or not all(isinstance(name, str) for name in names):
        raise InvalidValueError.of(field, said, expected=f"a list of texts such as {one}")
    return tuple(dict.fromkeys(names))


def _locales(catalog: Catalog, locale: str | None, locales: Sequence[str] | None) -> tuple[str, ...]:
    if locale is not None and locales is not None:
        raise InvalidValueError.of("locales", locales, expected="left out where locale is given")
    if isinstance(locales, str):
        raise InvalidValueError.of("locales", locales, expected="a list", hint="for one locale pass locale")
    said = (locale,) if locale is not None else catalog.locales
    if locales is not None:
        said = _names("locales", locales, one="es")
    return tuple(dict.fromkeys(fallback_chain(each)[0] for each in said))
