"""Since when the first six digits of identity numbers are in use.

The years come from the table in python-stdnum (from Wikipedia's lists of GB/T 2260 codes); what
was set up after that release stands here. The table never decides anything: see
``dangan.dossiers.checks``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum import numdb

_SINCE = re.compile(r"\[(\d{4})-")
_LATER = {"330113": 2021, "330114": 2021, "653132": 2025, "659013": 2025}


@lru_cache(maxsize=8192)
def region_since(region: str) -> int | None:
    """The year from which a region code has been given out; 0 when it always was, ``None`` when
    nobody knows it. Codes no longer given out are known: people keep their numbers."""
    if region in _LATER:
        return _LATER[region]
    found = numdb.get("cn/loc").info(region)
    county = found[-1][1].get("county", "") if len(found) == 2 else ""
    if not county:
        return None
    since = _SINCE.search(county)
    return int(since[1]) if since else 0
