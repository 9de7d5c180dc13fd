"""Whoever runs a storeroom hears once that a place is due, and 上次检查 turns late."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from tests.browsers import Browser
from tests.materials.storeroom.conftest import Storeroom

from dangan.materials.catalogue.queries import look
from dangan.materials.storeroom.actions.checking import check_place
from dangan.materials.storeroom.models import Place, Placement
from dangan.materials.storeroom.queries import checking
from dangan.materials.storeroom.telling import remind
from dangan.notices.models import Notice


def test_a_place_that_is_due_is_told_once(store: Storeroom, browser: Browser) -> None:
    browser("archivist")
    browser("leader")
    assert remind() == 0
    Place.objects.filter(pk=store.rack).update(at=timezone.now() - timedelta(days=200))
    assert remind() == 1
    assert remind() == 0
    notice = Notice.objects.get(topic="storeroom.check_due")
    assert notice.facts == {"count": 1}
    check_place(store.keeper, place=store.rack, findings=[])
    assert not any(one.late for one in checking.plan(store.keeper))


def test_the_fact_in_the_head_says_when_and_how(store: Storeroom) -> None:
    volume = store.archive.volume("沈知微", lines=False)
    first = checking.fact(store.keeper, look(store.keeper, volume.pk))
    assert first is not None
    assert first.value == "未检查"
    store.shelve("陆怀瑾")
    long_ago = timezone.now() - timedelta(days=300)
    Placement.objects.create(
        volume=volume, since=long_ago, by=store.keeper.id, checked_at=long_ago, condition="good"
    )
    late = checking.fact(store.keeper, look(store.keeper, volume.pk))
    assert late is not None
    assert late.state == "late"
    assert late.value.endswith("，完好")
