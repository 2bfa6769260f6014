"""Journals that are told the same are the same, whatever keeps them."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import sqlalchemy
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from csprotocol import store
from csprotocol.errors import CsprotocolError
from csprotocol.incident import Actor, Command, MemoryJournal, Outcome
from tests.store.shop import AT, MACHINE, engine_of

IDS = ("INC-1", "INC-2", "inc-1")
EVENTS = (
    "identify", "register", "assign", "start", "ask_customer", "customer_reply", "note", "resolve", "close",
    "reopen", "cancel", "merge_into", "split_off", "change_priority", "nonsense",
)  # fmt: skip
# Enough for most events, so that stories get somewhere.
FIELDS = {"problem_type": "damaged", "resolution": "refund", "reason": "x", "confirmed": True, "assignee": "ana"}

texts = st.text(st.characters(codec="utf-8"), max_size=8)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
brought = st.builds(
    lambda own, free, into: {**own, "free": free, "into": into, "child": into},
    st.just(FIELDS) | st.just({}) | st.just({"order": "#7", "customer": "eva", "priority": None}),
    plain,
    st.sampled_from(IDS),
)
commands = st.builds(
    Command,
    event=st.sampled_from(EVENTS),
    actor=st.builds(
        Actor, st.sampled_from(("ana", "Ana", "eva")), st.sampled_from(("agent", "supervisor", "customer"))
    ),
    event_id=st.none() | st.sampled_from(("m1", "M1", "m2", "m3")),
    occurred_at=st.none() | st.integers(-3000, 3000).map(lambda each: AT + timedelta(minutes=each, microseconds=1)),
    data=brought,
)  # fmt: skip


class Journals(RuleBasedStateMachine):
    """The journal in memory, and beside it the same one in databases."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        engine = self.stack.enter_context(engine_of("sqlite://", poolclass=sqlalchemy.StaticPool))
        self.memory = MemoryJournal()
        self.others = (
            self.stack.enter_context(store.sqlite(":memory:")),
            self.stack.enter_context(store.sqlalchemy(engine)),
        )
        self.now = AT

    @rule(name=st.sampled_from(IDS), parent=st.none() | st.sampled_from(IDS), order=st.sampled_from((None, "#1")))
    def open(self, name: str, parent: str | None, order: str | None) -> None:
        incident = MACHINE.open(name, at=AT, order=order, customer="eva", parent=parent, blocking=parent is not None)
        self._same(lambda journal: journal.open(incident))

    @rule(
        name=st.sampled_from(IDS), event=commands, minutes=st.integers(0, 2000), version=st.none() | st.integers(0, 4)
    )
    def execute(self, name: str, event: Command, minutes: int, version: int | None) -> None:
        self.now += timedelta(minutes=minutes)
        self._same(lambda journal: journal.execute(name, event, now=self.now, expected_version=version))

    @precondition(lambda self: self.memory.find())
    @rule(choices=st.lists(st.tuples(st.integers(0, 2), commands), max_size=5))
    def execute_many(self, choices: list[tuple[int, Command]]) -> None:
        known = [each.id for each in self.memory.find()]
        batch = [(known[place % len(known)], event, self.now) for place, event in choices]
        expected = tuple(self.memory.execute(name, event, now=now) for name, event, now in batch)
        for journal in self.others:
            assert expected == journal.execute_many(batch)

    @rule(skip=st.integers(0, 3))
    def acknowledge(self, skip: int) -> None:
        counts = [
            journal.acknowledge([row.position for row in journal.read()][skip:])
            for journal in (self.memory, *self.others)
        ]
        assert 1 == len({*counts})

    @invariant()
    def are_the_same(self) -> None:
        self._same(lambda journal: journal.find())
        self._same(lambda journal: journal.find(order="#7", state="new"))
        self._same(lambda journal: [row.entry for row in journal.read(1000)])
        for name in IDS:
            self._same(lambda journal, name=name: journal.history(name))
            self._same(lambda journal, name=name: (journal.load(name), journal.opened(name)))

    def teardown(self) -> None:
        for journal in self.others:
            assert () == journal.verify().damaged
        self.stack.close()

    def _same(self, ask: Any) -> None:
        expected = self._answer(ask, self.memory)
        for journal in self.others:
            assert expected == self._answer(ask, journal)

    @staticmethod
    def _answer(ask: Any, journal: Any) -> Any:
        try:
            answer = ask(journal)
        except CsprotocolError as error:
            return type(error), str(error)
        return (answer.kind, answer.incident, answer.entry, answer.reasons) if isinstance(answer, Outcome) else answer


TestJournals = Journals.TestCase
TestJournals.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
