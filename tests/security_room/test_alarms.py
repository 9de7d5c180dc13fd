"""Alarms: raised once for one story, told, dealt with by another person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from tests.cast import Cast, written_events
from tests.security_room.conftest import Join

from dangan.access.rules import Absent, Refused
from dangan.notices.models import Notice
from dangan.security import actions, queries
from dangan.security.alarms import raise_alarm
from dangan.security.models import Alarm


def test_one_story_is_one_alarm_and_told_once(cast: Cast, join: Join) -> None:
    guard = join("security_admin")
    who = join("hr_specialist", name="何雨桐")
    now = timezone.now()
    first = raise_alarm("bulk", story="s", at=now, measure=40, account=who.id)
    assert first is not None
    assert raise_alarm("bulk", story="s", at=now, measure=40, account=who.id) is None
    later = raise_alarm("bulk", story="s", at=now + timedelta(minutes=5), measure=55)
    assert later is not None and later.id == first.id
    alarm = Alarm.objects.get()
    assert (alarm.count, alarm.measure) == (2, 55)
    assert Notice.objects.filter(account=guard.id, topic="alarm.raised").count() == 1
    assert not Notice.objects.filter(account=who.id).exists()


def test_what_is_told_and_what_lies_in_the_table_name_nobody(cast: Cast, join: Join) -> None:
    join("security_admin")
    who = join("hr_specialist", name="何雨桐")
    raise_alarm("superior", story="x", account=who.id, subject=cast.people["陆怀瑾"])
    notice = Notice.objects.get()
    assert notice.facts == {"label": "无事由打开上级的档案",
                            "label_en": notice.facts["label_en"]}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT a::text FROM security_alarm a")
        row = cursor.fetchone()[0]
    assert str(who.id) not in row and str(cast.people["陆怀瑾"]) not in row


def test_a_closed_story_is_quiet_until_it_goes_twice_as_far(cast: Cast) -> None:
    guard = cast.actor("security_admin")
    alarm = raise_alarm("bulk", story="s", measure=40)
    assert alarm is not None
    actions.take_alarm(guard, alarm=alarm.id)
    actions.close_alarm(guard, alarm=alarm.id, finding="explained", reason="合同续签，批量核对")
    later = timezone.now() + timedelta(minutes=5)
    assert raise_alarm("bulk", story="s", measure=60, at=later) is None
    again = raise_alarm("bulk", story="s", measure=80, at=later)
    assert again is not None and again.id != alarm.id
    assert ("alarm.close", "done") in written_events(guard)


def test_closing_takes_a_finding_and_words(cast: Cast) -> None:
    guard = cast.actor("security_admin")
    alarm = raise_alarm("bulk", story="s")
    assert alarm is not None
    with pytest.raises(actions.alarms.AlarmProblem):
        actions.close_alarm(guard, alarm=alarm.id, finding="explained", reason=" 好 ")
    with pytest.raises(actions.alarms.AlarmProblem):
        actions.close_alarm(guard, alarm=alarm.id, finding="whatever", reason="核对过了")
    assert Alarm.objects.get().state == "new"


def test_nobody_deals_with_an_alarm_about_themselves_or_sees_it(cast: Cast) -> None:
    guard = cast.actor("security_admin", name="陆怀瑾")
    by = raise_alarm("device", story="1", account=guard.id)
    about = raise_alarm("crowd", story="2", subject=cast.people["陆怀瑾"])
    assert by is not None and about is not None
    for alarm in (by, about):
        with pytest.raises(Absent):
            queries.alarm(guard, alarm.id)
        with pytest.raises(Refused):
            actions.take_alarm(guard, alarm=alarm.id)
        with pytest.raises(Refused):
            actions.close_alarm(guard, alarm=alarm.id, finding="mistaken", reason="没有问题")
    listed = queries.alarms(guard)
    assert (listed.lines, listed.total, listed.counts) == ((), 0, {}), "nor how many there are"
    assert queries.recent(guard) == []
    assert queries.overview(guard).new == 0
    other = cast.actor("security_admin")
    assert len(queries.alarms(other).lines) == 2


def test_those_who_read_alarms_do_not_close_them(cast: Cast) -> None:
    alarm = raise_alarm("bulk", story="s")
    assert alarm is not None
    for role in ("auditor", "privacy_officer"):
        assert queries.alarm(cast.actor(role), alarm.id).kind.key == "bulk"
        with pytest.raises(Refused):
            actions.close_alarm(cast.actor(role), alarm=alarm.id, finding="real", reason="确有问题")
    for role in ("it", "hr_manager", "leader", "archivist"):
        with pytest.raises(Refused):
            queries.alarms(cast.actor(role))


def test_an_alarm_goes_back_with_what_it_was_raised_in(cast: Cast) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        raise_alarm("bulk", story="s")
        raise RuntimeError
    assert not Alarm.objects.exists()


def test_only_those_who_see_names_see_whose_dossier_it_was(cast: Cast) -> None:
    alarm = raise_alarm("crowd", story="s", subject=cast.people["沈知微"])
    assert alarm is not None
    assert queries.alarm(cast.actor("security_admin"), alarm.id).whose == ""
    assert queries.alarm(cast.actor("privacy_officer"), alarm.id).whose == "沈知微"
