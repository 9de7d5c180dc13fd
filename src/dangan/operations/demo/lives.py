"""One invented life: the rows of every information set, drawn step by step. Pure.

Values come out in stored form, codes as in the built-in code tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from dangan.operations.demo.flaws import plant
from dangan.operations.demo.histories import History, Schooling
from dangan.operations.demo.names import given_name, id_number, surname
from dangan.operations.demo.person import ANCHOR, Person, Values
from dangan.operations.demo.records import ALL_SETS, LEAN_SETS
from dangan.operations.demo.words import Office, Region, words


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
        self.schooling = Schooling.draw(random, self.born, office.line, head=head)
        self.rows = self.me.rows

    def _age(self, head: bool) -> float:
        low, high, mode = (34, 57, 44) if head else (23, 57, 31)
        return self.random.triangular(low, high, mode)

    def person(self, *, rich: bool = True) -> Person:
        """The finished person; without ``rich`` only what lists and statistics need."""
        me, random = self.me, self.random
        me.departed = not me.head and random.random() < 0.03
        me.newcomer = not me.head and not me.departed and self.age < 32 and random.random() < 0.08
        self.history = History.draw(
            random, self.schooling, self.today, ANCHOR, newcomer=me.newcomer, departed=me.departed
        )
        self._identity()
        self._contact()
        self._post()
        for write in ALL_SETS if rich else LEAN_SETS:
            write(self)
        if not rich:
            self.rows["post"], self.rows["contract"] = (
                self.rows[key][-1:] for key in ("post", "contract")
            )
        me.portrait = random.random() < 0.25 or me.head
        roll = random.random()
        if rich and not me.head:
            plant(self.rows, roll)
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


def _head_title(office: Office) -> str:
    titles: Mapping[str, str] = {"group": "总裁", "company": "总经理", "team": "组长"}
    if office.kind != "department":
        return titles[office.kind]
    name = office.path.rpartition("/")[2]
    return "主任" if name.endswith(("室", "中心")) else "经理"


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
