"""A Zendesk export as tables: one folder, one CSV file a table, as ETL tools write it.

The tables are ``ticket`` (the only one that must be there), ``ticket_comment``, ``ticket_field_history``,
``user``, ``user_tag``, ``group``, ``satisfaction_rating``, ``ticket_tag``, ``schedule``, ``schedule_holiday``,
``ticket_schedule``, ``sla_policy_metric_history`` and ``ticket_sla_policy``, each as ``NAME_data.csv`` or
``NAME.csv``. Naive stamps are UTC, which is how these exports are written. ``time_zone`` and ``daylight_time`` are
not read: their offsets are frozen at one moment and wrong for half of the year.

>>> from importlib.resources import as_file, files
>>> with as_file(files("csprotocol").joinpath("data/sample_zendesk")) as folder:
...     read = export(folder)
>>> read.value
ZendeskExport(source='zendesk', 400 tickets)
>>> read.files[0].adds_up, read.value.csat_scale
(True, (0, 1))
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import Final, get_args

from csprotocol.adapters._cells import identifier
from csprotocol.adapters._csv import Progress
from csprotocol.adapters._export import TicketExport
from csprotocol.adapters._read import Read, Tally
from csprotocol.adapters._zendesk_schedules import CalendarRule, WithoutSchedule, calendars, schedules
from csprotocol.adapters._zendesk_sla import SlaTarget, targets
from csprotocol.adapters._zendesk_tables import ORDER, REASON, Extract
from csprotocol.adapters._zendesk_tickets import Drafts
from csprotocol.adapters._zendesk_users import Users
from csprotocol.calendar import BusinessHours, CalendarHistory
from csprotocol.errors import InvalidValueError
from csprotocol.model import FrozenDict

__all__ = ["SlaTarget", "ZendeskExport", "export"]

_CSAT: Final = (0, 1)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class ZendeskExport(TicketExport):
    """The tickets of a Zendesk account, with the hours and the promises that were in force for each.

    ``calendars`` and ``targets`` go by ticket id; a ticket that never had a schedule or a policy is absent.
    ``schedules`` are the account's hours by schedule id. ``orphans`` counts, table by table, the rows that belong
    to nothing in the export. ``assumed_status`` names the tickets of which only the present status is known.

    >>> ZendeskExport(source="zendesk", facts=()).calendars
    {}
    """

    calendars: Mapping[str, CalendarHistory] = field(default_factory=FrozenDict)
    targets: Mapping[str, tuple[SlaTarget, ...]] = field(default_factory=FrozenDict)
    schedules: Mapping[str, BusinessHours] = field(default_factory=FrozenDict)
    orphans: Mapping[str, int] = field(default_factory=FrozenDict)
    assumed_status: frozenset[str] = frozenset()


def export(
    folder: str | PathLike[str],
    *,
    strict: bool = False,
    progress: Progress | None = None,
    calendar_rule: CalendarRule = "piecewise",
    without_schedule: WithoutSchedule = "none",
    bots: Collection[str | int] = (),
    bot_tag: str = "bot",
    reason_column: str = "custom_contact_reason",
    order_column: str = "custom_order_id",
) -> Read[ZendeskExport]:
    """The tickets of the export in ``folder``, with all that happened to them.

    Whose word a comment is: a bot's is a bot's; the requester's is the customer's, whatever his role; else the
    role of the user decides; a user whom the export does not hold is an agent when the ticket is assigned to
    him, else nobody (``system``) and counted. Bots are the ids in ``bots``, users tagged ``bot_tag`` in
    ``user_tag``, and Zendesk's own user -1. The first comment is the description, when it is the submitter's or the
    requester's and lies within a minute of the creation.

    Nothing is stated that rests on a lost row. Where a comment, a change of the status or a rating was rejected, or
    nobody knows the role of a public comment's author, the facts that rest on that table are ``None`` for the
    ticket, and the warning ``incomplete-ticket`` counts it.

    A ticket without any comment in the export has unknown replies, not none. A ticket without a history of its
    status has its present one; when it was reached and how often is unknown; ``assumed_status`` names it. A rating
    ``offered`` is a survey without an answer, ``unoffered`` is no survey.

    ``calendar_rule`` is the rule of the ticket's :class:`CalendarHistory`: ``piecewise``, or ``latest``, which is
    Zendesk's own. ``without_schedule="only_schedule"`` gives the account's only schedule to tickets that name
    none; by default they get none. ``reason_column`` and ``order_column`` are columns of ``ticket`` with the
    contact reason and the order, used where the export has them; a column or a tag that you name and nothing has is
    a warning. ``progress`` is called now and then with the bytes done and the bytes of all tables.

    Targets are those of the policy's version and the ticket's priority when the policy was applied. Rows that
    belong to no ticket are rejected as ``orphan`` and counted; rows marked ``_fivetran_deleted`` are left out. Of a
    ticket, user or group that stands there twice the newest row (``updated_at``) counts, also where it says deleted.

    >>> export("no/such/folder")
    Traceback (most recent call last):
        ...
    csprotocol.errors.ExportError: folder: does not exist; a folder with the tables is due

    Raises:
        ExportError: no such folder, no ticket table, a table that is no CSV text or lacks a column that it needs,
            or, when strict, the first rejected row.
        InvalidValueError: an unknown option.
    """
    _check_option("calendar_rule", calendar_rule, CalendarRule)
    _check_option("without_schedule", without_schedule, WithoutSchedule)
    for name, text in (("bot_tag", bot_tag), ("reason_column", reason_column), ("order_column", order_column)):
        if not isinstance(text, str):
            raise InvalidValueError.of(name, text, expected="a text")
    bot_ids = _ids("bots", bots)
    tally = Tally(strict=strict)
    custom = {REASON: reason_column, ORDER: order_column}
    extract = Extract(folder, tally, progress=progress, custom=custom)
    drafts = Drafts(extract, Users.of(extract, bots=bot_ids, bot_tag=bot_tag))
    drafts.fill()
    hours = schedules(extract, drafts)
    in_force = calendars(extract, drafts, hours, rule=calendar_rule, without_schedule=without_schedule)
    promised = targets(extract, drafts)
    drafts.note_orphans()
    told = [drafts.ticket(draft, "zendesk") for draft in drafts.by_id.values()]
    return tally.read(
        ZendeskExport(
            source="zendesk",
            facts=tuple(facts for _, facts, _ in told),
            tickets=tuple(ticket for ticket, _, _ in told),
            csat_scale=_CSAT if "satisfaction_rating" in extract else None,
            zone="UTC",
            calendars=FrozenDict(in_force),
            targets=FrozenDict(promised),
            schedules=FrozenDict(hours),
            orphans=FrozenDict(drafts.orphans),
            assumed_status=frozenset(ticket.id for ticket, _, assumed in told if assumed),
        )
    )


def _ids(name: str, found: object) -> frozenset[str]:
    """User ids as the tables hold them."""
    if isinstance(found, Iterable) and not isinstance(found, str | bytes):
        ids = tuple(found)
        if all(isinstance(each, str | int) and not isinstance(each, bool) for each in ids):
            return frozenset(identifier(str(each).strip()) for each in ids)
    raise InvalidValueError.of(name, found, expected="a collection of user ids")


def _check_option(name: str, found: object, kind: object) -> None:
    if found not in get_args(kind):
        raise InvalidValueError.unknown(name, found, get_args(kind))
