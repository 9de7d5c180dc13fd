"""Sets, fields and codes added on the page (A7), as decisions on plain data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.dictionary.cells import DICTIONARY

from dangan.dictionary import custom
from dangan.dictionary.building import BadDictionary
from dangan.dictionary.custom import EMPTY, Document, differences, merge
from dangan.dictionary.rules import Dictionary, FieldClass
from dangan.dictionary.values import ParseContext, display, mask, parse

VEHICLE = {"key": "vehicle", "label": "车辆", "label_en": "Vehicle", "owner": "administration"}
PLATE: dict[str, Any] = {
    "label": "车牌号",
    "label_en": "Plate",
    "type": "text",
    "class": "sensitive",
    "purpose": "停车场出入管理",
    "legal_basis": "separate_consent",
    "retention": "employment",
    "owner": "administration",
    "mask": "all",
    "aliases": ["车号"],
}


def problems(caught: pytest.ExceptionInfo[BadDictionary]) -> dict[str, str]:
    return {name: str(message) for name, message in caught.value.problems.items()}


def with_vehicle() -> Document:
    document = custom.add_set(DICTIONARY, EMPTY, VEHICLE)
    return custom.add_field(DICTIONARY, document, "vehicle", "plate", PLATE)


def merged(document: Document) -> Dictionary:
    return merge(DICTIONARY, document, 7)


def test_a_custom_set_behaves_like_a_built_in_one() -> None:
    dictionary = merged(with_vehicle())
    field = dictionary.field("vehicle.plate")
    assert dictionary.revision == 7
    assert list(dictionary.sets)[-1] == "vehicle"
    assert field in dictionary.fields
    assert (field.field_class, field.builtin, field.set_key) == (
        FieldClass.SENSITIVE,
        False,
        "vehicle",
    )
    context = ParseContext(today=date(2026, 11, 21))
    value = parse(field, " 京A12345 ", dictionary=dictionary, context=context)
    assert display(field, value, dictionary=dictionary) == "京A12345"
    assert mask(field, value) == "***"


def test_a_custom_field_joins_a_built_in_set_and_the_roster() -> None:
    plain = PLATE | {"label": "停车位", "label_en": "Parking", "roster": True}
    dictionary = merged(custom.add_field(DICTIONARY, EMPTY, "contact", "parking", plain))
    assert dictionary.sets["contact"].fields[-1].path == "contact.parking"
    assert "contact.parking" in {field.path for field in dictionary.roster_fields}


@pytest.mark.parametrize(
    ("change", "name", "hint"),
    [
        ({"purpose": " "}, "purpose", "没有目的的信息不能采集"),
        ({"legal_basis": None}, "legal_basis", "请选择一项"),
        ({"legal_basis": "curiosity"}, "legal_basis", "请选择一项"),
        ({"class": "top"}, "class", "请选择一项"),
        ({"retention": ""}, "retention", "请选择一项"),
        ({"owner": "nobody"}, "owner", "请选择一项"),
        ({"type": "code"}, "code_table", "请选择代码表"),
        ({"code_table": "sex"}, "code_table", "只有代码类型"),
        ({"type": "date", "unique": True}, "unique", "不能要求不重复"),
        ({"max_length": 0}, "max_length", "1 到 10000"),
        ({"label": ""}, "label", "请填写名称"),
        ({"onclick": "x"}, "onclick", "没有这个属性"),
        ({"legal_basis": "consent"}, "legal_basis", "单独同意"),
        ({"label": "宗教信仰"}, "label", "没有直接关系"),
        ({"label": "是否怀孕"}, "label", "不得询问婚育"),
        ({"label": "乙肝五项"}, "label", "就业促进法"),
    ],
)
def test_collecting_beyond_need_or_without_reason_is_refused(
    change: dict[str, Any], name: str, hint: str
) -> None:
    with pytest.raises(BadDictionary) as caught:
        custom.add_field(DICTIONARY, EMPTY, "contact", "parking", PLATE | change)
    assert hint in problems(caught)[name]


@pytest.mark.parametrize("key", ["", "Plate", "车牌", "a-b", "1a", "a__b", "_a", "a" * 41, "a.b"])
def test_identifiers_are_plain(key: str) -> None:
    with pytest.raises(BadDictionary) as caught:
        custom.add_field(DICTIONARY, EMPTY, "contact", key, PLATE)
    assert "小写字母" in problems(caught)["key"]
    with pytest.raises(BadDictionary):
        custom.add_set(DICTIONARY, EMPTY, VEHICLE | {"key": key})


def test_nothing_is_added_twice() -> None:
    document = with_vehicle()
    for attempt in (
        lambda: custom.add_set(DICTIONARY, document, VEHICLE),
        lambda: custom.add_set(DICTIONARY, document, VEHICLE | {"key": "car"}),
        lambda: custom.add_set(DICTIONARY, document, VEHICLE | {"key": "identity", "label": "新"}),
        lambda: custom.add_field(DICTIONARY, document, "vehicle", "plate", PLATE),
        lambda: custom.add_field(DICTIONARY, document, "vehicle", "number", PLATE),
        lambda: custom.add_field(DICTIONARY, document, "identity", "name", PLATE),
        lambda: custom.add_table(DICTIONARY, document, "sex", {"label": "性别"}, [CODE]),
    ):
        with pytest.raises(BadDictionary):
            attempt()


def test_a_custom_field_changes_except_for_what_is_already_used() -> None:
    document = custom.change_field(
        DICTIONARY, with_vehicle(), "vehicle.plate", {"label": "号牌", "class": "internal"}
    )
    field = merged(document).field("vehicle.plate")
    assert (field.label, field.field_class) == ("号牌", FieldClass.INTERNAL)
    for name, value in (("type", "date"), ("unique", True), ("roster", True)):
        with pytest.raises(BadDictionary) as caught:
            custom.change_field(DICTIONARY, document, "vehicle.plate", {name: value})
        assert "不能修改" in problems(caught)[name]


def test_class_and_retention_of_a_built_in_field_are_the_firms_choice() -> None:
    document = custom.change_field(
        DICTIONARY, EMPTY, "identity.birth_date", {"class": "sensitive", "retention": "employment"}
    )
    field = merged(document).field("identity.birth_date")
    assert (field.field_class, field.retention, field.builtin) == (
        FieldClass.SENSITIVE,
        "employment",
        True,
    )
    with pytest.raises(BadDictionary):
        custom.change_field(DICTIONARY, EMPTY, "identity.birth_date", {"label": "生辰"})


def test_a_retired_field_leaves_the_forms_but_stays_readable() -> None:
    document = custom.retire(DICTIONARY, with_vehicle(), "vehicle.plate")
    dictionary = merged(document)
    assert dictionary.sets["vehicle"].fields == ()
    assert dictionary.field("vehicle.plate").retired
    again = merged(custom.restore(DICTIONARY, document, "vehicle.plate"))
    assert not again.field("vehicle.plate").retired


def test_a_retired_set_leaves_but_stays_readable() -> None:
    dictionary = merged(custom.retire(DICTIONARY, with_vehicle(), "vehicle"))
    assert "vehicle" not in dictionary.sets
    assert dictionary.field("vehicle.plate").label == "车牌号"


def test_marital_status_and_health_may_be_switched_off_but_not_the_name() -> None:
    document = custom.retire(DICTIONARY, EMPTY, "identity.marital_status")
    assert "marital_status" not in [f.key for f in merged(document).sets["identity"].fields]
    for needed in ("identity.name", "identity.id_number", "post.unit", "identity"):
        with pytest.raises(BadDictionary) as caught:
            custom.retire(DICTIONARY, EMPTY, needed)
        assert "不能停用" in problems(caught)[""]


CODE = {"code": "A", "name": "汽油车", "aliases": ["油车"]}


def test_a_custom_code_table_serves_a_custom_field() -> None:
    table = {"label": "车辆类型", "label_en": "Vehicle kind", "source": "自定"}
    document = custom.add_table(DICTIONARY, with_vehicle(), "vehicle_kind", table, [CODE])
    kind = PLATE | {"label": "类型", "type": "code", "code_table": "vehicle_kind"}
    document = custom.add_field(DICTIONARY, document, "vehicle", "kind", kind)
    document = custom.put_code(
        DICTIONARY, document, "vehicle_kind", {"code": "B", "name": "电动车"}
    )
    dictionary = merged(document)
    assert dictionary.code_tables["vehicle_kind"].code_of("油车") == "A"
    assert dictionary.code_tables["vehicle_kind"].code_of("电动车") == "B"


def test_a_built_in_table_grows_and_a_code_retires() -> None:
    new = {"code": "10", "name": "灵活用工", "aliases": ["众包"]}
    document = custom.put_code(DICTIONARY, EMPTY, "employment_form", new)
    assert merged(document).code_tables["employment_form"].code_of("众包") == "10"
    document = custom.put_code(DICTIONARY, document, "employment_form", new | {"retired": True})
    table = merged(document).code_tables["employment_form"]
    assert table.name_of("10") == "灵活用工"
    assert "10" not in [item.code for item in table.choices]


@pytest.mark.parametrize(
    "code",
    [
        {"code": "10", "name": "劳务派遣"},
        {"code": "", "name": "新"},
        {"code": "a b", "name": "新"},
        {"code": "10", "name": " "},
    ],
)
def test_a_bad_code_is_refused(code: dict[str, Any]) -> None:
    with pytest.raises(BadDictionary):
        custom.put_code(DICTIONARY, EMPTY, "employment_form", code)


def test_differences_name_what_changed() -> None:
    before = merged(with_vehicle())
    document = custom.change_field(
        DICTIONARY, with_vehicle(), "vehicle.plate", {"class": "internal"}
    )
    document = custom.retire(DICTIONARY, document, "identity.marital_status")
    assert differences(before, merged(document)) == [
        ("identity.marital_status", "retired", False, True),
        ("vehicle.plate", "class", "sensitive", "internal"),
    ]
    assert ("vehicle.plate", "", None, "车牌号") in differences(DICTIONARY, before)


def test_the_old_document_is_never_touched() -> None:
    document = with_vehicle()
    copy = custom.add_field(
        DICTIONARY, document, "vehicle", "colour", PLATE | {"label": "颜色", "label_en": "Colour"}
    )
    assert len(document["fields"]["vehicle"]) == 1
    assert len(copy["fields"]["vehicle"]) == 2
    assert EMPTY["sets"] == []
