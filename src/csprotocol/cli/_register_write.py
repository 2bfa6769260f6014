"""``csprotocol register new|record|erase``: what changes a register."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterable, Iterator
from typing import Any, Final

from csprotocol.cli._register_open import Register, add_register_options, opened_register, quietly, sure_instant
from csprotocol.cli._register_words import possible, reasons
from csprotocol.cli._tables import clean, plural
from csprotocol.errors import InvalidValueError
from csprotocol.incident import Actor, Command, Incident, Outcome, OutcomeKind
from csprotocol.model import ActorKind

__all__ = ["add_to"]

_TOLD: Final = ("order", "customer", "assignee", "channel", "priority", "problem_type", "product", "carrier")
_FLAGS: Final = {"true": True, "false": False}


def add_to(verbs: Any) -> None:
    """Adds the verbs."""
    new = verbs.add_parser("new", help="open an incident; prints its id")
    add_register_options(new)
    new.add_argument("--id", help="default: the next number, INC-000001")
    new.add_argument("--kind", help="its workflow; default: that of the first --workflow, else incident")
    for name in _TOLD:
        new.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT")
    new.add_argument("--opened-by", choices=[str(kind) for kind in ActorKind], help="whose contact it began with")
    new.add_argument("--parent", metavar="ID", help="the incident whose child this is")
    new.add_argument("--blocking", action="store_true", help="the parent waits for it")
    new.set_defaults(run=_new)
    record = verbs.add_parser(
        "record",
        help="record what happened, or hear why that may not be",
        description="Fields are texts; true and false are yes and no. Exit status 1 when nothing was written.",
        intermixed=True,
    )
    add_register_options(record)
    record.add_argument("id", metavar="ID")
    record.add_argument("event", metavar="EVENT")
    record.add_argument("fields", metavar="FIELD=VALUE", nargs="*", default=[])
    record.add_argument("--by", metavar="NAME", help="who acts; default: the login, or the role that is no person")
    record.add_argument("--role", default="agent", help="customer, bot, system, or the shop's word; default: agent")
    record.add_argument("--at", help="when it happened, ISO 8601; default: now")
    record.add_argument("--event-id", metavar="ID", help="makes it harmless to record it again")
    record.add_argument("--expect", type=int, metavar="VERSION", help="only while the incident is at this version")
    record.set_defaults(run=_record)
    erase = verbs.add_parser("erase", help="forget for good who was concerned: customer, actors, what events brought")
    add_register_options(erase)
    erase.add_argument("id", metavar="ID")
    erase.set_defaults(run=_erase)


def _new(chosen: argparse.Namespace) -> int:
    if chosen.blocking and not chosen.parent:
        raise InvalidValueError("--blocking needs --parent", hint="name the incident that waits for this one")
    known = {
        name: getattr(chosen, name) for name in (*_TOLD, "opened_by", "parent") if getattr(chosen, name) is not None
    }
    with opened_register(chosen, make=True) as register:
        machine = register.machine(register.kind if chosen.kind is None else chosen.kind)

        def incident(incident_id: str) -> Incident:
            try:
                return machine.open(incident_id, at=register.now, blocking=chosen.blocking, **known)
            except InvalidValueError as error:
                if error.field == "Incident.id":
                    raise
                raise InvalidValueError(quietly(error), field=error.field, found=None) from None

        if chosen.id is None:
            opened = register.journal.open_next(incident)
        else:
            opened = register.journal.open(incident(chosen.id))
    print(opened.id)
    return 0


def _record(chosen: argparse.Namespace) -> int:
    fields = _fields(chosen.fields)
    with opened_register(chosen) as register:
        at = None if chosen.at is None else sure_instant("--at", chosen.at, register.zone)
        try:
            actor = Actor(_by(chosen), chosen.role)
            command = Command(chosen.event, actor, chosen.event_id, at, fields)
        except InvalidValueError as error:
            if not error.field.startswith(("Actor.id", "Command.data")):
                raise
            raise InvalidValueError(quietly(error), field=error.field, found=None) from None
        outcome = register.journal.execute(chosen.id, command, now=register.now, expected_version=chosen.expect)
        lines = list(_told(register, outcome, actor))
    for line in lines:
        print(clean(line))
    return 0 if outcome.ok else 1


def _by(chosen: argparse.Namespace) -> str:
    if chosen.by is not None:
        return str(chosen.by)
    if chosen.role in {"customer", "bot", "system"}:
        return str(chosen.role)
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise InvalidValueError.of("--by", None, expected="given: nobody is logged in") from None


def _fields(given: Iterable[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for place, text in enumerate(given, 1):
        name, equals, value = text.partition("=")
        # The place, not the text: it may be what a customer said.
        if not (name.strip() and equals):
            raise InvalidValueError(
                f"field {place} has no name and =", hint="write FIELD=VALUE, for example order=1001"
            )
        if name in found:
            raise InvalidValueError(f"{name} is given twice", hint="give each field once")
        found[name] = value if name in _TOLD else _FLAGS.get(value, value)
    return found


def _told(register: Register, outcome: Outcome, actor: Actor) -> Iterator[str]:
    incident, entry = outcome.incident, outcome.entry
    if entry is not None:
        way = f"{entry.source} -> {entry.target}" if entry.source != entry.target else f"stays in {entry.target}"
        late = ", late" if entry.late else ""
        if outcome.kind is OutcomeKind.DUPLICATE:
            yield f"duplicate: {incident.id} has it as entry {entry.seq} of {register.shown(entry.recorded_at)}"
            yield f"now: {incident.state} (version {incident.version})"
        else:
            yield f"applied: {incident.id} {entry.event}: {way} (version {incident.version}{late})"
        return
    yield f"{outcome.kind}: {incident.id} stays in {incident.state} (version {incident.version})"
    for reason in reasons(outcome.reasons):
        yield f"  {reason}"
    yield from possible(register.answers(incident, actor), register.leads_on(incident))


def _erase(chosen: argparse.Namespace) -> int:
    with opened_register(chosen) as register:
        erased = register.journal.erase_personal_data(chosen.id, now=register.now)
        is_gone = register.journal.scrub()
    print(f"{chosen.id}: customer and assignee are forgotten; {plural(erased, 'entry', several='entries')} erased")
    if not is_gone:
        print("somebody is using the register: its file holds the old texts until you erase again, or all close it")
    return 0
