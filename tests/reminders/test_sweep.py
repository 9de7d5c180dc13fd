"""The daily work: the right people, once, and made good after a standstill."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections
from django.utils import timezone
from tests.cast import Cast, written_events

from dangan.access.actions import create_account
from dangan.access.queries import actor_of, console_actor, system_actor
from dangan.access.rules import Actor, Refused
from dangan.dossiers import actions as dossier_actions
from dangan.dossiers.models import Subject
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.lifecycle.reminders import Item, actions, lines, queries, registry
from dangan.lifecycle.reminders.models import Line, Sweep, Told
from dangan.lifecycle.reminders.rules import WOMEN
from dangan.lifecycle.reminders.settings import settings
from dangan.notices.models import Notice
from dangan.organization import actions as organization_actions

pytestmark = pytest.mark.django_db


def day(ahead: int):
    return timezone.localdate() + timedelta(days=ahead)


def give(cast: Cast, name: str, info_set: str, /, **values: str) -> UUID:
    """One more row in somebody's dossier."""
    plan = SubjectPlan([RowPlan(info_set, values)], subject=cast.people[name])
    dossier_actions.apply_plans(console_actor(), plans=[plan], reason="测试")
    return cast.people[name]


def contract(cast: Cast, name: str, ahead: int) -> None:
    give(cast, name, "contract", kind="1", start="2023-01-01", end=day(ahead).isoformat())


@pytest.fixture
def person(cast: Cast):
    """``person("何雨桐", "hr_specialist")`` has an account; what they are told can be asked."""

    def make(name: str, *roles: str, unit: str | None = None) -> Actor:
        made = create_account(
            console_actor(),
            login=f"r-{name}",
            name=name,
            subject=cast.people[name],
            roles=[(role, cast.units[unit] if unit else None) for role in roles],
            password="chengxu2026",
            must_change=False,
        )
        return actor_of(made.id)

    return make


def told(actor: Actor) -> list[tuple[str, int]]:
    found = Notice.objects.filter(account=actor.id).order_by("at")
    return [(item.topic, item.facts.get("count", 0)) for item in found]


def test_those_who_look_after_people_are_told_how_many_and_nobody_else(cast, person):
    hr = person("何雨桐", "hr_specialist")
    south = person("罗文博", "hr_specialist", unit="华南公司")
    finance, zhiwei = person("俞书衡", "finance"), person("沈知微")
    organization_actions.set_head(
        console_actor(), unit=cast.units["研发中心"], head=cast.people["陆怀瑾"]
    )
    head = person("陆怀瑾")
    contract(cast, "沈知微", 29)
    contract(cast, "俞书衡", 6)
    contract(cast, "梁慎行", 100)
    report = actions.sweep(system_actor())
    assert report.told == 2
    assert told(hr) == [("reminder.due", 2)]
    assert told(head) == [("reminder.due", 1)]
    assert told(south) == told(finance) == told(zhiwei) == []
    assert "29" not in str(Notice.objects.values_list("facts", "url"))


def test_nothing_is_told_twice_however_often_it_is_asked(cast, person):
    hr = person("何雨桐", "hr_specialist")
    contract(cast, "沈知微", 30)
    assert actions.sweep(system_actor()).told == 1
    assert actions.sweep(system_actor()).told is None
    assert actions.sweep(system_actor(), day=day(1)).told == 0
    assert actions.sweep(system_actor(), day=day(23)).told == 1
    assert actions.sweep(system_actor(), day=day(24)).told == 0
    assert actions.sweep(system_actor(), day=day(30)).told == 1
    assert told(hr) == [("reminder.due", 1)] * 3


def test_what_came_due_while_nothing_ran_is_made_good_with_one_word(cast, person):
    hr = person("何雨桐", "hr_specialist")
    contract(cast, "沈知微", 70)
    assert actions.sweep(system_actor()).told == 0
    # Nobody at home on the days 60 and 30 before, nor on the day itself.
    assert actions.sweep(system_actor(), day=day(110)).told == 1
    assert actions.sweep(system_actor(), day=day(111)).told == 0
    assert told(hr) == [("reminder.due", 1)]


def test_a_renewed_contract_ends_the_reminders_of_the_old_one(cast, person):
    hr = person("何雨桐", "hr_specialist")
    contract(cast, "沈知微", 40)
    assert actions.sweep(system_actor()).told == 1
    contract(cast, "沈知微", 900)
    assert actions.sweep(system_actor(), day=day(20)).told == 0
    assert told(hr) == [("reminder.due", 1)]


def test_a_certificate_is_told_to_its_holder_without_saying_which(cast, person):
    zhiwei = person("沈知微")
    give(cast, "沈知微", "qualification", name="一级建造师", valid_until=day(20).isoformat())
    actions.sweep(system_actor())
    assert [topic for topic, _ in told(zhiwei)] == ["reminder.own"]
    notice = Notice.objects.get(account=zhiwei.id)
    assert notice.url == "/me/"
    assert "建造师" not in str(notice.facts)


def test_who_has_left_is_reminded_of_no_more(cast, person):
    hr = person("何雨桐", "hr_specialist")
    contract(cast, "沈知微", 20)
    lines.refresh()
    Subject.objects.filter(pk=cast.people["沈知微"]).update(state="departed")
    assert actions.sweep(system_actor()).told == 0
    assert told(hr) == []
    assert not Line.objects.filter(subject=cast.people["沈知微"]).exists()


def test_dates_are_sealed_and_tokens_tell_nothing(cast):
    contract(cast, "沈知微", 29)
    actions.sweep(system_actor())
    line = Line.objects.get(subject=cast.people["沈知微"])
    assert day(29).isoformat().encode() not in bytes(line.sealed)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'reminders_told'"
        )
        assert {row[0] for row in cursor.fetchall()} == {"token", "on"}
    assert Told.objects.count() == 2  # 60 and 30 days


def test_the_log_says_how_many_and_never_who(cast):
    contract(cast, "沈知微", 29)
    system = system_actor()
    actions.sweep(system)
    assert ("reminder.fire", "done") in written_events(system)


def test_a_sweep_that_fails_leaves_nothing_behind_and_is_done_again(cast, person, monkeypatch):
    hr = person("何雨桐", "hr_specialist")
    contract(cast, "沈知微", 29)

    def fail(*_: object) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(actions, "tell_all", fail)
    with pytest.raises(RuntimeError):
        actions.sweep(system_actor())
    assert (Told.objects.count(), Sweep.objects.count()) == (0, 0)
    monkeypatch.undo()
    assert actions.sweep(system_actor()).told == 1
    assert told(hr) == [("reminder.due", 1)]


def test_countdowns_of_other_rooms_are_told_like_all_else(cast, person):
    hr = person("何雨桐", "hr_specialist")
    movement = uuid4()

    def source(_today):
        yield Item(cast.people["沈知微"], "countdown", day(10), movement, "档案和社保转移")

    registry.register("test", source)
    try:
        assert actions.sweep(system_actor()).told == 1
        page = queries.reminders(hr)
        assert [(one.kind, one.label, one.days) for one in page.entries] == [
            ("countdown", "档案和社保转移", 10)
        ]
    finally:
        registry._sources.pop("test")
    assert told(hr) == [("reminder.due", 1)]


def test_dossiers_untouched_for_a_year_come_up(cast, person):
    hr = person("何雨桐", "hr_specialist")
    long_ago = timezone.now() - timedelta(days=366)
    Subject.objects.filter(pk=cast.people["沈知微"]).update(changed_at=long_ago)
    page = queries.reminders(hr, kind="review")
    assert [(one.name, one.days) for one in page.entries] == [("沈知微", -1)]
    assert actions.sweep(system_actor()).told == 1


# --- the page ------------------------------------------------------------------------------------


def test_the_page_is_cut_to_reach_and_field_rights(cast, person):
    contract(cast, "沈知微", 20)
    contract(cast, "罗文博", 10)
    give(cast, "沈知微", "secrecy_agreement", kind="1", end=day(5).isoformat())
    actions.sweep(system_actor())
    hr = person("何雨桐", "hr_specialist")
    found = queries.reminders(hr)
    assert [(one.name, one.kind, one.days) for one in found.entries] == [
        ("罗文博", "contract", 10), ("沈知微", "contract", 20),
    ]  # fmt: skip
    manager = person("梁慎行", "hr_manager")
    assert "secrecy" in {one.kind for one in queries.reminders(manager).entries}
    east = person("陆怀瑾", "hr_specialist", unit="华东公司")
    assert {one.name for one in queries.reminders(east).entries} == {"沈知微"}
    counts = {tab.key: tab.count for tab in queries.reminders(east).tabs}
    assert (counts[""], counts["contract"], counts["secrecy"]) == (1, 1, 0)
    assert ("reminder.list", "done") in written_events(hr)
    for role in ("employee", "finance", "it", "auditor"):
        with pytest.raises(Refused):
            queries.reminders(cast.actor(role))


def test_what_changed_since_the_sweep_shows_at_once(cast, person):
    hr = person("何雨桐", "hr_specialist")
    contract(cast, "沈知微", 20)
    actions.sweep(system_actor())
    contract(cast, "沈知微", 900)
    assert queries.reminders(hr).total == 0
    assert queries.reminders(hr, span="all").total == 0


def test_spans_narrow_the_list(cast, person):
    hr = person("何雨桐", "hr_specialist")
    for name, ahead in (("沈知微", -3), ("罗文博", 5), ("俞书衡", 25), ("陆怀瑾", 80)):
        contract(cast, name, ahead)
    actions.sweep(system_actor())
    totals = {span: queries.reminders(hr, span=span).total for span in queries.SPANS}
    assert totals == {"overdue": 1, "7": 2, "30": 3, "90": 4, "all": 4}


def test_settings_switch_and_time_kinds_and_only_a_keeper_changes_them(cast, person):
    contract(cast, "沈知微", 80)
    manager = person("梁慎行", "hr_manager")
    chosen = {kind.key: (kind.on, kind.leads) for kind in settings().kinds.values()}
    chosen |= {"contract": (True, [90]), "birthday": (True, [1])}
    with pytest.raises(Refused):
        actions.save_settings(cast.actor("hr_specialist"), chosen=chosen, women=WOMEN)
    actions.save_settings(manager, chosen=chosen, women=50)
    assert settings().kinds["contract"].leads == (90,)
    assert settings().women == 50
    assert actions.sweep(system_actor()).told == 1
    chosen["contract"] = (False, [90])
    actions.save_settings(manager, chosen=chosen, women=50)
    assert queries.reminders(manager, kind="contract", span="all").total == 0
    with pytest.raises(actions.BadSettings, match="0 到 200"):
        actions.save_settings(manager, chosen={"contract": (True, [500])}, women=50)
    with pytest.raises(actions.BadSettings, match="50 或 55"):
        actions.save_settings(manager, chosen={}, women=60)


@pytest.mark.django_db(transaction=True)
def test_processes_that_sweep_at_the_same_time_tell_once(cast, person):
    hr = person("何雨桐", "hr_specialist")
    contract(cast, "沈知微", 30)
    contract(cast, "罗文博", 3)
    reports = []

    def run() -> None:
        try:
            reports.append(actions.sweep(system_actor()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.told or 0 for report in reports) == [0, 0, 0, 2]
    assert told(hr) == [("reminder.due", 2)]
