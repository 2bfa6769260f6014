"""A policy of twelve rules over twenty facts with the trace of every rule, and whole decisions, beside rule engines."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from importlib.util import find_spec
from typing import Any, Final

from benchmarks._measure import NOT_INSTALLED, Table, per_second, ratio, seconds_per_call
from csprotocol.model import Delivery, Money, Order, OrderLine
from csprotocol.returns import (
    Law,
    RequestedLine,
    ReturnPolicy,
    ReturnRequest,
    ReturnTerms,
    ReturnWindow,
    Status,
    decide,
)
from csprotocol.returns._outcome import run

MUST_NOT: Final = (
    "final_sale", "gift_card", "clearance", "made_to_measure", "opened_software", "outlet", "bundle_part", "sample",
)  # fmt: skip
MUST: Final = ("tags_attached", "original_packaging", "accessories_complete", "serial_number_matches")
# Facts that no rule asks for; an engine has to carry them as well.
BESIDE: Final = {f"note_{number}": number for number in range(8)}
TERMS: Final = ReturnTerms(exclusions=MUST_NOT, requires=MUST, window=ReturnWindow(days=30))
OURS, DECISION, BY_LAW = (
    "**csprotocol**, all rules with their evidence",
    "a whole decision",
    "the same with the law of Spain",
)
SAMPLES: Final = 200
LEAST_DECISIONS, LEAST_OF_ZEN, LEAST_OF_PANZI = 50_000, 30, 15

Facts = Mapping[str, Any]
Engine = Callable[[Facts], set[str]]


def returns(*, quick: bool) -> Table:
    """Speed, and that all say the same on 200 random sets of facts."""
    table = Table("Twelve rules of a return policy", ["what", "a second", "ratio to ours", f"same of {SAMPLES}"])
    samples = [_facts(random.Random(number)) for number in range(SAMPLES)]
    engines: dict[str, Engine] = {OURS: _ours}
    missing = []
    for name, package, build in (
        ("panzi-json-logic", "json_logic", _panzi),
        ("rule-engine", "rule_engine", _rule_engine),
        ("zen-engine, collect table", "zen", partial(_zen, trace=False)),
        ("zen-engine with its trace", "zen", partial(_zen, trace=True)),
        ("cel-python", "celpy", _celpy),
    ):
        if find_spec(package):
            engines[name] = build()
        else:
            missing.append(name)
    calls: dict[str, Callable[[], Any]] = {
        name: partial(engine, samples[0]) for name, engine in engines.items() if name != OURS
    }
    calls[OURS] = partial(run, TERMS.checks.each, samples[0])
    calls[DECISION] = _decision(law=None)
    calls[BY_LAW] = _decision(law=Law.of("ES"))
    taken = seconds_per_call(calls, rounds=5 if quick else 11, budget_seconds=0.05 if quick else 0.2)
    for name, engine in engines.items():
        same = sum(engine(facts) == _expected(facts) for facts in samples)
        table.add(name, per_second(taken[name]), f"{ratio(taken[name], taken[OURS]):.1f}x", str(same))
    for name in missing:
        table.add(name, *[NOT_INSTALLED] * 3)
    for name in (DECISION, BY_LAW):
        table.add(name, per_second(taken[name]), "", "see the tests")
    for name, least in (("zen-engine with its trace", LEAST_OF_ZEN), ("panzi-json-logic", LEAST_OF_PANZI)):
        if name in engines:
            times = ratio(taken[name], taken[OURS])
            table.limit(f"at least {least} x {name}; measured {times:.0f} x", holds=times >= least)
    best = 1 / min(taken[DECISION])
    table.limit(
        f"at least {LEAST_DECISIONS:,} decisions a second with full trace; fastest round {best:,.0f}",
        holds=best >= LEAST_DECISIONS,
    )
    return table


def _facts(chance: random.Random) -> dict[str, Any]:
    named = {name: chance.random() < 0.2 for name in MUST_NOT} | {name: chance.random() < 0.8 for name in MUST}
    return {**named, **BESIDE}


def _expected(facts: Facts) -> set[str]:
    """In the plainest way."""
    return {name for name in MUST_NOT if facts[name]} | {name for name in MUST if not facts[name]}


def _ours(facts: Facts) -> set[str]:
    return {outcome.names[0] for outcome in run(TERMS.checks.each, facts) if outcome.status is Status.BLOCK}


def _decision(law: Law | None) -> Callable[[], Any]:
    order = Order(
        id="1001",
        currency="EUR",
        placed_at=date(2026, 11, 1),
        lines=(OrderLine(id="MUG-1", quantity=2, unit_price=Money.of("9.90", "EUR")),),
        deliveries=(Delivery(delivered_at=date(2026, 11, 2)),),
    )
    line = RequestedLine(id="MUG-1", reason="unwanted", facts=dict.fromkeys(MUST, True))
    request = ReturnRequest(at=date(2026, 11, 10), lines=(line,))
    policy = ReturnPolicy(id="bench", terms=(TERMS,))
    decision = decide(order, request, policy, law=law)
    assert decision.eligible is True, decision
    assert str(decision.refund.total) == "9.90 EUR", decision
    return partial(decide, order, request, policy, law=law)


def _panzi() -> Engine:
    from json_logic import jsonLogic

    rules = {name: {"==": [{"var": name}, True]} for name in MUST_NOT}
    rules |= {name: {"==": [{"var": name}, False]} for name in MUST}
    return lambda facts: {name for name, rule in rules.items() if jsonLogic(rule, facts)}


def _rule_engine() -> Engine:
    import rule_engine

    rules = {name: rule_engine.Rule(f"{name} == true") for name in MUST_NOT}
    rules |= {name: rule_engine.Rule(f"{name} == false") for name in MUST}
    return lambda facts: {name for name, rule in rules.items() if rule.matches(facts)}


def _zen(*, trace: bool) -> Engine:
    import zen

    wanted = [*((name, "true") for name in MUST_NOT), *((name, "false") for name in MUST)]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": name, "name": name, "field": name} for name, _ in wanted],
        "outputs": [{"id": "code", "name": "code", "field": "code"}],
        "rules": [
            {"_id": name, **{each: (due if each == name else "") for each, _ in wanted}, "code": f'"{name}"'}
            for name, due in wanted
        ],
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "content": {}},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
        {"id": "out", "name": "out", "type": "outputNode", "content": {}},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    options = {"trace": True} if trace else {}
    return lambda facts: {each["code"] for each in decision.evaluate(dict(facts), options)["result"]}


def _celpy() -> Engine:
    import celpy

    environment = celpy.Environment()
    rules = {
        name: environment.program(environment.compile(name if name in MUST_NOT else f"!{name}"))
        for name in (*MUST_NOT, *MUST)
    }

    def fired(facts: Facts) -> set[str]:
        context = {name: celpy.json_to_cel(fact) for name, fact in facts.items()}
        return {name for name, rule in rules.items() if rule.evaluate(context)}

    return fired


if __name__ == "__main__":
    print(returns(quick=False))
