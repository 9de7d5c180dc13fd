"""A loan is asked for, agreed, signed for, handed out; whoever may not is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import written_events
from tests.materials.loans.conftest import all_back, asked, lent, ready, signature
from tests.materials.office import Office

from dangan.access.rules import Absent, Refused
from dangan.materials.avoidance.rules import Relation
from dangan.materials.catalogue import gates
from dangan.materials.catalogue.actions import change_standing
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries import look
from dangan.materials.loans import actions
from dangan.materials.loans.actions import Wanted
from dangan.materials.loans.actions import asking as asking_actions
from dangan.materials.loans.models import Loan, Request
from dangan.materials.loans.problems import LoanProblem
from dangan.materials.loans.queries import fact_of
from dangan.materials.loans.rules.bodies import Outside
from dangan.materials.loans.rules.terms import due_day
from dangan.materials.storeroom.queries.shelves import shelved
from dangan.organization.calendar.queries import calendar
from dangan.workflow import actions as workflow


def test_a_loan_passes_head_and_manager_and_is_handed_out_against_a_signature(
    office: Office,
) -> None:
    volume = office.archive.volume("沈知微")
    request = asked(office, volume)
    assert request.number.startswith("JY-")
    assert office.carry(request.case) == ["liang", "liang"]  # head of her unit, then HR manager
    loan = Loan.objects.get(request=request)
    assert loan.state == "ready"
    keeper = office.actor("keeper")
    with pytest.raises(LoanProblem, match="没有签收"):
        actions.lend(keeper, loan=loan.pk)
    actions.sign(office.actor("he"), loan=loan.pk)
    loan = actions.lend(keeper, loan=loan.pk)
    volume.refresh_from_db()
    assert (loan.state, volume.standing) == ("lent", "lent")
    assert loan.due == due_day(calendar(), timezone.localdate(), 3)
    assert ("loan.lend", "done") in written_events(keeper)


def test_somebody_else_cannot_sign_for_the_borrower(office: Office) -> None:
    loan = ready(office, office.archive.volume("沈知微"))
    with pytest.raises(Absent):
        actions.sign(office.actor("liang"), loan=loan.pk)
    with pytest.raises(Absent):
        actions.sign(office.actor("keeper"), loan=loan.pk)


def test_what_is_not_agreed_is_not_handed_out(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    request = asked(office, volume)
    loan = Loan.objects.get(request=request)
    with pytest.raises(LoanProblem, match="待领取"):
        actions.lend(office.actor("keeper"), loan=loan.pk, signature=signature())
    volume.refresh_from_db()
    assert volume.standing == "held"


def test_a_refused_request_ends_there(office: Office) -> None:
    request = asked(office, office.archive.volume("沈知微"))
    assert request.case is not None
    who, step = office.waiting(request.case)[0]
    workflow.refuse(office.actor(who), case=request.case, step=step, words="用查阅即可")
    assert Request.objects.get(pk=request.pk).state == "refused"
    assert Loan.objects.get(request=request).state == "cancelled"


def test_a_returned_request_is_changed_and_sent_again(office: Office) -> None:
    request = asked(office, office.archive.volume("沈知微"))
    assert request.case is not None
    who, step = office.waiting(request.case)[0]
    workflow.return_case(office.actor(who), case=request.case, step=step, to="", words="写明用途")
    with pytest.raises(Absent):
        actions.resubmit(
            office.actor("shen"), request=request.pk, days=2, reason="职称申报核对", contact="1"
        )
    actions.resubmit(
        office.actor("he"), request=request.pk, days=2, reason="职称申报核对学历", contact="1"
    )
    office.carry(request.case)
    assert Loan.objects.get(request=request).state == "ready"
    assert Request.objects.get(pk=request.pk).days == 2


def test_one_borrower_at_a_time(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    first = lent(office, volume)
    second = ready(office, volume, "liang")
    with pytest.raises(LoanProblem):
        actions.lend(office.actor("keeper"), loan=second.pk, signature=signature())
    all_back(office, first)
    actions.lend(office.actor("keeper"), loan=second.pk, signature=signature())
    assert Loan.objects.filter(volume=volume, state="lent").count() == 1


def test_a_cadre_file_needs_the_leader_and_is_not_lent_to_its_person(office: Office) -> None:
    volume = office.archive.volume("何雨桐", "cadre")
    with pytest.raises(Refused, match="本人"):
        asked(office, volume)
    request = asked(office, volume, "liang")
    assert office.carry(request.case)[-1] == "boss"


def test_a_relative_discovered_after_the_approval_does_not_get_the_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = office.archive.volume("何雨桐", "cadre")
    loan = ready(office, volume, "liang")
    from dangan.materials.loans.actions import handing  # noqa: PLC0415 - to look through its eyes

    monkeypatch.setattr(handing, "relation_of", lambda *_: Relation("relative"))
    with pytest.raises(Refused):
        actions.lend(office.actor("keeper"), loan=loan.pk, signature=signature())
    volume.refresh_from_db()
    assert volume.standing == "held"


def test_a_marked_volume_needs_the_leader(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    Volume.objects.filter(pk=volume.pk).update(highest=2)
    assert "boss" in office.carry(asked(office, volume).case)


def test_somebody_from_outside_borrows_with_a_letter_and_signs_by_hand(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    guest = Outside(name="周远", organisation="示例研究院", document="身份证 1101", letter="介字 8")
    wanted = Wanted([volume.pk], None, 2, "联合课题核对学历", "13800000000", guest)
    with pytest.raises(Refused):
        actions.ask(office.actor("he"), wanted)
    request = actions.ask(office.actor("keeper"), wanted)
    assert office.carry(request.case) == ["liang"]
    loan = Loan.objects.get(request=request)
    loan = actions.lend(office.actor("keeper"), loan=loan.pk, signature=signature())
    assert loan.signing == "drawn"
    assert "周远".encode() not in bytes(request.sealed)
    volume.refresh_from_db()
    keeper = office.actor("keeper")
    fact = fact_of(keeper, look(keeper, volume.pk))
    assert fact is not None
    assert "周远" in fact.value


def test_somebody_from_outside_without_a_letter_is_refused(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    guest = Outside(name="周远", organisation="示例研究院", document="身份证 1101")
    with pytest.raises(LoanProblem, match="介绍信"):
        actions.ask(
            office.actor("keeper"), Wanted([volume.pk], None, 2, "联合课题核对", "1", guest)
        )
    assert not Request.objects.exists()


def test_nobody_hands_out_to_themselves(office: Office) -> None:
    loan = ready(office, office.archive.volume("沈知微"), "keeper")
    with pytest.raises(LoanProblem, match="另一位"):
        actions.lend(office.actor("keeper"), loan=loan.pk, signature=signature())
    actions.lend(office.actor("keeper2"), loan=loan.pk, signature=signature())


def test_who_cannot_know_of_the_person_cannot_ask(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    south = office.cast.actor("hr_specialist", unit="华南公司")
    with pytest.raises(Absent):
        actions.ask(south, Wanted([volume.pk], south.id, 3, "随便看看吧", "1"))
    with pytest.raises(Refused):
        asked(office, volume, "luo")


@pytest.mark.parametrize("days", [0, 16])
def test_the_term_is_bounded_by_the_setting(office: Office, days: int) -> None:
    with pytest.raises(LoanProblem) as caught:
        asked(office, office.archive.volume("沈知微"), days=days)
    assert caught.value.field == "days"


def test_what_was_agreed_lapses_when_nobody_fetches_it(office: Office) -> None:
    loan = ready(office, office.archive.volume("沈知微"))
    Request.objects.update(agreed_at=timezone.now() - timedelta(days=30))
    with pytest.raises(LoanProblem, match="过期"):
        actions.lend(office.actor("keeper"), loan=loan.pk, signature=signature())


def test_a_moving_or_restricted_volume_is_not_lent(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    loan = ready(office, volume)
    change_standing(
        office.actor("keeper"), volume=volume.pk, expected={"held"}, to="moving", why="x"
    )
    with pytest.raises(LoanProblem):
        actions.lend(office.actor("keeper"), loan=loan.pk, signature=signature())
    Volume.objects.filter(pk=volume.pk).update(standing="held", restricted_at=timezone.now())
    with pytest.raises(Absent):
        actions.lend(office.actor("keeper"), loan=loan.pk, signature=signature())
    with pytest.raises(Absent):
        asked(office, volume, "liang")


def test_a_lent_volume_is_neither_destroyed_nor_sent_away(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    lent(office, volume)
    for deed in ("destroy", "transfer", "remove", "lend"):
        assert gates.reasons(deed, [volume.pk])[volume.pk]  # type: ignore[arg-type]  # four deeds
    assert "read" not in gates.reasons("read", [volume.pk])


def test_a_signature_that_is_no_picture_is_refused_whole(office: Office) -> None:
    from dangan.files.rules import BadFile  # noqa: PLC0415 - only here

    volume = office.archive.volume("沈知微")
    loan = ready(office, volume)
    with pytest.raises(BadFile):
        actions.lend(office.actor("keeper"), loan=loan.pk, signature=b"%PDF-1.7 nothing")
    volume.refresh_from_db()
    assert volume.standing == "held"
    assert Loan.objects.get(pk=loan.pk).state == "ready"


def test_only_one_person_s_volumes_in_one_request(office: Office) -> None:
    first, second = office.archive.volume("沈知微"), office.archive.volume("何雨桐")
    with pytest.raises(LoanProblem, match="一个人"):
        actions.ask(
            office.actor("liang"),
            Wanted([first.pk, second.pk], office["liang"], 3, "核对材料", "1"),
        )
    assert asking_actions.LEAST_WORDS == 4


def test_the_storeroom_tells_its_keeper_who_has_a_volume(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    lent(office, volume)
    row = list(Volume.objects.select_related("subject").filter(pk=volume.pk))
    assert shelved(office.actor("keeper"), row)[0].holder == "何雨桐"
    assert not shelved(office.cast.actor("administration"), row)[0].holder
