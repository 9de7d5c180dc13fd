"""From plain data (TOML, JSON) to the shapes of :mod:`.rules`, strictly: an unknown property, a
missing one or a value out of range is a :class:`BadDictionary`. Pure.

The built-in files and the part added on a page go through the same door, so both obey the same
rules.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from dangan.dictionary.rules import (
    CHECKS,
    FIELD_TYPES,
    LEGAL_BASES,
    MASKS,
    OWNERS,
    RETENTIONS,
    SELF_SERVICE,
    Code,
    CodeTable,
    Field,
    FieldClass,
    InfoSet,
    Message,
)

Plain: TypeAlias = Mapping[str, Any]

_IDENTIFIER = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
_IDENTIFIER_LIMIT = 40
_LABEL_LIMIT = 30
_CODE = re.compile(r"^[0-9A-Za-z][0-9A-Za-z._-]{0,15}$")
_CLASSES = {item.name.lower(): item for item in FieldClass}
_FIELD_PROPERTIES = frozenset(
    {
        *("label", "label_en", "type", "code_table", "class", "purpose", "purpose_en"),
        *("legal_basis", "retention", "owner", "self_service", "mask", "roster", "unique"),
        *("required", "expected", "aliases", "gb_item", "siis_item", "help", "help_en"),
        *("max_length", "check", "retired"),
    }
)
_CHOICES: Mapping[str, Collection[str]] = {
    "type": FIELD_TYPES,
    "class": _CLASSES,
    "legal_basis": LEGAL_BASES,
    "retention": RETENTIONS,
    "owner": OWNERS,
    "self_service": SELF_SERVICE,
    "mask": MASKS,
    "check": CHECKS,
}
_UNIQUE_TYPES = frozenset({"text", "id_number", "phone", "email", "bank_account", "integer"})


class BadDictionary(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A set, field or code table that cannot be taken. ``problems`` maps the property (``""``:
    the whole) to what is wrong and what to do."""

    def __init__(self, problems: Mapping[str, Message], *, where: str = "") -> None:
        super().__init__(f"{where}: " + "; ".join(f"{k}: {v}" for k, v in problems.items()))
        self.problems = dict(problems)


def identifier_problem(key: str) -> Message | None:
    """Why ``key`` cannot be an identifier, or ``None``."""
    if _IDENTIFIER.match(key) and len(key) <= _IDENTIFIER_LIMIT:
        return None
    return Message(
        "标识只能用小写字母、数字和下划线，以字母开头，最长 {limit} 个字符", limit=_IDENTIFIER_LIMIT
    )


def field_problems(plain: Plain, code_tables: Collection[str]) -> dict[str, Message]:
    """What is wrong with a field's properties; empty when it can be taken.

    Class, purpose, legal basis and retention are mandatory: what has no purpose and no basis in
    law may not be collected (PIPL arts. 5, 6 and 13).
    """
    problems: dict[str, Message] = {}
    for name in plain.keys() - _FIELD_PROPERTIES:
        problems[name] = Message("没有这个属性")
    _check_words(plain, problems)
    for name, choices in _CHOICES.items():
        value = plain.get(name)
        if value is None and name in ("self_service", "mask", "check"):
            continue
        if value not in choices:
            problems.setdefault(name, Message("请选择一项"))
    _check_kind(plain, code_tables, problems)
    return problems


def _check_words(plain: Plain, problems: dict[str, Message]) -> None:
    for name in ("label", "label_en"):
        if not str(plain.get(name) or "").strip():
            problems[name] = Message("请填写名称")
        elif len(str(plain[name])) > _LABEL_LIMIT * (2 if name == "label_en" else 1):
            problems[name] = Message("名称太长，请缩短")
    if not str(plain.get("purpose") or "").strip():
        problems["purpose"] = Message("请写明处理目的：没有目的的信息不能采集")


def _check_kind(plain: Plain, code_tables: Collection[str], problems: dict[str, Message]) -> None:
    kind, table = plain.get("type"), plain.get("code_table")
    if kind == "code" and table not in code_tables:
        problems["code_table"] = Message("请选择代码表")
    if kind != "code" and table:
        problems["code_table"] = Message("只有代码类型的字段才用代码表")
    if plain.get("unique") and kind not in _UNIQUE_TYPES:
        problems["unique"] = Message("这种类型的字段不能要求不重复")
    if plain.get("check") and kind != "text":
        problems["check"] = Message("只有单行文字才另行检查")
    limit = plain.get("max_length")
    if limit is not None and not (isinstance(limit, int) and 1 <= limit <= 10_000):
        problems["max_length"] = Message("最大长度应在 1 到 10000 之间")


def field_from(
    set_key: str, key: str, plain: Plain, *, code_tables: Collection[str], builtin: bool
) -> Field:
    """The field described by ``plain``; raises :class:`BadDictionary`."""
    problems = field_problems(plain, code_tables)
    wrong_key = identifier_problem(key)
    if wrong_key:
        problems["key"] = wrong_key
    if problems:
        raise BadDictionary(problems, where=f"{set_key}.{key}")
    rest = {name: plain[name] for name in _FIELD_PROPERTIES & plain.keys() if name != "class"}
    rest["aliases"] = tuple(rest.get("aliases", ()))
    return Field(
        key=key,
        path=f"{set_key}.{key}",
        field_class=_CLASSES[plain["class"]],
        builtin=builtin,
        **{name: value for name, value in rest.items() if value is not None},
    )


def plain_of(item: Field) -> dict[str, Any]:
    """The properties of a field as plain data, the inverse of :func:`field_from`."""
    plain = {name: getattr(item, name) for name in _FIELD_PROPERTIES - {"class", "aliases"}}
    plain["class"] = item.field_class.name.lower()
    plain["aliases"] = list(item.aliases)
    return plain


_SET_PROPERTIES = frozenset(
    {
        *("key", "order", "label", "label_en", "multiple", "owner", "gb_set", "sort_by"),
        *("title_fields", "aliases", "help", "help_en", "retired", "expected"),
    }
)


def set_problems(plain: Plain) -> dict[str, Message]:
    """What is wrong with a set's own properties, its fields apart."""
    problems: dict[str, Message] = {}
    for name in plain.keys() - _SET_PROPERTIES:
        problems[name] = Message("没有这个属性")
    wrong_key = identifier_problem(str(plain.get("key", "")))
    if wrong_key:
        problems["key"] = wrong_key
    for name in ("label", "label_en"):
        if not str(plain.get(name) or "").strip():
            problems[name] = Message("请填写名称")
    if plain.get("owner") not in OWNERS:
        problems["owner"] = Message("请选择一项")
    return problems


def set_from(plain: Plain, fields: Sequence[Field], *, builtin: bool) -> InfoSet:
    """The set described by ``plain`` with ``fields``; raises :class:`BadDictionary`."""
    problems = set_problems(plain)
    keys = {item.key for item in fields}
    named = {*plain.get("title_fields", ()), *filter(None, [plain.get("sort_by")])}
    if named - keys:
        problems["title_fields"] = Message("没有字段 {keys}", keys="、".join(named - keys))
    if len(keys) != len(fields):
        problems["fields"] = Message("字段标识重复")
    if problems:
        raise BadDictionary(problems, where=str(plain.get("key")))
    return InfoSet(
        key=plain["key"],
        label=plain["label"],
        label_en=plain["label_en"],
        multiple=bool(plain.get("multiple", True)),
        fields=tuple(item for item in fields if not item.retired),
        retired_fields=tuple(item for item in fields if item.retired),
        owner=plain["owner"],
        expected=bool(plain.get("expected", False)),
        gb_set=plain.get("gb_set", ""),
        sort_by=plain.get("sort_by"),
        title_fields=tuple(plain.get("title_fields", ())),
        aliases=tuple(plain.get("aliases", ())),
        help=plain.get("help", ""),
        help_en=plain.get("help_en", ""),
        retired=bool(plain.get("retired", False)),
        builtin=builtin,
    )


def code_problems(code: str, name: str) -> dict[str, Message]:
    """What is wrong with one line of a code table."""
    problems: dict[str, Message] = {}
    if not _CODE.match(code):
        problems["code"] = Message("代码只能用字母、数字和 . _ -，最长 16 个字符")
    if not name.strip() or len(name) > 60:
        problems["name"] = Message("请填写名称，最长 60 个字")
    return problems


def table_from(key: str, plain: Plain, codes: Sequence[Code], *, builtin: bool) -> CodeTable:
    """The code table described by ``plain``; raises :class:`BadDictionary`."""
    problems: dict[str, Message] = {}
    wrong_key = identifier_problem(key)
    if wrong_key:
        problems["key"] = wrong_key
    if not str(plain.get("label") or "").strip():
        problems["label"] = Message("请填写名称")
    known = {item.code for item in codes}
    if len(known) != len(codes):
        problems["codes"] = Message("代码重复")
    for item in codes:
        problems |= code_problems(item.code, item.name)
        if item.parent and item.parent not in known:
            problems["parent"] = Message("上级代码 {code} 不在表里", code=item.parent)
    if problems:
        raise BadDictionary(problems, where=key)
    return CodeTable(
        key=key,
        label=plain["label"],
        label_en=plain.get("label_en") or plain["label"],
        source=plain.get("source", ""),
        codes=tuple(codes),
        builtin=builtin,
    )
