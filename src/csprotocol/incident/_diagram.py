"""A workflow as a picture, written in the languages of two drawing tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from csprotocol.incident._states import ANY, SAME, State
from csprotocol.model import StatusCategory

if TYPE_CHECKING:
    from csprotocol.incident._workflow import Workflow

__all__ = ["dot", "mermaid"]

# Light fills under dark text: readable for people who do not tell red from green, and in print.
_FILL: Final[Mapping[StatusCategory, str]] = {
    StatusCategory.NEW: "#dbeafe",
    StatusCategory.OPEN: "#bfdbfe",
    StatusCategory.WAITING_CUSTOMER: "#fef3c7",
    StatusCategory.WAITING_THIRD_PARTY: "#fde68a",
    StatusCategory.RESOLVED: "#d1fae5",
    StatusCategory.CLOSED: "#e5e7eb",
    StatusCategory.CANCELLED: "#f3f4f6",
}
_INK, _MARK = "#111827", "#b91c1c"
_ANYWHERE: Final = "anywhere"


class _Arrow(NamedTuple):
    source: str
    target: str
    events: str


def mermaid(workflow: Workflow, *, highlight: str | None, language: str | None, full: bool = False) -> str:
    """A Mermaid state diagram.

    What may happen in every state is drawn once, from ``*``, and what changes no state not at all; ``full`` draws
    every arrow.
    """
    lines = ["stateDiagram-v2"]
    for place, state in enumerate(workflow.states):
        lines.append(f'    state "{_entities(_label(state, language))}" as s{place}')
    lines.append(f"    [*] --> s{_place(workflow, workflow.initial)}")
    arrows = tuple(_arrows(workflow, full=full))
    if any(arrow.source == _ANYWHERE for arrow in arrows):
        lines.append(f'    state "*" as {_ANYWHERE}')
    lines += [f"    {arrow.source} --> {arrow.target} : {_entities(arrow.events)}" for arrow in arrows]
    lines += [f"    s{place} --> [*]" for place, state in enumerate(workflow.states) if state.final]
    for category, fill in _FILL.items():
        members = [f"s{place}" for place, state in enumerate(workflow.states) if state.category is category]
        if members:
            lines.append(f"    classDef {category} fill:{fill},color:{_INK}")
            lines.append(f"    class {','.join(members)} {category}")
    if highlight is not None:
        lines.append(f"    classDef present stroke:{_MARK},stroke-width:4px")
        lines.append(f"    class s{_place(workflow, highlight)} present")
    return "\n".join(lines) + "\n"


def dot(workflow: Workflow, *, highlight: str | None, language: str | None, full: bool = False) -> str:
    """A graph in the DOT language of Graphviz; ``full`` as for :func:`mermaid`."""
    present = None if highlight is None else _place(workflow, highlight)
    lines = [
        f"digraph {_quoted(workflow.ref)} {{",
        "    rankdir=LR;",
        f'    node [shape=box, style="rounded,filled", fontname="sans-serif", fontcolor="{_INK}"];',
        '    edge [fontname="sans-serif", fontsize=10];',
        "    start [shape=point];",
    ]
    for place, state in enumerate(workflow.states):
        looks = [f"label={_quoted(_label(state, language))}", f'fillcolor="{_FILL[state.category]}"']
        if state.final:
            looks.append("peripheries=2")
        if place == present:
            looks.append(f'color="{_MARK}", penwidth=4')
        lines.append(f"    s{place} [{', '.join(looks)}];")
    lines.append(f"    start -> s{_place(workflow, workflow.initial)};")
    arrows = tuple(_arrows(workflow, full=full))
    if any(arrow.source == _ANYWHERE for arrow in arrows):
        lines.append(f'    {_ANYWHERE} [label="*", shape=circle];')
    lines += [f"    {arrow.source} -> {arrow.target} [label={_quoted(arrow.events)}];" for arrow in arrows]
    return "\n".join([*lines, "}"]) + "\n"


def _arrows(workflow: Workflow, *, full: bool) -> Iterator[_Arrow]:
    """One arrow for all events between two states, in the order of declaration."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    places = _places(workflow)
    for transition in workflow.transitions:
        target = transition.target
        if not full and target is None:
            continue
        anywhere = not full and transition.sources == (ANY,) and target != SAME
        for source in (None,) if anywhere else workflow.sources(transition):
            goal = source if target is None or target == SAME else target
            ends = _ANYWHERE if source is None else f"s{places[source]}", f"s{places[str(goal)]}"
            found.setdefault(ends, {})[transition.event] = None
    for (source, target), events in found.items():
        yield _Arrow(source, target, ", ".join(events))


def _place(workflow: Workflow, name: str) -> int:
    return workflow.states.index(workflow.state(name))


def _places(workflow: Workflow) -> dict[str, int]:
    return {state.name: place for place, state in enumerate(workflow.states)}


def _label(state: State, language: str | None) -> str:
    """What people call the state: in ``language``, or in the language without its region, or by its name."""
    if language is None:
        return state.name
    return state.labels.get(language) or state.labels.get(language.partition("-")[0]) or state.name


def _entities(text: str) -> str:
    """``text`` without the characters by which Mermaid ends a label."""
    return " ".join(text.split()).translate(_ENTITIES)


_ENTITIES: Final = {ord(sign): f"#{ord(sign)};" for sign in '#";:<>'}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
