"""The text of one material beside its picture, and what it says for the dossier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.dossiers.proposals.views.own import REFUSALS, problem_of, sent_sentence
from dangan.materials.catalogue import panels
from dangan.materials.catalogue.queries import Look
from dangan.materials.reading import actions, queries
from dangan.materials.reading.folding import fold, fold_with_places
from dangan.materials.reading.problems import ReadingProblem
from dangan.materials.reading.queries.suggesting import DocumentView, FieldLine
from dangan.materials.reading.rules import finding
from dangan.materials.reading.rules.lines import Line
from dangan.materials.reading.shapes import PageText, Piece
from dangan.materials.reading.wordings import open_words
from dangan.ui.messages import say

KINDS: dict[str, str | Promise] = {
    "id_front": gettext_lazy("居民身份证（人像面）"),
    "id_back": gettext_lazy("居民身份证（国徽面）"),
    "graduation": gettext_lazy("毕业证书"),
    "degree": gettext_lazy("学位证书"),
    "household": gettext_lazy("户口簿登记页"),
}
OTHERS: dict[str, str | Promise] = {
    "authority": gettext_lazy("签发机关"),
    "validity": gettext_lazy("有效期限"),
}


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of text with its place on the picture."""

    line: Line
    pieces: tuple[Piece, ...]

    @property
    def marked(self) -> bool:
        return any(piece.marked for piece in self.pieces)

    @property
    def width(self) -> int:
        return self.line.right - self.line.left

    @property
    def doubtful(self) -> bool:
        return self.line.score < DOUBTFUL


DOUBTFUL = 80


@dataclass(frozen=True, slots=True)
class FieldBox:
    """A field as the form shows it."""

    line: FieldLine
    typed: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class DocumentBox:
    """A recognised document as the page shows it."""

    view: DocumentView
    kind: str | Promise
    fields: tuple[FieldBox, ...]
    other: tuple[tuple[str | Promise, str], ...]


@page("archive.view")
@require_GET
def reading(request: ActorRequest, material: UUID) -> HttpResponse:
    """The page, and its text with the words of a search marked."""
    return _answer(request, material, _number(request.GET.get("page", "")))


def _answer(
    request: ActorRequest, material: UUID, number: int, problem: str = "", status: int = 200
) -> HttpResponse:
    looked, item, pages = queries.texts(request.actor, material)
    now = next((one for one in pages if one.number == number), pages[0] if pages else None)
    words = finding.words_of(open_words(request.actor, request.GET.get("w", "")), fold)
    context = {
        "head": panels.head(request.actor, looked),
        "looked": looked,
        "item": item,
        "pages": pages,
        "now": now,
        "lines": lines_of(now, words) if now else [],
        "words": request.GET.get("w", ""),
        "documents": _documents(request, looked, now),
        "may_again": looked.sight.edit or request.actor.may("archive.scan"),
        "problem": problem,
        "nav": "archive-search",
    }
    response = render(request, "reading/reading.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def lines_of(text: PageText, words: Sequence[str]) -> list[LineView]:
    """The page's lines; a word that goes on in the next line is marked in both."""
    whole = "".join(line.text for line in text.lines)
    folded, places = fold_with_places(whole)
    marks = [(places[start], places[end - 1] + 1) for start, end in finding.spans(folded, words)]
    views, at = [], 0
    for line in text.lines:
        end = at + len(line.text)
        inside = [
            (max(first, at) - at, min(last, end) - at)
            for first, last in marks
            if first < end and last > at
        ]
        pieces = tuple(Piece(*piece) for piece in finding.pieces(line.text, inside))
        views.append(LineView(line, pieces))
        at = end
    return views


def _documents(request: ActorRequest, looked: Look, now: PageText | None) -> list[DocumentBox]:
    if now is None or not now.lines:
        return []
    views = queries.suggestions(request.actor, looked.volume.subject_id, [now])
    return [_box(request, view) for view in views]


def _box(request: ActorRequest, view: DocumentView) -> DocumentBox:
    posted = request.POST if request.POST.get("kind") == view.kind else None
    fields = tuple(
        FieldBox(
            line,
            posted.get(f"value-{line.field.key}", line.text) if posted else line.text,
            line.field.key in posted.getlist("pick")
            if posted
            else line.ticked and view.holder != "other",
        )
        for line in view.lines
    )
    other = tuple(
        (OTHERS.get(value.field, value.field), value.text)
        for value in view.other
        if value.field in OTHERS
    )
    return DocumentBox(view, KINDS[view.kind], fields, other)


@page("archive.view")
@require_POST
def propose(request: ActorRequest, material: UUID) -> HttpResponse:
    """Sends what was ticked on its way as a proposed change."""
    number = _number(request.POST.get("number", ""))
    values = {
        key: request.POST.get(f"value-{key}", "") for key in request.POST.getlist("pick")[:40]
    }
    try:
        sent = actions.propose(
            request.actor,
            material=material,
            page=_page_id(request.POST.get("page", "")),
            kind=request.POST.get("kind", ""),
            values=values,
        )
    except ReadingProblem as error:
        return _answer(request, material, number, say(error.message), 422)
    except REFUSALS as error:
        problem = problem_of(error)
        return _answer(request, material, number, problem.text, problem.status)
    messages.success(request, sent_sentence(sent))
    return redirect(reverse("reading:reading", args=[material]) + f"?page={number}")


@page("archive.scan")
@require_POST
def again(request: ActorRequest, material: UUID) -> HttpResponse:
    """Has all pages of the material read again."""
    pages = actions.read_again(request.actor, material=material)
    messages.success(request, _("{n} 页已排队，识别后自动更新。").format(n=pages))
    return redirect("reading:reading", material)


def _page_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Absent from None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
