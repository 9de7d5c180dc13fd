"""Lifting a mask: a reason first, the value for a while, the look on record."""

from __future__ import annotations

from tests.browsers import Browser
from tests.cast import PEOPLE, Cast, written_events
from tests.dossiers_pages.conftest import few_statements, row_of

WHO = "沈知微"
MOBILE = PEOPLE[WHO][3]
ASK = {"HX-Request": "true", "HX-Target": "dialog"}
GIVEN = {"purpose": "contact", "note": "联系本人补材料"}


def url(cast: Cast, field: str = "mobile") -> str:
    subject = cast.people[WHO]
    return f"/people/{subject}/contact/{row_of(subject, 'contact')}/{field}/reveal/?at=f-mobile"


def test_the_eye_asks_first_and_shows_nothing(cast: Cast, browser: Browser) -> None:
    page = browser("hr_specialist").get(url(cast), headers=ASK)
    text = page.content.decode()
    assert "<dialog" in text and "查看 5 分钟" in text and WHO in text
    assert MOBILE not in text
    assert ("field.reveal", "done") not in written_events()


def test_with_a_reason_the_value_comes_and_the_look_is_logged(cast: Cast, browser: Browser) -> None:
    answer = browser("hr_specialist").post(url(cast), GIVEN, headers=ASK)
    text = answer.content.decode()
    assert answer.status_code == 200 and MOBILE in text
    assert 'data-seconds="300"' in text and "已记录" in text and "138****5678" in text
    assert answer["HX-Retarget"] == "#f-mobile"
    assert answer["Cache-Control"] == "no-store"
    assert ("field.reveal", "done") in written_events()


def test_without_a_reason_nothing_is_shown(cast: Cast, browser: Browser) -> None:
    client = browser("hr_specialist")
    for note in ("", "  ", "看看"):
        answer = client.post(url(cast), {"purpose": "contact", "note": note}, headers=ASK)
        text = answer.content.decode()
        assert answer.status_code == 422 and "至少 4 个字" in text and MOBILE not in text
    assert ("field.reveal", "done") not in written_events()


def test_it_works_without_script(cast: Cast, browser: Browser) -> None:
    client = browser("hr_specialist")
    assert "查看 5 分钟" in client.get(url(cast)).content.decode()
    page = client.post(url(cast), GIVEN)
    assert MOBILE in page.content.decode() and "本次查看已记入日志" in page.content.decode()


def test_who_may_not_unmask_finds_nothing_there(cast: Cast, browser: Browser) -> None:
    for client in (browser("administration"), browser("finance"), browser(name="罗文博")):
        assert client.get(url(cast)).status_code == 404
        answer = client.post(url(cast), GIVEN)
        assert answer.status_code == 404 and MOBILE not in answer.content.decode()
    assert ("field.reveal", "done") not in written_events()


def test_a_value_that_is_not_masked_needs_no_eye(cast: Cast, browser: Browser) -> None:
    assert browser("hr_manager").get(url(cast)).status_code == 404
    assert browser("hr_specialist").get(url(cast, "nonsense")).status_code == 404


def test_a_place_on_the_page_is_only_a_name(cast: Cast, browser: Browser) -> None:
    bad = url(cast).partition("?")[0] + "?at=%22%3E%3Cscript%3E"
    answer = browser("hr_specialist").post(bad, GIVEN, headers=ASK)
    assert "HX-Retarget" not in answer and "<script>" not in answer.content.decode()


def test_few_statements(cast: Cast, browser: Browser) -> None:
    client = browser("hr_specialist")
    address = url(cast)
    client.get(address, headers=ASK)
    with few_statements(1):  # opening and revealing count against the budget, each by its own
        client.post(address, GIVEN, headers=ASK)
