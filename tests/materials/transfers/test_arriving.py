"""What comes in is checked against its slip, taken in or sent back; nothing in instalments."""

from __future__ import annotations

import io
from datetime import timedelta

import pypdfium2
import pytest
from django.utils import timezone
from tests.materials.office import Office

from dangan.access.rules import Absent, Refused
from dangan.materials.catalogue.models import Volume
from dangan.materials.transfers import actions, papers, queries
from dangan.materials.transfers.actions import Packet, Stated, Tallied
from dangan.materials.transfers.models import Arrival
from dangan.materials.transfers.problems import TransferProblem


def packet(*persons: Stated, **more: object) -> Packet:
    """From the university, by courier."""
    given = {
        "sender": "云岭大学人事处",
        "way": "courier",
        "arrived_on": timezone.localdate(),
        "persons": persons or (Stated("沈知微", "staff", 1, 12),),
        "slip": "校档字〔2026〕第 0311 号",
        **more,
    }
    return Packet(**given)  # type: ignore[arg-type]  # a test's shorthand


def counted(office: Office, **more: object) -> Tallied:
    given = {
        "books": 1,
        "materials": 12,
        "pages": 40,
        "subject": office.cast.people["沈知微"],
        **more,
    }
    return Tallied(**given)  # type: ignore[arg-type]  # a test's shorthand


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    pages = (page.get_textpage().get_text_bounded() for page in document)
    return "".join("".join(pages).split())


def test_a_file_comes_agrees_with_its_slip_and_becomes_a_volume(office: Office) -> None:
    keeper = office.actor("keeper")
    row = actions.register_arrival(keeper, packet())
    assert row.number.startswith("ZR-")
    with pytest.raises(TransferProblem, match="没核对"):
        actions.accept(keeper, arrival=row.pk, fonds=office.archive.fonds)
    actions.tally(keeper, arrival=row.pk, counted={1: counted(office)})
    actions.accept(keeper, arrival=row.pk, fonds=office.archive.fonds)
    volume = Volume.objects.get()
    assert (volume.subject_id, volume.kind) == (office.cast.people["沈知微"], "staff")
    assert "核对接收" in text_of(papers.receipt(keeper, row.pk))
    with pytest.raises(Absent):
        papers.refusal(keeper, row.pk)


def test_what_differs_is_taken_in_only_with_a_reason(office: Office) -> None:
    keeper = office.actor("keeper")
    row = actions.register_arrival(keeper, packet())
    actions.tally(keeper, arrival=row.pk, counted={1: counted(office, materials=11)})
    with pytest.raises(TransferProblem, match="理由"):
        actions.accept(keeper, arrival=row.pk, fonds=office.archive.fonds)
    assert not Volume.objects.exists()
    actions.accept(
        keeper, arrival=row.pk, fonds=office.archive.fonds, words="电话核实，单上多写一份"
    )
    assert Volume.objects.count() == 1


def test_a_defective_file_goes_back_with_a_letter(office: Office) -> None:
    keeper = office.actor("keeper")
    row = actions.register_arrival(keeper, packet(sealed=False))
    with pytest.raises(TransferProblem, match="原因"):
        actions.refuse(keeper, arrival=row.pk, words="")
    actions.tally(keeper, arrival=row.pk, counted={1: counted(office, defects=("缺材料",))})
    actions.refuse(keeper, arrival=row.pk, words="缺毕业生登记表")
    text = text_of(papers.refusal(keeper, row.pk))
    assert "缺材料" in text
    assert "缺毕业生登记表" in text
    assert "没有密封" in text
    assert not Volume.objects.exists()
    with pytest.raises(TransferProblem):
        actions.accept(keeper, arrival=row.pk, fonds=office.archive.fonds)


def test_somebody_without_a_dossier_is_linked_when_it_is_made(office: Office) -> None:
    keeper = office.actor("keeper")
    row = actions.register_arrival(keeper, packet(Stated("新来的人", "staff", 1, 12)))
    actions.tally(keeper, arrival=row.pk, counted={1: counted(office, subject=None)})
    actions.accept(keeper, arrival=row.pk, fonds=office.archive.fonds)
    assert queries.arrivals(keeper).lines[0].unlinked == 1
    line = row.lines.get()
    actions.link(
        keeper, line=line.pk, subject=office.cast.people["罗文博"], fonds=office.archive.fonds
    )
    assert Volume.objects.get().subject_id == office.cast.people["罗文博"]
    with pytest.raises(TransferProblem):
        actions.link(
            keeper, line=line.pk, subject=office.cast.people["罗文博"], fonds=office.archive.fonds
        )


def test_a_file_in_instalments_is_warned_of_and_goes_into_the_one_volume(office: Office) -> None:
    keeper = office.actor("keeper")
    volume = office.archive.volume("沈知微")
    row = actions.register_arrival(keeper, packet())
    actions.tally(keeper, arrival=row.pk, counted={1: counted(office)})
    assert queries.arrival(keeper, row.pk).persons[0].before == volume.number
    actions.accept(keeper, arrival=row.pk, fonds=office.archive.fonds)
    assert Volume.objects.count() == 1
    assert row.lines.get().volume_id == volume.pk


def test_post_and_tomorrow_are_refused(office: Office) -> None:
    keeper = office.actor("keeper")
    with pytest.raises(TransferProblem, match="邮寄"):
        actions.register_arrival(keeper, packet(way="post"))
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(TransferProblem, match="今天"):
        actions.register_arrival(keeper, packet(arrived_on=tomorrow))
    assert not Arrival.objects.exists()


def test_who_does_not_keep_transfers_registers_and_sees_none(office: Office) -> None:
    with pytest.raises(Refused):
        actions.register_arrival(office.actor("liang"), packet())
    row = actions.register_arrival(office.actor("keeper"), packet())
    south = office.cast.actor("archivist", unit="华南公司")
    with pytest.raises(Absent):
        queries.arrival(south, row.pk)
    assert "云岭大学".encode() not in bytes(row.sealed)


def test_an_archivist_of_the_south_links_nobody_of_the_east(office: Office) -> None:
    south = office.cast.actor("archivist", unit="华南公司")
    row = actions.register_arrival(south, packet())
    with pytest.raises(Absent):
        actions.tally(south, arrival=row.pk, counted={1: counted(office)})
