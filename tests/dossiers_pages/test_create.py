"""A new dossier from the page, and numbers that somebody already has."""

from __future__ import annotations

from tests.browsers import Browser
from tests.cast import PEOPLE, Cast, with_check_digit, written_events
from tests.dossiers_pages.conftest import few_statements

from dangan.dossiers.models import Subject

URL = "/people/new/"
TAKEN = PEOPLE["罗文博"][0]


def filled(cast: Cast, **changed: str) -> dict[str, str]:
    return {
        "identity-v-name": "秦语桐",
        "identity-v-employee_number": "030099",
        "identity-v-id_number": with_check_digit("330106199808153321"),
        "identity-v-sex": "2",
        "identity-v-birth_date": "1998-08-15",
        "post-v-unit": str(cast.units["财务部"]),
        "post-v-position": "会计",
        "post-v-joined": "2024.7.1",
        "contact-v-mobile": "13700001234",
        "reason": "社会招聘入职",
    } | changed


def test_a_dossier_is_opened_with_identity_post_and_contact(cast: Cast, browser: Browser) -> None:
    client = browser("hr_manager")
    answer = client.post(URL, filled(cast), follow=True)
    text = answer.content.decode()
    assert "秦语桐" in text and "财务部" in text and "2024-07-01" in text and "草稿" in text
    assert "已建档，更新记录 BG-" in text
    assert ("subject.create", "done") in written_events()


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_stored(
    cast: Cast, browser: Browser
) -> None:
    before = Subject.objects.count()
    data = filled(
        cast, **{"identity-v-name": "", "post-v-joined": "2024-02-30", "contact-v-mobile": "12"}
    )
    answer = browser("hr_manager").post(URL, data)
    text = answer.content.decode()
    assert answer.status_code == 422 and "有 3 处需要改正" in text and "尚未建档" in text
    assert "请填写姓名。" in text and "2024-02-30" in text and "030099" in text
    assert Subject.objects.count() == before


def test_a_taken_number_names_the_holder_to_those_who_may_know(
    cast: Cast, browser: Browser
) -> None:
    data = filled(cast, **{"identity-v-employee_number": TAKEN})
    text = browser("hr_manager").post(URL, data).content.decode()
    assert "已登记在另一份档案中" in text
    assert "罗文博" in text and f"/people/{cast.people['罗文博']}/" in text


def test_and_to_others_only_that_it_is_taken(cast: Cast, browser: Browser) -> None:
    data = filled(cast, **{"identity-v-employee_number": TAKEN})
    answer = browser("hr_specialist", unit="华东公司").post(URL, data)
    text = answer.content.decode()
    assert answer.status_code == 422 and "已登记在另一份档案中" in text
    assert "罗文博" not in text and str(cast.people["罗文博"]) not in text


def test_nobody_is_placed_outside_ones_reach(cast: Cast, browser: Browser) -> None:
    before = Subject.objects.count()
    data = filled(cast, **{"post-v-unit": str(cast.units["销售部"])})
    answer = browser("hr_specialist", unit="华东公司").post(URL, data)
    assert answer.status_code == 422 and "不能在所选部门建档" in answer.content.decode()
    assert Subject.objects.count() == before


def test_the_form_is_for_those_who_create(cast: Cast, browser: Browser) -> None:
    assert browser("finance").get(URL).status_code == 403
    assert browser("head", unit="研发中心").post(URL, filled(cast)).status_code == 403
    page = browser("hr_specialist").get(URL).content.decode()
    assert "其余" in page and "身份证号" in page


def test_few_statements(cast: Cast, browser: Browser) -> None:
    client = browser("hr_specialist")
    client.get(URL)
    with few_statements():
        client.get(URL)
