"""The problem list of an import as a workbook, to work through beside the file."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from dangan.exchange.rules.report import Finding, ImportReport
from dangan.exchange.writing.book import Book
from dangan.ui.messages import say


def problem_book(report: ImportReport) -> bytes:
    """Errors and warnings: sheet, row, column, value, reason."""
    book = Book()
    headings = (_("工作表"), _("行"), _("列"), _("填写的值"), _("原因"), _("性质"))
    sheet = book.sheet(_("问题清单"))
    for position, (heading, width) in enumerate(
        zip(headings, (18, 8, 18, 26, 64, 10), strict=True)
    ):
        sheet.write_string(0, position, heading, book.heading)
        sheet.set_column(position, position, width)
    for row, (finding, kind) in enumerate(_with_kind(report), 1):
        place = finding.place
        book.write(sheet, row, 0, place.sheet)
        if place.row:
            sheet.write_number(row, 1, place.row, book.number)
        for position, text in ((2, place.column), (3, place.value), (4, say(finding.message))):
            book.write(sheet, row, position, text)
        book.write(sheet, row, 5, kind)
    sheet.freeze_panes(1, 0)
    return book.close()


def _with_kind(report: ImportReport) -> Iterable[tuple[Finding, str]]:
    for finding in report.errors:
        yield finding, _("错误")
    for finding in report.warnings:
        yield finding, _("提醒")
