"""What a file lacks is asked of those who owe it; they answer; what comes in closes the gap."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.archive import Archive
from tests.browsers import Browser

from dangan.access.models import Account
from dangan.access.queries import actor_of
from dangan.access.rules import Absent, Actor, Refused
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.receipts import actions, jobs, queries
from dangan.materials.receipts.models import Chase, Wanted
from dangan.materials.receipts.problems import ReceiptProblem
from dangan.notices.models import Notice

SOON = timedelta(days=14)


def account() -> Actor:
    return actor_of(Account.objects.latest("created_at").pk)


def ask_all(archive: Archive, name: str = "沈知微") -> list[Chase]:
    volume = archive.volume(name)
    _looked, found = queries.gaps(archive.archivist, volume.pk)
    tokens = [gap.token for gap in found]
    return actions.ask(
        archive.archivist,
        volume=volume.pk,
        tokens=tokens,
        due_on=timezone.localdate() + SOON,
    )


def test_each_who_owes_is_asked_for_theirs(archive: Archive, browser: Browser) -> None:
    browser("hr_specialist", name="何雨桐")
    hr = account()
    chases = {chase.owner: chase for chase in ask_all(archive)}
    assert {"unit", "hr"} <= chases.keys()
    assert Notice.objects.filter(account=hr.id, topic="papers.wanted").exists()
    _row, lines = queries.chase(hr, chases["hr"].pk)
    assert lines
    assert all(line.person.name == "沈知微" for line in lines)
    with pytest.raises(Absent):
        queries.chase(account_of_finance(browser), chases["hr"].pk)


def account_of_finance(browser: Browser) -> Actor:
    browser("finance", name="俞书衡")
    return account()


def test_a_gap_is_asked_for_once(archive: Archive) -> None:
    ask_all(archive)
    volume = archive.volumes["沈知微"]
    _looked, found = queries.gaps(archive.archivist, volume.pk)
    assert all(gap.wanted is not None for gap in found)
    with pytest.raises(ReceiptProblem):
        actions.ask(
            archive.archivist,
            volume=volume.pk,
            tokens=[gap.token for gap in found],
            due_on=timezone.localdate() + SOON,
        )


def test_the_department_answers_and_the_paper_comes(archive: Archive, browser: Browser) -> None:
    browser("hr_specialist", name="何雨桐")
    hr = account()
    chase = next(chase for chase in ask_all(archive) if chase.owner == "hr")
    wanted = chase.lines.first()
    assert wanted is not None
    actions.answer(hr, wanted=wanted.pk, sent=True)
    receipt = actions.receive(
        archive.archivist,
        volume=archive.volumes["沈知微"].pk,
        body=MaterialBody(category="9-2", title="录用审批表", year=2016, pages=1),
        received_on=timezone.localdate(),
        wanted=wanted.pk,
    )
    wanted.refresh_from_db()
    assert (wanted.state, wanted.receipt_id) == (Wanted.State.RECEIVED, receipt.pk)
    actions.send_back(archive.archivist, receipt=receipt.pk, why="不是要的那一份")
    wanted.refresh_from_db()
    assert wanted.state == Wanted.State.ASKED


def test_not_to_be_found_needs_a_reason(archive: Archive, browser: Browser) -> None:
    browser("hr_specialist", name="何雨桐")
    hr = account()
    chase = next(chase for chase in ask_all(archive) if chase.owner == "hr")
    wanted = chase.lines.first()
    assert wanted is not None
    with pytest.raises(ReceiptProblem):
        actions.answer(hr, wanted=wanted.pk, sent=False)
    actions.answer(hr, wanted=wanted.pk, sent=False, words="原单位已撤销")
    _row, lines = queries.chase(archive.archivist, chase.pk)
    assert [line.answer for line in lines if line.row.pk == wanted.pk] == ["原单位已撤销"]


def test_a_request_is_closed_when_nothing_waits(archive: Archive) -> None:
    chase = ask_all(archive)[0]
    with pytest.raises(ReceiptProblem):
        actions.settle(archive.archivist, chase=chase.pk)
    Wanted.objects.filter(chase=chase).update(state=Wanted.State.ABSENT)
    actions.settle(archive.archivist, chase=chase.pk)
    assert Chase.objects.get(pk=chase.pk).state == Chase.State.CLOSED


def test_given_up_with_a_reason_it_is_not_asked_again(archive: Archive) -> None:
    volume = archive.volume("沈知微")
    _looked, found = queries.gaps(archive.archivist, volume.pk)
    actions.waive(archive.archivist, volume=volume.pk, token=found[0].token, why="当年没有此表")
    _looked, after = queries.gaps(archive.archivist, volume.pk)
    waived = next(gap for gap in after if gap.token == found[0].token)
    assert waived.wanted is not None
    assert waived.words == "当年没有此表"


def test_who_does_not_keep_the_file_learns_of_no_gap(archive: Archive) -> None:
    volume = archive.volume("沈知微")
    for role in ("hr_specialist", "head", "employee"):
        with pytest.raises((Absent, Refused)):
            queries.gaps(archive.cast.actor(role), volume.pk)


def test_overdue_requests_are_reminded_of_once_a_day(archive: Archive, browser: Browser) -> None:
    browser("hr_specialist", name="何雨桐")
    hr = account()
    ask_all(archive)
    late = timezone.localdate() + SOON + timedelta(days=1)
    assert jobs.remind(late) > 0
    assert jobs.remind(late) == 0
    assert Notice.objects.filter(account=hr.id, topic="papers.overdue").count() == 1
