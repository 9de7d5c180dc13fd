"""Reads of the organisation: the tree on a day, the chart, one unit with its history."""

from dangan.organization.queries.charts import (
    Box,
    Chart,
    HistoryLine,
    UnitView,
    chart,
    unit_view,
)
from dangan.organization.queries.trees import changes, forget_version, tree, version

__all__ = [
    "Box",
    "Chart",
    "HistoryLine",
    "UnitView",
    "changes",
    "chart",
    "forget_version",
    "tree",
    "unit_view",
    "version",
]
