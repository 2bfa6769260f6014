"""How each form is read and written: kept documents, what was changed since, and what was lost."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from csprotocol.calendar.forms import Exported, Loss, LossWarning
from csprotocol.errors import CsprotocolError, InvalidValueError
from csprotocol.model import FrozenDict
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns.forms._differences import differences
from csprotocol.returns.forms._plain import Place, dig, named, plain, put, same

__all__ = ["Form", "Losses", "read_form", "write_form"]


_NOTHING: Final[Mapping[str, Any]] = FrozenDict()


@dataclass(slots=True)
class Losses:
    """What was not understood, or cannot be said, collected on the way."""

    found: list[Loss] = field(default_factory=list)

    def at(self, place: Place, message: str) -> None:
        """Note what is lost at ``place``."""
        self.found.append(Loss(named(place), message))

    def __iter__(self) -> Iterator[Loss]:
        return iter(dict.fromkeys(self.found))


def _whole_document(_document: Any) -> Place:
    return ()


def _as_written(_kept: Any, fresh: Any) -> Any:
    return fresh


def _nothing_more(_node: dict[str, Any]) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form: what it is called, and its two directions.

    ``interpret`` and ``compose`` take and return one node; ``locate`` finds it in a document, ``require`` refuses a
    node that the owner of the form would refuse. ``spell`` writes a new value as its predecessor was written,
    ``means`` says whether a key bears on the policy.
    """

    name: str
    # Under which key of ``policy.extra`` a document is kept.
    key: str
    interpret: Callable[[dict[str, Any], Place, Losses], ReturnPolicy]
    compose: Callable[[ReturnPolicy, Losses], dict[str, Any]]
    means: Callable[[str], bool]
    locate: Callable[[Any], Place] = _whole_document
    require: Callable[[dict[str, Any]], None] = _nothing_more
    spell: Callable[[Any, Any], Any] = _as_written
    # Rows of a list that no policy can say, and that stay beside those that it can: key and test.
    apart: tuple[str, Callable[[Any], bool]] = ("", bool)


def read_form(form: Form, document: object) -> ReturnPolicy:
    """The policy in ``document``, which is kept where the policy alone cannot bring it back."""
    found = plain(document)
    losses = Losses()
    policy = _interpreted(form, found, losses)
    form.require(dig(found, form.locate(found)))
    for loss in losses:
        warnings.warn(LossWarning(str(loss)), stacklevel=3)
    rebuilt = form.compose(policy, Losses())
    return policy if same(rebuilt, found) else replace(policy, extra={form.key: found})


def write_form(form: Form, policy: ReturnPolicy, *, besides: Mapping[str, Any] = _NOTHING) -> Exported[Any]:
    """The document of ``policy``: the kept one with all changes, or a new one; a node says more ``besides``."""
    losses = Losses()
    fresh = form.compose(policy, losses)
    kept = plain(policy.extra[form.key]) if form.key in policy.extra else None
    value = fresh if kept is None else _changed(form, kept, fresh)
    if besides:
        value = put(value, form.locate(value), dig(value, form.locate(value)) | besides)
    form.require(dig(value, form.locate(value)))
    back = _interpreted(form, value, Losses())
    losses.found.extend(differences(form.name, form.key, policy, back))
    return Exported(value, tuple(losses))


def _interpreted(form: Form, document: Any, losses: Losses) -> ReturnPolicy:
    place = form.locate(document)
    node = dig(document, place)
    if not isinstance(node, dict):
        raise InvalidValueError.of(named(place), type(node).__name__, expected="a mapping")
    return form.interpret(node, place, losses)


def _changed(form: Form, document: Any, fresh: dict[str, Any]) -> Any:
    place = form.locate(document)
    was = form.compose(_interpreted(form, document, Losses()), Losses())
    if same(was, fresh):
        return document
    kept = dig(document, place)
    merged = put(document, place, _merged_node(form, kept, was, fresh))
    try:
        says = _interpreted(form, merged, Losses())
    except CsprotocolError:
        says = None
    if says != form.interpret(fresh, (), Losses()):
        # Another key of the kept document says the old thing: of those that say something, the new ones alone stay.
        rest = {key: each for key, each in kept.items() if not form.means(key)}
        merged = put(document, place, rest | {key: each for key, each in fresh.items() if key not in rest})
    return merged


def _merged_node(form: Form, kept: dict[str, Any], was: dict[str, Any], fresh: dict[str, Any]) -> dict[str, Any]:
    key, is_apart = form.apart
    listed = kept.get(key)
    apart = [row for row in listed if is_apart(row)] if isinstance(listed, list) else []
    if apart and isinstance(listed, list):
        kept = kept | {key: [row for row in listed if not is_apart(row)]}
    merged: dict[str, Any] = _merged(form, kept, was, fresh)
    if apart:
        said = merged.get(key, [])
        merged[key] = [*(said if isinstance(said, list) else [said]), *apart]
    return merged


def _merged(form: Form, kept: Any, was: Any, fresh: Any) -> Any:
    """``kept`` with what differs between ``was`` and ``fresh``; what did not change is as it was written."""
    if same(was, fresh):
        return kept
    if isinstance(kept, dict) and isinstance(was, dict) and isinstance(fresh, dict):
        return _merged_mapping(form, kept, was, fresh)
    if isinstance(kept, list) or isinstance(fresh, list):
        # One value and a list of one are the same thing.
        rows = _listed(kept), _listed(was)
        if len(rows[0]) == len(rows[1]):
            return _merged_rows(form, *rows, _listed(fresh))
    return form.spell(kept, fresh)


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def _merged_mapping(form: Form, kept: dict[str, Any], was: dict[str, Any], fresh: dict[str, Any]) -> dict[str, Any]:
    merged = {key: each for key, each in kept.items() if key in fresh or key not in was}
    for key, each in fresh.items():
        if key not in was or not same(was[key], each):
            known = key in was and key in kept
            merged[key] = _merged(form, kept[key], was[key], each) if known else form.spell(kept.get(key), each)
    return merged


def _merged_rows(form: Form, kept: list[Any], was: list[Any], fresh: list[Any]) -> list[Any]:
    """Rows that stayed are as they were written, wherever they are now; as many rows as before are the same rows."""
    rows: list[Any] = []
    for i, row in enumerate(fresh):
        stayed = [written for old, written in zip(was, kept, strict=True) if same(old, row)]
        if stayed:
            rows.append(stayed[0])
        elif len(fresh) == len(was):
            rows.append(_merged(form, kept[i], was[i], row))
        else:
            rows.append(form.spell(kept[0] if kept else None, row))
    return rows
