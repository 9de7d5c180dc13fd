"""The tree: paths, subtrees, names, and what it may not become."""

from __future__ import annotations

import random
import time
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.organization.rules import (
    AmbiguousUnit,
    BadUnit,
    UnitChange,
    UnknownUnit,
    check,
    split_path,
    tree_of,
)

DAY = date(2026, 1, 1)
LATER = date(2026, 6, 1)


def unit(number: int) -> UUID:
    return UUID(int=number)


def made(number: int, kind: str, name: str, parent: int | None = None, **more) -> UnitChange:
    changed = {"name": name, "parent": unit(parent) if parent else None, **more}
    return UnitChange(unit(number), kind, DAY, changed)


COMPANY = [
    made(1, "group", "示例集团"),
    made(2, "company", "华东公司", 1),
    made(3, "company", "华南公司", 1),
    made(4, "department", "研发中心", 2, code="RD"),
    made(5, "team", "嵌入式组", 4),
    made(6, "department", "财务部", 2),
    made(7, "department", "财务部", 3),
]


def company(*more: UnitChange, on: date = DAY):
    return tree_of([*COMPANY, *more], on)


def test_paths_run_from_the_root():
    tree = company()
    assert tree.path_of(unit(5)) == (unit(1), unit(2), unit(4), unit(5))
    assert tree.full_label(unit(5)) == "示例集团/华东公司/研发中心/嵌入式组"
    assert tree.path_of(unit(99)) == tree.path_of(None) == ()
    assert tree.label(unit(99)) == ""


def test_a_subtree_holds_the_unit_and_all_below():
    tree = company()
    assert tree.subtree(unit(2)) == {unit(2), unit(4), unit(5), unit(6)}
    assert tree.subtree(unit(99)) == frozenset()
    assert [node.name for node in tree.children(unit(1))] == ["华东公司", "华南公司"]
    assert [(n.name, depth) for n, depth in tree.walk()][:3] == [
        ("示例集团", 0),
        ("华东公司", 1),
        ("研发中心", 2),
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("研发中心", 4),
        ("rd", 4),
        ("ＲＤ", 4),
        (" 研发 中心 ", 4),
        ("华东公司/财务部", 6),
        ("华南公司／财务部", 7),
        ("示例集团 > 华南公司 > 财务部", 7),
        ("/示例集团/华东公司/", 2),
    ],
)
def test_a_unit_is_found_by_name_code_or_the_end_of_its_path(text, number):
    assert company().find(text).id == unit(number)


def test_an_unknown_or_doubtful_name_is_named_in_the_answer():
    with pytest.raises(UnknownUnit) as unknown:
        company().find("研发1部")
    assert str(unknown.value.message) == "部门“研发1部”不存在"
    with pytest.raises(AmbiguousUnit) as doubtful:
        company().find("财务部")
    assert len(doubtful.value.candidates) == 2
    assert "示例集团/华南公司/财务部" in str(doubtful.value.message)
    for nothing in ("", " / "):
        with pytest.raises(UnknownUnit):
            company().find(nothing)


def test_a_whole_path_is_never_doubtful():
    tree = company(made(8, "company", "示例集团", 3))
    assert tree.find("示例集团").id == unit(1)


def test_changes_count_from_their_day_on():
    renamed = UnitChange(unit(4), "department", LATER, {"name": "研究院"})
    moved = UnitChange(unit(4), "department", LATER, {"parent": unit(3)})
    before, after = company(renamed, moved), company(renamed, moved, on=LATER)
    assert before.label(unit(4)) == "研发中心"
    assert after.full_label(unit(5)) == "示例集团/华南公司/研究院/嵌入式组"
    assert after.nodes[unit(4)].code == "RD"


def test_a_closed_unit_keeps_its_label_and_stands_in_no_list():
    tree = company(UnitChange(unit(6), "department", DAY, {"closed": True}))
    assert tree.label(unit(6)) == "财务部"
    assert unit(6) not in {node.id for node in tree.children(unit(2))}
    assert tree.find("财务部").id == unit(7)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (made(8, "department", ""), "没有填写"),
        (made(8, "department", "部" * 61, 2), "超过 60"),
        (made(8, "department", "研发/测试", 2), "斜线"),
        (made(8, "department", "总部"), "集团或公司"),
        (made(8, "company", "分公司", 4), "不能放在"),
        (made(8, "group", "集团", 1), "不能放在"),
        (made(8, "department", " 财务 部", 2), "已有"),
        (made(8, "department", "质量部", 2, code="rd"), "已用于"),
        (UnitChange(unit(4), "department", DAY, {"closed": True}), "请先撤销"),
    ],
)
def test_what_a_unit_may_not_be(change, reason):
    with pytest.raises(BadUnit) as refused:
        check(company(change), change.unit)
    assert reason in str(refused.value.message)


def test_a_unit_is_never_below_itself_nor_below_nothing():
    for change, reason in (
        (UnitChange(unit(2), "company", DAY, {"parent": unit(5)}), "自己的下级"),
        (UnitChange(unit(2), "company", DAY, {"parent": unit(2)}), "自己的下级"),
        (made(8, "department", "新部", 77), "还不存在"),
    ):
        with pytest.raises(BadUnit) as refused:
            company(change)
        assert reason in str(refused.value.message)


@given(st.lists(st.integers(min_value=0, max_value=30), max_size=30))
def test_path_parent_children_and_subtree_always_agree(parents):
    changes = [made(1, "group", "根")]
    changes += [
        made(n, "department", f"部{n}", 1 + parent % (n - 1)) for n, parent in enumerate(parents, 2)
    ]
    tree = tree_of(changes, DAY)
    for node in tree.nodes.values():
        assert node.path[-1] == node.id
        assert node.path[:-1] == tree.path_of(node.parent)
        assert tree.subtree(node.id) == {
            other.id for other in tree.nodes.values() if node.id in other.path
        }
        assert all(child.parent == node.id for child in tree.children(node.id))
    walked = [node.id for node, _depth in tree.walk()]
    assert set(walked) == set(tree.nodes)
    for node, depth in tree.walk():
        assert depth == len(node.path) - 1
        assert all(walked.index(above) <= walked.index(node.id) for above in node.path)


def test_two_thousand_units_become_a_tree_in_a_moment():
    chance = random.Random(1)  # noqa: S311 - a tree's shape, not a secret
    changes = [made(1, "group", "根")]
    changes += [
        made(number, "department", f"部{number}", chance.randrange(1, number))
        for number in range(2, 2001)
    ]
    seconds = []
    for _ in range(5):
        started = time.process_time()
        tree = tree_of(changes, DAY)
        seconds.append(time.process_time() - started)
    assert len(tree.nodes) == 2000
    assert min(seconds) < 0.05


def test_separators_of_every_width_split_a_path():
    assert split_path("甲／乙 > 丙/ 丁 ") == ("甲", "乙", "丙", "丁")
