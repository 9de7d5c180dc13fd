"""Made-up people for measuring: in the roster as the dossiers room puts them, and in clear."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID, uuid4

from django.db import connection, transaction

from dangan.access.rules import Actor, FieldRule, Role, RoleGrant
from dangan.audit.rules import Trail
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import FieldClass
from dangan.organization import actions as organization_actions
from dangan.organization import queries as organization_queries
from dangan.roster import actions
from dangan.roster.pinyin import initials_of, pinyin_of_name
from dangan.roster.rules import JSON, RosterEntry
from dangan.vault.actions import make_keys
from dangan.vault.queries import token_of

_BATCH = 5_000
_COMPANIES, _DEPARTMENTS = 20, 25
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰华玉红文建国志海峰鹏飞宇浩然子轩梓涵欣怡"
    "佳琪雨晨思远博雅诗琴梦瑶俊凯晓东春梅冬雪金龙凤翔云天宏达永康瑞祥嘉慧清源泽民安宁立新"
)
_POSITIONS = ("工程师", "高级工程师", "主管", "经理", "会计", "销售代表", "操作员", "文员")
_PLACES = ("浙江杭州", "江苏南京", "四川成都", "山东济南", "湖北武汉", "陕西西安")

_CLEAR_TABLE = """
CREATE TABLE IF NOT EXISTS bench_clear (
    subject uuid PRIMARY KEY, name text, pinyin text, initials text, number text, mobile text,
    id_number text, token bigint
)
"""


def asker(*permissions: str) -> Actor:
    """Somebody who sees every field of everybody."""
    everything = FieldRule(plain=FieldClass.SECRET)
    role = Role("bench", "", "", frozenset(permissions), (everything,))
    trail = Trail(request=uuid4(), kind="system")
    return Actor(uuid4(), "system", "bench", trail, grants=(RoleGrant(role),))


def make_units() -> list[UUID]:
    """500 departments in 20 companies; returns the departments."""
    rows = [("测算集团", "group")]
    for company in range(_COMPANIES):
        path = f"测算集团/公司{company:02}"
        rows.append((path, "company"))
        rows += [(f"{path}/部门{n:02}", "department") for n in range(_DEPARTMENTS)]
    organization_actions.load_units(asker("organization.edit"), rows)
    return [node.id for node, depth in organization_queries.tree().walk() if depth == 2]


def make(start: int, end: int, units: Sequence[UUID]) -> None:
    """People number `start` to `end`, the same ones every time but for their identifiers."""
    chance = random.Random(start)  # noqa: S311 - made-up people
    codes = _codes()
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR_TABLE)
    for begin in range(start, end, _BATCH):
        numbers = range(begin, min(begin + _BATCH, end))
        entries = [
            RosterEntry(uuid4(), chance.choice(units), "filed", _values(chance, number, codes))
            for number in numbers
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            actions.put(entries, make_keys([entry.subject for entry in entries]))
            with cursor.copy("COPY bench_clear FROM STDIN") as copy:
                for entry in entries:
                    copy.write_row(_clear_row(entry))
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX IF NOT EXISTS bench_token ON bench_clear (token)")
        for table in ("roster_entry", "keystore.data_key", "bench_clear"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def subject_of_token(path: str, value: str) -> UUID | None:
    """Find a person by a unique value, as the dossiers room does: one keyed token, one index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject FROM bench_clear WHERE token = %s", [token_of(path, value)])
        row = cursor.fetchone()
    return row[0] if row else None


def some_id_numbers() -> list[str]:
    """A few ID numbers that exist."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM bench_clear ORDER BY subject LIMIT 5")
        return [row[0] for row in cursor.fetchall()]


def _codes() -> dict[str, list[str]]:
    dictionary = dictionary_queries.current()
    return {
        field.path: [code.code for code in dictionary.table_of(field).choices][:40]
        for field in dictionary.roster_fields
        if field.type == "code"
    }


def _values(chance: random.Random, number: int, codes: dict[str, list[str]]) -> dict[str, JSON]:
    born = date.fromordinal(chance.randint(715_000, 732_000))
    joined = date.fromordinal(chance.randint(733_000, 739_500)).isoformat()
    name = chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=chance.choice((1, 2, 2))))
    return {
        "identity.name": name,
        "identity.employee_number": f"{number:08}",
        "identity.birth_date": born.isoformat(),
        "identity.id_number": f"{_region(number)}{born:%Y%m%d}{number % 10_000:04}",
        "identity.native_place": chance.choice(_PLACES),
        "identity.work_start": joined,
        "contact.mobile": f"138{number:08}",
        "contact.email": f"user{number}@example.com",
        "post.position": chance.choice(_POSITIONS),
        "post.joined": joined,
        "post.supervisor": str(UUID(int=number // 20)),
        "contract.end": "9999",
        **{path: chance.choice(choices) for path, choices in codes.items()},
    }


def _region(number: int) -> int:
    return 110_000 + number // 10_000


def _clear_row(entry: RosterEntry) -> Iterator[object]:
    name = str(entry.values["identity.name"])
    pinyin = pinyin_of_name(name)
    id_number = str(entry.values["identity.id_number"])
    yield from (entry.subject, name, pinyin, initials_of(pinyin))
    yield from (entry.values["identity.employee_number"], entry.values["contact.mobile"])
    yield from (id_number, token_of("identity.id_number", id_number))
