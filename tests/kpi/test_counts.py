from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from csprotocol.errors import InvalidValueError, NaiveDatetimeError
from csprotocol.kpi import service_counts, tickets_per_day
from csprotocol.model import Channel, TicketFacts

LATE = datetime(2025, 3, 31, 22, 30, tzinfo=UTC)


class TestTicketsPerDay:
    @pytest.mark.parametrize(
        ("tz", "day"),
        [
            ("Europe/Madrid", date(2025, 4, 1)),  # grouping in UTC would say 31 March
            ("UTC", date(2025, 3, 31)),
            ("America/New_York", date(2025, 3, 31)),
            (ZoneInfo("Asia/Tokyo"), date(2025, 4, 1)),
        ],
    )
    def test_by_local_date(self, tz: str | ZoneInfo, day: date) -> None:
        assert {day: 1} == tickets_per_day([LATE], tz)

    def test_days_come_in_order(self) -> None:
        assert [date(2025, 3, 1), date(2025, 4, 1)] == list(
            tickets_per_day([LATE, datetime(2025, 3, 1, 12, tzinfo=UTC)], "Europe/Madrid")
        )

    @pytest.mark.parametrize("tz", ["Europe/Madird", "", "/etc/passwd", None])
    def test_unknown_zone(self, tz: Any) -> None:
        with pytest.raises(InvalidValueError, match="IANA"):
            tickets_per_day([], tz)

    def test_a_local_date_that_no_calendar_has(self) -> None:
        with pytest.raises(InvalidValueError, match="years 1 to 9999 of America/New_York"):
            tickets_per_day([datetime.min.replace(tzinfo=UTC)], "America/New_York")

    def test_naive_instants(self) -> None:
        with pytest.raises(NaiveDatetimeError):
            tickets_per_day([datetime(2025, 1, 1)], "UTC")  # noqa: DTZ001


class TestServiceCounts:
    def test_by_day_and_channel(self) -> None:
        noon = datetime(2025, 3, 31, 12, tzinfo=UTC)
        found = service_counts(
            [
                TicketFacts(ticket_id="1", created_at=noon, channel=Channel.CHAT),
                TicketFacts(ticket_id="2", created_at=LATE, channel=Channel.CHAT),
                TicketFacts(ticket_id="3", created_at=LATE, channel=Channel.EMAIL),
                TicketFacts(ticket_id="4", created_at=LATE),
                TicketFacts(ticket_id="5"),
                TicketFacts(ticket_id="6", created_at=LATE, spam=True),
                TicketFacts(ticket_id="1", created_at=noon),
            ],
            tz="Europe/Madrid",
        )
        assert {date(2025, 3, 31): 1, date(2025, 4, 1): 3} == found.per_day
        assert found.per_channel == {Channel.CHAT: 2, None: 1, Channel.EMAIL: 1}
        assert found.counts[date(2025, 4, 1), Channel.EMAIL] == 1
        assert (
            found.missing,
            found.rejected,
            found.n,
        ) == ({"no-creation-time": 1, "spam": 1}, {"duplicate-ticket": 1}, 4)
        assert "Europe/Madrid" in found.explain()

    def test_a_local_date_that_no_calendar_has_is_rejected(self) -> None:
        first = TicketFacts(ticket_id="1", created_at=datetime.min.replace(tzinfo=UTC))
        assert service_counts([first], tz="America/New_York").rejected == {"invalid-value": 1}
