"""Reports on Parquet files that are read in batches."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from csprotocol.adapters._parquet_batches import TicketBatches
from csprotocol.adapters._table_source import FileKind, kind_of
from csprotocol.adapters.table import TableMapping
from csprotocol.cli._progress import ProgressLine
from csprotocol.report import QUANTILES, Report, ReportSpec
from csprotocol.report._stream import build_streamed, dimensions_of

__all__ = ["LARGE", "opened_in_batches", "streamed"]

LARGE: Final = 1_000_000
"""Rows from which on a file is read in batches, unless exact quantiles are asked for."""


def opened_in_batches(
    source: str | Path, mapping: TableMapping, spec: ReportSpec, chosen: argparse.Namespace
) -> TicketBatches | None:
    """The file, if it is to be read in batches: a Parquet file with a row a ticket, large or as asked for."""
    if mapping.layout != "tickets" or kind_of(source) is not FileKind.PARQUET:
        return None
    batches = TicketBatches(source, mapping, dimensions=dimensions_of(spec), strict=chosen.strict)
    if chosen.quantiles is None and batches.rows <= LARGE:
        batches.close()
        return None
    return batches


def streamed(batches: TicketBatches, spec: ReportSpec) -> Report:
    """The report, with a line of progress for each of the two passes."""
    scale = batches.mapping.csat.scale if batches.mapping.csat else None
    large = replace(spec, quantiles=QUANTILES[1], csat_scale=scale)
    searching = ProgressLine(verb="looking for repeated ids", unit="M rows", size=1e6, least=200_000)
    counting = ProgressLine(verb="counting", unit="M rows", size=1e6, least=200_000)
    try:
        with searching, counting:
            return build_streamed(batches, large, searching=searching, counting=counting)
    finally:
        batches.close()
