"""Names of locales: their canonical spelling, and the parents that CLDR gives them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

__all__ = ["canonical_locale", "parent_chain"]

_LOCALE = re.compile(
    r"(?P<language>[a-z]{2,3}|[a-z]{5,8})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    # What follows a single letter (-u-nu-arab) names settings, not a language.
    r"(?:-[a-z0-9](?:-[a-z0-9]{1,8})+)?"
)
_NO_REGION = "ZZ"
_LONGEST = 100


def canonical_locale(locale: str) -> str | None:
    """The locale in the spelling of BCP 47, without settings; ``None`` for what names no language.

    Names that CLDR has replaced come back as the new ones, and an unknown region (``ZZ``) is left out.

    >>> canonical_locale("ZH_hant_hk"), canonical_locale("iw"), canonical_locale("en-UK"), canonical_locale("und")
    ('zh-Hant-HK', 'he', 'en-GB', None)
    """
    # Nothing long gets into the cache.
    return _canonical(locale) if len(locale) <= _LONGEST else None


@lru_cache(maxsize=256)
def _canonical(locale: str) -> str | None:
    match = _LOCALE.fullmatch(locale.replace("_", "-").lower())
    if match is None or match["language"] in {"und", "root"}:
        return None
    language, _, implied = _alias("language_aliases", match["language"]).partition("_")
    script = (match["script"] or (implied if len(implied) == 4 else "")).title()
    region = _alias("territory_aliases", (match["region"] or "").upper())
    tags = [language, script, "" if region == _NO_REGION else region, match["variants"][1:]]
    return "-".join(tag for tag in tags if tag)


def _alias(kind: str, name: str) -> str:
    from babel.core import get_global

    known: Any = get_global(kind)  # type: ignore[arg-type]  # one of the names that Babel lists
    found = known.get(name)
    # A country that fell apart has several successors, and nobody can know which is meant.
    return found if isinstance(found, str) else found[0] if found and len(found) == 1 else name


def parent_chain(locale: str) -> tuple[str, ...]:
    """The locale and its CLDR parents, nearest first, without the root; empty for what names no language.

    >>> parent_chain("es_AR"), parent_chain("zh-TW"), parent_chain("nb"), parent_chain("root")
    (('es-AR', 'es-419', 'es'), ('zh-TW', 'zh-Hant-TW', 'zh-Hant'), ('nb', 'no'), ())
    """
    name = canonical_locale(locale)
    return _chain(name) if name else ()


@lru_cache(maxsize=256)
def _chain(locale: str) -> tuple[str, ...]:
    chain: list[str] = []
    name = locale.replace("-", "_")
    while name and name != "root":
        chain.append(name.replace("_", "-"))
        name = _parent(name)
    return tuple(chain)


def _parent(name: str) -> str:
    from babel.core import get_global

    exceptions = get_global("parent_exceptions")
    if name in exceptions:
        return str(exceptions[name])
    language, *further = name.split("_")
    likely = get_global("likely_subtags")
    usual = str(likely.get(language, "")).split("_")[1:2]
    if len(further) == 1:
        if len(further[0]) == 4:
            # Text in another script than the language's usual one is no fallback for it.
            return language if further == usual else ""
        script = str(likely.get(name, "")).split("_")[1:2]
        if script and usual and script != usual:
            return f"{language}_{script[0]}_{further[0]}"
    return name.rpartition("_")[0]
