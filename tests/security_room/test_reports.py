"""What the monthly report counts."""

from __future__ import annotations

from dangan.audit.catalogue import actions
from dangan.security.reports.figures import COUNTED


def test_every_line_of_the_report_counts_something_that_the_log_knows() -> None:
    """A line whose action is called otherwise is left out, and nobody misses it."""
    counted = {key for lines in COUNTED.values() for key, _label in lines}
    assert counted <= set(actions())
