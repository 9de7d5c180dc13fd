"""工作台: what waits, what falls due, what is missing; nothing that cannot be counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Actor, reach, scope
from dangan.dossiers import desk as panels
from dangan.dossiers import queries
from dangan.dossiers.models import Subject
from dangan.dossiers.queries.overview import LIVING
from dangan.dossiers.views import shown
from dangan.dossiers.views.dossier import missing_of, portrait_url
from dangan.roster.counting import counts_of
from dangan.roster.rules import Between, Empty, Filter, RosterQuery
from dangan.ui.templatetags.dangan import weekday

TICKETS = 9
CHANGES = 5
DEPARTMENTS = 6
MOST_LACKED = 3
JOINED = "post.joined"
LIVING_STATES = frozenset(LIVING)


@dataclass(frozen=True, slots=True)
class Lack:
    """How many people have nothing in a field."""

    label: str
    people: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the strip."""

    label: str | Promise
    value: int
    note: str | Promise
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A way to work that is the actor's own, for those who open no dossiers."""

    url: str
    icon: str
    label: str | Promise
    text: str | Promise


LACKS = (
    "post.joined",
    "post.position",
    "contract.end",
    "identity.highest_education",
    "identity.id_number",
    "contact.mobile",
    "contact.email",
    "post.employment_form",
)
ENTRIES: Sequence[tuple[str, str, str, str | Promise, str | Promise]] = (
    ("accounts.view", "access:accounts", "users-group", _("账号"), _("新建、停用账号，重设密码")),
    ("rights.view", "access:roles", "shield-lock", _("角色与权限"), _("谁能看什么，申请与审批")),
    ("dictionary.view", "dictionary:sets", "list-details", _("信息集"), _("字段、代码表、密级")),
    ("organization.view", "organization:chart", "sitemap", _("组织架构"), _("部门、负责人、调整")),
    ("audit.search", "audit:search", "file-search", _("审计日志"), _("谁在何时看过、改过什么")),
    ("tokens.own", "access:tokens", "api", _("访问令牌"), _("供程序调用接口")),
)


@page(None, login_only=True)
@require_safe
def panel(request: ActorRequest, key: str) -> HttpResponse:
    """One panel of the desk, asked for once the page stands; empty when it has nothing to tell."""
    found = panels.fill(request, key)
    if found is None:
        return HttpResponse()
    return render(request, found.template, {"panel": found.content})


@page(None, login_only=True)
@require_safe
def desk(request: ActorRequest) -> HttpResponse:
    """The desk of the person signed in; what a role may not see is not there."""
    actor = request.actor
    keeps = actor.may("desk.view") and actor.may("roster.view")
    context = {
        "today": timezone.localdate(),
        "weekday": weekday(timezone.localdate()),
        "own": None if keeps else _own(actor),
        "keeper": _Keeper(request).context() if keeps else None,
        "entries": _entries(actor, ENTRIES if not keeps else ()),
        "panels": panels.filled(request),
        "nav": "desk",
    }
    return render(request, "dossiers/desk.html", context)


class _Keeper:
    """The desk of those who look after others' dossiers: one look at the roster for all of it."""

    def __init__(self, request: ActorRequest) -> None:
        self.actor = request.actor
        self.today = timezone.localdate()
        self.basis = queries.basis()
        self.counts = counts_of(request)
        self.roster = reverse("roster:list")
        self.whole = queries.beyond_oneself(reach(self.actor))
        kept = {item.path for item in self.basis.dictionary.roster_fields}
        paths = {*LACKS, JOINED}
        self.plain = {path for path in paths & kept if self._sees(path)}

    def _sees(self, path: str) -> bool:
        """Whether the actor sees the field plain of all their people: only then counts are true."""
        item = self.basis.dictionary.field(path)
        shown_to = scope(self.actor, "read", item.set_key, item.key, item.field_class).plain
        return bool(self.whole) and queries.beyond_oneself(shown_to) == self.whole

    def context(self) -> dict[str, object]:
        opens = self.actor.may("dossier.open") and bool(self.whole)
        overview = queries.overview(self.actor, self.basis) if opens else None
        lines = queries.desk_lines(
            self.actor, tickets=TICKETS, changes=CHANGES, given=self.basis
        ) if opens else None  # fmt: skip
        lacks = [path for path in LACKS if path in self.plain]
        missing = self.counts.totals([self._counting({path: Empty()}) for path in lacks])
        joined = self.counts.totals([self._counting({JOINED: self._this_month()})])[0]
        return {
            "overview": overview,
            "departments": overview.units[:DEPARTMENTS]
            if overview and self.actor.may("statistics.view")
            else (),
            "figures": self._figures(overview, joined if JOINED in self.plain else None),
            "problems": self._problems(lines),
            "lacks": self._lacks(lacks, missing),
            "changes": lines.changes if lines else (),
            "roster": self.roster,
        }

    def _counting(self, filters: Mapping[str, Filter]) -> RosterQuery:
        return RosterQuery(filters=filters, states=LIVING_STATES)

    def _this_month(self) -> Between:
        return Between(self.today.replace(day=1).isoformat(), self.today.isoformat())

    def _figures(self, overview: queries.Overview | None, joined: int | None) -> list[Figure]:
        if overview is None:
            return []
        found = [Figure(_("在册人数"), overview.people, _("不含离职"), self.roster)]
        if joined is not None:
            found.append(Figure(_("本月入职"), joined, _("按入职日期"), self.roster))
        if not self.actor.may("dossier.state"):
            return found
        drafts = overview.by_state.get("draft", 0) + overview.by_state.get("confirmed", 0)
        changed = overview.by_state.get("changed", 0)
        states = f"{self.roster}?state="
        found.append(Figure(_("待归档"), drafts, _("草稿和已确认的档案"), states + "confirmed"))
        found.append(Figure(_("待再次归档"), changed, _("归档后又有修改"), states + "changed"))
        return found

    def _problems(self, lines: queries.DeskLines | None) -> Mapping[str, object] | None:
        if lines is None or lines.problems is None:
            return None
        found = lines.problems
        shown_lines = [
            (item, item.message or queries.code_label(item.code), self._unit(item.unit))
            for item in found.problems
        ]
        more = found.total - len(shown_lines)
        return {"total": found.total, "lines": shown_lines, "more": more}

    def _unit(self, unit: UUID | None) -> str:
        return self.basis.tree.label(unit)

    def _lacks(self, paths: Sequence[str], totals: Sequence[int]) -> list[Lack]:
        """The fields that most people lack, among those the actor sees plain."""
        found = [
            Lack(shown.label(self.basis.dictionary.field(path)), people)
            for path, people in zip(paths, totals, strict=True)
            if people
        ]
        return sorted(found, key=lambda item: -item.people)[:MOST_LACKED]


def _own(actor: Actor) -> Mapping[str, object] | None:
    """The own dossier: what is there, what is missing, who looked."""
    if actor.subject is None or not actor.may("dossier.open"):
        return None
    opened = queries.open_subject(actor, actor.subject)
    view = queries.open_dossier(actor, actor.subject, sets=["identity", "post"], opened=opened)
    ways = shown.Ways(edit=False, history=actor.may("history.view"))
    return {
        "view": view,
        "unit": opened.tree.label(view.unit) if view.unit else "",
        "post": shown.text_of(view, "post.position"),
        "number": shown.text_of(view, "identity.employee_number"),
        "joined": shown.text_of(view, "post.joined"),
        "state": str(Subject.State(view.state).label),
        "missing": missing_of(view, ways),
        "portrait": portrait_url(view),
    }


def _entries(
    actor: Actor, known: Sequence[tuple[str, str, str, str | Promise, str | Promise]]
) -> list[Entry]:
    found = []
    for permission, name, icon, label, text in known:
        if not actor.may(permission):
            continue
        try:
            found.append(Entry(reverse(name), icon, label, text))
        except NoReverseMatch:
            continue
    return found
