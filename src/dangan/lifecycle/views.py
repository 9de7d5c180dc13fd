"""Pages of staff movements: the list, the start pages, duties, printing. They decide nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Actor, Refused, reach, require
from dangan.audit.rules import Event
from dangan.dictionary.rules import BadValue
from dangan.dossiers.queries import find_by_unique
from dangan.dossiers.views.edit import form_context
from dangan.dossiers.views.people import person_finder
from dangan.lifecycle import actions, queries
from dangan.lifecycle.actions import OWN_KINDS
from dangan.lifecycle.forms import (
    KIND_CHOICES,
    KIND_HELP,
    KIND_LABELS,
    FormerForm,
    PickForm,
    SignForm,
    StartForm,
    suggested_day,
)
from dangan.lifecycle.models import Kind, Movement, State
from dangan.lifecycle.problems import AlreadyMoving, BadMovement
from dangan.lifecycle.rules.bodies import Body
from dangan.lifecycle.sealing import open_body
from dangan.lifecycle.standing import Standing, standing_of
from dangan.roster import queries as roster_queries
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.problems import CannotStart
from dangan.workflow.queries import of_object
from dangan.workflow.rights import may_see

NAV = "movements"
SHOWN_NOW = (
    "post.unit",
    "post.position",
    "post.post_level",
    "post.joined",
    "post.probation_end",
    "contract.end",
)
FILE_NAMES = {
    "opinion": "special-matters-opinion",
    "handover": "departure-checklist",
    "certificate": "leaving-certificate",
}


@page("lifecycle.view")
@require_safe
def movements(request: ActorRequest) -> HttpResponse:
    """人员变动: tabs by kind, filter by state, newest first."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    shown = queries.movements(
        request.actor,
        kind=kind if kind in Kind.values else "",
        state=state if state in queries.STATES else "",
        offset=_offset(request),
    )
    context = {
        "page": shown,
        "kind": kind,
        "state": state,
        "states": queries.STATES.items(),
        "all": sum(count for _key, _label, count in shown.kinds),
        "nav": NAV,
    }
    return render(request, "lifecycle/movements.html", context)


def _offset(request: ActorRequest) -> int:
    number = request.GET.get("page", "1")
    wanted = int(number) if number.isdecimal() and len(number) < 6 else 1
    return (max(1, wanted) - 1) * queries.PER_PAGE


@page("cases.own")
@require_safe
def movement(request: ActorRequest, movement: UUID) -> HttpResponse:
    """One movement: its case for those who take part, else what the reader may see of it."""
    case = queries.movement_for(request.actor, movement)
    if may_see(request.actor, case):
        return redirect("workflow:case", case.id)
    content = queries.movement_content(request.actor, case)
    context = {
        "content": {"movement": content},
        "number": case.number,
        "name": roster_queries.names([content.movement.subject]).get(content.movement.subject, ""),
        "line": of_object(movement),
        "nav": NAV,
    }
    return render(request, "lifecycle/detail.html", context)


@page("cases.own")
@require_safe
def duties(request: ActorRequest) -> HttpResponse:
    """What is to be done after movements: the actor's lines, overdue ones first."""
    context = {"lines": queries.duties(request.actor), "nav": NAV}
    return render(request, "lifecycle/duties.html", context)


@page("cases.own")
@require_POST
def sign(request: ActorRequest, item: int) -> HttpResponse:
    """Signs one duty."""
    form = SignForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择“已办”或“不涉及”。"))
        return redirect("lifecycle:duties")
    try:
        actions.sign(
            request.actor,
            item=item,
            state=form.cleaned_data["state"],
            note=form.cleaned_data["note"],
        )
    except BadMovement as bad:
        messages.error(request, say(bad.problems[0].message))
    else:
        messages.success(request, _("已记下，由你签收。"))
    return redirect("lifecycle:duties")


@page("lifecycle.start")
@require_http_methods(["GET", "POST"])
def choose(request: ActorRequest) -> HttpResponse:
    """Which movement, and of whom; a former employee is found by number."""
    data = request.POST if request.method == "POST" else None
    form, former = PickForm(), FormerForm()
    chosen = request.GET.get("kind", "")
    if data is not None and "number" in data:
        former = FormerForm(data)
        if former.is_valid():
            found = _former(request.actor, former.cleaned_data["number"])
            if found is not None:
                return redirect("lifecycle:start", kind="newcomer", subject=found)
            former.add_error(
                "number", _("没有找到离职人员的档案；第一次入职请先新建档案或发采集表。")
            )
    elif data is not None:
        form = PickForm(data)
        if form.is_valid():
            try:
                person = person_finder(request.actor)(form.cleaned_data["person"].strip())
            except BadValue as bad:
                form.add_error("person", say(bad.message))
            else:
                return redirect("lifecycle:start", kind=form.cleaned_data["kind"], subject=person)
        chosen = data.get("kind", "")
    context = {
        "form": form,
        "former": former,
        "kinds": KIND_CHOICES,
        "chosen": chosen if chosen in Kind.values else "newcomer",
        "nav": NAV,
    }
    return render(request, "lifecycle/choose.html", context, status=422 if data else 200)


def _former(actor: Actor, number: str) -> UUID | None:
    """The departed person with this identity or employee number, within reach."""
    text = number.strip().upper()
    found = [find_by_unique(f"identity.{key}", text) for key in ("id_number", "employee_number")]
    people = [standing_of(subject) for subject in found if subject is not None]
    within = reach(actor, "start")
    left = [
        person.subject
        for person in people
        if person.state == "departed" and within.contains(person.subject, person.path)
    ]
    actor.trail.add(Event("search.run", detail={"text": text}, facts={"hits": len(left)}))
    return left[0] if left else None


@page("lifecycle.start")
@require_http_methods(["GET", "POST"])
def start(request: ActorRequest, kind: str, subject: UUID) -> HttpResponse:
    """The form of one kind for one person."""
    if kind not in Kind.values:
        raise Absent
    person = _within(request.actor, subject)
    return _Starting(request, kind, person).answer()


def _within(actor: Actor, subject: UUID) -> Standing:
    """The person, if a movement of theirs may be begun by the actor."""
    person = standing_of(subject)
    if not reach(actor, "start").contains(subject, person.path):
        raise Absent
    return person


@page("lifecycle.own")
@require_safe
def own(request: ActorRequest) -> HttpResponse:
    """The person's own movements, and what they may ask for."""
    context = {"lines": queries.own_movements(request.actor), "nav": "my-movements"}
    return render(request, "lifecycle/own.html", context)


@page("lifecycle.own")
@require_http_methods(["GET", "POST"])
def own_start(request: ActorRequest, kind: str) -> HttpResponse:
    """The written notice of departure, or the request for regularisation with its summary."""
    if kind not in OWN_KINDS or request.actor.subject is None:
        raise Absent
    person = standing_of(request.actor.subject)
    return _Starting(request, kind, person, by_self=True).answer()


@page("cases.own")
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, movement: UUID) -> HttpResponse:
    """A returned movement, to be changed and sent again by whoever began it."""
    found = Movement.objects.filter(
        pk=movement, opened_by=request.actor.id, state=State.RETURNED
    ).first()
    if found is None:
        raise Absent
    require(request.actor, "lifecycle.own" if found.by_self else "lifecycle.start")
    person = standing_of(found.subject)
    starting = _Starting(request, found.kind, person, by_self=found.by_self, movement=found)
    return starting.answer()


@page("cases.own")
@require_safe
def paper(request: ActorRequest, movement: UUID, key: str) -> HttpResponse:
    """One paper as PDF; the file name says nothing about anybody."""
    body = queries.paper(request.actor, movement, key)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAMES[key]}.pdf"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@dataclass(frozen=True, slots=True)
class _Now:
    """A line of where the person stands, for the head of a form."""

    label: str
    text: str


class _Starting:
    """One form on its way to becoming a movement, new or returned."""

    def __init__(
        self,
        request: ActorRequest,
        kind: str,
        person: Standing,
        *,
        by_self: bool = False,
        movement: Movement | None = None,
    ) -> None:
        self.request, self.kind, self.person = request, kind, person
        self.by_self, self.movement = by_self, movement
        data = request.POST if request.method == "POST" else None
        request.actor.trail.add(Event("movement.read", subject=person.subject, object=kind))
        self.form = StartForm(
            request.actor,
            kind,
            person,
            form_context(request.actor),
            data,
            by_self=by_self,
            body=open_body(person.key, movement) if movement else None,
            effective=movement.effective if movement else suggested_day(kind, person, _today()),
        )

    def answer(self) -> HttpResponse:
        if self.request.method == "POST" and self.form.is_valid():
            saved = self._save()
            if saved is not None:
                messages.success(self.request, _("已提交，进入审批。"))
                return redirect(self._after(saved))
        status = 422 if self.request.method == "POST" else 200
        return render(self.request, "lifecycle/start.html", self._context(), status=status)

    def _save(self) -> Movement | None:
        body, effective = self._body(), self.form.cleaned_data["effective"]
        try:
            if self.movement is not None:
                return actions.revise(
                    self.request.actor, movement=self.movement.id, body=body, effective=effective
                )
            return actions.start(
                self.request.actor,
                kind=self.kind,
                subject=self.person.subject,
                body=body,
                effective=effective,
                by_self=self.by_self,
            )
        except BadMovement as bad:
            self.form.refuse_all(bad)
        except (AlreadyMoving, CannotStart, CannotTakeEffect) as problem:
            self.form.add_error(None, say(problem.message))
        except Refused as refused:
            self.form.add_error(None, say(refused.reason) or _("你不能办理这项变动。"))
        return None

    def _body(self) -> Body:
        body = self.form.body()
        if self.by_self and self.kind == Kind.DEPARTURE and not body.text("notified_on"):
            return body.told(notified_on=_today().isoformat())
        return body

    def _after(self, saved: Movement) -> str:
        return (
            reverse("workflow:case", args=[saved.case]) if saved.case else reverse("lifecycle:own")
        )

    def _context(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "kind": self.kind,
            "kind_label": KIND_LABELS[self.kind],
            "help": KIND_HELP[self.kind],
            "by_self": self.by_self,
            "name": roster_queries.names([self.person.subject]).get(self.person.subject, ""),
            "now": self._now(),
            "again": self.kind == Kind.NEWCOMER and self.person.state == "departed",
            "returned": self.movement is not None,
            "errors": sum(len(errors) for errors in self.form.errors.values()),
            "nav": "my-movements" if self.by_self else NAV,
        }

    def _now(self) -> list[_Now]:
        sight = queries.Sight(self.request.actor, self.person, None)
        found = []
        for path in SHOWN_NOW:
            info_set, _dot, field = path.partition(".")
            item = self.person.dictionary.sets[info_set].by_key[field]
            value = self.person.field(path)
            text = sight.text(path, value)  # type: ignore[arg-type]  # a stored value
            label = in_language(item.label, item.label_en)
            if text:
                found.append(_Now(_("合同到期") if info_set == "contract" else label, text))
        return found


def _today() -> date:
    return timezone.localdate()
