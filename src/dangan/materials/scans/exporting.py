"""One person's scans as a bookmarked PDF or as a tree of images, written while they are read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from dangan.files.models import SealedFile
from dangan.files.opening import open_content, open_random
from dangan.files.pipes import Pipe
from dangan.files.previews import render
from dangan.materials.catalogue.queries import Item
from dangan.materials.scans.models import Page
from dangan.materials.scans.rules.naming import name_of
from dangan.materials.scans.rules.pdf import Outline, PdfPage, pdf_pieces
from dangan.vault.rules import SubjectKey

WIDTH = 2400
"""Pixels of a page that has to be drawn because its file is no JPEG."""
JPEG = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Bound:
    """A material with its pages, in order."""

    item: Item
    pages: Sequence[Page]


def pdf_of(
    title: str, key: SubjectKey, bound: Sequence[Bound], *, watermark: str = ""
) -> Iterator[bytes]:
    """The PDF in pieces; bookmarks lead from the person to class, sub-class, material and page."""
    files = _files(bound)
    outlines = [
        Outline(
            _path(title, one.item), f"{one.item.body.label} {one.item.body.title}".strip(),
            len(one.pages),
        )
        for one in bound
    ]  # fmt: skip
    sheets = (_sheet(key, files[page.file], page, watermark) for one in bound for page in one.pages)
    yield from pdf_pieces(sheets, outlines, sum(len(one.pages) for one in bound))


def _path(title: str, item: Item) -> tuple[str, ...]:
    from dangan.materials.catalogue.table import categories  # noqa: PLC0415 - only here

    found = categories().get(item.body.category)
    if found is None:
        return (title,)
    above = categories().get(found.parent) if found.parent else None
    named = [one for one in (above, found) if one is not None]
    return (title, *(f"{one.display_no} {one.short}" for one in named))


def _sheet(key: SubjectKey, file: SealedFile, page: Page, watermark: str) -> PdfPage:
    data = picture_of(key, file, page, watermark=watermark)
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        colours = {"L": 1, "RGB": 3, "CMYK": 4}.get(opened.mode, 3)
        return PdfPage(data, opened.width, opened.height, colours, page.dpi or 300)


def picture_of(key: SubjectKey, file: SealedFile, page: Page, *, watermark: str = "") -> bytes:
    """The page as JPEG: bit for bit as it was scanned where nothing is to be changed."""
    if file.media_type == JPEG and not page.rotation and not watermark:
        return b"".join(open_content(key, file))
    with open_random(key, file) as content:
        return render(
            content,
            file.media_type,
            page.file_page,
            width=WIDTH,
            rotation=page.rotation,
            watermark=watermark,
        )


def tree_of(key: SubjectKey, bound: Sequence[Bound]) -> Iterator[bytes]:
    """A ZIP of images named by the default template, in pieces."""
    files = _files(bound)
    target = Pipe()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for order, one in _ordered(bound):
            for number, page in enumerate(one.pages, 1):
                name = name_of(one.item.body.category, order, number)
                archive.writestr(name, picture_of(key, files[page.file], page))
                yield target.take()
    yield target.take()


def _ordered(bound: Sequence[Bound]) -> Iterator[tuple[int, Bound]]:
    """Each material with its number in its class, or its place there before it is numbered."""
    last: dict[str, int] = {}
    for one in bound:
        category = one.item.body.category
        number = max(one.item.body.number, last.get(category, 0) + 1)
        last[category] = number
        yield number, one


def _files(bound: Sequence[Bound]) -> dict[object, SealedFile]:
    wanted = {page.file for one in bound for page in one.pages}
    return {file.pk: file for file in SealedFile.objects.filter(pk__in=wanted)}
