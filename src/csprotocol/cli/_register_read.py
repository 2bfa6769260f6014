"""``csprotocol register list|history|allowed|verify``: what a register holds."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from csprotocol.cli._common import add_output_options, write_output
from csprotocol.cli._register_cells import unsplit
from csprotocol.cli._register_open import Register, add_register_options, opened_register
from csprotocol.cli._register_words import reasons
from csprotocol.cli._tables import aligned, clean, csv_text, json_text, plural
from csprotocol.errors import DamagedJournalError, InvalidValueError
from csprotocol.incident import Actor, Decision, Entry, Incident
from csprotocol.model import StatusCategory

__all__ = ["COLUMNS", "add_to", "incident_row"]

# Of a CSV row; those of `find` and of people first.
COLUMNS: Final = (
    "id", "workflow", "state", "category", "opened_at", "opened_by", "order", "customer", "assignee", "channel",
    "priority", "problem_type", "product", "carrier", "parent", "blocking", "reopen_count", "version", "state_since",
    "resolved_at", "closed_at", "merged_into",
)  # fmt: skip
_LONGEST_CELL: Final = 400
_SHOWN: Final = ("id", "workflow", "state", "category", "order", "customer", "assignee", "priority", "opened_at")


def add_to(verbs: Any) -> None:
    """Adds the verbs."""
    listing = verbs.add_parser("list", help="the incidents to which all that is given applies")
    add_register_options(listing)
    listing.add_argument("--state", help="the shop's own name of it")
    listing.add_argument("--category", choices=[str(category) for category in StatusCategory])
    listing.add_argument("--order")
    listing.add_argument("--customer")
    listing.add_argument("--open", action="store_true", help="only those with which somebody has something to do")
    _add_formats(listing, ("table", "json", "csv"))
    listing.set_defaults(run=_list)
    history = verbs.add_parser("history", help="all that happened to an incident")
    add_register_options(history)
    history.add_argument("id", metavar="ID")
    _add_formats(history, ("table", "json"))
    history.set_defaults(run=_history)
    allowed = verbs.add_parser("allowed", help="every event with yes, or with the reasons against it")
    add_register_options(allowed)
    allowed.add_argument("id", metavar="ID")
    allowed.add_argument("--role", default="agent", help="of the actor; default: agent")
    _add_formats(allowed, ("table", "json"))
    allowed.set_defaults(run=_allowed)
    verify = verbs.add_parser(
        "verify",
        help="whether the register is as it was written; exit status 1 when not",
        description="Checks the hash chains, the moves, and where each incident stands. A head that was noted "
        "elsewhere shows what a chain cannot: that its end was cut off. The head of the whole register changes with "
        "every event; that of one incident is found again in its chain when it has grown.",
    )
    add_register_options(verify)
    verify.add_argument("id", metavar="ID", nargs="?", help="default: the whole register")
    verify.add_argument("--head", metavar="DIGEST", help="the head that was noted elsewhere")
    verify.set_defaults(run=_verify)


def _add_formats(parser: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    add_output_options(parser, formats)
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")


def _list(chosen: argparse.Namespace) -> int:
    with opened_register(chosen) as register:
        found = list(_found(register, chosen))
        if not found and chosen.state is not None:
            _check_state(register, chosen.state)
    rows = [incident_row(incident, category) for category, incident in found]
    if chosen.format == "json":
        text = json_text(rows)
    elif chosen.format == "csv":
        text = csv_text(COLUMNS, map(unsplit, rows))
    else:
        lines = [[register.shown(row[c]) if c == "opened_at" else row[c] for c in _SHOWN] for row in rows]
        text = "\n".join([*(aligned(_SHOWN, lines) if lines else ()), plural(len(rows), "incident")]) + "\n"
    write_output(text, chosen.output)
    return 0


def _found(register: Register, chosen: argparse.Namespace) -> Iterator[tuple[StatusCategory, Incident]]:
    for category, incident in register.by_category(state=chosen.state, order=chosen.order, customer=chosen.customer):
        if chosen.category in {None, category.value} and (category.is_live or not chosen.open):
            yield category, incident


def _check_state(register: Register, asked: str) -> None:
    known = dict.fromkeys(state.name for machine in register.machines for state in machine.workflow.states)
    if asked not in known:
        raise InvalidValueError.unknown("--state", asked, known)


def incident_row(incident: Incident, category: StatusCategory) -> dict[str, Any]:
    """``incident`` by the names of ``COLUMNS``; what is not known is ``None``."""
    special = {"category": category.value, "blocking": "true" if incident.blocking else None}
    return {name: special[name] if name in special else getattr(incident, name) for name in COLUMNS}


def _history(chosen: argparse.Namespace) -> int:
    with opened_register(chosen) as register:
        opened, entries = register.journal.opened(chosen.id), register.journal.history(chosen.id)
        incident = register.journal.load(chosen.id)
    if chosen.format == "json":
        text = json_text([_entry_row(entry) for entry in entries])
    else:
        born = f"{opened.id} opened {register.shown(opened.opened_at)} in {opened.state} ({opened.workflow})"
        headings: tuple[str, ...] = ("seq", "recorded at", "event", "move", "by", "late", "what it brought")
        rows = [_entry_cells(register, entry) for entry in entries]
        if not any(row[5] for row in rows):
            headings, rows = headings[:5] + headings[6:], [row[:5] + row[6:] for row in rows]
        lines = aligned(headings, rows, right={"seq"}, longest=_LONGEST_CELL) if rows else ()
        now = f"now: {incident.state} (version {incident.version})"
        text = "\n".join([clean(born), *lines, clean(now)]) + "\n"
    write_output(text, chosen.output)
    return 0


def _entry_cells(register: Register, entry: Entry) -> tuple[object, ...]:
    late = f"of {register.shown(entry.occurred_at)}" if entry.late else ""
    move = f"{entry.source} -> {entry.target}" if entry.source != entry.target else f"stays in {entry.target}"
    brought = "erased" if entry.data is None else ", ".join(f"{k}={_value(v)}" for k, v in entry.data.items())
    actor = f"{entry.actor_id or 'erased'} ({entry.actor_role})"
    return entry.seq, register.shown(entry.recorded_at), entry.event, move, actor, late, brought


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=dict)


def _entry_row(entry: Entry) -> dict[str, Any]:
    return {**entry._asdict(), "link": entry.link and entry.link._asdict(), "erased": entry.erased}


def _allowed(chosen: argparse.Namespace) -> int:
    with opened_register(chosen) as register:
        incident = register.journal.load(chosen.id)
        # Who it is does not matter for what a role may do.
        answers = register.answers(incident, Actor(chosen.role, chosen.role))
    if chosen.format == "json":
        text = json_text([_answer_row(event, answer) for event, answer in answers.items()])
    else:
        text = "\n".join([f"{incident.id} is in {incident.state}", *_answer_lines(answers)]) + "\n"
    write_output(text, chosen.output)
    return 0


def _answer_row(event: str, answer: Decision) -> dict[str, Any]:
    told = [{"code": r.code, "kind": r.kind, "params": dict(r.params), "hint": r.hint} for r in answer.reasons]
    return {"event": event, "allowed": answer.ok, "reasons": told}


def _answer_lines(answers: Mapping[str, Decision]) -> Iterator[str]:
    width = max(map(len, answers), default=0)
    for event, answer in answers.items():
        first, *rest = ["yes"] if answer.ok else [f"no   {reason}" for reason in reasons(answer.reasons)]
        yield clean(f"  {event:<{width}}  {first}")
        for reason in rest:
            yield clean(f"  {'':<{width}}  {reason.replace('no ', '   ', 1)}")


def _verify(chosen: argparse.Namespace) -> int:
    with opened_register(chosen) as register:
        found = register.journal.verify(chosen.id)
        # Not damaged: nobody here can tell.
        register.require_workflows({each.incident_id for each in found.damaged if each.problem == "unknown-workflow"})
        head = _head(register, chosen.id)
        is_known = _holds(register, chosen, head)
    for damage in found.damaged:
        place = f"entry {damage.seq} of {damage.incident_id}" if damage.seq else f"opening of {damage.incident_id}"
        print(clean(f"damaged: {place}: {damage.problem}: {damage.message}"))
    if not is_known:
        print(_OTHER_HEAD[chosen.id is None])
    entries = plural(found.entries, "entry", several="entries")
    print(f"{plural(found.incidents, 'incident')}, {entries}, {found.erased:,} erased: ", end="")
    print("as written" if found.ok else plural(len(found.damaged), "damage"))
    print(f"head {head}")
    sys.stdout.flush()
    return 0 if found.ok and is_known else 1


def _head(register: Register, incident_id: str | None) -> str:
    try:
        return register.journal.head(incident_id)
    except DamagedJournalError:
        return "cannot be read"  # Told as a damage already.


def _holds(register: Register, chosen: argparse.Namespace, head: str) -> bool:
    if chosen.head is None or chosen.head.lower() == head:
        return True
    return bool(chosen.id and register.journal.holds(chosen.id, chosen.head.lower()))


# By whether the whole register was asked about.
_OTHER_HEAD: Final = {
    True: "the head is another: something was recorded, taken away or altered since it was noted",
    False: "the chain does not hold that head: its end was cut off, or it was written anew",
}
