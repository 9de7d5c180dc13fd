"""Correcting, adding and deleting rows on the page."""

from __future__ import annotations

from django.test import Client
from tests.browsers import Browser
from tests.cast import PEOPLE, Cast, written_events
from tests.dossiers_pages.conftest import few_statements, row_of, version_of

from dangan.access.queries import console_actor
from dangan.dossiers import queries
from dangan.dossiers.models import Change, Record

WHO = "沈知微"
MOBILE = PEOPLE[WHO][3]


def stored(cast: Cast, info_set: str, name: str = WHO) -> dict[str, object]:
    """What the dossier holds now, in clear."""
    view = queries.open_dossier(console_actor(), cast.people[name])
    cells = view.current[info_set].cells
    return {cell.field.key: cell.value for cell in cells if cell.text}


def form_of(client: Client, address: str) -> dict[str, str]:
    """The form's fields as the page offers them."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def edit_url(cast: Cast, info_set: str) -> str:
    subject = cast.people[WHO]
    return f"/people/{subject}/{info_set}/{row_of(subject, info_set)}/edit/"


def test_a_correction_is_saved_with_when_and_why(cast: Cast, browser: Browser) -> None:
    client, address = browser("hr_manager"), edit_url(cast, "contact")
    data = form_of(client, address) | {
        "v-email": "new@example.com", "base_version": "1",
        "valid_from": "2026-03-01", "reason": "本人来电更正",
    }  # fmt: skip
    answer = client.post(address, data)
    assert answer.status_code == 302 and answer["Location"].endswith("?set=contact")
    assert stored(cast, "contact")["email"] == "new@example.com"
    assert stored(cast, "contact")["mobile"] == MOBILE
    page = client.get(f"/people/{cast.people[WHO]}/history/?set=contact").content.decode()
    assert "本人来电更正" in page and "2026-03-01" in page
    assert ("record.write", "done") in written_events()


def test_nothing_changed_makes_no_update_record(cast: Cast, browser: Browser) -> None:
    client, address = browser("hr_manager"), edit_url(cast, "contact")
    before = Change.objects.count()
    answer = client.post(address, form_of(client, address) | {"base_version": "1"})
    assert answer.status_code == 302 and Change.objects.count() == before


def test_a_masked_field_is_never_on_the_form_and_stays_when_left_empty(
    cast: Cast, browser: Browser
) -> None:
    client, address = browser("hr_specialist"), edit_url(cast, "contact")
    page = client.get(address).content.decode()
    assert "138****5678" in page and MOBILE not in page
    data = form_of(client, address) | {"v-email": "new@example.com", "base_version": "1"}
    assert data["v-mobile"] == ""
    client.post(address, data)
    assert stored(cast, "contact")["mobile"] == MOBILE


def test_a_masked_field_can_be_overwritten_or_emptied(cast: Cast, browser: Browser) -> None:
    client, address = browser("hr_specialist"), edit_url(cast, "contact")
    client.post(address, {"v-mobile": "13912342210", "base_version": "1"})
    assert stored(cast, "contact")["mobile"] == "13912342210"
    client.post(address, {"v-mobile": "", "clear-v-mobile": "1", "base_version": "2"})
    assert "mobile" not in stored(cast, "contact")


def test_what_is_not_sent_is_not_emptied(cast: Cast, browser: Browser) -> None:
    client, address = browser("hr_manager"), edit_url(cast, "contact")
    client.post(address, {"v-email": "new@example.com", "base_version": "1"})
    assert stored(cast, "contact")["mobile"] == MOBILE


def test_a_bad_value_is_told_beside_its_field_and_what_was_typed_stays(
    cast: Cast, browser: Browser
) -> None:
    client, address = browser("hr_manager"), edit_url(cast, "identity")
    data = form_of(client, address) | {
        "v-birth_date": "1991-02-31", "v-former_name": "沈小薇", "v-name": "", "base_version": "1",
    }  # fmt: skip
    answer = client.post(address, data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"v-birth_date", "v-name"}
    assert "请填写姓名。" in text and "1991-02-31" in text and "沈小薇" in text
    assert "尚未保存" in text and version_of(row_of(cast.people[WHO], "identity")) == 1


def test_a_number_somebody_else_has_is_refused_beside_its_field(
    cast: Cast, browser: Browser
) -> None:
    client, address = browser("hr_manager"), edit_url(cast, "identity")
    data = form_of(client, address) | {
        "v-employee_number": PEOPLE["罗文博"][0], "base_version": "1",
    }  # fmt: skip
    answer = client.post(address, data)
    assert answer.status_code == 422
    assert "v-employee_number" in answer.context["form"].errors


def test_a_day_to_come_is_refused(cast: Cast, browser: Browser) -> None:
    client, address = browser("hr_manager"), edit_url(cast, "contact")
    answer = client.post(
        address, {"v-email": "n@example.com", "valid_from": "2999-01-01", "base_version": "1"}
    )
    assert answer.status_code == 422 and "不能晚于今天" in answer.content.decode()


def test_the_supervisor_is_found_by_name_or_number(cast: Cast, browser: Browser) -> None:
    client, address = browser("hr_manager"), edit_url(cast, "post")
    client.post(address, {"v-supervisor": "陆怀瑾", "base_version": "1"})
    assert stored(cast, "post")["supervisor"] == str(cast.people["陆怀瑾"])
    assert form_of(client, address)["v-supervisor"] == "陆怀瑾"
    answer = client.post(address, {"v-supervisor": "查无此人", "base_version": "2"})
    assert answer.status_code == 422 and "没有找到“查无此人”" in answer.content.decode()


def test_a_row_is_added_and_the_form_offers_codes(cast: Cast, browser: Browser) -> None:
    client = browser("hr_specialist")
    address = f"/people/{cast.people[WHO]}/education/add/"
    page = client.get(address).content.decode()
    assert "增加教育经历" in page and "全日制" in page and "如 2016-07" in page
    answer = client.post(
        address, {"v-school": "云岭大学", "v-start": "2009.9", "v-end": "至今", "base_version": "0"}
    )
    assert answer.status_code == 302
    assert stored(cast, "education") == {"school": "云岭大学", "start": "2009-09", "end": "9999"}


def test_a_row_is_deleted_and_stays_in_the_history(cast: Cast, browser: Browser) -> None:
    client, subject = browser("hr_specialist"), cast.people[WHO]
    client.post(f"/people/{subject}/education/add/", {"v-school": "云岭大学"})
    row = row_of(subject, "education")
    address = f"/people/{subject}/education/{row}/delete/"
    assert "云岭大学" in client.get(address).content.decode()
    assert client.post(address, {"base_version": "7"}).status_code == 409
    assert Record.objects.filter(row=row, current=True).exists()
    client.post(address, {"base_version": "1", "reason": "重复录入"})
    assert not Record.objects.filter(row=row, current=True).exists()
    history = client.get(f"/people/{subject}/history/").content.decode()
    assert "云岭大学" in history and "重复录入" in history and "已删除" in history


def test_who_may_not_edit_finds_no_form(cast: Cast, browser: Browser) -> None:
    address = edit_url(cast, "contact")
    for client in (
        browser("finance"),
        browser(name=WHO),
        browser("head", name="陆怀瑾", unit="研发中心"),
    ):
        assert client.get(address).status_code == 404
        answer = client.post(address, {"v-email": "x@example.com", "base_version": "1"})
        assert answer.status_code == 404
    assert version_of(row_of(cast.people[WHO], "contact")) == 1


def test_the_picker_finds_people_in_reach_only(cast: Cast, browser: Browser) -> None:
    found = browser("hr_specialist").post("/people/pick/", {"q": "luo"}).json()["people"]
    assert [item["text"] for item in found] == ["罗文博"]
    head = browser("head", name="陆怀瑾", unit="研发中心")
    assert head.post("/people/pick/", {"q": "罗文博"}).json()["people"] == []
    assert browser(name=WHO).post("/people/pick/", {"q": "罗"}).status_code == 403


def test_few_statements(cast: Cast, browser: Browser) -> None:
    client, address = browser("hr_specialist"), edit_url(cast, "post")
    client.get(address)
    with few_statements():
        client.get(address)


def test_forms_need_their_token(cast: Cast, browser: Browser) -> None:
    client = browser("hr_manager")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    address = edit_url(cast, "contact")
    assert strict.post(address, {"v-email": "x@example.com"}).status_code == 403
    assert version_of(row_of(cast.people[WHO], "contact")) == 1
