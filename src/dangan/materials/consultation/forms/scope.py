"""核定范围: what the archivist grants, never more than what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Absent, Actor, Refused
from dangan.materials.catalogue.models import Material, Secrecy
from dangan.materials.catalogue.queries import Item, contents, item_of, look
from dangan.materials.catalogue.rules.seeing import NAMED_READERS_FROM
from dangan.materials.catalogue.table import categories
from dangan.materials.consultation.models import Consultation
from dangan.materials.consultation.rules.asking import inside, student_may, wider
from dangan.materials.consultation.rules.bodies import ConsultationBody, Scope
from dangan.ui.messages import say
from dangan.vault import queries as vault


class ScopeForm(forms.Form):
    """Materials ticked from the catalogue, manner, hours, and what the archivist checked."""

    checked = forms.CharField(
        label=gettext_lazy("核对情况"),
        max_length=500,
        widget=forms.Textarea({"rows": "2"}),
        help_text=gettext_lazy("介绍信、证件、签章是否齐全，阅览人身份是否相符"),
        error_messages={"required": gettext_lazy("请写明核对情况。")},
    )
    materials = forms.MultipleChoiceField(
        label=gettext_lazy("准予查阅的材料"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        error_messages={
            "invalid_choice": gettext_lazy("有的材料不在申请的范围内，请刷新后重新勾选。")
        },
    )
    whole = forms.BooleanField(label=gettext_lazy("整卷，包括以后归档的材料"), required=False)
    print = forms.BooleanField(label=gettext_lazy("可以打印"), required=False)
    download = forms.BooleanField(label=gettext_lazy("可以下载"), required=False)
    hours = forms.IntegerField(
        label=gettext_lazy("时长（小时）"),
        min_value=1,
        error_messages={"required": gettext_lazy("请填写时长。")},
    )

    def __init__(
        self,
        actor: Actor,
        row: Consultation,
        body: ConsultationBody,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self.row, self.asked = row, body.asked
        self.lying = _lying(row)
        self.seen = _seen(actor, row)
        offered = [item for item in self.lying.values() if self._offers(item)]
        chosen = self.fields["materials"]
        assert isinstance(chosen, forms.MultipleChoiceField)  # noqa: S101 - declared above
        chosen.choices = [(str(item.id), self._named(item)) for item in _in_order(offered)]
        chosen.initial = [str(item.id) for item in offered]
        self._narrow_fields(row, body.asked)

    def _narrow_fields(self, row: Consultation, asked: Scope) -> None:
        looks_only = not student_may(row.volume.subject.kind, "print")
        if not asked.whole:
            del self.fields["whole"]
        if not asked.print or looks_only:
            del self.fields["print"]
        if not asked.download or looks_only:
            del self.fields["download"]
        self.fields["hours"].initial = asked.hours
        self.fields["hours"].help_text = _("申请 {hours} 小时，可以改短").format(hours=asked.hours)

    def _offers(self, item: Item) -> bool:
        marked = item.secrecy >= NAMED_READERS_FROM
        return inside(self.asked, item.body.category) and (self.asked.marked or not marked)

    def _named(self, item: Item) -> str:
        """The line of the catalogue; a marked one that the archivist may not see has no title."""
        sign = f"【{Secrecy(item.secrecy).label}】" if item.secrecy else ""
        if item.id not in self.seen:
            return _("{mark}{category} 类材料，不显示题名").format(
                mark=sign, category=item.body.category
            )
        return f"{sign}{item.body.label or item.body.category} {item.body.title}".strip()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        marked = [item.id for item in self.lying.values() if item.secrecy >= NAMED_READERS_FROM]
        lying = {item.id: item.body.category for item in self.lying.values()}
        for wrong in wider(self.asked, self.scope(), lying, marked):
            field = wrong.field if wrong.field in self.fields else None
            self.add_error(field, say(wrong.message))
        if not cleaned.get("whole") and not cleaned.get("materials"):
            self.add_error("materials", _("请勾选准予查阅的材料。"))
        return cleaned

    def scope(self) -> Scope:
        """What is granted."""
        given = self.cleaned_data
        whole = bool(given.get("whole")) and self.asked.whole
        chosen = tuple(UUID(one) for one in given.get("materials", ()))
        return Scope(
            materials=None if whole else chosen,
            print=bool(given.get("print")),
            download=bool(given.get("download")),
            marked=self.asked.marked,
            hours=given["hours"],
        )

    def top(self) -> int:
        """The highest mark among what is granted."""
        scope = self.scope()
        if not scope.marked:
            return 0
        granted = self.lying if scope.materials is None else scope.materials
        return max((self.lying[one].secrecy for one in granted), default=0)


def _lying(row: Consultation) -> dict[UUID, Item]:
    key = vault.key_of(row.subject)
    rows = Material.objects.filter(volume=row.volume_id, state=Material.State.FILED)
    return {one.pk: item_of(key, one) for one in rows}


def _seen(actor: Actor, row: Consultation) -> set[UUID]:
    """What the archivist sees of the volume; nothing where they must keep away themself."""
    try:
        return {item.id for item in contents(look(actor, row.volume_id))[0]}
    except (Absent, Refused):
        return set()


def _in_order(items: list[Item]) -> list[Item]:
    places = categories().places
    return sorted(
        items,
        key=lambda item: (
            places.get(item.body.category, len(places)),
            item.body.number,
            item.body.formed,
        ),
    )
