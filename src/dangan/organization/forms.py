"""What the organisation pages ask for. Whether it can be is decided by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.organization.rules import KINDS, NAME_AT_MOST, Tree
from dangan.ui.languages import label


class _Dated(forms.Form):
    """From which day on; today when left empty."""

    effective = forms.DateField(
        label=_("生效日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("不填从今天起；填以后的日期，到那天自动生效"),
    )


class RenameForm(_Dated):
    """Another name or code."""

    name = forms.CharField(label=_("名称"), max_length=NAME_AT_MOST)
    code = forms.CharField(label=_("编号"), max_length=40, required=False)
    field_order = ("name", "code", "effective")


class MoveForm(_Dated):
    """Another parent."""

    parent = forms.ChoiceField(label=_("移到"), required=False)
    field_order = ("parent", "effective")

    def __init__(self, *args: Any, tree: Tree, unit: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = parent_choices(tree, without=tree.subtree(unit))

    @property
    def parent_id(self) -> UUID | None:
        """The chosen parent; None for the top."""
        chosen = self.cleaned_data.get("parent")
        return UUID(chosen) if chosen else None


class HeadForm(_Dated):
    """The head, by name or number; when several fit, one of them."""

    who = forms.CharField(label=_("负责人"), max_length=60, help_text=_("姓名、拼音或工号"))
    person = forms.ChoiceField(label=_("选一个人"), required=False, widget=forms.RadioSelect)
    field_order = ("who", "person", "effective")

    def __init__(self, *args: Any, found: Sequence[tuple[UUID, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(str(subject), text) for subject, text in found]
        self.several = len(found) > 1


class CloseForm(_Dated):
    """The day from which the unit is no more."""


class ChildForm(_Dated):
    """A new unit below this one."""

    kind = forms.ChoiceField(label=_("类型"))
    name = forms.CharField(label=_("名称"), max_length=NAME_AT_MOST)
    code = forms.CharField(label=_("编号"), max_length=40, required=False)
    field_order = ("kind", "name", "code", "effective")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(kind, label(*labels)) for kind, labels in KINDS.items()]
        self.fields["effective"].help_text = _("不填从今天起；可以填成立的日期")


class LoadForm(forms.Form):
    """A list of units as a file."""

    file = forms.FileField(label=_("清单文件"), help_text=_("CSV，两列：path、type"))


def parent_choices(tree: Tree, without: frozenset[UUID]) -> list[tuple[str, str]]:
    """Every open unit but those of a branch, those below set in; the top first."""
    indent = "\N{IDEOGRAPHIC SPACE}"
    return [("", str(_("最上级"))), *(
        (str(node.id), f"{indent * depth}{node.name}")
        for node, depth in tree.walk()
        if node.id not in without
    )]  # fmt: skip
