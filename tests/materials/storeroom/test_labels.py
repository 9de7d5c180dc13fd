"""Labels: a code tells nothing, is found by those in reach, and is void once replaced."""

from __future__ import annotations

from uuid import UUID

import cv2
import pypdfium2
import pytest
from tests.materials.storeroom.conftest import Storeroom

from dangan.access.rules import Absent, Refused
from dangan.materials.catalogue.models import Volume
from dangan.materials.storeroom import codes, papers
from dangan.materials.storeroom.actions.labels import print_labels, replace_label, set_up
from dangan.materials.storeroom.models import Code, Setup
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.rules.labelling import code_from


def _label(store: Storeroom, volume: UUID) -> str:
    return print_labels(store.keeper, volumes=[volume])[volume]


def test_a_label_leads_to_its_volume_and_stays_the_same(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    code = _label(store, volume)
    assert _label(store, volume) == code == codes.code_of(volume)
    found = codes.find(store.keeper, code.lower())
    assert (found.kind, found.volume and found.volume.pk) == ("volume", volume)
    shelf = print_labels(store.keeper, places=[store.shelf])[store.shelf]
    assert codes.find(store.keeper, shelf).kind == "place"


def test_a_lost_label_is_void(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    old = _label(store, volume)
    new = replace_label(store.keeper, volume=volume)
    assert new != old
    found = codes.find(store.keeper, old)
    assert (found.kind, found.volume) == ("void", None)
    assert codes.find(store.keeper, new).kind == "volume"


def test_the_label_of_a_destroyed_volume_is_void(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    code = _label(store, volume)
    Volume.objects.filter(pk=volume).update(standing="destroyed")
    assert codes.find(store.keeper, code).kind == "void"


def test_unknown_and_out_of_reach_are_alike(store: Storeroom) -> None:
    code = _label(store, store.shelve("沈知微"))
    south = store.archive.cast.actor("archivist", unit="华南公司")
    for text in (code, code_from(12345), "什么", ""):
        with pytest.raises(Absent):
            codes.find(south, text)
    replace_label(store.keeper, volume=Volume.objects.get().pk)
    with pytest.raises(Absent):  # nor that there once was a label
        codes.find(south, code)


def test_who_may_not_prints_and_replaces_nothing(store: Storeroom) -> None:
    volume = store.shelve("沈知微")
    with pytest.raises(Refused):
        print_labels(store.archive.cast.actor("administration"), volumes=[volume])
    with pytest.raises(Absent):  # prints catalogues, but has nothing to do with the storeroom
        print_labels(store.archive.cast.actor("hr_manager"), volumes=[volume])
    with pytest.raises(Absent):
        print_labels(store.archive.cast.actor("archivist", unit="华南公司"), volumes=[volume])
    assert not Code.objects.exists()


def test_names_stand_on_labels_only_when_set(store: Storeroom) -> None:
    with pytest.raises(StoreroomProblem):
        set_up(store.keeper, sheet="nope", names=True)
    assert not Setup.objects.exists()
    set_up(store.keeper, sheet="63.5x38.1", names=True)
    assert Setup.objects.get().names


def test_what_is_printed_is_read_back(store: Storeroom) -> None:
    """The sheet as a camera would see it, the mark on it, and no name."""
    volume = store.shelve("沈知微")
    Volume.objects.filter(pk=volume).update(secrecy=1, highest=1)
    sheet = papers.labels(store.keeper, volumes=[volume], sheet="70x37", first=5)
    page = pypdfium2.PdfDocument(sheet)[0]
    seen, *_rest = cv2.QRCodeDetector().detectAndDecode(page.render(scale=3).to_numpy())
    assert seen == codes.code_of(volume)
    text = page.get_textpage().get_text_bounded()
    assert "HD-Y-00001" in text
    assert "秘密" in text
    assert "沈知微" not in text
    set_up(store.keeper, sheet="70x37", names=True)
    named = papers.labels(store.keeper, volumes=[volume], sheet="70x37")
    assert "沈知微" in pypdfium2.PdfDocument(named)[0].get_textpage().get_text_bounded()
