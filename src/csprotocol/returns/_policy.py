"""The document in which a shop writes what may come back, until when, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from csprotocol import _parse
from csprotocol.errors import InvalidValueError
from csprotocol.model import FrozenDict, Money
from csprotocol.model._words import member
from csprotocol.returns._terms import Day, PaymentSplit, ReturnTerms, decimal_of

__all__ = ["ReturnPolicy"]

_FORBID: Final[dict[str, Any]] = {"extra": "forbid"}
_SAMPLES: Final = Path(__file__).parent / "data" / "policies"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPolicy:
    """One version of a shop's policy: terms in order, the first that is for a line counts.

    It is in force for orders placed from ``valid_from`` to ``valid_to``, both included. ``posted`` says whether it was
    shown before the sale. ``approval_limits`` are the highest totals that a role may grant on its own. ``currency`` is
    that of the amounts; without, they are read in the currency of the order. ``extra`` is kept and never read.

    >>> policy = ReturnPolicy.of(exclusions=["final_sale"])
    >>> policy.terms[0].exclusions
    ('final_sale',)

    Raises:
        InvalidValueError: no terms, two of one name, terms that are never reached, an unknown word.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    id: str
    terms: tuple[ReturnTerms, ...]
    version: str = "1"
    valid_from: Day | None = None
    valid_to: Day | None = None
    label: str = ""
    currency: str | None = None
    posted: bool = True
    payment_split: PaymentSplit = PaymentSplit.PROPORTIONAL
    approval_limits: Mapping[str, str] = field(default_factory=FrozenDict)
    extra: Mapping[str, Any] = field(default_factory=FrozenDict)
    # What outcomes name as their source, by the terms.
    sources: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(self.terms))
        told = f"policy {self.id}, version {self.version}, terms"
        object.__setattr__(self, "sources", tuple(f"{told} {terms.name}" for terms in self.terms))
        names = [terms.name for terms in self.terms]
        if not self.id or not names or len({*names}) < len(names):
            raise InvalidValueError.of("ReturnPolicy.terms", names, expected="at least one, each with its own name")
        for terms in self.terms[:-1]:
            if terms.when.is_for_all:
                raise InvalidValueError.of(
                    f"terms {terms.name}", "all lines", expected="last, for nothing gets past them"
                )
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise InvalidValueError.of("ReturnPolicy.valid_to", self.valid_to, expected="not before valid_from")
        if self.currency is not None:
            Money(0, self.currency)
        for role, limit in self.approval_limits.items():
            if decimal_of(f"approval_limits.{role}", limit) < 0:
                raise InvalidValueError.of(f"approval_limits.{role}", limit, expected="an amount, not below 0")
        object.__setattr__(self, "approval_limits", FrozenDict(self.approval_limits))
        object.__setattr__(self, "payment_split", member(PaymentSplit, "payment_split", self.payment_split))

    @classmethod
    def of(cls, policy_id: str = "policy", **words: Any) -> ReturnPolicy:
        """A policy of the same terms for all lines; see :class:`ReturnTerms` and the fields here for their names."""
        own = {name: each for name, each in words.items() if name in cls.__dataclass_fields__}
        terms = {name: each for name, each in words.items() if name not in own}
        return cls(id=policy_id, terms=(ReturnTerms(**terms),), **own)

    @classmethod
    def load(cls, path: str | Path) -> ReturnPolicy:
        """The policy that a TOML, JSON or YAML file holds."""
        return cls.from_dict(_parse.read_document(path))

    @classmethod
    def sample(cls, name: str) -> ReturnPolicy:
        """A policy as a shop of that kind might write it (``fashion``, ``electronics``, ``food``), to begin with."""
        if name not in cls.samples():
            raise InvalidValueError.unknown("sample policy", name, cls.samples())
        return cls.load(_SAMPLES / f"{name}.toml")

    @classmethod
    def samples(cls) -> tuple[str, ...]:
        """The names of the sample policies."""
        return tuple(sorted(path.stem for path in _SAMPLES.glob("*.toml")))

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> ReturnPolicy:
        """The policy that plain data describes; a misspelt key is an error with its place."""
        return _parse.parse(cls, plain)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that :meth:`from_dict` turns into an equal policy."""
        return _parse.dump(self)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of policy documents."""
        return _parse.json_schema(cls)
