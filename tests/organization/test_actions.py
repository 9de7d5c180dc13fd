"""Changing the organisation: what takes effect, when, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dangan.access import actions as access_actions
from dangan.access import queries as access_queries
from dangan.access.rules import Absent, Refused
from dangan.organization import actions, loading, people, queries
from dangan.organization.rules import BadUnit


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def plain_actor(console):
    made = access_actions.create_account(
        console, login="wen", name="温", roles=[("hr_specialist", None)]
    )
    return access_queries.actor_of(made.id)


def test_a_list_makes_what_is_missing_and_leaves_the_rest(console, units):
    more = [("示例集团/华东公司", "公司"), ("示例集团/华东公司/法务部", "部门")]
    loaded = actions.load_units(console, more)
    assert (loaded.created, loaded.existing) == (1, 1)
    tree = queries.tree()
    assert tree.find("法务部").parent == units["华东公司"]
    assert tree.nodes[units["华东公司"]].kind == "company"


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        ([("甲", "集团"), ("甲/乙", "科")], 3, "不认识"),
        ([("甲", "集团"), ("甲", "集团")], 3, "第 2 行重复"),
        ([("甲/乙", "公司")], 2, "上级“甲”没有列出"),
        ([("", "公司")], 2, "没有填写"),
        ([("示例集团/华东公司", "部门")], 2, "系统里已有"),
        ([("独立部", "部门")], 2, "集团或公司"),
        ([("示例集团/华东公司/研发中心/分公司", "公司")], 2, "不能放在"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_made(console, units, rows, line, reason):
    before = queries.version()
    with pytest.raises(loading.BadUnitFile) as refused:
        actions.load_units(console, rows)
    assert refused.value.problems[0][0] == line
    assert reason in refused.value.lines()[0]
    assert queries.version() == before


def test_a_csv_may_be_utf8_or_gb18030_and_must_have_both_columns():
    text = "path,type\n示例集团,group\n\n示例集团/华东公司,company\n"
    rows = [("示例集团", "group"), ("示例集团/华东公司", "company")]
    assert loading.read_csv(text.encode("utf-8-sig")) == rows
    assert loading.read_csv(text.encode("gb18030")) == rows
    assert loading.read_csv("类型,路径\n集团,甲\n".encode()) == [("甲", "集团")]
    for bad in (b"name\nx\n", b"\xff\xfe\x00\x00", b""):
        with pytest.raises(loading.BadUnitFile):
            loading.read_csv(bad)


def test_a_rename_today_counts_at_once_and_keeps_the_past(console, units):
    unit = units["研发中心"]
    actions.rename_unit(console, unit=unit, name=" 研究  院 ", code="RD")
    assert queries.tree().label(unit) == "研究 院"
    view = queries.unit_view(console, unit)
    assert [(line.verb, line.old, line.new) for line in view.history] == [
        ("name", "研发中心", "研究 院"),
        ("code", "", "RD"),
        ("made", "", "研发中心"),
    ]
    assert view.history[0].recorded_by == "控制台"


def test_a_move_on_a_later_day_waits_for_it(console, units):
    actions.move_unit(
        console, unit=units["研发中心"], parent=units["华南公司"], effective=in_days(10)
    )
    assert queries.tree().nodes[units["研发中心"]].parent == units["华东公司"]
    later = queries.tree(in_days(10))
    assert later.full_label(units["嵌入式组"]) == "示例集团/华南公司/研发中心/嵌入式组"
    actions.rename_unit(console, unit=units["研发中心"], name="研究院")
    assert queries.tree(in_days(10)).full_label(units["研发中心"]) == "示例集团/华南公司/研究院"
    assert queries.unit_view(console, units["研发中心"]).history[0].upcoming


def test_nothing_changes_before_today(console, units):
    with pytest.raises(BadUnit, match="早于今天"):
        actions.rename_unit(console, unit=units["研发中心"], name="研究院", effective=in_days(-1))


def test_a_plan_made_earlier_is_never_broken(console, units):
    actions.rename_unit(console, unit=units["研发中心"], name="技术部", effective=in_days(5))
    with pytest.raises(BadUnit, match="已有"):
        actions.rename_unit(console, unit=units["财务部"], name="技术部")
    actions.move_unit(
        console, unit=units["华南公司"], parent=units["华东公司"], effective=in_days(5)
    )
    with pytest.raises(BadUnit, match="自己的下级"):
        actions.move_unit(console, unit=units["华东公司"], parent=units["华南公司"])


def test_no_unit_goes_below_itself(console, units):
    with pytest.raises(BadUnit, match="自己的下级"):
        actions.move_unit(console, unit=units["华东公司"], parent=units["研发中心"])


class Crowd:
    """People as another room would answer for them."""

    def __init__(self, inside: dict) -> None:
        self._inside = inside

    def counts(self, _actor):
        return self._inside

    def inside(self, unit):
        return self._inside.get(unit, 0)

    def names(self, subjects):
        return dict.fromkeys(subjects, "陆怀瑾")

    def search(self, _actor, text, _limit):
        return [(uuid4(), "陆怀瑾 020104")] if text == "陆怀瑾" else []


@pytest.fixture
def crowd():
    """Puts a crowd where the roster would answer, and the roster back afterwards."""
    roster = people._provider
    yield lambda inside: people.register(Crowd(inside))
    people.register(roster)


def test_a_unit_closes_only_empty(console, units, crowd):
    with pytest.raises(BadUnit, match="下面还有"):
        actions.close_unit(console, unit=units["研发中心"])
    crowd({units["嵌入式组"]: 3})
    with pytest.raises(BadUnit, match="人在这个部门"):
        actions.close_unit(console, unit=units["嵌入式组"])
    crowd({})
    actions.close_unit(console, unit=units["嵌入式组"])
    actions.close_unit(console, unit=units["研发中心"])
    tree = queries.tree()
    assert tree.label(units["嵌入式组"]) == "嵌入式组"
    assert units["研发中心"] not in {child.id for child in tree.children(units["华东公司"])}
    with pytest.raises(BadUnit, match="已撤销"):
        actions.rename_unit(console, unit=units["研发中心"], name="研究院")
    with pytest.raises(BadUnit, match="已撤销"):
        actions.create_unit(console, kind="team", name="新组", parent=units["研发中心"])
    actions.create_unit(console, kind="department", name="研发中心", parent=units["华东公司"])


def test_a_unit_may_have_been_founded_in_the_past(console, units):
    made = actions.create_unit(
        console, kind="department", name="法务部", parent=units["华东公司"], effective=in_days(0)
    )
    assert queries.tree().nodes[made].path[-2] == units["华东公司"]
    with pytest.raises(BadUnit, match="还不存在"):
        actions.create_unit(console, kind="team", name="旧组", parent=made, effective=in_days(-10))
    with pytest.raises(BadUnit, match="类型"):
        actions.create_unit(console, kind="empire", name="帝国")


def test_a_head_is_set_and_taken_away_again(console, units):
    person = uuid4()
    actions.set_head(console, unit=units["研发中心"], head=person)
    assert queries.tree().headed_by(person) == (units["研发中心"],)
    actions.set_head(console, unit=units["研发中心"], head=None)
    assert queries.tree().headed_by(person) == ()


def test_nobody_makes_themselves_head(console, units):
    person = uuid4()
    made = access_actions.create_account(
        console, login="liang", name="梁", subject=person, roles=[("hr_manager", None)]
    )
    actor = access_queries.actor_of(made.id)
    with pytest.raises(Refused):
        actions.set_head(actor, unit=units["研发中心"], head=person)
    actions.set_head(actor, unit=units["研发中心"], head=uuid4())


def test_only_holders_of_the_permission_change_anything(console, units):
    actor = plain_actor(console)
    unit = units["财务部"]
    for attempt in (
        lambda: actions.create_unit(actor, kind="team", name="组", parent=unit),
        lambda: actions.rename_unit(actor, unit=unit, name="新名"),
        lambda: actions.move_unit(actor, unit=unit, parent=units["华南公司"]),
        lambda: actions.set_head(actor, unit=unit, head=uuid4()),
        lambda: actions.close_unit(actor, unit=unit),
        lambda: actions.load_units(actor, [("甲", "集团")]),
    ):
        with pytest.raises(Refused):
            attempt()
    assert queries.tree().label(unit) == "财务部"


def test_a_unit_that_does_not_exist_is_absent(console, units):
    with pytest.raises(Absent):
        actions.rename_unit(console, unit=uuid4(), name="某部")
    with pytest.raises(Absent):
        queries.unit_view(console, uuid4())


def test_what_is_rolled_back_is_never_seen_again(console, units):
    class Undo(Exception):  # noqa: N818
        pass

    with pytest.raises(Undo), transaction.atomic():
        actions.rename_unit(console, unit=units["财务部"], name="资金部")
        assert queries.tree().label(units["财务部"]) == "资金部"
        raise Undo
    assert queries.tree().label(units["财务部"]) == "财务部"
    actions.rename_unit(console, unit=units["财务部"], name="会计部")
    assert queries.tree().label(units["财务部"]) == "会计部"


def test_asking_again_costs_one_query(console, units):
    queries.tree()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        queries.tree()
    assert len(asked) == 1


def test_every_change_is_in_the_log_with_its_unit(console, units):
    actions.rename_unit(console, unit=units["财务部"], name="资金部")
    with connection.cursor() as cursor:
        cursor.execute("SELECT action, object FROM audit_event ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == ("unit.rename", str(units["财务部"]))
