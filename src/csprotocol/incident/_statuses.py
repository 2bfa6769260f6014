"""What the statuses of a helpdesk mean, and which of them says what a state of ours means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from math import isnan
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, TypeVar, overload

from csprotocol import _parse
from csprotocol.errors import InvalidValueError
from csprotocol.incident._helpdesk import (
    ExportedStatus,
    HelpdeskStatus,
    Loss,
    StatusExport,
    SubStatus,
    folded,
    once_each,
)
from csprotocol.incident._workflow import Workflow
from csprotocol.model import ActorKind, FrozenDict, StatusCategory
from csprotocol.model._words import member

__all__ = ["StatusMap"]

Default = TypeVar("Default")

_BUILT_IN: Final = (
    "freshdesk",
    "gorgias",
    "helpscout",
    "hubspot",
    "jira_service_management",
    "servicenow",
    "zammad",
    "zendesk",
)


@dataclass(frozen=True, slots=True)
class StatusMap:
    """The statuses of one helpdesk, both ways.

    Names are read whatever their case and blanks, numbers of the API as numbers or texts. Import may need to know who
    said the last public word, for several helpdesks close or park what is merely answered; export is total and tells
    what it loses. A shop's names of its states are never sent: they come back through ``landing`` of the workflow.

    >>> gorgias = StatusMap.builtin("gorgias")
    >>> str(gorgias.to_category("closed", last_public_author="agent"))
    'waiting_customer'
    >>> exported = gorgias.to_status("waiting_carrier", workflow=Workflow.default())
    >>> exported.status, exported.sub_status, exported.tags
    ('closed', 'snoozed', ('waiting_on_carrier',))

    Raises:
        InvalidValueError: a name that stands twice, a category without an export, an export to an unknown status.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    id: str
    name: str
    source: str
    as_of: Annotated[date, _parse.ISO_DATE]
    statuses: tuple[HelpdeskStatus, ...]
    exports: Mapping[StatusCategory, StatusExport]
    sub_statuses: tuple[SubStatus, ...] = ()
    _by_name: Mapping[str, HelpdeskStatus] = field(init=False, repr=False, compare=False)
    _subs_by_name: Mapping[str, SubStatus] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spelt = [(name, each) for each in self.statuses for name in each.spellings]
        subs = [(name, each) for each in self.sub_statuses for name in each.spellings]
        exports = {member(StatusCategory, f"{self.name} exports", word): self.exports[word] for word in self.exports}
        object.__setattr__(self, "statuses", tuple(self.statuses))
        object.__setattr__(self, "sub_statuses", tuple(self.sub_statuses))
        object.__setattr__(self, "exports", FrozenDict(exports))
        object.__setattr__(self, "_by_name", once_each(f"{self.name} status", spelt))
        object.__setattr__(self, "_subs_by_name", once_each(f"{self.name} sub-status", subs))
        for sub in self.sub_statuses:
            for name in sub.of:
                self._status(name)
        for category in StatusCategory:
            if category not in self.exports:
                raise InvalidValueError.of(f"{self.name} exports", category.value, expected="given for every category")
            export = self.exports[category]
            self._status(export.status)
            for sub_status in (export.sub_status, *export.by_party.values()):
                self._sub_status(sub_status)

    @classmethod
    def builtin(cls, name: str) -> StatusMap:
        """The map of a helpdesk that this library knows; see :meth:`names`.

        >>> StatusMap.builtin("servicenow").to_status("waiting_customer", workflow=Workflow.default()).sub_status
        'Awaiting Caller'

        Raises:
            InvalidValueError: there is none; the message names the nearest.
        """
        if name not in _BUILT_IN:
            raise InvalidValueError.unknown("helpdesk", name, _BUILT_IN)
        return _built_in(name)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The helpdesks that this library knows.

        >>> "zendesk" in StatusMap.names()
        True
        """
        return _BUILT_IN

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> StatusMap:
        """The map of a helpdesk that this library does not know, from plain data; a misspelt key is an error."""
        return _parse.parse(cls, plain)

    @classmethod
    def load(cls, path: str | Path) -> StatusMap:
        """The map that a TOML, JSON or YAML file holds, in the form of those in ``csprotocol/incident/data/statuses``.

        Raises:
            DocumentError: the file cannot be read, or something in it is wrong; all that is wrong, with its place.
        """
        return cls.from_dict(_parse.read_document(path))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that :meth:`from_dict` reads back to an equal map."""
        return _parse.dump(self)

    def to_status(self, state: str, *, workflow: Workflow) -> ExportedStatus:
        """What to write for ``state``: never absent, whatever the workflow.

        >>> exported = StatusMap.builtin("freshdesk").to_status("waiting_carrier", workflow=Workflow.default())
        >>> exported.status, exported.tags, [loss.kind for loss in exported.losses]
        ('Pending', ('waiting_on_carrier',), ['category', 'party'])

        Raises:
            UnknownStateError: the workflow has no such state.
        """
        found = workflow.state(state)
        export = self.exports[found.category]
        losses = [Loss("category", export.loss)] if export.loss else []
        tags = export.tags
        party = found.waiting_on if found.category is StatusCategory.WAITING_THIRD_PARTY else None
        known = party is not None and folded(party) in export.by_party
        if party is not None and not known:
            losses.append(Loss("party", f"{self.name} does not say that it is the {party} who is waited for"))
            tags = (*tags, f"waiting_on_{'_'.join(party.casefold().split())}")
        sub_status = export.by_party[folded(party)] if known else export.sub_status
        return ExportedStatus(export.status, sub_status, tags, tuple(losses))

    def to_category(
        self,
        status: str | float,
        *,
        last_public_author: ActorKind | str | None = None,
        sub_status: str | float | None = None,
    ) -> StatusCategory | None:
        """What ``status`` means; ``None`` where the last public author or the sub-status is needed and unknown.

        ``last_public_author`` is who wrote the last message that the customer saw or sent; ``system`` writes none,
        and counts as unknown. Numbers of the API may come as floats too, as pandas gives them beside a gap.

        >>> helpscout = StatusMap.builtin("helpscout")
        >>> print(helpscout.to_category("pending"), helpscout.to_category("Pending ", last_public_author="agent"))
        None waiting_customer

        Raises:
            InvalidValueError: a status or sub-status that the helpdesk does not have; :meth:`with_statuses` adds a
                shop's own.
        """
        found = self._status(status)
        beside = self._sub_status(sub_status)
        if beside is not None and beside.category is not None and self._decides(beside, found):
            return beside.category
        author = None
        if last_public_author is not None:
            author = member(ActorKind, "last_public_author", last_public_author)
        return found.category_after(author)

    def to_state(
        self,
        status: str | float,
        *,
        workflow: Workflow,
        last_public_author: ActorKind | str | None = None,
        sub_status: str | float | None = None,
    ) -> str | None:
        """The state in which an incident of that status lands; ``None`` where nobody can say.

        That is: the category is unknown (see :meth:`to_category`), or the workflow has no landing for it.

        >>> StatusMap.builtin("zendesk").to_state("on-hold", workflow=Workflow.default())
        'waiting_carrier'
        """
        category = self.to_category(status, last_public_author=last_public_author, sub_status=sub_status)
        return None if category is None else workflow.landing.get(category)

    def to_states(self, *, workflow: Workflow) -> Mapping[str, str]:
        """For every spelling of a status, the state in which it lands: what ``check_status_log`` asks for.

        Statuses that say nothing by themselves, and those without a landing, are left out. A look-up reads names as
        :meth:`to_category` does, whatever their case and blanks, and numbers as numbers; a copy of the mapping
        (``dict(...)``) no longer does.

        >>> states = StatusMap.builtin("helpscout").to_states(workflow=Workflow.default())
        >>> states
        {'active': 'in_progress', 'closed': 'resolved', 'spam': 'cancelled'}
        >>> states["Active "], StatusMap.builtin("freshdesk").to_states(workflow=Workflow.default())[4]
        ('in_progress', 'resolved')
        """
        return _States(
            {
                name: workflow.landing[status.category]
                for status in self.statuses
                for name in status.spellings
                if status.category is not None and status.category in workflow.landing
            }
        )

    def when_quiet(self, status: str | float) -> StatusCategory | None:
        """What ``status`` comes to mean once the customer lets the grace pass; ``None`` where that is nothing else.

        Without it, a helpdesk that closes what is answered would never have a resolved ticket.

        >>> str(StatusMap.builtin("gorgias").when_quiet("closed"))
        'resolved'
        """
        return self._status(status).when_quiet

    def with_statuses(
        self,
        own: Mapping[str, StatusCategory | str],
        *,
        exports: Mapping[StatusCategory | str, str] | None = None,
    ) -> StatusMap:
        """The map with a shop's own statuses, which win over those of the same name.

        A status that is named anew keeps its other spellings and its numbers. A spelling or a number that is named
        by itself becomes a status of its own, and is taken from the one that had it. ``exports`` names the status to
        write for a category where that is another one now.

        >>> shop = StatusMap.builtin("freshdesk").with_statuses(
        ...     {"At the workshop": "waiting_third_party"}, exports={"waiting_third_party": "At the workshop"}
        ... )
        >>> shop.to_status("waiting_supplier", workflow=Workflow.default()).status
        'At the workshop'
        """
        meanings = {name: member(StatusCategory, f"{self.name} status {name!r}", own[name]) for name in own}
        taken = {folded(name) for name in own}
        rest = {folded(each.name): tuple(n for n in each.also if folded(n) not in taken) for each in self.statuses}
        kept = (replace(each, also=rest[folded(each.name)]) for each in self.statuses if folded(each.name) not in taken)
        added = (
            HelpdeskStatus(name=str(name), also=rest.get(folded(name), ()), category=category)
            for name, category in meanings.items()
        )
        said = dict(self.exports)
        for word, status in (exports or {}).items():
            said[member(StatusCategory, f"{self.name} exports", word)] = StatusExport(status=status)
        shop = replace(self, statuses=(*kept, *added), exports=said)
        return replace(shop, exports={category: shop._honest(category, before=self) for category in shop.exports})

    def _honest(self, category: StatusCategory, *, before: StatusMap) -> StatusExport:
        """The export of ``category`` with the loss that it has by now: own statuses give words another meaning."""
        export, back = self.exports[category], self._reads_back(category)
        if back is category:
            return replace(export, loss=None)
        if export == before.exports[category] and back is before._reads_back(category):
            return export
        return replace(export, loss=f"{export.status!r} reads back as {back or 'unknown'} in this shop")

    def _reads_back(self, category: StatusCategory) -> StatusCategory | None:
        """What the export of ``category`` is read as when the shop said the last word."""
        export = self.exports[category]
        return self.to_category(export.status, last_public_author=ActorKind.AGENT, sub_status=export.sub_status)

    def _decides(self, beside: SubStatus, status: HelpdeskStatus) -> bool:
        return not beside.of or any(self._status(name) is status for name in beside.of)

    def _status(self, status: str | float) -> HelpdeskStatus:
        try:
            return self._by_name[folded(status)]
        except KeyError:
            known = [each.name for each in self.statuses]
            raise InvalidValueError.unknown(f"{self.name} status", status, known) from None

    def _sub_status(self, sub_status: str | float | None) -> SubStatus | None:
        # What pandas puts into the gaps of a column says nothing either.
        gap = sub_status is None or (isinstance(sub_status, float) and isnan(sub_status))
        wanted = "" if gap else folded(sub_status)
        try:
            return self._subs_by_name[wanted] if wanted else None
        except KeyError:
            known = [each.name for each in self.sub_statuses]
            raise InvalidValueError.unknown(f"{self.name} sub-status", sub_status, known) from None


@cache
def _built_in(name: str) -> StatusMap:
    return StatusMap.load(Path(__file__).parent / "data" / "statuses" / f"{name}.toml")


class _States(FrozenDict[str, str]):
    """States by the spellings of statuses, looked up as a :class:`StatusMap` reads them."""

    __slots__ = ("_by_folded",)

    def __init__(self, plain: Mapping[str, str]) -> None:
        super().__init__(plain)
        self._by_folded = {folded(name): state for name, state in plain.items()}

    def __getitem__(self, status: object) -> str:
        try:
            return self._by_folded[folded(status)]
        except KeyError:
            raise KeyError(status) from None

    def __contains__(self, status: object) -> bool:
        return folded(status) in self._by_folded

    @overload
    def get(self, status: object, default: None = None, /) -> str | None: ...

    @overload
    def get(self, status: object, default: str, /) -> str: ...

    @overload
    def get(self, status: object, default: Default, /) -> str | Default: ...

    def get(self, status: object, default: object = None, /) -> object:
        return self._by_folded.get(folded(status), default)
