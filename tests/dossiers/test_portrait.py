"""Portraits: re-encoded, sealed, shown to those who may see them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from dangan.access.queries import console_actor
from dangan.access.rules import Absent, Refused
from dangan.dossiers import actions, queries
from dangan.dossiers.models import Portrait
from dangan.dossiers.proposals.refusals import NeedsApproval
from dangan.dossiers.rules import InvalidRecord


def picture(size=(600, 800), kind="PNG", **extra):
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 180, 160)).save(buffer, kind, **extra)
    return buffer.getvalue()


def test_a_portrait_is_cut_to_size_and_loses_everything_but_the_picture(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    actions.set_portrait(hr, subject=shen, picture=picture(kind="JPEG", exif=exif))
    shown = queries.portrait(hr, shen)
    with Image.open(io.BytesIO(shown)) as image:
        assert image.size == actions.PORTRAIT_SIZE
        assert image.format == "JPEG"
        assert not image.getexif()
    assert b"secret place" not in shown


def test_the_stored_picture_is_sealed(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    actions.set_portrait(hr, subject=shen, picture=picture())
    assert b"JFIF" not in bytes(Portrait.objects.get(subject=shen).sealed)


@pytest.mark.parametrize("bad", [b"", b"<svg onload=alert(1)>", b"GIF89a" + bytes(40)])
def test_what_is_not_a_photograph_is_refused(cast, bad):
    with pytest.raises(InvalidRecord):
        actions.set_portrait(cast.actor("hr_manager"), subject=cast.people["沈知微"], picture=bad)


def test_a_head_cannot_change_a_portrait(cast):
    head = cast.actor("head", name="陆怀瑾", unit="研发中心")
    with pytest.raises(Refused):
        actions.set_portrait(head, subject=cast.people["沈知微"], picture=picture())


def test_ones_own_portrait_passes_a_desk_whatever_one_may_edit_of_others(cast):
    hr = cast.actor("hr_manager", name="何雨桐")
    with pytest.raises(NeedsApproval):
        actions.set_portrait(hr, subject=hr.subject, picture=picture())
    assert not Portrait.objects.exists()
    actions.set_portrait(hr, subject=cast.people["沈知微"], picture=picture())
    repairing = replace(console_actor(), subject=hr.subject)
    actions.set_portrait(repairing, subject=hr.subject, picture=picture())
    assert Portrait.objects.count() == 2


def test_the_page_of_ones_own_portrait_is_the_one_that_asks(browser, cast):
    own = cast.people["何雨桐"]
    answer = browser("hr_manager", name="何雨桐").get(f"/people/{own}/photo/")
    assert answer["Location"] == "/me/portrait/"


def test_a_dossier_without_a_portrait_shows_none(cast):
    with pytest.raises(Absent):
        queries.portrait(cast.actor("hr_manager"), cast.people["沈知微"])
