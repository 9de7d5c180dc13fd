"""What comes back is looked through page by page; what is wrong stays open until it is mended."""

from __future__ import annotations

import pytest
from tests.materials.loans.conftest import all_back, lent
from tests.materials.office import Office

from dangan.access.rules import Absent
from dangan.materials.loans import actions, queries
from dangan.materials.loans.actions import Checked
from dangan.materials.loans.models import Check, Loan
from dangan.materials.loans.problems import LoanProblem
from dangan.materials.storeroom.models import Defect


def test_everything_back_ends_the_entry(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    loan = all_back(office, lent(office, volume))
    volume.refresh_from_db()
    assert (loan.state, volume.standing) == ("returned", "held")
    assert set(Check.objects.values_list("outcome", flat=True)) == {"complete"}


def test_a_part_comes_back_and_the_rest_stays_out(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    loan = lent(office, volume)
    form = office.archive.materials["毕业研究生登记表"]
    row = actions.take_back(office.actor("keeper"), loan=loan.pk, checks=[Checked(form, 4)])
    assert row.state == "lent"
    detail = queries.detail(office.actor("keeper"), loan.pk)
    assert detail.left == 2
    rest = [
        Checked(material, pages)
        for material, pages in volume.contents.exclude(pk=form).values_list("pk", "pages")
    ]
    row = actions.take_back(office.actor("keeper"), loan=loan.pk, checks=rest)
    assert row.state == "returned"


def test_missing_pages_and_damage_are_findings_until_dealt_with(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    loan = lent(office, volume)
    keeper, made = office.actor("keeper"), office.archive.materials
    actions.take_back(
        keeper,
        loan=loan.pk,
        checks=[
            Checked(made["毕业研究生登记表"], 3, note="少第 4 页"),
            Checked(made["职工登记表"], 2, damaged=True, note="左下角撕裂"),
            Checked(made["工资变动审批表"], 2),
        ],
    )
    found = {check.outcome for check in Check.objects.all()}
    assert found == {"missing", "damaged", "added"}
    assert queries.register(keeper, state="findings").total == 1
    assert set(Defect.objects.values_list("kind", flat=True)) == {"missing", "torn"}
    assert all("少第 4 页".encode() not in bytes(c.sealed_note) for c in Check.objects.all())
    for check in Check.objects.all():
        actions.settle_finding(keeper, check=check.pk)
    assert queries.register(keeper, state="findings").total == 0


def test_a_part_of_a_volume_is_checked_for_that_part(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    form = office.archive.materials["毕业研究生登记表"]
    loan = lent(office, volume, materials={volume.pk: [form]})
    with pytest.raises(LoanProblem):
        actions.take_back(
            office.actor("keeper"),
            loan=loan.pk,
            checks=[Checked(office.archive.materials["职工登记表"], 2)],
        )
    row = actions.take_back(office.actor("keeper"), loan=loan.pk, checks=[Checked(form, 4)])
    assert row.state == "returned"


def test_the_borrower_does_not_take_back_and_nothing_comes_back_twice(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    loan = lent(office, volume)
    with pytest.raises(Absent):
        actions.take_back(office.actor("he"), loan=loan.pk, checks=[])
    with pytest.raises(LoanProblem):
        actions.take_back(office.actor("keeper"), loan=loan.pk, checks=[])
    all_back(office, loan)
    with pytest.raises(LoanProblem):
        all_back(office, loan)


def test_a_volume_restricted_meanwhile_still_comes_back(office: Office) -> None:
    from django.utils import timezone  # noqa: PLC0415 - only here

    volume = office.archive.volume("沈知微")
    loan = lent(office, volume)
    type(volume).objects.filter(pk=volume.pk).update(restricted_at=timezone.now())
    row = actions.take_back(office.actor("keeper"), loan=loan.pk, checks=[])
    assert row.state == "returned"


def test_what_is_lost_stays_out_of_reach_until_it_is_found(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    loan = lent(office, volume)
    with pytest.raises(LoanProblem):
        actions.declare_lost(office.actor("keeper"), loan=loan.pk, note="")
    row = actions.declare_lost(office.actor("keeper"), loan=loan.pk, note="出差途中丢失")
    volume.refresh_from_db()
    assert (row.state, volume.standing) == ("lost", "lent")
    all_back(office, Loan.objects.get(pk=loan.pk))
    volume.refresh_from_db()
    assert volume.standing == "held"
