"""What a scan says becomes a proposed change when somebody confirms it; nobody goes beyond their
rights by way of a scan."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.utils import timezone
from tests.archive import Archive
from tests.cast import PEOPLE, with_check_digit, written_events
from tests.materials.reading.conftest import Scanner

from dangan.access.rules import Absent, Actor, Refused
from dangan.dossiers import queries as dossiers
from dangan.dossiers.models import Proposal
from dangan.dossiers.proposals.actions import Submitted
from dangan.dossiers.proposals.opening import open_held
from dangan.materials.catalogue.models import Material, Reader
from dangan.materials.reading import actions, queries
from dangan.materials.reading.problems import ReadingProblem
from dangan.materials.reading.queries.suggesting import DocumentView

NAME = "沈知微"
ID = with_check_digit(PEOPLE[NAME][2])
MATERIAL = "职工登记表"
CARD = (
    "姓名 沈知微", "性别 女 民族 回", "出生 1991 年 6 月 12 日",
    "住址 浙江省杭州市西湖区文三路478号", f"公民身份号码 {ID}",
)  # fmt: skip


@pytest.fixture
def card(archive: Archive, scanner: Scanner) -> UUID:
    archive.volume(NAME)
    return scanner.text(archive.materials[MATERIAL], *CARD)


def suggested(archive: Archive, actor: Actor) -> list[DocumentView]:
    looked, _item, pages = queries.texts(actor, archive.materials[MATERIAL])
    return queries.suggestions(actor, looked.volume.subject_id, pages)


def propose(archive: Archive, actor: Actor, page: UUID, **values: str) -> Submitted:
    return actions.propose(
        actor, material=archive.materials[MATERIAL], page=page, kind="id_front", values=values
    )


@pytest.mark.usefixtures("card")
def test_the_card_stands_beside_the_dossier(archive: Archive) -> None:
    (view,) = suggested(archive, archive.cast.actor("hr_manager"))
    states = {line.field.key: (line.state, line.ticked) for line in view.lines}
    assert view.holder == "same"
    assert states["name"] == ("same", False)
    assert states["ethnicity"] == ("changed", True)
    assert states["household_address"] == ("new", True)
    (ethnicity,) = [line for line in view.lines if line.field.key == "ethnicity"]
    assert ethnicity.old is not None
    assert (ethnicity.old.text, ethnicity.text) == ("汉族", "回族")


def test_a_traditional_character_is_looked_up_as_its_simplified_one(
    archive: Archive, scanner: Scanner
) -> None:
    archive.volume(NAME)
    scanner.text(archive.materials[MATERIAL], *CARD[:1], "性别女民族漢", *CARD[2:])
    (view,) = suggested(archive, archive.cast.actor("hr_manager"))
    (ethnicity,) = [line for line in view.lines if line.field.key == "ethnicity"]
    assert (ethnicity.text, ethnicity.state) == ("汉族", "same")


def test_what_is_confirmed_becomes_a_proposal_that_cites_the_scan(
    archive: Archive, card: UUID
) -> None:
    actor = archive.cast.actor("hr_manager")
    sent = propose(archive, actor, card, ethnicity="回族", household_address="杭州市文三路 478 号")
    body = open_held(Proposal.objects.get(pk=sent.proposal)).body
    assert "HD-Y-00001" in body.words
    assert "职工登记表" in body.words
    assert "第 1 页" in body.words
    (plan,) = body.plans
    assert set(plan.values) == {"ethnicity", "household_address"}
    events = [action for action, _outcome in written_events(actor)]
    assert "reading.propose" in events
    assert "proposal.submit" in events


def test_a_marked_material_is_not_named_to_those_who_decide(archive: Archive, card: UUID) -> None:
    Material.objects.filter(pk=archive.materials[MATERIAL]).update(secrecy=2)
    actor = archive.cast.actor("hr_manager")
    with pytest.raises(Absent):
        propose(archive, actor, card, ethnicity="回族")

    Reader.objects.create(
        volume=archive.volumes[NAME], account=actor.id, at=timezone.now(), by=actor.id
    )
    sent = propose(archive, actor, card, ethnicity="回族")
    assert MATERIAL not in open_held(Proposal.objects.get(pk=sent.proposal)).body.words


def test_nothing_ticked_and_nonsense_are_refused(archive: Archive, card: UUID) -> None:
    actor = archive.cast.actor("hr_manager")
    with pytest.raises(ReadingProblem):
        propose(archive, actor, card)
    with pytest.raises(Absent):
        propose(archive, actor, card, photo="x")
    with pytest.raises(Absent):
        actions.propose(
            actor,
            material=archive.materials[MATERIAL],
            page=card,
            kind="degree",
            values={"degree": "工学硕士学位"},
        )
    assert not Proposal.objects.exists()


@pytest.mark.usefixtures("card")
def test_an_archivist_without_the_dossier_reads_but_does_not_compare(archive: Archive) -> None:
    looks = suggested(archive, archive.archivist)
    assert all(not line.allowed for view in looks for line in view.lines)


def test_an_archivist_proposes_nothing(archive: Archive, card: UUID) -> None:
    with pytest.raises((Absent, Refused)):
        propose(archive, archive.archivist, card, ethnicity="回族")
    assert not Proposal.objects.exists()


def test_others_find_no_text(archive: Archive, card: UUID) -> None:
    for actor in (
        archive.cast.actor("hr_manager", unit="华南公司"),
        archive.cast.actor("employee", name=NAME),
    ):
        with pytest.raises((Absent, Refused)):
            queries.texts(actor, archive.materials[MATERIAL])
        with pytest.raises((Absent, Refused)):
            propose(archive, actor, card, ethnicity="回族")


def test_a_card_of_somebody_else_is_told_and_not_ticked(archive: Archive, scanner: Scanner) -> None:
    archive.volume(NAME)
    other = with_check_digit(PEOPLE["罗文博"][2])
    scanner.text(
        archive.materials[MATERIAL], "姓名 罗文博", "性别 男 民族 汉", f"公民身份号码 {other}"
    )
    (view,) = suggested(archive, archive.cast.actor("hr_manager"))
    assert view.holder == "other"


def test_a_certificate_goes_to_its_own_row_or_a_new_one(archive: Archive, scanner: Scanner) -> None:
    archive.volume(NAME)
    page = scanner.text(
        archive.materials[MATERIAL],
        "普通高等学校", "毕业证书",
        "学生 沈知微 性别 女，一九九一年六月十二日生，于二〇一三年九月至二〇一六年六月在本校",
        "计算机科学与技术 专业三年制硕士研究生学习，成绩合格，准予毕业。", "浙江大学",
        "证书编号：103351201602000123",
    )  # fmt: skip
    actor = archive.cast.actor("hr_manager")
    (view,) = suggested(archive, actor)
    assert view.row is None
    values = {line.field.key: line.text for line in view.lines}
    sent = actions.propose(
        actor,
        material=archive.materials[MATERIAL],
        page=page,
        kind="graduation",
        values=values,
    )
    (plan,) = open_held(Proposal.objects.get(pk=sent.proposal)).body.plans
    assert plan.info_set == "education"
    assert plan.row is None
    if sent.direct:
        dossier = dossiers.open_dossier(actor, archive.cast.people[NAME])
        assert dossier.sets["education"].rows
