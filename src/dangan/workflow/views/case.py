"""One case: where it stands, what it is about, what was said, and what the reader may do now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Actor
from dangan.files import queries as file_queries
from dangan.files.queries import FileInfo
from dangan.workflow import queries
from dangan.workflow.handling import CaseKind, kind_of
from dangan.workflow.models import Case
from dangan.workflow.queries import CaseView, CommentView, Turn
from dangan.workflow.views import shown
from dangan.workflow.views.words import DEEDS, Deed

MAIN = ("refuse", "return", "opinion", "retry", "agree")
"""What stands at the right of the head, in this order."""
BESIDE = ("add", "transfer")
MORE = ("delegate", "remove", "copy", "urge", "withdraw")


@dataclass(frozen=True, slots=True)
class Act:
    """A button of the head."""

    key: str
    label: str | Promise
    icon: str
    url: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """The form of a fill step, as it is or as it was sent."""

    case: Case
    turn: Turn
    form: Form


@dataclass(frozen=True, slots=True)
class Talk:
    """A comment with its files, ready to be drawn."""

    comment: CommentView
    files: tuple[FileInfo, ...]
    parts: tuple[tuple[str, bool], ...]
    """The text in pieces; True marks a mention."""


@page("cases.own")
@require_safe
def case(request: ActorRequest, case: UUID) -> HttpResponse:
    """The page of a case, for whoever takes part in it."""
    return answer(request, queries.case_view(request.actor, case))


@page("cases.own")
@require_safe
def printed(request: ActorRequest, case: UUID) -> HttpResponse:
    """The case on A4, without navigation."""
    view = queries.case_view(request.actor, case)
    context = _context(request, view) | {"now": timezone.now(), "by": request.actor.name}
    return render(request, "workflow/print.html", context)


def answer(
    request: ActorRequest, view: CaseView, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of ``view``; ``more`` brings back a form that was refused."""
    return render(request, "workflow/case.html", _context(request, view) | more, status=status)


def _context(request: ActorRequest, view: CaseView) -> dict[str, Any]:
    actor, turn = request.actor, turn_of(view, request.GET)
    kind = _kind(view)
    due = None if view.case.ended else shown.due_of(view)
    infos = file_queries.infos(_file_ids(view))
    now = timezone.now()
    return {
        "view": view,
        "case": view.case,
        "shape": shown.SHAPES[view.state],
        "content": kind.content(actor, view.case) if kind else None,
        "content_template": kind.template if kind else "",
        "nodes": shown.diagram(view),
        "mode": _mode_words(view),
        "due": due,
        "left": shown.left(due, now) if due else "",
        "late": due is not None and due < now,
        "took": shown.span((view.case.finished_at or now) - view.case.opened_at),
        "waiting": _waiting(view),
        "turn": turn,
        "turns": _turns(view, turn),
        "buttons": buttons(view, turn),
        "fill": _fill(actor, view, kind, turn),
        "edit_url": kind.edit_url(view.case) if kind and _may_edit(turn) else "",
        "talks": [talk(comment, infos) for comment in view.comments],
        "people": people_in(view, without=actor.id),
        "seen_by": _seen_by(view),
        "papers": [infos[file] for file in view.files if file in infos],
        "definition_url": _definition_url(actor, view),
        "nav": "flows-started" if view.case.initiator == actor.id else "flows-todo",
    }


def _kind(view: CaseView) -> CaseKind | None:
    try:
        return kind_of(view.case.kind)
    except LookupError:
        return None


def _file_ids(view: CaseView) -> set[UUID]:
    return {*view.files, *(file for comment in view.comments for file in comment.files)}


def turn_of(view: CaseView, given: Mapping[str, Any]) -> Turn | None:
    """The turn that ``?step=`` and ``?for=`` name, else the first."""
    step, for_whom = given.get("step", ""), given.get("for", "")
    for turn in view.turns:
        if turn.step == step and str(turn.on_behalf_of or "") == for_whom:
            return turn
    return view.turns[0] if view.turns else None


def _turns(view: CaseView, chosen: Turn | None) -> list[tuple[Turn, str, bool]]:
    """The turns to choose from when there are several: (turn, address, chosen)."""
    if len(view.turns) < 2:
        return []
    here = reverse("workflow:case", args=[view.case.id])
    return [(turn, f"{here}?{urlencode(_given(turn))}", turn is chosen) for turn in view.turns]


def _given(turn: Turn | None) -> dict[str, str]:
    if turn is None:
        return {}
    given = {"step": turn.step}
    if turn.on_behalf_of:
        given["for"] = str(turn.on_behalf_of)
    return given


def _may_edit(turn: Turn | None) -> bool:
    return turn is not None and "resubmit" in turn.verbs


@dataclass(frozen=True, slots=True)
class Buttons:
    """The head's buttons: ``beside`` and ``main`` stand open, ``more`` under 更多."""

    beside: tuple[Act, ...]
    main: tuple[Act, ...]
    more: tuple[Act, ...]

    @property
    def thumb(self) -> tuple[Act, ...]:
        """What stays at the thumb on a phone: 同意 and 退回, or what takes their place."""
        return tuple(act for act in self.main if act.key != "refuse")[-2:]

    @property
    def rest(self) -> tuple[Act, ...]:
        """What goes under 更多 on a phone."""
        thumb = {act.key for act in self.thumb}
        return tuple(
            act for act in (*self.main, *self.beside, *self.more) if act.key not in thumb
        )  # fmt: skip


def buttons(view: CaseView, turn: Turn | None) -> Buttons:
    """The buttons of what the reader may do, in the order of the page."""
    held = view.may | (turn.verbs if turn else frozenset())

    def acts(keys: Iterable[str]) -> tuple[Act, ...]:
        return tuple(
            _act(view, turn, DEEDS[key]) for key in keys if DEEDS[key].verb in held
        )  # fmt: skip

    return Buttons(acts(BESIDE), acts(MAIN), acts(MORE))


def _act(view: CaseView, turn: Turn | None, deed: Deed) -> Act:
    url = reverse("workflow:deed", args=[view.case.id, deed.key])
    given = _given(turn) if deed.of_step else {}
    return Act(
        deed.key,
        deed.label,
        deed.icon,
        f"{url}?{urlencode(given)}" if given else url,
        primary=deed.key in ("agree", "opinion", "retry"),
    )


def _fill(actor: Actor, view: CaseView, kind: CaseKind | None, turn: Turn | None) -> Fill | None:
    """The form that the turn's fill step asks for."""
    if kind is None or turn is None or "fill" not in turn.verbs:
        return None
    form = kind.fill_form(actor, view.case, turn.part)
    return Fill(view.case, turn, form)


def _mode_words(view: CaseView) -> str:
    """What the present step waits for, in a few words beside the diagram's title."""
    steps = list(shown.now_steps(view.steps))
    if len(steps) > 1:
        return _("{n} 个环节同时办理，都办完才往下走").format(n=len(steps))
    if not steps or len(steps[0].signers) < 2:
        return ""
    n = len(steps[0].signers)
    return {
        "all": _("会签：{n} 方都同意才往下走").format(n=n),
        "ratio": _("会签：同意达到比例即往下走"),
        "in_turn": _("依次：{n} 人按顺序办理").format(n=n),
        "any": _("或签：任一人办理即可"),
    }.get(steps[0].mode, "")


def _waiting(view: CaseView) -> list[tuple[str, str, str]]:
    """Who has the case now: (names, step, how long)."""
    if view.state == "returned":
        return [(view.initiator_name, _("修改后重新提交"), "")]
    found = []
    for step in shown.now_steps(view.steps):
        open_signers = [signer for signer in step.signers if not signer.verdict]
        since = [signer.since for signer in open_signers if signer.since]
        names = _("、").join(signer.name for signer in open_signers[:3])
        if len(open_signers) > 3:
            names = _("{names}等 {n} 人").format(names=names, n=len(open_signers))
        long = shown.span(timezone.now() - min(since)) if since else ""
        found.append((names, step.label, long))
    return found


def _definition_url(actor: Actor, view: CaseView) -> str:
    if not actor.may("definitions.view"):
        return ""
    version = view.case.definition_version
    url = reverse("workflow:definition", args=[version.definition_id])
    return f"{url}?version={version.version}"


def people_in(view: CaseView, *, without: UUID) -> list[tuple[UUID, str]]:
    """Those who take part in the case by name: whom a comment may mention."""
    found = {view.case.initiator: view.initiator_name}
    for step in _every(view.steps):
        found |= {signer.account: signer.name for signer in step.signers}
    found |= {comment.by: comment.name for comment in view.comments}
    found.pop(without, None)
    return sorted(found.items(), key=lambda pair: pair[1])


def _seen_by(view: CaseView) -> str:
    """Who reads the discussion; said beside it, so that nobody writes unawares.

    Told apart by name: a namesake among the signers makes it say too much, never too little.
    """
    names = {name for _account, name in people_in(view, without=UUID(int=0))}
    if view.subject_name and view.subject_name in names | set(view.copies):
        return _("当事人可见")
    return _("参与人可见")


def _every(steps: Iterable[queries.StepView]) -> Iterable[queries.StepView]:
    for step in steps:
        yield step
        for _label, _chosen, inner in step.rows:
            yield from _every(inner)


def talk(comment: CommentView, infos: Mapping[UUID, FileInfo]) -> Talk:
    """A comment with its mentions marked and its files named."""
    files = tuple(infos[file] for file in comment.files if file in infos)
    return Talk(comment, files, tuple(_marked(comment.text, comment.mentions)))


def _marked(text: str, names: Iterable[str]) -> list[tuple[str, bool]]:
    """``text`` cut at every ``@name`` of ``names``."""
    parts = [(text, False)]
    for name in sorted(set(names), key=len, reverse=True):
        cut: list[tuple[str, bool]] = []
        for part, marked in parts:
            if marked or f"@{name}" not in part:
                cut.append((part, marked))
                continue
            pieces = part.split(f"@{name}")
            for number, piece in enumerate(pieces):
                if number:
                    cut.append((f"@{name}", True))
                if piece:
                    cut.append((piece, False))
        parts = cut
    return parts
