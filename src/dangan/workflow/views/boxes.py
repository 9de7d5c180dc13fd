"""The four boxes of the desk, and agreeing to several tasks of the same step at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.ui.templatetags.dangan import moment
from dangan.workflow import actions, queries
from dangan.workflow.models import Task
from dangan.workflow.queries import Box, DeskLine, DeskPage
from dangan.workflow.views import proving, shown

LIMIT = 30
"""Lines a page: drawing them is most of what a page costs."""
AT_ONCE = 30
"""As many tasks as are agreed to with one click: what fits on a page."""


@dataclass(frozen=True, slots=True)
class BoxText:
    """The words of one box."""

    key: Box
    label: str | Promise
    about: str | Promise
    when: str | Promise
    symbol: str
    empty: str | Promise
    empty_text: str | Promise


BOXES: dict[str, BoxText] = {
    box.key: box
    for box in (
        BoxText(
            "todo",
            gettext_lazy("待我处理"),
            gettext_lazy("轮到你办理的，先到期的在前"),
            gettext_lazy("办理时限"),
            "inbox",
            gettext_lazy("没有待你处理的事项"),
            gettext_lazy("轮到你办理时会出现在这里，并发通知给你。"),
        ),
        BoxText(
            "started",
            gettext_lazy("我发起的"),
            gettext_lazy("你提交的，最近的在前"),
            gettext_lazy("发起"),
            "send",
            gettext_lazy("你还没有发起过流程"),
            gettext_lazy("修改自己的信息、为员工办理变动，提交后在这里看进度。"),
        ),
        BoxText(
            "copied",
            gettext_lazy("抄送我的"),
            gettext_lazy("只需知道，不用办理"),
            gettext_lazy("送达"),
            "at",
            gettext_lazy("没有抄送给你的事项"),
            gettext_lazy("别人抄送给你的会出现在这里，不用办理。"),
        ),
        BoxText(
            "done",
            gettext_lazy("已办"),
            gettext_lazy("你办理过的，最近的在前"),
            gettext_lazy("办理"),
            "checks",
            gettext_lazy("你还没有办理过事项"),
            gettext_lazy("同意、退回、拒绝过的事项留在这里备查。"),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to narrow the box, as a link."""

    label: str | Promise
    url: str
    count: int | None = None
    on: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a row; ``task`` is set when it may be agreed to with others of its ``group``."""

    id: UUID
    number: str
    url: str
    label: str
    flow: str
    icon: str
    title: str
    name: str
    subject: UUID | None
    unit: str
    step: str
    when: str
    late: bool
    near: bool
    track: shown.Track
    over: bool
    stopped: bool
    shape: str
    word: str
    unread: bool
    deputy_for: str
    task: int | None
    group: str
    agree_url: str


def rows(found: DeskPage) -> list[Line]:
    """The lines of a page as rows."""
    kinds = {key: label for key, label, _count in found.kinds}
    return [row(line, found.box, kinds.get(line.kind, line.label)) for line in found.lines]


def row(line: DeskLine, box: Box, kind_label: str) -> Line:
    """A desk line as its row shows it."""
    url = reverse("workflow:case", args=[line.case])
    when = shown.when_due(line) if box == "todo" else moment(line.since)
    due = line.due_at
    return Line(
        id=line.case,
        number=line.number,
        url=url,
        label=kind_label,
        flow=line.label,
        icon=line.icon,
        title=line.summary or line.label,
        name=line.subject_name,
        subject=line.subject,
        unit=line.unit_label,
        step=line.step_label,
        when=when,
        late=line.overdue,
        near=due is not None and due - timezone.now() < shown.NEAR,
        track=shown.track(*line.progress),
        over=line.state == "agreed",
        stopped=line.state in ("refused", "withdrawn"),
        shape=shown.SHAPES[line.state],
        word=str(shown.WORDS[line.state]),
        unread=line.unread,
        deputy_for=line.on_behalf_of_name,
        task=line.task if line.batchable and box == "todo" else None,
        group=f"{line.definition}/{line.step}",
        agree_url=agree_url(line),
    )


def agree_url(line: DeskLine) -> str:
    """Where the reader agrees to the line's task."""
    given = {"step": line.step}
    if line.on_behalf_of:
        given["for"] = str(line.on_behalf_of)
    return f"{reverse('workflow:deed', args=[line.case, 'agree'])}?{urlencode(given)}"


@page("cases.own")
@require_safe
def todo(request: ActorRequest) -> HttpResponse:
    """What waits for the actor; ``?box=`` leads to the other boxes."""
    wanted = request.GET.get("box", "todo")
    if wanted in BOXES and wanted != "todo":
        return redirect(f"workflow:{wanted}")
    return _box(request, "todo")


@page("cases.own")
@require_safe
def done(request: ActorRequest) -> HttpResponse:
    """What the actor has decided."""
    return _box(request, "done")


@page("cases.own")
@require_safe
def started(request: ActorRequest) -> HttpResponse:
    """What the actor has submitted."""
    return _box(request, "started")


@page("cases.own")
@require_safe
def copied(request: ActorRequest) -> HttpResponse:
    """What the actor was told of."""
    return _box(request, "copied")


def _box(request: ActorRequest, box: Box) -> HttpResponse:
    kind, state = _key(request.GET.get("kind", "")), _key(request.GET.get("state", ""))
    offset = (_number(request.GET.get("page", "")) - 1) * LIMIT
    found = queries.desk(
        request.actor, box, kind=kind, state=state, offset=offset, limit=LIMIT
    )  # fmt: skip
    states = () if box == "todo" else _states(found, box, kind, state)
    context = {
        "box": BOXES[box],
        "boxes": _boxes(found),
        "kinds": _kinds(found, box, kind, state),
        "states": states,
        "state_on": next((item for item in states if item.on and item.key), None),
        "lines": rows(found),
        "page": found,
        "nav": f"flows-{box}" if box != "done" else "flows-todo",
    }
    return render(request, "workflow/flows.html", context)


def _key(text: str) -> str:
    """A key as definitions and kinds have; nothing for what can be none."""
    return text if text.isascii() and text.isidentifier() and len(text) <= 40 else ""


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= 6 else 1


def _boxes(found: DeskPage) -> list[Choice]:
    """The tabs; only the open one knows its number."""
    whole = sum(count for _key, _label, count in found.kinds)
    return [
        Choice(
            box.label,
            reverse(f"workflow:{box.key}"),
            whole if box.key == found.box else None,
            box.key == found.box,
            box.key,
        )
        for box in BOXES.values()
    ]


def _kinds(found: DeskPage, box: Box, kind: str, state: str) -> list[Choice]:
    """All and each kind with its number; nothing where there is but one."""
    if len(found.kinds) <= 1 and not kind:
        return []
    whole = sum(count for _key, _label, count in found.kinds)
    return [
        Choice(label, _address(box, kind=key, state=state), count, key == kind, key)
        for key, label, count in (("", _("全部"), whole), *found.kinds)
    ]


def _states(found: DeskPage, box: Box, kind: str, state: str) -> list[Choice]:
    if len(found.states) <= 1 and not state:
        return []
    return [
        Choice(label, _address(box, kind=kind, state=key), count, key == state, key)
        for key, label, count in (("", _("全部"), None), *found.states)
    ]


def _address(box: Box, **given: str) -> str:
    told = urlencode({key: value for key, value in given.items() if value})
    return reverse(f"workflow:{box}") + (f"?{told}" if told else "")


@page("cases.own")
@require_POST
def confirm_many(request: ActorRequest) -> HttpResponse:
    """Says what agreeing to the chosen tasks would do, before it is done."""
    chosen = _chosen(request)
    lines = [line for line in _todo(request) if line.task in chosen]
    groups = {(line.definition, line.step) for line in lines}
    context = {
        "lines": [row(line, "todo", line.label) for line in lines],
        "problem": _problem(lines, groups),
        "missing": len(chosen) - len(lines),
        "back": reverse("workflow:todo"),
        "nav": "flows-todo",
    }
    name = "confirm_many_dialog" if request.headers.get("HX-Request") else "confirm_many"
    return render(request, f"workflow/{name}.html", context)


def _todo(request: ActorRequest) -> Sequence[DeskLine]:
    """The actor's tasks, as many as can have been chosen from pages of the box."""
    return queries.desk(request.actor, "todo", limit=500).lines


def _problem(lines: Sequence[DeskLine], groups: set[tuple[str, str]]) -> str:
    if not lines:
        return _("选中的事项都已不在待办里，可能已由别人办理。")
    if len(groups) > 1:
        return _("选中的分属 {n} 个步骤。批量同意一次只办同一流程的同一步骤，请分次选择。").format(
            n=len(groups)
        )
    if not all(line.batchable for line in lines):
        return _("其中有要填写内容的，请逐件打开办理。")
    return ""


def _chosen(request: ActorRequest) -> list[int]:
    given = request.POST.getlist("task")[:AT_ONCE]
    return [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19]


@page("cases.own")
@require_POST
def agree_many(request: ActorRequest) -> HttpResponse:
    """Agrees to the chosen tasks, each by itself, and says what became of each."""
    kinds = Task.objects.filter(pk__in=_chosen(request)).values_list("case__kind", flat=True)
    asked = proving.asked_first(request, set(kinds))
    if asked is not None:
        return asked
    words = request.POST.get("words", "").strip()[:2000]
    results = actions.agree_many(request.actor, tasks=_chosen(request), words=words)
    context = {
        "agreed": [result for result in results if not result.problem],
        "refused": [result for result in results if result.problem],
        "nav": "flows-todo",
    }
    return render(request, "workflow/agreed_many.html", context)


PANEL_LINES: dict[Box, int] = {"todo": 9, "started": 4}
RUNNING = frozenset({"open", "returned", "waiting"})


def panel(request: ActorRequest, box: Box) -> dict[str, object] | None:
    """A panel of the work desk: the first lines of a box, how many there are; None for none."""
    found = queries.desk(request.actor, box, limit=PANEL_LINES[box])
    if not found.total:
        return None
    return {
        "url": reverse(f"workflow:{box}"),
        "kinds": _kinds(found, box, "", ""),
        "total": found.total,
        "running": sum(n for state, _label, n in found.states if state in RUNNING),
        "lines": rows(found),
        "more": found.total - len(found.lines),
    }
