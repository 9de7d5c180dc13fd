"""The figures are taken of what is there."""

from __future__ import annotations

import pytest
from tests.cast import Cast

from dangan.lifecycle.reminders.benchmark import bench_reminders


@pytest.mark.django_db
def test_the_figures_name_how_many_people_they_are_of(cast: Cast) -> None:
    names = [name for name, value, _unit, _target, _baseline in bench_reminders() if value > 0]
    assert len(names) == 3
    assert all("6 people" in name for name in names)
