"""A person's page of the household register 常住人口登记卡."""

from __future__ import annotations

import re

from dangan.materials.reading.rules.recognition.cards import NUMBER
from dangan.materials.reading.rules.recognition.dates import DAY_DATE, iso
from dangan.materials.reading.rules.recognition.joined import Joined
from dangan.materials.reading.rules.recognition.values import (
    SEXES,
    Value,
    birth_of,
    checked,
    id_value,
    sex_of,
    value,
)

_LABELS = (
    "姓名", "户主或与户主关系", "与户主关系", "曾用名", "性别", "出生地", "民族", "籍贯",
    "出生日期", "本市(县)其他住址", "宗教信仰", "公民身份证件编号", "公民身份号码", "身高", "血型",
    "文化程度", "婚姻状况", "兵役状况", "服务处所", "职业", "何时由何地迁来本市(县)",
    "何时由何地迁来本址", "承办人签章", "登记日期",
)  # fmt: skip
_DATE = re.compile(f"({DAY_DATE})")
_FIELDS = {
    "姓名": "name",
    "曾用名": "former_name",
    "民族": "ethnicity",
    "籍贯": "native_place",
    "出生地": "birthplace",
    "婚姻状况": "marital_status",
}
_EMPTY = frozenset({"无", "-", "/", ""})


def fits(page: Joined) -> bool:
    return "常住人口登记" in page.text or "户主关系" in page.text


def read(page: Joined) -> list[Value]:
    """What it says of its person; the relation is to the head of the household, so it fills no
    field and is told beside."""
    parts = page.between(_LABELS)
    number, facts = id_value(page.find(NUMBER))
    found = [number] if number.text else []
    for label, field in _FIELDS.items():
        if label in parts and parts[label].text not in _EMPTY:
            found.append(value(field, parts[label]))
    if "性别" in parts and parts["性别"].text[:1] in SEXES.values():
        sex = value("sex", parts["性别"], parts["性别"].text[:1])
        found.append(checked(sex, sex_of(facts)))
    born = parts.get("出生日期")
    if born and (date := _DATE.search(born.text)):
        read_date = value("birth_date", born, iso(date.group(1)))
        found.append(checked(read_date, birth_of(facts)))
    relation = parts.get("户主或与户主关系") or parts.get("与户主关系")
    if relation and relation.text:
        found.append(value("_relation", relation))
    return found
