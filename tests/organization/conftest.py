from __future__ import annotations

from uuid import UUID

import pytest

from dangan.access import queries as access_queries
from dangan.access.rules import Actor
from dangan.organization import actions, queries

ROWS = [
    ("示例集团", "group"),
    ("示例集团/华东公司", "company"),
    ("示例集团/华东公司/研发中心", "department"),
    ("示例集团/华东公司/研发中心/嵌入式组", "team"),
    ("示例集团/华东公司/财务部", "department"),
    ("示例集团/华南公司", "company"),
]


@pytest.fixture
def console(db: None) -> Actor:
    return access_queries.console_actor()


@pytest.fixture
def units(console: Actor) -> dict[str, UUID]:
    actions.load_units(console, ROWS)
    return {node.name: node.id for node in queries.tree().nodes.values()}
