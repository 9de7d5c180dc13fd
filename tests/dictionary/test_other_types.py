"""Telephones, addresses of the net, numbers, codes, text, pictures, references."""

from __future__ import annotations

import base64
from decimal import Decimal
from uuid import uuid4

import pytest
from tests.dictionary.cells import TODAY, read, refusal

from dangan.dictionary.rules import BadValue, Message
from dangan.dictionary.values import ParseContext

MOBILE = "contact.mobile"


@pytest.mark.parametrize(
    ("raw", "phone"),
    [
        ("13800138000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("+86 13800138000", "13800138000"),
        ("+86-138-0013-8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        (13800138000, "13800138000"),
        (13800138000.0, "13800138000"),
        ("010-88886666", "010-88886666"),
        ("（010）88886666", "010-88886666"),
        ("01088886666转801", "010-88886666转801"),
        ("010-88886666 ext. 801", "010-88886666转801"),
        ("0571 8888 6666", "0571-88886666"),
        ("+1 650-253-0000", "+16502530000"),
        ("00852 2345 6789", "+85223456789"),
        ("无", None),
    ],
)
def test_telephones(raw: object, phone: str | None) -> None:
    assert read(MOBILE, raw) == phone


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ("1380013", "不是电话号码"),
        ("12800138000", "不是电话号码"),
        ("88886666", "缺少区号"),
        ("13800138000/13900139000", "一格只写一个号码"),
        ("见备注", "不是电话号码"),
        ("138001380000", "不是电话号码"),
        ("1-800-FLOWERS", "不是电话号码"),
        (1.38e20, "数字格式"),
    ],
)
def test_what_is_no_telephone_is_refused(raw: object, hint: str) -> None:
    assert hint in refusal(MOBILE, raw)


def test_e_mail_addresses() -> None:
    assert read("contact.email", " Li.Lei＠Example.COM ") == "Li.Lei@example.com"
    for wrong in ("li.lei", "a@b", "a b@example.com@x", "a..b@example.com", "@example.com"):
        assert "不是电子邮箱" in refusal("contact.email", wrong)


@pytest.mark.parametrize(
    ("raw", "money"),
    [
        ("12,345.6", "12345.60"),
        ("￥12345", "12345.00"),
        ("1.5万", "15000.00"),
        ("12345元", "12345.00"),
        (12345.678, "12345.68"),
        (Decimal("0.10"), "0.10"),
        (0, "0.00"),
        ("-", None),
    ],
)
def test_money(raw: object, money: str | None) -> None:
    assert read("pay.base", raw) == money


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ("-1", "不能是负数"),
        ("1.234", "两位小数"),
        ("1,23", "不是金额"),
        ("面议", "不是金额"),
        ("1e5", "不是金额"),
        ("١٢", "不是金额"),
        (1e14, "太大"),
    ],
)
def test_what_is_no_amount_is_refused(raw: object, hint: str) -> None:
    assert hint in refusal("pay.base", raw)


def test_counts_and_decimals() -> None:
    assert read("contract.probation_months", "３") == 3
    assert read("contract.probation_months", 3.0) == 3
    assert "不是整数" in refusal("contract.probation_months", "3.5")
    assert "不是整数" in refusal("contract.probation_months", "三个月")
    assert read("training.hours", "12.50") == "12.5"
    assert read("training.hours", 0.1 + 0.2) == "0.3"
    assert "不是数字" in refusal("training.hours", "NaN")


def test_bank_accounts() -> None:
    assert read("bank_account.account", "6222 0202 0011 2233 445") == "6222020200112233445"
    assert "数字格式" in refusal("bank_account.account", 6.22202020011223e18)
    assert "8 到 32 位" in refusal("bank_account.account", "12345")


@pytest.mark.parametrize(
    ("path", "raw", "code"),
    [
        ("identity.ethnicity", "汉", "01"),
        ("identity.ethnicity", "汉族", "01"),
        ("identity.ethnicity", "01", "01"),
        ("identity.ethnicity", 1.0, "01"),
        ("identity.ethnicity", " 维吾尔 ", "05"),
        ("identity.sex", "男", "1"),
        ("identity.sex", "女性", "2"),
        ("identity.sex", 2.0, "2"),
        ("identity.sex", "f", "2"),
        ("identity.highest_education", "本科", "21"),
        ("identity.highest_education", "大学本科", "21"),
        ("identity.highest_education", "博士研究生", "11"),
        ("identity.highest_education", "硕士研究生", "14"),
        ("identity.highest_education", "大学专科", "31"),
        ("identity.highest_education", "中专", "41"),
        ("identity.highest_education", "高中", "61"),
        ("identity.political_status", "党员", "01"),
        ("identity.political_status", "中共党员", "01"),
        ("identity.political_status", "群众", "13"),
        ("identity.marital_status", "已婚", "20"),
        ("education.degree", "工学学士", "408"),
        ("education.degree", "MBA", "346"),
        ("education.degree", "无", None),
        ("family.relation", "父亲", "51"),
        ("family.relation", "母亲", "52"),
        ("family.relation", "二女婿", "28"),
        ("family.relation", "表姐", "92"),
        ("professional_title.title", "工程师", "083"),
    ],
)
def test_codes_by_every_name_people_use(path: str, raw: object, code: str | None) -> None:
    assert read(path, raw) == code


def test_an_unknown_word_is_refused_with_what_may_be_meant() -> None:
    assert refusal("identity.sex", "公") == "“公”不在代码表“性别”里，可以填：未知、男、女、未说明"
    assert "大学本科" in refusal("identity.highest_education", "大学本科生")
    assert refusal("family.relation", "盟友") == "“盟友”不在代码表“家庭关系”里，请从表中选一项"


def test_text_is_tidied_but_keeps_its_punctuation() -> None:
    assert read("contact.address", " 北京市\n海淀区\u200b（甲）1号 ") == "北京市 海淀区（甲）1号"
    assert read("identity.remarks", "一\r\n二") == "一\n二"
    assert read("contact.address", 12.0) == "12"
    assert read("contact.address", "/") is None


@pytest.mark.parametrize("raw", ["a\x00b", "a\u202eb", "a\ud800b", "\x1b[31m红"])
def test_control_characters_are_refused(raw: str) -> None:
    assert "控制字符" in refusal("contact.address", raw)


def test_long_text_is_refused_with_its_length() -> None:
    assert refusal("identity.native_place", "省" * 81) == "内容有 81 个字，最多 80 个，请缩短"


def test_error_cells_and_strange_objects_are_refused() -> None:
    assert "错误值 #REF!" in refusal("contact.address", "#REF!")
    assert "不是文字、数字或日期" in refusal("contact.address", object())
    assert read("contact.address", float("nan")) is None


def test_postcodes_get_their_zero_back() -> None:
    assert read("contact.postcode", 30000.0) == "030000"
    assert "6 位数字" in refusal("contact.postcode", "30000")


def test_units_and_people_are_resolved_by_the_caller() -> None:
    def resolve(text: str) -> str:
        if text != "财务部":
            raise BadValue(Message("没有部门“{name}”", name=text))
        return "00000000-0000-4000-8000-000000000001"

    context = ParseContext(today=TODAY, resolve_unit=resolve)
    assert read("post.unit", " 财务部 ", context) == "00000000-0000-4000-8000-000000000001"
    assert refusal("post.unit", "量子战略部", context) == "没有部门“量子战略部”"
    some = str(uuid4())
    assert read("post.unit", some.upper()) == some
    assert "找不到对应的人员" in refusal("post.supervisor", "李雷")


def test_portraits_are_judged_by_content() -> None:
    jpeg = b"\xff\xd8\xff\xe0" + b"0" * 100
    url = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
    assert read("identity.photo", jpeg) == url
    assert read("identity.photo", url) == url
    assert "JPEG 或 PNG" in refusal("identity.photo", b"<svg onload=alert(1)>")
    assert "JPEG 或 PNG" in refusal("identity.photo", "data:image/svg+xml;base64,PHN2Zz4=")
    assert "最多 400 KB" in refusal("identity.photo", jpeg + b"0" * 500_000)
