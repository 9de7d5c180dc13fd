"""Whoever decides sees old and new as far as their own rights go, and proofs only with them."""

from __future__ import annotations

import pytest
from tests.cast import written_events
from tests.files.samples import document, picture
from tests.proposals.conftest import DEGREE, Desk

from dangan.access.rules import Absent
from dangan.dossiers.models import Proposal
from dangan.dossiers.proposals import actions, queries
from dangan.dossiers.proposals.refusals import BadState
from dangan.dossiers.proposals.shapes import ChangeLine, ProposalView
from dangan.dossiers.rules import InvalidRecord
from dangan.files import queries as files
from dangan.files.models import SealedFile
from dangan.files.rules import BadFile
from dangan.workflow import actions as workflow

pytestmark = pytest.mark.django_db


def sent(desk: Desk, *plans: object) -> Proposal:
    draft = actions.draft(desk.shen, subject=desk.person)
    for plan in plans:
        actions.put_row(desk.shen, proposal=draft.id, plan=plan)
    actions.submit(desk.shen, proposal=draft.id)
    return Proposal.objects.get(id=draft.id)


def line(view: ProposalView, key: str) -> ChangeLine:
    lines = [item for part in view.sets for row in part.rows for item in row.lines]
    return next(item for item in lines if item.field.key == key)


def test_the_person_sees_what_was_there_and_what_they_typed(desk: Desk) -> None:
    proposal = sent(desk, desk.patch("contact", mobile="13911112222"))
    mobile = line(queries.view(desk.shen, proposal.id), "mobile")
    assert (mobile.old.text, mobile.new.text) == ("13812345678", "13911112222")
    assert mobile.changed
    assert mobile.class_label == "敏感"


def test_a_head_sees_a_mask_and_hr_who_reviews_sees_the_number(desk: Desk) -> None:
    proposal = sent(desk, desk.patch("contact", mobile="13911112222"))
    head = line(queries.view_of(desk.lu, proposal), "mobile")
    assert (head.old.text, head.new.text) == ("138****5678", "139****2222")
    assert head.old.value is None
    hr = line(queries.view_of(desk.hr, proposal), "mobile")
    assert hr.new.text == "13911112222", "who reviews a field sees it"
    assert ("proposal.read", "done") in written_events(desk.hr)


def test_a_set_out_of_sight_is_only_counted(desk: Desk) -> None:
    family = desk.new("family", relation="51", name="沈怀远", birth_date="1960-01")
    proposal = sent(desk, desk.new("education", **DEGREE), family)
    seen = queries.view_of(desk.lu, proposal)
    assert [part.info_set.key for part in seen.sets] == ["education"]
    assert seen.hidden == 3
    assert "沈怀远" not in str(seen)
    nothing = queries.view_of(desk.finance, proposal)
    assert nothing.sets == ()
    assert nothing.hidden == 3 + len(DEGREE)
    assert nothing.name == "沈知微", "whose case it is stands on the case"


def test_the_check_says_what_the_change_would_bring(desk: Desk) -> None:
    proposal = sent(desk, desk.new("education", **DEGREE | {"start": "1995-09", "end": "1999-06"}))
    view = queries.view_of(desk.hr, proposal)
    assert "不满" in line(view, "start").notes[0]
    assert line(view, "school").notes == ()
    assert view.checked
    workflow.refuse(desk.hr, case=proposal.case, step="hr", words="年份有误")
    assert not queries.view_of(desk.hr, Proposal.objects.get(id=proposal.id)).checked


def test_whoever_decides_is_told_that_the_row_has_moved_on(desk: Desk) -> None:
    from dangan.access.queries import console_actor  # noqa: PLC0415
    from dangan.dossiers.actions import save_row  # noqa: PLC0415

    proposal = sent(desk, desk.patch("contact", postcode="310012"))
    row = desk.row("contact")
    assert not queries.view_of(desk.hr, proposal).sets[0].rows[0].moved
    save_row(
        console_actor(), subject=desk.person, info_set="contact", row=row.row,
        base_version=row.version, values={"address": "杭州市"},
    )  # fmt: skip
    assert queries.view_of(desk.hr, proposal).sets[0].rows[0].moved


def proved(desk: Desk, **more: object) -> tuple[Proposal, SealedFile]:
    draft = actions.draft(desk.shen, subject=desk.person)
    actions.put_row(desk.shen, proposal=draft.id, plan=desk.new("education", **DEGREE | more))
    (row,) = queries.own_body(desk.shen, draft.id).rows
    file = actions.attach(
        desk.shen, proposal=draft.id, row_key=row.key, name="毕业证.pdf", data=document()
    )
    actions.submit(desk.shen, proposal=draft.id)
    return Proposal.objects.get(id=draft.id), file


def test_a_proof_is_seen_by_those_who_decide_and_see_the_row(desk: Desk) -> None:
    proposal, file = proved(desk)
    assert queries.proof(desk.shen, proposal.id, file.id).name == "毕业证.pdf"
    assert queries.proof(desk.hr, proposal.id, file.id).pages == 1
    view = queries.view_of(desk.hr, proposal)
    assert [item.id for item in view.proofs] == [file.id]
    for stranger in (desk.finance, desk.leader, desk.legal):
        with pytest.raises(Absent):
            queries.proof(stranger, proposal.id, file.id)
    assert queries.view_of(desk.finance, proposal).proofs == ()
    assert queries.view_of(desk.finance, proposal).proofs_hidden == 1


def test_a_proof_of_what_is_masked_is_not_shown(desk: Desk) -> None:
    proposal, file = proved(desk, witness="李四 13700001111")
    assert desk.whose_turn(proposal.case) == {"陆怀瑾"}
    view = queries.view_of(desk.lu, proposal)
    assert view.sets[0].rows[0].hidden == 1
    assert (view.proofs, view.proofs_hidden) == ((), 1)
    with pytest.raises(Absent):
        queries.proof(desk.lu, proposal.id, file.id)
    assert ("file.read", "refused") in written_events(desk.lu)


def test_proofs_come_and_go_with_their_row(desk: Desk) -> None:
    draft = actions.draft(desk.shen, subject=desk.person)
    actions.put_row(desk.shen, proposal=draft.id, plan=desk.new("education", **DEGREE))
    (row,) = queries.own_body(desk.shen, draft.id).rows
    ids = [
        actions.attach(
            desk.shen, proposal=draft.id, row_key=row.key, name=f"{n}.jpg", data=picture()
        ).id
        for n in range(3)
    ]
    with pytest.raises(BadFile):
        actions.attach(desk.shen, proposal=draft.id, row_key=row.key, name="a.exe", data=b"MZ")
    actions.detach(desk.shen, proposal=draft.id, row_key=row.key, file=ids[0])
    assert set(files.infos(ids)) == set(ids[1:])
    with pytest.raises(Absent):
        actions.detach(desk.shen, proposal=draft.id, row_key=row.key, file=ids[0])
    with pytest.raises(Absent):
        actions.attach(desk.hr, proposal=draft.id, row_key=row.key, name="b.jpg", data=picture())
    actions.drop_row(desk.shen, proposal=draft.id, row_key=row.key)
    assert files.infos(ids) == {}
    for _ in range(2):
        actions.put_row(desk.shen, proposal=draft.id, plan=desk.new("education", **DEGREE))
    (first, second) = queries.own_body(desk.shen, draft.id).rows
    for n in range(10):
        actions.attach(
            desk.shen, proposal=draft.id, row_key=first.key, name=f"{n}.jpg", data=picture()
        )
    with pytest.raises(BadState):
        actions.attach(
            desk.shen, proposal=draft.id, row_key=first.key, name="x.jpg", data=picture()
        )
    foreign = actions.attach(
        desk.shen, proposal=draft.id, row_key=second.key, name="y.jpg", data=picture()
    )
    SealedFile.objects.filter(id=foreign.id).update(by=desk.hr.id)
    with pytest.raises(Absent):
        actions.put_row(
            desk.shen,
            proposal=draft.id,
            plan=desk.new("education", **DEGREE, major="软件工程"),
            row_key=first.key,
            proofs=[foreign.id],
        )


def test_no_portrait_out_of_nothing(desk: Desk) -> None:
    draft = actions.draft(desk.shen, subject=desk.person)
    with pytest.raises(InvalidRecord):
        actions.put_row(
            desk.shen, proposal=draft.id, plan=desk.patch("identity", photo=str(draft.id))
        )
