"""What a form cannot say, found by reading back what was written: nothing is lost without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from csprotocol.calendar.forms import Loss
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._terms import Fees, ReturnTerms
from csprotocol.returns.forms._fields import NATURES

__all__ = ["differences"]

_OF_A_POLICY: Final = (
    "id",
    "version",
    "valid_from",
    "valid_to",
    "label",
    "currency",
    "posted",
    "payment_split",
    "approval_limits",
)
_BY_NATURE: Final = ("fees", "return_cost", "label_sources")
_WITH_FIELDS: Final = ("when", "window")
_LONGEST: Final = 80


def differences(form: str, own_key: str, policy: ReturnPolicy, back: ReturnPolicy) -> Iterator[Loss]:
    """One loss for each thing in ``policy`` that ``back``, its form read again, does not say, or says otherwise.

    Forms have one set of terms: the last, which are for what no other terms are for.
    """
    for name in _OF_A_POLICY:
        yield from _told(form, name, getattr(policy, name), getattr(back, name))
    last = len(policy.terms) - 1
    for i in range(last):
        yield Loss(f"terms[{i}]", f"{form} has one set of terms; {_shown(policy.terms[i].name)} left out")
    was, now = _flat(policy.terms[last]), _flat(back.terms[-1])
    for path in {**was, **now}:
        yield from _told(form, f"terms[{last}].{path}", was.get(path), now.get(path))
    for key in policy.extra:
        if key != own_key:
            yield Loss(f"extra.{key}", f"{form} has no place for it; left out")


def _told(form: str, path: str, was: Any, now: Any) -> Iterator[Loss]:
    if was == now:
        return
    if was in (None, (), "", {}):
        yield Loss(path, f"is open, which {form} cannot say; it is read back as {_shown(now)}")
    elif now in (None, (), "") or (isinstance(now, Mapping) and not now):
        yield Loss(path, f"{form} has no word for {_shown(was)}; left out")
    else:
        yield Loss(path, f"{form} has no word for {_shown(was)}; it is read back as {_shown(now)}")


def _flat(terms: ReturnTerms) -> dict[str, Any]:
    """Each thing that terms say, by its path."""
    flat: dict[str, Any] = {}
    for each in fields(terms):
        value = getattr(terms, each.name)
        if each.name in _BY_NATURE:
            for nature in NATURES:
                flat |= _of_nature(f"{each.name}.{nature}", value.get(nature))
        elif each.name in _WITH_FIELDS:
            flat |= {f"{each.name}.{part.name}": getattr(value, part.name) for part in fields(value) if part.compare}
        elif each.name == "keep_product_below":
            flat[each.name] = _number(value)
        elif each.compare:
            flat[each.name] = value
    return flat


def _of_nature(path: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Fees):
        return {} if value is None else {path: value}
    told = {name: getattr(value, name) for name in ("remedies", "when")}
    amounts = {fee.name: _number(getattr(value, fee.name)) for fee in fields(value) if fee.name not in told}
    return {f"{path}.{name}": each for name, each in {**amounts, **told}.items()}


def _number(told: str | None) -> Decimal | None:
    """Amounts are compared as numbers."""
    return None if told is None else Decimal(told)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        text = ", ".join(f"{key} {_shown(each)}" for key, each in value.items())
    elif isinstance(value, tuple):
        text = ", ".join(map(_shown, value))
    elif hasattr(value, "start"):
        text = f"the season from {value.start} to {value.end}"
    elif isinstance(value, Enum):
        text = str(value.value)
    else:
        text = "nothing" if value is None else str(value)
    return (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...") or "nothing"
