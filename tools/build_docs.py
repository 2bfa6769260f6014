"""Builds the pages of docs/ that are generated from data: KPIs and their presets, workflows, statuses of helpdesks,
the law on returns, replies.

Run ``python tools/build_docs.py`` to write them, with ``--check`` to compare only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from csprotocol.incident import HelpdeskStatus, StatusExport, StatusMap, SubStatus, Workflow
from csprotocol.kpi import Definition, definitions, vendors
from csprotocol.model import StatusCategory
from csprotocol.replies import Catalog, Situation, Variable, sample_arguments
from csprotocol.returns import law

DOCS = Path(__file__).parents[1] / "docs"

KPI_HEAD = """\
# KPI catalogue

Built by `tools/build_docs.py` from the definitions of the library; do not edit. `unverified` marks a formula whose
source was not read at first hand. Of several options, the first is the default. What the presets make of the same
tickets: [presets](kpi-presets.md).
"""


STATUSES_HEAD = """\
# Statuses of helpdesks

Built by `tools/build_docs.py` from the status maps of the library; do not edit. *Unverified* marks a name that was not
found in the vendor's own pages. Where a status hangs on the last public author and that is not known, it is read as
nothing at all: `None`, never a guess. A shop's own statuses are added with `StatusMap.with_statuses`; its states land
where its workflow says (`landing`).
"""


WORKFLOWS_HEAD = """\
# Workflows

Built by `tools/build_docs.py` from the workflow documents of the library; do not edit. A shop renames, adds and removes
states and events in a document of its own, see [incidents](incidents.md). `*` is every state that is not final; what
leads to *(same)* is journalled and leaves the clock of the state running, *(anew)* restarts it. The last table of
each workflow says how its states are written to helpdesks; how those are read back, and what is lost on the way, stands
in [statuses of helpdesks](statuses.md).
"""


def workflows() -> str:
    """The page of workflows: states, events, a diagram, and how helpdesks call the states."""
    return WORKFLOWS_HEAD + "".join(_workflow(Workflow.builtin(name)) for name in Workflow.names())


def _workflow(workflow: Workflow) -> str:
    states = [
        ("State", "English", "Spanish", "Category", "Waiting on", "Step"),
        *(
            (_code(each.name), each.labels["en"], each.labels["es"], each.category.value, each.waiting_on or "",
             (each.step.value if each.step else "") + (" (final)" if each.final else ""))
            for each in workflow.states
        ),
    ]  # fmt: skip
    events = [
        ("Event", "From", "To", "Guards", "Fields", "Roles"),
        *(
            (_code(each.event), _list(each.sources), _TARGETS.get(each.target, _code(each.target)),
             _list(use.guard for use in each.guard_uses), _list(each.requires), _list(each.roles))
            for each in workflow.transitions
        ),
    ]  # fmt: skip
    helpdesks = [StatusMap.builtin(name) for name in StatusMap.names()]
    maps = [
        ("State", *(each.name for each in helpdesks)),
        *(
            (_code(state.name), *(_exported(each, state.name, workflow) for each in helpdesks))
            for state in workflow.states
        ),
    ]
    return "\n".join([
        f"\n## {workflow.id}\n",
        f"`Workflow.builtin({workflow.id!r})`, version {workflow.version}.\n",
        f"```mermaid\n{workflow.to_mermaid()}```\n",
        f"{_table(states)}\n",
        f"{_table(events)}\n",
        f"{_table(maps)}\n",
    ])  # fmt: skip


_TARGETS: Final[Mapping[str | None, str]] = {None: "*(same)*", "=": "*(anew)*"}


def _exported(helpdesk: StatusMap, state: str, workflow: Workflow) -> str:
    found = helpdesk.to_status(state, workflow=workflow)
    told = f"{found.status}: {found.sub_status}" if found.sub_status else found.status
    return " ".join([told, *(f"#{tag}" for tag in found.tags)])


def kpi_catalogue() -> str:
    """The page of KPI definitions."""
    return KPI_HEAD + "".join(_entry(each) for each in definitions())


def kpi_presets() -> str:
    """The page of presets: the same tickets under the definition of each vendor."""
    # As a script this file has its own folder on the path, and not the one that holds it.
    sys.path.insert(0, str(DOCS.parent))
    from tools.build_presets_page import presets_page

    return presets_page()


def statuses() -> str:
    """The page of helpdesk statuses, both directions."""
    return STATUSES_HEAD + "".join(_helpdesk(StatusMap.builtin(name)) for name in StatusMap.names())


def _entry(each: Definition) -> str:
    doubt = "" if each.confidence == "read" else f" ({each.confidence})"
    names = ", ".join(f"`{name}`" for name in (each.id, *each.aliases))
    lines = [
        f"\n## {each.name}\n",
        f"{names} · in {each.unit} · better: {each.direction}\n",
        f"{each.formula}\n",
    ]
    if each.worked:
        lines.append(f"For example: {each.worked}\n")
    if each.options:
        lines.append("\n".join(f"- {name}: {' | '.join(values)}" for name, values in each.options.items()) + "\n")
    if presets := _presets(each.id):
        lines.append(f"Presets: {presets}\n")
    if shown := ", ".join(vendor.name for vendor in vendors() if vendor.csat == each.id):
        lines.append(f"Shown as satisfaction by: {shown}\n")
    lines.append(f"Source: {each.source}{doubt}, as of {each.as_of}\n")
    return "\n".join(lines)


def _presets(kpi: str) -> str:
    """Which vendors choose otherwise than by default."""
    chosen = {vendor.name: vendor.options.get(kpi, {}) for vendor in vendors()}
    told = {name: ", ".join(f"{option} {value}" for option, value in each.items()) for name, each in chosen.items()}
    return "; ".join(f"{name} ({choice})" for name, choice in told.items() if choice)


def _helpdesk(helpdesk: StatusMap) -> str:
    read = [
        ("Status", "Also", "Means", "Why"),
        *((_named(each), _list(each.also), _meaning(each), each.why) for each in helpdesk.statuses),
    ]
    beside = [
        ("Sub-status", "Of", "Means", "Why"),
        *((_named(each), _list(each.of) or "any", _code(each.category), each.why) for each in helpdesk.sub_statuses),
    ]
    unverified = {each.name for each in helpdesk.statuses if not each.verified}
    written = [
        ("Category", "Status", "Sub-status", "Tags", "Loss"),
        *(_written(category, helpdesk.exports[category], unverified) for category in StatusCategory),
    ]
    parts = [
        f"\n## {helpdesk.name}\n",
        f"`StatusMap.builtin({helpdesk.id!r})`. Source: {helpdesk.source}, as of {helpdesk.as_of}\n",
        f"What is read:\n\n{_table(read)}",
        *([f"What stands beside the status:\n\n{_table(beside)}"] if helpdesk.sub_statuses else []),
        f"What is written:\n\n{_table(written)}",
    ]
    return "\n".join(parts)


def _named(each: HelpdeskStatus | SubStatus) -> str:
    if each.verified:
        return f"`{each.name}`"
    return f"`{each.name}` (*unverified*{'; seen in: ' if each.seen else ''}{each.seen})"


def _meaning(status: HelpdeskStatus) -> str:
    told = _code(status.category)
    if status.by_author:
        told = ", ".join(f"{_code(category)} after the {author}" for author, category in status.by_author.items())
    return f"{told}; {_code(status.when_quiet)} once quiet" if status.when_quiet else told


def _written(category: StatusCategory, export: StatusExport, unverified: set[str]) -> tuple[str, ...]:
    doubt = " (*unverified*)" if export.status in unverified else ""
    by_party = _by_party(export.by_party)
    sub_status = f"`{export.sub_status}`" if export.sub_status else ""
    return (
        f"`{category}`",
        f"`{export.status}`{doubt}",
        f"{sub_status} ({by_party})" if by_party else sub_status,
        _list(export.tags),
        export.loss or "",
    )


def _by_party(by_party: Mapping[str, str]) -> str:
    return ", ".join(f"{party}: `{sub_status}`" for party, sub_status in by_party.items())


def _code(word: str | None) -> str:
    return f"`{word}`" if word else "nothing by itself"


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    head, *body = rows
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *body))


LAW_HEAD = """\
# The law on returns

Built by `tools/build_docs.py` from `csprotocol/returns/data/law`; do not edit. **This is not legal advice**, and no
table of this length is complete: before a shop rests on a row, somebody who may give such advice should read the source
that stands beside it. `csprotocol.returns.law.sources()` gives the same as data.

*Sure* says how a rule was seen: **text**, the words of the act were read; **secondary**, a page that quotes or explains
it; **unverified**, neither, and every decision that rests on it says so. *In force* is about the day of the contract
unless a day of delivery or repair is named. A period does not count the day on which it begins; *put off* means that
one which ends on a day off ends on the next working day. What a country does not have of its own it takes from the law
above it, `ES` from `EU`.

The facts in *only if* and *not for* are attributes of orders and lines. What nobody says of goods, they are not; what
happened to them is unknown until it is said.
"""


def law_page() -> str:
    """The page of the law: a table a jurisdiction, of its own rules."""
    return LAW_HEAD + "".join(_law(law.of(name)) for name in law.jurisdictions())


def _law(found: law.Law) -> str:
    own = [rule for rule in found.rules if rule.id.startswith(f"{found.jurisdiction.lower()}.")]
    head = ("Rule", "Gives", "Until", "Only if", "Money and parcels", "In force", "Source", "Sure")
    rows = [
        (
            _code(rule.id),
            _gives(rule),
            _until(rule),
            _only_if(rule),
            _costs(rule),
            _in_force(rule),
            f"{rule.source}. {rule.note}".rstrip(". ") + ".",
            rule.confidence.value,
        )
        for rule in own
    ]
    name = f"{found.jurisdiction}{' (takes the rest from ' + found.chain[1] + ')' if len(found.chain) > 1 else ''}"
    return f"\n## {name}\n\n{_table([head, *rows])}{_left_out(found, own)}"


def _left_out(found: law.Law, own: Iterable[law.StatutoryRule]) -> str:
    """What the own rules are not for; what is as in the law above is only named."""
    above = law.of(found.chain[1]).exemptions if len(found.chain) > 1 else {}
    exempt = {each: found.exemptions[each] for rule in own for each in rule.exemptions}
    rows = [
        (each.id.replace("_", " "), _facts(each.when), each.source, each.confidence.value)
        for each in exempt.values()
        if above.get(each.id) != each
    ]
    same = [each.id.replace("_", " ") for each in exempt.values() if above.get(each.id) == each]
    told = f"\n{_table([('Not for', 'Facts', 'Source', 'Sure'), *rows])}" if rows else ""
    return told + (f"\nNot for, as in {found.chain[1]}: {', '.join(same)}.\n" if same else "")


def _gives(rule: law.StatutoryRule) -> str:
    if rule.kind in {law.LawKind.DUTY, law.LawKind.NO_WITHDRAWAL}:
        return rule.kind.value.replace("_", " ")
    told = f"{rule.kind.value.replace('_', ' ')}: {', '.join(rule.remedies)}"
    for name, more in (("major failure", rule.major_remedies), ("after a repair", rule.remedies_after_repair)):
        told += f"; {name}: {', '.join(more)}" if more else ""
    return told.replace("price_reduction", "lower price")


def _until(rule: law.StatutoryRule) -> str:
    if rule.period is None:
        return ""
    told = [f"{rule.period} from {_STARTS[rule.start]}"]
    told += ["put off to a working day"] if rule.roll else []
    silence = rule.not_informed
    if silence is not None:
        longer = f"{silence.adds} more" if silence.adds else str(silence.instead) if silence.instead else "no end"
        told.append(f"{longer} without `{silence.fact}`")
    told += [f"at least {rule.agreed_minimum} where less was agreed"] if rule.agreed_minimum else []
    told += [f"trader proves for {rule.presumption}"] if rule.presumption else []
    told += ["stands still during a repair"] if rule.pause_by_repair else []
    told += [f"{rule.repair_adds} more after a repair"] if rule.repair_adds else []
    return "; ".join(told)


_STARTS: Final = {
    law.Start.POSSESSION: "possession",
    law.Start.CONTRACT: "the contract",
    law.Start.LATER: "contract or possession, the later",
    law.Start.CONTRACT_COPY: "the copy of the contract",
}


def _only_if(rule: law.StatutoryRule) -> str:
    told = [each.replace("_", " ") for each in rule.channels]
    return "; ".join(filter(None, (", ".join(told), _facts(rule.when), "" if rule.consumers_only else "any buyer")))


def _facts(when: Mapping[str, bool]) -> str:
    return ", ".join(_code(name) if due else f"not {_code(name)}" for name, due in when.items())


def _costs(rule: law.StatutoryRule) -> str:
    if rule.period is None:
        return ""
    told = [f"refund within {rule.refund_within}"] if rule.refund_within else []
    told += [rule.late_refund] if rule.late_refund else []
    told += [f"delivery: {rule.outward_shipping.value}"] if rule.kind is law.LawKind.WITHDRAWAL else []
    told.append(f"parcel back: {rule.return_cost.value.replace('_', ' ')}")
    told += [f"acknowledge in {rule.acknowledge_within_hours} hours"] if rule.acknowledge_within_hours else []
    return "; ".join(told)


def _in_force(rule: law.StatutoryRule) -> str:
    told = f"{rule.valid_from or ''} – {rule.valid_to or ''}".strip() if rule.valid_from or rule.valid_to else ""
    return told if rule.applies_by == "contract" else f"{told} (by {rule.applies_by})".strip()


REPLIES_HEAD = """\
# Catalogue of replies

Built by `tools/build_docs.py` from the situations of the library; do not edit. Every situation may be told
`customer_name`, `agent_name`, `brand` and `agent_note`, and where it offers help pages `faq_url`. A question mark means
that the variable may be absent, *personal* that it is withheld where others may read. What the examples say with
invented values is the e-mail in English; see [replies](replies.md).
"""


def reply_catalogue() -> str:
    """The page of replies: each situation with its purpose, its variables and what it says."""
    catalog = Catalog.builtin("en")
    return REPLIES_HEAD + "".join(_reply(catalog, catalog.situation(name)) for name in catalog.situations())


_COMMON: Final = ("agent_name", "agent_note", "brand", "customer_name", "faq_url")


def _reply(catalog: Catalog, situation: Situation) -> str:
    own = {name: variable for name, variable in situation.variables.items() if name not in _COMMON}
    said = catalog.render(situation.id, sample_arguments(own), locale="en")
    rows = [
        ("Variables", "; ".join(_reply_variable(each) for each in own.values()) or "none of its own"),
        ("After it", situation.status_after.value if situation.status_after else "as before"),
        ("Tags", ", ".join(situation.tags)),
        ("Review", situation.review + (", an agent's own words are asked for" if situation.personalise else "")),
    ]
    quoted = "\n".join(f"> {line}".rstrip() for line in (f"**{said.subject}**", "", *said.text.split("\n")))
    told = "".join(f"- {name}: {text}\n" for name, text in rows)
    return f"\n## {situation.id}\n\n{situation.purpose}\n\n{told}\n{quoted}\n"


def _reply_variable(variable: Variable) -> str:
    kind = " or ".join(_code(choice) for choice in variable.choices) or variable.type.value
    personal = ", personal" if variable.pii else ""
    return f"{_code(variable.name)} ({kind}{'?' if variable.optional else ''}{personal})"


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "kpi-catalogue.md": kpi_catalogue,
    "kpi-presets.md": kpi_presets,
    "law.md": law_page,
    "reply-catalogue.md": reply_catalogue,
    "statuses.md": statuses,
    "workflows.md": workflows,
}


def main() -> int:
    """Writes the pages, or with ``--check`` says whether they are up to date."""
    stale = 0
    for name, build in PAGES.items():
        page = DOCS / name
        if "--check" in sys.argv:
            same = page.is_file() and page.read_text(encoding="utf-8") == build()
            print(f"{name}: {'up to date' if same else 'stale, run tools/build_docs.py'}")
            stale += not same
        else:
            page.write_text(build(), encoding="utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
