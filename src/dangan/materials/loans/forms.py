"""What the pages of loans ask for."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from dangan.access.queries import account_of_subject
from dangan.access.rules import Actor
from dangan.materials.catalogue.forms import VolumeField
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries import contents, look, settings, volumes_of
from dangan.materials.loans.actions import Checked, Wanted
from dangan.materials.loans.queries.one import CheckLine
from dangan.materials.loans.rules.bodies import Outside
from dangan.roster import queries as roster

SELF, OTHER, OUTSIDE = "self", "other", "outside"
MOST_SIGNATURE = 300_000
"""Bytes of a drawn signature; a phone's canvas makes some twenty thousand."""
_PREFIX = "data:image/png;base64,"


class AskForm(forms.Form):
    """A loan asked for: by the borrower, or by the archivist for somebody else."""

    volume = VolumeField(label=_("案卷"), permission="archive.use")
    also = forms.BooleanField(
        label=_("连同这个人的其他案卷一起借"),
        required=False,
        help_text=_("例如正本和副本"),
    )
    numbers = forms.CharField(
        label=_("只借部分材料"),
        required=False,
        max_length=300,
        help_text=_("写材料编号，用逗号分开，例如 4-1-2，9-1-1；不写就是整卷"),
    )
    who = forms.ChoiceField(
        label=_("借阅人"),
        choices=((SELF, _("本人")), (OTHER, _("本单位其他人")), (OUTSIDE, _("外单位人员"))),
        widget=forms.RadioSelect,
        initial=SELF,
        required=False,
    )
    borrower = forms.CharField(
        label=_("借阅人姓名或工号"),
        required=False,
        max_length=64,
        help_text=_("要有账号，才能签收"),
    )
    outside_name = forms.CharField(label=_("姓名"), required=False, max_length=60)
    organisation = forms.CharField(label=_("单位"), required=False, max_length=120)
    document = forms.CharField(label=_("证件和号码"), required=False, max_length=80)
    letter = forms.CharField(label=_("介绍信编号"), required=False, max_length=60)
    letter_file = forms.FileField(label=_("介绍信扫描件"), required=False)
    reason = forms.CharField(label=_("事由"), max_length=500, widget=forms.Textarea({"rows": "3"}))
    days = forms.IntegerField(label=_("借期"), min_value=1)
    contact = forms.CharField(label=_("联系电话"), max_length=40)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        volume = self.fields["volume"]
        assert isinstance(volume, VolumeField)  # noqa: S101 - for the type checker
        volume.actor = actor
        rules = settings()
        self.fields["days"].initial = rules.loan_days
        self.fields["days"].help_text = _("工作日，最长 %(most)s 天") % {
            "most": rules.loan_most_days
        }
        if not actor.may("loans.manage"):
            for name in _FOR_KEEPERS:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("who") == OTHER:
            given["account"] = self._account(given.get("borrower", ""))
        volume = given.get("volume")
        if isinstance(volume, Volume) and given.get("numbers"):
            given["chosen"] = self._chosen(volume, given["numbers"])
        return given

    def wanted(self) -> Wanted:
        """What a valid form asks for."""
        given = self.cleaned_data
        volume: Volume = given["volume"]
        who = given.get("who") or SELF
        account = given.get("account")
        borrower = self.actor.id if who == SELF else account if who == OTHER else None
        chosen: list[UUID] = given.get("chosen", [])
        return Wanted(
            volumes=_volumes(volume, also=given["also"]),
            borrower=borrower,
            days=given["days"],
            reason=given["reason"],
            contact=given["contact"],
            outside=_outside(given) if who == OUTSIDE else None,
            materials={volume.pk: chosen} if chosen else {},
            letter=_file(given.get("letter_file")) if who == OUTSIDE else None,
        )

    def _account(self, text: str) -> UUID | None:
        text = text.strip()
        hits = roster.search(self.actor, text, limit=5) if text else []
        exact = [hit for hit in hits if any(cell.value == text for cell in hit.cells.values())]
        account = account_of_subject(exact[0].subject) if len(exact) == 1 else None
        if account is None:
            self.add_error(
                "borrower", _("没有找到有账号的这个人，请写全姓名或工号，或按外单位人员登记。")
            )
        return account

    def _chosen(self, volume: Volume, text: str) -> list[UUID]:
        items, _hidden = contents(look(self.actor, volume.pk))
        known = {item.body.label: item.id for item in items if item.body.label}
        wanted = [one.strip() for one in re.split("[,，、]", text) if one.strip()]
        missing = [one for one in wanted if one not in known]
        if missing:
            self.add_error(
                "numbers", _("案卷里没有编号 %(number)s 的材料。") % {"number": missing[0]}
            )
        return [known[one] for one in wanted if one in known]


_FOR_KEEPERS = (
    "numbers", "who", "borrower", "outside_name", "organisation", "document", "letter",
    "letter_file",
)  # fmt: skip


class AgainForm(forms.Form):
    """A returned request, changed."""

    reason = forms.CharField(label=_("事由"), max_length=500, widget=forms.Textarea({"rows": "3"}))
    days = forms.IntegerField(label=_("借期"), min_value=1, help_text=_("工作日"))
    contact = forms.CharField(label=_("联系电话"), max_length=40)


class LendForm(forms.Form):
    """借出: a drawn signature, where the borrower has not signed by log-in."""

    signature = forms.CharField(required=False, widget=forms.HiddenInput, max_length=400_000)

    def clean_signature(self) -> bytes | None:
        text: str = self.cleaned_data["signature"]
        if not text:
            return None
        try:
            data = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            raise forms.ValidationError(_("签名没有传完整，请重新签名。")) from None
        if not text.startswith(_PREFIX) or len(data) > MOST_SIGNATURE:
            raise forms.ValidationError(_("签名没有传完整，请重新签名。"))
        return data


class LostForm(forms.Form):
    note = forms.CharField(
        label=_("遗失经过"), max_length=300, widget=forms.Textarea({"rows": "3"})
    )


class ExtendForm(forms.Form):
    days = forms.IntegerField(label=_("续借"), min_value=1, help_text=_("工作日；每笔一次"))
    reason = forms.CharField(label=_("原因"), max_length=300)


class ReturnForm(forms.Form):
    """归还: for each material a tick, the pages counted, damage, a note."""

    def __init__(self, lines: Sequence[CheckLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if not line.outcome]
        for line in self.lines:
            self.fields |= {
                f"ok-{line.material}": forms.BooleanField(required=False),
                f"pages-{line.material}": forms.IntegerField(min_value=0, max_value=9999),
                f"damaged-{line.material}": forms.BooleanField(required=False),
                f"note-{line.material}": forms.CharField(required=False, max_length=300),
            }

    def rows(self) -> list[dict[str, Any]]:
        """The lines with their fields, for the template."""
        return [
            {"line": line}
            | {name: self[f"{name}-{line.material}"] for name in ("ok", "pages", "damaged", "note")}
            for line in self.lines
        ]

    def checks(self) -> list[Checked]:
        """The ticked materials of a valid form."""
        given = self.cleaned_data
        return [
            Checked(
                line.material,
                given[f"pages-{line.material}"],
                given[f"damaged-{line.material}"],
                given[f"note-{line.material}"],
            )
            for line in self.lines
            if given[f"ok-{line.material}"]
        ]


def _volumes(volume: Volume, *, also: bool) -> list[UUID]:
    if not also:
        return [volume.pk]
    mine = volumes_of(volume.subject_id)
    free = (Volume.Standing.HELD, Volume.Standing.LENT)
    return [one.pk for one in mine if one.standing in free and one.restricted_at is None]


def _outside(given: dict[str, Any]) -> Outside:
    return Outside(
        name=given["outside_name"].strip(),
        organisation=given["organisation"].strip(),
        document=given["document"].strip(),
        letter=given["letter"].strip(),
    )


def _file(upload: UploadedFile[Any] | None) -> tuple[str, bytes] | None:
    return (upload.name or "letter", upload.read()) if upload is not None else None
