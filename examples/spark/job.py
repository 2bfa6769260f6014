r"""KPIs by group on Spark: a Parquet file with one row a ticket goes in, a small one with one row a group comes out.

    spark-submit examples/spark/job.py --input tickets.parquet --output kpis.parquet \
        --by month,channel --tz Europe/Madrid

The numbers are those of ``csprotocol.kpi`` on one machine: the same formulas, as expressions of Spark's own. Only the
driver needs csprotocol and narwhals.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from pyspark.sql import SparkSession

import csprotocol
from csprotocol import BusinessCalendar, BusinessHours, CsprotocolError, kpi


def main(arguments: Sequence[str] | None = None) -> int:
    """Counts, writes the table, and says what each number in it means."""
    chosen = _parser().parse_args(arguments)
    try:
        spec = [_kpi(name, chosen.preset) for name in chosen.kpis]
        calendar = BusinessCalendar(BusinessHours.load(chosen.calendar)) if chosen.calendar else None
    except CsprotocolError as error:
        # Before a session starts: a cluster is a dear place to learn of a misspelt name.
        print(f"error: {error}", file=sys.stderr)
        return 2
    session = SparkSession.builder.appName("csprotocol KPIs").getOrCreate()
    try:
        print(f"csprotocol {csprotocol.__version__} from {csprotocol.__file__}")
        found = kpi.group_kpis(
            session.read.parquet(chosen.input),
            spec,
            by=chosen.by,
            tz=chosen.tz,
            calendar=calendar,
            quantiles=chosen.quantiles,
        )
        mode = "overwrite" if chosen.overwrite else "errorifexists"
        # A row a group: one file is enough.
        found.to_native().coalesce(1).write.mode(mode).parquet(chosen.output)
        print(found.explain())
        print(f"{len(found)} groups written to {chosen.output}")
    except CsprotocolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    finally:
        session.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="KPIs of tickets in Parquet, counted by Spark.")
    parser.add_argument("--input", required=True, help="Parquet with a row a ticket, columns as in TicketFacts")
    parser.add_argument("--output", required=True, help="where the table goes; it must not be there yet")
    parser.add_argument("--overwrite", action="store_true", help="replace what is at the output")
    parser.add_argument("--by", type=_names, default=(), help="columns, or day, week, month, quarter, year")
    parser.add_argument("--tz", help="the shop's zone, by which a month begins")
    parser.add_argument("--kpis", type=_names, default=("first_reply", "fcr", "csat"), help="KPIs, by comma")
    parser.add_argument("--preset", choices=[vendor.id for vendor in kpi.vendors()], help="count as this vendor does")
    parser.add_argument("--calendar", help="opening hours (TOML, JSON); durations are then open time")
    parser.add_argument("--quantiles", choices=[str(each) for each in kpi.Quantiles], default="exact")
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _kpi(name: str, vendor: str | None) -> kpi.TableKpi:
    return kpi.TableKpi(name, kpi.preset(vendor, name) if vendor else {})


if __name__ == "__main__":
    sys.exit(main())
