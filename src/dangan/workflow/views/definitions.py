"""流程定义: the list, one with its diagram and versions, what changed, and who would decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import account_of_subject
from dangan.access.rules import Absent, Actor
from dangan.organization import people as organization_people
from dangan.organization import queries as organization_queries
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say
from dangan.workflow import actions, queries
from dangan.workflow import definitions_store as store
from dangan.workflow.forms.dry import DryForm
from dangan.workflow.handling import CaseKind, kind_of
from dangan.workflow.problems import BadDefinition, NotAllowed
from dangan.workflow.queries import DefinitionView
from dangan.workflow.rules import definitions as shapes
from dangan.workflow.rules import showing
from dangan.workflow.views import shown, wording

FOUND = 8


@page("definitions.view")
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """All definitions with the version in use and the cases that run."""
    lines = queries.definitions(request.actor)
    context = {"lines": lines, "nav": "definitions"}
    return render(request, "workflow/definitions.html", context)


@page("definitions.view")
@require_safe
def one(request: ActorRequest, key: str) -> HttpResponse:
    """One definition: diagram, steps in words, versions."""
    view = queries.definition(request.actor, key, _version(request.GET.get("version", "")))
    return render(request, "workflow/definition.html", _context(request.actor, view))


def _version(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _context(actor: Actor, view: DefinitionView) -> dict[str, Any]:
    kind = kind_or_none(str(view.body.get("kind", "")))
    drafts = [line.version for line in view.versions if line.state == "draft"]
    serving = next((line for line in view.versions if line.state == "serving"), None)
    return {
        "view": view,
        "label": in_language(str(view.body.get("label", "")), str(view.body.get("label_en", ""))),
        "kind": kind,
        "nodes": diagram_of(view.body),
        "lines": wording.steps(view.body, kind),
        "problems": view.problems,
        "blocked": bool(errors_of(view.body)),
        "serving": serving,
        "draft": drafts[0] if drafts else None,
        "may_edit": actor.may("definitions.edit"),
        "shapes": {"draft": "draft", "serving": "ok", "withdrawn": "off"},
        "nav": "definitions",
    }


def errors_of(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What keeps the body from serving, as (step, sentence)."""
    try:
        definition = shapes.parse(body)
    except shapes.BadDefinition as bad:
        return [("", say(bad.message))]
    return [(step, say(message)) for step, message in store.problems_of(definition)]


def kind_or_none(key: str) -> CaseKind | None:
    """The kind, or None while no room knows it."""
    try:
        return kind_of(key)
    except LookupError:
        return None


def diagram_of(body: Mapping[str, Any]) -> tuple[shown.Node, ...]:
    """The bare diagram of a body; nothing for one that has no shape yet."""
    try:
        definition = shapes.parse(body)
    except shapes.BadDefinition:
        return ()
    texts = {step["key"]: step for step in wording.every(body)}
    first = shown.Node(_("提交"), "next", "player-play", ())
    return (first, *_nodes(showing.diagram(definition), texts))


def _nodes(
    nodes: Sequence[showing.Node], texts: Mapping[str, Mapping[str, Any]]
) -> tuple[shown.Node, ...]:
    return tuple(_node(node, texts) for node in nodes)


ICONS = {
    "approve": "user-check",
    "fill": "forms",
    "notify": "at",
    "act": "bolt",
    "branch": "arrows-split-2",
    "parallel": "arrows-split",
}


def _node(node: showing.Node, texts: Mapping[str, Mapping[str, Any]]) -> shown.Node:
    label = in_language(node.label, node.label_en) or _("（未命名）")
    if node.lanes:
        lanes = tuple(
            shown.Lane(
                in_language(lane.label, lane.label_en) or (_("其余情况") if lane.otherwise else ""),
                _nodes(lane.nodes, texts),
            )
            for lane in node.lanes
        )
        frame = f"{_('按条件') if node.kind == 'branch' else _('同时进行')} {label}"
        return shown.Node(label, "next", frame=frame, lanes=lanes, key=node.key)
    who = wording.who(texts.get(node.key, {}))
    return shown.Node(label, "next", ICONS[node.kind], (who,) if who else (), key=node.key)


@page("definitions.edit")
@require_POST
def serve(request: ActorRequest, key: str) -> HttpResponse:
    """启用: new cases follow the version from now on."""
    version = _version(request.POST.get("version", ""))
    if version is None:
        raise Absent
    try:
        actions.serve_definition(request.actor, key=key, version=version)
    except (BadDefinition, NotAllowed) as problem:
        messages.error(request, said(problem))
        return redirect(f"{reverse('workflow:definition', args=[key])}?version={version}")
    messages.success(
        request, _("第 {n} 版已启用，新发起的按它走；办理中的仍走原来的版本。").format(n=version)
    )
    return redirect("workflow:definition", key)


@page("definitions.edit")
@require_POST
def withdraw(request: ActorRequest, key: str) -> HttpResponse:
    """停用: no new cases; those that run go on."""
    try:
        actions.withdraw_definition(request.actor, key=key)
    except NotAllowed as problem:
        messages.error(request, said(problem))
    else:
        messages.success(request, _("已停用，不能再发起；办理中的照常走完。"))
    return redirect("workflow:definition", key)


def said(problem: BadDefinition | NotAllowed) -> str:
    """What is wrong, in one line."""
    if isinstance(problem, NotAllowed):
        return say(problem.message)
    told = [say(message) for _step, message in problem.problems]
    more = _("等 {n} 处").format(n=len(told)) if len(told) > 3 else ""
    return _("没有启用：") + _("；").join(told[:3]) + more


@page("definitions.view")
@require_safe
def compare(request: ActorRequest, key: str) -> HttpResponse:
    """Two versions, step by step in words."""
    newest = queries.definition(request.actor, key)
    numbers = sorted(line.version for line in newest.versions)
    b = _version(request.GET.get("b", "")) or newest.version
    earlier = [number for number in numbers if number < b]
    a = _version(request.GET.get("a", "")) or (earlier[-1] if earlier else b)
    kind = kind_or_none(str(newest.body.get("kind", "")))
    sides = [queries.definition(request.actor, key, number) for number in (a, b)]
    context = {
        "view": newest,
        "label": in_language(
            str(newest.body.get("label", "")), str(newest.body.get("label_en", ""))
        ),
        "a": a,
        "b": b,
        "numbers": numbers,
        "changes": wording.changes(sides[0].body, sides[1].body, kind),
        "left": diagram_of(sides[0].body),
        "right": diagram_of(sides[1].body),
        "nav": "definitions",
    }
    return render(request, "workflow/definition_compare.html", context)


@dataclass(frozen=True, slots=True)
class Try:
    """A dry run that was asked for: its steps, or why there are none."""

    steps: Sequence[queries.DryStep] = ()
    name: str = ""


@page("definitions.view")
@require_http_methods(["GET", "HEAD", "POST"])
def dry_run(request: ActorRequest, key: str) -> HttpResponse:
    """如果是某人，由谁办理: nothing is opened, nobody is told."""
    given = request.POST if request.method == "POST" else request.GET
    view = queries.definition(request.actor, key, _version(given.get("version", "")))
    kind = kind_or_none(str(view.body.get("kind", "")))
    found = _people(request) if request.method == "POST" else []
    form = DryForm(
        request.POST if request.method == "POST" else None,
        facts=kind.facts if kind else (),
        found=found,
        units=_units(),
    )
    tried = _tried(request, view, form, found) if form.is_bound and form.is_valid() else None
    context = _context(request.actor, view) | {"form": form, "tried": tried, "found": found}
    status = 422 if form.errors else 200
    return render(request, "workflow/definition_try.html", context, status=status)


def _people(request: ActorRequest) -> list[tuple[UUID, str]]:
    text = request.POST.get("who", "").strip()[:60]
    return organization_people.search(request.actor, text, FOUND) if text else []


def _units() -> list[tuple[str, str]]:
    """Open units, those below set in, for facts that name one."""
    indent = "\N{IDEOGRAPHIC SPACE}"
    tree = organization_queries.tree()
    return [(str(node.id), f"{indent * depth}{node.name}") for node, depth in tree.walk()]


def _tried(
    request: ActorRequest,
    view: DefinitionView,
    form: DryForm,
    found: Sequence[tuple[UUID, str]],
) -> Try | None:
    subject = form.chosen
    if subject is None or subject not in dict(found):
        text = _("有 {n} 个人符合，请选一个").format(n=len(found)) if found else _(
            "没有找到这个人，请写姓名全称或工号"
        )  # fmt: skip
        form.add_error("who", text)
        return None
    own = account_of_subject(subject)
    initiator = own if own and form.cleaned_data["by_self"] else request.actor.id
    try:
        steps = queries.dry_run(
            request.actor,
            definition_body=view.body,
            subject=subject,
            initiator=initiator,
            facts=form.given_facts(),
        )
    except BadDefinition as bad:
        form.add_error(None, said(bad))
        return None
    return Try(steps, dict(found)[subject])
