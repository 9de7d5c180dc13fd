"""Two people change the same row: nothing is lost, the second one chooses field by field."""

from __future__ import annotations

from tests.browsers import Browser
from tests.cast import PEOPLE, Cast
from tests.dossiers_pages.conftest import row_of, version_of
from tests.dossiers_pages.test_edit import edit_url, stored

WHO = "沈知微"
MOBILE = PEOPLE[WHO][3]
FIRST = {"v-mobile": "13900001111", "base_version": "1"}
SECOND = {
    "v-mobile": "13700002222", "v-address": "云溪街 66 号", "base_version": "1", "reason": "搬家",
}  # fmt: skip


def test_both_changed_a_field_the_second_is_asked(cast: Cast, browser: Browser) -> None:
    address = edit_url(cast, "contact")
    browser("hr_manager").post(address, FIRST)
    page = browser("hr_manager").post(address, SECOND)
    text = page.content.decode()
    assert page.status_code == 409
    assert "你编辑期间，这条记录有了新版本" in text and "冲突 1 项" in text
    lines = {line.label: line for line in page.context["lines"]}
    clash, mine = lines["手机号码"], lines["现住址"]
    assert (clash.kind, clash.base, clash.theirs, clash.mine) == (
        "clash", MOBILE, "13900001111", "13700002222",
    )  # fmt: skip
    assert (mine.kind, mine.mine) == ("mine", "云溪街 66 号")
    assert stored(cast, "contact")["mobile"] == "13900001111"


def test_saving_again_takes_what_was_chosen(cast: Cast, browser: Browser) -> None:
    address = edit_url(cast, "contact")
    browser("hr_manager").post(address, FIRST)
    client = browser("hr_manager")
    again = SECOND | {"base_version": "2", "resolved": "1", "pick-v-mobile": "theirs"}
    assert client.post(address, again).status_code == 302
    now = stored(cast, "contact")
    assert (now["mobile"], now["address"]) == ("13900001111", "云溪街 66 号")


def test_or_the_own_value(cast: Cast, browser: Browser) -> None:
    address = edit_url(cast, "contact")
    browser("hr_manager").post(address, FIRST)
    again = SECOND | {"base_version": "2", "resolved": "1", "pick-v-mobile": "mine"}
    browser("hr_manager").post(address, again)
    assert stored(cast, "contact")["mobile"] == "13700002222"


def test_the_page_sends_the_new_base_and_what_was_typed(cast: Cast, browser: Browser) -> None:
    address = edit_url(cast, "contact")
    browser("hr_manager").post(address, FIRST)
    text = browser("hr_manager").post(address, SECOND).content.decode()
    assert 'name="base_version" value="2"' in text
    assert 'name="v-mobile" value="13700002222"' in text
    assert 'name="v-address" value="云溪街 66 号"' in text and 'value="搬家"' in text


def test_different_fields_merge_by_themselves_but_are_shown(cast: Cast, browser: Browser) -> None:
    address = edit_url(cast, "contact")
    browser("hr_manager").post(address, FIRST)
    page = browser("hr_manager").post(address, {"v-address": "云溪街 66 号", "base_version": "1"})
    assert page.status_code == 409 and "没有冲突" in page.content.decode()
    kinds = {line.label: line.kind for line in page.context["lines"]}
    assert kinds == {"现住址": "mine", "手机号码": "theirs"}


def test_a_third_save_in_between_asks_again(cast: Cast, browser: Browser) -> None:
    address = edit_url(cast, "contact")
    browser("hr_manager").post(address, FIRST)
    browser("hr_manager").post(address, {"v-mobile": "13600003333", "base_version": "2"})
    again = SECOND | {"base_version": "2", "resolved": "1", "pick-v-mobile": "mine"}
    assert browser("hr_manager").post(address, again).status_code == 409
    assert version_of(row_of(cast.people[WHO], "contact")) == 3


def test_masked_values_stay_masked_on_the_conflict_page(cast: Cast, browser: Browser) -> None:
    address = edit_url(cast, "contact")
    browser("hr_manager").post(address, FIRST)
    page = browser("hr_specialist").post(address, SECOND)
    text = page.content.decode()
    assert page.status_code == 409
    assert "139****1111" in text and "138****5678" in text and "13700002222" in text
    assert MOBILE not in text and "13900001111" not in text


def test_a_row_deleted_meanwhile_is_said_and_the_words_are_kept(
    cast: Cast, browser: Browser
) -> None:
    subject, client = cast.people[WHO], browser("hr_manager")
    client.post(f"/people/{subject}/education/add/", {"v-school": "云岭大学"})
    address = edit_url(cast, "education")
    browser("hr_manager").post(address.replace("/edit/", "/delete/"), {"base_version": "1"})
    page = client.post(address, {"v-major": "自动化", "v-school": "云岭大学", "base_version": "1"})
    text = page.content.decode()
    assert page.status_code == 409 and "被删除了" in text and "自动化" in text


def test_two_first_fillings_of_a_single_row_meet(cast: Cast, browser: Browser) -> None:
    subject = cast.people[WHO]
    address = f"/people/{subject}/contact/add/"
    page = browser("hr_manager").post(address, {"v-email": "mine@example.com"})
    assert page.status_code == 409 and "mine@example.com" in page.content.decode()
    assert stored(cast, "contact")["email"] == "u020486@example.com"
