"""Arranging a material's pages."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, refuse
from dangan.files.rules import BadFile
from dangan.materials.catalogue import panels
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.scans import actions, queries
from dangan.materials.scans.forms import IntoForm, SplitForm
from dangan.materials.scans.models import Page, PageEvent
from dangan.materials.scans.problems import ScanProblem
from dangan.roster.counting import counts_of
from dangan.ui.messages import say

PROBLEMS = (ScanProblem, CatalogueProblem, BadFile)
HISTORY = 30
REASON_MOST = 200


@page("archive.scan")
@require_safe
def pages(request: ActorRequest, material: UUID) -> HttpResponse:
    """All pages of a material, with what their pictures lack and what was done to them."""
    looked, item, listed = queries.pages(
        request.actor, material, states=("current", "former", "removed"), whole=True
    )
    if not looked.sight.edit:
        raise refuse(request.actor, "archive.scan", subject=looked.volume.subject_id)
    small = queries.thumbnails(request.actor, looked, material, listed)
    items, _hidden = catalogue.contents(looked)
    others = [one for one in items if one.id != item.id]
    current = [info for info in listed if info.state == Page.State.CURRENT]
    context = {
        "head": panels.head(request.actor, looked, roster=counts_of(request)),
        "item": item,
        "volume": looked.volume,
        "pages": [(info, small.get(info.id, "")) for info in current],
        "former": [
            (info, small.get(info.id, "")) for info in listed if info.state != Page.State.CURRENT
        ],
        "short": item.body.pages - len(current),
        "split": SplitForm(initial={"at": 2, "category": item.body.category}),
        "into": IntoForm(items=others) if others else None,
        "events": _events(material),
        "nav": "catalogue",
    }
    return render(request, "scans/pages.html", context)


def _events(material: UUID) -> list[tuple[PageEvent, str]]:
    """What was done to a material's pages, and by whom."""
    rows = list(PageEvent.objects.filter(material=material).order_by("-pk")[:HISTORY])
    names = names_of_accounts({row.by for row in rows})
    return [(row, names.get(row.by, "")) for row in rows]


@page("archive.scan")
@require_POST
def add(request: ActorRequest, material: UUID) -> HttpResponse:
    """Files behind the pages that are there; refused ones are named."""
    sent = [(file.name or "", file) for file in request.FILES.getlist("files")]
    if not sent:
        messages.error(request, _("请先选择要上传的文件。"))
        return redirect("scans:pages", material=material)
    try:
        added = actions.add_pages(request.actor, material=material, files=sent)  # type: ignore[arg-type]  # SealedUploads gives Incoming
    except PROBLEMS as problem:
        messages.error(request, say(problem.message))
    else:
        if added.pages:
            messages.success(request, _("已上传 %(n)s 页") % {"n": len(added.pages)})
        for _name, message in added.refused:
            messages.error(request, say(message))
    return redirect("scans:pages", material=material)


@page("archive.scan")
@require_POST
def replace(request: ActorRequest, page: UUID) -> HttpResponse:
    """A new scan in the place of a page."""
    material = _material(request, page)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("请先选择要上传的文件。"))
    else:
        _done(
            request,
            lambda: actions.replace_page(
                request.actor,
                page=page,
                name=file.name or "",
                data=file,  # type: ignore[arg-type]  # SealedUploads gives Incoming
            ),
            _("已替换，原来的扫描件保留在“曾用页”里"),
        )
    return redirect("scans:pages", material=material)


@page("archive.scan")
@require_POST
def deed(request: ActorRequest, page: UUID, verb: str) -> HttpResponse:
    """Turns, accepts, removes or restores one page."""
    material = _material(request, page)
    verbs: dict[str, tuple[Callable[[], object], str]] = {
        "left": (lambda: actions.rotate(request.actor, page=page, by=270), _("已旋转")),
        "right": (lambda: actions.rotate(request.actor, page=page, by=90), _("已旋转")),
        "accept": (
            lambda: actions.accept_page(
                request.actor, page=page, reason=request.POST.get("reason", "")[:REASON_MOST]
            ),
            _("已确认照用"),
        ),
        "remove": (
            lambda: actions.remove_page(request.actor, page=page),
            _("已剔除，可在“曾用页”里恢复"),
        ),
        "restore": (lambda: actions.restore_page(request.actor, page=page), _("已恢复到最后一页")),
    }
    work, words = verbs[verb]
    _done(request, work, words)
    return redirect("scans:pages", material=material)


@page("archive.scan")
@require_POST
def reorder(request: ActorRequest, material: UUID) -> HttpResponse:
    """The order that was dragged, or one page a place up or down."""
    try:
        order = [UUID(text) for text in request.POST.getlist("page")]
    except ValueError:
        raise Absent from None
    moved = request.POST.get("up") or request.POST.get("down")
    if moved:
        order = _shifted(order, moved, -1 if request.POST.get("up") else 1)
    _done(
        request,
        lambda: actions.reorder(request.actor, material=material, order=order),
        _("顺序已保存"),
    )
    return redirect("scans:pages", material=material)


def _shifted(order: list[UUID], page: str, by: int) -> list[UUID]:
    names = [str(one) for one in order]
    if page not in names:
        raise Absent
    at = names.index(page)
    to = min(max(at + by, 0), len(order) - 1)
    order[at], order[to] = order[to], order[at]
    return order


@page("archive.scan")
@require_POST
def split(request: ActorRequest, material: UUID) -> HttpResponse:
    """From a page on, a material of its own."""
    form = SplitForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请写明从第几页分开、新材料的类别和名称。"))
    else:
        _done(
            request,
            lambda: actions.split_material(
                request.actor, material=material, at=form.cleaned_data["at"], body=form.body()
            ),
            _("已分开，新材料已列入目录"),
        )
    return redirect("scans:pages", material=material)


@page("archive.scan")
@require_POST
def merge(request: ActorRequest, material: UUID) -> HttpResponse:
    """All pages go to another material, and this line is taken out."""
    try:
        into = UUID(request.POST.get("into", ""))
    except ValueError:
        raise Absent from None
    done = _done(
        request,
        lambda: actions.merge_materials(request.actor, material=material, into=into),
        _("已并入，原来的一行已从目录剔除"),
    )
    return redirect("scans:pages", material=into if done else material)


@page("archive.scan")
@require_POST
def move(request: ActorRequest, material: UUID) -> HttpResponse:
    """The ticked pages go behind those of another material."""
    try:
        chosen = [UUID(text) for text in request.POST.getlist("moved")]
        into = UUID(request.POST.get("into", ""))
    except ValueError:
        raise Absent from None
    if not chosen:
        messages.error(request, _("请先勾选要移走的页面。"))
    else:
        _done(
            request,
            lambda: actions.move_pages(request.actor, pages=chosen, to=into),
            _("已移走 %(n)s 页") % {"n": len(chosen)},
        )
    return redirect("scans:pages", material=material)


def _material(request: ActorRequest, page: UUID) -> UUID:
    """Whose page it is, for the way back; absent for whoever may not see it."""
    looked, item, _row = queries.page_of(request.actor, page)
    del looked
    return item.id


def _done(request: ActorRequest, work: Callable[[], object], words: str) -> bool:
    try:
        work()
    except PROBLEMS as problem:
        messages.error(request, say(problem.message))
        return False
    messages.success(request, words)
    return True
