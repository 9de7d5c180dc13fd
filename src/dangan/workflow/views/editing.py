"""The editor of a definition: a form that holds the whole body, redrawn as it is changed.

Nothing is kept until 保存草稿; every change sends the form, and gets back the diagram and what the
checker says, beside the step it is about. Without script each button sends the form and gets the
page back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access import registry
from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor
from dangan.organization import queries as organization_queries
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say
from dangan.workflow import actions, queries
from dangan.workflow import definitions_store as store
from dangan.workflow.forms import editing as codec
from dangan.workflow.forms.definitions import NewDefinitionForm
from dangan.workflow.handling import CaseKind, Fact, kinds
from dangan.workflow.problems import BadDefinition, NotAllowed
from dangan.workflow.rules import definitions as shapes
from dangan.workflow.views import definitions as pages
from dangan.workflow.views import wording

Body = Mapping[str, Any]
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the checker says of a step; ``grave`` keeps the definition from serving."""

    step: str
    text: str
    grave: bool


@dataclass(frozen=True, slots=True)
class EditWho:
    """One assignee rule as a row."""

    path: str
    item: Body
    name: str = ""
    """The person's name, for the rule that names one."""


@dataclass(frozen=True, slots=True)
class EditCondition:
    """One condition as a row, with the operators and values that fit its fact."""

    path: str
    item: Body
    how: str
    ops: Choices
    choices: Choices
    chosen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditRow:
    """An arm or a lane with its steps."""

    path: str
    item: Body
    number: int
    when: tuple[EditCondition, ...]
    steps: EditList


@dataclass(frozen=True, slots=True)
class EditList:
    """A sequence of steps at a place."""

    path: str
    steps: tuple[EditStep, ...]
    inside: bool = False


@dataclass(frozen=True, slots=True)
class EditStep:
    """One step as the editor shows it."""

    path: str
    number: int
    body: Body
    kind: str
    icon: str
    who_text: str
    findings: tuple[Finding, ...]
    first: bool
    last: bool
    below_fork: bool
    inside: bool
    open: bool
    who: tuple[EditWho, ...] = ()
    arms: tuple[EditRow, ...] = ()
    lanes: tuple[EditRow, ...] = ()
    otherwise: EditList | None = None
    may: tuple[str, ...] = ()
    percent: float = 100
    days: str = "0"
    remind: str = "0"

    @property
    def ident(self) -> str:
        """For ``id`` attributes."""
        return self.path.replace(".", "-")


@dataclass(slots=True)
class _Editor:
    """Turns a body into what the templates draw."""

    body: Body
    kind: CaseKind | None
    findings: Mapping[str, Sequence[Finding]]
    opened: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    units: Choices = ()

    def steps(self) -> EditList:
        return self._list("steps", self.body.get("steps", ()), inside=False)

    def _list(self, path: str, items: Sequence[Body], *, inside: bool) -> EditList:
        made = tuple(
            self._step(f"{path}.{n}", n, items, inside=inside) for n in range(len(items))
        )  # fmt: skip
        return EditList(path, made, inside)

    def _step(self, path: str, n: int, items: Sequence[Body], *, inside: bool) -> EditStep:
        step = items[n]
        key, kind = str(step.get("key", "")), str(step.get("type", "approve"))
        findings = tuple(self.findings.get(key, ()))
        otherwise = step.get("otherwise")
        return EditStep(
            path=path,
            number=n + 1,
            body=step,
            kind=str(wording.TYPES[kind]),
            icon=pages.ICONS[kind],
            who_text=wording.who(step),
            findings=findings,
            first=n == 0,
            last=n == len(items) - 1,
            below_fork=n > 0 and bool(items[n - 1].get("arms") or items[n - 1].get("lanes")),
            inside=inside,
            open=key == self.opened or any(finding.grave for finding in findings),
            who=tuple(self._who(f"{path}.who.{m}", w) for m, w in enumerate(step.get("who", ()))),
            arms=self._rows(f"{path}.arms", step.get("arms", ())),
            lanes=self._rows(f"{path}.lanes", step.get("lanes", ())),
            otherwise=None
            if otherwise is None
            else self._list(f"{path}.otherwise", otherwise, inside=True),
            may=tuple(step.get("may", codec.MAY)),
            percent=_percent(step.get("ratio")),
            days=_number(step.get("days", 0)),
            remind=_number(step.get("remind_days_before", 0)),
        )

    def _who(self, path: str, item: Body) -> EditWho:
        return EditWho(path, item, self.names.get(str(item.get("account", "")), ""))

    def _rows(self, path: str, rows: Sequence[Body]) -> tuple[EditRow, ...]:
        return tuple(
            EditRow(
                f"{path}.{n}",
                row,
                n + 1,
                tuple(
                    self._condition(f"{path}.{n}.when.{m}", item)
                    for m, item in enumerate(row.get("when", ()))
                ),
                self._list(f"{path}.{n}.steps", row.get("steps", ()), inside=True),
            )
            for n, row in enumerate(rows)
        )

    def _condition(self, path: str, item: Body) -> EditCondition:
        fact = next(
            (f for f in (self.kind.facts if self.kind else ()) if f.key == item["fact"]), None
        )
        kind = fact.type if fact else "flag"
        ops = [(op, str(wording.OPS[op])) for op in wording.OPS_OF[kind]]
        value = item.get("value", True)
        many = value if isinstance(value, list | tuple) else [value]
        how = "many" if item.get("op") == "any_of" else _HOW.get(kind, "text")
        return EditCondition(
            path, item, how, ops, self._values(fact), tuple(_told(one) for one in many)
        )

    def _values(self, fact: Fact | None) -> Choices:
        if fact is None:
            return ()
        if fact.type == "unit":
            return self.units
        return [(value, in_language(text, english)) for value, text, english in fact.choices]


_HOW = {"flag": "flag", "number": "number"}


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _number(given: Any) -> str:
    """A number without needless digits; what was typed instead of one as it stands."""
    return f"{given:g}" if isinstance(given, int | float) else str(given)


def _percent(ratio: Any) -> float:
    return ratio * 100 if isinstance(ratio, int | float) else 100


def _context(
    actor: Actor, body: Body, *, opened: str = "", new: bool = False
) -> dict[str, Any]:  # fmt: skip
    kind = pages.kind_or_none(str(body.get("kind", "")))
    found = _found(body)
    findings: dict[str, list[Finding]] = {}
    for finding in found:
        findings.setdefault(finding.step, []).append(finding)
    accounts = {str(w.get("account", "")) for s in wording.every(body) for w in s.get("who", ())}
    ids = [UUID(text) for text in accounts if _UUID.fullmatch(text)]
    names = {str(key): name for key, name in names_of_accounts(ids).items()} if ids else {}
    units = _units(kind)
    editor = _Editor(body, kind, findings, opened, names, units)
    matrix = registry.matrix()
    return {
        "body": {"kind": "", **body},
        "kind": kind,
        "root": editor.steps(),
        "all_steps": _flat(editor.steps()),
        "nodes": pages.diagram_of(body),
        "general": findings.get("", []),
        "problems": sum(finding.grave for finding in found),
        "types": [(key, str(label), pages.ICONS[key]) for key, label in wording.TYPES.items()],
        "modes": list(wording.MODES.items()),
        "rules": list(wording.RULES.items()),
        "mays": list(wording.MAY.items()),
        "roles": [(r.key, in_language(r.label, r.label_en)) for r in matrix.roles.values()],
        "permissions": _permissions(),
        "facts": _named(kind.facts if kind else ()),
        "unit_facts": _named([f for f in kind.facts if f.type == "unit"] if kind else ()),
        "acts": _named(kind.acts if kind else ()),
        "parts": _named(kind.parts if kind else ()),
        "new": new,
        "may_edit": actor.may("definitions.edit"),
        "nav": "definitions",
    }


def _found(body: Body) -> list[Finding]:
    """What the checker says; of a body that has no shape yet, only that."""
    try:
        definition = shapes.parse(body)
    except shapes.BadDefinition as bad:
        return [Finding("", say(bad.message), grave=True)]
    return [
        Finding(item.step, say(item.message), grave=item.severity == "error")
        for item in store.findings_of(definition)
    ]


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _units(kind: CaseKind | None) -> Choices:
    """The units, where a condition may compare one."""
    if kind is None or not any(fact.type == "unit" for fact in kind.facts):
        return ()
    indent = "\N{IDEOGRAPHIC SPACE}"
    walked = organization_queries.tree().walk()
    return [(str(node.id), f"{indent * depth}{node.name}") for node, depth in walked]


def _named(items: Sequence[Any]) -> Choices:
    return [(item.key, in_language(item.label, item.label_en)) for item in items]


def _permissions() -> Choices:
    return [
        (key, in_language(item.label, item.label_en))
        for key, item in registry.permissions().items()
        if not item.token_only
    ]


def _flat(found: EditList) -> list[EditStep]:
    steps: list[EditStep] = []
    for step in found.steps:
        steps.append(step)
        for row in (*step.arms, *step.lanes):
            steps += _flat(row.steps)
        if step.otherwise:
            steps += _flat(step.otherwise)
    return steps


@page("definitions.edit")
@require_safe
def edit(request: ActorRequest, key: str) -> HttpResponse:
    """The editor, with the draft or, without one, the version in use."""
    view = queries.definition(request.actor, key)
    context = _context(request.actor, view.body) | {"key": key, "version": view.version}
    return render(request, "workflow/definition_edit.html", context)


@page("definitions.edit")
@require_POST
def change(request: ActorRequest, key: str) -> HttpResponse:
    """The form after a change: the diagram and the findings, or, after a button, all of it."""
    body = _sent(request, key)
    deed = request.POST.get("deed", "")[:200]
    body, opened = codec.changed(body, deed) if deed else (body, "")
    context = _context(request.actor, body, opened=opened) | {"key": key}
    if not request.headers.get("HX-Request"):
        return render(request, "workflow/definition_edit.html", context)
    name = "edit_body" if deed else "edit_rail_answer"
    return render(request, f"workflow/parts/{name}.html", context)


def _sent(request: ActorRequest, key: str) -> codec.Body:
    """The body in the form; people given by name become accounts where only one fits."""
    body = codec.read({name: request.POST.getlist(name) for name in request.POST})
    body["key"] = key
    for step in codec.walk(body["steps"]):
        for item in step.get("who", ()):
            given = item.get("account", "")
            if given and not _UUID.fullmatch(given):
                fits = queries.people_to_choose(request.actor, given, 2)
                item["account"] = str(fits[0][0]) if len(fits) == 1 else ""
    return body


@page("definitions.edit")
@require_POST
def save(request: ActorRequest, key: str) -> HttpResponse:
    """保存草稿: cases go on by the version in use until the draft is put into use."""
    body = _sent(request, key)
    try:
        saved = actions.save_definition(request.actor, key=key, body=body)
    except (BadDefinition, NotAllowed) as problem:
        context = _context(request.actor, body) | {"key": key, "refused": _why(problem)}
        return render(request, "workflow/definition_edit.html", context, status=422)
    messages.success(
        request, _("草稿已保存（第 {n} 版），启用前不影响办理。").format(n=saved.version)
    )
    return redirect("workflow:definition", key)


def _why(problem: BadDefinition | NotAllowed) -> str:
    if isinstance(problem, NotAllowed):
        return say(problem.message)
    return _("没有保存：") + _("；").join(say(message) for _step, message in problem.problems[:3])


@page("definitions.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """A definition of its own: name, kind and prefix first, then the editor."""
    choices: list[tuple[str, str | Promise]] = [(kind.key, str(kind.label)) for kind in kinds()]
    taken = {line.key for line in queries.definitions(request.actor)}
    form = NewDefinitionForm(
        request.POST if request.method == "POST" else None, kinds=choices, taken=taken
    )
    if request.method == "POST" and form.is_valid():
        body = form.body()
        body["steps"] = [codec.new_step("approve", set()) | {"label": _("审批")}]
        try:
            actions.save_definition(request.actor, key=body["key"], body=body)
        except (BadDefinition, NotAllowed) as problem:
            form.add_error(None, _why(problem))
        else:
            return redirect("workflow:definition_edit", body["key"])
    context = {"form": form, "nav": "definitions"}
    status = 422 if form.errors else 200
    return render(request, "workflow/definition_new.html", context, status=status)
