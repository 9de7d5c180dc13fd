"""The demonstration's archive room is at work: every register of it has something to show."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone
from tests.files.conftest import folder

from dangan.access.queries import console_actor
from dangan.materials.catalogue.models import Material, Reader, Secrecy, Volume
from dangan.materials.consultation.models import Consultation, Copying
from dangan.materials.disposal.models import DestructionList, Due, Hold
from dangan.materials.loans.models import Loan
from dangan.materials.receipts.models import Chase, Expected, Receipt
from dangan.materials.special_audit.models import SpecialAudit
from dangan.materials.storeroom.models import (
    Air,
    Code,
    Count,
    Defect,
    Place,
    Placement,
    Stocktaking,
)
from dangan.materials.transfers.models import Arrival, Transfer
from dangan.operations.demo.archive import VOLUMES
from dangan.operations.demo.loading import load

__all__ = ["folder"]


@pytest.mark.django_db
@pytest.mark.usefixtures("folder")
def test_every_register_of_the_archive_room_has_something_to_show() -> None:
    load(console_actor())
    assert Volume.objects.count() == VOLUMES + 1, "one came with a transfer"
    _storeroom_is_furnished()
    _papers_wait_and_are_asked_for()
    _files_are_used()
    _files_come_and_go()
    assert Hold.objects.count() == 1
    assert DestructionList.objects.get().state == "open"
    assert Due.objects.exists()
    marked = Material.objects.get(secrecy=Secrecy.CONFIDENTIAL)
    assert Reader.objects.filter(volume=marked.volume).count() == 2


def _storeroom_is_furnished() -> None:
    assert Place.objects.filter(level="room").count() == 2
    assert Placement.objects.filter(place__isnull=False).count() == VOLUMES
    assert Code.objects.filter(volume__isnull=False).count() == VOLUMES
    taking = Stocktaking.objects.get()
    assert taking.state == "open"
    homes = dict(Placement.objects.values_list("volume", "place"))
    astray = [
        one
        for one in Count.objects.filter(stocktaking=taking)
        if one.place_id != homes[one.volume_id]
    ]
    assert len(astray) == 1
    assert Defect.objects.get().state == "asked"
    rooms = Counter(Air.objects.values_list("room", flat=True))
    assert sorted(rooms.values()) == [60, 60]
    assert Air.objects.exclude(temperature__range=(14, 24)).count() == 1
    assert Air.objects.exclude(humidity__range=(45, 60)).count() == 1


def _papers_wait_and_are_asked_for() -> None:
    today = timezone.localdate()
    assert Counter(Receipt.objects.values_list("late", flat=True)) == {False: 2, True: 1}
    assert Chase.objects.filter(state="open").count() == 2
    assert Chase.objects.filter(due_on__lt=today).count() == 1
    assert Expected.objects.filter(state="open", due_on__lt=today).exists()
    assert Expected.objects.filter(state="open", due_on__gte=today).exists()
    assert Counter(SpecialAudit.objects.values_list("state", flat=True)) == {
        "concluded": 1,
        "open": 1,
    }


def _files_are_used() -> None:
    today = timezone.localdate()
    read = Consultation.objects.get(state="granted")
    assert read.until is not None
    assert read.seats.filter(present_at__isnull=False).count() == 2
    assert Consultation.objects.filter(state="open").count() == 1
    assert Copying.objects.get().state == "open"
    assert Counter(Loan.objects.values_list("state", flat=True)) == {"lent": 2, "asked": 1}
    assert Loan.objects.filter(state="lent", due__lt=today).count() == 1


def _files_come_and_go() -> None:
    assert Transfer.objects.get().state == "ready"
    assert Counter(Arrival.objects.values_list("state", flat=True)) == {
        "accepted": 1,
        "arrived": 1,
    }
