from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from csprotocol.errors import InvalidValueError
from csprotocol.model import ActorKind, Event, EventKind

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class TestEvent:
    def test_words_may_be_texts(self) -> None:
        """A text equals its word and is another object: it was passed over in silence."""
        event = Event(NOON, "created", "customer")  # type: ignore[arg-type]
        assert event.kind is EventKind.CREATED
        assert event.by is ActorKind.CUSTOMER

    @pytest.mark.parametrize(
        ("words", "message"),
        [(("creatd", "agent"), "did you mean created"), (("created", "agnet"), "did you mean agent")],
    )
    def test_unknown_words(self, words: tuple[Any, Any], message: str) -> None:
        with pytest.raises(InvalidValueError, match=message):
            Event(NOON, *words)

    def test_is_hashable_whatever_its_data_came_in(self) -> None:
        events = {Event(NOON, EventKind.NOTE, data={"a": [1, {"b": [2]}], "c": {3}}) for _ in range(2)}
        assert [dict(event.data) for event in events] == [{"a": (1, {"b": (2,)}), "c": frozenset({3})}]

    @pytest.mark.parametrize("data", [{"a": bytearray(b"x")}, [1], None])
    def test_data_that_could_change(self, data: Any) -> None:
        with pytest.raises(InvalidValueError, match=r"Event\.data"):
            Event(NOON, EventKind.NOTE, data=data)

    @pytest.mark.parametrize(
        "at",
        ["2026-11-20T12:00:00Z", datetime.min.replace(tzinfo=timezone(timedelta(hours=2)))],
    )
    def test_an_instant_that_is_none(self, at: Any) -> None:
        with pytest.raises(InvalidValueError, match=r"Event\.at"):
            Event(at, EventKind.NOTE)
