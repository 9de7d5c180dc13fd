"""The dictionary's pages: who may look, who may change, and what the pages say."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.dictionary_pages.conftest import Browser

from dangan.dictionary.models import Revision
from dangan.dictionary.queries import current

VEHICLE = {"key": "vehicle", "label": "车辆", "label_en": "Vehicle", "owner": "administration"}
PLATE = {
    "key": "plate",
    "label": "车牌号",
    "label_en": "Plate",
    "type": "text",
    "purpose": "停车场出入管理",
    "legal_basis": "separate_consent",
    "retention": "employment",
    "class": "sensitive",
    "mask": "all",
    "owner": "administration",
    "self_service": "edit",
    "aliases": "车号，牌照",
}


def url(name: str, *args: object) -> str:
    return reverse(f"dictionary:{name}", args=args)


def post(client: Client, page: str, /, *args: object, **data: Any) -> HttpResponse:
    return client.post(url(page, *args), data)  # type: ignore[return-value]  # the client answers like a response


def add_vehicle(client: Client) -> None:
    post(client, "new_set", **VEHICLE, multiple="on")
    post(client, "new_field", "vehicle", **PLATE)


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


PAGES = [
    ("sets",),
    ("set", "identity"),
    ("set", "background_check"),
    ("field", "identity", "id_number"),
    ("tables",),
    ("table", "professional_title"),
    ("history",),
]


@pytest.mark.parametrize("page", PAGES, ids="-".join)
def test_pages_open_in_three_languages_within_few_statements(
    browser: Browser, page: tuple[str, ...]
) -> None:
    client = browser("it")
    for language in ("zh-hans", "zh-hant", "en"):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(url(*page), headers={"accept-language": language})
        assert answer.status_code == 200
        assert "style=" not in text(answer)
        assert len(asked) <= 15


def test_the_register_says_why_each_field_is_held(browser: Browser) -> None:
    shown = text(browser("privacy_officer").get(url("sets")))
    assert "建立职工名册，办理社会保险和个人所得税" in shown
    assert "劳动合同法 7" in shown
    only_consent = text(browser("privacy_officer").get(url("sets"), {"show": "consent"}))
    assert "婚姻状况" in only_consent
    assert "岗位名称" not in only_consent


def test_who_may_not_edit_sees_no_buttons_and_is_refused(browser: Browser) -> None:
    client = browser("privacy_officer")
    assert url("new_set") not in text(client.get(url("sets")))
    assert '<form method="post" class="card' not in text(
        client.get(url("field", "identity", "sex"))
    )
    for answer in (
        client.get(url("new_set")),
        post(client, "new_set", **VEHICLE),
        post(client, "new_field", "identity", **PLATE),
        post(client, "field", "identity", "sex", base_revision=0),
        post(client, "use_field", "identity", "marital_status", use="0"),
        post(client, "table", "sex", code="5", name="新"),
        post(client, "new_table", key="x", label="x", label_en="x", codes="1 x"),
    ):
        assert answer.status_code == 403
    assert Revision.objects.count() == 0


def test_an_auditor_sees_no_dictionary_and_a_stranger_is_sent_to_log_in(browser: Browser) -> None:
    assert Client().get(url("sets")).status_code == 302
    assert browser("auditor").get(url("sets")).status_code == 403


def test_a_set_and_a_field_added_on_the_page(browser: Browser) -> None:
    client = browser("it")
    answer = post(client, "new_set", **VEHICLE, multiple="on")
    assert answer.headers["Location"] == url("new_field", "vehicle")
    answer = post(client, "new_field", "vehicle", **PLATE)
    assert answer.headers["Location"] == url("set", "vehicle")
    field = current().field("vehicle.plate")
    assert (field.label, field.purpose, field.aliases) == (
        "车牌号",
        "停车场出入管理",
        ("车号", "牌照"),
    )
    assert "车牌号" in text(client.get(url("set", "vehicle")))


def logged() -> list[str]:
    """The entries of changes to the dictionary, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT convert_from(entry, 'UTF8') FROM audit_event"
            " WHERE action = 'dictionary.change' ORDER BY id"
        )
        return [entry for (entry,) in cursor.fetchall()]


def test_every_change_is_logged_with_its_revision(browser: Browser) -> None:
    add_vehicle(browser("it"))
    entries = logged()
    assert ["add_set vehicle" in entries[0], "add_field vehicle.plate" in entries[1]] == [True] * 2
    assert "revision" in entries[1]


def test_a_field_without_purpose_comes_back_with_what_was_typed(browser: Browser) -> None:
    client = browser("it")
    post(client, "new_set", **VEHICLE, multiple="on")
    answer = post(client, "new_field", "vehicle", **PLATE | {"purpose": ""})
    assert answer.status_code == 422
    assert "停车场" not in text(answer)
    assert "车牌号" in text(answer)
    answer = post(client, "new_field", "vehicle", **PLATE | {"label": "宗教信仰"})
    assert answer.status_code == 422
    assert "没有直接关系" in text(answer)
    assert "vehicle.plate" not in {field.path for field in current().fields}


def test_two_editors_of_one_field(browser: Browser) -> None:
    client = browser("it")
    add_vehicle(client)
    seen = current().revision
    changed = PLATE | {"help": "蓝牌或绿牌", "base_revision": seen}
    assert post(client, "field", "vehicle", "plate", **changed).status_code == 302
    late = PLATE | {"help": "只填数字", "base_revision": seen}
    answer = post(client, "field", "vehicle", "plate", **late)
    assert answer.status_code == 422
    assert "刚被别人改过" in text(answer)
    assert "只填数字" in text(answer), "the input is kept"
    forged = PLATE | {"help": "只填数字", "base_revision": 999_999}
    assert post(client, "field", "vehicle", "plate", **forged).status_code == 422
    assert current().field("vehicle.plate").help == "蓝牌或绿牌"


def test_the_class_of_a_built_in_field_is_changed_and_compared(browser: Browser) -> None:
    client = browser("it")
    form = client.get(url("field", "identity", "birth_date")).context["form"]
    given = {name: bound.value() for name, bound in ((b.name, b) for b in form)}
    data = {name: value for name, value in given.items() if value not in (None, False)}
    data |= {"class": "sensitive", "base_revision": 0}
    answer = post(client, "field", "identity", "birth_date", **data)
    assert answer.status_code == 302, answer.context["form"].errors
    revision = current().revision
    shown = text(client.get(url("revision", revision)))
    assert "出生日期" in shown
    assert "内部" in shown
    assert "敏感" in shown
    assert client.get(url("revision", revision + 1)).status_code == 404
    assert '"field_class":["2","3"]' in logged()[-1], "the log says from what to what"


def test_retired_and_restored(browser: Browser) -> None:
    client = browser("it")
    post(client, "use_field", "identity", "marital_status", use="0")
    assert current().field("identity.marital_status").retired
    assert "已停用的字段" in text(client.get(url("set", "identity")))
    assert client.get(url("field", "identity", "marital_status")).status_code == 200
    post(client, "use_field", "identity", "marital_status", use="1")
    assert not current().field("identity.marital_status").retired
    add_vehicle(client)
    post(client, "use_set", "vehicle", use="0")
    assert "vehicle" not in current().sets
    assert client.get(url("set", "vehicle")).status_code == 200
    post(client, "use_set", "vehicle", use="1")
    assert "vehicle" in current().sets


def test_what_the_system_needs_cannot_be_retired(browser: Browser) -> None:
    client = browser("it")
    answer = client.post(url("use_field", "identity", "name"), {"use": "0"}, follow=True)
    assert "不能停用" in text(answer)  # type: ignore[arg-type]  # as above
    assert not current().field("identity.name").retired


def test_code_tables_grow(browser: Browser) -> None:
    client = browser("it")
    new = {"code": "10", "name": "灵活用工", "aliases": "众包、平台用工"}
    assert post(client, "table", "employment_form", **new).status_code == 302
    assert current().code_tables["employment_form"].code_of("众包") == "10"
    taken = post(client, "table", "employment_form", code="11", name="劳务派遣")
    assert taken.status_code == 422
    assert "已经是代码 2" in text(taken)
    lines = "A 轿车，小车\nB 货车\n"
    made = {"key": "vehicle_kind", "label": "车辆类型", "label_en": "Kind", "codes": lines}
    assert post(client, "new_table", **made).status_code == 302
    assert current().code_tables["vehicle_kind"].code_of("小车") == "A"
    assert "货车" in text(client.get(url("table", "vehicle_kind")))


def test_a_code_is_renamed_and_keeps_its_code(browser: Browser) -> None:
    client = browser("it")
    where = url("table", "employment_form") + "?code=9"
    assert client.get(where).status_code == 200
    client.post(where, {"code": "x", "name": "其他形式", "aliases": "其它"})
    table = current().code_tables["employment_form"]
    assert table.name_of("9") == "其他形式"
    assert table.code_of("x") is None


@pytest.mark.parametrize(
    "page", [("set", "nothing"), ("field", "identity", "nothing"), ("table", "nothing")]
)
def test_what_is_not_there_is_not_found(browser: Browser, page: tuple[str, ...]) -> None:
    assert browser("it").get(url(*page)).status_code == 404


def test_history_names_what_was_done(browser: Browser) -> None:
    client = browser("it")
    assert "还没有改过" in text(client.get(url("history")))
    add_vehicle(client)
    shown = text(client.get(url("history")))
    assert "新增信息集" in shown
    assert "车辆 · 车牌号" in shown
    assert "测试账号" in shown
