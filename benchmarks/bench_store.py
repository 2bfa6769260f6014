"""How many events a journal in SQLite writes down each second, and whether it holds them afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from benchmarks._measure import NOT_INSTALLED, Table
from csprotocol import store
from csprotocol.incident import Actor, Command, MemoryJournal, Workflow
from csprotocol.store import Durability, SqlJournal

SINGLE_LIMIT, BATCHED_LIMIT = 5_000, 30_000
INCIDENTS: Final = 100
EVENTS_A_CASE: Final = 20
NOW: Final = datetime(2026, 11, 21, 10, tzinfo=UTC)
MACHINE: Final = Workflow.default().compile()

Commands = Sequence[tuple[str, Command, datetime]]
# Writes commands, of which the first has that number.
Write = Callable[[int, Commands], None]


def journals(*, quick: bool) -> Table:
    """Events a second, the fastest and the middle round; every contender gets its turn in each round."""
    table = Table("Journal in SQLite, each event with its hash and its outbox row", ["writer", "fastest", "median"])
    rounds, singles = (5, 500) if quick else (15, 2000)
    with TemporaryDirectory(prefix="csp-bench-") as folder, _contenders(Path(folder)) as (writers, opened):
        taken: dict[str, list[float]] = {name: [] for name in writers}
        written = dict.fromkeys(writers, 0)
        for _ in range(rounds):
            for name, (write, size) in writers.items():
                events = max(singles, size)
                taken[name].append(_seconds(write, written[name], events) / events)
                written[name] += events
        for name, seconds in taken.items():
            table.add(name, f"{1 / min(seconds):,.0f}/s", f"{1 / median(seconds):,.0f}/s")
        _correct(table, opened, written)
    fastest = {name: 1 / min(seconds) for name, seconds in taken.items()}
    for name, least in ((SINGLE, SINGLE_LIMIT), (BATCHED, BATCHED_LIMIT)):
        table.limit(f"{name}: at least {least:,}/s; measured {fastest[name]:,.0f}/s", holds=fastest[name] >= least)
    table.notes.append("power-loss: each commit waits for the disk (synchronous=FULL); crash: it does not (NORMAL)")
    if PEER not in taken:
        table.notes.append(f"{PEER}: {NOT_INSTALLED}")
    return table


SINGLE: Final = "csprotocol, one by one, power-loss"
BATCHED: Final = "csprotocol, execute_many of 5000, power-loss"
PEER: Final = "eventsourcing, load, event, save"


@contextmanager
def _contenders(folder: Path) -> Iterator[tuple[dict[str, tuple[Write, int]], dict[str, SqlJournal]]]:
    """Each with the number of events that it writes at once, and the journals among them."""
    asked = {
        SINGLE: (Durability.POWER_LOSS, 1),
        "csprotocol, one by one, crash": (Durability.CRASH, 1),
        "csprotocol, execute_many of 100, power-loss": (Durability.POWER_LOSS, 100),
        BATCHED: (Durability.POWER_LOSS, 5000),
    }
    opened = {name: _journal(folder / f"{name}.db", kind) for name, (kind, _) in asked.items()}
    writers = {name: (_writer(opened[name], size), size) for name, (_, size) in asked.items()}
    bare = _bare(folder / "bare.db")
    writers["bare INSERT of the same text, FULL"] = (_insert(bare), 1)
    if (peer := _eventsourcing(folder / "peer.db")) is not None:
        writers[PEER] = (peer, 1)
    try:
        yield writers, opened
    finally:
        for journal in opened.values():
            journal.close()
        bare.close()


def _journal(path: Path, durability: Durability) -> SqlJournal:
    journal = store.sqlite(path, durability=durability)
    for number in range(INCIDENTS):
        journal.open(MACHINE.open(f"INC-{number}", at=NOW, customer="eva", order=f"#{number}"))
    return journal


def _command(number: int) -> tuple[str, Command, datetime]:
    told = {"text": "The parcel arrived wet, the mug is broken.", "number": number}
    command = Command("note", Actor("ana"), event_id=f"msg-{number}", data=told)
    return f"INC-{number % INCIDENTS}", command, NOW + timedelta(seconds=number)


def _writer(journal: SqlJournal, size: int) -> Write:
    def one_by_one(_: int, commands: Commands) -> None:
        for incident_id, command, now in commands:
            journal.execute(incident_id, command, now=now)

    def batched(_: int, commands: Commands) -> None:
        for first in range(0, len(commands), size):
            journal.execute_many(commands[first : first + size])

    return one_by_one if size == 1 else batched


def _bare(path: Path) -> sqlite3.Connection:
    """The limit: one table, no decision, no hash, no outbox."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE entry (incident TEXT, event TEXT UNIQUE, body TEXT)")
    return connection


def _insert(connection: sqlite3.Connection) -> Write:
    def write(_: int, commands: Commands) -> None:
        for incident_id, command, now in commands:
            connection.execute("BEGIN IMMEDIATE")
            values = (incident_id, command.event_id, f"{command.event} {dict(command.data)} {now}" * 3)
            connection.execute("INSERT INTO entry VALUES (?, ?, ?)", values)
            connection.execute("COMMIT")

    return write


def _eventsourcing(path: Path) -> Write | None:
    try:
        from eventsourcing.application import Application
        from eventsourcing.domain import Aggregate, event
    except ImportError:
        return None

    class Case(Aggregate):  # type: ignore[misc]  # untyped here
        @event("Noted")  # type: ignore[untyped-decorator]
        def note(self, text: str, number: int) -> None:
            pass

    application: Any = Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})
    cases = [Case() for _ in range(INCIDENTS)]
    application.save(*cases)

    def write(start: int, commands: Commands) -> None:
        for number in range(start, start + len(commands)):
            # A new case now and then, since this library replays all events of one to load it.
            if number // INCIDENTS % EVENTS_A_CASE == 0:
                cases[number % INCIDENTS] = Case()
                application.save(cases[number % INCIDENTS])
            case = application.repository.get(cases[number % INCIDENTS].id)
            case.note(text="The parcel arrived wet, the mug is broken.", number=number)
            application.save(case)

    return write


def _seconds(write: Write, start: int, count: int) -> float:
    commands = [_command(number) for number in range(start, start + count)]
    before = perf_counter()
    write(start, commands)
    return perf_counter() - before


def _correct(table: Table, opened: dict[str, SqlJournal], written: dict[str, int]) -> None:
    """Everything is there once, in order, unbroken, and equal to what a journal in memory holds."""
    for name, journal in opened.items():
        before = perf_counter()
        found = journal.verify()
        seconds = perf_counter() - before
        whole = found.ok and found.entries == written[name] == len(journal.read(10**7))
        table.limit(f"{name}: {written[name]:,} events verified, each once in the outbox", holds=whole)
        if name == BATCHED:
            table.add("verify", f"{found.entries / seconds:,.0f}/s", "")
    memory = MemoryJournal()
    memory.open(MACHINE.open("INC-7", at=NOW, customer="eva", order="#7"))
    for number in range(7, written[BATCHED], INCIDENTS):
        _, command, now = _command(number)
        memory.execute("INC-7", command, now=now)
    journal = opened[BATCHED]
    same = (memory.history("INC-7"), memory.load("INC-7")) == (journal.history("INC-7"), journal.load("INC-7"))
    table.limit("entries read back equal those of a journal in memory", holds=same)


if __name__ == "__main__":
    print(journals(quick=False))
