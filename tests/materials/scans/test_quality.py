"""Skew, blank pages, doubles and resolution, told from drawn pages."""

from __future__ import annotations

import io
from uuid import UUID, uuid4

import numpy as np
import pytest
from PIL import Image

from dangan.materials.scans.rules.quality import WORKING_WIDTH, Checks, Scanned, faults, measure


def checks(data: bytes) -> Checks:
    with Image.open(io.BytesIO(data)) as page:
        page.thumbnail((WORKING_WIDTH, WORKING_WIDTH * 3))
        return measure(np.asarray(page.convert("L")))


def told(pages: list[tuple[UUID, int | None, Checks]]) -> dict[UUID, tuple[str, ...]]:
    listed = [Scanned(*page) for page in pages]
    return dict(faults(listed, least_dpi=300, most_skew=1.0))


@pytest.mark.parametrize("angle", [-3.0, -1.5, -0.6, 0.0, 0.4, 1.2, 2.5])
def test_skew_is_measured_to_a_third_of_a_degree(scan, angle: float) -> None:
    assert checks(scan(1, angle=angle)).skew == pytest.approx(-angle, abs=0.3) or checks(
        scan(1, angle=angle)
    ).skew == pytest.approx(angle, abs=0.3)


def test_the_sign_of_skew_is_the_side_that_rises(scan) -> None:
    rising, falling = checks(scan(1, angle=2.0)).skew, checks(scan(1, angle=-2.0)).skew
    assert rising > 0 > falling


def test_an_empty_back_is_blank_and_a_written_page_is_not(scan) -> None:
    empty, written = uuid4(), uuid4()
    found = told([(empty, 300, checks(scan(blank=True))), (written, 300, checks(scan(2)))])
    assert found == {empty: ("blank",)}


def test_a_page_scanned_twice_is_named_the_second_time(scan) -> None:
    first, second, other = uuid4(), uuid4(), uuid4()
    found = told(
        [
            (first, 300, checks(scan(3))),
            (second, 300, checks(scan(3, angle=0.2))),
            (other, 300, checks(scan(4))),
        ]
    )
    assert found == {second: ("double",)}


def test_two_blank_pages_are_no_doubles(scan) -> None:
    pages = [(uuid4(), 300, checks(scan(blank=True))) for _page in range(2)]
    assert all(found == ("blank",) for found in told(pages).values())


def test_low_resolution_is_named_and_an_unknown_one_is_not(scan) -> None:
    low, unknown = uuid4(), uuid4()
    found = told([(low, 150, checks(scan(5))), (unknown, None, checks(scan(6)))])
    assert found == {low: ("low",)}
