"""Pages of scans as the reader needs them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import numpy as np
import pypdfium2
from PIL import Image, ImageOps

from dangan.files.documents import PDFIUM
from dangan.files.models import SealedFile
from dangan.files.opening import open_random
from dangan.files.rules import PDF
from dangan.materials.reading import engine
from dangan.materials.reading.shapes import PageRef
from dangan.materials.scans.models import Page
from dangan.vault import queries as vault

PIXELS = 2 * engine.SIDE
"""The longest side that a picture is decoded to; the reader looks at half."""


class Unreadable(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The picture of a page cannot be opened."""


def current_pages(
    pages: Collection[UUID] | None = None, *, material: UUID | None = None
) -> list[PageRef]:
    """Of these pages, or of a material's, those that stand in a material now; one statement."""
    rows = Page.objects.filter(state=Page.State.CURRENT)
    rows = rows.filter(material=material) if pages is None else rows.filter(pk__in=list(pages))
    found = rows.select_related("material").order_by("number")
    return [
        PageRef(
            row.pk,
            row.material_id,
            row.material.volume_id,
            row.subject,
            row.number,
            f"{row.file}/{row.file_page}/{row.rotation}",
        )
        for row in found.defer("sealed_thumbnail", "sealed_checks", "material__sealed")
    ]


def numbers_of(pages: Collection[UUID]) -> dict[UUID, int]:
    """The numbers of pages within their materials."""
    if not pages:
        return {}
    return dict(Page.objects.filter(pk__in=list(pages)).values_list("pk", "number"))


def image_of(page: UUID) -> engine.Image:
    """The page's picture, upright; raises :class:`Unreadable`, :class:`engine.TooLarge` and
    :class:`dangan.vault.rules.VaultError`."""
    row = Page.objects.filter(pk=page, state=Page.State.CURRENT).first()
    file = (
        SealedFile.objects.filter(pk=row.file, state=SealedFile.State.KEPT).first() if row else None
    )
    if row is None or file is None:
        raise Unreadable
    with open_random(vault.key_of(file.subject), file) as opened:
        try:
            drawn = (
                _pdf_page(opened, row.file_page)
                if file.media_type == PDF
                else _picture(opened, row.file_page)
            )
        except (OSError, EOFError, pypdfium2.PdfiumError) as error:
            raise Unreadable from error
    turned = drawn.rotate(-row.rotation, expand=True) if row.rotation else drawn
    return np.asarray(turned.convert("RGB"))


def _picture(opened: Any, number: int) -> Image.Image:
    with Image.open(opened) as picture:
        picture.seek(max(number - 1, 0))
        if picture.width * picture.height > engine.PIXELS:
            raise engine.TooLarge
        picture.draft("RGB", (engine.SIDE, engine.SIDE))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((PIXELS, PIXELS))
        return upright.convert("RGB")


def _pdf_page(opened: Any, number: int) -> Image.Image:
    with PDFIUM:
        document = pypdfium2.PdfDocument(opened)
        try:
            page = document[number - 1]
            scale = PIXELS / max(*page.get_size(), 1)
            drawn: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
        finally:
            document.close()
    return drawn
