from __future__ import annotations

import subprocess
import sys

from csprotocol.calendar.forms import Exported, Loss


class TestLoss:
    def test_it_reads_as_place_and_message(self) -> None:
        assert str(Loss("weekly.mon", "left out")) == "weekly.mon: left out"

    def test_losses_sort_by_place(self) -> None:
        losses = [Loss("b", "x"), Loss("a", "y")]
        assert sorted(losses) == losses[::-1]


class TestExported:
    def test_it_unpacks(self) -> None:
        value, losses = Exported("24/7", (Loss("holidays[0]", "left out"),))
        assert (value, len(losses)) == ("24/7", 1)


class TestForms:
    def test_no_form_loads_an_optional_library_before_it_is_used(self) -> None:
        statement = """
import sys
from csprotocol.calendar.forms import ical, osm, schema_org, zendesk
print(*sorted({"icalendar", "recurring_ical_events", "opening_hours", "numpy", "pydantic"} & set(sys.modules)))
"""
        found = subprocess.run([sys.executable, "-c", statement], capture_output=True, text=True, check=True)
        assert found.stdout.strip() == ""
