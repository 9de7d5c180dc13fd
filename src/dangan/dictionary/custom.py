"""The part of the dictionary added on a page: one JSON document, changed by pure functions.

A document says: ``sets`` (new sets), ``fields`` (new fields by set, built-in sets too),
``tables`` and ``codes`` (new code tables, new codes of any table), ``overrides`` (changed
properties of built-in fields by path) and ``retired`` (paths or set keys no longer in use).
Nothing is ever taken out of a document: old records must stay readable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, TypeAlias

from dangan.dictionary.building import (
    BadDictionary,
    Plain,
    code_problems,
    field_from,
    plain_of,
    set_from,
    table_from,
)
from dangan.dictionary.rules import (
    Code,
    CodeTable,
    Dictionary,
    Field,
    FieldClass,
    InfoSet,
    Message,
)

Document: TypeAlias = dict[str, Any]

EMPTY: Mapping[str, Any] = {
    "sets": [],
    "fields": {},
    "tables": {},
    "codes": {},
    "overrides": {},
    "retired": [],
}

FIXED = frozenset({"type", "code_table", "unique", "roster", "check"})
"""Properties that stay as they were when the field was added: stored values, uniqueness tokens
and the roster were made under them."""

ADJUSTABLE = frozenset(
    {
        *("class", "retention", "owner", "self_service", "mask", "expected", "aliases"),
        *("help", "help_en", "purpose", "purpose_en", "legal_basis"),
    }
)
"""Properties of a built-in field that an administrator may change."""

_NEVER_COLLECTED = (
    (
        ("乙肝", "艾滋", "传染病原"),
        Message("就业促进法第三十条不许以传染病病原携带为由拒绝录用"),
    ),
    (
        ("怀孕", "妊娠", "孕检", "生育意愿", "生育计划"),
        Message("不得询问婚育情况（人社部发〔2019〕17 号）"),
    ),
    (("宗教信仰", "性取向", "基因"), Message("与劳动合同没有直接关系（劳动合同法第八条）")),
    (("身份证原件", "护照原件"), Message("不得扣押证件原件（劳动合同法第九条）")),
)


def merge(base: Dictionary, document: Mapping[str, Any], revision: int) -> Dictionary:
    """``base`` with ``document`` added; raises :class:`BadDictionary` when they do not fit."""
    document = {**EMPTY, **document}
    tables = _merged_tables(base, document)
    retired = frozenset(document["retired"])
    sets = [_with_custom_fields(item, document, tables, retired) for item in base.sets.values()]
    for plain in document["sets"]:
        fields = _custom_fields(plain["key"], document, tables, retired)
        sets.append(set_from(plain, fields, builtin=False))
    marked = [replace(item, retired=item.key in retired) for item in sets]
    return Dictionary(
        revision=revision,
        sets={item.key: item for item in marked if not item.retired},
        retired_sets={item.key: item for item in marked if item.retired},
        code_tables=tables,
    )


def _merged_tables(base: Dictionary, document: Mapping[str, Any]) -> dict[str, CodeTable]:
    tables = dict(base.code_tables)
    for key, plain in document["tables"].items():
        tables[key] = table_from(key, plain, (), builtin=False)
    for key, codes in document["codes"].items():
        table = tables[key]
        by_code = dict(table.by_code)
        by_code |= {plain["code"]: _code_from(plain) for plain in codes}
        tables[key] = replace(table, codes=tuple(by_code.values()))
    return tables


def _code_from(plain: Plain) -> Code:
    return Code(**{**plain, "aliases": tuple(plain.get("aliases", ()))})


def _custom_fields(
    set_key: str,
    document: Mapping[str, Any],
    tables: Mapping[str, CodeTable],
    retired: frozenset[str],
) -> list[Field]:
    return [
        field_from(
            set_key,
            plain["key"],
            {
                **{name: value for name, value in plain.items() if name != "key"},
                "retired": f"{set_key}.{plain['key']}" in retired,
            },
            code_tables=tables,
            builtin=False,
        )
        for plain in document["fields"].get(set_key, ())
    ]


def _with_custom_fields(
    info_set: InfoSet,
    document: Mapping[str, Any],
    tables: Mapping[str, CodeTable],
    retired: frozenset[str],
) -> InfoSet:
    own = [_adjusted(item, document, tables, retired) for item in info_set.fields]
    fields = [*own, *_custom_fields(info_set.key, document, tables, retired)]
    return replace(
        info_set,
        fields=tuple(item for item in fields if not item.retired),
        retired_fields=tuple(item for item in fields if item.retired),
    )


def _adjusted(
    item: Field,
    document: Mapping[str, Any],
    tables: Mapping[str, CodeTable],
    retired: frozenset[str],
) -> Field:
    override = document["overrides"].get(item.path)
    if override:
        plain = plain_of(item) | override
        item = field_from(item.set_key, item.key, plain, code_tables=tables, builtin=True)
    return replace(item, retired=True) if item.path in retired else item


def add_set(base: Dictionary, document: Mapping[str, Any], plain: Plain) -> Document:
    """``document`` with a new, still empty set."""
    new = _copy(document)
    current = merge(base, document, 0)
    key = str(plain.get("key", ""))
    _refuse_clash(key, {*current.sets, *current.retired_sets})
    _refuse_same_label(str(plain.get("label", "")), [item.label for item in current.sets.values()])
    new["sets"].append({"multiple": True, **plain})
    merge(base, new, 0)
    return new


def add_field(
    base: Dictionary, document: Mapping[str, Any], set_key: str, key: str, plain: Plain
) -> Document:
    """``document`` with a new field in ``set_key``."""
    current = merge(base, document, 0)
    info_set = current.sets[set_key]
    _refuse_clash(key, info_set.by_key)
    _refuse_same_label(str(plain.get("label", "")), [item.label for item in info_set.fields])
    _refuse_excess(plain)
    new = _copy(document)
    new["fields"].setdefault(set_key, []).append({"key": key, **plain})
    merge(base, new, 0)
    return new


def change_field(
    base: Dictionary, document: Mapping[str, Any], path: str, changes: Plain
) -> Document:
    """``document`` with some properties of a field changed."""
    item = merge(base, document, 0).field(path)
    before = plain_of(item)
    changes = {name: value for name, value in changes.items() if before.get(name) != value}
    frozen = changes.keys() - ADJUSTABLE if item.builtin else changes.keys() & FIXED
    if frozen:
        raise BadDictionary(
            dict.fromkeys(frozen, Message("这个属性已被使用，不能修改")), where=path
        )
    _refuse_excess(before | changes)
    new = _copy(document)
    if item.builtin:
        new["overrides"].setdefault(path, {}).update(changes)
    else:
        stored = new["fields"][item.set_key]
        next(plain for plain in stored if plain["key"] == item.key).update(changes)
    merge(base, new, 0)
    return new


def retire(base: Dictionary, document: Mapping[str, Any], what: str) -> Document:
    """``document`` without the field ``set.field`` or the whole set ``set`` in use any more."""
    current = merge(base, document, 0)
    if "." in what:
        item = current.field(what)
        if item.builtin and (item.required or item.unique or item.roster):
            raise BadDictionary(
                {"": Message("系统的功能要用到“{label}”，不能停用", label=item.label)}, where=what
            )
    elif any(
        f.required or f.unique or f.roster for f in current.info_set(what).fields if f.builtin
    ):
        label = current.info_set(what).label
        raise BadDictionary(
            {"": Message("系统的功能要用到“{label}”，不能停用", label=label)}, where=what
        )
    new = _copy(document)
    new["retired"] = sorted({*new["retired"], what})
    merge(base, new, 0)
    return new


def restore(base: Dictionary, document: Mapping[str, Any], what: str) -> Document:
    """``document`` with a retired field or set in use again."""
    new = _copy(document)
    new["retired"] = [item for item in new["retired"] if item != what]
    merge(base, new, 0)
    return new


def add_table(
    base: Dictionary,
    document: Mapping[str, Any],
    key: str,
    plain: Plain,
    codes: Sequence[Plain],
) -> Document:
    """``document`` with a new code table."""
    current = merge(base, document, 0)
    _refuse_clash(key, current.code_tables)
    if not codes:
        raise BadDictionary({"codes": Message("请至少写一项")}, where=key)
    new = _copy(document)
    new["tables"][key] = dict(plain)
    new["codes"][key] = [dict(code) for code in codes]
    _check_codes(codes, key)
    merge(base, new, 0)
    return new


def put_code(
    base: Dictionary, document: Mapping[str, Any], table_key: str, plain: Plain
) -> Document:
    """``document`` with one code of a table added or changed (its code itself never changes)."""
    table = merge(base, document, 0).code_tables[table_key]
    _check_codes([plain], table_key)
    meant = table.code_of(str(plain["name"]))
    if meant is not None and meant != plain["code"]:
        raise BadDictionary(
            {"name": Message("“{name}”已经是代码 {code}", name=plain["name"], code=meant)},
            where=table_key,
        )
    new = _copy(document)
    codes = [item for item in new["codes"].get(table_key, ()) if item["code"] != plain["code"]]
    new["codes"][table_key] = [*codes, dict(plain)]
    merge(base, new, 0)
    return new


def _check_codes(codes: Sequence[Plain], where: str) -> None:
    problems: dict[str, Message] = {}
    for plain in codes:
        problems |= code_problems(str(plain.get("code", "")), str(plain.get("name", "")))
    if len({plain.get("code") for plain in codes}) != len(codes):
        problems["codes"] = Message("代码重复")
    if problems:
        raise BadDictionary(problems, where=where)


def _copy(document: Mapping[str, Any]) -> Document:
    return deepcopy({**EMPTY, **document})


def _refuse_clash(key: str, taken: Mapping[str, object] | set[str]) -> None:
    if key in taken:
        raise BadDictionary({"key": Message("标识“{key}”已被使用，请换一个", key=key)}, where=key)


def _refuse_same_label(label: str, taken: Sequence[str]) -> None:
    if label in taken:
        raise BadDictionary(
            {"label": Message("已有名为“{label}”的一项，请换一个名称", label=label)}, where=label
        )


def _refuse_excess(plain: Plain) -> None:
    """Refuse to collect beyond need (PIPL arts. 6, 28 and 29; the laws named in the message)."""
    label = str(plain.get("label", ""))
    for words, reason in _NEVER_COLLECTED:
        if any(word in label for word in words):
            raise BadDictionary(
                {"label": Message("不能采集“{label}”：{reason}", label=label, reason=reason)},
                where=label,
            )
    sensitive = plain.get("class") in {
        item.name.lower() for item in FieldClass if item >= FieldClass.SENSITIVE
    }
    if sensitive and plain.get("legal_basis") == "consent":
        message = Message("敏感个人信息要取得单独同意（个人信息保护法第二十九条），请改选法律依据")
        raise BadDictionary({"legal_basis": message}, where=label)


def differences(old: Dictionary, new: Dictionary) -> list[tuple[str, str, Any, Any]]:
    """What changed between two revisions: (path, property, before, after), sorted by path.

    The property is ``""`` where a whole set, field or code came or went.
    """
    before, after = _flat(old), _flat(new)
    changed: list[tuple[str, str, Any, Any]] = []
    for path in sorted(before.keys() | after.keys()):
        was, now = before.get(path), after.get(path)
        if was is None or now is None:
            changed.append((path, "", was and was["label"], now and now["label"]))
        else:
            names = sorted(name for name in was.keys() | now.keys() if was[name] != now[name])
            changed.extend((path, name, was[name], now[name]) for name in names)
    return changed


def _flat(dictionary: Dictionary) -> dict[str, dict[str, Any]]:
    flat: dict[str, dict[str, Any]] = {}
    for info_set in (*dictionary.sets.values(), *dictionary.retired_sets.values()):
        flat[info_set.key] = {"label": info_set.label, "retired": info_set.retired}
        for item in info_set.by_key.values():
            flat[item.path] = plain_of(item)
    for table in dictionary.code_tables.values():
        flat[f"#{table.key}"] = {"label": table.label}
        for code in table.codes:
            flat[f"#{table.key}.{code.code}"] = {"label": code.name, "retired": code.retired}
    return flat
