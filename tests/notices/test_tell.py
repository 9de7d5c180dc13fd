"""Telling accounts: the bell at once, mail as each wishes, robots by topic and unit."""

from __future__ import annotations

from datetime import time
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cast import written_events

from dangan.access.rules import Absent, Refused
from dangan.notices import actions, queries
from dangan.notices.actions import Letter, RobotPlan, tell, tell_all
from dangan.notices.carrying.robots import Access
from dangan.notices.models import Delivery, Notice
from dangan.notices.rules.topics import BadNotice
from dangan.notices.rules.wishes import Wish

pytestmark = pytest.mark.django_db
CASE = {"number": "XG-2026-00012", "label": "信息变更"}
STEP = CASE | {"step": "人力资源审核"}


def test_everybody_told_sees_it_at_their_own_bell(account):
    zhiwei, huaijin = account("沈知微"), account("陆怀瑾")
    tell(accounts=[zhiwei.id, zhiwei.id], topic="case.returned", url="/cases/1/", facts=CASE)
    assert (queries.unread(zhiwei), queries.unread(huaijin)) == (1, 0)
    line = queries.latest(zhiwei)[0]
    assert line.title == "信息变更 XG-2026-00012 已退回"
    assert not line.read


def test_what_is_told_goes_with_the_teller_s_transaction(account):
    zhiwei = account("沈知微")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(accounts=[zhiwei.id], topic="case.agreed", url="/", facts=CASE)
        raise ZeroDivisionError
    assert queries.unread(zhiwei) == 0


def test_a_notice_that_no_topic_can_say_is_a_mistake_of_the_teller(account):
    with pytest.raises(BadNotice):
        tell(accounts=[account("沈知微").id], topic="task.assigned", url="/", facts=CASE)
    assert Notice.objects.count() == 0


def test_without_a_mail_server_nothing_is_queued(account):
    tell(accounts=[account("沈知微").id], topic="case.agreed", url="/", facts=CASE)
    assert Delivery.objects.count() == 0


def test_mail_is_queued_as_each_wishes(mailbox, account):
    zhiwei, huaijin, wenbo = account("沈知微"), account("陆怀瑾"), account("罗文博")
    actions.save_wish(huaijin, wish=Wish(mail={"cases": False}))
    actions.save_wish(wenbo, wish=Wish(digest="daily", quiet=None, language="en"))
    everybody = [zhiwei.id, huaijin.id, wenbo.id]
    tell(accounts=everybody, topic="case.agreed", url="/", facts=CASE)
    queued = {item.account: item for item in Delivery.objects.all()}
    assert queued.keys() == {zhiwei.id, wenbo.id}
    daily = timezone.localtime(queued[wenbo.id].due_at)
    assert (daily.hour, daily.minute) == (8, 30)
    assert [queries.unread(who) for who in (zhiwei, huaijin, wenbo)] == [1, 1, 1]


def test_telling_many_takes_few_statements(mailbox, account):
    zhiwei = account("沈知微")
    many = [zhiwei.id, *(uuid4() for _ in range(200))]
    tell(accounts=many[:1], topic="case.agreed", url="/", facts=CASE)
    with CaptureQueriesContext(connection) as asked:
        tell(accounts=many, topic="case.agreed", url="/", facts=CASE)
    assert len(asked) <= 8


def test_many_things_are_told_in_as_many_statements_as_one(mailbox, account):
    zhiwei, huaijin = account("沈知微"), account("陆怀瑾")
    letters = [
        Letter([zhiwei.id, huaijin.id], "task.overdue", f"/cases/{n}/", STEP) for n in range(500)
    ]
    with CaptureQueriesContext(connection) as asked:
        tell_all(letters)
    assert len(asked) <= 10
    assert (queries.unread(zhiwei), Delivery.objects.count()) == (500, 1000)
    with pytest.raises(BadNotice):
        tell_all([letters[0], Letter([zhiwei.id], "task.overdue", "/", CASE)])
    assert queries.unread(zhiwei) == 500


def test_settings_are_kept_and_logged(account):
    zhiwei = account("沈知微")
    wish = Wish({"cases": False}, "hourly", (time(20), time(8)), "en")
    actions.save_wish(zhiwei, wish=wish)
    assert queries.wish_of(zhiwei) == wish
    actions.save_wish(zhiwei, wish=Wish(quiet=None))
    assert queries.wish_of(zhiwei) == Wish(quiet=None)
    assert ("notice.settings", "done") in written_events(zhiwei)


def test_nobody_reads_or_marks_what_another_was_told(account):
    zhiwei, huaijin = account("沈知微"), account("陆怀瑾")
    tell(accounts=[zhiwei.id], topic="case.agreed", url="/cases/1/", facts=CASE)
    notice = Notice.objects.get().id
    with pytest.raises(Absent):
        actions.mark_read(huaijin, notices=[notice])
    with pytest.raises(Absent):
        queries.target(huaijin, notice)
    assert queries.target(zhiwei, notice) == "/cases/1/"
    actions.mark_read(zhiwei, notices=[notice])
    assert queries.unread(zhiwei) == 0


def test_all_are_marked_at_once_and_only_one_s_own(account):
    zhiwei, huaijin = account("沈知微"), account("陆怀瑾")
    for _ in range(3):
        tell(accounts=[zhiwei.id, huaijin.id], topic="case.agreed", url="/", facts=CASE)
    assert actions.mark_all_read(zhiwei) == 3
    assert (queries.unread(zhiwei), queries.unread(huaijin)) == (0, 3)


def test_the_list_is_filtered_and_counted(account):
    zhiwei = account("沈知微")
    for topic, facts in (("case.agreed", CASE), ("task.assigned", STEP), ("task.urged", STEP)):
        tell(accounts=[zhiwei.id], topic=topic, url="/", facts=facts)
    actions.mark_read(zhiwei, notices=[queries.latest(zhiwei)[0].id])
    page = queries.mine(zhiwei, group="tasks")
    assert (page.total, page.unread, len(page.lines)) == (2, 2, 2)
    assert queries.mine(zhiwei, group="tasks", only_unread=True).total == 1
    counts = {key: n for key, _label, n in page.groups}
    assert (counts["tasks"], counts["cases"]) == (1, 1)


def add(cast, receiver, *, groups=("tasks",), units=(), label="项目群", kind="wecom"):
    access = Access(f"http://{receiver.host}/cgi-bin/webhook/send?key=abc")
    plan = RobotPlan(label=label, groups=groups, units=units, access=access)
    return actions.add_robot(cast.actor("it"), kind=kind, plan=plan)


def test_a_robot_hears_its_topics_once_for_all_accounts(cast, receiver, account):
    robot = add(cast, receiver)
    accounts = [account("沈知微").id, account("陆怀瑾").id]
    tell(accounts=accounts, topic="task.assigned", url="/", facts=STEP)
    tell(accounts=accounts, topic="case.agreed", url="/", facts=CASE)  # not its group
    tell(accounts=accounts, topic="collection.submitted", url="/")
    told = Delivery.objects.filter(robot=robot).values_list("topic", flat=True)
    assert sorted(told) == ["collection.submitted", "task.assigned"]


def test_what_is_only_one_s_own_goes_to_no_group(cast, receiver, account):
    add(cast, receiver, groups=("own", "rights"))
    tell(accounts=[account("沈知微").id], topic="file.viewed", url="/")
    tell(accounts=[], topic="deputy.named", url="/", facts={"begins": "1", "ends": "2"})
    assert Delivery.objects.count() == 0


def test_a_robot_of_a_unit_hears_of_its_branch_only(cast, receiver):
    add(cast, receiver, units=[cast.units["研发中心"]])
    for unit in ("嵌入式组", "研发中心", "财务部", "华东公司"):
        tell(accounts=[], topic="task.assigned", url="/", facts=STEP | {"label": unit},
             unit=cast.units[unit])  # fmt: skip
    tell(accounts=[], topic="task.assigned", url="/", facts=STEP)
    heard = {item.facts["label"] for item in Delivery.objects.all()}
    assert heard == {"嵌入式组", "研发中心"}


def test_only_who_keeps_channels_changes_them(cast, receiver):
    robot = add(cast, receiver)
    for role in ("hr_manager", "employee", "auditor", "head"):
        actor = cast.actor(role)
        with pytest.raises(Refused):
            actions.switch_robot(actor, robot=robot, active=False)
        with pytest.raises(Refused):
            actions.test_robot(actor, robot=robot)
        with pytest.raises(Refused):
            actions.retry_all(actor)
        with pytest.raises(Refused):
            queries.channels(actor)
    assert receiver.calls == []
