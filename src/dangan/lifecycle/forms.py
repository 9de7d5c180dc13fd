"""The forms that begin a movement: fields of the new post from the dictionary, and what only the
movement knows. A form offers only what its writer may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor, Showing, field_showings
from dangan.dictionary.rules import Json
from dangan.dossiers.forms import FormContext, FormLine, RowForm, Slot
from dangan.dossiers.queries import Words
from dangan.lifecycle import fields
from dangan.lifecycle.kinds.parts import ChecksForm, PartContext, store_checks
from dangan.lifecycle.models import Kind, Movement
from dangan.lifecycle.problems import BadMovement
from dangan.lifecycle.rules.bodies import Body, Values
from dangan.lifecycle.rules.effects import day_of
from dangan.lifecycle.rules.law import months_after, notice_needed
from dangan.lifecycle.standing import Standing
from dangan.ui.messages import say

POST_FIELDS: Mapping[str, tuple[str, ...]] = {
    "newcomer": (
        "unit", "position", "post_level", "category", "employment_form", "supervisor",
        "probation_end", "secrecy_post",
    ),
    "regularisation": (),
    "promotion": ("position", "post_level", "unit", "full_title", "category", "secrecy_post"),
    "transfer": ("unit", "position", "supervisor", "post_level", "category", "secrecy_post"),
    "departure": ("leaving_reason",),
}  # fmt: skip

LABELS: Mapping[str, Any] = {
    "newcomer": gettext_lazy("入职日期"),
    "departure": gettext_lazy("最后工作日"),
}
"""What the effective date is called on a form."""

KIND_LABELS = {
    "newcomer": gettext_lazy("新员工建档"),
    "regularisation": gettext_lazy("转正"),
    "promotion": gettext_lazy("晋升"),
    "transfer": gettext_lazy("调岗"),
    "departure": gettext_lazy("离职"),
}
KIND_HELP = {
    "newcomer": gettext_lazy("录用核查、部门确认、领导审批后归档；离职的人再来，接着用原来的档案"),
    "regularisation": gettext_lazy("本人小结、负责人评价，按期、延长或不予转正"),
    "promotion": gettext_lazy("新的岗位、层级；合同由法务核对，薪酬由财务核定"),
    "transfer": gettext_lazy("两个部门的负责人同意，行政安排工位和设备，原部门的权限随之结束"),
    "departure": gettext_lazy("书面通知、各部门并行交接、结算，最后工作日账号停用"),
}
KIND_ICONS = {
    "newcomer": "user-plus",
    "regularisation": "user-check",
    "promotion": "trending-up",
    "transfer": "arrows-exchange",
    "departure": "door-exit",
}


class StartForm(RowForm):
    """One movement: of a person (``person``), by HR or (``by_self``) by the person."""

    def __init__(
        self,
        actor: Actor,
        kind: str,
        person: Standing,
        context: FormContext,
        data: Mapping[str, Any] | None = None,
        *,
        by_self: bool = False,
        body: Body | None = None,
        effective: date | None = None,
    ) -> None:
        self.actor, self.kind, self.person, self.by_self = actor, kind, person, by_self
        self.known = body or first_body(kind, person)
        super().__init__(
            person.dictionary.sets["post"], self._slots(context), context, data, bare=True
        )
        if by_self and kind == Kind.DEPARTURE:
            self._own_reasons()
        self.fields |= self._extras(effective)
        self.checks = self._checks(data)

    def _slots(self, context: FormContext) -> list[Slot]:
        """The fields of the post that the writer may ask for."""
        named = self.person.dictionary.sets["post"]
        may = field_showings(self.actor, self.person.subject, self.person.path, named, "start")
        read = field_showings(self.actor, self.person.subject, self.person.path, named, "read")
        own = self.by_self and self.kind == Kind.DEPARTURE
        found = []
        for key in POST_FIELDS[self.kind]:
            if may.get(key) is not Showing.PLAIN and not own:
                continue
            shown = read.get(key, Showing.HIDDEN) is Showing.PLAIN or own
            value = self.known.post.get(key) if shown else None
            found.append(
                Slot(
                    named.by_key[key],
                    Showing.PLAIN if shown else Showing.HIDDEN,
                    editable=True,
                    value=value,
                    text=self._text(key, value, context),
                )
            )
        return found

    def _text(self, key: str, value: Json | None, context: FormContext) -> str:
        if key != "supervisor" or not value:
            return ""
        words = Words(context.dictionary, context.tree)
        return words.display(self.person.dictionary.sets["post"].by_key[key], value)

    def _own_reasons(self) -> None:
        """Of all reasons for leaving only those that the law gives the employee."""
        field = self.fields["v-leaving_reason"]
        field.widget.choices = [
            (code, label) for code, label in field.widget.choices if code in ("", "11", "12")
        ]

    def _extras(self, effective: date | None) -> dict[str, forms.Field]:
        found: dict[str, forms.Field] = {}
        if self.kind == Kind.DEPARTURE and not self.by_self:
            found["notified_on"] = fields.day(_("书面通知日期"))
        label = LABELS.get(self.kind, _("生效日期"))
        found["effective"] = fields.day(label, help=self._effective_help())
        found |= _EXTRAS[self.kind](self)
        found["reason"] = fields.words(
            _("离职申请") if self.by_self else _("事由"),
            required=True,
            rows=5 if self.by_self else 3,
        )
        if self.by_self and self.kind == Kind.REGULARISATION:
            del found["reason"]
        for key, field in found.items():
            field.initial = self._initial(key, effective)
        return found

    def _effective_help(self) -> str:
        if self.kind != Kind.DEPARTURE:
            return ""
        return _("提前三十日书面通知；试用期内提前三日（劳动合同法第三十七条）")

    def _initial(self, key: str, effective: date | None) -> Any:
        if key == "effective":
            return effective.isoformat() if effective else None
        if key == "reason":
            return self.known.reason
        return self.known.details.get(key)

    def _checks(self, data: Mapping[str, Any] | None) -> ChecksForm | None:
        """The checks, for those who may write them down; optional until the last decision."""
        if self.kind != Kind.NEWCOMER:
            return None
        named = self.person.dictionary.sets["background_check"]
        may = field_showings(self.actor, self.person.subject, self.person.path, named, "start")
        if may.get("result") is not Showing.PLAIN:
            return None
        return ChecksForm(self._part(), data, complete=False)

    def _part(self) -> PartContext:
        movement = Movement(kind=self.kind, subject=self.person.subject)
        return PartContext(self.actor, movement, self.person, self.known, "checks")

    def is_valid(self) -> bool:
        """Both, so that everything wrong is told at once."""
        checked = self.checks is None or self.checks.is_valid()
        return super().is_valid() and checked

    def body(self) -> Body:
        """The form as it is sealed."""
        given = self.cleaned_data
        post: Values = {k: v for k, v in self.patch().items() if v not in (None, "")}
        details: Values = {}
        for key in self.fields:
            if key.startswith("v-") or key in ("effective", "reason"):
                continue
            value = given.get(key)
            details[key] = value.isoformat() if isinstance(value, date) else (value or None)
        if self.kind == Kind.DEPARTURE:
            details["last_day"] = given["effective"].isoformat()
            if self.by_self:
                details["notified_on"] = self.known.text("notified_on") or None
        kept = Body(
            reason=given.get("reason") or "",
            post=post,
            pay=self.known.pay,
            contract=self.known.contract,
            checks=self.known.checks,
            details={k: v for k, v in self.known.details.items() if k not in details},
        ).told(**details)
        return store_checks(self._part_with(kept), self.checks) if self.checks else kept

    def _part_with(self, body: Body) -> PartContext:
        part = self._part()
        return PartContext(part.actor, part.movement, part.person, body, part.part)

    def refuse_all(self, bad: BadMovement) -> None:
        """Puts every refusal beside its field, or on top."""
        for wrong in bad.problems:
            sentence = say(wrong.message)
            if wrong.field in self.fields:
                self.add_error(wrong.field, sentence)
            else:
                self.refuse(wrong.field, sentence)

    @property
    def post_lines(self) -> list[FormLine]:
        """The fields of the post, as the page of a dossier shows them."""
        return [line for line in self.lines() if line.bound is not None]

    @property
    def extra_fields(self) -> Sequence[forms.BoundField]:
        """The movement's own fields."""
        return [bound for bound in self if not bound.name.startswith("v-")]


def first_body(kind: str, person: Standing) -> Body:
    """What a form begins with: the present post where the new one differs in parts only."""
    now = person.present.post.values if person.present.post else {}
    if kind == "departure":
        return Body(post={"leaving_reason": "11"})
    if kind in ("newcomer", "promotion", "transfer"):
        keys = POST_FIELDS[kind]
        taken = {key: now[key] for key in keys if now.get(key) not in (None, "")}
        taken.pop("full_title", None)
        if kind == "transfer":
            taken.pop("unit", None)
            taken.pop("supervisor", None)
        if kind == "newcomer" and person.state == "departed":
            taken = {}
        return Body(post=taken)
    return Body()


def suggested_day(kind: str, person: Standing, today: date) -> date | None:
    """The day a form suggests: the end of probation or of thirty days, else the next first."""
    if kind == Kind.REGULARISATION:
        end = (
            day_of(person.present.post.values.get("probation_end")) if person.present.post else None
        )
        return end + timedelta(days=1) if end else None
    if kind == Kind.DEPARTURE:
        probation = person.present.on_probation(today)
        return today + timedelta(days=notice_needed("11", probation=probation))
    if kind == Kind.NEWCOMER:
        row = person.present.post
        return day_of(row.values.get("joined")) if row and person.state != "departed" else None
    return months_after(today.replace(day=1), 1)


def _moving(form: StartForm) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {
        "changes_contract": fields.tick(_("需要变更劳动合同（由法务核对）")),
        "changes_pay": fields.tick(_("需要调整薪酬（由财务核定）")),
        "security_critical": fields.tick(_("进入涉密或安全关键岗位（另行核查信用和能力）")),
    }
    named = form.person.dictionary.sets["pay"]
    may = field_showings(form.actor, form.person.subject, form.person.path, named, "start")
    if may.get("grade") is Showing.PLAIN:
        found["pay_wish"] = fields.line(_("拟定薪级"), most=20)
    found["exception"] = fields.words(
        _("例外说明"), rows=2, help=_("有不能进入岗位的原因而仍要办理时，写明理由和批准人")
    )
    return found


def _departure(form: StartForm) -> dict[str, forms.Field]:  # noqa: ARG001
    return {
        "short_reason": fields.words(
            _("提前离开的原因"), rows=2, help=_("通知期不足时填写，由人事经理审核")
        )
    }


def _regularisation(form: StartForm) -> dict[str, forms.Field]:
    if form.by_self:
        return {
            "summary": fields.words(_("试用期小结"), required=True, rows=8, most=2000),
        }
    return {"changes_pay": fields.tick(_("转正后调整薪酬（由财务核定）"))}


def _newcomer(form: StartForm) -> dict[str, forms.Field]:  # noqa: ARG001
    return {
        "security_critical": fields.tick(_("进入涉密或安全关键岗位（另行核查信用和能力）")),
        "exception": fields.words(
            _("例外说明"), rows=2, help=_("录用核查有疑点而仍要录用时，写明理由和批准人")
        ),
    }


_EXTRAS = {
    "newcomer": _newcomer,
    "regularisation": _regularisation,
    "promotion": _moving,
    "transfer": _moving,
    "departure": _departure,
}


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind to choose on the start page."""

    key: str
    label: Any
    help: Any
    icon: str


KIND_CHOICES = tuple(
    KindChoice(key, KIND_LABELS[key], KIND_HELP[key], KIND_ICONS[key]) for key in KIND_LABELS
)


class PickForm(forms.Form):
    """Whom a movement is about: a person within reach, by name or number."""

    kind = forms.ChoiceField(choices=[(key, key) for key in KIND_LABELS])
    person = forms.CharField(
        label=gettext_lazy("人员"),
        max_length=64,
        widget=forms.TextInput(
            {"data-people": "", "autocomplete": "off", "placeholder": gettext_lazy("姓名或工号")}
        ),
        error_messages={"required": gettext_lazy("请填姓名或工号。")},
    )


class FormerForm(forms.Form):
    """A former employee by a number that only one dossier may hold."""

    number = forms.CharField(
        label=gettext_lazy("身份证号或原工号"),
        max_length=32,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("请填身份证号或原工号。")},
    )


class SignForm(forms.Form):
    """One duty signed."""

    state = forms.ChoiceField(choices=[("done", ""), ("none", "")])
    note = forms.CharField(required=False, max_length=200)
