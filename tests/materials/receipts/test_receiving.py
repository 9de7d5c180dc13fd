"""Papers come in, are filed or sent back; nobody else sees them; nothing is filed twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from tests.archive import Archive

from dangan.access.rules import Absent, Refused
from dangan.materials.catalogue.models import Material
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.receipts import actions, queries
from dangan.materials.receipts.models import Receipt
from dangan.materials.receipts.problems import ReceiptProblem

PAPER = MaterialBody(category="3", title="2025 年度考核表", year=2025, month=12, day=31, pages=2)


def take(archive: Archive, body: MaterialBody = PAPER) -> Receipt:
    volume = archive.volumes.get("沈知微") or archive.volume("沈知微")
    return actions.receive(
        archive.archivist, volume=volume.pk, body=body, received_on=timezone.localdate()
    )


def test_a_paper_is_taken_in_and_filed(archive: Archive) -> None:
    receipt = take(archive)
    assert receipt.number.startswith("SJ-")
    page = queries.receipts(archive.archivist)
    assert [line.body.title for line in page.lines] == [PAPER.title]
    item = actions.file_receipt(archive.archivist, receipt=receipt.pk, body=PAPER)
    assert item.body.title == PAPER.title
    assert queries.receipts(archive.archivist).total == 0
    assert queries.receipts(archive.archivist, state="filed").total == 1


def test_what_the_paper_is_stands_nowhere_in_clear(archive: Archive) -> None:
    receipt = take(archive)
    assert "考核".encode() not in bytes(Receipt.objects.get(pk=receipt.pk).sealed)


def test_a_paper_is_filed_once(archive: Archive) -> None:
    receipt = take(archive)
    actions.file_receipt(archive.archivist, receipt=receipt.pk, body=PAPER)
    before = Material.objects.count()
    with pytest.raises(ReceiptProblem):
        actions.file_receipt(archive.archivist, receipt=receipt.pk, body=PAPER)
    assert Material.objects.count() == before


def test_it_is_put_aside_with_a_reason_and_filed_later(archive: Archive) -> None:
    receipt = take(archive)
    with pytest.raises(ReceiptProblem):
        actions.put_aside(archive.archivist, receipt=receipt.pk, why=" ")
    actions.put_aside(archive.archivist, receipt=receipt.pk, why="缺单位盖章")
    assert queries.receipt(archive.archivist, receipt.pk).note == "缺单位盖章"
    actions.file_receipt(archive.archivist, receipt=receipt.pk, body=PAPER)


def test_a_paper_older_than_a_month_came_late(archive: Archive) -> None:
    today = timezone.localdate()
    fresh = today - timedelta(days=10)
    body = MaterialBody(
        category="3", title="考核表", year=fresh.year, month=fresh.month, day=fresh.day, pages=1
    )
    receipt = take(archive, body)
    assert not receipt.late
    assert receipt.due_on == fresh + timedelta(days=30)
    old = MaterialBody(category="3", title="旧考核表", year=2020, month=1, day=1, pages=1)
    assert take(archive, old).late


def test_no_paper_comes_in_tomorrow(archive: Archive) -> None:
    volume = archive.volume("沈知微")
    with pytest.raises(ReceiptProblem):
        actions.receive(
            archive.archivist, volume=volume.pk, body=PAPER, received_on=date(2999, 1, 1)
        )
    assert not Receipt.objects.exists()


def test_others_neither_see_nor_file_it(archive: Archive) -> None:
    receipt = take(archive)
    south = archive.cast.actor("archivist", unit="华南公司")
    assert queries.receipts(south).total == 0
    for deed in (
        lambda: queries.receipt(south, receipt.pk),
        lambda: actions.file_receipt(south, receipt=receipt.pk, body=PAPER),
    ):
        with pytest.raises(Absent):
            deed()
    with pytest.raises((Absent, Refused)):
        actions.file_receipt(archive.cast.actor("hr_manager"), receipt=receipt.pk, body=PAPER)
    assert Receipt.objects.get().state == Receipt.State.PENDING
