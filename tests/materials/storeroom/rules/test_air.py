"""Tables of loggers are read line by line; each line that is none is named."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dangan.materials.storeroom.rules.air import Bounds, Reading, decoded, out_of_bounds, parse
from dangan.materials.storeroom.rules.checking import months_after, worst

TABLE = """时间,温度,湿度
2026-11-20 09:00,20.5,52
2026/11/20 10:00,21 ℃,53.04%

2026-11-20 25:00,20,50
2026-11-20 11:00,热,50
2026-11-20 12:00,20,101
2026-11-20 13:00,20
"""


def test_good_lines_are_taken_and_bad_ones_named() -> None:
    good, bad = parse(TABLE)
    assert good[0] == Reading(datetime(2026, 11, 20, 9), Decimal("20.5"), Decimal("52.0"))
    assert good[1].humidity == Decimal("53.0")
    assert [message.params["line"] for message in bad] == [5, 6, 7, 8]


@given(st.binary(max_size=300))
def test_no_file_breaks_it(data: bytes) -> None:
    text = decoded(data)
    if text is not None:
        parse(text)


def test_limits() -> None:
    bounds = Bounds((14, 24), (45, 60))
    assert out_of_bounds(bounds, Decimal(24), Decimal(45)) == ()
    assert out_of_bounds(bounds, Decimal("24.1"), Decimal("44.9")) == ("hot", "dry")
    assert out_of_bounds(bounds, Decimal("13.9"), Decimal(61)) == ("cold", "damp")


def test_half_a_year_later() -> None:
    assert months_after(datetime(2026, 8, 31).date(), 6).isoformat() == "2027-02-28"
    assert months_after(datetime(2026, 6, 18).date(), 6).isoformat() == "2026-12-18"
    assert worst(["slight", "severe", "medium"]) == "severe"
    assert worst([]) == "good"
