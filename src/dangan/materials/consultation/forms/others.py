"""Forms of copying, provision, clearing, notes and the register's filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.materials.catalogue.forms import VolumeField
from dangan.materials.catalogue.models import Secrecy
from dangan.materials.catalogue.queries import Item
from dangan.materials.consultation import tables
from dangan.materials.consultation.actions.copying import CopyingWish
from dangan.materials.consultation.actions.providing import ProvisionWish
from dangan.materials.consultation.forms import fields
from dangan.materials.consultation.models import Copying
from dangan.materials.consultation.queries.lists import RegisterQuery
from dangan.materials.consultation.rules.asking import COPIES_MOST
from dangan.materials.consultation.rules.bodies import ProvisionBody
from dangan.workflow.forms.deeds import Accounts


class CopyingForm(forms.Form):
    """复制摘抄: of materials that the asker sees now."""

    materials = forms.MultipleChoiceField(
        label=gettext_lazy("材料"),
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        error_messages={"required": gettext_lazy("请勾选要复制的材料。")},
    )
    form = forms.ChoiceField(
        label=gettext_lazy("方式"),
        choices=Copying.Form.choices,
        widget=forms.RadioSelect({"class": "form-check-input"}),
        initial="copy",
    )
    copies = forms.IntegerField(
        label=gettext_lazy("份数"), min_value=1, max_value=COPIES_MOST, initial=1
    )
    purpose = fields.words(gettext_lazy("用途"), help=gettext_lazy("给谁用、办什么事"))
    words = fields.words(
        gettext_lazy("摘抄的内容"),
        required=False,
        rows=2,
        help=gettext_lazy("摘抄时填写，写明摘抄哪些内容"),
    )
    letters = fields.letters(gettext_lazy("函件"), gettext_lazy("需要时上传对方来函"))

    def __init__(
        self,
        volume: UUID,
        items: list[Item],
        data: Mapping[str, Any] | None = None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files)
        self.volume = volume
        chosen = self.fields["materials"]
        assert isinstance(chosen, forms.MultipleChoiceField)  # noqa: S101 - declared above
        chosen.choices = [(str(item.id), _named(item)) for item in items]

    def wish(self) -> CopyingWish:
        given = self.cleaned_data
        return CopyingWish(
            volume=self.volume,
            materials=[UUID(one) for one in given["materials"]],
            form=given["form"],
            copies=given["copies"],
            purpose=given["purpose"],
            words=given["words"],
            letters=fields.letters_of(given["letters"]),
        )


def _named(item: Item) -> str:
    sign = f"【{Secrecy(item.secrecy).label}】" if item.secrecy else ""
    return f"{sign}{item.body.label or item.body.category} {item.body.title}"


class ProvisionForm(forms.Form):
    """对外提供: receiver, purpose, basis, what and how many."""

    receiver = fields.line(gettext_lazy("接收单位"), required=True, most=120)
    contact = fields.line(gettext_lazy("接收单位联系人"), most=50)
    contact_phone = fields.line(gettext_lazy("联系电话"), most=30)
    basis = forms.ChoiceField(
        label=gettext_lazy("法律依据"),
        error_messages={"required": gettext_lazy("请选择法律依据。")},
    )
    basis_words = fields.line(
        gettext_lazy("依据说明"), help=gettext_lazy("法条、来函文号或合同编号"), most=200
    )
    purpose = fields.words(gettext_lazy("提供目的"), rows=2)
    volume = VolumeField(
        permission="archive.use",
        required=False,
        label=gettext_lazy("案卷"),
        help_text=gettext_lazy("只涉及一个人的档案时选择；涉及多人时留空，下面不写姓名"),
    )
    fields_words = fields.words(
        gettext_lazy("提供的材料或数据项"),
        rows=2,
        help=gettext_lazy("如：姓名、身份证号、缴费基数"),
    )
    people = forms.IntegerField(label=gettext_lazy("涉及人数"), min_value=1, initial=1)
    manner = fields.line(gettext_lazy("提供方式"), help=gettext_lazy("如：加密文件、专人送达"))
    begins = fields.day(gettext_lazy("使用期限从"))
    until = fields.day(gettext_lazy("到"))
    measures = fields.words(gettext_lazy("接收方的保护措施"), required=False, rows=2)
    told = fields.words(
        gettext_lazy("告知情况"),
        required=False,
        rows=2,
        help=gettext_lazy("怎样告知本人并取得单独同意，或不需要告知的理由"),
    )
    letters = fields.letters(
        gettext_lazy("来函、协议"), gettext_lazy("接收单位来函、委托处理协议等")
    )

    def __init__(
        self, actor: Actor, data: Mapping[str, Any] | None = None, files: Any = None
    ) -> None:
        today = timezone.localdate()
        super().__init__(data, files, initial={"begins": today})
        volume, basis = self.fields["volume"], self.fields["basis"]
        assert isinstance(volume, VolumeField)  # noqa: S101 - declared above
        assert isinstance(basis, forms.ChoiceField)  # noqa: S101 - declared above
        volume.actor = actor
        bases = [(one.code, one.label) for one in tables.bases().values()]
        basis.choices = [("", _("请选择")), *bases]

    def wish(self) -> ProvisionWish:
        given = self.cleaned_data
        body = ProvisionBody(
            receiver=given["receiver"].strip(),
            contact=given["contact"].strip(),
            contact_phone=given["contact_phone"].strip(),
            purpose=given["purpose"].strip(),
            manner=given["manner"].strip(),
            basis=given["basis"],
            basis_words=given["basis_words"].strip(),
            fields=given["fields_words"].strip(),
            measures=given["measures"].strip(),
            told=given["told"].strip(),
        )
        return ProvisionWish(
            body=body,
            people=given["people"],
            begins=given["begins"],
            until=given["until"],
            volume=given["volume"].pk if given["volume"] else None,
            letters=fields.letters_of(given["letters"]),
        )


class ClearForm(forms.Form):
    """核对回避: a reader and a person, and why they are not related."""

    who = forms.CharField(
        label=gettext_lazy("阅览人"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("姓名、拼音或工号"),
    )
    account = Accounts(at_most=1)
    volume = VolumeField(label=gettext_lazy("案卷"))
    reason = fields.words(
        gettext_lazy("核对依据"),
        required=False,
        rows=2,
        help=gettext_lazy("如：核对身份证号不同，只是同名"),
    )

    def __init__(self, actor: Actor, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        volume = self.fields["volume"]
        assert isinstance(volume, VolumeField)  # noqa: S101 - declared above
        volume.actor = actor


class NoteForm(forms.Form):
    """An extract, or what readers say on return."""

    kind = forms.ChoiceField(
        label=gettext_lazy("登记"),
        choices=[("extract", gettext_lazy("摘录")), ("feedback", gettext_lazy("阅后情况"))],
    )
    text = fields.words(gettext_lazy("内容"), rows=3, most=4000)


class RegisterForm(forms.Form):
    """What of the register is shown."""

    state = forms.CharField(required=False, max_length=12)
    since = fields.day(gettext_lazy("申请日期从"), required=False)
    until = fields.day(gettext_lazy("到"), required=False)
    number = fields.line(gettext_lazy("编号或档号"), most=32)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)

    def query(self, limit: int) -> RegisterQuery:
        """What was asked; what is not right is left out."""
        self.is_valid()
        given = self.cleaned_data
        return RegisterQuery(
            state=given.get("state") or "",
            since=given.get("since"),
            until=given.get("until"),
            number=given.get("number") or "",
            offset=((given.get("page") or 1) - 1) * limit,
            limit=limit,
        )
