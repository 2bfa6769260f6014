"""The law on returns, as data: which jurisdictions are covered, and what every rule rests on. Not legal advice.

>>> law = of("ES")
>>> law.chain, str(law.of_kind(LawKind.GUARANTEE)[-1].period)
(('ES', 'EU'), '3 years')
>>> {each.rule: str(each.confidence) for each in sources("BR")}["br.withdrawal"]
'text'
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from csprotocol.returns._law import (
    Confidence,
    Exemption,
    Law,
    LawKind,
    NotInformed,
    Payer,
    Shipping,
    Start,
    StatutoryRule,
    jurisdictions,
)

__all__ = [
    "Confidence",
    "Exemption",
    "Law",
    "LawKind",
    "NotInformed",
    "Payer",
    "Shipping",
    "Source",
    "Start",
    "StatutoryRule",
    "jurisdictions",
    "of",
    "sources",
]

of = Law.of


class Source(NamedTuple):
    """What one rule or exemption rests on: act and article, how sure that is, and when somebody last looked."""

    jurisdiction: str
    rule: str
    source: str
    confidence: Confidence
    as_of: date
    url: str


def sources(*names: str) -> tuple[Source, ...]:
    """What everything rests on, for the jurisdictions named, or for all; inherited rules stand with their own."""
    found = []
    for name in names or jurisdictions():
        law = Law.of(name)
        found += [
            Source(name, rule.id, rule.source, rule.confidence, rule.as_of, rule.url)
            for rule in law.rules
            if _is_own(name, rule.id)
        ]
        own = {exemption for rule in law.rules if _is_own(name, rule.id) for exemption in rule.exemptions}
        found += [
            Source(name, each.id, each.source, each.confidence, each.as_of, "")
            for each in law.exemptions.values()
            if each.id in own
        ]
    return tuple(found)


def _is_own(jurisdiction: str, rule_id: str) -> bool:
    return rule_id.partition(".")[0] == jurisdiction.lower()
