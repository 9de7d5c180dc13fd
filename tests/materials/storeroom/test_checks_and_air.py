"""检查 and 温湿度: what was found, its repair, and the air of a room."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from PIL import Image
from tests.materials.storeroom.conftest import Storeroom

from dangan.access.rules import Absent, Refused
from dangan.files.models import SealedFile
from dangan.files.rules import BadFile
from dangan.materials.catalogue.actions import change_standing
from dangan.materials.storeroom.actions import air, checking
from dangan.materials.storeroom.actions.checking import Finding
from dangan.materials.storeroom.models import Air, Check, Defect, Placement
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.rules.air import Reading


def _photograph() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#998877").save(out, "JPEG")
    return out.getvalue()


def test_a_damp_volume_is_noted_and_mended(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    damp = Finding("damp", "medium", ("卷皮.jpg", _photograph()))
    made = checking.check_volume(
        store.keeper, volume=volume, findings=[damp], words="沈知微的卷皮发潮"
    )
    assert made.condition == "medium"
    assert "沈知微".encode() not in bytes(Check.objects.get().sealed_words)
    home = Placement.objects.get(volume=volume)
    assert (home.condition, home.checked_at) == ("medium", made.at)
    defect = Defect.objects.get()
    assert (
        SealedFile.objects.get(pk=defect.photograph).subject == store.archive.cast.people["沈知微"]
    )
    checking.ask_repair(store.keeper, defect=defect.pk, words="送修复室")
    checking.mended(store.keeper, defect=defect.pk, words="已托裱")
    with pytest.raises(StoreroomProblem):
        checking.mended(store.keeper, defect=defect.pk)


def test_a_check_of_a_rack_is_one_of_each_volume_at_home(store: Storeroom) -> None:
    home, lent = store.shelve("沈知微"), store.shelve("陆怀瑾")
    change_standing(store.keeper, volume=lent, expected={"held"}, to="lent", why="JY-1")
    made = checking.check_place(store.keeper, place=store.rack, findings=[])
    assert (made.covered, made.condition) == (1, "good")
    assert Placement.objects.get(volume=home).checked_at == made.at
    assert Placement.objects.get(volume=lent).checked_at is None
    with pytest.raises(StoreroomProblem):
        checking.check_volume(store.keeper, volume=lent, findings=[])


def test_nothing_is_stored_of_a_bad_check(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    with pytest.raises(BadFile):
        broken = Finding("damp", "medium", ("照片.jpg", b"not a picture"))
        checking.check_volume(store.keeper, volume=volume, findings=[broken])
    with pytest.raises(StoreroomProblem):
        checking.check_volume(store.keeper, volume=volume, findings=[Finding("nope", "medium")])
    assert not Check.objects.exists()
    assert not Defect.objects.exists()


def test_others_check_nothing(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    with pytest.raises(Refused):
        checking.check_volume(store.archive.cast.actor("hr_manager"), volume=volume, findings=[])
    with pytest.raises(Absent):
        south = store.archive.cast.actor("archivist", unit="华南公司")
        checking.check_volume(south, volume=volume, findings=[])


def test_air_is_typed_and_imported_without_doubles(store: Storeroom) -> None:
    at = timezone.localtime().replace(tzinfo=None, second=0, microsecond=0) - timedelta(hours=1)
    air.note(store.keeper, room=store.room, reading=Reading(at, Decimal("20.5"), Decimal(50)))
    table = f"时间,温度,湿度\n{at:%Y-%m-%d %H:%M},20.5,50\n2026-11-01 09:00,26,70\n坏,1,2\n"
    done = air.take_in(store.keeper, room=store.room, data=table.encode())
    assert (done.added, done.known, len(done.bad)) == (1, 1, 1)
    hot = Air.objects.get(temperature=26)
    air.take_measures(store.keeper, reading=hot.pk, words="开除湿机")
    assert "除湿".encode() not in bytes(Air.objects.get(pk=hot.pk).sealed_measures)


def test_what_is_no_table_is_refused_whole(store: Storeroom) -> None:
    for data in (b"\x89PNG\r\n\x00\x00", b"", b"a,b,c\n"):
        with pytest.raises(StoreroomProblem):
            air.take_in(store.keeper, room=store.room, data=data)
    with pytest.raises(StoreroomProblem):
        later = timezone.localtime().replace(tzinfo=None) + timedelta(days=1)
        air.note(store.keeper, room=store.room, reading=Reading(later, Decimal(20), Decimal(50)))
    with pytest.raises(Absent):
        air.take_in(store.keeper, room=store.rack, data=b"2026-11-01 09:00,26,70")
    with pytest.raises(Refused):
        air.take_in(store.archive.cast.actor("leader"), room=store.room, data=b"x")
    assert not Air.objects.exists()
