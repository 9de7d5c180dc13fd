"""A numbered copy: the pages of materials as pictures with a watermark, bound as one PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.files import queries as files
from dangan.materials.catalogue.models import Material
from dangan.materials.consultation.models import Copying
from dangan.materials.consultation.problems import CannotRead
from dangan.materials.scans.models import Page

WIDTH = 1600
"""Pixels of a page: fit to be read on paper, not to be passed off as the scan."""
PAGES_MOST = 300
DPI = 150
NOTHING = Message("这些材料没有扫描件，不能生成 PDF。请档案管理员复印纸质件并登记。")


def pdf_of(actor: Actor, row: Copying, number: int) -> bytes:
    """Copy ``number`` of an agreed copying; the caller holds its row and counts the copy.

    Every page says which copy of which case it is, for whom and when. Raises :class:`CannotRead`
    when nothing is scanned or a material has gone meanwhile.
    """
    wanted = [UUID(one) for one in row.materials]
    filed = set(
        Material.objects.filter(
            pk__in=wanted, volume=row.volume_id, state=Material.State.FILED
        ).values_list("pk", flat=True)
    )
    if filed != set(wanted):
        raise CannotRead(Message("有的材料已不在卷内，请重新申请。"))
    pages = _pages(wanted)
    if not pages:
        raise CannotRead(NOTHING)
    if len(pages) > PAGES_MOST:
        raise CannotRead(Message("一份最多 {most} 页，请分几次申请。", most=PAGES_MOST))
    now = timezone.localtime()
    mark = _("{number} 第 {copy} 份 {name} {at}").format(
        number=row.number, copy=number, name=actor.name, at=f"{now:%Y-%m-%d %H:%M}"
    )
    return _bound(_pictures(actor, row, pages, mark))


def _pages(materials: Sequence[UUID]) -> list[Page]:
    places = {material: place for place, material in enumerate(materials)}
    found = Page.objects.filter(material__in=materials, state=Page.State.CURRENT)
    return sorted(found, key=lambda page: (places[page.material_id], page.number))


def _pictures(
    actor: Actor, row: Copying, pages: Sequence[Page], mark: str
) -> Iterator[Image.Image]:
    for page in pages:
        data = files.page_image(
            actor,
            page.file,
            page.file_page,
            width=WIDTH,
            rotation=page.rotation,
            watermark=mark,
            why=row.number,
        )
        yield Image.open(BytesIO(data)).convert("RGB")


def _bound(pictures: Iterator[Image.Image]) -> bytes:
    """One PDF; pages are added one by one, so that only one is held as a picture."""
    first = next(pictures)
    target = BytesIO()
    first.save(target, "PDF", save_all=True, append_images=pictures, resolution=DPI, quality=80)
    return target.getvalue()
