"""The dictionary in the reader's words: one line of a table for each field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from dangan.dictionary.rules import (
    CHECKS,
    FIELD_TYPES,
    LEGAL_BASES,
    LEGAL_SHORT,
    MASKS,
    OWNERS,
    RETENTIONS,
    SELF_SERVICE,
    Dictionary,
    Field,
    FieldClass,
    InfoSet,
)
from dangan.ui.languages import label


def of_pair(labels: Mapping[str, tuple[str, str]], key: str) -> str:
    """A label of one of the fixed lists, in the reader's language."""
    pair = labels.get(key)
    return label(*pair) if pair else key


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field in words."""

    key: str
    label: str
    url: str
    type: str
    table_url: str
    field_class: str
    mark: str
    purpose: str
    basis: str
    basis_full: str
    retention: str
    owner: str
    self_service: str
    mask: str
    check: str
    flags: tuple[str, ...]
    number: str
    help: str
    aliases: str
    builtin: bool
    retired: bool


def field_line(item: Field, dictionary: Dictionary) -> FieldLine:
    """``item`` in words."""
    table = dictionary.code_tables.get(item.code_table or "")
    kind = of_pair(FIELD_TYPES, item.type)
    return FieldLine(
        key=item.key,
        label=label(item.label, item.label_en),
        url=reverse("dictionary:field", args=[item.set_key, item.key]),
        type=label(table.label, table.label_en) if table else kind,
        table_url=reverse("dictionary:table", args=[table.key]) if table else "",
        field_class=label(item.field_class.label, item.field_class.label_en),
        mark=_mark(item.field_class),
        purpose=label(item.purpose, item.purpose_en),
        basis=of_pair(LEGAL_SHORT, item.legal_basis),
        basis_full=of_pair(LEGAL_BASES, item.legal_basis),
        retention=of_pair(RETENTIONS, item.retention),
        owner=of_pair(OWNERS, item.owner),
        self_service=of_pair(SELF_SERVICE, item.self_service),
        mask=of_pair(MASKS, item.mask),
        check=of_pair(CHECKS, item.check) if item.check else "",
        flags=_flags(item),
        number=" / ".join(filter(None, (item.gb_item, item.siis_item))),
        help=label(item.help, item.help_en),
        aliases="、".join(item.aliases),
        builtin=item.builtin,
        retired=item.retired,
    )


def _mark(field_class: FieldClass) -> str:
    """Grades are ink outlines, the highest solid; what everybody may know has no mark."""
    if field_class == FieldClass.SECRET:
        return "mk secret-top"
    return "mk secret" if field_class >= FieldClass.SENSITIVE else "ink2"


def _flags(item: Field) -> tuple[str, ...]:
    named = (
        (item.required, _("必填")),
        (item.roster, _("花名册")),
        (item.unique, _("唯一")),
    )
    return tuple(name for on, name in named if on)


@dataclass(frozen=True, slots=True)
class SetLine:
    """A set in the list at the left, and the head of its page."""

    key: str
    label: str
    url: str
    fields: int
    highest: str
    mark: str
    owner: str
    multiple: bool
    gb_set: str
    builtin: bool
    retired: bool
    help: str


def set_line(info_set: InfoSet) -> SetLine:
    """``info_set`` in words."""
    return SetLine(
        key=info_set.key,
        label=label(info_set.label, info_set.label_en),
        url=reverse("dictionary:set", args=[info_set.key]),
        fields=len(info_set.fields),
        highest=label(info_set.highest_class.label, info_set.highest_class.label_en),
        mark=_mark(info_set.highest_class),
        owner=of_pair(OWNERS, info_set.owner),
        multiple=info_set.multiple,
        gb_set=info_set.gb_set,
        builtin=info_set.builtin,
        retired=info_set.retired,
        help=label(info_set.help, info_set.help_en),
    )


def set_lines(sets: Iterable[InfoSet]) -> list[SetLine]:
    """Several sets in words."""
    return [set_line(info_set) for info_set in sets]
