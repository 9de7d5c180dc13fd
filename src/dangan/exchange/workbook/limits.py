"""How large a workbook may be. Beyond these a file is an attack or a mistake.

A full book of 50 000 people in three sheets unpacks to about 120 MB and compresses
ten to one, formatted empty rows up to forty to one; deflate's own ceiling is 1032 to one.
"""

from __future__ import annotations

from typing import Final

MEBIBYTE: Final = 2**20
FILE_BYTES: Final = 64 * MEBIBYTE
UNPACKED_BYTES: Final = 400 * MEBIBYTE
RATIO: Final = 200
RATIO_FREE_BYTES: Final = MEBIBYTE  # small parts may compress as well as they like
ENTRIES: Final = 2_000
SHEETS: Final = 60
ROWS: Final = 200_000
COLUMNS: Final = 400
CELLS: Final = 8_000_000  # the reader fills the whole rectangle, 32 bytes a cell
FORMULAS: Final = 500_000
TEXT_IN_CELL: Final = 32_767  # Excel's own limit
