"""The machine that decides: a workflow compiled to one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from csprotocol.errors import DeniedError, InvalidValueError, UnknownStateError, WorkflowMismatchError
from csprotocol.incident._command import DERIVED, Actor, Command
from csprotocol.incident._decision import Allowed, Decision, Denial, DenialKind, Denied
from csprotocol.incident._entry import Entry
from csprotocol.incident._facts import NO_FACTS, Facts
from csprotocol.incident._guards import BUILT_IN_GUARDS, Guard, Situation, guard_named
from csprotocol.incident._incident import Incident, Link, evolve
from csprotocol.incident._plain import name_of, utc
from csprotocol.incident._project import project
from csprotocol.incident._states import SAME, GuardUse, State, Transition
from csprotocol.model import FrozenDict

if TYPE_CHECKING:
    from csprotocol.incident._workflow import Workflow

__all__ = ["Machine"]


class _Candidate(NamedTuple):
    """One transition as seen from one state."""

    allowed: Allowed
    requires: tuple[str, ...]
    roles: tuple[str, ...]
    guards: tuple[Guard, ...]


_Answer = Allowed | tuple[_Candidate, ...]
_NO_ROW: Final[Mapping[str, _Answer]] = {}


class Machine:
    """Decides by one workflow; immutable, so that all incidents and threads share one.

    It keeps no incident and reads no clock: ``now`` is the recorded time of the decision. A business no is a value,
    never an exception.

    >>> from datetime import datetime, timezone
    >>> from csprotocol.incident import Actor, Command, Workflow
    >>> machine = Workflow.default().compile()
    >>> now = datetime(2026, 11, 21, 10, tzinfo=timezone.utc)
    >>> incident = machine.open("INC-1", at=now, order="#1001")
    >>> decision = machine.decide(incident, Command("identify", Actor("ana")), now=now)
    >>> decision.ok, decision.codes
    (False, ('missing-field:problem_type',))
    """

    __slots__ = ("_events", "_policy", "_states", "_table", "digest", "guards", "ref", "workflow")

    workflow: Workflow
    ref: str
    digest: str
    guards: Mapping[str, Guard]

    def __init__(self, workflow: Workflow, guards: Mapping[str, Guard] | None = None) -> None:
        self.workflow = workflow
        self.ref = workflow.ref
        for name, guard in (guards or {}).items():
            if not callable(guard):
                raise InvalidValueError.of(f"guards[{name!r}]", guard, expected="a function")
        self.guards = MappingProxyType({**BUILT_IN_GUARDS, **(guards or {})})
        self.digest = workflow.digest
        self._events = frozenset(workflow.event_names)
        self._states = {state.name: state for state in workflow.states}
        self._policy = workflow.policy
        self._table = _table(workflow, self.guards)

    def __repr__(self) -> str:
        return f"Machine({self.ref})"

    def __reduce__(self) -> tuple[Any, ...]:
        own = {name: guard for name, guard in self.guards.items() if BUILT_IN_GUARDS.get(name) is not guard}
        return type(self), (self.workflow, own)

    def open(self, id: str, *, at: datetime, **known: Any) -> Incident:  # noqa: A002  # the word of the field
        """A new incident, opened at ``at``; ``known`` are fields of :class:`Incident`, its state too."""
        born = {"state": self.workflow.initial, "opened_at": at, "state_since": at, "last_occurred_at": at}
        return Incident(id=id, workflow=self.ref, **{**born, **known})

    def state(self, incident: Incident) -> State:
        """The state that ``incident`` is in, with its category."""
        return self._states[self._own(incident).state]

    def decide(self, incident: Incident, command: Command, facts: Facts | None = None, *, now: datetime) -> Decision:
        """Whether ``command`` may happen to ``incident``: :class:`Allowed`, or :class:`Denied` with every reason.

        Reasons come in this order: the clock, missing fields, the role, guards; where several guarded transitions
        fail, the reasons of each in turn, each reason once.

        Raises:
            NaiveDatetimeError: ``now`` has no time zone.
            WorkflowMismatchError: the incident belongs to another workflow, or another version of it.
            UnknownStateError: the workflow has no such state.
        """
        if now.tzinfo is not UTC:
            now = utc("now", now)
        at = command.occurred_at
        try:
            found = self._table[incident.state][command.event]
        except KeyError:
            return self._consider(incident, command, facts or NO_FACTS, now)
        if incident.workflow != self.ref or (at is not None and at > now):
            return self._consider(incident, command, facts or NO_FACTS, now)
        # Most events ask nothing: their answer was made when the table was.
        if type(found) is Allowed:
            return found
        # From here the same as _consider, for the many that are allowed: it stops at the first no.
        situation = Situation(incident, command, facts or NO_FACTS, now, self._policy)
        for allowed, requires, roles, guards in found:
            for guard in guards:
                if guard(situation) is not None:
                    break
            else:
                if roles and command.actor.role not in roles:
                    break
                for name in requires:
                    value = command.data.get(name)
                    if not (value.strip() if value.__class__ is str else _given(value)):
                        break
                else:
                    return allowed
                break
        return self._consider(incident, command, facts or NO_FACTS, now)

    def allowed(
        self,
        incident: Incident,
        actor: Actor,
        facts: Facts | None = None,
        *,
        now: datetime,
        data: Mapping[str, object] | None = None,
    ) -> dict[str, Decision]:
        """Every event of the workflow with its answer, for the buttons of a user interface.

        ``data`` is what a form holds already. A :class:`Denied` whose ``needs`` is not empty lacks nothing else than
        these fields: the button may open a form.

        >>> from datetime import datetime, timezone
        >>> from csprotocol.incident import Actor, Workflow
        >>> machine, now = Workflow.default().compile(), datetime(2026, 11, 21, tzinfo=timezone.utc)
        >>> buttons = machine.allowed(machine.open("INC-1", at=now), Actor("ana"), now=now)
        >>> buttons["note"].ok, buttons["identify"].needs, buttons["close"].codes
        (True, ('problem_type',), ('no-transition',))
        """
        return {
            event: self.decide(incident, Command(event, actor, data=data or {}), facts, now=now)
            for event in self.workflow.event_names
        }

    def apply(
        self, incident: Incident, command: Command, facts: Facts | None = None, *, now: datetime
    ) -> tuple[Incident, Entry]:
        """``incident`` after ``command``, and the entry for its journal; the caller keeps both.

        Raises:
            DeniedError: the command is denied; the error carries every reason.
            NaiveDatetimeError, WorkflowMismatchError, UnknownStateError: as :meth:`decide`.
        """
        decision = self.decide(incident, command, facts, now=now)
        if isinstance(decision, Denied):
            raise DeniedError.of(decision.event, decision.source, decision.reasons)
        return self.commit(incident, command, decision, now=now)

    def commit(
        self, incident: Incident, command: Command, decision: Allowed, *, now: datetime
    ) -> tuple[Incident, Entry]:
        """What :meth:`apply` gives, for a decision that was made already."""
        now = utc("now", now)
        occurred_at = command.occurred_at or now
        last = incident.last_occurred_at
        effective_at = min(occurred_at, now)
        late = last is not None and command.occurred_at is not None and occurred_at < last
        entry = Entry(
            incident_id=incident.id,
            seq=incident.version + 1,
            event_id=command.event_id or f"{DERIVED}{incident.id}/{incident.version + 1}",
            event=decision.event,
            source=decision.source,
            target=decision.target,
            restarts=decision.restarts,
            occurred_at=occurred_at,
            recorded_at=now,
            effective_at=effective_at if last is None or last <= effective_at else last,
            late=late,
            workflow=self.ref,
            workflow_digest=self.digest,
            actor_role=command.actor.role,
            actor_kind=command.actor.kind,
            actor_id=command.actor.id,
            link=self._link(command),
            data=command.data,  # type: ignore[arg-type]  # plain since its birth
        )
        return self.follow(incident, entry), entry

    def follow(self, incident: Incident, entry: Entry) -> Incident:
        """``incident`` after an entry that stands in its journal; nothing is decided again."""
        return project(incident, entry, self._states)

    def migrate(self, incident: Incident) -> Incident:
        """``incident`` under this newer version of its workflow, its state renamed where ``rename`` says so.

        Raises:
            WorkflowMismatchError: it runs by another workflow, or by a newer version than this.
            UnknownStateError: its state neither stands in this workflow nor is renamed.
        """
        name, _, version = incident.workflow.rpartition("@")
        if name != self.workflow.id or not version.isdecimal() or int(version) > self.workflow.version:
            raise WorkflowMismatchError.of(incident.id, incident.workflow, self.ref)
        return self.adopt(incident)

    def adopt(self, incident: Incident) -> Incident:
        """``incident`` under this workflow, whatever it ran by; a shop does that when it goes over to its own.

        Raises:
            UnknownStateError: its state neither stands in this workflow nor is renamed.
        """
        state = self.workflow.rename.get(incident.state, incident.state)
        if state not in self._states:
            raise UnknownStateError.of(state, self.ref, self._states)
        return evolve(incident, {"state": state, "workflow": self.ref})

    def leads(self, source: str, event: str, target: str, *, restarts: bool) -> bool:
        """Whether some transition of this workflow is that one; guards are not asked."""
        found = self._table.get(source, _NO_ROW).get(event, ())
        candidates = (found,) if isinstance(found, Allowed) else (each.allowed for each in found)
        return any(each.target == target and each.restarts == restarts for each in candidates)

    def is_guarded(self, incident: Incident, event: str) -> bool:
        """Whether a guard has a say about ``event`` in the present state: only guards ask for :class:`Facts`."""
        found = self._table.get(incident.state, _NO_ROW).get(event, ())
        return not isinstance(found, Allowed) and any(candidate.guards for candidate in found)

    def _own(self, incident: Incident) -> Incident:
        if incident.workflow != self.ref:
            raise WorkflowMismatchError.of(incident.id, incident.workflow, self.ref)
        if incident.state not in self._states:
            raise UnknownStateError.of(incident.state, self.ref, self._states)
        return incident

    def _consider(self, incident: Incident, command: Command, facts: Facts, now: datetime) -> Decision:
        """The whole decision, where the table alone does not answer."""
        found = self._table[self._own(incident).state].get(command.event, ())
        candidates = (_Candidate(found, (), (), ()),) if isinstance(found, Allowed) else found
        reasons = self._clock(command, now)
        if not candidates:
            return Denied(command.event, incident.state, (*reasons, self._nowhere(incident, command)))
        situation = Situation(incident, command, facts, now, self._policy)
        failed: list[Denial] = []
        for candidate in candidates:
            denials = _refused(candidate, situation)
            formal = (*_missing(candidate, command), *_role(candidate, command))
            if not denials:
                # The first whose guards pass is the one that is meant; what it asks beside them does not fall through.
                reasons = (*reasons, *formal)
                return Denied(command.event, incident.state, reasons) if reasons else candidate.allowed
            failed += [denial for denial in (*formal, *denials) if denial not in failed]
        return Denied(command.event, incident.state, (*reasons, *failed))

    def _clock(self, command: Command, now: datetime) -> tuple[Denial, ...]:
        skew = timedelta(seconds=self._policy.max_future_skew_seconds)
        # Subtracted, not added: now + skew may lie beyond what a datetime can hold.
        if command.occurred_at is None or command.occurred_at <= now or command.occurred_at - now <= skew:
            return ()
        ahead = ceil((command.occurred_at - now).total_seconds())
        params: dict[str, Any] = {"ahead_seconds": ahead, "limit_seconds": int(skew.total_seconds())}
        return (Denial(DenialKind.CLOCK, "clock-skew", FrozenDict(params)),)

    def _nowhere(self, incident: Incident, command: Command) -> Denial:
        if command.event not in self._events:
            known: Any = tuple(self.workflow.event_names)
            return Denial(
                DenialKind.UNKNOWN_EVENT, "unknown-event", FrozenDict({"event": command.event, "known": known})
            )
        possible: Any = tuple(self._table[incident.state])
        return Denial(
            DenialKind.NO_TRANSITION,
            "no-transition",
            FrozenDict({"event": command.event, "state": incident.state, "possible": possible}),
            f"forward:{incident.merged_into}" if incident.merged_into else None,
        )

    def _link(self, command: Command) -> Link | None:
        meaning = self.workflow.meaning(command.event)
        if meaning.link is None or meaning.link_from is None:
            return None
        other = name_of(meaning.link_from, command.data.get(meaning.link_from))
        return None if other is None else Link(meaning.link, other)


def _table(workflow: Workflow, guards: Mapping[str, Guard]) -> dict[str, dict[str, _Answer]]:
    """State, then event: the answer itself where nothing is asked, else the candidates in their order."""
    found: dict[str, dict[str, list[_Candidate]]] = {state.name: {} for state in workflow.states}
    for place, transition in enumerate(workflow.transitions):
        bound = tuple(_bound(workflow, place, transition, use, guards) for use in transition.guard_uses)
        target = transition.target
        for source in workflow.sources(transition):
            goal = source if target is None or target == SAME else target
            allowed = Allowed(transition.event, source, goal, target is not None)
            candidate = _Candidate(allowed, transition.requires, transition.roles, bound)
            found[source].setdefault(transition.event, []).append(candidate)
    return {state: {event: _answer(candidates) for event, candidates in row.items()} for state, row in found.items()}


def _answer(candidates: list[_Candidate]) -> _Answer:
    first = candidates[0]
    # Nothing comes after a transition without guards.
    asks = first.requires or first.roles or first.guards
    return tuple(candidates) if asks else first.allowed


def _bound(workflow: Workflow, place: int, transition: Transition, use: GuardUse, guards: Mapping[str, Guard]) -> Guard:
    """The guard that ``use`` names, with its parameters put in."""
    guard = guard_named(workflow.id, f"transitions[{place}] ({transition.event}).guards", use, guards)
    return (lambda situation: guard(replace(situation, params=use.params))) if use.params else guard


def _missing(candidate: _Candidate, command: Command) -> list[Denial]:
    return [
        Denial(DenialKind.MISSING_FIELD, f"missing-field:{name}", FrozenDict({"field": name}))
        for name in candidate.requires
        if not _given(command.data.get(name))
    ]


def _given(value: object) -> bool:
    """Whether a field says anything; 0 and false do."""
    if isinstance(value, str):
        return bool(value.strip())
    return bool(value) if isinstance(value, tuple | Mapping) else value is not None


def _role(candidate: _Candidate, command: Command) -> list[Denial]:
    roles: Any = candidate.roles
    if not roles or command.actor.role in roles:
        return []
    code = f"role-required:{'|'.join(roles)}"
    params = FrozenDict({"role": command.actor.role, "roles": roles})
    return [Denial(DenialKind.ROLE, code, params, f"ask-role:{roles[0]}")]


def _refused(candidate: _Candidate, situation: Situation) -> list[Denial]:
    """Every guard is asked, also after one said no: people want to hear all reasons at once."""
    denials = []
    for guard in candidate.guards:
        answer: object = guard(situation)
        if answer is None:
            continue
        # A guard that answers True or False would otherwise be a no without a reason.
        if not isinstance(answer, Denial):
            name = getattr(guard, "__name__", "of the workflow")
            raise InvalidValueError.of(f"the answer of guard {name}", answer, expected="None or deny(...)")
        denials.append(answer)
    return denials
