"""The storeroom's pages: whole, cut to rights, few statements, and alike where nothing may show."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.browsers import Browser
from tests.materials.storeroom.conftest import Storeroom
from tests.statements import own

from dangan.materials.catalogue.models import Volume
from dangan.materials.storeroom.actions import counting
from dangan.materials.storeroom.actions.checking import Finding, check_volume
from dangan.materials.storeroom.actions.labels import print_labels, replace_label
from dangan.materials.storeroom.actions.moving import move
from dangan.materials.storeroom.models import Defect, Outcome, Place, Placement, Stocktaking
from dangan.materials.storeroom.rules.labelling import code_from

MOST = 22
"""Statements of a page with the shell's own (session, account, rights, bell, log)."""


def _count(browser: Client, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return len(own(asked))


def test_a_place_with_many_volumes_takes_few_statements(store: Storeroom, browser: Browser) -> None:
    names = ("沈知微", "陆怀瑾", "罗文博", "俞书衡")
    keeper, url = browser("archivist"), reverse("storeroom:place", args=[store.shelf])
    store.shelve("何雨桐", store.shelf)
    one = _count(keeper, url)
    for name in names:
        store.shelve(name, store.shelf)
    many = _count(keeper, url)
    assert many == one
    assert many <= MOST, many


def test_where_is_it_now_tells_place_standing_and_mark(store: Storeroom, browser: Browser) -> None:
    volume = store.shelve("沈知微")
    Volume.objects.filter(pk=volume).update(secrecy=1, highest=1)
    text = browser("archivist").post(reverse("storeroom:overview"), {"q": "沈知微"})
    shown = text.content.decode()
    for word in ("三库 07 架 2 层 15 盒", "在库", "秘密", "020486"):
        assert word in shown


def test_every_page_opens_and_nobody_else_opens_it(store: Storeroom, browser: Browser) -> None:
    volume = store.shelve("沈知微")
    made = counting.begin(store.keeper, place=store.room)
    keeper, others = browser("archivist"), [browser("hr_manager"), browser("leader")]
    pages = [
        reverse("storeroom:overview"),
        reverse("storeroom:report"),
        reverse("storeroom:place", args=[store.box]),
        reverse("storeroom:add_room"),
        reverse("storeroom:add", args=[store.rack]),
        reverse("storeroom:edit", args=[store.room]),
        reverse("storeroom:moves", args=[volume]),
        reverse("storeroom:check_volume", args=[volume]),
        reverse("storeroom:check_place", args=[store.box]),
        reverse("storeroom:room_air", args=[store.room]),
        reverse("storeroom:scan"),
        reverse("storeroom:stocktakings"),
        reverse("storeroom:stocktaking", args=[made.pk]),
        reverse("storeroom:checks"),
        reverse("storeroom:labels") + f"?place={store.box}",
        reverse("storeroom:labels") + f"?volume={volume}",
    ]
    for url in pages:
        assert keeper.get(url).status_code == 200, url
        for other in others:
            assert other.get(url).status_code in {403, 404}, url


def test_out_of_reach_and_never_issued_look_alike_on_the_phone(
    store: Storeroom, browser: Browser
) -> None:
    volume = store.shelve("沈知微")
    code = print_labels(store.keeper, volumes=[volume])[volume]
    south, url = browser("archivist", unit="华南公司"), reverse("storeroom:scan")
    answers = [
        south.post(url, {"code": text}, headers={"X-Scan": "1"}).content
        for text in (code, code_from(5))
    ]
    assert answers[0] == answers[1]
    assert "没有这个标签" in answers[0].decode()
    for name in ("moves", "check_volume"):
        pages = [
            south.get(reverse(f"storeroom:{name}", args=[one])) for one in (volume, UUID(int=9))
        ]
        assert [page.status_code for page in pages] == [404, 404]


def test_the_phone_shows_what_it_is_and_takes_it_to_its_place(
    store: Storeroom, browser: Browser
) -> None:
    volume = store.shelve("沈知微")
    Volume.objects.filter(pk=volume).update(secrecy=1, highest=1)
    code = print_labels(store.keeper, volumes=[volume])[volume]
    box = print_labels(store.keeper, places=[store.next_box])[store.next_box]
    keeper, head = browser("archivist"), {"X-Scan": "1"}
    seen = keeper.post(reverse("storeroom:scan"), {"code": code}, headers=head).content.decode()
    for word in ("沈知微", "三库 07 架 2 层 15 盒", "秘密", "移位"):
        assert word in seen
    put = reverse("storeroom:scan_put")
    for _again in range(2):  # a phone that lost the network repeats
        done = keeper.post(put, {"volume": code, "code": box}, headers=head).content.decode()
        assert "已放到 三库 07 架 2 层 16 盒" in done
    assert Placement.objects.get(volume=volume).place_id == store.next_box
    wrong = keeper.post(put, {"volume": box, "code": code}, headers=head).content.decode()
    assert "先扫案卷的标签" in wrong


def test_the_old_label_says_so(store: Storeroom, browser: Browser) -> None:
    volume = store.shelve("沈知微")
    old = print_labels(store.keeper, volumes=[volume])[volume]
    replace_label(store.keeper, volume=volume)
    shown = browser("archivist").post(reverse("storeroom:scan"), {"code": old}).content.decode()
    assert "标签已作废" in shown
    assert "沈知微" not in shown


def test_a_stock_taking_by_phone_and_its_paper(store: Storeroom, browser: Browser) -> None:
    volume = store.shelve("沈知微")
    store.shelve("陆怀瑾")
    code = print_labels(store.keeper, volumes=[volume])[volume]
    shelf = print_labels(store.keeper, places=[store.next_box])[store.next_box]
    keeper = browser("archivist")
    keeper.post(reverse("storeroom:stocktakings"), {"place": "三库 07架"})
    made = Stocktaking.objects.get()
    url, head = reverse("storeroom:scan_count"), {"X-Scan": "1"}
    here = keeper.post(url, {"code": shelf, "stocktaking": made.pk}, headers=head)
    place = re.search(r'data-place="([^"]+)"', here.content.decode())
    assert place
    given = {"code": code, "stocktaking": made.pk, "place": place[1]}
    assert "1 / 2" in keeper.post(url, given, headers=head).content.decode()
    assert "已点过" in keeper.post(url, given, headers=head).content.decode()
    keeper.post(reverse("storeroom:finish", args=[made.pk]))
    shown = keeper.get(reverse("storeroom:stocktaking", args=[made.pk])).content.decode()
    assert "未找到 1" in shown
    assert "放错位置 1" in shown
    wrong = Outcome.objects.get(verdict="misplaced")
    keeper.post(reverse("storeroom:settle", args=[wrong.pk]), {"how": "here"})
    assert Placement.objects.get(volume=volume).place_id == store.next_box
    keeper.post(reverse("storeroom:sign", args=[made.pk]))
    paper = keeper.get(reverse("storeroom:stocktaking_pdf", args=[made.pk]))
    assert paper.content.startswith(b"%PDF")


def test_labels_are_printed_as_a_sheet(store: Storeroom, browser: Browser) -> None:
    store.shelve("沈知微")
    keeper, url = browser("archivist"), reverse("storeroom:print_labels")
    for what in ("volumes", "places"):
        given = {"place": store.room, "what": what, "sheet": "70x37", "first": "24"}
        assert keeper.post(url, given).content.startswith(b"%PDF")
    bad = keeper.post(url, {"place": store.room, "sheet": "70x37", "first": "99"}, follow=True)
    assert "24" in bad.content.decode()
    assert browser("administration").post(url, {"place": store.room}).status_code == 403


def test_a_check_on_the_page_and_its_record(store: Storeroom, browser: Browser) -> None:
    volume = store.shelve("沈知微")
    keeper, url = browser("archivist"), reverse("storeroom:check_volume", args=[volume])
    given = {"kind-0": "damp", "severity-0": "severe", "words": "卷皮发潮"}
    assert keeper.post(url, given).status_code == 302
    assert "受潮" in keeper.get(reverse("storeroom:checks")).content.decode()
    keeper.post(reverse("storeroom:repair", args=[Defect.objects.get().pk]), {"done": "1"})
    assert Defect.objects.get().state == "done"
    day = {"first": "2026-01-01", "last": "2030-01-01"}
    assert keeper.get(reverse("storeroom:checks_pdf"), day).content.startswith(b"%PDF")
    upside_down = {"first": "2030-01-01", "last": "2026-01-01"}
    assert keeper.get(reverse("storeroom:checks_pdf"), upside_down).status_code == 302
    head = keeper.get(reverse("catalogue:volume", args=[volume])).content.decode()
    assert "严重" in head
    assert "三库 07 架 2 层 15 盒" in head


def test_of_a_restricted_volume_only_the_paper_is_known(store: Storeroom, browser: Browser) -> None:
    volume = store.shelve("沈知微")
    check_volume(store.keeper, volume=volume, findings=[Finding("damp", "slight")], words="发潮了")
    Volume.objects.filter(pk=volume).update(restricted_at="2026-01-01T00:00Z")
    keeper = browser("archivist")
    for url in (
        reverse("storeroom:place", args=[store.box]),
        reverse("storeroom:moves", args=[volume]),
        reverse("storeroom:checks"),
        reverse("storeroom:check_volume", args=[volume]),
    ):
        shown = keeper.get(url).content.decode()
        assert "HD-Y-00001" in shown, url
        assert "沈知微" not in shown, url
        assert "发潮了" not in shown, url


def test_the_administration_runs_the_storeroom_but_sees_no_catalogue(
    store: Storeroom, browser: Browser
) -> None:
    volume = store.shelve("沈知微")
    keeper = browser("administration")
    shown = keeper.get(reverse("storeroom:moves", args=[volume])).content.decode()
    assert "HD-Y-00001" in shown
    assert "看目录" not in shown
    assert keeper.get(reverse("catalogue:volume", args=[volume])).status_code in {403, 404}


def test_the_report_finds_what_does_not_fit(store: Storeroom, browser: Browser) -> None:
    store.archive.volume("陆怀瑾")
    marked = store.shelve("沈知微")
    Volume.objects.filter(pk=marked).update(secrecy=2, highest=2)
    Place.objects.filter(pk=store.box).update(capacity=1)
    store_url = reverse("storeroom:report")
    shown = browser("archivist").get(store_url).content.decode()
    for word in ("还没有上架的案卷", "陆怀瑾", "机密专用", "没有扫描的材料"):
        assert word in shown


@pytest.mark.parametrize(
    "given",
    [
        {"code": ""},
        {"code": "07", "capacity": "0"},
        {"code": "x" * 17},
        {"code": "甲", "count": "5"},
    ],
)
def test_a_bad_place_keeps_what_was_typed(
    store: Storeroom, browser: Browser, given: dict[str, str]
) -> None:
    before = Place.objects.count()
    url = reverse("storeroom:add", args=[store.rack])
    response = browser("archivist").post(url, {"level": "shelf", **given})
    assert response.status_code == 422
    assert Place.objects.count() == before


def test_nothing_is_told_of_what_happens_to_ones_own_cadre_file(
    store: Storeroom, browser: Browser
) -> None:
    volume = store.shelve("沈知微", kind="cadre")
    move(store.keeper, volumes=[volume], to=store.shelf, why="组织调阅后整理")
    found = Finding("damp", "slight")
    check_volume(store.keeper, volume=volume, findings=[found], words="卷内有批注")
    url = reverse("storeroom:moves", args=[volume])
    assert "组织调阅后整理" in browser("archivist").get(url).content.decode()
    herself = browser("archivist", name="沈知微")
    assert "组织调阅后整理" not in herself.get(url).content.decode()
    for page in ("storeroom:checks", "storeroom:report"):
        assert "卷内有批注" not in herself.get(reverse(page)).content.decode()
