"""What is read can be shown and read again; a mask shows no more than its rule."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dictionary.cells import DICTIONARY, TODAY

from dangan.dictionary.rules import FIELD_TYPES, OPEN_END, BadValue, Field, Json
from dangan.dictionary.values import ParseContext, display, mask, parse
from dangan.dictionary.values.identity import check_digit

BY_TYPE = {item.type: item for item in DICTIONARY.fields}
PLAIN = DICTIONARY.field("contact.address")
ANY_FIELD = st.sampled_from(DICTIONARY.fields)

_days = st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(date.isoformat)
_partial = _days.flatmap(lambda day: st.sampled_from([day, day[:7], day[:4]]))
_numbers = st.builds(
    lambda region, birth, order: (
        (first := f"{region}{birth:%Y%m%d}{order:03d}") + check_digit(first)
    ),
    st.integers(100000, 999999),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)
STORED: dict[str, st.SearchStrategy[Json]] = {
    "text": st.text("天地玄黄abcXYZ（），09", min_size=1, max_size=30),
    "date": _days,
    "partial_date": _partial,
    "open_date": _partial | st.just(OPEN_END),
    "integer": st.integers(-(2**53), 2**53),
    "decimal": st.decimals(-(10**9), 10**9, places=3).map(lambda d: f"{d.normalize():f}"),
    "money": st.decimals(0, 10**11, places=2).map(lambda d: f"{abs(d):.2f}"),
    "boolean": st.booleans(),
    "phone": st.sampled_from(
        ["13800138000", "010-88886666", "0571-88886666转8", "+16502530000", "+85223456789"]
    ),
    "email": st.just("a.b+c@example.com"),
    "id_number": _numbers,
    "bank_account": st.text(string.digits, min_size=8, max_size=32),
    "unit": st.uuids().map(str),
    "subject": st.uuids().map(str),
    "url": st.just("https://example.com/a?b=c"),
}


def _field(kind: str) -> Field:
    return BY_TYPE.get(kind) or replace(PLAIN, type=kind)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize("kind", sorted(STORED))
@given(data=st.data())
def test_reading_what_is_shown_gives_the_same(
    kind: str, language: str, data: st.DataObject
) -> None:
    field = replace(_field(kind), check="", max_length=None)
    value = data.draw(STORED[kind])
    shown = display(field, value, dictionary=DICTIONARY, language=language)
    again = parse(field, shown, dictionary=DICTIONARY, context=ParseContext(today=TODAY))
    assert again == value or str(value).strip() in ("", "/", "-")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_code_is_read_back_from_its_name(language: str) -> None:
    wrong = [
        (table.key, item.code, shown)
        for table in DICTIONARY.code_tables.values()
        for item in table.codes
        if table.code_of(shown := table.name_of(item.code, language)) != item.code
    ]
    assert wrong == []


def test_every_type_has_a_parser_and_a_value_above() -> None:
    assert set(STORED) | {"code", "image", "long_text"} == set(FIELD_TYPES)


@given(
    ANY_FIELD,
    st.text()
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.datetimes()
    | st.decimals()
    | st.binary(max_size=20)
    | st.text(string.digits + "-./年月日Xx+转 ０１９", max_size=24),
)
def test_a_cell_is_read_or_refused_and_nothing_else(field: Field, raw: object) -> None:
    context = ParseContext(today=TODAY)
    try:
        value = parse(field, raw, dictionary=DICTIONARY, context=context)
    except BadValue as error:
        assert str(error.message)
        assert "{" not in str(error.message) or "{" in str(raw)
        return
    assert value is None or isinstance(value, str | int | bool)
    if isinstance(value, str):
        value.encode()
        assert value
        assert "\x00" not in value


@given(ANY_FIELD, st.text(min_size=1, max_size=40) | st.integers() | st.booleans())
def test_a_mask_never_shows_a_whole_value(field: Field, value: Json) -> None:
    masked = mask(field, value)
    if field.mask != "none":
        assert masked != str(value) or set(masked) <= {"*"}
        assert "*" in masked


_KEPT = {"phone": 7, "id_number": 8, "bank": 4, "name": 1, "address": 6, "all": 0}


@given(st.sampled_from(sorted(_KEPT)), st.text(string.ascii_letters, min_size=1, max_size=40))
def test_a_mask_keeps_at_most_what_its_rule_says(rule: str, value: str) -> None:
    masked = mask(replace(PLAIN, mask=rule), value)
    assert len(masked.replace("*", "")) <= _KEPT[rule]


@pytest.mark.parametrize(
    ("rule", "value", "masked"),
    [
        ("phone", "13812345678", "138****5678"),
        ("phone", "1234567", "***"),
        ("id_number", "330106197901130892", "3301**********0892"),
        ("bank", "6222020200112233445", "****3445"),
        ("name", "张三", "张*"),
        ("name", "欧阳娜娜", "欧**"),
        ("name", "张", "张*"),
        ("email", "lilei@example.com", "l***@example.com"),
        ("email", "a@example.com", "***"),
        ("address", "北京市海淀区建设路1号", "北京市海淀区***"),
        ("address", "建设路1号", "***"),
        ("year", "1979-01-13", "1979-**"),
        ("year", "1979", "***"),
        ("all", "机密", "***"),
        ("none", "公开", "公开"),
        ("phone", None, ""),
    ],
)
def test_masks(rule: str, value: Json | None, masked: str) -> None:
    assert mask(replace(PLAIN, mask=rule), value) == masked


def test_money_is_shown_with_thousands_and_units_by_name() -> None:
    pay = DICTIONARY.field("pay.base")
    assert display(pay, "1234567.80", dictionary=DICTIONARY) == "1,234,567.80"
    assert display(pay, "10000", dictionary=DICTIONARY) == "10,000.00"
    unit = DICTIONARY.field("post.unit")
    shown = display(unit, "x", dictionary=DICTIONARY, name_of=lambda _, key: f"部门 {key}")
    assert shown == "部门 x"
    assert Decimal(display(pay, "0.05", dictionary=DICTIONARY)) == Decimal("0.05")
