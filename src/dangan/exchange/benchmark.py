"""How fast people come in: the workbook it uses, and the figures.

Each import runs in a process of its own (``python -m dangan.exchange.benchmark FILE``), so
that its peak memory is its own. All people are made up.
"""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import django
from django.db import connection, transaction
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from dangan.exchange.workbook import read_workbook

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻"
GIVEN = "子涵宇轩欣怡梓睿思远佳慧文博雅静志强丽娟海燕建国秀英晓明春华国栋小红天佑若曦"
REGIONS = ("110101", "310101", "330106", "440106", "510104", "420106", "320102", "610113")
SEEDS = 211
"""Books of this many seeds share no ID number: each seed has birthdays of its own."""
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
POSITIONS = ("专员", "主管", "工程师", "高级工程师", "会计", "经理", "助理")
EDUCATION = ("大学本科", "大学专科", "硕士研究生", "高中")
ETHNICITIES = ("汉族", "汉", "回族", "壮族", "满族")
PEOPLE_SHEET = (
    "员工编号", "姓名", "性别", "出生日期", "公民身份号码", "民族", "政治面貌", "婚姻状况",
    "手机号码", "电子邮箱", "家庭地址", "部门", "岗位", "入职日期", "参加工作时间", "最高学历",
)  # fmt: skip
EDUCATION_SHEET = ("员工编号", "姓名", "学历", "毕业院校", "专业", "入学时间", "毕业时间")
WORK_SHEET = ("员工编号", "起始时间", "结束时间", "单位", "职务")


class Figure(NamedTuple):
    """One line of ``make bench``; ``target`` and ``baseline`` None when there is none."""

    name: str
    value: float
    unit: str
    target: float | None
    baseline: float | None


def make_workbook(
    persons: int, seed: int = 1, departments: tuple[str, ...] = ("研发中心",)
) -> bytes:
    """A workbook of ``persons`` people in three sheets: who they are, education, two jobs each."""
    luck = random.Random(seed)  # noqa: S311 - made-up people
    buffer = io.BytesIO()
    taken: set[str] = set()
    with Workbook(buffer, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        people, education, work = (
            book.add_worksheet(name) for name in ("基本信息", "学历学位", "工作经历")
        )
        for sheet, headings in (
            (people, PEOPLE_SHEET),
            (education, EDUCATION_SHEET),
            (work, WORK_SHEET),
        ):
            _write(sheet, 0, headings)
        for number in range(1, persons + 1):
            code = f"B{seed}-{number:07d}"
            name = luck.choice(SURNAMES) + "".join(luck.choices(GIVEN, k=luck.choice((1, 2, 2))))
            born = date(1965, 1, 1) + timedelta(days=SEEDS * luck.randrange(60) + seed % SEEDS)
            begun = date(born.year + 22, 7, 1)
            male = luck.random() < 0.5
            id_number = ""
            while not id_number or id_number in taken:
                serial = 2 * luck.randrange(500) + male
                id_number = _id_number(luck.choice(REGIONS), born, serial)
            taken.add(id_number)
            _write(
                people,
                number,
                (
                    code,
                    name,
                    "男" if male else "女",
                    None,
                    id_number,
                    luck.choice(ETHNICITIES),
                    luck.choice(("群众", "中共党员", "共青团员")),
                    luck.choice(("已婚", "未婚")),
                    f"13{luck.randrange(10**9):09d}",
                    f"user{number}@example.com",
                    f"上海市黄浦区建设路{luck.randrange(1000)}号",
                    luck.choice(departments),
                    luck.choice(POSITIONS),
                    f"{begun.year + 3}-07-01",
                    f"{begun.year}年{begun.month}月{begun.day}日",
                    luck.choice(EDUCATION),
                ),
            )
            people.write_datetime(number, 3, born, day)
            school = (f"{born.year + 18}.09", f"{born.year + 22}.07")
            _write(education, number, (code, name, "大学本科", "某某大学", "机械工程", *school))
            for at, (start, end) in enumerate(
                ((f"{begun.year}-07", f"{begun.year + 3}-06"), (f"{begun.year + 3}-07", "至今"))
            ):
                _write(work, 2 * number - 1 + at, (code, start, end, f"第{at + 1}公司", "职员"))
    return buffer.getvalue()


def _write(sheet: Worksheet, row: int, values: tuple[str | None, ...]) -> None:
    for column, value in enumerate(values):
        if value is not None:
            sheet.write_string(row, column, value)


def _id_number(region: str, born: date, serial: int) -> str:
    """An ID number with its check digit (GB 11643-1999)."""
    body = f"{region}{born:%Y%m%d}{serial:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def measure(
    persons: int = 10_000, seed: int = 1, departments: tuple[str, ...] = ("研发中心",)
) -> dict[str, float]:
    """One import into the database of ``DANGAN_HOME``: people, seconds, peak memory in MB.

    The units in ``departments`` must exist and the seed must be new to the database.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.xlsx"
        path.write_bytes(make_workbook(persons, seed, departments))
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "dangan.exchange.benchmark", str(path)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "dangan.config.settings"},
        )
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    if found["imported"] != persons:
        raise RuntimeError(f"only {found['imported']} of {persons} came in")
    return found


_STATED = 10_000
"""The size the memory target is stated for; larger files take more, as they are held whole."""


def figures(sizes: tuple[int, ...] = (1_000, 10_000), seed: int = 1) -> list[Figure]:
    """Speed and memory at 10 000 people, and how much slower a person becomes with size.

    The baseline of the speed is what the same machine does without any of our work: one INSERT
    a row of the same sheets into clear-text tables.
    """
    runs = {size: measure(size, seed + step) for step, size in enumerate(sizes)}
    largest = max(sizes)
    pace = {size: run["imported"] / run["seconds"] for size, run in runs.items()}
    lines = [
        Figure(f"import of {size} people × 3 sheets", round(pace[size]), "people/s", 1_000, None)
        for size in sizes
    ]
    lines += [
        Figure(
            f"peak memory at {size} people",
            round(runs[size]["peak_mb"]),
            "MB",
            600 if size == _STATED else None,
            None,
        )
        for size in sizes
    ]
    lines.append(
        Figure(
            f"time a person, {largest} against {min(sizes)} people",
            round(pace[min(sizes)] / pace[largest], 2),
            "×",
            1.3,
            None,
        )
    )
    lines.append(
        Figure(
            "share of a plain INSERT a row into clear-text tables",
            round(pace[largest] / clear_text_pace(largest, seed + 100), 2),
            "×",
            None,
            1.0,
        )
    )
    return lines


def clear_text_pace(persons: int, seed: int) -> float:
    """People a second when the same sheets are read and stored row by row, nothing checked."""
    data = make_workbook(persons, seed)
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for position, sheet in enumerate(read_workbook(data).sheets):
            table = f"bench_clear_{position}"
            width = len(sheet.rows[0][1])
            columns = ", ".join(f"c{n} text" for n in range(width))
            cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
            places = ", ".join(["%s"] * width)
            for _number, cells in sheet.rows[1:]:
                cursor.execute(
                    f"INSERT INTO {table} VALUES ({places})",  # noqa: S608 - our own names
                    [str(cell) for cell in cells],
                )
    return persons / (time.perf_counter() - started)


def peak_memory() -> float:
    """The most memory this program has held, in MB.

    From the kernel's status file: ``ru_maxrss`` would also count the parent's memory, which a
    child shares until it becomes its own program.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main(path: str) -> None:
    """Imports one file as the console and prints what it took, as JSON."""
    django.setup()
    from dangan.access.queries import console_actor  # noqa: PLC0415 - models load after set-up
    from dangan.exchange.command import import_files  # noqa: PLC0415 - models load after set-up

    actor = console_actor(purpose="bench")
    marks: dict[str, float] = {}

    def note(stage: str, done: int, total: int) -> None:
        del done, total
        marks[stage] = time.perf_counter()

    started, cpu = time.perf_counter(), time.process_time()
    report = import_files(actor, [Path(path)], progress=note)
    seconds = time.perf_counter() - started
    sys.stdout.write(
        json.dumps(
            {
                "imported": report.imported,
                "errors": len(report.errors),
                "seconds": seconds,
                "cpu_seconds": time.process_time() - cpu,
                "peak_mb": peak_memory(),
                **{f"until_{stage}": at - started for stage, at in marks.items()},
            }
        )
        + "\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])
