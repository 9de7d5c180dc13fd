"""The information sets with several rows of one invented life. Pure.

Values come out in stored form, codes as in the built-in code tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dangan.operations.demo.names import bank_account, given_name, surname
from dangan.operations.demo.person import ANCHOR, Values
from dangan.operations.demo.words import words

if TYPE_CHECKING:
    from dangan.operations.demo.lives import Life


def _education(life: Life) -> None:
    life.rows["education"] = life.schooling.education_rows(life.random)


def _degree(life: Life) -> None:
    life.rows["degree"] = life.schooling.degree_rows(life.random)


def _work_experience(life: Life) -> None:
    group = words().group
    life.rows["work_experience"] = life.history.work_rows(
        life.random, life.office.line, f"{group}有限公司", life.rows["post"][-1]["position"]
    )


def _political(life: Life) -> None:
    if life.party:
        joined = date(life.born.year + life.random.randrange(20, 25), 6, 20)
        full = joined.replace(year=joined.year + 1)
        branch = f"{life.office.path.split('/')[min(1, life.office.path.count('/'))]}党支部"
        life.rows["political"] = [
            {
                "status": "01",
                "joined": joined.isoformat(),
                "became_full": full.isoformat(),
                "event": "1",
                "branch": branch,
            }
        ]
    elif life.league:
        life.rows["political"] = [{"status": "03", "joined": f"{life.born.year + 15}-05"}]


def _family(life: Life) -> None:
    random, born = life.random, life.born
    work = words().lists["outside_work"]
    rows: list[Values] = [
        _relative("51", life.family + given_name(random, male=True, birth_year=1960),
                  born.year - random.randrange(23, 32), random.choice(work[:5])),
        _relative("52", surname(random) + given_name(random, male=False, birth_year=1960),
                  born.year - random.randrange(21, 29), random.choice(work[:5])),
    ]  # fmt: skip
    if life.married:
        relation = "12" if life.male else "11"
        employer = random.choice(words().lists["employers"])
        rows.append(
            _relative(relation, life.spouse, born.year + random.randrange(-3, 4),
                      f"{employer} {random.choice(('职员', '工程师', '会计', '主管'))}")
        )  # fmt: skip
        rows += _children(life)
    life.rows["family"] = rows


def _children(life: Life) -> Iterator[Values]:
    random = life.random
    first = life.born.year + random.randrange(25, 33)
    for year in (first, first + random.randrange(3, 7)):
        age = ANCHOR.year - year
        if age < 1 or (year != first and random.random() < 0.65):
            continue
        son = random.random() < 0.5
        stage = (
            "幼儿园"
            if age < 6
            else "在读小学"
            if age < 12
            else "在读中学"
            if age < 18
            else "在读大学"
        )
        family = life.family if life.male else life.spouse[0]
        yield _relative(
            "20" if son else "30", family + given_name(random, male=son, birth_year=year), year,
            stage if age < 23 else random.choice(words().lists["employers"]),
        )  # fmt: skip


def _contract(life: Life) -> None:
    company = "/".join(life.office.path.split("/")[:2])
    life.rows["contract"] = life.history.contract_rows(
        life.me.employee_number, company.rpartition("/")[2], life.rows["post"][-1]["position"],
        life.today, departed=life.me.departed,
    )  # fmt: skip


def _pay(life: Life) -> None:
    base = life.office.line.pay * (1 + 0.03 * max(0.0, life.age - 24))
    base *= (
        {"group": 4.5, "company": 3.2, "department": 2.0, "team": 1.3}[life.office.kind]
        if life.me.head
        else 1
    )
    life.rows["pay"] = life.history.pay_rows(life.random, base)


def _bank_account(life: Life) -> None:
    random = life.random
    bank = random.choice(words().lists["banks"])
    life.rows["bank_account"] = [
        {
            "bank": bank,
            "branch": f"{bank}上海{random.choice(words().lists['streets'])}支行",
            "account": bank_account(random),
            "holder": life.me.name,
            "use": "1",
            "start": life.history.joined.isoformat(),
        }
    ]


def _health(life: Life) -> None:
    examined = ANCHOR - timedelta(days=life.random.randrange(30, 300))
    examined = max(life.history.joined, examined)
    chronic = life.random.random() < 0.05
    life.rows["health"] = [
        {
            "examined": examined.isoformat(),
            "kind": "2",
            "place": "江城第二医院体检中心",
            "state": "20" if chronic else "10",
            "conclusion": "4" if chronic else "1",
            "next_due": (examined + timedelta(days=365)).isoformat(),
        }
    ]


def _assessment(life: Life) -> None:
    random = life.random
    rows = []
    for year in range(max(life.history.joined.year + 1, ANCHOR.year - 3), ANCHOR.year):
        best = random.random() < 0.2
        rows.append(
            {
                "kind": "1",
                "year": str(year),
                "result": "1" if best else "3" if random.random() < 0.03 else "2",
                "score": str(
                    random.randrange(920, 980) / 10 if best else random.randrange(780, 920) / 10
                ),
            }
        )
    life.rows["assessment"] = rows


def _training(life: Life) -> None:
    random, joined = life.random, life.history.joined
    rows: list[Values] = []
    for number, (name, organiser, hours) in enumerate(words().trainings):
        if number and random.random() < 0.7:
            continue
        day = joined + timedelta(days=7 if not number else random.randrange(60, 900))
        if day < min(ANCHOR, life.today):
            rows.append(
                {
                    "start": day.isoformat(),
                    "end": (day + timedelta(days=max(0, hours // 8))).isoformat(),
                    "name": name,
                    "kind": "1" if not number else _TRAINING_KIND.get(name, "2"),
                    "mode": random.choice("134"),
                    "organiser": organiser,
                    "hours": str(hours),
                    "result": "1" if random.random() < 0.85 else "2",
                }
            )
    life.rows["training"] = rows


def _professional_title(life: Life) -> None:
    titles = _TITLES.get(life.office.line.majors[0])
    years = (ANCHOR - life.history.work_start).days / 365
    if not titles or years < 2 or life.random.random() < 0.45:
        return
    step = min(2, int(years / 6))
    year = life.history.work_start.year + 1 + step * 5
    life.rows["professional_title"] = [
        {
            "title": titles[step],
            "level": ("4", "3", "2")[step],
            "speciality": life.schooling.major,
            "obtained": f"{min(year, ANCHOR.year - 1)}-12",
            "way": "2" if titles[0] == "134" else "1",
            "certificate_number": f"ZC{life.random.randrange(10**7, 10**8)}",
        }
    ]


def _qualification(life: Life) -> None:
    known = _CERTIFICATES.get(life.office.line.majors[0])
    if not known or life.random.random() < 0.5:
        return
    name, kind, organ, years = known
    issued = ANCHOR - timedelta(days=life.random.randrange(120, 1400))
    until = (
        issued.replace(year=issued.year + years).isoformat()
        if years and issued.day < 29
        else "9999"
    )
    life.rows["qualification"] = [
        {
            "kind": kind,
            "name": name,
            "number": f"{life.random.randrange(10**11, 10**12)}",
            "issued_by": organ,
            "issued": issued.isoformat(),
            "valid_until": until,
        }
    ]


def _language(life: Life) -> None:
    if life.schooling.highest_level in {"11", "14", "21"} and life.random.random() < 0.6:
        six = life.random.random() < 0.4
        life.rows["language"] = [
            {
                "language": "en",
                "skill": "2" if six else "3",
                "certificate": "大学英语六级" if six else "大学英语四级",
                "score": str(life.random.randrange(425, 620)),
                "obtained": f"{life.schooling.graduated.year - 1}-06",
            }
        ]


def _reward(life: Life) -> None:
    if life.random.random() < 0.18 and life.history.joined.year < ANCHOR.year - 1:
        year = life.random.randrange(life.history.joined.year + 1, ANCHOR.year)
        reward = life.random.choice(words().lists["rewards"])
        life.rows["reward"] = [
            {
                "name": f"{year} 年度{reward.removeprefix('年度')}",
                "kind": "1",
                "level": life.random.choice("5667"),
                "awarded": f"{year}-12",
                "awarded_by": words().group,
            }
        ]


def _discipline(life: Life) -> None:
    if not life.me.head and life.random.random() < 0.012:
        day = ANCHOR - timedelta(days=life.random.randrange(60, 500))
        if day > life.history.joined:
            life.rows["discipline"] = [
                {
                    "kind": "1",
                    "decided": day.isoformat(),
                    "decided_by": "集团办公室",
                    "reason": "违反安全操作规程，未造成损失。",
                    "until": (day + timedelta(days=180)).isoformat(),
                }
            ]


def _background_check(life: Life) -> None:
    if not life.me.head and life.random.random() < 0.75:
        return
    checked = life.history.joined - timedelta(days=12)
    life.rows["background_check"] = [
        {
            "item": item,
            "checked": checked.isoformat(),
            "checked_by": "人力资源部",
            "way": way,
            "result": "1",
            "consented": (checked - timedelta(days=5)).isoformat(),
        }
        for item, way in (("2", "学信网核验"), ("3", "电话访谈前雇主"))
    ]


def _secrecy_agreement(life: Life) -> None:
    if not life.me.head and life.random.random() < 0.4:
        return
    joined = life.history.joined.isoformat()
    life.rows["secrecy_agreement"] = [
        {
            "kind": "1",
            "number": f"BM-{life.me.employee_number}",
            "signed": joined,
            "start": joined,
            "end": "9999",
            "level": "2" if life.me.head else "3",
            "state": "1",
        }
    ]


def _relative(relation: str, name: str, year: int, work: str) -> Values:
    return {
        "relation": relation,
        "name": name,
        "birth_date": str(year),
        "employer_and_position": work,
    }


ALL_SETS: tuple[Callable[[Life], None], ...] = (
    _education,
    _degree,
    _work_experience,
    _political,
    _family,
    _contract,
    _pay,
    _bank_account,
    _health,
    _assessment,
    _training,
    _professional_title,
    _qualification,
    _language,
    _reward,
    _discipline,
    _background_check,
    _secrecy_agreement,
)

LEAN_SETS = (_contract,)
"""What lists and statistics need of a person."""

_TRAINING_KIND = {"消防与安全生产": "3", "信息安全与保密意识": "4", "中层管理能力提升": "5"}
_TITLES = {
    "软件工程": ("084", "083", "082"),
    "计算机科学与技术": ("084", "083", "082"),
    "机械工程": ("084", "083", "082"),
    "质量管理工程": ("084", "083", "082"),
    "会计学": ("134", "133", "132"),
    "市场营销": ("124", "123", "122"),
}
_CERTIFICATES: Mapping[str, tuple[str, str, str, int]] = {
    "会计学": ("初级会计资格", "1", "财政部门", 0),
    "法学": ("法律职业资格", "1", "司法行政部门", 0),
    "机械工程": ("特种设备作业人员证", "3", "市场监督管理局", 4),
    "人力资源管理": ("企业人力资源管理师三级", "2", "人力资源和社会保障部门", 0),
    "物流管理": ("叉车作业证", "3", "市场监督管理局", 4),
    "计算机科学与技术": ("信息系统项目管理师", "1", "人力资源和社会保障部门", 0),
}
