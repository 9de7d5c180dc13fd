"""The table of classes, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dangan.materials.catalogue.rules.categories import Categories, parse_table

TABLE = Path(__file__).parent / "data" / "categories.tsv"


@cache
def categories() -> Categories:
    """The ten classes of this programme."""
    return parse_table(TABLE.read_text("utf-8").splitlines())
