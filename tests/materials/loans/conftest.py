"""An office with an archive room, and pictures to sign with."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from PIL import Image, ImageDraw
from tests.archive import Archive
from tests.cast import Cast
from tests.materials.office import Office, make_office

from dangan.materials.catalogue.models import Volume
from dangan.materials.loans import actions
from dangan.materials.loans.actions import Wanted
from dangan.materials.loans.models import Loan, Request


@pytest.fixture
def office(cast: Cast, archive: Archive) -> Office:
    return make_office(cast, archive)


def signature() -> bytes:
    """A drawn signature, as a phone's canvas makes it."""
    picture = Image.new("RGB", (600, 200), "white")
    ImageDraw.Draw(picture).line([(40, 150), (200, 40), (360, 160), (560, 60)], "black", 4)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def asked(office: Office, volume: Volume, who: str = "he", **more: object) -> Request:
    """A loan asked for by one of the office, for three working days."""
    wish = {"days": 3, "reason": "办理职称申报", "contact": "13800000101", **more}
    return actions.ask(
        office.actor(who),
        Wanted([volume.pk], office[who], **wish),  # type: ignore[arg-type]  # a test's shorthand
    )


def ready(office: Office, volume: Volume, who: str = "he", **more: object) -> Loan:
    """The same, agreed by everybody."""
    request = asked(office, volume, who, **more)
    office.carry(request.case)
    return Loan.objects.get(request=request, volume=volume)


def lent(office: Office, volume: Volume, who: str = "he", **more: object) -> Loan:
    """The same, signed for and handed out."""
    loan = ready(office, volume, who, **more)
    return actions.lend(office.actor("keeper"), loan=loan.pk, signature=signature())


def all_back(office: Office, loan: Loan) -> Loan:
    """Everything counted and found complete."""
    checks = [
        actions.Checked(UUID(str(material)), pages)
        for material, pages in loan.volume.contents.values_list("pk", "pages")
    ]
    return actions.take_back(office.actor("keeper"), loan=loan.pk, checks=checks)
