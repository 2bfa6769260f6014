"""Writes invented tickets as Parquet, to try the job on: ``python examples/spark/make_tickets.py --rows 100000``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

START = datetime(2026, 7, 1, tzinfo=UTC)
SECONDS = 120 * 86_400
CHANNELS = ("email", "chat", "form", "phone")
SCHEMA = pa.schema(
    {
        "ticket_id": pa.string(),
        "channel": pa.string(),
        "created_at": pa.timestamp("us", "UTC"),
        "first_reply_at": pa.timestamp("us", "UTC"),
        "solved_at": pa.timestamp("us", "UTC"),
        "status": pa.string(),
        "agent_replies": pa.int64(),
        "agent_messages": pa.int64(),
        "agent_started": pa.bool_(),
        "reopens": pa.int64(),
        "surveyed": pa.bool_(),
        "csat": pa.float64(),
    }
)


def ticket(number: int, chance: Random) -> dict[str, Any]:
    """One ticket; every fact may be absent where a real export would not have it either."""
    created = START + timedelta(seconds=chance.randrange(SECONDS))
    replied = created + timedelta(seconds=round(chance.lognormvariate(8, 1.5)))
    solved = replied + timedelta(seconds=round(chance.lognormvariate(10, 1.2)))
    answered, is_solved, surveyed = chance.random() < 0.95, chance.random() < 0.9, chance.random() < 0.5
    replies = chance.choice((1, 1, 1, 2, 3)) if answered else 0
    return {
        "ticket_id": f"T{number:08}",
        "channel": chance.choice(CHANNELS),
        "created_at": created,
        "first_reply_at": replied if answered else None,
        "solved_at": solved if is_solved else None,
        "status": "resolved" if is_solved else "open",
        "agent_replies": replies,
        "agent_messages": replies,
        "agent_started": False,
        "reopens": 1 if is_solved and chance.random() < 0.05 else 0,
        "surveyed": surveyed,
        "csat": float(chance.choice((1, 2, 3, 4, 4, 5, 5, 5))) if surveyed and chance.random() < 0.4 else None,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the file; the same seed gives the same tickets."""
    parser = argparse.ArgumentParser(description="Invented tickets in Parquet.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", default="tickets.parquet")
    chosen = parser.parse_args(arguments)
    chance = Random(chosen.seed)
    with pq.ParquetWriter(chosen.output, SCHEMA) as file:
        for first in range(0, chosen.rows, 50_000):
            rows = [ticket(number, chance) for number in range(first, min(first + 50_000, chosen.rows))]
            file.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
    print(f"{chosen.rows} tickets written to {chosen.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
