"""What names of files say; nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.materials.catalogue.table import categories
from dangan.materials.scans.rules.naming import Spot, name_of, natural, spot_of


def find(text: str) -> str | None:
    found = categories().find(text)
    return found.no if found else None


HOLDING = [one.no for one in categories().holding]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("041-003-002.jpg", Spot("4-1", 3, 2)),
        ("030-001-010.JPG", Spot("3", 1, 10)),
        ("100-002-001.tif", Spot("10", 2, 1)),
        ("01.履历类材料/01001.jpg", Spot("1", 1, 1)),
        ("沈知微/三、考核鉴定类材料/02013.jpg", Spot("3", 2, 13)),
        ("沈知微/一、履历类材料/职工登记表/0002.jpg", Spot("1", 0, 2, "职工登记表")),
        ("沈知微/四/学历学位材料/03.毕业研究生登记表/1.jpg", Spot("4-1", 3, 1, "毕业研究生登记表")),
        ("4-1-3-2.jpg", Spot("4-1", 3, 2)),
        ("IMG_0012.jpg", Spot(page=12)),
        ("扫描.jpg", Spot()),
        ("", Spot()),
    ],
)
def test_each_way_of_naming_is_read(path: str, expected: Spot) -> None:
    assert spot_of(path, find) == expected


@given(category=st.sampled_from(HOLDING), material=st.integers(1, 999), page=st.integers(1, 999))
def test_our_own_names_are_read_back(category: str, material: int, page: int) -> None:
    assert spot_of(name_of(category, material, page), find) == Spot(category, material, page)


def test_a_number_too_large_for_the_template_is_refused() -> None:
    with pytest.raises(ValueError, match="999"):
        name_of("3", 1000, 1)


@given(path=st.text(max_size=60))
def test_no_name_breaks_the_reading(path: str) -> None:
    spot = spot_of(path, find)
    assert spot.category == "" or find(spot.category) == spot.category


def test_two_comes_before_ten() -> None:
    assert sorted(["10.jpg", "2.jpg", "1.jpg"], key=natural) == ["1.jpg", "2.jpg", "10.jpg"]
