"""What the pages of transfers and custody ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dangan.access.rules import Actor
from dangan.materials.catalogue.models import FileKind, Volume
from dangan.materials.catalogue.queries.finding import volume_chosen
from dangan.materials.transfers.actions import Packet, Receipt, Slip, Stated, Tallied
from dangan.materials.transfers.models import Way
from dangan.materials.transfers.queries.arrivals import ArrivalPersonView
from dangan.materials.transfers.queries.custody import Parties
from dangan.materials.transfers.queries.slips import PersonLine
from dangan.materials.transfers.rules.bodies import Carrier
from dangan.materials.transfers.rules.checks import DEFECTS
from dangan.roster import queries as roster
from dangan.ui.messages import say

DATE_FORMATS = ["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"]
BAD_DATE = _("日期写成 2016-07-11 这样。")
MOST_ROWS = 12
"""People on one form of arrival; more are registered in a second go."""


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        input_formats=DATE_FORMATS,
        initial=timezone.localdate if required else None,
        error_messages={"invalid": BAD_DATE},
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


class AskForm(forms.Form):
    """A slip: volumes by number, one a line; whom it goes to and how."""

    volumes = forms.CharField(
        label=_("案卷"),
        widget=forms.Textarea({"rows": "4"}),
        max_length=4000,
        help_text=_("每行一个档号、姓名或工号；同一个人的正本和副本会一起列入"),
    )
    receiver = forms.CharField(label=_("收件机关"), max_length=120)
    reason = forms.CharField(label=_("转递原因"), max_length=200)
    way = forms.ChoiceField(
        label=_("转递方式"),
        choices=Way.choices,
        widget=forms.RadioSelect,
        initial=Way.COURIER,
        help_text=_("不得邮寄，不得由本人或亲属携带"),
    )
    courier = forms.CharField(
        label=_("机要编号"), required=False, max_length=60, help_text=_("也可发出时再填")
    )
    carriers = forms.CharField(
        label=_("送取人"),
        required=False,
        max_length=600,
        widget=forms.Textarea({"rows": "2"}),
        help_text=_("每行一人：本单位的写姓名或工号，外单位的写“姓名 证件号码”"),
    )
    original_there = forms.BooleanField(label=_("收件机关已有正本，只转副本"), required=False)
    remark = forms.CharField(label=_("备注"), required=False, max_length=200)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_volumes(self) -> list[UUID]:
        found: dict[UUID, Volume] = {}
        for text in _rows(self.cleaned_data["volumes"]):
            named = volume_chosen(self.actor, text, permission="transfers.manage")
            mine = [one for one in named if one.standing not in {"away", "destroyed"}]
            if not mine:
                raise forms.ValidationError(
                    _("没有找到“%(text)s”的案卷，请核对姓名、工号或档号。") % {"text": text}
                )
            found |= {one.pk: one for one in mine}
        return list(found)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("way") == Way.PERSONS:
            given["parsed"] = self._carriers(given.get("carriers", ""))
        return given

    def slip(self) -> Slip:
        """What a valid form asks for."""
        given = self.cleaned_data
        return Slip(
            volumes=given["volumes"],
            receiver=given["receiver"],
            reason=given["reason"],
            way=given["way"],
            carriers=given.get("parsed", ()),
            courier=given["courier"],
            remark=given["remark"],
            original_there=given["original_there"],
        )

    def _carriers(self, text: str) -> tuple[Carrier, ...]:
        found = []
        for line in _rows(text):
            name, _blank, document = line.partition(" ")
            hits = roster.search(self.actor, name, limit=5) if not document else []
            exact = [hit for hit in hits if any(c.value == name for c in hit.cells.values())]
            if document:
                found.append(Carrier(name=name, document=document.strip()))
            elif len(exact) == 1:
                subject = exact[0].subject
                known = roster.names([subject]).get(subject, name)
                found.append(Carrier(name=known, subject=str(subject)))
            else:
                self.add_error(
                    "carriers",
                    _("本单位没有找到“%(name)s”；外单位的人写“姓名 证件号码”。") % {"name": name},
                )
        return tuple(found)


class SendForm(forms.Form):
    day = _day(_("发出日期"))
    courier = forms.CharField(label=_("机要编号"), required=False, max_length=60)


class ReceiptForm(forms.Form):
    """登记回执: what was kept, what came back and why."""

    day = _day(_("签收日期"))
    signer = forms.CharField(label=_("签收人"), required=False, max_length=60)
    scan = forms.FileField(label=_("盖章回执扫描件"), required=False)
    returned = forms.MultipleChoiceField(
        label=_("对方退回的人"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    defects = forms.CharField(
        label=_("退回原因"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": "3"}),
        help_text=_("每行一条：缺哪份材料、哪里不符"),
    )

    def __init__(self, persons: Sequence[PersonLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = self.fields["returned"]
        assert isinstance(offered, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        offered.choices = [(str(one.subject), one.name) for one in persons]

    def receipt(self) -> Receipt:
        given = self.cleaned_data
        return Receipt(
            day=given["day"],
            signer=given["signer"],
            scan=_file(given["scan"]),
            returned=frozenset(UUID(one) for one in given["returned"]),
            defects=tuple(_rows(given["defects"])),
        )


class ArrivalForm(forms.Form):
    """登记转入: the packet."""

    sender = forms.CharField(label=_("发件机关"), max_length=120)
    slip = forms.CharField(
        label=_("对方字第号"), required=False, max_length=60, help_text=_("没有转递单的不填")
    )
    sent_on = _day(_("对方发出日期"), required=False)
    arrived_on = _day(_("收到日期"))
    way = forms.ChoiceField(
        label=_("送达方式"), choices=Way.choices, widget=forms.RadioSelect, initial=Way.COURIER
    )
    carriers = forms.CharField(label=_("机要编号或送件人"), required=False, max_length=120)
    sealed = forms.BooleanField(label=_("包封完好"), required=False, initial=True)
    remark = forms.CharField(label=_("备注"), required=False, max_length=200)

    def packet(self, persons: Sequence[Stated]) -> Packet:
        given = self.cleaned_data
        return Packet(
            sender=given["sender"],
            way=given["way"],
            arrived_on=given["arrived_on"],
            persons=persons,
            slip=given["slip"],
            sent_on=given["sent_on"].isoformat() if given["sent_on"] else "",
            carriers=given["carriers"],
            sealed=given["sealed"],
            remark=given["remark"],
        )


class StatedForm(forms.Form):
    """One person's line of the sender's slip."""

    name = forms.CharField(label=_("姓名"), required=False, max_length=60)
    post = forms.CharField(label=_("单位及职务"), required=False, max_length=120)
    reason = forms.CharField(label=_("转递原因"), required=False, max_length=120)
    kind = forms.ChoiceField(label=_("档案种类"), choices=FileKind.choices, initial=FileKind.STAFF)
    copy = forms.ChoiceField(label=_("正副本"), choices=Volume.Copy.choices)
    books = forms.IntegerField(label=_("卷"), min_value=1, max_value=99, initial=1)
    materials = forms.IntegerField(label=_("材料份数"), min_value=0, max_value=9999, required=False)

    def stated(self) -> Stated | None:
        """The line; None when nobody is named in it."""
        given = self.cleaned_data
        if not given["name"].strip():
            return None
        return Stated(
            name=given["name"],
            kind=given["kind"],
            books=given["books"],
            materials=given["materials"] or 0,
            copy=given["copy"],
            post=given["post"],
            reason=given["reason"],
        )


StatedSet = forms.formset_factory(
    StatedForm, extra=0, min_num=3, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


class TallyForm(forms.Form):
    """核对 of one line: what was counted, whose it is, what is wrong."""

    books = forms.IntegerField(label=_("实收卷数"), min_value=0, max_value=99)
    materials = forms.IntegerField(label=_("实收份数"), min_value=0, max_value=9999)
    pages = forms.IntegerField(label=_("实收页数"), min_value=0, max_value=99999)
    person = forms.CharField(
        label=_("归到谁的档案"),
        required=False,
        max_length=64,
        help_text=_("姓名或工号；还没有建档的不填，建档后再归"),
    )
    defects = forms.MultipleChoiceField(
        label=_("缺陷"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    words = forms.CharField(label=_("缺陷说明"), required=False, max_length=200)

    def __init__(self, actor: Actor, item: ArrivalPersonView, *args: Any, **kwargs: Any) -> None:
        line = item.line
        texts = {str(label): key for key, label in DEFECTS.items()}
        known = [texts[text] for text in item.person.defects if text in texts]
        said = [text for text in item.person.defects if text not in texts]
        kwargs["initial"] = {
            "books": line.stated_books if line.books is None else line.books,
            "materials": line.stated_materials if line.materials is None else line.materials,
            "pages": line.pages,
            "person": item.block.name if item.block else "",
            "defects": known,
            "words": "；".join(said),
        }
        super().__init__(*args, **kwargs)
        self.actor, self.item = actor, item
        _offer(self, "defects", [(key, say(label)) for key, label in DEFECTS.items()])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["subject"] = person_named(self, "person", self.actor, given.get("person", ""))
        return given

    def tallied(self) -> Tallied:
        given = self.cleaned_data
        said = [given["words"].strip()] if given["words"].strip() else []
        chosen = [str(label) for key, label in DEFECTS.items() if key in given["defects"]]
        return Tallied(
            books=given["books"],
            materials=given["materials"],
            pages=given["pages"],
            subject=given["subject"],
            defects=(*chosen, *said),
        )


class DecideForm(forms.Form):
    """接收 or 退回."""

    fonds = forms.ChoiceField(label=_("归入全宗"), required=False)
    words = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": "3"}),
        help_text=_("与单不符仍接收，或退回时填写"),
    )

    def __init__(self, fonds: Sequence[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "fonds", [(str(one.pk), f"{one.code} {one.name}") for one in fonds])


class LinkForm(forms.Form):
    """An accepted file finds its person."""

    person = forms.CharField(label=_("姓名或工号"), max_length=64)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["subject"] = person_named(self, "person", self.actor, given.get("person", ""))
        return given


class BeginForm(forms.Form):
    """发起移交."""

    giver = forms.ChoiceField(label=_("移交人"))
    taker = forms.ChoiceField(label=_("接收人"))
    supervisor = forms.ChoiceField(label=_("监交人"), help_text=_("人事经理或分管领导"))
    count = forms.ChoiceField(
        label=_("清点方式"),
        choices=(("all", _("逐卷清点")), ("sample", _("抽点十分之一"))),
        widget=forms.RadioSelect,
        initial="all",
    )
    reason = forms.CharField(label=_("移交原因"), max_length=200)

    def __init__(self, parties: Parties, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, pairs in (
            ("giver", parties.givers),
            ("taker", parties.takers),
            ("supervisor", parties.supervisors),
        ):
            _offer(self, name, [(str(account), text) for account, text in pairs])


class CountForm(forms.Form):
    """清点 of one volume."""

    outcome = forms.ChoiceField(
        choices=(("found", _("相符")), ("differs", _("有差异")), ("missing", _("未见")))
    )
    note = forms.CharField(required=False, max_length=300)


def person_named(form: forms.Form, field: str, actor: Actor, text: str) -> UUID | None:
    """The person whom a typed name or number names among those the actor may find."""
    text = text.strip()
    if not text:
        return None
    hits = roster.search(actor, text, limit=10) if actor.may("roster.view") else []
    exact = [hit for hit in hits if any(cell.value == text for cell in hit.cells.values())]
    if len(exact) == 1:
        return exact[0].subject
    if exact:
        form.add_error(field, _("“%(text)s”有几个人，请写工号。") % {"text": text})
    else:
        form.add_error(field, _("没有找到“%(text)s”，请核对姓名或工号。") % {"text": text})
    return None


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    field.choices = list(choices)


def _rows(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _file(upload: UploadedFile[Any] | None) -> tuple[str, bytes] | None:
    return (upload.name or "receipt", upload.read()) if upload is not None else None


def first_error(form: forms.Form) -> str:
    """One sentence for a form that is not drawn again."""
    errors: Mapping[str, Any] = form.errors
    return str(next(iter(errors.values()))[0]) if errors else ""
