"""Movements and the archive room: what is out comes back before the hand-over is signed, and the
paper of a movement that took effect is waited for."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from tests.archive import Archive, make_archive
from tests.lifecycle.conftest import Firm, account_of, in_days, signed, today

from dangan.lifecycle.borrowed import still_out
from dangan.lifecycle.queries.content import movement_content
from dangan.materials.consultation.models import Consultation, Seat
from dangan.materials.loans import actions as loans
from dangan.materials.loans.models import Loan
from dangan.materials.receipts.models import Expected
from dangan.materials.receipts.watching import expect
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case
from dangan.workflow.problems import BadPart

ARCHIVE = signed("loans", "secret")


@pytest.fixture
def archive(firm: Firm) -> Archive:
    return make_archive(firm.cast)


def leaving(firm: Firm) -> Case:
    """沈知微's departure, agreed; the departments are to sign."""
    case = firm.start(
        "沈知微", "departure", "沈知微", in_days(30),
        post={"leaving_reason": "11"}, details={"notified_on": today().isoformat()},
    )  # fmt: skip
    firm.agree("陆怀瑾", case, "head")
    firm.agree("行政", case, "administration")
    firm.agree("领导", case, "leader")
    return case


def lent(firm: Firm, archive: Archive) -> Loan:
    """沈知微 has 罗文博's file, asked for and handed out by the archivist."""
    volume = archive.volume("罗文博")
    keeper = firm.actor("档案")
    borrower = account_of(firm, "沈知微")
    request = loans.ask(keeper, loans.Wanted([volume.pk], borrower, 3, "办理职称申报"))
    case = Case.objects.get(pk=request.case)
    while steps := firm.desks(case):
        step = steps.pop()
        workflow.agree(firm.whoever(case, step), case=case.pk, step=step)
    loan = Loan.objects.get(request=request)
    loans.sign(firm.actor("沈知微"), loan=loan.pk)
    return loans.lend(keeper, loan=loan.pk)


def test_the_archive_does_not_sign_while_a_file_is_out(firm: Firm, archive: Archive) -> None:
    loan = lent(firm, archive)
    case = leaving(firm)
    lines = {
        line.label: line.note
        for department in movement_content(firm.actor("何雨桐"), case).departments
        for line in department.lines
    }
    assert loan.volume.number in lines["借阅的档案材料已归还"]
    for form in (ARCHIVE, {"state-loans": "none", "state-secret": "none"}):
        with pytest.raises(BadPart) as refused:
            firm.fill("档案", case, "handover_archive", form)
        said = str(refused.value.form.errors["state-loans"])
        assert loan.volume.number in said and "收回后再签收交接" in said
    assert "handover_archive" in firm.desks(case)

    checks = [
        loans.Checked(pk, pages) for pk, pages in loan.volume.contents.values_list("pk", "pages")
    ]
    loans.take_back(firm.actor("档案"), loan=loan.pk, checks=checks)
    firm.fill("档案", case, "handover_archive", ARCHIVE)
    assert "handover_archive" not in firm.desks(case)


def test_a_reading_that_goes_on_holds_the_hand_over_too(firm: Firm, archive: Archive) -> None:
    volume, now = archive.volume("罗文博"), timezone.now()
    reading = Consultation.objects.create(
        volume=volume, subject=volume.subject_id, by=account_of(firm, "何雨桐"), at=now,
        batch=uuid4(),
        hours=8, state="granted", number="CY-2026-000001", opened_at=now, sealed=b"",
        until=now + timedelta(hours=8), use_before=now + timedelta(days=3),
        decided_by=account_of(firm, "档案"), decided_at=now,
    )  # fmt: skip
    Seat.objects.create(consultation=reading, account=account_of(firm, "沈知微"))
    person = firm.person("沈知微")
    assert [one.params["number"] for one in still_out(person)] == ["CY-2026-000001"]
    assert still_out(firm.person("陆怀瑾")) == []
    Consultation.objects.update(ended_at=now)
    assert still_out(person) == []


def test_a_movement_that_took_effect_lets_its_paper_be_expected(
    firm: Firm, archive: Archive
) -> None:
    archive.volume("沈知微")
    case = firm.start(
        "何雨桐", "promotion", "沈知微", today(),
        post={"unit": firm.unit("研发中心"), "position": "主任工程师", "post_level": "2A30"},
    )  # fmt: skip
    assert expect() == 0, "nothing has taken effect"
    firm.agree("陆怀瑾", case, "head")
    firm.fill("俞书衡", case, "pay", {"v-base": "12000", "v-post_pay": "3000"})
    assert firm.agree("领导", case, "leader").state == "agreed"
    assert expect() >= 1
    assert Expected.objects.filter(info_set="post", subject=firm.person("沈知微")).exists()
