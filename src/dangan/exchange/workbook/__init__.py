"""Workbooks as plain rows: the only door through which a foreign file comes in.

A file is judged by its bytes, never by its name, and measured before a byte of it
is unpacked into cells. What cannot be read safely raises :class:`Unusable` with a
sentence for the person who sent it.
"""

from dangan.exchange.workbook.faults import Unusable
from dangan.exchange.workbook.reading import Sheet, Workbook, read_workbook

__all__ = ["Sheet", "Unusable", "Workbook", "read_workbook"]
