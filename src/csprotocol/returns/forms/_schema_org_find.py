"""Where the return policy stands in a page's JSON-LD."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.returns.forms._plain import Place, named
from csprotocol.returns.forms._schema_org_words import CLASS, listed, local_name, vocabulary

__all__ = ["place_of_policy"]

_OWNS: Final = "hasMerchantReturnPolicy"


def place_of_policy(document: Any) -> Place:
    """The place of the one policy in ``document``: itself, in a list, a ``@graph``, or under its owner.

    Raises:
        InvalidValueError: no policy, or several.
    """
    found = list(dict.fromkeys(_policies(document, ())))
    if len(found) == 1:
        return found[0]
    if found:
        told = ", ".join(named(place) for place in found[:_SHOWN])
        raise InvalidValueError.of(
            "the document", f"{len(found)}: {told}", expected="one return policy", hint="give the node of one"
        )
    if isinstance(document, dict) and "@type" not in document and _has_properties(document):
        return ()
    raise InvalidValueError.of(
        "the document", "none", expected=f"a {CLASS}", hint=f"give its node, or the node that has it as {_OWNS}"
    )


_SHOWN: Final = 5


def _policies(found: Any, place: Place) -> Iterator[Place]:
    if isinstance(found, list):
        for i, each in enumerate(found):
            yield from _policies(each, (*place, i))
    elif isinstance(found, dict):
        if _is_policy(found):
            yield place
        for key, each in found.items():
            if local_name(key) == _OWNS:
                yield from _owned(each, (*place, key))
            if not isinstance(each, str):
                yield from _policies(each, (*place, key))


def _owned(found: Any, place: Place) -> Iterator[Place]:
    """Policies need not say what they are where their owner does; references stand for a node elsewhere."""
    for i, each in enumerate(listed(found)):
        where = (*place, i) if isinstance(found, list) else place
        if isinstance(each, dict) and "@type" not in each and _has_properties(each):
            yield where


def _is_policy(node: dict[str, Any]) -> bool:
    return any(isinstance(kind, str) and local_name(kind) == CLASS for kind in listed(node.get("@type")))


def _has_properties(node: dict[str, Any]) -> bool:
    return any(local_name(key) in vocabulary()[CLASS] for key in node)
