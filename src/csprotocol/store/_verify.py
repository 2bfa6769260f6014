"""Whether a journal is as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

from csprotocol.errors import CsprotocolError, DamagedJournalError, UnknownStateError, UnknownWorkflowError
from csprotocol.incident import Entry, Incident, Machines
from csprotocol.store import _chain
from csprotocol.store._derive import followed
from csprotocol.store._port import Port, Statements
from csprotocol.store._records import entry_of, incident_of, opening_of

__all__ = ["Damage", "Verification", "head_of", "heads", "verify"]

_PAGE: Final = 1000
# Below every number of an entry, whoever wrote it.
_FIRST: Final = -(2**62)
_AFTER: Final = "SELECT id, head_hash FROM csp_incident WHERE id > ? ORDER BY id LIMIT ?"
_HEAD: Final = (
    "SELECT i.opening, i.opening_hash, i.head_hash, i.projection, p.salt, p.content, p.erased_at,"
    " i.version, i.workflow, i.state, i.category, i.order_id, i.customer, i.parent, i.blocking"
    " FROM csp_incident i LEFT JOIN csp_personal p ON p.incident_id = i.id AND p.seq = 0 WHERE i.id = ?"
)
_ENTRIES: Final = (
    "SELECT e.seq, e.event_id, e.body, e.hash, p.salt, p.content, p.erased_at FROM csp_entry e"
    " LEFT JOIN csp_personal p ON p.incident_id = e.incident_id AND p.seq = e.seq"
    " WHERE e.incident_id = ? AND e.seq > ? ORDER BY e.seq LIMIT ?"
)
_ORPHANS: Final = (
    "SELECT e.incident_id, MIN(e.seq) FROM csp_entry e LEFT JOIN csp_incident i ON i.id = e.incident_id"
    " WHERE i.id IS NULL GROUP BY e.incident_id ORDER BY e.incident_id"
)
_LOST: Final = (
    "SELECT p.incident_id, MIN(p.seq) FROM csp_personal p LEFT JOIN csp_incident i ON i.id = p.incident_id"
    " WHERE i.id IS NULL GROUP BY p.incident_id ORDER BY p.incident_id"
)
_FORGED: Final = (
    "SELECT p.seq FROM csp_personal p LEFT JOIN csp_entry e ON e.incident_id = p.incident_id AND e.seq = p.seq"
    " WHERE p.incident_id = ? AND p.seq <> 0 AND e.seq IS NULL ORDER BY p.seq"
)


class Damage(NamedTuple):
    """Something that is not as it was written; ``seq`` 0 means the opening of the incident.

    ``problem`` is a stable code. Of the chain: ``opening``, ``hash``, ``missing``, ``personal``, ``record``,
    ``event-id``. Of the replay: ``source``, ``transition``, ``digest``, ``time``, ``other-incident``,
    ``unknown-workflow``, ``unknown-state``. Of the whole: ``head`` (the incident does not stand where its entries
    lead), ``orphan`` (entries or personal data without their incident, personal data without their entry).
    """

    incident_id: str
    seq: int
    problem: str
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and what is damaged; ``erased`` counts entries without their personal data, which is no
    damage.
    """

    incidents: int = 0
    entries: int = 0
    erased: int = 0
    damaged: tuple[Damage, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damaged


def verify(port: Port, machines: Machines, incident_id: str | None, *, chained: bool) -> Verification:
    """Every incident, or one, each as it stood at one moment; at no time more than a page of entries is held."""
    incidents = entries = erased = 0
    damaged: list[Damage] = []
    for each in [incident_id] if incident_id else (found for found, _ in _pages(port)):
        incidents += 1
        if not isinstance(each, str):
            damaged.append(Damage(_shown(each), 0, "head", "its id is no text"))
            continue
        check = _checked(port, each, machines, chained=chained)
        entries += check.entries
        erased += check.erased
        damaged += check.damaged
    if incident_id is None:
        damaged += _orphans(port)
    return Verification(incidents, entries, erased, tuple(damaged))


def _orphans(port: Port) -> list[Damage]:
    rows = port.snapshot(lambda statements: (statements.rows(_ORPHANS), statements.rows(_LOST)))
    found: dict[str, Damage] = {}
    for message, orphans in zip(("these entries", "these personal data"), rows, strict=True):
        for orphan, seq in orphans:
            told = Damage(_shown(orphan), _number(seq), "orphan", f"{message} belong to no incident")
            found.setdefault(told.incident_id, told)
    return list(found.values())


def _checked(port: Port, incident_id: str, machines: Machines, *, chained: bool) -> _Check:
    def look(statements: Statements) -> _Check:
        check = _Check(incident_id, machines, chained=chained)
        check.run(statements)
        return check

    return port.snapshot(look)


def heads(port: Port) -> Iterator[tuple[str, str]]:
    """Every incident with the hash at the end of its chain, by id.

    Raises:
        DamagedJournalError: an id or a hash is none.
    """
    for incident_id, head_hash in _pages(port):
        if not isinstance(incident_id, str):
            raise DamagedJournalError.at(_shown(incident_id), 0, "head", "its id is no text")
        yield incident_id, head_of(incident_id, head_hash)


def head_of(incident_id: str, found: object) -> str:
    """``found``, the hash at the end of the chain of an incident.

    Raises:
        DamagedJournalError: it is none.
    """
    if not isinstance(found, str):
        raise DamagedJournalError.at(incident_id, 0, "head", "the end of its chain is no text")
    return found


def _pages(port: Port) -> Iterator[tuple[object, object]]:
    last: Any = ""
    while True:
        after = last
        page = port.read(lambda statements: statements.rows(_AFTER, (after, _PAGE)))  # noqa: B023  # called at once
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1][0]


class _Personal(NamedTuple):
    """What the tables hold of an entry's personal part; nothing at all where its row is gone."""

    salt: str | None
    content: str | None
    erased_at: str | None


class _Check:
    """One incident: its opening, its entries one by one, and where it stands."""

    def __init__(self, incident_id: str, machines: Machines, *, chained: bool) -> None:
        self.id = incident_id
        self.entries = self.erased = 0
        self.damaged: list[Damage] = []
        self._machines = machines
        self._chained = chained
        # The incident as the entries so far give it; None once they do not fit together any more.
        self._incident: Incident | None = None
        self._version = 0
        self._previous: str | None = None
        self._unknown: frozenset[str] = frozenset()

    def run(self, statements: Statements) -> None:
        """Look at everything."""
        found = statements.rows(_HEAD, (self.id,))
        if not found:
            return  # Erased as a whole by somebody, between the list and now.
        self._opening(found[0])
        last: Any = _FIRST
        while True:
            page = statements.rows(_ENTRIES, (self.id, last, _PAGE))
            for seq, *texts in page:
                self._row(seq, *map(_said, texts))
            if len(page) < _PAGE:
                break
            last = page[-1][0]
        self._head(found[0])
        for (seq,) in statements.rows(_FORGED, (self.id,)):
            self._damage(_number(seq), "orphan", "these personal data belong to no entry")

    def _opening(self, row: tuple[Any, ...]) -> None:
        record, opening_hash = _said(row[0]) or "", _said(row[1])
        personal = _Personal(*map(_said, row[4:7]))
        try:
            self._incident = opening_of(self.id, record, personal.content)
        except DamagedJournalError:
            self._damage(0, "opening", "what is written there is no opening")
        else:
            self._version = self._incident.version
            if self._incident.id != self.id:
                self._damage(0, "opening", f"it is that of incident {self._incident.id}")
        if self._chained and _chain.genesis(record) != opening_hash:
            self._damage(0, "opening", "it is not what was written when the incident was opened")
        self._personal(0, record, personal)
        self._previous = opening_hash

    def _row(self, seq: object, event_id: str | None, record: str | None, *rest: str | None) -> None:
        if isinstance(seq, int):
            self._entry(seq, event_id or "", record or "", rest[0], _Personal(*rest[1:]))
            return
        self.entries += 1
        self._damage(self._version, "record", "the number of an entry behind it is none")
        self._incident = None

    def _entry(self, seq: int, event_id: str, record: str, found_hash: str | None, personal: _Personal) -> None:
        self.entries += 1
        missing = seq != self._version + 1
        if missing:
            self._damage(self._version + 1, "missing", f"the next one there is number {seq}")
            self._incident = None
        self._version = seq
        # Of an entry behind a hole nobody can tell: its hash counts on what is gone.
        if self._chained and not missing and not self._follows(record, found_hash):
            self._damage(seq, "hash", "it is not what was written, or not at this place")
        self._previous = found_hash
        self._personal(seq, record, personal)
        try:
            entry = entry_of(self.id, seq, record, personal.content)
        except DamagedJournalError:
            self._damage(seq, "record", "what is written there is no entry")
            self._incident = None
            return
        if entry.event_id != event_id:
            self._damage(seq, "event-id", "the event id of its row is not that of its record")
        if entry.erased:
            self.erased += 1
        self._replay(seq, entry)

    def _follows(self, record: str, found_hash: str | None) -> bool:
        try:
            return self._previous is not None and _chain.linked(self._previous, record) == found_hash
        except ValueError:  # The hash before it is none.
            return False

    def _personal(self, seq: int, record: str, personal: _Personal) -> None:
        if personal.content is None:
            if not personal.erased_at or personal.salt is not None:
                self._damage(seq, "personal", "its personal data are gone, and not by an erasure")
        elif self._chained and not _fits(record, personal.salt, personal.content):
            self._damage(seq, "personal", "its personal data are not what was written")

    def _replay(self, seq: int, entry: Entry) -> None:
        if self._incident is None:
            return
        try:
            self._incident, self._unknown = followed(self._incident, self._unknown, entry, self._machines)
        except DamagedJournalError as failure:
            self._lost(seq, failure.problem, str(failure))
        except (UnknownWorkflowError, UnknownStateError) as failure:
            self._lost(seq, failure.code, str(failure))

    def _lost(self, seq: int, problem: str, message: str) -> None:
        """From here on nobody knows where the incident stands; the chain is looked at all the same."""
        # An altered record was told as such already.
        if not any(each.seq == seq for each in self.damaged):
            self._damage(seq, problem, message)
        self._incident = None

    def _head(self, row: tuple[Any, ...]) -> None:
        _, _, head_hash, projection = row[:4]
        if self._chained and head_hash != self._previous:
            self._damage(self._version, "head", "the incident does not end where its chain does")
        try:
            stands = incident_of(self.id, projection)
            columns = self._columns(stands)
        except CsprotocolError as failure:
            self._damage(
                self._version, "head", f"what the incident stands at cannot be read ({type(failure).__name__})"
            )
            return
        wrong = [name for name, value, found in zip(_COLUMNS, columns, row[7:], strict=True) if value != found]
        if self._incident is not None:
            names = (each.name for each in fields(Incident) if each.name not in self._unknown)
            wrong += [name for name in names if getattr(stands, name) != getattr(self._incident, name)]
        if wrong:
            told = ", ".join(dict.fromkeys(wrong))
            self._damage(self._version, "head", f"the incident is not where its entries lead: {told}")

    def _columns(self, stands: Incident) -> tuple[Any, ...]:
        category = self._machines.at(stands).state(stands).category.value
        return (
            stands.version, stands.workflow, stands.state, category,
            stands.order, stands.customer, stands.parent, int(stands.blocking),
        )  # fmt: skip

    def _damage(self, seq: int, problem: str, message: str) -> None:
        self.damaged.append(Damage(self.id, seq, problem, message))


_COLUMNS: Final = ("version", "workflow", "state", "category", "order", "customer", "parent", "blocking")


def _said(found: object) -> str | None:
    """A column of a text; what is none (SQLite keeps anything) says nothing, which then fits nothing."""
    return found if found is None or isinstance(found, str) else ""


def _number(found: object) -> int:
    return found if isinstance(found, int) else 0


def _shown(incident_id: object) -> str:
    """An id for a message, also where somebody made it something else than a text."""
    return incident_id.decode(errors="replace") if isinstance(incident_id, bytes) else str(incident_id)


def _fits(record: str, salt: str | None, content: str) -> bool:
    """Whether the record ends in the digest of ``content``, as records do."""
    try:
        return salt is not None and record.endswith(f'"{_chain.personal_digest(salt, content)}"]')
    except ValueError:  # The salt is none.
        return False
