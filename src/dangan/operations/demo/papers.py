"""Which papers the file of an invented person holds, from what their rows say. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypedDict

from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.operations.demo.person import Person

LAST_YEAR = 2025
ASSESSED_YEARS = 4
_OF_ALL = (("姓名", "name"), ("性别", "sex"), ("出生年月", "birth_date"), ("籍贯", "native_place"))
_SEXES = {"1": "男", "2": "女"}
_PARTY = {"01", "02"}


class Day(TypedDict, total=False):
    """When a paper was formed, as far as it says."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: its line in the catalogue and what is written on it, label by label."""

    body: MaterialBody
    lines: tuple[tuple[str, str], ...] = ()
    words: str = ""
    portrait: bool = False
    seal: str = "澄远集团"
    secrecy: int = field(default=0)


def papers_of(person: Person, *, cadre: bool) -> list[Paper]:
    """The file of one person, in no order: some ten to twenty papers."""
    return [
        *_forms(person, cadre=cadre),
        *_assessments(person),
        *_schooling(person),
        *_titles(person),
        *_trainings(person),
        *_party(person),
        *_rewards(person),
        *_pay(person),
        *_posts(person, cadre=cadre),
        *_contracts(person),
    ]


def _who(person: Person) -> tuple[tuple[str, str], ...]:
    identity = person.rows["identity"][0]
    found = []
    for label, key in _OF_ALL:
        value = str(identity.get(key) or "")
        found.append((label, _SEXES.get(value, value) if key == "sex" else value[:10]))
    return tuple(found)


def _day(text: object) -> Day:
    """Year, month and day of a stored date, as far as it says."""
    match [int(part) for part in str(text or "").split("-") if part.isdigit()][:3]:
        case [year, month, day]:
            return Day(year=year, month=month, day=day)
        case [year, month]:
            return Day(year=year, month=month)
        case [year]:
            return Day(year=year)
    return Day()


def _forms(person: Person, *, cadre: bool) -> Iterator[Paper]:
    post = person.rows["post"][0]
    title = "干部履历表" if cadre else "职工登记表"
    body = MaterialBody(category="1", title=title, pages=2, source="人力资源部", **_joined(person))
    lines = (*_who(person), ("参加工作", _text(person, "identity", "work_start")))
    yield Paper(
        body,
        (*lines, ("岗位", str(post.get("position") or ""))),
        "以上各项由本人如实填写，材料属实。",
        portrait=True,
    )
    if cadre:
        story = MaterialBody(category="2", title="自传", pages=3, **_joined(person))
        yield Paper(story, _who(person)[:1], "本人于学校毕业后参加工作，经历附后。")


def _assessments(person: Person) -> Iterator[Paper]:
    first = max(_joined(person).get("year", LAST_YEAR) + 1, LAST_YEAR - ASSESSED_YEARS + 1)
    grades = {
        str(row.get("year", ""))[:4]: str(row.get("result") or "")
        for row in person.rows.get("assessment", ())
    }
    for year in range(first, LAST_YEAR + 1):
        body = MaterialBody(
            category="3", title=f"{year} 年度考核登记表", year=year, month=12, day=31, pages=2
        )
        words = "完成年度工作任务，遵守规章制度，同意考核结果。"
        grade = "优秀" if grades.get(str(year)) == "1" else "合格"
        yield Paper(body, (*_who(person)[:2], ("年度", str(year)), ("结果", grade)), words)


def _schooling(person: Person) -> Iterator[Paper]:
    for row in person.rows.get("education", ()):
        school, level = str(row.get("school") or ""), str(row.get("level") or "")
        if not level or level[0] not in "123":
            continue
        day, title = _day(row.get("end")), _GRADUATES.get(level[0], "毕业生登记表")
        lines = (*_who(person)[:3], ("学校", school), ("专业", str(row.get("major") or "")))
        yield Paper(
            MaterialBody(
                category="4-1", title=title, stage=level, matter=school, pages=2, rank=1, **day
            ),
            (*lines, ("学习期限", f"{row.get('start')} 至 {row.get('end')}")),
            "在校期间完成培养方案规定的全部课程，成绩合格，准予毕业。",
            portrait=True,
            seal=school,
        )
        yield Paper(
            MaterialBody(
                category="4-1", title="学历、学位证书复印件", stage=level, matter=school, pages=1,
                rank=2, copy=True, remark="复印件", **day,
            ),
            lines,
            f"学生学习期满，成绩合格，准予毕业。证书编号 {row.get('certificate_number') or ''}",
            seal=school,
        )  # fmt: skip


_GRADUATES = {"1": "毕业研究生登记表", "2": "大学本科毕业生登记表", "3": "大学专科毕业生登记表"}


def _titles(person: Person) -> Iterator[Paper]:
    for row in person.rows.get("professional_title", ()):
        body = MaterialBody(
            category="4-2", title="专业技术职务任职资格评审表", pages=4, **_day(row.get("obtained"))
        )
        yield Paper(body, _who(person)[:2], "经评审委员会评审，具备任职资格。")


def _trainings(person: Person) -> Iterator[Paper]:
    for row in person.rows.get("training", ())[:2]:
        body = MaterialBody(
            category="4-4", title=f"{row.get('name')}结业登记表", pages=1, **_day(row.get("end"))
        )
        yield Paper(body, _who(person)[:1], "参加全部课程，考核合格。")


def _party(person: Person) -> Iterator[Paper]:
    if str(person.rows["identity"][0].get("political_status")) not in _PARTY:
        return
    joined = next(
        (r.get("joined") for r in person.rows.get("political", ()) if r.get("joined")), None
    )
    for rank, (title, pages) in enumerate((("入党志愿书", 6), ("入党申请书", 2)), 1):
        body = MaterialBody(
            category="6", title=title, stage="party", rank=rank, pages=pages, **_day(joined)
        )
        yield Paper(body, _who(person)[:3], "支部大会讨论通过，同意接收。", seal="中共澄远集团支部")


def _rewards(person: Person) -> Iterator[Paper]:
    for row in person.rows.get("reward", ())[:2]:
        body = MaterialBody(
            category="7", title=f"{row.get('name')}审批表", pages=1, **_day(row.get("awarded"))
        )
        yield Paper(body, _who(person)[:1], "工作成绩突出，予以表彰。")


def _pay(person: Person) -> Iterator[Paper]:
    for year in (LAST_YEAR - 3, LAST_YEAR):
        if year > _joined(person).get("year", LAST_YEAR):
            body = MaterialBody(category="9-1", title="工资变动审批表", year=year, month=1, pages=1)
            yield Paper(body, _who(person)[:1], "按年度调薪方案调整，详见薪酬记录。")


def _posts(person: Person, *, cadre: bool) -> Iterator[Paper]:
    hired = MaterialBody(category="9-2", title="录用审批表", pages=1, **_joined(person))
    yield Paper(hired, (*_who(person)[:3],), "经考核合格，同意录用。")
    current = person.rows["post"][-1]
    if cadre:
        day = _day(current.get("start") or current.get("joined"))
        position = str(current.get("position") or "")
        form = MaterialBody(category="9-2", title="干部任免审批表", pages=2, matter=position, **day)
        yield Paper(form, (*_who(person), ("拟任职务", position)), "同意任职。", portrait=True)


def _contracts(person: Person) -> Iterator[Paper]:
    for row in person.rows.get("contract", ())[-1:]:
        day = _day(row.get("signed") or row.get("start"))
        body = MaterialBody(
            category="9-2", title=f"劳动合同（{day.get('year', '')} 年）", pages=6, **day
        )
        yield Paper(body, _who(person)[:1], "双方协商一致，订立本合同。")


def _joined(person: Person) -> Day:
    return _day(person.rows["post"][0].get("joined"))


def _text(person: Person, info_set: str, key: str) -> str:
    rows: list[dict[str, Any]] = person.rows.get(info_set, [])
    return str(rows[0].get(key) or "") if rows else ""
