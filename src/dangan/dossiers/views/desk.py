"""工作台: what waits, what falls due, what is missing; nothing that cannot be counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor, scope
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary
from dangan.dossiers import desk as panels
from dangan.dossiers import queries
from dangan.dossiers.models import Subject
from dangan.dossiers.queries.overview import LIVING
from dangan.dossiers.views import shown
from dangan.dossiers.views.dossier import missing_of, portrait_url
from dangan.dossiers.wording import check_label
from dangan.organization import queries as organization_queries
from dangan.roster import queries as roster_queries
from dangan.roster.rules import NAME, Between, Empty, Filter, RosterQuery

DAYS = 30
SOON = 7
TICKETS = 9
DUE = 5
DEPARTMENTS = 6


@dataclass(frozen=True, slots=True)
class DueLine:
    """Something of somebody that ends soon."""

    subject: UUID
    name: str
    unit: str
    day: date
    left: int

    @property
    def soon(self) -> bool:
        return self.left <= SOON


@dataclass(frozen=True, slots=True)
class DueTab:
    """One kind of reminder with its number and first lines."""

    key: str
    label: str | Promise
    total: int
    lines: Sequence[DueLine]
    on: bool
    all_url: str


@dataclass(frozen=True, slots=True)
class Lack:
    """How many people have nothing in a field, with the way to them."""

    label: str
    people: int
    url: str


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


REMINDERS: Sequence[tuple[str, str, str | Promise]] = (
    ("contract", "contract.end", _("合同到期")),
    ("probation", "post.probation_end", _("试用期满")),
)
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
def desk(request: ActorRequest) -> HttpResponse:
    """The desk of the person signed in; what a role may not see is not there."""
    actor = request.actor
    keeps = actor.may("desk.view") and actor.may("roster.view")
    context = {
        "today": timezone.localdate(),
        "own": _own(actor),
        "keeper": _Keeper(request).context() if keeps else None,
        "entries": [] if keeps else _entries(actor),
        "panels": panels.filled(request),
        "nav": "desk",
    }
    return render(request, "dossiers/desk.html", context)


class _Keeper:
    """The desk of those who look after others' dossiers."""

    def __init__(self, request: ActorRequest) -> None:
        self.actor = request.actor
        self.chosen = request.GET.get("due", "")
        self.today = timezone.localdate()
        self.dictionary: Dictionary = dictionary_queries.current()
        self.tree = organization_queries.tree()
        self.roster = reverse("roster:list")
        self.kept = {item.path for item in self.dictionary.roster_fields}

    def context(self) -> dict[str, object]:
        opens = self.actor.may("dossier.open")
        overview = queries.overview(self.actor) if opens else None
        changes = queries.recent_changes(self.actor) if self.actor.may("history.view") else []
        return {
            "overview": overview,
            "departments": overview.units[:DEPARTMENTS] if overview else (),
            "figures": self._figures(overview),
            "problems": self._problems(),
            "due": self._due(),
            "lacks": self._lacks(),
            "changes": changes,
            "names": names_of_accounts({change.actor for change in changes}) if changes else {},
            "roster": self.roster,
        }

    def _plain(self, path: str) -> bool:
        """Whether the actor sees the field plain: only then do its counts tell the truth."""
        item = self.dictionary.field(path)
        return path in self.kept and bool(
            scope(self.actor, "read", item.set_key, item.key, item.field_class).plain
        )

    def _count(self, filters: Mapping[str, Filter]) -> int:
        query = RosterQuery(filters=filters, states=frozenset(LIVING), limit=0, today=self.today)
        return roster_queries.page(self.actor, query).total

    def _figures(self, overview: queries.Overview | None) -> list[Figure]:
        if overview is None:
            return []
        found = [Figure(_("在册人数"), overview.people, _("不含离职"), self.roster)]
        first = self.today.replace(day=1)
        if self._plain("post.joined"):
            joined = self._count(
                {"post.joined": Between(first.isoformat(), self.today.isoformat())}
            )
            found.append(Figure(_("本月入职"), joined, _("按入职日期"), self.roster))
        drafts = overview.by_state.get("draft", 0) + overview.by_state.get("confirmed", 0)
        found.append(Figure(_("待归档"), drafts, _("草稿和已确认的档案"), self.roster))
        changed = overview.by_state.get("changed", 0)
        found.append(Figure(_("待再次归档"), changed, _("归档后又有修改"), self.roster))
        return found

    def _problems(self) -> Mapping[str, object] | None:
        if not self.actor.may("problems.view"):
            return None
        found = queries.problems(self.actor, limit=TICKETS)
        lines = [
            (item, item.message or check_label(item.code), self.tree.label(item.unit))
            for item in found.problems
        ]
        return {"total": found.total, "lines": lines, "more": found.total - len(lines)}

    def _due(self) -> list[DueTab]:
        found = []
        for key, path, label in REMINDERS:
            if path not in self.kept or not self._plain(path):
                continue
            found.append(self._due_tab(key, path, label))
        if found and not any(tab.on for tab in found):
            first = found[0]
            found[0] = DueTab(first.key, first.label, first.total, first.lines, True, first.all_url)
        return found

    def _due_tab(self, key: str, path: str, label: str | Promise) -> DueTab:
        last = self.today + timedelta(days=DAYS)
        answer = roster_queries.page(
            self.actor,
            RosterQuery(
                filters={path: Between(self.today.isoformat(), last.isoformat())},
                states=frozenset(LIVING),
                sort=path,
                limit=DUE,
                columns=(NAME, path),
                today=self.today,
            ),
        )
        lines = [
            DueLine(
                row.subject,
                str(row.cells[NAME].value or ""),
                self.tree.label(row.unit),
                day,
                (day - self.today).days,
            )
            for row in answer.rows
            if (day := _day(row.cells[path].value)) is not None
        ]
        return DueTab(key, label, answer.total, lines, key == self.chosen, self.roster)

    def _lacks(self) -> list[Lack]:
        """The fields that most people lack, among those the actor sees plain."""
        found = []
        for path in LACKS:
            if not self._plain(path):
                continue
            people = self._count({path: Empty()})
            if people:
                found.append(Lack(shown.label(self.dictionary.field(path)), people, self.roster))
        return sorted(found, key=lambda item: -item.people)[:4]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


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
        "looks": queries.looks(opened, limit=5),
        "portrait": portrait_url(view),
    }


def _entries(actor: Actor) -> list[Entry]:
    found = []
    for permission, name, icon, label, text in ENTRIES:
        if not actor.may(permission):
            continue
        try:
            found.append(Entry(reverse(name), icon, label, text))
        except NoReverseMatch:
            continue
    return found
