"""What the pages of the catalogue ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from dangan.dictionary.rules import BadValue
from dangan.materials.catalogue.models import FileKind, Fonds, Secrecy, Volume
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.rules.checking import REMARK_MOST, TITLE_MOST
from dangan.materials.catalogue.rules.dates import read_date
from dangan.materials.catalogue.rules.papers import OTHER, PARTIES, RANKS, STAGES
from dangan.materials.catalogue.rules.settings import RETENTION_LABELS
from dangan.materials.catalogue.table import categories
from dangan.organization import queries as organization
from dangan.ui import languages
from dangan.ui.messages import say

Choices = list[tuple[Any, Any]]


def class_choices() -> Choices:
    """The classes that hold papers, the sub-classes under their class."""
    table = categories()
    found: Choices = [("", _("选择类别"))]
    for main in table.main:
        below = table.below(main.no)
        name = languages.label(main.short, main.en)
        if below:
            held = [(sub.no, f"{sub.no} {languages.label(sub.short, sub.en)}") for sub in below]
            found.append((f"{main.display_no} {name}", held))
        else:
            found.append((main.no, f"{main.display_no} {name}"))
    return found


def _stage_choices() -> Choices:
    stages = [(code, _g(label)) for code, label, _words in STAGES]
    parties = [(key, _g(label)) for key, label in PARTIES]
    return [("", _("按材料名称判断")), (_("学历阶段"), stages), (_("党团"), parties)]


def _rank_choices() -> Choices:
    found: Choices = [("", _("按材料名称判断"))]
    for no, names in RANKS.items():
        ranks = [(f"{no}:{place}", _g(name)) for place, name in enumerate(names, start=1)]
        found.append((no, [*ranks, (f"{no}:{OTHER}", _g("其他"))]))
    return found


class LineForm(forms.Form):
    """One line of a catalogue, new or changed."""

    category = forms.ChoiceField(label=_("类别"), choices=())
    title = forms.CharField(label=_("材料名称"), max_length=TITLE_MOST)
    formed = forms.CharField(
        label=_("形成时间"),
        required=False,
        max_length=60,
        help_text=_("例如 2016-06-20，月、日不详可不写；有几个日期的取最后一个"),
    )
    pages = forms.IntegerField(
        label=_("页数"), min_value=1, max_value=2000, help_text=_("每面一页，封面和衬页不算")
    )
    copies = forms.IntegerField(label=_("份数"), min_value=1, max_value=99, initial=1)
    matter = forms.CharField(
        label=_("问题"),
        required=False,
        max_length=REMARK_MOST,
        help_text=_(
            "五、八类同一问题的材料集中，四-1 同一套、九-2 同一次任免的材料集中；写同样的名称"
        ),
    )
    stage = forms.ChoiceField(label=_("阶段"), required=False, choices=())
    rank = forms.ChoiceField(label=_("材料种类"), required=False, choices=())
    copy = forms.BooleanField(label=_("复印件"), required=False)
    source = forms.CharField(label=_("来件单位"), required=False, max_length=REMARK_MOST)
    remark = forms.CharField(label=_("备注"), required=False, max_length=REMARK_MOST)

    def __init__(self, *args: Any, matters: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "category", class_choices())
        _offer(self, "stage", _stage_choices())
        _offer(self, "rank", _rank_choices())
        self.matters = sorted(set(matters))
        self.fields["matter"].widget.attrs["list"] = "matters"

    def clean_formed(self) -> tuple[int, int, int]:
        try:
            return read_date(self.cleaned_data["formed"], timezone.localdate())
        except BadValue as problem:
            raise ValidationError(say(problem.message)) from None

    def body(self) -> MaterialBody:
        """The line that a valid form gives."""
        given = self.cleaned_data
        year, month, day = given["formed"]
        no, _colon, rank = given["rank"].partition(":")
        return MaterialBody(
            category=given["category"],
            title=given["title"],
            year=year,
            month=month,
            day=day,
            pages=given["pages"],
            copies=given["copies"],
            matter=given["matter"],
            stage=given["stage"],
            rank=int(rank) if rank and no == given["category"] else 0,
            copy=given["copy"],
            source=given["source"],
            remark=given["remark"],
        )


class NewLineForm(LineForm):
    """A new line: its mark too, and that a likeness is meant."""

    secrecy = forms.TypedChoiceField(
        label=_("密级"), coerce=int, choices=Secrecy.choices, initial=0
    )
    duplicate = forms.BooleanField(label=_("确属另一份，照样登记"), required=False)


def values_of(body: MaterialBody) -> dict[str, Any]:
    """A line as :class:`LineForm` takes it."""
    return {
        "category": body.category,
        "title": body.title,
        "formed": body.formed,
        "pages": body.pages or None,
        "copies": body.copies,
        "matter": body.matter,
        "stage": body.stage,
        "rank": f"{body.category}:{body.rank}" if body.rank else "",
        "copy": body.copy,
        "source": body.source,
        "remark": body.remark,
    }


class ReasonForm(forms.Form):
    """Why a material is taken out."""

    reason = forms.CharField(
        label=_("剔除理由"), max_length=300, widget=forms.Textarea({"rows": "3"})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class MarkForm(forms.Form):
    """A secrecy mark with its reason."""

    secrecy = forms.TypedChoiceField(label=_("密级"), coerce=int, choices=Secrecy.choices)
    reason = forms.CharField(
        label=_("定密或解密的理由"), max_length=300, widget=forms.Textarea({"rows": "3"})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class VolumeForm(forms.Form):
    """What is known of a volume."""

    retention = forms.ChoiceField(label=_("保管期限"), choices=())
    books = forms.IntegerField(label=_("册数"), min_value=1, max_value=99)
    fonds = forms.ChoiceField(label=_("全宗"), choices=())
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, volume: Volume, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "retention", [(key, _g(text)) for key, text in RETENTION_LABELS.items()])
        _offer(self, "fonds", fonds_choices(volume.fonds_id))


class OpenForm(forms.Form):
    """立卷."""

    person = forms.CharField(
        label=_("人员"), max_length=64, help_text=_("姓名全称或工号"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("档案种类"), choices=())
    fonds = forms.ChoiceField(label=_("全宗"), choices=())
    retention = forms.ChoiceField(label=_("保管期限"), choices=())
    secrecy = forms.TypedChoiceField(label=_("密级"), coerce=int, choices=Secrecy.choices)

    def __init__(self, *args: Any, kinds: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = set(kinds)
        _offer(self, "kind", [(k, label) for k, label in FileKind.choices if k in kept])
        _offer(self, "fonds", fonds_choices())
        _offer(self, "retention", [(key, _g(text)) for key, text in RETENTION_LABELS.items()])
        _offer(self, "secrecy", list(Secrecy.choices[:2]))


class ReaderForm(forms.Form):
    """Naming a reader."""

    account = forms.ChoiceField(label=_("阅览人"), choices=())
    material = forms.ChoiceField(label=_("范围"), required=False, choices=())
    until = forms.DateTimeField(
        label=_("有效至"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=_("不填则直到收回"),
    )

    def __init__(
        self,
        *args: Any,
        accounts: Iterable[tuple[UUID, str]],
        materials: Iterable[tuple[UUID, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "account", [("", _("选择")), *((str(key), name) for key, name in accounts)])
        whole = ("", _("案卷内全部标密材料"))
        _offer(self, "material", [whole, *((str(key), name) for key, name in materials)])


class FondsForm(forms.Form):
    """A fonds."""

    code = forms.CharField(label=_("全宗号"), max_length=12, required=False)
    name = forms.CharField(label=_("名称"), max_length=120)
    unit = forms.ChoiceField(label=_("所属部门"), required=False, choices=())
    closed = forms.BooleanField(label=_("停用"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "unit", unit_choices())

    @property
    def unit_id(self) -> UUID | None:
        """The unit chosen in a valid form."""
        return UUID(self.cleaned_data["unit"]) if self.cleaned_data["unit"] else None


def unit_choices() -> Choices:
    """Every unit, indented by depth."""
    walked = organization.tree().walk()
    units = [(str(node.id), f"{'　' * depth}{node.name}") for node, depth in walked]
    return [("", _("不论部门")), *units]


def fonds_choices(also: UUID | None = None) -> Choices:
    """Fonds in use, and the one given."""
    rows = Fonds.objects.order_by("code")
    return [
        (str(row.pk), f"{row.code} {row.name}")
        for row in rows
        if row.closed_at is None or row.pk == also
    ]


def _offer(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
