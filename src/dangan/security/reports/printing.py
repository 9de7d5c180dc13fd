"""The report on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from dangan.security.reports.figures import Figures
from dangan.ui.printing import pdf

FORM = Path(__file__).parent / "printed" / "security_report.typ"


def printed(found: Figures) -> bytes:
    """The PDF of a month."""
    values: dict[str, Any] = msgspec.to_builtins(found)
    return pdf(FORM, values)
