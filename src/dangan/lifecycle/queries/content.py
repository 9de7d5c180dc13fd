"""What the case page shows of a movement, cut to the reader's rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Json, Message
from dangan.lifecycle.actions import opened_for, signs
from dangan.lifecycle.borrowed import DEPARTMENT, LINE, still_out
from dangan.lifecycle.checklist import checklist
from dangan.lifecycle.effecting import before
from dangan.lifecycle.models import RUNNING, ChecklistItem, Kind, Movement
from dangan.lifecycle.queries.papers import PaperLine, papers_for
from dangan.lifecycle.queries.sight import Shown, Sight
from dangan.lifecycle.rules import law
from dangan.lifecycle.rules.bodies import DETAILS, OUTCOMES, Body, Detail
from dangan.lifecycle.rules.effects import day_of
from dangan.lifecycle.sealing import open_note
from dangan.lifecycle.standing import Standing
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say
from dangan.workflow.models import Case

COMPARED = ("post", "contract", "pay")
NOTE_RULES: Mapping[str, str] = {"finance": "pay.total", "legal": "contract.position"}
"""Whose rule shows what a department wrote; other departments' words everybody reads who may
see the post."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One field from old to new; ``masked`` when either is not shown whole."""

    label: str
    old: str
    new: str
    changed: bool
    masked: bool


@dataclass(frozen=True, slots=True)
class ComparedSet:
    """The fields of one set that a movement touches."""

    label: str
    lines: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A detail of the form."""

    label: str
    text: str
    long: bool = False


@dataclass(frozen=True, slots=True)
class SignedLine:
    """A line of the checklist: ``state`` open, done or none."""

    label: str
    state: str
    state_label: str
    name: str
    at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class SignedDepartment:
    """A department with its lines."""

    label: str
    lines: tuple[SignedLine, ...]
    done: int


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to be done after the effect, with its last day."""

    id: int
    department: str
    label: str
    law: str
    due: date | None
    days_left: int
    overdue: bool
    state: str
    state_label: str
    name: str
    at: datetime | None
    note: str
    may_sign: bool


@dataclass(frozen=True, slots=True)
class MovementContent:
    """The whole movement for one reader."""

    movement: Movement
    kind_label: str
    reason: str
    compared: tuple[ComparedSet, ...]
    details: tuple[Told, ...]
    checks: tuple[Told, ...]
    law: tuple[str, ...]
    departments: tuple[SignedDepartment, ...]
    duties: tuple[Duty, ...]
    papers: tuple[PaperLine, ...]

    @property
    def signed(self) -> int:
        """Lines of the checklist that are signed."""
        return sum(item.done for item in self.departments)

    @property
    def to_sign(self) -> int:
        return sum(len(item.lines) for item in self.departments)


def movement_content(actor: Actor, case: Case) -> MovementContent:
    """The movement of ``case``; who may see the case was decided by whoever opened it."""
    movement, person, body = opened_for(case)
    # The other unit sees more only while the person may come: not of one who does not.
    going = movement.new_unit if movement.state in RUNNING else None
    sight = Sight(actor, person, going)
    items = list(movement.items.order_by("id"))
    names = names_of_accounts({item.by for item in items if item.by})
    actor.trail.add(Event("movement.read", subject=movement.subject, object=str(movement.id)))
    return MovementContent(
        movement=movement,
        kind_label=_kind_label(movement.kind),
        reason=body.reason if sight.plain("post.full_title") else "",
        compared=_compared(sight, person, body, movement),
        details=_details(sight, body),
        checks=_checks(sight, body),
        law=_law(sight, person, body, movement),
        departments=_departments(sight, items, names),
        duties=_duties(sight, items, names),
        papers=papers_for(actor, movement, person),
    )


def _kind_label(kind: str) -> str:
    return _(Kind(kind).label)


def _compared(
    sight: Sight, person: Standing, body: Body, movement: Movement
) -> tuple[ComparedSet, ...]:
    if movement.kind == Kind.DEPARTURE:
        return ()
    old = body.before if movement.applied_at else before(person.present)
    wished = {"post": body.post, "contract": body.contract, "pay": body.pay}
    fresh = movement.kind == Kind.NEWCOMER and person.state == "departed"
    found = []
    for key in COMPARED:
        named = person.dictionary.sets[key]
        lines = [
            line
            for item in named.fields
            if item.key in wished[key]
            for line in _line(
                sight,
                (item.path, in_language(item.label, item.label_en)),
                None if fresh else old.get(key, {}).get(item.key),
                wished[key][item.key],
            )
        ]
        if lines:
            found.append(ComparedSet(in_language(named.label, named.label_en), tuple(lines)))
    return tuple(found)


def _line(
    sight: Sight, field: tuple[str, str], old: Json | None, new: Json | None
) -> Iterable[Compared]:
    path, label = field
    was, will = sight.show(path, old), sight.show(path, new)
    if was is None or will is None:
        return
    yield Compared(label, was.text, will.text, old != new, was.masked or will.masked)


def _details(sight: Sight, body: Body) -> tuple[Told, ...]:
    found = []
    if code := body.post.get("leaving_reason"):
        shown = sight.show("post.leaving_reason", code)
        if shown is not None:
            found.append(Told(_("离职原因"), shown.text))
    for key, detail in DETAILS.items():
        value = body.details.get(key)
        shown = _detail(sight, detail, value)
        if shown is not None and shown.text:
            found.append(Told(say(detail.label), shown.text, long=len(shown.text) > 40))
    return tuple(found)


def _detail(sight: Sight, detail: Detail, value: Json | None) -> Shown | None:
    if value in (None, "") or not sight.plain(detail.path):
        return None
    if detail.type == "flag":
        return Shown(_("是"))
    if detail.type == "outcome":
        return Shown(say(OUTCOMES.get(str(value), Message(str(value)))))
    return Shown(str(value))


def _checks(sight: Sight, body: Body) -> tuple[Told, ...]:
    """Results item by item for those who may read them; nothing at all for others."""
    if not sight.plain("background_check.result"):
        return ()
    return tuple(
        Told(
            sight.text("background_check.item", row.get("item")),
            "：".join(
                part
                for part in (
                    sight.text("background_check.result", row.get("result")),
                    str(row.get("remarks") or ""),
                )
                if part
            ),
        )
        for row in body.checks
    )


def _law(sight: Sight, person: Standing, body: Body, movement: Movement) -> tuple[str, ...]:
    """What the law asks for here; only advice, and only to those who may know the reason."""
    if movement.kind != Kind.DEPARTURE or not sight.plain("post.leaving_reason"):
        return ()
    code = str(body.post.get("leaving_reason") or "90")
    ending = law.ending_of(code)
    notified = day_of(body.text("notified_on")) or movement.effective
    probation = person.present.on_probation(notified) and not movement.applied_at
    needed = law.notice_needed(code, probation=probation)
    given = law.notice_given(notified, movement.effective)
    found = [
        _("通知期 {given} 天，应当 {needed} 天（{article}）").format(
            given=given, needed=needed, article=ending.article or _("无规定")
        ),
        {
            "yes": _("应当支付经济补偿（劳动合同法第四十六条）"),
            "no": _("不需要支付经济补偿（劳动合同法第四十六条）"),
            "check": _("是否支付经济补偿取决于由谁提出、是否愿意续订（劳动合同法第四十六条）"),
        }[ending.compensation],
        _("劳动合同文本至少保存到 {day}（劳动合同法第五十条）").format(
            day=law.kept_until(movement.effective).isoformat()
        ),
    ]
    if ending.note:
        found.append(say(ending.note))
    return tuple(found)


def _name(names: Mapping[UUID, str], item: ChecklistItem) -> str:
    return names.get(item.by, "") if item.by else ""


def _state_label(state: str) -> str:
    return {"open": _("未办"), "done": _("已办"), "none": _("不涉及")}[state]


def _note(sight: Sight, item: ChecklistItem) -> str:
    rule = NOTE_RULES.get(item.department, "post.position")
    return open_note(sight.person.key, item) if sight.plain(rule) else ""


def _still_out(sight: Sight, item: ChecklistItem) -> str:
    """Beside the archive's open line: what must come back before it can be signed."""
    waits = (item.department, item.item, item.state) == (DEPARTMENT, LINE, "open")
    return "".join(map(say, still_out(sight.person.subject))) if waits else ""


def _departments(
    sight: Sight, items: Sequence[ChecklistItem], names: Mapping[UUID, str]
) -> tuple[SignedDepartment, ...]:
    table = checklist()
    found = []
    for key, department in table.departments.items():
        lines = tuple(
            SignedLine(
                label=in_language(line.label, line.label_en),
                state=item.state,
                state_label=_state_label(item.state),
                name=_name(names, item),
                at=item.at,
                note=_note(sight, item) or _still_out(sight, item),
            )
            for item in items
            if item.department == key and not item.after
            for line in (table.line(key, item.item),)
        )
        if lines:
            done = sum(line.state != "open" for line in lines)
            label = in_language(department.label, department.label_en)
            found.append(SignedDepartment(label, lines, done))
    return tuple(found)


def _duties(
    sight: Sight, items: Sequence[ChecklistItem], names: Mapping[UUID, str]
) -> tuple[Duty, ...]:
    person = sight.person
    path = max(sight.paths, key=len)
    return tuple(
        duty_of(
            item,
            name=_name(names, item),
            note=_note(sight, item),
            may_sign=signs(sight.actor, item.department, person.subject, path),
        )
        for item in items
        if item.after
    )


def duty_of(item: ChecklistItem, *, name: str, note: str, may_sign: bool) -> Duty:
    """One duty with how many days are left."""
    table = checklist()
    line = table.line(item.department, item.item)
    department = table.departments.get(item.department)
    left = (item.due - timezone.localdate()).days if item.due else 0
    waiting = item.state == ChecklistItem.State.OPEN
    return Duty(
        id=item.pk,
        department=in_language(department.label, department.label_en) if department else "",
        label=in_language(line.label, line.label_en),
        law=line.law,
        due=item.due,
        days_left=left,
        overdue=waiting and item.due is not None and left < 0,
        state=item.state,
        state_label=_state_label(item.state),
        name=name,
        at=item.at,
        note=note,
        may_sign=may_sign and waiting,
    )
