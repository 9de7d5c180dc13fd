"""Reading receipts and requests: the actor first, cut to rights, noted in the log."""

from dangan.materials.receipts.queries.gaps import Gap, gaps, lacks_of
from dangan.materials.receipts.queries.registers import (
    PAGE,
    Page,
    asked,
    chase,
    chases,
    expected,
    filing_days,
    receipt,
    receipts,
    waiting_count,
)

__all__ = [
    "PAGE",
    "Gap",
    "Page",
    "asked",
    "chase",
    "chases",
    "expected",
    "filing_days",
    "gaps",
    "lacks_of",
    "receipt",
    "receipts",
    "waiting_count",
]
