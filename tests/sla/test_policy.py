"""The document in which a shop writes what it promises."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import AmbiguousTargetError, CsprotocolError, DocumentError, InvalidValueError
from csprotocol.model import Channel, Event, EventKind, StatusCategory, Ticket
from csprotocol.sla import ClockKind, ClockRule, Rule, SlaPolicy, Warn, When, evaluate, hours
from tests.sla.shop import ALWAYS, OFFICE, at, clocks, story, told

DOCUMENT = """
id = "shop"
calendar = "office"
default_priority = "normal"

[[rules]]
name = "vip"
when = { tag = ["vip"], channel = ["email", "chat"] }
[rules.clocks.first_reply]
target = "30m"
warn = [{ name = "soon", share = "0.75" }, { name = "late", after = "1h" }]

[[rules]]
name = "marketplace"
when = { channel = ["marketplace"] }
clocks = {}

[[rules]]
name = "rest"
[rules.clocks.first_reply]
target = { urgent = "1h", normal = "4h" }
[rules.clocks.requester_wait]
target = "2 business days, end of day"
pause_on = ["waiting_customer", "waiting_third_party"]
on_reopen = "restart"
[rules.clocks.group]
target = "2h"
group = "*"
[rules.clocks.promise]
"""


WORDS = st.sampled_from(["id", "rules", "name", "clocks", "when", "warn", "pause_on", "calendar", "group"])


def policy_from(tmp_path: Path, text: str = DOCUMENT) -> SlaPolicy:
    (tmp_path / "sla.toml").write_text(text, encoding="utf-8")
    return SlaPolicy.load(tmp_path / "sla.toml")


def rule_for(when: When, ticket: Ticket) -> str:
    """The rule under which the ticket's clock runs: ``it`` or ``rest``."""
    policy = SlaPolicy(
        "p",
        (
            Rule("it", {ClockKind.RESOLUTION: ClockRule("1h")}, when),
            Rule("rest", {ClockKind.RESOLUTION: ClockRule("8h")}),
        ),
    )
    (clock,) = evaluate(ticket, policy, ALWAYS, at("12:00"))
    return clock.rule


class TestDocument:
    def test_what_it_says(self, tmp_path: Path) -> None:
        policy = policy_from(tmp_path)
        assert [rule.name for rule in policy.rules] == ["vip", "marketplace", "rest"]
        wait = policy.rules[2].clocks[ClockKind.REQUESTER_WAIT]
        assert wait.pause_on == (StatusCategory.WAITING_CUSTOMER, StatusCategory.WAITING_THIRD_PARTY)
        assert str(wait.target_for("low")) == "2 business days, end of day"
        assert policy.rules[2].clocks[ClockKind.FIRST_REPLY].target_for("low") is None

    def test_round_trip(self, tmp_path: Path) -> None:
        policy = policy_from(tmp_path)
        assert SlaPolicy.from_dict(policy.to_dict()) == policy
        assert hash(SlaPolicy.from_dict(policy.to_dict())) == hash(policy)

    def test_round_trip_of_targets_that_were_given_as_values(self) -> None:
        policy = SlaPolicy.of(first_reply=hours(4), resolution=ClockRule({"urgent": hours(1), "*": hours(8)}))  # type: ignore[dict-item]
        assert SlaPolicy.from_dict(policy.to_dict()) == policy
        assert policy == SlaPolicy.of(first_reply="4h", resolution=ClockRule({"urgent": "1h", "*": "8h"}))

    def test_the_schema_knows_every_key(self) -> None:
        schema = SlaPolicy.json_schema()
        assert set(schema["properties"]) == {"id", "rules", "default_priority", "calendar"}
        assert schema["additionalProperties"] is False
        assert "_targets" not in schema["$defs"]["ClockRule"]["properties"]

    @pytest.mark.parametrize(
        ("damage", "place"),
        [
            (('calendar = "office"', 'calender = "office"'), "calender: unknown key; did you mean calendar"),
            (("when = { tag", "wen = { tag"), r"rules\[0\].wen: unknown key; did you mean when"),
            (("tag = [", "tags = ["), r"rules\[0\].when.tags: unknown key; did you mean tag"),
            (('target = "30m"', 'targt = "30m"'), r"rules\[0\].clocks.first_reply.targt: unknown key"),
            (("share", "shar"), r"warn\[0\].shar: unknown key"),
            (("clocks.requester_wait", "clocks.requester_wiat"), "requester_wiat"),
            (('on_reopen = "restart"', 'on_reopen = "again"'), "on_reopen"),
            (('"waiting_third_party"]', '"waiting_supplier"]'), "pause_on"),
            (('target = "30m"', "target = 30"), r"rules\[0\].clocks.first_reply.target"),
            (('id = "shop"', ""), "id: is missing"),
            (('channel = ["marketplace"]', 'channel = "marketplace"'), r"rules\[1\].when.channel"),
        ],
    )
    def test_mistakes_are_named_with_their_place(self, tmp_path: Path, damage: tuple[str, str], place: str) -> None:
        assert damage[0] in DOCUMENT
        with pytest.raises(DocumentError, match=place):
            policy_from(tmp_path, DOCUMENT.replace(*damage, 1))

    @pytest.mark.parametrize(
        ("damage", "words"),
        [
            (('name = "rest"', 'name = "vip"'), "each with its own name"),
            (('name = "rest"', 'name = ""'), "a name"),
            (('target = "2h"\n', ""), "group.target"),
            (('group = "*"', 'group = ""'), "group.group"),
            (('target = "30m"', 'target = "soon"'), "'4h 30m'"),
            (('share = "0.75"', 'share = "1e999999999"'), "a share such as"),
            (('share = "0.75"', 'share = "0"'), "a share above 0"),
            (('share = "0.75"', 'share = "0.75", before = "1h"'), "one of share"),
            (('after = "1h"', 'after = "1 business day"'), "open time"),
            (('name = "late"', 'name = "soon"'), "one warning of each name"),
            (('"waiting_third_party"]', '"resolved"]'), "live categories"),
            (('urgent = "1h"', 'urgent = "1h", URGENT = "2h"'), "each priority once"),
            (("[rules.clocks.promise]", '[rules.clocks.promise]\ntarget = "1h"'), "promise.target must be absent"),
            (('on_reopen = "restart"', 'group = "A"'), "requester_wait.group must be absent"),
            (('when = { tag = ["vip"], channel = ["email", "chat"] }', ""), "got 'marketplace'"),
            (('channel = ["marketplace"]', 'tag = ["VIP"], channel = ["Chat"]'), "before 'vip'"),
            (('"email", "chat"', '"e-mail"'), "when.channel: 'e-mail' is unknown; did you mean email"),
            (('tag = ["vip"]', 'tag = [""]'), "when.tag must be texts"),
        ],
    )
    def test_what_cannot_be(self, tmp_path: Path, damage: tuple[str, str], words: str) -> None:
        assert damage[0] in DOCUMENT
        with pytest.raises(InvalidValueError, match=words):
            policy_from(tmp_path, DOCUMENT.replace(*damage, 1))

    def test_a_bare_day_is_refused_with_both_readings(self, tmp_path: Path) -> None:
        with pytest.raises(AmbiguousTargetError, match=r"'24h'.*'1 business day'"):
            policy_from(tmp_path, DOCUMENT.replace('"30m"', '"1 day"'))

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
            max_leaves=12,
        )
    )
    def test_rubbish_is_our_own_error(self, rubbish: Any) -> None:
        with pytest.raises(CsprotocolError):
            SlaPolicy.from_dict(rubbish)
        with pytest.raises(CsprotocolError):
            SlaPolicy.from_dict({"id": "x", "rules": [{"name": "a", "clocks": {"resolution": rubbish}}]})


class TestRules:
    EVENTS = tuple(told("10:00 created customer"))

    @pytest.mark.parametrize(
        ("when", "known", "found"),
        [
            (When(channel=("email",)), {"channel": Channel.EMAIL}, "it"),
            (When(channel=("email",)), {"channel": Channel.CHAT}, "rest"),
            (When(channel=("email",)), {}, "rest"),
            (When(priority=("urgent",)), {"priority": "Urgent"}, "it"),
            (When(priority=("normal",)), {}, "it"),
            (When(channel=("Email",)), {"channel": Channel.EMAIL}, "it"),
            (When(language=("EN",)), {"language": "en"}, "it"),
            (When(reason=("late",)), {"reason": "LATE"}, "it"),
            (When(tag=("VIP",)), {"tags": ("new", "Vip")}, "it"),
            (When(group=("Returns",)), {"group": "RETURNS"}, "it"),
            (When(language=("es", "fr")), {"language": "fr"}, "it"),
            (When(language=("es", "fr")), {"language": "de"}, "rest"),
            (When(reason=("late",)), {"reason": "late"}, "it"),
            (When(tag=("vip",)), {"tags": ("new", "vip")}, "it"),
            (When(tag=("vip",)), {"tags": ("new",)}, "rest"),
            (When(group=("A",)), {"group": "A"}, "it"),
            (When(channel=("email",), tag=("vip",)), {"channel": Channel.EMAIL}, "rest"),
            (When(channel=("email",), tag=("vip",)), {"channel": Channel.EMAIL, "tags": ("vip",)}, "it"),
            (When(channel="email"), {"channel": Channel.EMAIL}, "it"),  # type: ignore[arg-type]  # one text is one word
            (When(group="AB"), {"group": "A"}, "rest"),  # type: ignore[arg-type]
        ],
    )
    def test_which_tickets_a_rule_is_for(self, when: When, known: dict[str, Any], found: str) -> None:
        assert rule_for(when, Ticket(id="1", events=self.EVENTS, **known)) == found

    @pytest.mark.parametrize(
        ("when", "kind", "data"),
        [
            (When(channel=("chat",)), EventKind.CHANNEL, {"to": "chat"}),
            (When(priority=("urgent",)), EventKind.PRIORITY, {"to": "urgent"}),
            (When(tag=("vip",)), EventKind.TAG, {"to": "vip"}),
            (When(tag=("vip",)), EventKind.TAG, {"to": ("new", "vip")}),
            (When(group=("B",)), EventKind.ASSIGN, {"group": "B"}),
        ],
    )
    def test_a_ticket_comes_under_another_rule(self, when: When, kind: EventKind, data: dict[str, object]) -> None:
        change = Event(at("11:00"), kind, data=data)
        assert rule_for(when, Ticket(id="1", events=(*self.EVENTS, change))) == "it"

    def test_a_channel_that_an_event_tells_in_capitals(self) -> None:
        change = Event(at("11:00"), EventKind.CHANNEL, data={"to": "Chat"})
        assert rule_for(When(channel=("chat",)), Ticket(id="1", events=(*self.EVENTS, change))) == "it"

    def test_a_group_clock_whose_group_is_written_otherwise(self) -> None:
        lines = ("10:00 created customer", "10:00 assign Returns")
        assert story(clocks("group", "8h", *lines, group="returns")) == ["10:00- running 6:00:00"]

    @pytest.mark.parametrize("words", [5, None, (5,), ("",)])
    def test_words_that_are_none(self, words: Any) -> None:
        for name in ("channel", "priority", "language", "reason", "tag", "group"):
            with pytest.raises(InvalidValueError, match=f"when.{name}"):
                When(**{name: words})

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (When(), When()),
            (When(), When(tag=("vip",))),
            (When(tag=("vip", "new")), When(tag=("VIP",), group=("A",))),
            (When(priority=("high", "urgent")), When(priority=("urgent",))),
        ],
    )
    def test_a_rule_that_no_ticket_can_reach_is_named(self, first: When, second: When) -> None:
        one, other = (
            Rule(name, {ClockKind.RESOLUTION: ClockRule("1h")}, when) for name, when in (("a", first), ("b", second))
        )
        with pytest.raises(InvalidValueError, match=r"SlaPolicy.rules must be before 'a', which .* got 'b'"):
            SlaPolicy("p", (one, other))
        if first != second:
            assert SlaPolicy("p", (other, one)).rules == (other, one)

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (When(tag=("vip",)), When()),
            (When(tag=("vip",)), When(group=("A",))),
            (When(tag=("vip",)), When(tag=("vip", "new"))),
            (When(tag=("vip",), group=("A",)), When(tag=("vip",))),
        ],
    )
    def test_a_rule_that_some_ticket_can_reach(self, first: When, second: When) -> None:
        rules = tuple(
            Rule(str(k), {ClockKind.RESOLUTION: ClockRule("1h")}, when) for k, when in enumerate((first, second))
        )
        assert SlaPolicy("p", rules).rules == rules

    def test_a_tag_that_is_taken_away(self) -> None:
        tags = (
            Event(at("10:00"), EventKind.TAG, data={"to": "vip"}),
            Event(at("11:00"), EventKind.TAG, data={"removed": "vip"}),
        )
        assert rule_for(When(tag=("vip",)), Ticket(id="1", events=(*self.EVENTS, *tags))) == "rest"

    def test_a_rule_without_clocks_is_for_tickets_without_promises(self, tmp_path: Path) -> None:
        ticket = Ticket(id="1", events=self.EVENTS, channel=Channel.MARKETPLACE)
        assert evaluate(ticket, policy_from(tmp_path), {"office": OFFICE}, at("12:00")) == ()


class TestWarn:
    @pytest.mark.parametrize("share", ["x", "-1", "0", "0.0", "11", "nan", "inf", "1/2", "1e3", "", "0,5"])
    def test_shares_that_are_none(self, share: str) -> None:
        with pytest.raises(InvalidValueError):
            Warn("w", share=share)

    def test_without_a_name_or_a_place(self) -> None:
        for arguments in ({"name": ""}, {"name": "w"}, {"name": "", "share": "0.5"}):
            with pytest.raises(InvalidValueError):
                Warn(**arguments)

    def test_open_time_that_is_given_as_a_value_stands_as_documents_write_it(self) -> None:
        warn = (Warn("soon", before=timedelta(minutes=5)), Warn("over", after=hours(1)))  # type: ignore[arg-type]
        policy = SlaPolicy.of(resolution=ClockRule("8h", warn=warn))
        assert [(each.before, each.after) for each in warn] == [("5m", None), (None, "1h")]
        assert SlaPolicy.from_dict(policy.to_dict()) == policy

    @pytest.mark.parametrize("said", [5, "1 business day", "PT5M", timedelta(0)])
    def test_open_time_that_is_none(self, said: Any) -> None:
        with pytest.raises(InvalidValueError):
            Warn("soon", before=said)


class TestOptions:
    @pytest.mark.parametrize(
        ("option", "said"),
        [
            ("warn", "soon"),
            ("warn", ("soon",)),
            ("warn", 5),
            ("bots_count", "false"),
            ("notes_count", 1),
            ("sticky_breach", None),
            ("calendar", 5),
            ("group", ("A",)),
        ],
    )
    def test_of_the_wrong_type(self, option: str, said: object) -> None:
        with pytest.raises(InvalidValueError, match=option):
            ClockRule("1h", **{option: said})  # type: ignore[arg-type]

    def test_one_warning_alone_is_one(self) -> None:
        soon = Warn("soon", before="1h")
        assert ClockRule("1h", warn=soon).warn == (soon,)  # type: ignore[arg-type]


class TestPresets:
    def test_each_names_its_source(self) -> None:
        assert SlaPolicy.presets() == ("zendesk", "zammad", "jira", "frappe", "freshdesk")
        with pytest.raises(InvalidValueError, match="did you mean zendesk"):
            SlaPolicy.of(resolution="8h").preset("zendsk")

    def rule(self, name: str, kind: str) -> dict[str, Any]:
        """The options that the preset sets."""
        clock = SlaPolicy.of(**{kind: "8h"}).preset(name).rules[0].clocks[ClockKind(kind)]
        plain = ClockRule("8h")
        fields = ("pause_on", "on_reopen", "calendar_change", "due_at_closing", "bots_count", "notes_count")
        return {field: getattr(clock, field) for field in fields if getattr(clock, field) != getattr(plain, field)}

    def test_zendesk_counts_all_of_it_by_the_latest_schedule(self) -> None:
        options = self.rule("zendesk", "resolution")
        assert list(options) == ["calendar_change"]
        rule = ClockRule("8h", **options)
        policy = SlaPolicy("p", (Rule("all", {ClockKind.RESOLUTION: rule}),), calendar="always")
        lines = told("08:00 created customer", "12:00 calendar office")
        (clock,) = evaluate(lines, policy, {"always": ALWAYS, "office": OFFICE}, at("12:00"))
        assert str(clock.elapsed) == "3:00:00"

    def test_zammad_pauses_every_clock_and_is_due_at_the_next_opening(self) -> None:
        options = self.rule("zammad", "first_reply")
        assert list(options) == ["pause_on", "due_at_closing"]
        lines = ("09:00 created customer", "11:00 status waiting_third_party", "12:00 status open")
        (clock,) = clocks("first_reply", "7h", *lines, now="16:00", calendar=OFFICE, **options)
        assert (str(clock.elapsed), clock.due_at) == ("6:00:00", at("23 09:00"))

    def test_jira_counts_each_life_by_itself(self) -> None:
        options = self.rule("jira", "resolution")
        assert list(options) == ["on_reopen"]
        lines = ("10:00 created customer", "11:00 status resolved", "12:00 status open")
        expected = ["10:00-11:00 met resolved 1:00:00", "12:00- running 4:00:00"]
        assert story(clocks("resolution", "8h", *lines, **options)) == expected

    @pytest.mark.parametrize(("name", "elapsed"), [("frappe", "5:00:00"), ("freshdesk", "4:00:00")])
    def test_who_pauses_the_resolution_alone(self, name: str, elapsed: str) -> None:
        assert self.rule(name, "first_reply") == {}
        options = self.rule(name, "resolution")
        assert list(options) == ["pause_on"]
        lines = (
            "10:00 created customer", "11:00 status waiting_customer", "12:00 status waiting_third_party",
            "13:00 status open",
        )  # fmt: skip
        (clock,) = clocks("resolution", "8h", *lines, **options)
        assert str(clock.elapsed) == elapsed
