"""Schooling and careers whose dates join up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from dangan.operations.demo.words import Line, words

Values = dict[str, Any]

LAST_GRADUATION = date(2025, 6, 30)

BACHELOR, MASTER, DOCTOR, COLLEGE, VOCATIONAL, SENIOR = "21", "14", "11", "31", "41", "61"
"""Codes of GB/T 4658."""

_YEARS = {BACHELOR: 4, MASTER: 3, DOCTOR: 4, COLLEGE: 3, VOCATIONAL: 3, SENIOR: 3}
_LENGTH = {3: "三年", 4: "四年"}
_FIELDS = {"会计学": "12", "财务管理": "12", "审计学": "12", "法学": "03", "知识产权": "03",
           "人力资源管理": "12", "市场营销": "12", "工商管理": "12", "行政管理": "12",
           "档案学": "12", "汉语言文学": "05", "英语": "05", "应用数学": "07"}  # fmt: skip
"""Discipline (the last two digits of a degree's code in GB/T 6864); engineering otherwise."""


def _level(random: Random, line: Line, *, head: bool) -> str:
    """The highest level of education somebody of this line of work has; heads have a degree."""
    weights: tuple[tuple[str, int], ...]
    if head:
        weights = ((DOCTOR, 4), (MASTER, 34), (BACHELOR, 62))
    elif line.pay >= 11000:
        weights = ((DOCTOR, 2), (MASTER, 30), (BACHELOR, 60), (COLLEGE, 8))
    elif line.pay >= 8000:
        weights = ((DOCTOR, 0), (MASTER, 14), (BACHELOR, 62), (COLLEGE, 24))
    else:
        weights = ((BACHELOR, 24), (COLLEGE, 40), (VOCATIONAL, 22), (SENIOR, 14))
    levels, shares = zip(*weights, strict=True)
    return str(random.choices(levels, weights=shares)[0])


@dataclass(frozen=True, slots=True)
class Stage:
    """A school, from September to June."""

    level: str
    school: str
    major: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Schooling:
    """The schools after the ninth year, in order."""

    stages: tuple[Stage, ...]

    @classmethod
    def draw(cls, random: Random, born: date, line: Line, *, head: bool) -> Schooling:
        highest = _level(random, line, head=head)
        major = random.choice(line.majors)
        # Whoever is born before September enters school, and so everything, a year earlier.
        entered = born.year + (15 if born.month < 9 else 16)
        path = {
            DOCTOR: (SENIOR, BACHELOR, MASTER, DOCTOR),
            MASTER: (SENIOR, BACHELOR, MASTER),
            BACHELOR: (SENIOR, BACHELOR),
            COLLEGE: (SENIOR, COLLEGE),
        }.get(highest, (highest,))
        stages = []
        for level in path:
            end = entered + _YEARS[level]
            school = _school(random, level)
            stages.append(
                Stage(level, school, "" if level == SENIOR else major,
                      date(entered, 9, 1), date(end, 6, 30))
            )  # fmt: skip
            entered = end
        # Whoever is too young for the last school has not been there yet.
        while len(stages) > 1 and stages[-1].end > LAST_GRADUATION:
            stages.pop()
        return cls(tuple(stages))

    @property
    def graduated(self) -> date:
        return self.stages[-1].end

    @property
    def highest_level(self) -> str:
        return self.stages[-1].level

    @property
    def major(self) -> str:
        return self.stages[-1].major

    @property
    def highest_degree(self) -> Values:
        codes = [self._degree(stage) for stage in self.stages]
        last = codes[-1]
        return {"highest_degree": last} if last else {}

    def _degree(self, stage: Stage) -> str:
        rank = {BACHELOR: "4", MASTER: "3", DOCTOR: "2"}.get(stage.level)
        return f"{rank}{_FIELDS.get(stage.major, '08')}" if rank else ""

    def education_rows(self, random: Random) -> list[Values]:
        rows = []
        for stage in self.stages:
            row: Values = {
                "start": stage.start.isoformat()[:7],
                "end": stage.end.isoformat()[:7],
                "school": stage.school,
                "level": stage.level,
                "study_form": "1",
                "result": "1",
                "length": _LENGTH[_YEARS[stage.level]],
            }
            if stage.major:
                row["major"] = stage.major
                row["certificate_number"] = f"{random.randrange(10**16, 10**17)}"
            if degree := self._degree(stage):
                row["degree"] = degree
            rows.append(row)
        return rows

    def degree_rows(self, random: Random) -> list[Values]:
        return [
            {
                "degree": self._degree(stage),
                "awarded": stage.end.isoformat()[:7],
                "awarded_by": stage.school,
                "major": stage.major,
                "country": "中国",
                "certificate_number": f"{random.randrange(10**15, 10**16)}",
            }
            for stage in self.stages
            if self._degree(stage)
        ]


def _school(random: Random, level: str) -> str:
    lists = words().lists
    if level in {BACHELOR, MASTER, DOCTOR}:
        return random.choice(lists["schools"])
    if level == COLLEGE:
        return random.choice(lists["colleges"])
    county = random.choice(words().regions).county
    if level == SENIOR:
        return f"{county}{random.choice(lists['high_schools'][:4])}"
    return f"{county}职业技术学校"


@dataclass(frozen=True, slots=True)
class Job:
    """An earlier employer; the next one begins the month after."""

    employer: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class History:
    """A career: earlier employers, the day of joining, the present post, perhaps the end."""

    jobs: tuple[Job, ...]
    work_start: date
    joined: date
    post_start: date
    left: date

    @property
    def probation_end(self) -> date:
        return self.joined + timedelta(days=89)

    @classmethod
    def draw(
        cls,
        random: Random,
        schooling: Schooling,
        today: date,
        anchor: date,
        *,
        newcomer: bool,
        departed: bool,
    ) -> History:
        first = date(schooling.graduated.year, 7, 1)
        latest = anchor - timedelta(days=60)
        first = min(first, latest)
        free = (latest - first).days
        # The days are drawn for everyone, used or not: who is new must not shift the others.
        ago, share, stay = random.randrange(20, 80), random.random(), random.random()
        if newcomer:
            joined = today - timedelta(days=ago)
        else:
            joined = first + timedelta(days=int(free * share * share))
        jobs = _jobs(random, first, joined)
        spell = (latest - joined).days
        promoted = not newcomer and spell > 1100 and stay < 0.5
        post_start = joined + timedelta(days=int(spell * 0.6)) if promoted else joined
        left = latest - timedelta(days=ago)
        if departed:
            left = max(left, post_start + timedelta(days=30))
        return cls(jobs, jobs[0].start if jobs else joined, joined, post_start, left)

    def work_rows(self, random: Random, line: Line, employer: str, position: str) -> list[Values]:
        rows: list[Values] = [
            {
                "start": job.start.isoformat()[:7],
                "end": job.end.isoformat()[:7],
                "employer": job.employer,
                "position": random.choice(line.posts[:2]),
                "leaving_reason": random.choice(("个人发展", "合同期满", "家庭原因")),
            }
            for job in self.jobs
        ]
        rows.append(
            {
                "start": self.joined.isoformat()[:7],
                "end": "9999",
                "employer": employer,
                "position": position,
            }
        )
        return rows

    def contract_rows(
        self, number: str, employer: str, position: str, today: date, *, departed: bool
    ) -> list[Values]:
        """Two contracts of three years, then one without end (Labour Contract Law art. 14)."""
        rows: list[Values] = []
        start = self.joined
        last = self.left if departed else today
        for times in (1, 2, 3):
            end = _years_later(start, 3) - timedelta(days=1)
            running = times == 3 or end >= last
            rows.append(
                {
                    "number": f"HT-{number}-{times}",
                    "kind": "2" if times == 3 else "1",
                    "signed": start.isoformat(),
                    "start": start.isoformat(),
                    "end": "9999" if times == 3 else end.isoformat(),
                    "employer": employer,
                    "position": position,
                    "place": "上海市",
                    "hours": "标准工时制",
                    "times": times,
                    "state": "1" if running else "5",
                }
            )
            if running:
                break
            start = end + timedelta(days=1)
        rows[0] |= {"probation_months": 3, "probation_end": self.probation_end.isoformat()}
        if departed:
            rows[-1] |= {"state": "3", "ended": self.left.isoformat(), "ending_reason": "11"}
        return rows

    def pay_rows(self, random: Random, base: float) -> list[Values]:
        """Pay at joining and after the yearly rises of the last years."""
        rows = []
        days = [self.joined]
        days += [
            date(year, 4, 1)
            for year in range(max(self.joined.year + 1, 2023), 2026)
            if date(year, 4, 1) < self.left
        ]
        for number, day in enumerate(days):
            amount = round(base * (0.82 + 0.06 * number) * random.uniform(0.97, 1.03), -2)
            parts = (amount * 0.55, amount * 0.2, amount * 0.2, amount * 0.05)
            rows.append(
                {
                    "effective": day.isoformat(),
                    "kind": "1",
                    "grade": f"G{min(12, 3 + int(amount / 4000))}",
                    **dict(
                        zip(
                            ("base", "post_pay", "performance", "allowance", "total"),
                            (*(_money(part) for part in parts), _money(sum(parts))),
                            strict=True,
                        )
                    ),
                    "insurance_base": _money(amount),
                    "fund_base": _money(amount),
                    "reason": "1" if number == 0 else "4",
                }
            )
        return rows


def _money(amount: float) -> str:
    return f"{amount:.2f}"


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _jobs(random: Random, first: date, joined: date) -> tuple[Job, ...]:
    """Employers from the first working month to the month before joining, without gaps."""
    months = (joined.year - first.year) * 12 + joined.month - first.month
    if months < 4:
        return ()
    count = 1 if months < 48 else 2 if months < 120 else 3
    cuts = sorted(random.sample(range(3, months), count - 1)) if count > 1 else []
    bounds = [0, *cuts, months]
    employers = random.sample(words().lists["employers"], count)
    return tuple(
        Job(employer, _month(first, begin), _month(first, end - 1))
        for employer, begin, end in zip(employers, bounds, bounds[1:], strict=False)
    )


def _month(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
