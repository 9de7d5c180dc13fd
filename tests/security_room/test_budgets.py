"""The budget of opened dossiers: people are counted, not pages; another person gives more."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.cast import Cast, written_events

from dangan.access.brakes import ask
from dangan.access.queries import console_actor
from dangan.dossiers.queries import open_dossier, open_subject
from dangan.security.budgets import OverBudget
from dangan.security.models import Budget, Opening


@pytest.fixture(autouse=True)
def small(db: None) -> None:
    Budget.objects.filter(role="hr_specialist").update(per_hour=2, per_day=3, exported_per_day=5)


def others(cast: Cast) -> list[str]:
    return ["梁慎行", "俞书衡", "陆怀瑾", "沈知微"]


def test_people_are_counted_not_pages(cast: Cast) -> None:
    hr = cast.actor("hr_specialist", name="何雨桐")
    for _again in range(5):
        open_dossier(hr, cast.people["沈知微"])
    assert Opening.objects.filter(account=hr.id).count() == 1


def test_the_third_in_an_hour_is_refused_and_noted(cast: Cast) -> None:
    hr = cast.actor("hr_specialist", name="何雨桐")
    for name in ("梁慎行", "俞书衡"):
        open_subject(hr, cast.people[name])
    with pytest.raises(OverBudget) as stopped:
        open_subject(hr, cast.people["陆怀瑾"])
    assert stopped.value.count.limit == "hour"
    assert timedelta(minutes=55) < stopped.value.count.wait <= timedelta(hours=1)
    assert ("budget.stop", "refused") in written_events(hr)
    open_subject(hr, cast.people["梁慎行"])  # one already opened stays open
    open_subject(hr, cast.people["何雨桐"])  # one's own is free


def test_an_hour_later_there_is_room_until_the_day_is_full(cast: Cast) -> None:
    hr = cast.actor("hr_specialist", name="何雨桐")
    noon = timezone.localtime().replace(hour=12, minute=0)
    with time_machine.travel(noon, tick=False) as clock:
        for name in ("梁慎行", "俞书衡"):
            open_subject(hr, cast.people[name])
        clock.shift(3700)
        open_subject(hr, cast.people["陆怀瑾"])
        clock.shift(3700)
        with pytest.raises(OverBudget) as stopped:
            open_subject(hr, cast.people["沈知微"])
        assert stopped.value.count.limit == "day"
        clock.shift(24 * 3600)
        open_subject(hr, cast.people["沈知微"])


def test_what_is_taken_out_counts_by_people(cast: Cast) -> None:
    hr = cast.actor("hr_specialist", name="何雨桐")
    ask(hr, "export", [cast.people[name] for name in others(cast)])
    with pytest.raises(OverBudget) as stopped:
        ask(hr, "export", [cast.people[name] for name in ("梁慎行", "俞书衡")])
    assert stopped.value.count.limit == "export"


def test_the_console_has_no_budget(cast: Cast) -> None:
    console = console_actor()
    for name in others(cast):
        open_subject(console, cast.people[name])
    assert not Opening.objects.exists()
