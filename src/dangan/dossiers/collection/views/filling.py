"""The newcomer's pages: public, opened by link and digits, then by a cookie of this browser.

The link's token stands behind the ``#`` of the address: browsers send that part to nobody. The
page's script puts it into the form that asks for the digits and takes it out of the address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Showing
from dangan.config.browser import cookie_name
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import LEGAL_SHORT, RETENTIONS, Field
from dangan.dictionary.values import ParseContext
from dangan.dossiers.collection import actions, queries, rules
from dangan.dossiers.collection.forms import OpenForm, PaperForm
from dangan.dossiers.collection.queries import DraftView, Visitor
from dangan.dossiers.collection.rules import GivenRow, Section
from dangan.dossiers.forms import FormContext, RowForm, Slot
from dangan.dossiers.queries import Words
from dangan.dossiers.rules import InvalidRecord
from dangan.dossiers.views import shown
from dangan.files import queries as file_queries
from dangan.files.queries import FileInfo
from dangan.files.rules import BadFile
from dangan.organization.rules import Tree
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say
from dangan.ui.policy import shows_chosen_file

COOKIE = cookie_name("collect", https=settings.DANGAN.https, path=True)
P = ParamSpec("P")
View = Callable[Concatenate[ActorRequest, P], HttpResponse]
Visited = Callable[Concatenate[ActorRequest, Visitor, P], HttpResponse]
NO_UNITS = Tree(0, {})


def visiting(view: Visited[P], *, before_notice: bool = False) -> View[P]:
    """Opens the view to a browser that proved itself; any other is sent to the start."""

    @wraps(view)
    @never_cache
    @sensitive_post_parameters()
    def opened(request: ActorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        who = queries.visitor(request.COOKIES.get(COOKIE, ""), now=timezone.now())
        if who is None:
            return _ended(request)
        if not who.noticed and not before_notice:
            return redirect("collection:notice")
        try:
            return view(request, who, *args, **kwargs)
        except actions.Shut:
            return _ended(request)

    return opened


def _ended(request: ActorRequest) -> HttpResponse:
    response = redirect(f"{reverse('collection:start')}?ended=1")
    response.delete_cookie(COOKIE, path=reverse("collection:start"))
    del request
    return response


@page(None, public=True)
@never_cache
@require_safe
def start(request: ActorRequest) -> HttpResponse:
    """Asks for the digits; the token comes out of the address by script."""
    ended = "ended" in request.GET
    return render(request, "collection/start.html", {"form": OpenForm(), "ended": ended})


@page(None, public=True)
@never_cache
@sensitive_post_parameters()
@require_POST
def open_form(request: ActorRequest) -> HttpResponse:
    """Exchanges link and digits for a cookie that only these pages get."""
    form = OpenForm(request.POST)
    message = ""
    if form.is_valid():
        turned = actions.open_form(request.actor, **form.cleaned_data)
        if turned.secret:
            response = redirect("collection:overview")
            response.set_cookie(
                COOKIE,
                turned.secret,
                path=reverse("collection:start"),
                secure=settings.DANGAN.https,
                httponly=True,
                samesite="Strict",
            )
            return response
        message = say(turned.message) if turned.message else ""
    context = {"form": form, "message": message, "kept": "token" not in form.errors}
    return render(request, "collection/start.html", context, status=422)


@page(None, public=True)
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: ActorRequest) -> HttpResponse:
    """What is asked, what for and for how long: before anything is written."""
    return _notice(request)


def _show_notice(request: ActorRequest, who: Visitor) -> HttpResponse:
    if request.method == "POST":
        if request.POST.get("accepted") == "1":
            actions.accept_notice(request.actor, invitation=who.invitation)
            return redirect("collection:overview")
        context = {"lines": _notice_lines(), "who": who, "missing": True}
        return render(request, "collection/notice.html", context, status=422)
    return render(request, "collection/notice.html", {"lines": _notice_lines(), "who": who})


_notice = visiting(_show_notice, before_notice=True)


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One information set in the notice: what is asked and why."""

    label: str
    fields: str
    purposes: str
    bases: str
    retentions: str
    sensitive: bool


def _notice_lines() -> list[NoticeLine]:
    found = []
    for section in rules.sections(dictionary_queries.current()):
        asked = section.fields
        found.append(
            NoticeLine(
                label=shown.label(section.info_set),
                fields="、".join(shown.label(item) for item in asked),
                purposes="；".join(_once(asked, lambda f: in_language(f.purpose, f.purpose_en))),
                bases="；".join(_once(asked, lambda f: _label(LEGAL_SHORT, f.legal_basis))),
                retentions="；".join(_once(asked, lambda f: _label(RETENTIONS, f.retention))),
                sensitive=any(item.field_class >= 3 for item in asked),
            )
        )
    return found


def _once(asked: tuple[Field, ...], word: Callable[[Field], str]) -> list[str]:
    return list(dict.fromkeys(filter(None, (word(item) for item in asked))))


def _label(table: Mapping[str, Any], key: str) -> str:
    found = table.get(key, "")
    return in_language(*found) if isinstance(found, tuple) else in_language(str(found))


@dataclass(frozen=True, slots=True)
class Step:
    """One section on the overview."""

    label: str
    icon: str
    url: str
    state: str
    needed: int


@page(None, public=True)
@require_safe
@visiting
def overview(request: ActorRequest, who: Visitor) -> HttpResponse:
    """All sections, how far each is, and the way to submit."""
    view = queries.draft(who)
    return _overview(request, view)


def _overview(request: ActorRequest, view: DraftView, problems: tuple[str, ...] = (),
              status: int = 200) -> HttpResponse:  # fmt: skip
    missing = rules.lacks(view.sections, view.answers)
    steps = []
    for section in view.sections:
        count = len(view.answers.of_set(section.key))
        done, asked = rules.filled(section, view.answers)
        if section.info_set.multiple:
            state = _("{n} 条").format(n=count) if count else ""
        else:
            state = _("已填 {done}/{asked}").format(done=done, asked=asked)
        steps.append(
            Step(
                label=shown.label(section.info_set),
                icon=shown.SET_ICONS.get(section.key, "folder"),
                url=reverse("collection:section", args=[section.key]),
                state=state,
                needed=sum(1 for lack in missing if lack.info_set == section.key),
            )
        )
    context = {"view": view, "steps": steps, "missing": missing, "problems": problems}
    return render(request, "collection/overview.html", context, status=status)


@dataclass(frozen=True, slots=True)
class RowCard:
    """A row of a many-row section."""

    row: UUID
    title: str
    lines: tuple[tuple[str, str], ...]
    papers: tuple[FileInfo, ...]


def _words() -> Words:
    return Words(dictionary_queries.current(), NO_UNITS)


def _context() -> FormContext:
    """What reading needs. Units and people are not asked here, so none are looked up."""
    today = timezone.localdate()
    return FormContext(dictionary_queries.current(), NO_UNITS, ParseContext(today), today)


def _row_form(section: Section, given: GivenRow | None, data: Mapping[str, Any] | None) -> RowForm:
    values = given.values if given else {}
    slots = [
        Slot(item, Showing.PLAIN, editable=True, value=values.get(item.key))
        for item in section.fields
    ]
    return RowForm(section.info_set, slots, _context(), data, bare=True)


@page(None, public=True)
@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def section(request: ActorRequest, who: Visitor, info_set: str) -> HttpResponse:
    """A section: its form, or for many rows the rows."""
    view = queries.draft(who)
    part = view.section(info_set)
    if part.info_set.multiple:
        return _rows_page(request, view, part)
    rows = view.answers.of_set(info_set)
    return _row_page(request, who, view, part, rows[0] if rows else None)


def _rows_page(
    request: ActorRequest, view: DraftView, part: Section, problem: str = ""
) -> HttpResponse:
    words = _words()
    by_key = {item.key: item for item in part.fields}
    cards = [
        RowCard(
            row=given.row,
            title=queries.title_of(part, given, words),
            lines=tuple(
                (shown.label(by_key[key]), words.display(by_key[key], value))
                for key, value in given.values.items()
                if key in by_key and key not in part.info_set.title_fields
            ),
            papers=view.papers.get(given.row, ()),
        )
        for given in view.answers.of_set(part.key)
    ]
    context = {
        "part": part,
        "label": shown.label(part.info_set),
        "help": in_language(part.info_set.help, part.info_set.help_en),
        "cards": cards,
        "full": len(cards) >= rules.ROWS_AT_MOST,
        "problem": problem,
    }
    status = 422 if problem else 200
    return render(request, "collection/rows.html", context, status=status)


@page(None, public=True)
@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def row(
    request: ActorRequest, who: Visitor, info_set: str, row: UUID | None = None
) -> HttpResponse:
    """One row of a many-row section; without ``row`` a new one."""
    view = queries.draft(who)
    part = view.section(info_set)
    given = view.answers.row(info_set, row) if row else None
    if not part.info_set.multiple or (row and given is None):
        raise Absent
    return _row_page(request, who, view, part, given)


def _row_page(
    request: ActorRequest, who: Visitor, view: DraftView, part: Section, given: GivenRow | None
) -> HttpResponse:
    posted = request.method == "POST"
    form = _row_form(part, given, request.POST if posted else None)
    if posted and form.is_valid():
        kept = dict(given.values) if given else {}
        try:
            actions.put_row(
                request.actor,
                invitation=who.invitation,
                info_set=part.key,
                row=given.row if given else uuid4(),
                values=kept | form.patch(),
            )
        except InvalidRecord as invalid:
            for problem in invalid.problems:
                form.refuse(problem.field, say(problem.message))
        else:
            messages.success(request, _("已保存"))
            to = "collection:section" if part.info_set.multiple else "collection:overview"
            return redirect(to, *([part.key] if part.info_set.multiple else []))
    multiple = part.info_set.multiple
    context = {
        "part": part,
        "label": shown.label(part.info_set),
        "form": form,
        "lines": form.lines(),
        "adding": given is None and multiple,
        "row": given.row if given else None,
        "papers": view.papers.get(given.row, ()) if given else (),
        "back": reverse("collection:section", args=[part.key])
        if multiple
        else reverse("collection:overview"),
    }
    status = 422 if posted else 200
    return render(request, "collection/row.html", context, status=status)


@page(None, public=True)
@require_POST
@visiting
def drop(request: ActorRequest, who: Visitor, info_set: str, row: UUID) -> HttpResponse:
    """Takes a row out of the form."""
    actions.drop_row(request.actor, invitation=who.invitation, info_set=info_set, row=row)
    messages.success(request, _("已删除"))
    return redirect("collection:section", info_set)


@page(None, public=True)
@require_POST
@visiting
def add_paper(request: ActorRequest, who: Visitor, info_set: str, row: UUID) -> HttpResponse:
    """Takes in a proof of a row."""
    form = PaperForm(request.POST, request.FILES)
    view = queries.draft(who)
    part = view.section(info_set)
    problem = _too_large(request)
    if not problem and not form.is_valid():
        problem = " ".join(map(str, form["file"].errors))
    if not problem:
        given = form.cleaned_data["file"]
        try:
            actions.add_paper(
                request.actor,
                invitation=who.invitation,
                info_set=info_set,
                row=row,
                name=given.name,
                data=given.read(),
            )
        except BadFile as bad:
            problem = say(bad.message)
        except InvalidRecord as invalid:
            problem = " ".join(say(item.message) for item in invalid.problems)
    if problem:
        if part.info_set.multiple:
            return _rows_page(request, view, part, problem)
        messages.warning(request, problem)
    else:
        messages.success(request, _("已附上"))
    return redirect("collection:section", info_set)


def _too_large(request: ActorRequest) -> str:
    if getattr(request, "upload_too_large", False):
        return _("文件太大，没有保存。请压缩到 10 MB 以内再上传。")
    return ""


@page(None, public=True)
@require_POST
@visiting
def drop_paper(request: ActorRequest, who: Visitor, file: UUID) -> HttpResponse:
    """Throws a paper away."""
    info_set = queries.own_paper(who, file).info_set
    actions.drop_paper(request.actor, invitation=who.invitation, file=file)
    messages.success(request, _("已删除"))
    return redirect("collection:section", info_set)


@page(None, public=True)
@require_safe
@visiting
def paper(request: ActorRequest, who: Visitor, file: UUID) -> HttpResponse:
    """A paper of one's own form, as a picture."""
    queries.own_paper(who, file)
    picture = file_queries.page_image(
        request.actor, file, width=640, watermark=_("仅供本人核对"), why=_("本人填写采集表")
    )
    response = HttpResponse(picture, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page(None, public=True)
@shows_chosen_file
@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def photo(request: ActorRequest, who: Visitor) -> HttpResponse:
    """The portrait, cut to 5:7."""
    problem = _too_large(request)
    if request.method == "POST" and not problem:
        form = PaperForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                actions.set_portrait(
                    request.actor,
                    invitation=who.invitation,
                    data=form.cleaned_data["file"].read(),
                )
            except BadFile as bad:
                problem = say(bad.message)
            else:
                messages.success(request, _("照片已保存"))
                return redirect("collection:overview")
        else:
            problem = " ".join(map(str, form["file"].errors))
    view = queries.draft(who)
    context = {"view": view, "problem": problem}
    return render(request, "collection/photo.html", context, status=422 if problem else 200)


@page(None, public=True)
@require_POST
@visiting
def submit(request: ActorRequest, who: Visitor) -> HttpResponse:
    """Hands the form to HR; the visit ends with it."""
    try:
        actions.submit(request.actor, invitation=who.invitation)
    except InvalidRecord as invalid:
        problems = tuple(say(item.message) for item in invalid.problems)
        return _overview(request, queries.draft(who), problems, status=422)
    response = redirect("collection:done")
    response.delete_cookie(COOKIE, path=reverse("collection:start"))
    return response


@page(None, public=True)
@never_cache
@require_safe
def done(request: ActorRequest) -> HttpResponse:
    """What happens next; says nothing about anybody."""
    return render(request, "collection/done.html")


@page(None, public=True)
@require_POST
def leave(request: ActorRequest) -> HttpResponse:
    """Ends the visit in this browser; what was saved stays."""
    actions.leave(secret=request.COOKIES.get(COOKIE, ""))
    return _ended(request)
