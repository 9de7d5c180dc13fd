"""核对回避: a third person looks at what keeps two people apart, and clears a mere likeness."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dangan.access import units
from dangan.access.models import Account
from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary
from dangan.dossiers.models import Subject
from dangan.materials.avoidance import actions, queries
from dangan.materials.avoidance.rules import Match
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.models import Volume
from dangan.materials.consultation.forms.others import ClearForm
from dangan.ui.languages import label
from dangan.ui.messages import say
from dangan.workflow.views.deeds import found_people


@dataclass(frozen=True, slots=True)
class MatchLine:
    """One family row in the way; words are empty where the asker may not read them."""

    owner: str
    relation: str
    name: str
    born: str
    sure: bool
    readable: bool


@page("consultation.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def clearing(request: ActorRequest) -> HttpResponse:
    """Shows whether two people must keep away from each other's files, and clears them."""
    form = ClearForm(request.actor, request.POST if request.method == "POST" else None)
    lines: list[MatchLine] | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        reader = Account.objects.filter(pk=given["account"][0]).values_list("subject", flat=True)
        found = reader.first()
        volume: Volume = given["volume"]
        if found is None:
            form.add_error("account", _("这个账号没有对应的档案，没有家庭成员记录可核对。"))
        elif "clear" in request.POST:
            try:
                done = actions.clear(
                    request.actor, reader=found, subject=volume.subject_id, reason=given["reason"]
                )
            except actions.AvoidanceProblem as problem:
                form.add_error("reason", say(problem.message))
            else:
                messages.success(request, _("已核销 {n} 条，理由已登记。").format(n=done))
                return redirect("consultation:avoidance")
        if found is not None:
            lines = _lines(request.actor, found, volume)
    chosen = request.POST.getlist("account")[:1]
    typed = request.POST.get("who", "")
    context = {
        "form": form,
        "lines": lines,
        "readable": lines is not None and all(line.readable for line in lines),
        "found": found_people(request.actor, typed, chosen),
        "typed": typed,
        "nav": "consultations",
    }
    status = 422 if form.errors else 200
    return render(request, "consultation/avoidance.html", context, status=status)


def _lines(actor: Actor, reader: UUID, volume: Volume) -> list[MatchLine]:
    """What is in the way, cut to rights; nothing about units out of reach."""
    people_asked = Subject.objects.filter(pk__in=[reader, volume.subject_id])
    if not all(
        actor.may_at("consultation.manage", units.path(person.unit)) for person in people_asked
    ):
        return []
    actor.trail.add(Event("avoidance.read", subject=volume.subject_id))
    actor.trail.add(Event("avoidance.read", subject=reader))
    found = queries.standing_matches(reader, volume.subject_id)
    people = shown.people(actor, {match.member.owner for match in found})
    return [_line(actor, match, people[match.member.owner].name) for match in found]


def _line(actor: Actor, match: Match, owner: str) -> MatchLine:
    readable = actions.may_judge(actor, match.member.owner)
    if not readable:
        return MatchLine(owner, "", "", "", match.sure, False)
    member = match.member
    return MatchLine(owner, _title(member.relation), member.name, member.born, match.sure, True)


def _title(code: str) -> str:
    table = dictionary.current().code_tables.get("family_relation")
    found = next((one for one in table.choices if one.code == code), None) if table else None
    return label(found.name, found.en) if found else _("紧急联系人")
