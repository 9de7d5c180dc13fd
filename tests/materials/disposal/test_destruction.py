"""From the end of a term to the ledger: nothing goes without approval and two witnesses, and what
went is read by nobody."""

from __future__ import annotations

import pytest
from django.test import TestCase
from tests.cast import written_events
from tests.files.scans import page, tiff
from tests.materials.disposal.conftest import House

from dangan.access.factors.actions import WrongCode
from dangan.access.rules import Absent, Refused
from dangan.dossiers import queries as dossiers
from dangan.dossiers.models import Portrait, Record, Subject, UniqueToken
from dangan.files.models import SealedFile
from dangan.files.storage import files as storage
from dangan.files.storage import place_of
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.models import Material, MaterialVersion, Volume
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.erasers import columns
from dangan.materials.disposal.models import DestructionList, Due, Item
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.scans import actions as scans
from dangan.materials.scans.models import Page
from dangan.vault import queries as vault
from dangan.vault.rules import KeyDestroyed
from dangan.workflow import actions as workflow

State = DestructionList.State


def test_a_dossier_whose_terms_are_over_is_destroyed_whole(house: House) -> None:
    subject = house.leave("罗文博")
    volume = house.volume("罗文博")
    house.due()
    row = house.destroyed(Pick("dossier", subject))
    assert row.state == State.DONE
    assert row.counts["dossiers"] == 1
    assert row.counts["materials"] == 2
    with pytest.raises(KeyDestroyed):
        vault.key_of(subject)
    assert Subject.objects.get(pk=subject).state == Subject.State.DESTROYED
    volume.refresh_from_db()
    assert volume.standing == Volume.Standing.DESTROYED
    assert set(Material.objects.values_list("sealed", flat=True)) == {b""}
    assert not MaterialVersion.objects.exclude(sealed=b"").exists()
    assert not Record.objects.filter(subject=subject).exclude(sealed=b"").exists()
    assert not UniqueToken.objects.filter(subject=subject).exists()
    assert not Portrait.objects.filter(subject=subject).exists()
    for column in columns():
        for stored in column.rows(frozenset({subject})):
            assert not any(getattr(stored, name) for name in column.names), column.table
    with pytest.raises(Absent):
        dossiers.open_subject(house.actor("hr"), subject)
    with pytest.raises(Absent):
        catalogue.look(house.actor("archivist"), volume.pk)


def test_the_ledger_names_numbers_and_counts_and_no_person(house: House) -> None:
    subject = house.leave("罗文博")
    volume = house.volume("罗文博")
    house.due()
    row = house.destroyed(Pick("dossier", subject))
    item = row.items.get()
    assert item.number == volume.number
    assert (bytes(item.sealed_ground), item.sealed_reason) == (b"", None)
    assert row.keep_until is not None
    assert row.done_at is not None
    assert row.keep_until.year == row.done_at.year + 30


def test_the_volume_alone_goes_and_the_dossier_stays(house: House) -> None:
    subject = house.leave("罗文博")
    volume = house.volume("罗文博")
    kept = house.archive.volume("罗文博", "staff")  # for good: the dossier stays
    house.due()
    row = house.destroyed(Pick("volume", volume.pk))
    assert row.counts["volumes"] == 1
    assert "dossiers" not in row.counts
    vault.key_of(subject)
    with pytest.raises(Absent):
        catalogue.look(house.actor("archivist"), volume.pk)
    assert catalogue.look(house.actor("archivist"), kept.pk).sight.whole


def test_nothing_goes_without_approval(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.submitted(Pick("dossier", subject))
    assert house.open_tasks(row) == {"legal", "privacy"}
    with pytest.raises(DisposalProblem):
        actions.execute(house.actor("archivist"), list_=row.pk)
    with pytest.raises(DisposalProblem):
        actions.witness(house.actor("manager"), list_=row.pk, code=house.code("manager"))
    vault.key_of(subject)


def test_nothing_goes_without_two_different_witnesses(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.approved(Pick("dossier", subject))
    with pytest.raises(DisposalProblem):
        actions.execute(house.actor("archivist"), list_=row.pk)
    actions.witness(house.actor("manager"), list_=row.pk, code=house.code("manager"))
    with pytest.raises(DisposalProblem):
        actions.witness(house.actor("manager"), list_=row.pk, code=house.code("manager"))
    with pytest.raises(DisposalProblem):
        actions.execute(house.actor("archivist"), list_=row.pk)
    vault.key_of(subject)
    actions.witness(house.actor("archivist2"), list_=row.pk, code=house.code("archivist2"))
    with pytest.raises(DisposalProblem, match="监销人不能"):
        actions.execute(house.actor("archivist2"), list_=row.pk)
    actions.execute(house.actor("archivist"), list_=row.pk)
    with pytest.raises(KeyDestroyed):
        vault.key_of(subject)


def test_the_proposer_is_no_witness_and_a_wrong_code_is_none(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.approved(Pick("dossier", subject))
    house.enrol("archivist")
    with pytest.raises(DisposalProblem, match="由你提出"):
        actions.witness(house.actor("archivist"), list_=row.pk, code=house.code("archivist"))
    with pytest.raises(WrongCode):
        actions.witness(house.actor("manager"), list_=row.pk, code="000000")
    with pytest.raises(WrongCode):
        actions.witness(house.actor("leader"), list_=row.pk, code="000000")
    assert not row.witnesses.exists()


def test_who_may_not_is_refused(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    with pytest.raises(Refused):
        house.draft(Pick("dossier", subject), by="hr")
    row = house.witnessed(Pick("dossier", subject))
    hr = house.actor("hr")
    with pytest.raises(Refused):
        actions.witness(hr, list_=row.pk, code="000000")
    with pytest.raises(Refused):
        actions.execute(hr, list_=row.pk)
    assert ("access.refuse", "refused") in written_events(hr)
    vault.key_of(subject)


def test_what_is_to_be_kept_on_is_not_destroyed_and_not_due_again(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.draft(Pick("dossier", subject))
    item = row.items.get()
    archivist = house.actor("archivist")
    with pytest.raises(DisposalProblem):
        actions.give_opinion(archivist, list_=row.pk, item=item.pk, opinion="extend", years=3)
    actions.give_opinion(
        archivist, list_=row.pk, item=item.pk, opinion="extend", years=3, reason="仍有往来款"
    )
    actions.submit(archivist, list_=row.pk, group=["甲", "乙"])
    row.refresh_from_db()
    for who in ("legal", "privacy", "leader"):
        assert row.case
        workflow.agree(house.actor(who), case=row.case, step=who)
    for who in ("privacy", "manager"):
        actions.witness(house.actor(who), list_=row.pk, code=house.code(who))
    actions.execute(archivist, list_=row.pk)
    assert row.items.get().state == Item.State.KEPT
    vault.key_of(subject)
    house.due()
    assert not Due.objects.filter(subject=subject).exists()


def test_a_refused_list_frees_what_it_held(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.submitted(Pick("dossier", subject))
    with pytest.raises(DisposalProblem):
        house.draft(Pick("dossier", subject))
    assert row.case
    workflow.refuse(house.actor("legal"), case=row.case, step="legal", words="有未了的仲裁")
    row.refresh_from_db()
    assert row.state == State.REFUSED
    assert house.draft(Pick("dossier", subject)).number != row.number


def test_a_list_altered_behind_the_approval_is_not_executed(house: House) -> None:
    subject = house.leave("罗文博")
    other = house.leave("俞书衡")
    house.due()
    row = house.witnessed(Pick("dossier", subject))
    row.items.update(target=other, subject=other)
    with pytest.raises(DisposalProblem, match="与批准时不一致"):
        actions.execute(house.actor("archivist"), list_=row.pk)
    vault.key_of(other)


def test_scans_texts_place_and_label_go_with_the_volume(house: House) -> None:
    house.leave("罗文博")
    volume = house.volume("罗文博")
    house.archive.volume("罗文博", "staff")  # for good: the dossier stays
    paper = Material.objects.filter(volume=volume).first()
    assert paper
    scans.add_pages(house.archive.archivist, material=paper.pk, files=[("1.jpg", page())])
    scan = Page.objects.get()
    stored = SealedFile.objects.get(pk=scan.file)
    assert storage().exists(place_of(stored.object))
    house.due()
    row = house.witnessed(Pick("volume", volume.pk))
    with TestCase.captureOnCommitCallbacks(execute=True):
        done = actions.execute(house.actor("archivist"), list_=row.pk)
    assert (done.counts["scans"], done.counts["files"]) == (1, 1)
    scan.refresh_from_db()
    stored.refresh_from_db()
    assert (bytes(scan.sealed_thumbnail), bytes(scan.sealed_checks)) == (b"", b"")
    assert (stored.state, bytes(stored.sealed_key)) == (SealedFile.State.GONE, b"")
    assert not storage().exists(place_of(stored.object))


def test_a_file_in_which_anothers_pages_lie_stays(house: House) -> None:
    house.leave("罗文博")
    going, staying = house.volume("罗文博"), house.archive.volume("罗文博", "staff")
    first = Material.objects.filter(volume=going).first()
    other = Material.objects.filter(volume=staying).first()
    assert first and other
    scans.add_pages(house.archive.archivist, material=first.pk, files=[("a.tif", tiff(2))])
    one = Page.objects.filter(material=first).order_by("number").first()
    assert one
    Page.objects.filter(pk=one.pk).update(material=other, number=1)
    house.due()
    house.destroyed(Pick("volume", going.pk))
    assert SealedFile.objects.get(pk=one.file).state == SealedFile.State.KEPT
