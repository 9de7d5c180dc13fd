"""问题单: what the checks found, until somebody mends it or says that it is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers import actions, queries
from dangan.dossiers.forms import NoteForm, unit_choices
from dangan.dossiers.models import Problem
from dangan.dossiers.rules import InvalidRecord
from dangan.dossiers.scanning import scan_all
from dangan.dossiers.views import shown
from dangan.dossiers.views.fragments import swapped
from dangan.organization import queries as organization_queries
from dangan.ui.messages import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dangan.dossiers.queries import ProblemView
    from dangan.organization.rules import Tree

LIMIT = 50
STATES = (
    ("open", gettext_lazy("待处理")),
    ("fixed", gettext_lazy("已修复")),
    ("dismissed", gettext_lazy("不是问题")),
    ("all", gettext_lazy("全部")),
)
MARKS = {"open": "draft", "fixed": "ok", "dismissed": "off"}


@dataclass(frozen=True, slots=True)
class StateTab:
    """One state with its number of tickets."""

    label: str
    url: str
    count: int
    on: bool


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in the list."""

    view: ProblemView
    title: str
    where: str
    unit: str
    mark: str
    url: str


@dataclass(frozen=True, slots=True)
class TicketPage:
    """What ``pager`` needs, with the lines."""

    total: int
    offset: int
    limit: int
    lines: Sequence[TicketLine]


@page("problems.view")
@require_safe
def problems(request: ActorRequest) -> HttpResponse:
    """The list, by state, kind, information set and department."""
    asked = _Asked(request)
    tree = organization_queries.tree()
    number = asked.number
    found = queries.problems(
        request.actor,
        state=None if asked.state == "all" else asked.state,
        code=asked.code or None,
        info_set=asked.info_set or None,
        unit=asked.unit if asked.unit in tree.nodes else None,
        offset=(number - 1) * LIMIT,
        limit=LIMIT,
    )
    counts = queries.problem_counts(request.actor)
    lines = [_line(item, tree) for item in found.problems]
    dictionary = dictionary_queries.current()
    context = {
        "page": TicketPage(found.total, (number - 1) * LIMIT, LIMIT, lines),
        "tabs": _tabs(asked, counts.by_state),
        "codes": [(code, queries.code_label(code), code == asked.code) for code in counts.codes],
        "sets": [
            (item.key, shown.label(item), item.key == asked.info_set)
            for item in dictionary.sets.values()
            if item.key in counts.sets
        ],
        "units": [
            (value, text, value == str(asked.unit or "")) for value, text in unit_choices(tree)[1:]
        ],
        "asked": asked,
        "nav": "problems",
    }
    fragment = swapped(request) == "tickets"
    template = "dossiers/parts/tickets.html" if fragment else "dossiers/problems.html"
    return render(request, template, context)


class _Asked:
    """The filters as given; what is not known counts as not given."""

    def __init__(self, request: ActorRequest) -> None:
        given = request.GET
        self.state = given.get("state", "open")
        if self.state not in dict(STATES):
            self.state = "open"
        self.code = given.get("code", "")
        self.info_set = given.get("set", "")
        try:
            self.unit: UUID | None = UUID(given.get("unit", ""))
        except ValueError:
            self.unit = None
        text = given.get("page", "1")
        readable = text.isascii() and text.isdigit() and len(text) < 8
        self.number = max(1, int(text)) if readable else 1

    def query(self, state: str) -> str:
        parts = {"state": state, "code": self.code, "set": self.info_set, "unit": self.unit or ""}
        return "?" + "&".join(f"{key}={value}" for key, value in parts.items() if value)

    @property
    def filtered(self) -> bool:
        return bool(self.code or self.info_set or self.unit)


def _tabs(asked: _Asked, counts: Mapping[str, int]) -> list[StateTab]:
    counts = {**counts, "all": sum(counts.values())}
    return [
        StateTab(str(label), asked.query(key), counts.get(key, 0), key == asked.state)
        for key, label in STATES
    ]


def _line(item: ProblemView, tree: Tree) -> TicketLine:
    where = shown.label(item.info_set) if item.info_set else ""
    if item.field:
        where = f"{where} · {shown.label(item.field)}"
    return TicketLine(
        view=item,
        title=item.message or queries.code_label(item.code),
        where=where,
        unit=tree.label(item.unit) if item.unit else "",
        mark=MARKS[item.state],
        url=reverse("dossiers:problem", args=[item.id]),
    )


@page("problems.view")
@require_http_methods(["GET", "POST"])
def problem(request: ActorRequest, number: int) -> HttpResponse:
    """One ticket: the finding, where to mend it, and how it was closed."""
    found = queries.problems(request.actor, state=None, number=number)
    if not found.problems:
        raise Absent
    item = found.problems[0]
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_problem(
                request.actor,
                problem=number,
                fixed=request.POST.get("outcome") != "dismissed",
                note=form.cleaned_data["note"],
            )
        except InvalidRecord as invalid:
            for refusal in invalid.problems:
                form.add_error("note", say(refusal.message))
        else:
            messages.success(request, _("问题单已关闭，处理情况已记录。"))
            return redirect("dossiers:problems")
    tree = organization_queries.tree()
    context = {
        "line": _line(item, tree),
        "item": item,
        "form": form,
        "fix_url": _fix_url(request, item),
        "dossier_url": reverse("dossiers:dossier", args=[item.subject]),
        "closed_by": names_of_accounts({item.closed_by}).get(item.closed_by, "")
        if item.closed_by
        else "",
        "may_close": request.actor.may("problems.manage") and item.state == Problem.State.OPEN,
        "nav": "problems",
    }
    return render(request, "dossiers/problem.html", context, status=422 if form.is_bound else 200)


def _fix_url(request: ActorRequest, item: ProblemView) -> str:
    """Where the finding can be mended, for those who may."""
    if item.info_set is None or item.state != Problem.State.OPEN:
        return ""
    if not queries.may_mend(request.actor, item):
        return ""
    if item.row is not None:
        return reverse("dossiers:edit", args=[item.subject, item.info_set.key, item.row])
    return reverse("dossiers:dossier", args=[item.subject]) + f"?set={item.info_set.key}"


@page("checks.run")
@require_POST
def scan(request: ActorRequest) -> HttpResponse:
    """Scans every dossier now."""
    count, opened = scan_all(request.actor)
    messages.success(
        request,
        _("已检查 {count} 份档案，新开 {opened} 张问题单。").format(count=count, opened=opened),
    )
    return redirect("dossiers:problems")
