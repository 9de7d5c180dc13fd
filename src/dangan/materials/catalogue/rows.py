"""The rows of a catalogue as HTML.

A volume holds hundreds of materials. A template costs some 0.3 ms a row, three hundred rows more
than the whole page may; the same row made here costs a hundredth of it. Everything a person typed
is escaped, by the function that Django's own ``escape`` wraps: looking for lazy texts in every
cell took as long as the rest of the row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dangan.materials.catalogue.models import Secrecy
from dangan.materials.catalogue.panels import Mark

_TONES = {"ok": "okc", "warn": "warn", "late": "red"}
_ROW = (
    '<tr{on}><td class="c-no">{label}{old}</td>'
    '<td class="c-title"><a href="{url}" data-line{current} title="{title}">{title}</a>'
    "{secrecy}</td>"
    '<td class="c-date">{formed}</td>'
    '<td class="c-pages num">{pages}<span class="only-phone"> {unit}</span></td>'
    '<td class="c-mark">{mark}</td>'
    '<td class="c-remark{warn}" title="{remark}">{remark}</td></tr>'
)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the catalogue as the page draws it."""

    id: UUID
    label: str
    title: str
    formed: str
    pages: int
    secrecy: int
    remark: str
    mark: Mark | None
    on: bool
    renumber: str
    """The number on the paper where it is another; empty when it agrees."""


def draw(lines: Iterable[ShownLine], base: str) -> SafeString:
    """Rows for the catalogue's table; ``base`` is the address to which a material is added."""
    words = (escape(_("纸上编号")), escape(_("页")))
    grades = {mark: _secrecy(mark) for mark in Secrecy}
    lines = list(lines)
    marks = {mark: _mark(mark) for mark in {line.mark for line in lines}}
    base = escape(base)
    rows = (_row(line, base, words, grades, marks[line.mark]) for line in lines)
    return mark_safe("".join(rows))  # noqa: S308 - escaped below


def _row(
    line: ShownLine, base: str, words: tuple[str, str], grades: dict[Secrecy, str], mark: str
) -> str:
    paper, unit = words
    warn = line.mark is not None and line.mark.state == "warn"
    old = f'<span class="cat-old" title="{paper}">{escape(line.renumber)}</span>'
    return _ROW.format(
        on=' class="on"' if line.on else "",
        label=escape(line.label),
        old=old if line.renumber else "",
        url=f"{base}{line.id}",
        current=' aria-current="true"' if line.on else "",
        title=escape(line.title),
        secrecy=grades[Secrecy(line.secrecy)],
        formed=escape(line.formed),
        pages=line.pages or "",
        unit=unit,
        mark=mark,
        warn=" warn" if warn else "",
        remark=escape(line.remark),
    )


def _mark(mark: Mark | None) -> str:
    if mark is None:
        return ""
    tone = _TONES.get(mark.state, "ink4")
    text = escape(mark.text)
    said = f'role="img" aria-label="{text}" title="{text}"'
    return f'<i class="ti ti-{escape(mark.icon)} {tone}" {said}></i>'


def _secrecy(mark: Secrecy) -> str:
    """As ``catalogue/parts/secrecy.html`` draws it."""
    if mark is Secrecy.NONE:
        return ""
    top = " secret-top" if mark is Secrecy.TOP else ""
    return f' <span class="mk secret{top}">{escape(str(mark.label))}</span>'
