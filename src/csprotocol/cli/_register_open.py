"""The register that the commands share: where its file is, by which workflows it runs, what time it is."""

from __future__ import annotations

import argparse
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from csprotocol import store
from csprotocol.cli._common import check_output, parse_instant, parse_now, parse_zone
from csprotocol.cli._workflow import workflow_named
from csprotocol.errors import (
    ExportError,
    InvalidValueError,
    JournalError,
    UnknownIncidentError,
    UnknownWorkflowError,
    one_of,
)
from csprotocol.incident import Actor, Decision, Facts, Incident, Machine, Machines
from csprotocol.incident._journal import child_of
from csprotocol.model import StatusCategory

__all__ = ["Register", "add_register_options", "opened_register", "quietly", "sure_instant"]

_DEFAULT: Final = "incidents.db"
_FILE, _WORKFLOWS = "CSPROTOCOL_REGISTER", "CSPROTOCOL_WORKFLOWS"
# What SQLite keeps beside a file.
_BESIDE: Final = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Register:
    """An open register; ``now`` is the moment of the command, ``zone`` that in which instants are shown."""

    journal: store.SqlJournal
    machines: Machines
    now: datetime
    zone: ZoneInfo
    kind: str

    def machine(self, kind: str) -> Machine:
        """The newest machine of that workflow.

        Raises:
            InvalidValueError: there is none.
        """
        return _newest(self.machines, kind)

    def holds(self, incident_id: str) -> bool:
        """Whether an incident of that id is here."""
        try:
            self.journal.load(incident_id)
        except UnknownIncidentError:
            return False
        return True

    def require_workflows(self, incident_ids: Iterable[str]) -> None:
        """Nothing, when every workflow that these incidents and their entries name was given.

        Raises:
            JournalError: one was not.
        """
        for incident_id in incident_ids:
            entries = self.journal.history(incident_id)
            for ref in (self.journal.load(incident_id).workflow, *(entry.workflow for entry in entries)):
                if ref not in self.machines.refs:
                    raise _unknown_workflow(ref, self.machines)

    def by_category(
        self, *, state: str | None = None, order: str | None = None, customer: str | None = None
    ) -> Iterator[tuple[StatusCategory, Incident]]:
        """The incidents with their categories, by id, also those whose workflow was not given; all of one moment."""
        yield from self.journal.with_categories(state=state, order=order, customer=customer)

    def leads_on(self, incident: Incident) -> set[str]:
        """The events that lead from its state to another one, whoever asks."""
        machine, current = self._current(incident)
        arrows = machine.workflow.arrows()
        return {event for source, event, target, _ in arrows if source == current.state != target}

    def _current(self, incident: Incident) -> tuple[Machine, Incident]:
        """The machine that decides about ``incident``, and how it stands there."""
        machine = self.machines.of(incident)
        return machine, incident if incident.workflow == machine.ref else machine.migrate(incident)

    def answers(self, incident: Incident, actor: Actor) -> dict[str, Decision]:
        """What ``actor`` may do now, event by event."""
        machine, current = self._current(incident)
        children = self.journal.find(parent=incident.id)
        facts = Facts(tuple(child_of(child, self.machines.at(child)) for child in children))
        return machine.allowed(current, actor, facts, now=self.now)

    def shown(self, at: datetime | None) -> str:
        """An instant in the zone of the command, to the second."""
        return "" if at is None else at.astimezone(self.zone).isoformat(sep=" ", timespec="seconds")


def add_register_options(parser: argparse.ArgumentParser) -> None:
    """``--register``, ``--workflow``, ``--now`` and ``--tz``."""
    parser.add_argument("--register", metavar="FILE", help=f"default: ${_FILE}, else {_DEFAULT}")
    parser.add_argument(
        "--workflow",
        action="append",
        default=[],
        metavar="FILE",
        help=f"a shop's own workflow, beside those of the library; may be repeated; default: ${_WORKFLOWS}",
    )
    parser.add_argument("--now", help="the moment of the command, ISO 8601; default: the clock")
    parser.add_argument("--tz", help="zone of instants that name no offset, and of those shown; default: UTC")


@contextmanager
def opened_register(chosen: argparse.Namespace, *, make: bool = False) -> Iterator[Register]:
    """The register that the options mean; only with ``make`` a new one is begun where there is none.

    Raises:
        JournalError: there is none, or the file is something else.
    """
    zone = parse_zone("UTC" if chosen.tz is None else chosen.tz)
    now = parse_now(None, zone) if chosen.now is None else sure_instant("--now", chosen.now, zone)
    files = chosen.workflow or [name for name in os.environ.get(_WORKFLOWS, "").split(os.pathsep) if name]
    own = [workflow_named(name).compile() for name in files]
    path = _path(chosen)
    _check(path, make=make)
    # Before the work, and because the report would overwrite the register.
    output = getattr(chosen, "output", "-")
    check_output(output, (path, *files))
    if output != "-" and Path(output).resolve() in {Path(f"{path}{end}").resolve() for end in _BESIDE}:
        raise ExportError.at(output, "belongs to the register", hint="name another file")
    machines = Machines(own)
    if getattr(chosen, "kind", None) is not None:
        # Before a file is begun.
        _newest(machines, chosen.kind)
    try:
        with store.sqlite(path, workflows=own) as journal:
            yield Register(journal, machines, now, zone, own[0].workflow.id if own else "incident")
    except UnknownWorkflowError as error:
        raise _unknown_workflow(error.workflow, machines) from None
    except UnknownIncidentError as error:
        raise JournalError(
            f"the register holds no incident {error.incident!r}", hint="csprotocol register list shows those it holds"
        ) from None


def sure_instant(option: str, text: str, zone: ZoneInfo) -> datetime:
    """An instant of the command line; where the clock of ``zone`` repeats or skips an hour nothing is guessed.

    Raises:
        InvalidValueError: the text is no instant, or one that the clock shows twice or never.
    """
    at = parse_instant(option, text, zone)
    if at.tzinfo is zone and at.utcoffset() != at.replace(fold=1).utcoffset():
        expected = f"with its offset (+01:00): the clocks of {zone.key} show it twice or never"
        raise InvalidValueError.of(option, text, expected=expected)
    return at


def _newest(machines: Machines, kind: str) -> Machine:
    found = [machine for machine in machines if machine.workflow.id == kind]
    if not found:
        raise InvalidValueError.unknown("--kind", kind, sorted({each.workflow.id for each in machines}))
    return max(found, key=lambda machine: machine.workflow.version)


def _path(chosen: argparse.Namespace) -> str:
    return chosen.register or os.environ.get(_FILE) or _DEFAULT


def _unknown_workflow(ref: str, machines: Machines) -> JournalError:
    return JournalError(
        f"the register has incidents of workflow {ref}, which was not given",
        hint=f"name its file with --workflow or in ${_WORKFLOWS}, the earlier versions too; {one_of(machines.refs)}",
    )


def _check(path: str, *, make: bool) -> None:
    """Nothing, when the file may be opened: nobody wants our tables in the database of another program."""
    file = Path(path)
    if path == ":memory:" or "\0" in path or file.is_dir():
        raise InvalidValueError.of("--register", path, expected="a file")
    if not file.exists() or not file.stat().st_size:
        if not make:
            raise JournalError(
                f"there is no register {path!r}",
                hint="begin one with csprotocol register new, or name another with --register",
            )
        if not file.parent.is_dir():
            raise InvalidValueError.of("--register", path, expected="in a folder that exists")
    elif not _may_be_register(file):
        raise JournalError(f"{path!r} is the database of another program", hint="name another file with --register")


def _may_be_register(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(file, timeout=1)) as connection:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error:
        return True  # The journal itself says better what is wrong.
    return not names or "csp_schema" in names


def quietly(error: InvalidValueError) -> str:
    """The sentence of ``error`` without the value that was found: it may be a customer's."""
    return str(error).partition(", got ")[0]
