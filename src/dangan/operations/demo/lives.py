"""One invented life: the rows of every information set, drawn step by step. Pure.

Values come out in stored form, codes as in the built-in code tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from dangan.operations.demo.flaws import plant
from dangan.operations.demo.histories import History, Schooling
from dangan.operations.demo.names import bank_account, given_name, id_number, surname
from dangan.operations.demo.words import Office, Region, words

ANCHOR = date(2026, 1, 1)
"""Ages and careers are told from here."""

Values = dict[str, Any]


@dataclass(slots=True)
class Person:
    """One invented person: where they work, under whom, and the rows of every set.

    ``office`` is an index into the offices, ``supervisor`` into the people (None: nobody).
    """

    number: int
    office: int
    head: bool
    supervisor: int | None
    male: bool
    name: str
    departed: bool = False
    newcomer: bool = False
    portrait: bool = False
    rows: dict[str, list[Values]] = field(default_factory=dict)

    @property
    def employee_number(self) -> str:
        return f"CY{self.number + 1:06d}"


class Life:
    """Invents one person step by step; every step draws from the same generator."""

    def __init__(
        self,
        random: Random,
        office: Office,
        *,
        number: int,
        office_number: int,
        head: bool,
        supervisor: int | None,
        sequence: dict[tuple[str, str, bool], int],
        today: date,
    ) -> None:
        self.random = random
        self.today = today
        self.office = office
        self.sequence = sequence
        self.male = random.random() < (0.68 if office.line.pay < 7000 else 0.55)
        self.age = self._age(head)
        self.born = ANCHOR - timedelta(days=int(self.age * 365.25) + random.randrange(365))
        family = surname(random)
        name = family + given_name(random, male=self.male, birth_year=self.born.year)
        self.me = Person(number, office_number, head, supervisor, self.male, name)
        self.family = family
        self.home: Region = random.choice(words().regions)
        self.schooling = Schooling.draw(random, self.born, office.line)
        self.rows = self.me.rows

    def _age(self, head: bool) -> float:
        low, high, mode = (34, 57, 44) if head else (23, 57, 31)
        return self.random.triangular(low, high, mode)

    def person(self) -> Person:
        me, random = self.me, self.random
        me.departed = not me.head and random.random() < 0.03
        me.newcomer = not me.head and not me.departed and self.age < 32 and random.random() < 0.08
        self.history = History.draw(
            random, self.schooling, self.today, ANCHOR, newcomer=me.newcomer, departed=me.departed
        )
        self._identity()
        self._contact()
        self._post()
        for write in _SETS:
            write(self)
        self._flaws()
        return me

    # --- the single rows

    def _identity(self) -> None:
        me, home = self.me, self.home
        birth = self.born.isoformat()
        taken = (home.code, birth, self.male)
        order = self.sequence.get(taken, 0)
        self.sequence[taken] = order + 1
        native = (
            home.province[:2] if home.province[:3] not in _LONG_PROVINCES else home.province[:3]
        )
        self.rows["identity"] = [
            {
                "name": me.name,
                "employee_number": me.employee_number,
                "sex": "1" if self.male else "2",
                "birth_date": birth,
                "id_number": id_number(home.code, birth, order, male=self.male),
                "id_type": "1",
                "ethnicity": self._ethnicity(),
                "political_status": self._political_status(),
                "marital_status": self._marital_status(),
                "native_place": native + home.county.partition("市")[0].removesuffix("区"),
                "nationality": "中国",
                "household_kind": self.random.choice("1355"),
                "household_address": f"{home.province}{home.county}{self._street()}",
                "personal_status": "21" if me.head else "17",
                "work_start": self.history.work_start.isoformat()[:7],
                "highest_education": self.schooling.highest_level,
                **self.schooling.highest_degree,
            }
        ]

    def _ethnicity(self) -> str:
        random = self.random
        return (
            "01" if random.random() < 0.92 else random.choice(("02", "03", "08", "11", "15", "06"))
        )

    def _political_status(self) -> str:
        self.party = self.random.random() < (0.5 if self.me.head else 0.2) and self.age > 24
        self.league = not self.party and self.age < 27
        return "01" if self.party else "03" if self.league else "13"

    def _marital_status(self) -> str:
        roll = self.random.random()
        self.married = self.age > 25 and roll < min(0.92, 0.25 + (self.age - 25) * 0.08)
        divorced = not self.married and self.age > 34
        return "20" if self.married else "40" if divorced else "10"

    def _street(self) -> str:
        random, known = self.random, words().lists
        return (
            f"{random.choice(known['streets'])}{random.randrange(1, 400)}号"
            f"{random.choice(known['estates'])}{random.randrange(1, 30)}幢"
            f"{random.randrange(1, 33):02d}{random.randrange(1, 5):02d}室"
        )

    def _mobile(self) -> str:
        head = self.random.choice(("138", "139", "150", "158", "186", "188", "199"))
        return f"{head}0000{self.random.randrange(10_000):04d}"

    def _contact(self) -> None:
        random, me = self.random, self.me
        relation, person = ("1", self._someone(not self.male)) if self.married else (
            "2",
            self.family + given_name(random, male=random.random() < 0.5, birth_year=1965),
        )  # fmt: skip
        self.rows["contact"] = [
            {
                "mobile": self._mobile(),
                "email": f"{me.employee_number.lower()}@chengyuan.example",
                "office_phone": f"021-5550{random.randrange(10_000):04d}",
                "address": f"上海市浦东新区{self._street()}",
                "postcode": "200120",
                "emergency_name": person,
                "emergency_relation": relation,
                "emergency_phone": self._mobile(),
            }
        ]
        self.spouse = person if self.married else ""

    def _someone(self, male: bool) -> str:
        return surname(self.random) + given_name(self.random, male=male, birth_year=self.born.year)

    def _post(self) -> None:
        me, history, line = self.me, self.history, self.office.line
        title = _head_title(self.office) if me.head else self._rank(line.posts)
        level = {"group": "2A10", "company": "2A10", "department": "2A20", "team": "2A30"}
        unit_name = self.office.path.rpartition("/")[2]
        current: Values = {
            "position": title,
            "full_title": f"{unit_name}{title}",
            "post_level": level[self.office.kind] if me.head else "2A40",
            "category": "1" if me.head else _CATEGORY.get(line.majors[-1], "4"),
            "kind": "1",
            "joined": history.joined.isoformat(),
            "employment_form": "1",
            "status": "7" if me.departed else "2" if me.newcomer else "1",
            "start": history.post_start.isoformat(),
        }
        if me.newcomer:
            current["probation_end"] = history.probation_end.isoformat()
        if me.departed:
            current |= {
                "end": history.left.isoformat(),
                "left": history.left.isoformat(),
                "leaving_reason": self.random.choice(("11", "30", "40")),
            }
        else:
            current["end"] = "9999"
        earlier: list[Values] = []
        if history.post_start > history.joined:
            earlier.append(
                {
                    "position": line.posts[0],
                    "full_title": f"{unit_name}{line.posts[0]}",
                    "post_level": "2A40",
                    "kind": "1",
                    "joined": history.joined.isoformat(),
                    "employment_form": "1",
                    "start": history.joined.isoformat(),
                    "end": (history.post_start - timedelta(days=1)).isoformat(),
                }
            )
        self.rows["post"] = [*earlier, current]

    def _rank(self, posts: tuple[str, ...]) -> str:
        years = (ANCHOR - self.history.work_start).days / 365
        return posts[min(len(posts) - 1, int(years / 6) if self.random.random() < 0.8 else 0)]

    # --- the sets with several rows

    def _education(self) -> None:
        self.rows["education"] = self.schooling.education_rows(self.random)

    def _degree(self) -> None:
        self.rows["degree"] = self.schooling.degree_rows(self.random)

    def _work_experience(self) -> None:
        group = words().group
        self.rows["work_experience"] = self.history.work_rows(
            self.random, self.office.line, f"{group}有限公司", self.rows["post"][-1]["position"]
        )

    def _political(self) -> None:
        if self.party:
            joined = date(self.born.year + self.random.randrange(20, 25), 6, 20)
            full = joined.replace(year=joined.year + 1)
            branch = f"{self.office.path.split('/')[min(1, self.office.path.count('/'))]}党支部"
            self.rows["political"] = [
                {
                    "status": "01",
                    "joined": joined.isoformat(),
                    "became_full": full.isoformat(),
                    "event": "1",
                    "branch": branch,
                }
            ]
        elif self.league:
            self.rows["political"] = [{"status": "03", "joined": f"{self.born.year + 15}-05"}]

    def _family(self) -> None:
        random, born = self.random, self.born
        work = words().lists["outside_work"]
        rows: list[Values] = [
            _relative("51", self.family + given_name(random, male=True, birth_year=1960),
                      born.year - random.randrange(23, 32), random.choice(work[:5])),
            _relative("52", surname(random) + given_name(random, male=False, birth_year=1960),
                      born.year - random.randrange(21, 29), random.choice(work[:5])),
        ]  # fmt: skip
        if self.married:
            relation = "12" if self.male else "11"
            employer = random.choice(words().lists["employers"])
            rows.append(
                _relative(relation, self.spouse, born.year + random.randrange(-3, 4),
                          f"{employer} {random.choice(('职员', '工程师', '会计', '主管'))}")
            )  # fmt: skip
            rows += self._children()
        self.rows["family"] = rows

    def _children(self) -> Iterator[Values]:
        random = self.random
        first = self.born.year + random.randrange(25, 33)
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
            family = self.family if self.male else self.spouse[0]
            yield _relative(
                "20" if son else "30", family + given_name(random, male=son, birth_year=year), year,
                stage if age < 23 else random.choice(words().lists["employers"]),
            )  # fmt: skip

    def _contract(self) -> None:
        company = "/".join(self.office.path.split("/")[:2])
        self.rows["contract"] = self.history.contract_rows(
            self.me.employee_number, company.rpartition("/")[2], self.rows["post"][-1]["position"],
            self.today, departed=self.me.departed,
        )  # fmt: skip

    def _pay(self) -> None:
        base = self.office.line.pay * (1 + 0.03 * max(0.0, self.age - 24))
        base *= (
            {"group": 4.5, "company": 3.2, "department": 2.0, "team": 1.3}[self.office.kind]
            if self.me.head
            else 1
        )
        self.rows["pay"] = self.history.pay_rows(self.random, base)

    def _bank_account(self) -> None:
        random = self.random
        bank = random.choice(words().lists["banks"])
        self.rows["bank_account"] = [
            {
                "bank": bank,
                "branch": f"{bank}上海{random.choice(words().lists['streets'])}支行",
                "account": bank_account(random),
                "holder": self.me.name,
                "use": "1",
                "start": self.history.joined.isoformat(),
            }
        ]

    def _health(self) -> None:
        examined = ANCHOR - timedelta(days=self.random.randrange(30, 300))
        examined = max(self.history.joined, examined)
        chronic = self.random.random() < 0.05
        self.rows["health"] = [
            {
                "examined": examined.isoformat(),
                "kind": "2",
                "place": "江城第二医院体检中心",
                "state": "20" if chronic else "10",
                "conclusion": "4" if chronic else "1",
                "next_due": (examined + timedelta(days=365)).isoformat(),
            }
        ]

    def _assessment(self) -> None:
        random = self.random
        rows = []
        for year in range(max(self.history.joined.year + 1, ANCHOR.year - 3), ANCHOR.year):
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
        self.rows["assessment"] = rows

    def _training(self) -> None:
        random, joined = self.random, self.history.joined
        rows: list[Values] = []
        for number, (name, organiser, hours) in enumerate(words().trainings):
            if number and random.random() < 0.7:
                continue
            day = joined + timedelta(days=7 if not number else random.randrange(60, 900))
            if day < min(ANCHOR, self.today):
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
        self.rows["training"] = rows

    def _professional_title(self) -> None:
        titles = _TITLES.get(self.office.line.majors[0])
        years = (ANCHOR - self.history.work_start).days / 365
        if not titles or years < 2 or self.random.random() < 0.45:
            return
        step = min(2, int(years / 6))
        year = self.history.work_start.year + 1 + step * 5
        self.rows["professional_title"] = [
            {
                "title": titles[step],
                "level": ("4", "3", "2")[step],
                "speciality": self.schooling.major,
                "obtained": f"{min(year, ANCHOR.year - 1)}-12",
                "way": "2" if titles[0] == "134" else "1",
                "certificate_number": f"ZC{self.random.randrange(10**7, 10**8)}",
            }
        ]

    def _qualification(self) -> None:
        known = _CERTIFICATES.get(self.office.line.majors[0])
        if not known or self.random.random() < 0.5:
            return
        name, kind, organ, years = known
        issued = ANCHOR - timedelta(days=self.random.randrange(120, 1400))
        until = (
            issued.replace(year=issued.year + years).isoformat()
            if years and issued.day < 29
            else "9999"
        )
        self.rows["qualification"] = [
            {
                "kind": kind,
                "name": name,
                "number": f"{self.random.randrange(10**11, 10**12)}",
                "issued_by": organ,
                "issued": issued.isoformat(),
                "valid_until": until,
            }
        ]

    def _language(self) -> None:
        if self.schooling.highest_level in {"11", "14", "21"} and self.random.random() < 0.6:
            six = self.random.random() < 0.4
            self.rows["language"] = [
                {
                    "language": "en",
                    "skill": "2" if six else "3",
                    "certificate": "大学英语六级" if six else "大学英语四级",
                    "score": str(self.random.randrange(425, 620)),
                    "obtained": f"{self.schooling.graduated.year - 1}-06",
                }
            ]

    def _reward(self) -> None:
        if self.random.random() < 0.18 and self.history.joined.year < ANCHOR.year - 1:
            year = self.random.randrange(self.history.joined.year + 1, ANCHOR.year)
            reward = self.random.choice(words().lists["rewards"])
            self.rows["reward"] = [
                {
                    "name": f"{year} 年度{reward.removeprefix('年度')}",
                    "kind": "1",
                    "level": self.random.choice("5667"),
                    "awarded": f"{year}-12",
                    "awarded_by": words().group,
                }
            ]

    def _discipline(self) -> None:
        if not self.me.head and self.random.random() < 0.012:
            day = ANCHOR - timedelta(days=self.random.randrange(60, 500))
            if day > self.history.joined:
                self.rows["discipline"] = [
                    {
                        "kind": "1",
                        "decided": day.isoformat(),
                        "decided_by": "集团办公室",
                        "reason": "违反安全操作规程，未造成损失。",
                        "until": (day + timedelta(days=180)).isoformat(),
                    }
                ]

    def _background_check(self) -> None:
        if not self.me.head and self.random.random() < 0.75:
            return
        checked = self.history.joined - timedelta(days=12)
        self.rows["background_check"] = [
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

    def _secrecy_agreement(self) -> None:
        if not self.me.head and self.random.random() < 0.4:
            return
        joined = self.history.joined.isoformat()
        self.rows["secrecy_agreement"] = [
            {
                "kind": "1",
                "number": f"BM-{self.me.employee_number}",
                "signed": joined,
                "start": joined,
                "end": "9999",
                "level": "2" if self.me.head else "3",
                "state": "1",
            }
        ]

    def _flaws(self) -> None:
        self.me.portrait = self.random.random() < 0.25 or self.me.head
        roll = self.random.random()
        if not self.me.head:
            plant(self.rows, roll)


def _relative(relation: str, name: str, year: int, work: str) -> Values:
    return {
        "relation": relation,
        "name": name,
        "birth_date": str(year),
        "employer_and_position": work,
    }


def _head_title(office: Office) -> str:
    titles: Mapping[str, str] = {"group": "总裁", "company": "总经理", "team": "组长"}
    if office.kind != "department":
        return titles[office.kind]
    name = office.path.rpartition("/")[2]
    return "主任" if name.endswith(("室", "中心")) else "经理"


_SETS: tuple[Callable[[Life], None], ...] = (
    Life._education,
    Life._degree,
    Life._work_experience,
    Life._political,
    Life._family,
    Life._contract,
    Life._pay,
    Life._bank_account,
    Life._health,
    Life._assessment,
    Life._training,
    Life._professional_title,
    Life._qualification,
    Life._language,
    Life._reward,
    Life._discipline,
    Life._background_check,
    Life._secrecy_agreement,
)

_LONG_PROVINCES = frozenset({"内蒙古", "黑龙江"})
_CATEGORY = {
    "电子商务": "3",
    "英语": "6",
    "应用数学": "2",
    "信息安全": "2",
    "工业工程": "5",
    "测控技术与仪器": "2",
    "供应链管理": "5",
}
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
