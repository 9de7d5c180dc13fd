"""A PDF of page images with bookmarks, written piece by piece (ISO 32000-1).

Each page is one JPEG that stays as it is (DCTDecode), at its size in dots per inch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

POINTS = 72
_SPACES = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page: a JPEG with its size in pixels, components of colour, and resolution."""

    jpeg: bytes
    width: int
    height: int
    colours: int
    dpi: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A bookmark with those above it: ``path`` from the top, then ``title`` with ``pages``."""

    path: tuple[str, ...]
    title: str
    pages: int


@dataclass(eq=False)
class _Node:
    title: str
    page: int
    children: list[_Node] = field(default_factory=list)
    number: int = 0


def pdf_pieces(
    pages: Iterator[PdfPage], outlines: Sequence[Outline], count: int
) -> Iterator[bytes]:
    """The file in pieces, never more than one page in memory. ``count`` is how many pages come.

    Objects: 1 catalogue, 2 page tree, then three a page (page, content, image), then bookmarks.
    """
    offsets: dict[int, int] = {}
    written = 0

    def out(number: int, body: bytes) -> bytes:
        nonlocal written
        offsets[number] = written
        piece = b"%d 0 obj\n" % number + body + b"\nendobj\n"
        written += len(piece)
        return piece

    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    written = len(head)
    yield head
    firsts = [3 + 3 * place for place in range(count)]
    for first, page in zip(firsts, pages, strict=True):
        yield out(first, _page(first, page))
        yield out(first + 1, _stream(_drawing(page)))
        yield out(first + 2, _image(page))
    kids = b" ".join(b"%d 0 R" % first for first in firsts)
    yield out(2, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids))
    top = 3 + 3 * count
    nodes = list(_numbered(_tree(outlines), top + 1))
    roots = [node for node, parent in nodes if parent is None]
    yield out(top, _outline_root(roots))
    for node, parent in nodes:
        siblings = parent.children if parent else roots
        yield out(node.number, _bookmark(node, parent.number if parent else top, siblings, firsts))
    yield out(1, b"<< /Type /Catalog /Pages 2 0 R /Outlines %d 0 R /PageMode /UseOutlines >>" % top)
    yield _table(offsets, written)


def _page(first: int, page: PdfPage) -> bytes:
    width, height = _points(page)
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R"
        b" /Resources << /XObject << /P %d 0 R >> >> >>" % (width, height, first + 1, first + 2)
    )


def _points(page: PdfPage) -> tuple[float, float]:
    return page.width * POINTS / page.dpi, page.height * POINTS / page.dpi


def _drawing(page: PdfPage) -> bytes:
    return b"q %.2f 0 0 %.2f 0 0 cm /P Do Q" % _points(page)


def _stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d%s >>\nstream\n" % (len(data), more) + data + b"\nendstream"


def _image(page: PdfPage) -> bytes:
    space = _SPACES[page.colours].encode()
    # CMYK from scanners' JPEGs is inverted (Adobe).
    decode = b" /Decode [1 0 1 0 1 0 1 0]" if page.colours == 4 else b""
    more = b" /Type /XObject /Subtype /Image /Width %d /Height %d" % (page.width, page.height)
    return _stream(
        page.jpeg,
        more + b" /ColorSpace " + space + b" /BitsPerComponent 8 /Filter /DCTDecode" + decode,
    )


def _tree(outlines: Sequence[Outline]) -> list[_Node]:
    """Bookmarks as a tree: neighbours under the same headings share them; pages are leaves."""
    roots: list[_Node] = []
    page = 0
    for outline in outlines:
        level = roots
        for heading in outline.path:
            if not level or level[-1].title != heading:
                level.append(_Node(heading, page))
            level = level[-1].children
        leaf = _Node(outline.title, page)
        level.append(leaf)
        leaf.children = [_Node(str(number + 1), page + number) for number in range(outline.pages)]
        page += outline.pages
    return roots


def _numbered(
    nodes: Sequence[_Node], number: int, parent: _Node | None = None
) -> Iterator[tuple[_Node, _Node | None]]:
    """Every bookmark with the one above it; each gets its object number on the way."""
    for node in nodes:
        node.number = number
        yield node, parent
        number += 1
        for below, above in _numbered(node.children, number, node):
            yield below, above
            number += 1


def _outline_root(roots: Sequence[_Node]) -> bytes:
    if not roots:
        return b"<< /Type /Outlines /Count 0 >>"
    return b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (
        roots[0].number,
        roots[-1].number,
        len(roots),
    )


def _bookmark(node: _Node, parent: int, siblings: Sequence[_Node], firsts: Sequence[int]) -> bytes:
    place = siblings.index(node)
    parts = [b"/Title " + _text(node.title), b"/Parent %d 0 R" % parent]
    if place:
        parts.append(b"/Prev %d 0 R" % siblings[place - 1].number)
    if place + 1 < len(siblings):
        parts.append(b"/Next %d 0 R" % siblings[place + 1].number)
    if node.children:
        parts.append(
            b"/First %d 0 R /Last %d 0 R /Count %d"
            % (node.children[0].number, node.children[-1].number, -len(node.children))
        )
    if firsts:
        parts.append(b"/Dest [%d 0 R /Fit]" % firsts[min(node.page, len(firsts) - 1)])
    return b"<< " + b" ".join(parts) + b" >>"


def _text(words: str) -> bytes:
    """A text string in UTF-16BE with byte order mark, as hexadecimal (7.9.2.2)."""
    return b"<" + ("\ufeff" + words).encode("utf-16-be").hex().upper().encode() + b">"


def _table(offsets: dict[int, int], at: int) -> bytes:
    last = max(offsets)
    lines = [b"0000000000 65535 f \n"]
    lines += [b"%010d 00000 n \n" % offsets[number] for number in range(1, last + 1)]
    return (
        b"xref\n0 %d\n" % (last + 1)
        + b"".join(lines)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (last + 1, at)
    )
