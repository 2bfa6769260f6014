"""Writes the sample Zendesk export in src/csprotocol/data/sample_zendesk: invented tickets of an invented shop.

Run ``python tools/generate_zendesk_export.py`` to write the sample, with ``--check`` to compare it only, with a
folder to write another one (``--seed``, ``--tickets``). The same arguments give the same bytes.

Every person is plainly invented (``example.com``). Bots are users with the role agent and the user tag ``bot``.
Some faults are meant, so that a report on the quality of the rows has something to say:

- a comment and a rating of tickets that are not there, a schedule of one that is not either
- an agent's reply two hours before its ticket was created
- a ticket whose creation is no date, a change of status on the 32nd of a 13th month, an unknown status
- a comment that stands in the table twice, one that is marked as deleted, one by a user who is not there
- tickets without a history of their status

``--with-decisionlog-ticket`` adds ticket 941606 of the DECISIONLOG of fivetran/dbt_zendesk, whose two schedules
give 57,608 s of business time to the first reply piecewise, and 41,408 s by the latest schedule.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from csprotocol.calendar import BusinessCalendar
from csprotocol.calendar.forms.zendesk import business_hours

TARGET = Path(__file__).parents[1] / "src" / "csprotocol" / "data" / "sample_zendesk"
SEED = 20261121
TICKETS = 400
FIRST_DAY = datetime(2026, 8, 1, tzinfo=UTC)
DAYS = 92
EXTRACTED_AT = datetime(2026, 11, 2, 8, tzinfo=UTC)

_DAY = 24 * 60
_OLD, _NEW = "2026-01-01 00:00:00", "2026-09-15 00:00:00"
_WAIT = {"low": 2880, "normal": 1440, "high": 960, "urgent": 480}
# fmt: off
SCHEDULES = {
    # By id: name, Rails zone, minutes since Sunday.
    701: ("Tienda Madrid", "Madrid",
          [(d * _DAY + a * 60, d * _DAY + b * 60) for d in range(1, 6) for a, b in ((9, 14), (16, 19))]
          + [(6 * _DAY + 10 * 60, 6 * _DAY + 14 * 60)]),
    702: ("New York desk", "Eastern Time (US & Canada)",
          [(d * _DAY + 9 * 60, d * _DAY + 17 * 60) for d in range(1, 6)]),
}
HOLIDAYS = [
    # The id, its schedule, the name, the first and the last day.
    (7101, 701, "Asunción de la Virgen", "2026-08-15", "2026-08-15"),
    (7102, 701, "Inventario", "2026-09-24", "2026-09-25"),
    (7103, 701, "Fiesta Nacional", "2026-10-12", "2026-10-12"),
    (7201, 702, "Labor Day", "2026-09-07", "2026-09-07"),
    (7202, 702, "Columbus Day", "2026-10-12", "2026-10-12"),
]
DECISIONLOG_SCHEDULES = {
    791: ("Decisionlog, first", "UTC",
          [(720, 1560), (2160, 3000), (3600, 4440), (5040, 5880), (6480, 7320), (7920, 8760), (9360, 10200)]),
    792: ("Decisionlog, second", "UTC",
          [(2340, 2910), (3780, 4350), (5220, 5790), (6660, 7230), (8100, 8670)]),
}
AGENTS = {
    # By id: name, role, schedule.
    11: ("Ana", "admin", 701), 12: ("Luis", "agent", 701), 13: ("Marta", "agent", 701),
    14: ("Grace", "agent", 702), 15: ("Omar", "agent", 702),
}
BOT = 19
CUSTOMERS = range(5001, 5181)
SPAMMERS = range(5901, 5906)
STRANGER = 77_777
GROUPS = {31: "Soporte Madrid", 32: "Support New York"}
GROUP_OF = {701: 31, 702: 32}
LOCALES = {"es": 50, "en-US": 25, "fr": 8, "de": 8, "it": 5, "pt": 4}
CHANNELS = {"email": 38, "web": 18, "native_messaging": 12, "whatsapp": 11, "chat": 9, "voice": 6, "facebook": 4,
            "api": 2}
PRIORITIES = {"low": 15, "normal": 52, "high": 23, "urgent": 10}
REASONS = {
    "where_is_my_order": 24, "late": 13, "damaged": 10, "return_request": 10, "refund_status": 9, "wrong_item": 7,
    "size": 6, "defective": 5, "cancel_order": 4, "missing_item": 4, "product_question": 3, "payment": 2,
    "delivered_not_received": 2, "gift_card": 1,
}
FIRST_REPLY_HOURS = {"email": 3.0, "web": 3.5, "facebook": 4.0, "api": 4.0, "whatsapp": 1.0}
QUICK_HOURS = 0.12
# By policy: version, metric, whether business hours, minutes by priority.
POLICIES = {
    501: [
        (_OLD, "first_reply_time", True, {"low": 960, "normal": 480, "high": 240, "urgent": 120}),
        (_OLD, "requester_wait_time", True, _WAIT),
        (_NEW, "first_reply_time", True, {"low": 480, "normal": 240, "high": 120, "urgent": 60}),
        (_NEW, "requester_wait_time", True, _WAIT),
    ],
    502: [
        (_OLD, "first_reply_time", False, {"low": 60, "normal": 30, "high": 15, "urgent": 10}),
    ],
}
TABLES = {
    "ticket": ("id", "_fivetran_deleted", "created_at", "updated_at", "status", "priority", "via_channel", "type",
               "requester_id", "submitter_id", "assignee_id", "group_id", "brand_id", "subject",
               "merged_ticket_ids", "custom_contact_reason", "custom_order_id"),
    "ticket_comment": ("id", "_fivetran_deleted", "ticket_id", "user_id", "created", "public", "body"),
    "ticket_field_history": ("ticket_id", "field_name", "updated", "user_id", "value"),
    "user": ("id", "name", "email", "role", "locale", "time_zone", "suspended", "created_at"),
    "user_tag": ("user_id", "tag"),
    "group": ("id", "name"),
    "schedule": ("id", "name", "time_zone", "start_time", "end_time", "created_at"),
    "schedule_holiday": ("id", "schedule_id", "name", "start_date", "end_date"),
    "ticket_schedule": ("ticket_id", "schedule_id", "created_at"),
    "sla_policy_metric_history": ("sla_policy_id", "index", "sla_policy_updated_at", "metric", "priority",
                                  "target", "business_hours"),
    "ticket_sla_policy": ("ticket_id", "sla_policy_id", "policy_applied_at"),
    "satisfaction_rating": ("id", "ticket_id", "score", "created_at", "updated_at"),
    "ticket_tag": ("ticket_id", "tag"),
}
# fmt: on


@dataclass
class Draft:
    """A ticket while its story is made up."""

    id: int
    created_at: datetime
    requester: int
    schedule: int
    via: str
    priority: str
    reason: str
    submitter: int = 0
    assignee: int = 0
    status: str = "new"
    at: datetime = FIRST_DAY
    merged: list[int] = field(default_factory=list)


class Writer:
    """Rows of every table, and the numbers that comments and ratings get."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in TABLES}
        self.calendars = {
            schedule: BusinessCalendar(business_hours(minutes, zone, holidays=holidays_of(schedule)))
            for schedule, (_, zone, minutes) in SCHEDULES.items()
        }
        self._next = 100_000

    def number(self) -> int:
        """The next number of a comment or a rating."""
        self._next += 1
        return self._next

    def pick(self, weights: dict[str, int]) -> str:
        """One of the words, by its weight."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def row(self, table: str, *cells: object) -> None:
        """One more row of the table."""
        assert len(cells) == len(TABLES[table]), table
        self.rows[table].append(cells)

    def comment(self, draft: Draft, user: int, at: datetime, body: str, *, public: bool = True) -> bool:
        """One more comment, unless the extract was drawn before."""
        if at >= EXTRACTED_AT:
            return False
        self.row("ticket_comment", self.number(), "FALSE", draft.id, user, stamp(at), flag(public), body)
        draft.at = at
        return True

    def change(self, draft: Draft, name: str, at: datetime, user: int | str, value: object) -> bool:
        """One more change of a field, unless the extract was drawn before."""
        if at >= EXTRACTED_AT:
            return False
        self.row("ticket_field_history", draft.id, name, stamp(at), user, value)
        if name == "status":
            draft.status = str(value)
        draft.at = max(draft.at, at)
        return True

    def later(self, low_minutes: float, high_minutes: float) -> timedelta:
        """A stretch between the two, to the second."""
        return timedelta(seconds=round(60 * self.random.uniform(low_minutes, high_minutes)))

    def work(self, hours: float) -> timedelta:
        """A skewed stretch of work around ``hours`` of open time."""
        return timedelta(seconds=max(30, round(3600 * hours * self.random.lognormvariate(0, 0.9))))

    def answered_at(self, draft: Draft, after: datetime, hours: float) -> datetime:
        """The moment after so much open time, as an agent at his desk would reach it."""
        return self.calendars[draft.schedule].add(after, self.work(hours))


def holidays_of(schedule: int) -> list[tuple[str, date, date]]:
    return [
        (name, date.fromisoformat(first), date.fromisoformat(last))
        for _, of, name, first, last in HOLIDAYS
        if of == schedule
    ]


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def flag(value: bool) -> str:  # noqa: FBT001  # a cell
    return "TRUE" if value else "FALSE"


def write_people(w: Writer) -> None:
    for user, (name, role, schedule) in AGENTS.items():
        zone = SCHEDULES[schedule][1]
        locale = "es" if schedule == 701 else "en-US"
        w.row("user", user, name, f"{name.lower()}@example.com", role, locale, zone, "FALSE", "2026-01-02 09:00:00")
    w.row("user", BOT, "Autobot", "autobot@example.com", "agent", "es", "Madrid", "FALSE", "2026-01-02 09:00:00")
    w.row("user_tag", BOT, "bot")
    for user in (*CUSTOMERS, *SPAMMERS):
        locale = w.pick(LOCALES)
        suspended = flag(user in SPAMMERS)
        address = f"customer{user}@example.com"
        w.row(
            "user",
            user,
            f"Customer {user}",
            address,
            "end-user",
            locale,
            "Madrid",
            suspended,
            "2026-03-01 10:00:00",
        )
    for group, name in GROUPS.items():
        w.row("group", group, name)


def write_rules(w: Writer, schedules: dict[int, tuple[str, str, list[tuple[int, int]]]]) -> None:
    for schedule, (name, zone, minutes) in schedules.items():
        for start, end in minutes:
            w.row("schedule", schedule, name, zone, start, end, "2026-01-02 09:00:00")
    for holiday in HOLIDAYS:
        w.row("schedule_holiday", *holiday)
    for policy, versions in POLICIES.items():
        for since, metric, business, minutes_by_priority in versions:
            for index, (priority, target) in enumerate(minutes_by_priority.items()):
                w.row("sla_policy_metric_history", policy, index, since, metric, priority, target, flag(business))


def write_ticket(w: Writer, draft: Draft, kind: str) -> None:
    """One story, from the first word to the last that the extract saw."""
    opened = draft.created_at
    draft.at = opened
    agents = [user for user, (_, _, schedule) in AGENTS.items() if schedule == draft.schedule]
    draft.assignee = w.random.choice(agents)
    draft.submitter = draft.assignee if kind == "agent_started" else draft.requester
    w.change(draft, "status", opened, draft.submitter, "new")
    w.change(draft, "priority", opened, draft.submitter, draft.priority)
    w.comment(draft, draft.submitter, opened + timedelta(seconds=w.random.randint(0, 1)), "Sample question")
    w.row("ticket_schedule", draft.id, draft.schedule, stamp(opened))
    quick = draft.via in {"chat", "native_messaging", "voice"}
    w.row("ticket_sla_policy", draft.id, 502 if quick else 501, stamp(opened))
    for tag in (draft.reason, *(["vip"] if w.random.random() < 0.08 else [])):
        w.row("ticket_tag", draft.id, tag)
    if kind == "spam":
        w.change(draft, "status", opened + w.later(20, 400), draft.assignee, "deleted")
        return
    if draft.via in {"email", "whatsapp", "web"} and w.random.random() < 0.35:
        w.comment(draft, BOT, opened + w.later(0.2, 1.5), "Sample automatic reply")
    if kind == "unanswered":
        return
    converse(w, draft, kind, hours=QUICK_HOURS if quick else FIRST_REPLY_HOURS.get(draft.via, 3.0))


def converse(w: Writer, draft: Draft, kind: str, *, hours: float) -> None:
    """Reply, wait, reply, solve; now and then once more."""
    agent, asked = draft.assignee, draft.created_at
    if kind == "agent_started":
        asked += w.later(60, 2_000)
        if not w.comment(draft, draft.requester, asked, "Sample answer"):
            return
    if w.random.random() < 0.03:
        hours *= 9
    replied = w.answered_at(draft, asked, hours)
    taken = asked + (replied - asked) / 2
    w.change(draft, "assignee_id", taken, agent, agent)
    w.change(draft, "status", taken, agent, "open")
    if w.random.random() < 0.25:
        w.comment(draft, agent, taken, "Sample private note", public=False)
    if kind == "merged":
        w.change(draft, "status", replied, agent, "closed")
        return
    for _ in range(w.random.choices([0, 1, 2, 3], [46, 33, 15, 6])[0]):
        if not w.comment(draft, agent, replied, "Sample reply"):
            return
        w.change(draft, "status", replied, agent, "hold" if w.random.random() < 0.12 else "pending")
        asked = replied + w.later(30, 1_500)
        if not w.comment(draft, draft.requester, asked, "Sample answer"):
            return
        w.change(draft, "status", asked, draft.requester, "open")
        if w.random.random() < 0.05:
            w.change(draft, "priority", asked, agent, "urgent")
        replied = w.answered_at(draft, asked, hours * 0.8)
    if w.comment(draft, agent, replied, "Sample solution"):
        solve(w, draft, replied, hours=hours)


def solve(w: Writer, draft: Draft, solved: datetime, *, hours: float) -> None:
    """Solved, rated, now and then taken up again, and closed after four days."""
    agent = draft.assignee
    if not w.change(draft, "status", solved, agent, "solved"):
        return
    rate(w, draft, solved)
    if w.random.random() < 0.07:
        asked = solved + w.later(120, 2_500)
        if not w.comment(draft, draft.requester, asked, "Sample objection"):
            return
        w.change(draft, "status", asked, draft.requester, "open")
        solved = w.answered_at(draft, asked, hours)
        w.comment(draft, agent, solved, "Sample second solution")
        if not w.change(draft, "status", solved, agent, "solved"):
            return
    w.change(draft, "status", solved + timedelta(days=4), "", "closed")


def rate(w: Writer, draft: Draft, solved: datetime) -> None:
    chance = w.random.random()
    slow = (solved - draft.created_at) > timedelta(hours=48)
    if chance < 0.12:
        score, at = "unoffered", solved
    elif chance < 0.62:
        score, at = "offered", solved + timedelta(hours=24)
    else:
        score = "good" if w.random.random() < (0.62 if slow else 0.9) else "bad"
        at = solved + timedelta(hours=24) + w.later(5, 2_000)
    if at < EXTRACTED_AT:
        w.row("satisfaction_rating", w.number(), draft.id, score, stamp(solved), stamp(at))


def write_row(w: Writer, draft: Draft, *, created: str | None = None) -> None:
    # fmt: off
    w.row("ticket", draft.id, "FALSE", created or stamp(draft.created_at), stamp(draft.at), draft.status,
          draft.priority, draft.via, "question", draft.requester, draft.submitter, draft.assignee,
          GROUP_OF.get(draft.schedule, ""), 41, "Sample subject",
          "[" + ",".join(map(str, draft.merged)) + "]", draft.reason, f"A-{20_000 + draft.id}")
    # fmt: on


def invent(w: Writer, count: int) -> list[Draft]:
    """The tickets of the quarter, busier by day than by night."""
    hours = [1, 1, 1, 1, 1, 2, 4, 7, 10, 11, 11, 10, 8, 7, 8, 10, 10, 9, 8, 7, 6, 5, 3, 2]
    moments = sorted(
        FIRST_DAY
        + timedelta(
            days=w.random.randrange(DAYS),
            hours=w.random.choices(range(24), hours)[0],
            seconds=w.random.randrange(3600),
        )
        for _ in range(count)
    )
    kinds = w.random.choices(["plain", "agent_started", "spam", "merged", "unanswered"], [88, 4, 2, 3, 3], k=count)
    drafts: list[Draft] = []
    for index, (at, kind) in enumerate(zip(moments, kinds, strict=True)):
        requester = w.random.choice(SPAMMERS if kind == "spam" else CUSTOMERS)
        draft = Draft(
            id=1001 + index,
            created_at=at,
            requester=requester,
            schedule=702 if w.random.random() < 0.3 else 701,
            via=w.pick(CHANNELS),
            priority=w.pick(PRIORITIES),
            reason=w.pick(REASONS),
        )
        if kind == "merged" and drafts:
            drafts[-1].merged.append(draft.id)
        write_ticket(w, draft, kind)
        drafts.append(draft)
    return drafts


def plant_faults(w: Writer, drafts: list[Draft]) -> None:
    """What real exports hold as well."""
    nobody, early, twice, silent = Draft(999_999, FIRST_DAY, 5001, 701, "email", "low", "late"), *drafts[10:13]
    w.comment(nobody, 5001, FIRST_DAY + timedelta(days=9), "Sample orphan")
    w.row("satisfaction_rating", w.number(), nobody.id, "good", "2026-08-11 10:00:00", "2026-08-11 10:00:00")
    w.row("ticket_schedule", nobody.id, 701, "2026-08-10 00:00:00")
    w.comment(early, early.assignee, early.created_at - timedelta(hours=2), "Sample reply before its question")
    w.rows["ticket_comment"].append(next(row for row in w.rows["ticket_comment"] if row[2] == twice.id))
    w.row("ticket_comment", w.number(), "TRUE", twice.id, twice.requester, stamp(twice.created_at), "TRUE", "Sample")
    w.comment(twice, STRANGER, twice.created_at + timedelta(hours=1), "Sample comment by a stranger")
    w.row("ticket_field_history", twice.id, "status", "2026-13-32 10:00:00", "", "open")
    w.row("ticket_field_history", silent.id, "status", stamp(silent.created_at), "", "snoozed")
    w.row("ticket_field_history", silent.id, "subject", stamp(silent.created_at), "", "Sample subject")
    unknown = {draft.id for draft in drafts[20:23]}
    history = w.rows["ticket_field_history"]
    w.rows["ticket_field_history"] = [r for r in history if not (r[0] in unknown and r[1] == "status")]


def write_decisionlog(w: Writer) -> None:
    at = datetime(2020, 9, 29, 17, 1, 38, tzinfo=UTC)
    draft = Draft(941_606, at, 5001, 791, "email", "normal", "late", submitter=5001, assignee=12, at=at)
    w.comment(draft, draft.requester, at, "Sample question")
    w.change(draft, "status", at, draft.requester, "new")
    w.row("ticket_schedule", draft.id, 791, stamp(at))
    w.row("ticket_schedule", draft.id, 792, "2020-09-30 19:01:25")
    w.comment(draft, draft.assignee, datetime(2020, 9, 30, 19, 1, 46, tzinfo=UTC), "Sample reply")
    write_row(w, draft)


def build(*, seed: int = SEED, tickets: int = TICKETS, decisionlog: bool = False) -> dict[str, str]:
    """Every file of the export by its name; the same arguments give the same text."""
    w = Writer(seed)
    write_people(w)
    write_rules(w, SCHEDULES | DECISIONLOG_SCHEDULES if decisionlog else SCHEDULES)
    drafts = invent(w, max(tickets, 30))
    plant_faults(w, drafts)
    for draft in drafts:
        write_row(w, draft)
    broken = Draft(1_900, FIRST_DAY, 5001, 701, "web", "low", "late", submitter=5001, assignee=12, status="open")
    write_row(w, broken, created="yesterday")
    if decisionlog:
        write_decisionlog(w)
    return {f"{table}_data.csv": text(TABLES[table], rows) for table, rows in w.rows.items()}


def text(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def main(argv: list[str] | None = None) -> int:
    """Write the files, or compare them with what is there."""
    parser = argparse.ArgumentParser(description="Writes a sample Zendesk export of invented tickets.")
    parser.add_argument("folder", nargs="?", type=Path, default=TARGET)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--tickets", type=int, default=TICKETS, help="at least 30")
    parser.add_argument("--with-decisionlog-ticket", action="store_true", help="add ticket 941606")
    parser.add_argument("--check", action="store_true", help="compare only; status 1 when a file differs")
    chosen = parser.parse_args(argv)
    files = build(seed=chosen.seed, tickets=chosen.tickets, decisionlog=chosen.with_decisionlog_ticket)
    if chosen.check:
        stale = [name for name, content in files.items() if not same(chosen.folder / name, content)]
        print("\n".join(f"{name} is not what this tool writes" for name in stale) or "up to date")
        return 1 if stale else 0
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (chosen.folder / name).write_bytes(content.encode())
    print(f"{len(files)} files in {chosen.folder}")
    return 0


def same(path: Path, content: str) -> bool:
    return path.is_file() and path.read_bytes() == content.encode()


if __name__ == "__main__":
    sys.exit(main())
