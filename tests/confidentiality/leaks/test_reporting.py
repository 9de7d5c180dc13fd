"""沈知微 sees a payroll go to the wrong address: she reports, and everybody in charge knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import written_events
from tests.confidentiality.leaks.conftest import SECRET

from dangan.access.rules import Absent, Refused
from dangan.confidentiality.leaks import actions, queries, rules
from dangan.confidentiality.leaks.actions import BadReport, Paper
from dangan.confidentiality.leaks.models import Leak, LeakFile
from dangan.files.rules import BadFile
from dangan.notices.models import Notice
from dangan.workflow import actions as workflow
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case
from dangan.workflow.queries import case_view


def told(room) -> set[str]:
    names = {account: who for who, account in room.ids.items()}
    found = Notice.objects.filter(topic="leak.reported", urgent=True)
    return {names[one.account] for one in found}


def test_a_report_opens_its_case_and_tells_all_in_charge_at_once(room):
    leak = room.report()
    assert leak.number.startswith("XM-")
    assert room.waiting(leak) == {"lu", "privacy"}
    assert told(room) == {"lu", "liang", "manager2", "privacy"}
    assert Case.objects.get(pk=leak.case).kind == "leak"


def test_nothing_of_it_stands_in_clear(room):
    leak = room.report()
    assert SECRET.encode() not in bytes(Leak.objects.get(pk=leak.id).sealed)
    assert "供应商" not in str(list(Notice.objects.values_list("facts", "url")))


def test_the_reporter_follows_the_report_and_not_what_others_found(room):
    leak = room.report()
    room.fill(leak, "head")
    room.fill(leak, "privacy")
    mine = queries.one(room.actor("shen"), leak.id)
    assert mine.body.what == SECRET
    assert mine.body.assessment is None
    assert mine.body.first is None
    assert queries.one(room.actor("liang"), leak.id).body.assessment is not None
    assert [row.id for row in queries.mine(room.actor("shen"))] == [leak.id]


@pytest.mark.parametrize("other", ["luo", "archivist", "specialist", "boss"])
def test_others_find_nothing_there(room, other):
    leak = room.report()
    actor = room.actor(other)
    with pytest.raises(Absent):
        queries.one(actor, leak.id)
    with pytest.raises(Absent):
        case_view(actor, leak.case)
    with pytest.raises(Refused):
        queries.register(actor)
    assert ("leak.read", "refused") in written_events(actor)


def test_whoever_is_part_of_it_neither_hears_nor_sees_nor_decides(room):
    leak = room.report(avoid=[room.ids["lu"], room.ids["liang"]])
    assert told(room) == {"manager2", "privacy"}
    assert "lu" not in room.waiting(leak)
    assert room.waiting(leak) == {"boss", "privacy"}
    for accused in ("lu", "liang"):
        with pytest.raises(Absent):
            queries.one(room.actor(accused), leak.id)
    assert queries.register(room.actor("liang")).total == 0
    assert queries.register(room.actor("liang")).quarters == ()
    assert queries.register(room.actor("manager2")).total == 1


def test_a_deputy_of_the_case_page_shows_the_accused_no_word(room):
    leak = room.report(avoid=[room.ids["liang"]])
    page = room.client("liang").get(f"/cases/{leak.case}/").content.decode()
    assert SECRET not in page


def test_only_recipients_can_be_said_to_be_part_of_it(room):
    leak = room.report(avoid=[room.ids["boss"], room.ids["luo"]])
    assert queries.one(room.actor("privacy"), leak.id).body.avoid == ()


def test_a_head_who_reports_does_not_deal_with_the_own_report(room):
    leak = room.report("lu")
    assert room.waiting(leak) == {"boss", "privacy"}


def test_a_report_is_neither_withdrawn_nor_refused(room):
    leak = room.report()
    with pytest.raises(CannotTakeEffect):
        workflow.withdraw(room.actor("shen"), case=leak.case)
    assert Case.objects.get(pk=leak.case).state == "open"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"what": "嗯"}, "what"),
        ({"noticed": timezone.now() + timedelta(days=1)}, "noticed"),
        ({"kinds": []}, "kinds"),
    ],
)
def test_too_little_is_refused_with_a_sentence_and_nothing_kept(room, given, field):
    with pytest.raises(BadReport) as refused:
        room.report(**given)
    assert refused.value.field == field
    assert not Leak.objects.exists()


def test_a_bad_file_keeps_the_whole_report_out(room):
    with pytest.raises(BadFile):
        room.report(papers=[Paper("截图.png", b"MZ\x90 not a picture")])
    assert not Leak.objects.exists()
    assert not LeakFile.objects.exists()
    assert not Notice.objects.filter(topic="leak.reported").exists()


def test_an_account_without_the_right_reports_nothing(room):
    with pytest.raises(Refused):
        nobody = replace(room.actor("luo"), grants=())
        actions.report(
            nobody, report=actions.Report(what=SECRET, noticed=timezone.now(), kinds=["pay"])
        )


def test_the_time_to_the_first_measure_counts_from_the_report():
    now = timezone.now()
    assert rules.hours_between(now, now + timedelta(minutes=90)) == 1.5
    assert rules.hours_between(now, None) is None
