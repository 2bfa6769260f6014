from __future__ import annotations

import pytest

from csprotocol.adapters import FileCount, Notice, Read, TicketExport
from csprotocol.adapters._read import KEPT_REJECTIONS, Outcome, RefusedError, Tally
from csprotocol.errors import ExportError
from csprotocol.model import TicketFacts


class TestTally:
    def test_keeps_the_first_rejections_and_counts_all(self) -> None:
        tally = Tally()
        counters = tally.file("log.csv")
        for line in range(KEPT_REJECTIONS + 5):
            counters.rows += 1
            tally.reject(counters, line, RefusedError("odd" if line % 2 else "even", "no"))
        read = tally.read(None)
        assert len(read.rejected) == KEPT_REJECTIONS
        assert dict(read.rejected_counts) == {"even": 503, "odd": 502}
        assert read.rejections == 1_005
        assert read.files[0].adds_up

    def test_strict_raises_the_first_with_its_place(self) -> None:
        tally = Tally(strict=True)
        with pytest.raises(ExportError, match=r"log\.csv, line 3, column .at.: bad") as caught:
            tally.reject(tally.file("log.csv"), 3, RefusedError("stamp", "bad", column="at"))
        assert (caught.value.line, caught.value.column) == (3, "at")

    def test_settles_every_outcome(self) -> None:
        tally = Tally()
        counters = tally.file("log.csv")
        for outcome in Outcome:
            tally.settle(counters, outcome, rows=2)
        assert (counters.used, counters.duplicates, counters.left_out) == (2, 2, 2)

    def test_notices_of_one_sentence_are_counted_together(self) -> None:
        tally = Tally()
        for count in (1, 4, 0):
            tally.notice("odd", "tickets that are odd", count=count)
        assert tally.read(None).warnings == (Notice("odd", "tickets that are odd", 5),)


class TestRead:
    def test_sums_its_files(self) -> None:
        read = Read(
            None,
            files=(FileCount("a", rows=4, used=2, duplicates=1, left_out=1), FileCount("b", rows=1, rejected=1)),
        )
        assert (read.rows, read.used, read.rejections, read.duplicates, read.left_out) == (5, 2, 1, 1, 1)
        assert not FileCount("c", rows=1).adds_up

    def test_never_shows_a_customer(self) -> None:
        facts = TicketFacts(ticket_id="1", customer_id="ana@example.com")
        assert "ana" not in repr(Read(TicketExport(source="x", facts=(facts,))))
