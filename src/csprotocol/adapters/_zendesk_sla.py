"""What was promised to a ticket, by the policy and the priority of the moment when the policy was applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from csprotocol.adapters._cells import shown_id
from csprotocol.adapters._read import Outcome, RefusedError
from csprotocol.adapters._zendesk_tables import Extract, ExtractRow
from csprotocol.adapters._zendesk_tickets import Drafts

__all__ = ["SlaTarget", "targets"]


@dataclass(frozen=True, slots=True)
class SlaTarget:
    """One promise: so many minutes of calendar time, or of open time where ``business_hours``.

    ``metric`` is Zendesk's word (``first_reply_time``, ``requester_wait_time`` ...), ``priority`` that of the
    ticket when the policy was applied, ``version_at`` when the version of the policy that decides began.

    >>> from datetime import timezone
    >>> at = datetime(2020, 10, 28, tzinfo=timezone.utc)
    >>> SlaTarget("first_reply_time", 360, True, "normal", "1001", at, at).minutes
    360
    """

    metric: str
    minutes: int
    business_hours: bool
    priority: str
    policy_id: str
    applied_at: datetime
    version_at: datetime


_Version = dict[tuple[str, str], tuple[int, bool]]  # by metric and priority: minutes, whether business hours


def targets(extract: Extract, drafts: Drafts) -> Mapping[str, tuple[SlaTarget, ...]]:
    """The promises to each ticket; a ticket without one is absent."""
    policies: dict[str, dict[datetime, _Version]] = {}
    found: dict[str, list[SlaTarget]] = {}
    seen: set[tuple[str, str, datetime]] = set()

    def take_policy(row: ExtractRow) -> Outcome:
        policy = row.due("sla_policy_id", row.id("sla_policy_id"))
        since = row.due("sla_policy_updated_at", row.stamp("sla_policy_updated_at"))
        about = row.due("metric", row.text("metric")), row.due("priority", row.text("priority"))
        promise = (
            row.due("target", row.count("target")),
            row.due("business_hours", row.flag("business_hours")),
        )
        version = policies.setdefault(policy, {}).setdefault(since, {})
        known = version.get(about)
        version[about] = promise
        if known is None:
            return Outcome.USED
        if known != promise:
            extract.tally.notice(
                "target-twice", "promises of one version, metric and priority that differ; the later row counts"
            )
        return Outcome.DUPLICATE

    def take(row: ExtractRow) -> Outcome:
        draft = drafts.of(row, "ticket_sla_policy")
        policy = row.due("sla_policy_id", row.id("sla_policy_id"))
        at = row.due("policy_applied_at", row.stamp("policy_applied_at"))
        if draft is None:
            return Outcome.LEFT_OUT
        if (draft.id, policy, at) in seen:
            return Outcome.DUPLICATE
        promised = _promised(policies.get(policy, {}), draft.priority_at(at), policy, at)
        if isinstance(promised, str):
            raise RefusedError("no-sla-target", promised, ticket_id=shown_id(draft.id))
        seen.add((draft.id, policy, at))
        found.setdefault(draft.id, []).extend(promised)
        return Outcome.USED

    extract.each("sla_policy_metric_history", take_policy)
    extract.each("ticket_sla_policy", take)
    return {ticket_id: tuple(promises) for ticket_id, promises in found.items()}


def _promised(
    versions: Mapping[datetime, _Version], priority: str | None, policy: str, at: datetime
) -> list[SlaTarget] | str:
    """The promises of the version in force at ``at``, or why there are none."""
    if not versions:
        return "the export does not hold its policy"
    in_force = [since for since in versions if since <= at]
    if not in_force:
        return "its policy has no version as old as the moment when it was applied"
    if priority is None:
        return "the ticket had no priority when the policy was applied"
    # A version is the whole of its rows: a metric that it leaves out is no longer promised.
    version_at = max(in_force)
    promised = [
        SlaTarget(metric, minutes, business_hours, of_priority, policy, at, version_at)
        for (metric, of_priority), (minutes, business_hours) in versions[version_at].items()
        if of_priority == priority
    ]
    return promised or "its policy promises nothing to tickets of the priority it had then"
