"""The known cast: one small organisation and the people whose stories the tests tell.

示例集团
├─ 华东公司
│   ├─ 人力资源部   何雨桐 (人事专员), 梁慎行 (人事经理)
│   ├─ 财务部       俞书衡
│   └─ 研发中心     陆怀瑾 (负责人)
│       └─ 嵌入式组 沈知微
└─ 华南公司
    └─ 销售部       罗文博
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from dangan.access import registry
from dangan.access.queries import console_actor
from dangan.access.rules import Actor, RoleGrant
from dangan.audit.actions import flush
from dangan.audit.rules import Trail
from dangan.dossiers import actions
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.organization import actions as organization_actions
from dangan.organization import queries as organization_queries

UNITS = [
    ("示例集团", "group"),
    ("示例集团/华东公司", "company"),
    ("示例集团/华东公司/人力资源部", "department"),
    ("示例集团/华东公司/财务部", "department"),
    ("示例集团/华东公司/研发中心", "department"),
    ("示例集团/华东公司/研发中心/嵌入式组", "team"),
    ("示例集团/华南公司", "company"),
    ("示例集团/华南公司/销售部", "department"),
]

PEOPLE = {
    # name: (number, sex, ID number, mobile, unit, position, joined)
    "何雨桐": ("020101", "2", "330106199003072221", "13800000101", "人力资源部", "人事专员"),
    "梁慎行": ("020102", "1", "330106198011112338", "13800000102", "人力资源部", "人事经理"),
    "俞书衡": ("020103", "1", "330106198505051133", "13800000103", "财务部", "会计"),
    "陆怀瑾": ("020104", "1", "330106197907072210", "13800000104", "研发中心", "主任"),
    "沈知微": ("020486", "2", "330106199106122040", "13812345678", "嵌入式组", "高级工程师"),
    "罗文博": ("030001", "1", "440106198802023319", "13900000001", "销售部", "销售代表"),
}

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def with_check_digit(number: str) -> str:
    """The ID number with its last character made right (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], ID_WEIGHTS, strict=True))
    return number[:17] + "10X98765432"[total % 11]


@dataclass
class Cast:
    """The organisation's units and people by name, and actors by role."""

    units: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)

    def actor(self, role: str, *, name: str | None = None, unit: str | None = None) -> Actor:
        """Somebody with one role, anchored at ``unit``; ``name`` makes them one of the people."""
        grants = [RoleGrant(registry.matrix().roles[role], self.units[unit] if unit else None)]
        subject = self.people[name] if name else None
        if subject and role != "employee":
            grants.append(RoleGrant(registry.matrix().roles["employee"], None))
        account = uuid4()
        return Actor(
            id=account,
            kind="account",
            name=name or role,
            trail=Trail(uuid4(), account, "account", "127.0.0.1"),
            subject=subject,
            grants=tuple(grants),
            address="127.0.0.1",
        )


def person_rows(name: str, unit: UUID) -> list[RowPlan]:
    """The first rows of one of the people."""
    number, sex, id_number, mobile, _unit, position = PEOPLE[name]
    id_number = with_check_digit(id_number)
    birth = f"{id_number[6:10]}-{id_number[10:12]}-{id_number[12:14]}"
    return [
        RowPlan(
            "identity",
            {
                "name": name,
                "employee_number": number,
                "sex": sex,
                "id_number": id_number,
                "birth_date": birth,
                "ethnicity": "01",
                "political_status": "13",
            },
        ),
        RowPlan("contact", {"mobile": mobile, "email": f"u{number}@example.com"}),
        RowPlan("post", {"unit": str(unit), "position": position, "joined": "2016-07-11"}),
    ]


def make_cast() -> Cast:
    """Builds the organisation through the real verbs, as the console."""
    console = console_actor(purpose="测试")
    organization_actions.load_units(console, UNITS)
    tree = organization_queries.tree()
    cast = Cast({node.name: node.id for node in tree.nodes.values()})
    plans = [SubjectPlan(person_rows(name, cast.units[PEOPLE[name][4]])) for name in PEOPLE]
    written = actions.apply_plans(console, plans=plans, reason="测试人员")
    cast.people = {name: item.subject for name, item in zip(PEOPLE, written, strict=True)}
    return cast


def written_events(actor: Actor | None = None) -> list[tuple[str, str]]:
    """(action, outcome) of the log's events in order, of one actor or of all.

    Flushes what the actor noted, as the end of a request would. Inside a test's transaction only
    its own events count: a log is never emptied, so it keeps those of tests that committed.
    """
    if actor is not None:
        flush(actor.trail)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, outcome FROM audit_event"
            " WHERE (%(who)s::uuid IS NULL OR actor = %(who)s)"
            " AND (NOT %(inside)s OR xid = pg_current_xact_id()) ORDER BY id",
            {"who": actor and actor.id, "inside": connection.in_atomic_block},
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def today() -> str:
    return timezone.localdate().isoformat()
