"""What an export says, by period and channel, with everything the numbers rest on."""

from __future__ import annotations

from csprotocol.report._anomalies import Anomaly
from csprotocol.report._build import Group, Quality, Report, build
from csprotocol.report._change import Change, Judged, NoChange
from csprotocol.report._measure import Measure
from csprotocol.report._render import FORMATS, render
from csprotocol.report._spec import ANCHORS, PREVIOUS, PROPERTIES, QUANTILES, ReportSpec, Target

__all__ = [
    "ANCHORS",
    "FORMATS",
    "PREVIOUS",
    "PROPERTIES",
    "QUANTILES",
    "Anomaly",
    "Change",
    "Group",
    "Judged",
    "Measure",
    "NoChange",
    "Quality",
    "Report",
    "ReportSpec",
    "Target",
    "build",
    "render",
]
