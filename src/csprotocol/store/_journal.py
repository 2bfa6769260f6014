"""The journal in a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from csprotocol.errors import InvalidValueError, JournalError, UnknownIncidentError
from csprotocol.incident import Command, Entry, Facts, Incident, Machine, Machines, OutboxRow, Outcome, Workflow
from csprotocol.incident._plain import instant
from csprotocol.model import StatusCategory
from csprotocol.model._words import member
from csprotocol.store import _chain
from csprotocol.store._asked import asked, made, moment, positions_of, require_incident, require_whole, triple
from csprotocol.store._dump import HISTORY, dumped
from csprotocol.store._erase import erase
from csprotocol.store._find import found
from csprotocol.store._opening import OPENING, write_opening
from csprotocol.store._port import Port, Statements, chunks, marks
from csprotocol.store._records import (
    LARGEST,
    entry_of,
    incident_of,
    is_id,
    opening_of,
)
from csprotocol.store._restore import is_told_already, next_id, restored, write_entries
from csprotocol.store._schema import prepare
from csprotocol.store._unit import ENTRY_COLUMNS, Unit
from csprotocol.store._verify import Verification, head_of, heads, verify

__all__ = ["SqlJournal"]

_OUTBOX: Final = (
    f"SELECT o.position, {ENTRY_COLUMNS} FROM csp_outbox o"
    " JOIN csp_entry e ON e.position = o.position"
    " LEFT JOIN csp_personal p ON p.incident_id = e.incident_id AND p.seq = e.seq ORDER BY o.position LIMIT ?"
)


class SqlJournal:
    """A :class:`csprotocol.incident.Journal` that a database keeps; made by ``store.sqlite`` or ``store.sqlalchemy``.

    What a call acknowledges is written, with its row in the outbox, in one transaction; what it does not is not there
    at all. Threads may share a journal, and processes may share its database.

    >>> from datetime import datetime, timezone
    >>> from csprotocol import store
    >>> from csprotocol.incident import Actor
    >>> now = datetime(2026, 11, 21, 10, tzinfo=timezone.utc)
    >>> with store.sqlite(":memory:") as journal:
    ...     opened = journal.open(Workflow.default().compile().open("INC-1", at=now, customer="eva"))
    ...     outcome = journal.execute("INC-1", Command("note", Actor("ana"), event_id="msg-1"), now=now)
    ...     again = journal.execute("INC-1", Command("note", Actor("ana"), event_id="msg-1"), now=now)
    ...     outcome.kind.value, again.kind.value, journal.verify().ok
    ('applied', 'duplicate', True)
    """

    def __init__(self, port: Port, *, workflows: Iterable[Workflow | Machine] | None, tamper_evident: bool) -> None:
        self._machines: Final = Machines(workflows)
        self._port: Final = port
        self._chained: Final = tamper_evident
        try:
            prepare(port, tamper_evident=tamper_evident)
        except BaseException:
            port.close()
            raise

    def __repr__(self) -> str:
        return f"SqlJournal({self._port.name})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back; an engine that was handed in stays open."""
        self._port.close()

    def open(self, incident: Incident) -> Incident:
        """Write down a new incident; the very same one again is answered with how it stands.

        Where its personal data were erased since, they do not count in the comparison.

        Raises:
            IncidentExistsError: another one has its id.
            UnknownIncidentError: its parent is not here.
            ParentEndedError: its parent accepts nothing any more.
            UnknownWorkflowError, UnknownStateError: nobody could decide about it.
        """
        require_incident("incident", incident)
        return self._port.write(lambda statements: self._open(statements, incident))

    def open_next(self, incident: Callable[[str], Incident], *, prefix: str = "INC-") -> Incident:
        """Write down a new incident under the next number, ``INC-000001`` and on; two at once get two numbers.

        ``incident`` makes it from its id, and may be asked again after a race; it must not use the journal.

        >>> from datetime import datetime, timezone
        >>> from csprotocol import store
        >>> now, machine = datetime(2026, 11, 21, tzinfo=timezone.utc), Workflow.default().compile()
        >>> with store.sqlite(":memory:") as journal:
        ...     [journal.open_next(lambda id: machine.open(id, at=now)).id for _ in range(2)]
        ['INC-000001', 'INC-000002']

        Raises:
            InvalidValueError: ``prefix`` cannot begin an id, or ``incident`` made none of that id.
            UnusableJournalError: ``incident`` used the journal; nothing was written.
            UnknownIncidentError, UnknownWorkflowError, UnknownStateError: as :meth:`open`.
        """
        if not is_id(prefix):
            raise InvalidValueError.of("prefix", prefix, expected="a short text that begins an id")
        dialect = self._port.dialect

        def work(statements: Statements) -> Incident:
            due = next_id(statements, dialect, prefix)
            return self._open(statements, made(incident(due), due))

        return self._port.write(work)

    def restore(
        self, opened: Incident, entries: Iterable[Entry], *, now: datetime, stands: Incident | None = None
    ) -> Incident:
        """Write down an incident that has a history elsewhere: an export, a journal that moves.

        Entries are checked as :func:`csprotocol.incident.replay` does and written as they are, ids and instants
        included, under a chain of this journal's own. None of them goes to the outbox: whoever listens there has
        heard of them where they happened. What erased entries said of the incident is known only from how it
        ``stands``; they count as erased at ``now``. An incident that is here already, with the same entries, is
        answered with how it stands, what was erased here left erased.

        >>> from datetime import datetime, timezone
        >>> from csprotocol import store
        >>> from csprotocol.incident import Actor
        >>> now, machine = datetime(2026, 11, 21, tzinfo=timezone.utc), Workflow.default().compile()
        >>> opened = machine.open("INC-1", at=now)
        >>> noted, entry = machine.apply(opened, Command("note", Actor("ana")), now=now)
        >>> with store.sqlite(":memory:") as journal:
        ...     journal.restore(opened, [entry], now=now) == noted, journal.history("INC-1") == (entry,)
        (True, True)

        Raises:
            IncidentExistsError: another incident of its id is here, or the same one with other entries.
            DamagedJournalError: an entry does not fit, or ``stands`` is not where they lead.
            JournalError: an entry of another incident has one of the event ids.
            UnknownIncidentError, UnknownWorkflowError, UnknownStateError: as :meth:`open`.
        """
        told, now = tuple(entries), moment(now)
        final = restored(opened, told, stands, self._machines)
        category = self._machines.at(final).state(final).category.value

        def work(statements: Statements) -> Incident:
            is_new = not statements.rows("SELECT 1 FROM csp_incident WHERE id = ?", (opened.id,))
            stood = self._open(statements, opened, parent_must_live=False)
            if not is_new and is_told_already(statements, opened.id, told):
                return stood
            sql = "SELECT opening_hash FROM csp_incident WHERE id = ?"
            start = statements.rows(sql, (opened.id,))[0][0]
            write_entries(statements, final, category, told, start=start, now=now)
            return final

        return self._port.write(work)

    def load(self, incident_id: str) -> Incident:
        """The incident as it stands.

        Raises:
            UnknownIncidentError: it is not here.
        """
        sql = "SELECT projection FROM csp_incident WHERE id = ?"
        return incident_of(incident_id, self._one(sql, incident_id)[0])

    def opened(self, incident_id: str) -> Incident:
        """The incident as it was opened: where a replay begins."""
        record, personal, _ = self._one(OPENING, incident_id)
        return opening_of(incident_id, record, personal)

    def history(self, incident_id: str) -> tuple[Entry, ...]:
        """Its entries, the first one first."""
        rows = self._rows(HISTORY, (incident_id,)) if is_id(incident_id) else []
        if not rows:
            self.load(incident_id)
        return tuple(entry_of(*row) for row in rows)

    def find(
        self,
        *,
        order: str | None = None,
        customer: str | None = None,
        state: str | None = None,
        category: StatusCategory | str | None = None,
        parent: str | None = None,
    ) -> tuple[Incident, ...]:
        """The incidents to which all that is given applies, by id; all of them when nothing is given."""
        pairs = self.with_categories(order=order, customer=customer, state=state, category=category, parent=parent)
        return tuple(incident for _, incident in pairs)

    def with_categories(
        self,
        *,
        order: str | None = None,
        customer: str | None = None,
        state: str | None = None,
        category: StatusCategory | str | None = None,
        parent: str | None = None,
    ) -> tuple[tuple[StatusCategory, Incident], ...]:
        """What :meth:`find` gives, each with the category of its state, also where its workflow is not here.

        All of it is from one moment: none is missing, and none there twice, because somebody records meanwhile.

        >>> from datetime import datetime, timezone
        >>> from csprotocol import store
        >>> with store.sqlite(":memory:") as journal:
        ...     opened = journal.open(Workflow.default().compile().open("INC-1", at=datetime.now(timezone.utc)))
        ...     [(category.value, incident.id) for category, incident in journal.with_categories()]
        [('new', 'INC-1')]
        """
        word = None if category is None else member(StatusCategory, "category", category).value
        columns = {"order_id": order, "customer": customer, "state": state, "category": word, "parent": parent}
        return found(self._port, {name: value for name, value in columns.items() if value is not None})

    def dump(self, take: Callable[[Incident, tuple[Entry, ...], Incident], object]) -> int:
        """How many incidents there are, after each was handed to ``take``: as opened, its entries, as it stands.

        All of it is from one moment, by id, whatever others write meanwhile, and at no time more than an incident
        with its entries is held. What ``take`` gets is what :meth:`restore` wants. It must not use the journal.

        >>> from datetime import datetime, timezone
        >>> from csprotocol import store
        >>> with store.sqlite(":memory:") as journal:
        ...     opened = journal.open(Workflow.default().compile().open("INC-1", at=datetime.now(timezone.utc)))
        ...     journal.dump(lambda opened, entries, stands: print(opened.id, len(entries), stands.state))
        INC-1 0 new
        1

        Raises:
            DamagedJournalError: something in it cannot be read.
        """
        return dumped(self._port, take)

    def execute(
        self,
        incident_id: str,
        command: Command,
        *,
        now: datetime,
        expected_version: int | None = None,
        facts: Facts | None = None,
    ) -> Outcome:
        """Decide, and write down what was allowed; ``facts`` are looked up in the same transaction unless given.

        Raises:
            UnknownIncidentError: the incident is not here.
            DamagedJournalError: where it stands cannot be read.
            UnusableJournalError: the database is busy or broken; nothing was written.
        """
        now = asked(command, now)
        if expected_version is not None:
            require_whole("expected_version", expected_version)

        def work(statements: Statements) -> Outcome:
            unit = Unit(statements, self._port.dialect, self._machines)
            unit.lock((incident_id, command.data.get("into")))
            unit.recall((command.event_id,))
            outcome = unit.execute(incident_id, command, now=now, expected_version=expected_version, facts=facts)
            unit.write()
            return outcome

        return self._port.write(work)

    def execute_many(self, commands: Iterable[tuple[str, Command, datetime]]) -> tuple[Outcome, ...]:
        """What becomes of each (incident id, command, now), in one transaction: all of it stands, or nothing does.

        A command sees what those before it did. One that is denied is answered so and does not hinder the others.

        >>> from datetime import datetime, timezone
        >>> from csprotocol import store
        >>> from csprotocol.incident import Actor
        >>> now = datetime(2026, 11, 21, 10, tzinfo=timezone.utc)
        >>> with store.sqlite(":memory:") as journal:
        ...     opened = journal.open(Workflow.default().compile().open("INC-1", at=now))
        ...     told = [Command(event, Actor("ana")) for event in ("note", "close", "note")]
        ...     [each.kind.value for each in journal.execute_many(("INC-1", each, now) for each in told)]
        ['applied', 'denied', 'applied']

        Raises:
            UnknownIncidentError: one of the incidents is not here; nothing was written.
        """
        batch = [triple(each) for each in commands]

        def work(statements: Statements) -> tuple[Outcome, ...]:
            unit = Unit(statements, self._port.dialect, self._machines)
            unit.lock(each for incident_id, command, _ in batch for each in (incident_id, command.data.get("into")))
            unit.recall(command.event_id for _, command, _ in batch)
            outcomes = tuple(unit.execute(incident_id, command, now=now) for incident_id, command, now in batch)
            unit.write()
            return outcomes

        return self._port.write(work) if batch else ()

    def read(self, limit: int = 100) -> tuple[OutboxRow, ...]:
        """The entries that nobody acknowledged yet, the oldest first.

        Each is there once, and stays until it is acknowledged: a reader that stops in between sees it again.
        """
        require_whole("limit", limit)
        rows = self._rows(_OUTBOX, (max(0, min(limit, LARGEST)),))
        return tuple(OutboxRow(position, entry_of(*row)) for position, *row in rows)

    def acknowledge(self, positions: Iterable[int]) -> int:
        """How many rows of the outbox were taken off."""
        known = positions_of(positions)

        def work(statements: Statements) -> int:
            sql = "DELETE FROM csp_outbox WHERE position IN ({})"
            return sum(statements.run(sql.format(marks(len(some))), some) for some in chunks(known))

        return self._port.write(work) if known else 0

    def verify(self, incident_id: str | None = None) -> Verification:
        """Whether the journal, or one incident, is as it was written; every damaged entry by its place.

        Checked are the hash chain, the moves against their workflows, and that each incident stands where its entries
        lead. What a chain cannot show is that its newest entries were cut off, or that it was written anew from some
        point on: keep :meth:`head` somewhere else, and ask :meth:`holds`.

        Raises:
            UnknownIncidentError: ``incident_id`` is not here.
        """
        if incident_id is not None:
            self._one("SELECT id FROM csp_incident WHERE id = ?", incident_id)
        return verify(self._port, self._machines, incident_id, chained=self._chained)

    def head(self, incident_id: str | None = None) -> str:
        """The hash at the end of an incident's chain, or one over the ends of all chains: to be kept elsewhere.

        Raises:
            UnknownIncidentError: ``incident_id`` is not here.
            JournalError: the journal keeps no chain.
        """
        if not self._chained:
            raise JournalError("this journal keeps no hash chain", hint="make one with tamper_evident=True")
        if incident_id is None:
            return _chain.whole(heads(self._port))
        return head_of(incident_id, self._one("SELECT head_hash FROM csp_incident WHERE id = ?", incident_id)[0])

    def holds(self, incident_id: str, head: str) -> bool:
        """Whether the incident's chain once ended in ``head`` and still holds that place: it may have grown since.

        With :meth:`verify` this shows what a chain alone cannot: entries cut off, or a chain written anew.
        """
        opening_hash = self._one("SELECT opening_hash FROM csp_incident WHERE id = ?", incident_id)[0]
        if opening_hash == head:
            return True
        sql = "SELECT 1 FROM csp_entry WHERE incident_id = ? AND hash = ?"
        return is_id(head) and bool(self._rows(sql, (incident_id, head)))

    def erase_personal_data(self, incident_id: str, *, now: datetime) -> int:
        """How many entries lost what was personal in them: who acted, and all that they brought.

        The incident forgets its customer and its assignee. What else entries said about it (order, priority, problem)
        stays with the incident, the moves and their instants stay in the journal, the chain still verifies, and the
        erasure shows, with ``now``. An event that is delivered again is still known as a duplicate.

        SQLite overwrites what it deletes and empties its write-ahead log, unless somebody is reading or writing just
        then, who is not waited for: :meth:`scrub` tells, and tries again. PostgreSQL and MySQL keep old rows until
        they clean up (``VACUUM``, purge), and every database has backups.

        Raises:
            UnknownIncidentError: the incident is not here.
        """
        at = instant(moment(now))

        def work(statements: Statements) -> int:
            return erase(statements, Unit(statements, self._port.dialect, self._machines), incident_id, at)

        erased = self._port.write(work)
        self._port.scrub()
        return erased

    def scrub(self) -> bool:
        """Whether nothing of what was erased is left in the files of this database.

        ``False`` for SQLite while somebody reads or writes, who keeps the write-ahead log from being emptied: ask
        again later. Always ``False`` for PostgreSQL and MySQL, which clean up in their own time.

        >>> from csprotocol import store
        >>> with store.sqlite(":memory:") as journal:
        ...     journal.scrub()
        True
        """
        return self._port.scrub()

    def _open(self, statements: Statements, incident: Incident, *, parent_must_live: bool = True) -> Incident:
        return write_opening(
            statements,
            self._port.dialect,
            self._machines,
            incident,
            chained=self._chained,
            parent_must_live=parent_must_live,
        )

    def _one(self, sql: str, incident_id: str) -> Any:
        rows = self._rows(sql, (incident_id,)) if is_id(incident_id) else []
        if not rows:
            raise UnknownIncidentError.of(incident_id)
        return rows[0]

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        return self._port.read(lambda statements: statements.rows(sql, values))
