"""The machines that a journal runs its incidents by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from csprotocol.errors import InvalidValueError, UnknownWorkflowError
from csprotocol.incident._incident import Incident
from csprotocol.incident._machine import Machine
from csprotocol.incident._workflow import Workflow

__all__ = ["Machines"]


class Machines:
    """Machines by workflow and version; of each workflow the newest version decides, the older ones are for history.

    Without ``workflows``: those that this library brings. A shop's own come beside them, or in their place.

    >>> Machines([Workflow.default().extend(id="ana-shop")]).refs[:2]
    ('ana-shop@1', 'cancellation@1')

    Raises:
        InvalidValueError: two different workflows of one id and version.
    """

    __slots__ = ("_by_ref", "_newest", "_own")

    def __init__(self, workflows: Iterable[Workflow | Machine] | None = None) -> None:
        own: dict[str, Machine] = {}
        for each in workflows or ():
            machine = each if isinstance(each, Machine) else each.compile()
            other = own.get(machine.ref)
            if other is not None and (other.workflow, dict(other.guards)) != (machine.workflow, dict(machine.guards)):
                raise InvalidValueError.of("workflows", machine.ref, expected="one workflow of each id and version")
            own[machine.ref] = machine
        self._own = own
        self._by_ref: Mapping[str, Machine] = {**_built_in(), **own}
        newest: dict[str, Machine] = {}
        for machine in self._by_ref.values():
            other = newest.get(machine.workflow.id)
            if other is None or other.workflow.version < machine.workflow.version:
                newest[machine.workflow.id] = machine
        self._newest = newest

    def __iter__(self) -> Iterator[Machine]:
        return iter(self._by_ref.values())

    @property
    def refs(self) -> tuple[str, ...]:
        """Every workflow and version that is here, sorted."""
        return tuple(sorted(self._by_ref))

    def of(self, incident: Incident) -> Machine:
        """The machine that decides about ``incident``: the newest version of its workflow.

        Raises:
            UnknownWorkflowError: neither its version is here nor a newer one.
        """
        name, _, version = incident.workflow.rpartition("@")
        machine = self._newest.get(name)
        # An older version would take back what a newer one has decided.
        if machine is None or not version.isdecimal() or int(version) > machine.workflow.version:
            raise UnknownWorkflowError.of(incident.id, incident.workflow, self.refs)
        return machine

    def at(self, incident: Incident) -> Machine:
        """The machine of the very version that ``incident`` names.

        Raises:
            UnknownWorkflowError: it is not here.
        """
        if incident.workflow not in self._by_ref:
            raise UnknownWorkflowError.of(incident.id, incident.workflow, self.refs)
        return self._by_ref[incident.workflow]


_BUILT_IN: dict[str, Machine] = {}


def _built_in() -> Mapping[str, Machine]:
    """The machines of the workflows of this library, compiled once, when a journal first asks."""
    if not _BUILT_IN:
        _BUILT_IN.update({m.ref: m for m in (Workflow.builtin(name).compile() for name in Workflow.names())})
    return _BUILT_IN
