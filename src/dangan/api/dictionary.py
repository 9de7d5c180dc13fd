"""The dictionary's part of the API. It stands here because the dictionary lies below rights."""

from __future__ import annotations

from ninja import Router, Schema

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.dictionary import queries
from dangan.dictionary.rules import Field, InfoSet

router = Router(tags=["dictionary"])


class FieldOut(Schema):
    """A field and what the law asks about it."""

    key: str
    path: str
    label: str
    label_en: str
    type: str
    code_table: str | None
    field_class: int
    purpose: str
    legal_basis: str
    retention: str
    owner: str
    self_service: str
    required: bool
    unique: bool
    roster: bool


class SetOut(Schema):
    """An information set."""

    key: str
    label: str
    label_en: str
    multiple: bool
    owner: str
    builtin: bool
    fields: list[FieldOut]


class DictionaryOut(Schema):
    """Every information set in force."""

    revision: int
    sets: list[SetOut]
    code_tables: list[str]


class CodeOut(Schema):
    """One code."""

    code: str
    name: str
    en: str
    parent: str


class CodeTableOut(Schema):
    """A code table."""

    key: str
    label: str
    codes: list[CodeOut]


@router.get("/dictionary", response=DictionaryOut, summary="信息集", operation_id="dictionary")
@page("dictionary.view")
def dictionary(request: ActorRequest) -> DictionaryOut:  # noqa: ARG001 - routes take the request
    known = queries.current()
    return DictionaryOut(
        revision=known.revision,
        sets=[_set(info_set) for info_set in known.sets.values()],
        code_tables=sorted(known.code_tables),
    )


@router.get(
    "/dictionary/code-tables/{key}",
    response=CodeTableOut,
    summary="代码表",
    operation_id="code_table",
)
@page("dictionary.view")
def code_table(request: ActorRequest, key: str) -> CodeTableOut:  # noqa: ARG001
    found = queries.current().code_tables.get(key)
    if found is None:
        raise Absent
    codes = [
        CodeOut(code=item.code, name=item.name, en=item.en, parent=item.parent)
        for item in found.codes
    ]
    return CodeTableOut(key=found.key, label=found.label, codes=codes)


def _set(info_set: InfoSet) -> SetOut:
    return SetOut(
        key=info_set.key,
        label=info_set.label,
        label_en=info_set.label_en,
        multiple=info_set.multiple,
        owner=info_set.owner,
        builtin=info_set.builtin,
        fields=[_field(item) for item in info_set.fields],
    )


def _field(item: Field) -> FieldOut:
    return FieldOut(
        key=item.key,
        path=item.path,
        label=item.label,
        label_en=item.label_en,
        type=item.type,
        code_table=item.code_table,
        field_class=int(item.field_class),
        purpose=item.purpose,
        legal_basis=item.legal_basis,
        retention=item.retention,
        owner=item.owner,
        self_service=item.self_service,
        required=item.required,
        unique=item.unique,
        roster=item.roster,
    )
