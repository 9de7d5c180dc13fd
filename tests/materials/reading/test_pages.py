"""The search page and the text beside its picture, as people see them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from tests.archive import Archive
from tests.browsers import Browser
from tests.dossiers_pages.conftest import few_statements
from tests.materials.reading.conftest import Scanner
from tests.materials.reading.test_proposing import CARD, MATERIAL, NAME

from dangan.dossiers.models import Proposal

SEARCH = "/archive/search/"


@pytest.fixture
def filled(archive: Archive, scanner: Scanner) -> Archive:
    archive.volume(NAME)
    scanner.text(archive.materials[MATERIAL], *CARD)
    scanner.text(archive.materials["毕业研究生登记表"], "导师意见：", "同意毕业")
    return archive


def ask(client: Client, words: str) -> str:
    """What the page answers; the words leave no trace in the address."""
    answer = client.post(SEARCH, {"words": words})
    assert answer.status_code == 302
    assert words not in answer.url
    return answer.url


@pytest.mark.usefixtures("filled")
def test_words_are_found_and_marked(browser: Browser) -> None:
    client = browser("archivist")
    page = client.get(ask(client, "导师意见"))
    assert page["Cache-Control"] == "no-store"
    body = page.content.decode()
    assert "<mark>导师意见</mark>" in body
    assert "毕业研究生登记表" in body
    assert "1 条" in body
    link = f"?page=1&amp;w={parse_qs(urlsplit(page.request['QUERY_STRING']).path)['w'][0]}"
    assert link in body


def test_the_words_go_on_to_the_page(browser: Browser, filled: Archive) -> None:
    client = browser("archivist")
    sealed = ask(client, "意见同意").partition("w=")[2]
    material = filled.materials["毕业研究生登记表"]
    body = client.get(f"/archive/materials/{material}/reading/?page=1&w={sealed}").content.decode()
    assert "导师<mark>意见" not in body  # 意见：同意 has a colon between
    sealed = ask(client, "同意毕业").partition("w=")[2]
    body = client.get(f"/archive/materials/{material}/reading/?page=1&w={sealed}").content.decode()
    assert "<mark>同意毕业</mark>" in body
    other = browser("archivist")
    body = other.get(f"/archive/materials/{material}/reading/?page=1&w={sealed}").content.decode()
    assert "<mark>" not in body


@pytest.mark.usefixtures("filled")
def test_empty_short_and_fruitless_searches_say_what_to_do(browser: Browser) -> None:
    client = browser("archivist")
    assert "输入文字开始检索" in client.get(SEARCH).content.decode()
    short = client.get(ask(client, "微"))
    assert short.status_code == 422
    assert "至少输入两个" in short.content.decode()
    assert "没有找到" in client.get(ask(client, "并无此事")).content.decode()
    assert client.get(SEARCH, {"w": "nonsense"}).status_code == 200


@pytest.mark.usefixtures("filled")
def test_others_have_no_search_page(browser: Browser) -> None:
    person = browser(name=NAME)
    assert person.get(SEARCH).status_code == 403
    assert person.post(SEARCH, {"words": "导师"}).status_code == 403


def test_a_person_out_of_reach_has_no_text_page(browser: Browser, filled: Archive) -> None:
    address = f"/archive/materials/{filled.materials[MATERIAL]}/reading/"
    assert browser("archivist", unit="华南公司").get(address).status_code == 404
    assert browser(name=NAME).get(address).status_code == 403


def test_a_card_is_compared_and_proposed(browser: Browser, filled: Archive) -> None:
    client = browser("hr_manager")
    address = f"/archive/materials/{filled.materials[MATERIAL]}/reading/"
    page = client.get(address)
    body = page.content.decode()
    assert "居民身份证（人像面）" in body
    assert '<span class="old">汉族</span>' in body
    form = {
        "page": page.context["now"].page,
        "number": 1,
        "kind": "id_front",
        "pick": ["ethnicity"],
        "value-ethnicity": "回族",
    }
    assert client.post(address + "propose/", {**form, "pick": []}).status_code == 422
    wrong = client.post(address + "propose/", {**form, "value-ethnicity": "不存在的族"})
    assert wrong.status_code == 422
    assert 'value="不存在的族"' in wrong.content.decode()
    assert not Proposal.objects.exists()
    assert client.post(address + "propose/", form).status_code == 302
    assert Proposal.objects.count() == 1


def test_pages_need_few_statements(browser: Browser, filled: Archive) -> None:
    client = browser("archivist")
    address = ask(client, "登记表")
    client.get(address)
    with few_statements(5):
        client.get(address)
    reader = browser("hr_manager")
    address = f"/archive/materials/{filled.materials[MATERIAL]}/reading/"
    reader.get(address)
    with few_statements(15):  # dossier, catalogue, and the head that every room adds to
        reader.get(address)


def test_reading_is_paused_by_who_sets_up_the_room(browser: Browser, filled: Archive) -> None:
    client = browser("archivist")
    assert client.post(SEARCH + "rest/", {"to": "rest"}).status_code == 302
    assert "已暂停" in client.get(SEARCH).content.decode()
    assert browser("hr_manager").post(SEARCH + "rest/", {"to": "rest"}).status_code == 403
    material = filled.materials[MATERIAL]
    assert client.post(f"/archive/materials/{material}/reading/again/").status_code == 302


def test_the_volume_says_how_much_was_read(browser: Browser, filled: Archive) -> None:
    address = f"/archive/materials/{filled.materials[MATERIAL]}/reading/"
    assert "2 / 2 页" in browser("archivist").get(address).content.decode()
