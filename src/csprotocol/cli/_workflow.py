"""``csprotocol workflow list|show|lint|diagram|check``: how incidents run, as documents say it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from csprotocol.cli import _workflow_check
from csprotocol.cli._common import add_output_options, check_output, loaded, write_output
from csprotocol.cli._tables import clean, json_text, key_values, plural, titled, wrapped
from csprotocol.errors import DocumentError, InvalidValueError, WorkflowError
from csprotocol.incident import Finding, State, Transition, Workflow

__all__ = ["add_to", "workflow_named"]


def add_to(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "workflow",
        help="how incidents run: states, events, faults of a document, diagrams, logs held against it",
        description="Workflow documents: those of the library by name, a shop's own by file (TOML, JSON, YAML).",
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="the workflows that the library brings")
    listing.set_defaults(run=_list)
    show = verbs.add_parser("show", help="states, events and policy of one workflow")
    show.add_argument("workflow", metavar="NAME|FILE")
    show.add_argument("--language", help="of the labels; default: en")
    add_output_options(show, ("table", "json"))
    show.set_defaults(run=_show)
    lint = verbs.add_parser("lint", help="what is wrong or doubtful; exit status 1 when anything is wrong")
    lint.add_argument("workflows", metavar="FILE|NAME", nargs="+")
    lint.add_argument("--strict", action="store_true", help="a warning is a fault too")
    lint.add_argument("--guard", action="append", default=[], metavar="NAME", help="a guard that the shop wrote itself")
    lint.set_defaults(run=_lint)
    diagram = verbs.add_parser("diagram", help="the states as a picture, in Mermaid or Graphviz' DOT")
    diagram.add_argument("workflow", metavar="NAME|FILE")
    diagram.add_argument("--highlight", metavar="STATE", help="the state to mark")
    diagram.add_argument("--language", help="of the labels; default: the names of the states")
    add_output_options(diagram, ("mermaid", "dot"))
    diagram.set_defaults(run=_diagram)
    _workflow_check.add_to(verbs)


def workflow_named(found: str) -> Workflow:
    """The workflow of the library that is called so, else the one in the file.

    Raises:
        DocumentError: the file cannot be read, or something in it is wrong.
        InvalidValueError: neither a name nor a file.
    """
    if found in Workflow.names():
        return Workflow.builtin(found)
    if not _is_file(found):
        raise InvalidValueError.unknown("workflow", found, (*Workflow.names(), "a file (.toml, .json, .yaml)"))
    return loaded(Workflow.load, found)


def _is_file(found: str) -> bool:
    """Whether it is there, or looks as if it was meant to be."""
    return bool(found) and (os.sep in found or bool(Path(found).suffix) or Path(found).exists())


def _list(chosen: argparse.Namespace) -> int:  # noqa: ARG001  # every command has this signature
    found = [Workflow.builtin(name) for name in Workflow.names()]
    for line in key_values(
        (each.ref, f"{len(each.states)} states, {len(each.event_names)} events, starts in {each.initial}")
        for each in found
    ):
        print(line)
    return 0


def _show(chosen: argparse.Namespace) -> int:
    check_output(chosen.output, (chosen.workflow,))
    workflow = workflow_named(chosen.workflow)
    if chosen.format == "json":
        # Whole, so that it can be saved and loaded: what an extension leaves as it is stands in it too.
        text = json_text(workflow.to_dict() | {"policy": asdict(workflow.policy)})
    else:
        text = "\n".join(_told(workflow, _language(workflow, chosen.language))) + "\n"
    write_output(text, chosen.output)
    return 0


def _told(workflow: Workflow, language: str) -> Iterator[str]:
    count = len(workflow.event_names)
    yield f"{workflow.ref}: {len(workflow.states)} states, {plural(count, 'event')}, starts in {workflow.initial}"
    states = [(s.name, _label(s, language), s.category, s.waiting_on, s.step, _yes(s.final)) for s in workflow.states]
    yield from titled("States", ("name", "label", "category", "waiting on", "step", "final"), states)
    yield from ["", "Events"]
    width = max((len(clean(event)) for event in workflow.event_names), default=0)
    for event in workflow.event_names:
        first = clean(event)
        for step in (_step(each) for each in workflow.transitions if each.event == event):
            yield from wrapped(f"  {first:<{width}}  ", step)
            first = ""
    yield from ["", "Policy", *key_values(_policy(workflow))]
    if workflow.rename:
        yield from ["", "Renamed states", *key_values(workflow.rename.items())]


def _step(transition: Transition) -> str:
    """From where to where, and what is asked."""
    source = "every state that is not final" if transition.sources == ("*",) else ", ".join(transition.sources)
    if transition.except_:
        source += f" except {', '.join(transition.except_)}"
    target = {None: "(stays)", "=": "(the same, anew)"}.get(transition.target, transition.target)
    asked = (("guards", _guards(transition)), ("fields", transition.requires), ("roles", transition.roles))
    told = [f"{name}: {', '.join(found)}" for name, found in ((name, tuple(each)) for name, each in asked) if found]
    return "; ".join([f"{source} -> {target}", *told])


def _guards(transition: Transition) -> Iterable[str]:
    for use in transition.guard_uses:
        told = ", ".join(f"{name}={value}" for name, value in use.params.items())
        yield f"{use.guard}({told})" if told else use.guard


def _policy(workflow: Workflow) -> Iterator[tuple[str, object]]:
    for name, value in asdict(workflow.policy).items():
        if name != "compensation_limits":
            yield name, value
    limits = workflow.policy.compensation_limits
    for role, amounts in limits.items():
        told = ", ".join(f"{amount} {currency}" for currency, amount in amounts.items())
        yield f"compensation_limits.{role}", told or "nothing"
    if not limits:
        yield "compensation_limits", "none set"


def _language(workflow: Workflow, asked: str | None) -> str:
    known = dict.fromkeys(language for state in workflow.states for language in state.labels)
    if asked is not None and asked not in known and asked.partition("-")[0] not in known:
        raise InvalidValueError.unknown("--language", asked, known)
    return asked or "en"


def _label(state: State, language: str) -> str:
    return state.labels.get(language) or state.labels.get(language.partition("-")[0]) or ""


def _yes(flag: bool) -> str:  # noqa: FBT001  # the cell of a table
    return "yes" if flag else ""


def _lint(chosen: argparse.Namespace) -> int:
    status = 0
    for name in chosen.workflows:
        before = f"{clean(name)}: " if len(chosen.workflows) > 1 else ""
        try:
            found = _findings(name, chosen.guard)
        except (DocumentError, InvalidValueError) as unreadable:
            # The other files are still worth a look.
            if len(chosen.workflows) == 1:
                raise
            print(f"csprotocol: {clean(unreadable)}", file=sys.stderr)
            status = 2
            continue
        for line in [str(each) for each in found] or ["no findings"]:
            print(f"{before}{clean(line)}")
        if any(chosen.strict or each.level == "error" for each in found):
            status = max(status, 1)
    return status


def _findings(name: str, guards: Iterable[str]) -> tuple[Finding, ...]:
    """What lint says; a document that cannot run tells all that is wrong with it.

    Raises:
        DocumentError: nobody can read the file.
        InvalidValueError: there is no such workflow.
    """
    if name in Workflow.names() or not _is_file(name):
        return workflow_named(name).lint(guards)
    try:
        return Workflow.load(name).lint(guards)
    except WorkflowError as wrong:
        return wrong.findings
    except DocumentError as wrong:
        # Without a place in the document, it is the file that is wrong.
        if any(problem.path for problem in wrong.problems):
            return tuple(Finding(wrong.code, "error", problem.path, problem.message) for problem in wrong.problems)
    except InvalidValueError as wrong:
        return (Finding(wrong.code, "error", wrong.field, str(wrong)),)
    except (OSError, ValueError, RecursionError):
        pass
    return workflow_named(name).lint(guards)  # The same again, for its sentence about the file.


def _diagram(chosen: argparse.Namespace) -> int:
    check_output(chosen.output, (chosen.workflow,))
    workflow = workflow_named(chosen.workflow)
    if chosen.language is not None:
        _language(workflow, chosen.language)
    drawn = workflow.to_mermaid if chosen.format == "mermaid" else workflow.to_dot
    write_output(drawn(highlight=chosen.highlight, language=chosen.language), chosen.output)
    return 0
