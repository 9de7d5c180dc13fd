"""What an information set, a field and a code table are. Pure: no files, clock or database.

Everything personal that the system stores is described by a :class:`Dictionary`: the built-in
part comes from TOML (see :mod:`.loading`), the part added on a page from the database
(see :mod:`.custom`). After merging nobody can tell them apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import TypeAlias

Json: TypeAlias = str | int | bool
"""A stored value. Dates are ISO strings, decimals are strings; an empty value is ``None``."""

OPEN_END = "9999"
"""How an ``open_date`` stores 至今: it sorts after every real date."""


class FieldClass(IntEnum):
    """Secrecy class of a field 密级, the firm's own mark. Higher needs more clearance."""

    PUBLIC = 1
    INTERNAL = 2
    SENSITIVE = 3
    CONFIDENTIAL = 4
    SECRET = 5

    @property
    def label(self) -> str:
        return _CLASS_LABELS[self][0]

    @property
    def label_en(self) -> str:
        return _CLASS_LABELS[self][1]


_CLASS_LABELS = {
    FieldClass.PUBLIC: ("公开", "Public"),
    FieldClass.INTERNAL: ("内部", "Internal"),
    FieldClass.SENSITIVE: ("敏感", "Sensitive"),
    FieldClass.CONFIDENTIAL: ("机密", "Confidential"),
    FieldClass.SECRET: ("绝密", "Secret"),
}

FIELD_TYPES: Mapping[str, tuple[str, str]] = {
    "text": ("单行文字", "Text"),
    "long_text": ("多行文字", "Long text"),
    "date": ("日期", "Date"),
    "partial_date": ("日期（可到年或月）", "Date, year or month"),
    "open_date": ("日期（可填至今）", "Date or until now"),
    "code": ("代码", "Code"),
    "integer": ("整数", "Integer"),
    "decimal": ("小数", "Decimal"),
    "money": ("金额", "Money"),
    "boolean": ("是／否", "Yes or no"),
    "phone": ("电话号码", "Telephone number"),
    "email": ("电子邮箱", "E-mail address"),
    "id_number": ("公民身份号码", "Citizen identity number"),
    "bank_account": ("银行账号", "Bank account number"),
    "unit": ("部门", "Organisation unit"),
    "subject": ("人员", "Person"),
    "image": ("照片", "Picture"),
    "url": ("网址", "Web address"),
}
"""Every field type with its Chinese and English label."""

MASKS: Mapping[str, tuple[str, str]] = {
    "none": ("不掩码", "Not masked"),
    "all": ("全部掩码", "Everything"),
    "name": ("留姓", "Family name stays"),
    "phone": ("留前三后四位", "First three and last four stay"),
    "id_number": ("留前四后四位", "First four and last four stay"),
    "bank": ("留后四位", "Last four stay"),
    "email": ("留首字母和域名", "First letter and domain stay"),
    "address": ("留前六个字", "First six characters stay"),
    "year": ("只留年份", "Year stays"),
}
"""Mask rules: what stays visible when a reader may only see the mask."""

CHECKS: Mapping[str, tuple[str, str]] = {
    "": ("不另行检查", "No further check"),
    "name": ("人名", "A person's name"),
    "number": ("编号（字母、数字和 - _ /）", "A number of letters, digits and - _ /"),
    "postcode": ("六位邮政编码", "A postcode of six digits"),
}
"""What a ``text`` field checks besides its length."""

SELF_SERVICE: Mapping[str, tuple[str, str]] = {
    "none": ("不可见", "Not shown"),
    "view": ("可看", "May view"),
    "edit": ("可申请修改", "May ask for a change"),
}
"""What the person concerned may do with the field on their own pages."""

OWNERS: Mapping[str, tuple[str, str]] = {
    "hr": ("人力资源", "Human resources"),
    "administration": ("行政", "Administration"),
    "finance": ("财务", "Finance"),
    "legal": ("法务", "Legal"),
    "it": ("信息技术", "IT"),
    "security": ("保密", "Confidentiality"),
}
"""Departments that own fields: the owner reviews changes to them."""

LEGAL_BASES: Mapping[str, tuple[str, str]] = {
    "contract": (
        "订立、履行劳动合同及人力资源管理所必需（个人信息保护法第十三条第一款第二项）",
        "Necessary for the employment contract and HR management (PIPL art. 13(1)(2))",
    ),
    "legal_duty": (
        "履行法定职责或者法定义务所必需（个人信息保护法第十三条第一款第三项）",
        "Necessary for statutory duties (PIPL art. 13(1)(3))",
    ),
    "staff_register": (
        "建立职工名册（劳动合同法第七条、劳动合同法实施条例第八条；个人信息保护法第十三条第一款第三项）",
        "Staff register (Labour Contract Law art. 7, its Regulations art. 8; PIPL art. 13(1)(3))",
    ),
    "contract_facts": (
        "与劳动合同直接相关的基本情况（劳动合同法第八条；个人信息保护法第十三条第一款第二项）",
        "Facts directly tied to the contract (Labour Contract Law art. 8; PIPL art. 13(1)(2))",
    ),
    "payroll": (
        "支付工资、代扣税款和缴纳社会保险（个人信息保护法第十三条第一款第二、三项）",
        "Wages, tax and social insurance (PIPL art. 13(1)(2) and (3))",
    ),
    "cadre_rules": (
        "干部人事档案管理（干部人事档案工作条例；个人信息保护法第十三条第一款第三项）",
        "Cadre personnel archives rules (PIPL art. 13(1)(3))",
    ),
    "emergency": (
        "紧急情况下保护生命健康和财产安全（个人信息保护法第十三条第一款第四项）",
        "Protecting life, health and property in an emergency (PIPL art. 13(1)(4))",
    ),
    "consent": (
        "本人同意（个人信息保护法第十三条第一款第一项）",
        "Consent of the person (PIPL art. 13(1)(1))",
    ),
    "separate_consent": (
        "本人单独同意（个人信息保护法第十三条第一款第一项、第二十九条）",
        "Separate consent for sensitive data (PIPL arts. 13(1)(1) and 29)",
    ),
}
"""Why a field may be held at all, with the law's article."""

LEGAL_SHORT: Mapping[str, tuple[str, str]] = {
    "contract": ("个保法 13(1)②", "PIPL 13(1)(2)"),
    "legal_duty": ("个保法 13(1)③", "PIPL 13(1)(3)"),
    "staff_register": ("劳动合同法 7", "LCL 7"),
    "contract_facts": ("劳动合同法 8", "LCL 8"),
    "payroll": ("个保法 13(1)②③", "PIPL 13(1)(2)(3)"),
    "cadre_rules": ("干部档案条例", "Cadre archives rules"),
    "emergency": ("个保法 13(1)④", "PIPL 13(1)(4)"),
    "consent": ("同意", "Consent"),
    "separate_consent": ("单独同意", "Separate consent"),
}
"""The same in a few characters, for tables."""

RETENTIONS: Mapping[str, tuple[str, str]] = {
    "employment": ("在职期间", "While employed"),
    "departure_2y": ("离职后 2 年", "2 years after departure"),
    "contract_end_2y": ("合同终止后 2 年", "2 years after the contract ends"),
    "departure_3y": ("离职后 3 年", "3 years after departure"),
    "event_3y": ("办结后 3 年", "3 years after the matter is closed"),
    "accounting_30y": ("30 年（随会计凭证）", "30 years (with accounting vouchers)"),
    "permanent": ("永久", "Permanently"),
    "consent": ("撤回同意即删", "Until consent is withdrawn"),
}
"""Retention rules 保存期限. Terms from: labour contract law art. 50 (two years), accounting
archives rules (30 years); 办结后 3 年 follows PIPL art. 56. Each can be changed on the page."""


class Message:
    """A sentence for a person: a Chinese template with named places, and what fills them.

    ``str(message)`` is the Chinese text. Pages translate ``text`` first and fill in afterwards.
    Parameters may carry personal data; templates never do, so only ``text`` may be logged.
    """

    __slots__ = ("params", "text")

    def __init__(self, text: str, **params: object) -> None:
        self.text = text
        self.params = params

    def __str__(self) -> str:
        return self.text.format(**self.params) if self.params else self.text

    def __repr__(self) -> str:
        return f"Message({self.text!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self.text == other.text and self.params == other.params

    def __hash__(self) -> int:
        return hash(self.text)


class BadValue(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A value that cannot be taken; ``message`` says what is wrong and what to do.

    The exception's own text is the template only, so a log never carries the value.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an information set, with everything the rest of the system needs to know.

    ``type`` is a key of :data:`FIELD_TYPES`; ``legal_basis`` of :data:`LEGAL_BASES`;
    ``retention`` of :data:`RETENTIONS`; ``owner`` of :data:`OWNERS`; ``self_service`` of
    :data:`SELF_SERVICE`; ``mask`` of :data:`MASKS`; ``check`` of :data:`CHECKS`.
    ``expected`` counts for completeness. ``aliases`` are headings by which spreadsheets
    call it. ``gb_item`` (参照 GB/T 14946.1) and ``siis_item`` (the four-digit numbering) are
    metadata for exchange only.
    """

    key: str
    path: str
    label: str
    label_en: str
    type: str
    field_class: FieldClass
    purpose: str
    legal_basis: str
    retention: str
    owner: str
    code_table: str | None = None
    self_service: str = "view"
    mask: str = "all"
    roster: bool = False
    unique: bool = False
    required: bool = False
    expected: bool = False
    aliases: tuple[str, ...] = ()
    gb_item: str = ""
    siis_item: str = ""
    help: str = ""
    max_length: int | None = None
    check: str = ""
    builtin: bool = True
    retired: bool = False
    purpose_en: str = ""
    help_en: str = ""

    @property
    def needs_consent(self) -> bool:
        """Whether the person must agree before the field is collected at all."""
        return self.legal_basis in ("consent", "separate_consent")

    @property
    def set_key(self) -> str:
        return self.path.partition(".")[0]


@dataclass(frozen=True)
class InfoSet:
    """An information set 信息集: fields that belong together, one row or many per person.

    ``fields`` holds what is in use; ``retired_fields`` what is kept readable in old versions.
    ``expected`` sets count for completeness. ``sort_by`` names the field that orders the rows,
    ``title_fields`` say what a row is called; ``aliases`` are names of spreadsheet sheets.
    """

    key: str
    label: str
    label_en: str
    multiple: bool
    fields: tuple[Field, ...]
    owner: str
    expected: bool = False
    gb_set: str = ""
    sort_by: str | None = None
    title_fields: tuple[str, ...] = ()
    builtin: bool = True
    retired: bool = False
    retired_fields: tuple[Field, ...] = ()
    help: str = ""
    help_en: str = ""
    aliases: tuple[str, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        """Every field, retired ones included, by key."""
        return {item.key: item for item in (*self.retired_fields, *self.fields)}

    def field(self, key: str) -> Field:
        """The field ``key``; raises :class:`KeyError` when there is none."""
        return self.by_key[key]

    @cached_property
    def highest_class(self) -> FieldClass:
        """The highest class of any field in use: how a whole row is to be treated."""
        return max((item.field_class for item in self.fields), default=FieldClass.INTERNAL)


@dataclass(frozen=True, slots=True)
class Code:
    """One line of a code table."""

    code: str
    name: str
    parent: str = ""
    en: str = ""
    short: str = ""
    aliases: tuple[str, ...] = ()
    retired: bool = False


@dataclass(frozen=True)
class CodeTable:
    """A code table. ``source`` says which standard it is modelled on (参照), or 自定."""

    key: str
    label: str
    codes: tuple[Code, ...]
    label_en: str = ""
    source: str = ""
    builtin: bool = True

    @cached_property
    def by_code(self) -> Mapping[str, Code]:
        return {item.code: item for item in self.codes}

    @cached_property
    def by_text(self) -> Mapping[str, str]:
        """Code by every spelling: code, name, short name, English, aliases. Earlier meanings win:
        a code before a name, a name before an alias."""
        found: dict[str, str] = {}
        for spellings in (
            lambda c: (c.code,),
            lambda c: (c.name,),
            lambda c: (c.short,),
            lambda c: c.aliases,
            lambda c: (c.en,),
        ):
            for item in self.codes:
                for text in spellings(item):
                    if text:
                        found.setdefault(_spelling(text), item.code)
        return found

    def code_of(self, text: str) -> str | None:
        """The code meant by ``text``, or ``None``; spaces, width and case do not matter."""
        return self.by_text.get(text) or self.by_text.get(_spelling(text))

    def name_of(self, code: str, language: str = "zh-hans") -> str:
        """What ``code`` is called; the code itself when the table does not know it."""
        item = self.by_code.get(code)
        if item is None:
            return code
        if language.startswith("en") and item.en:
            return item.en
        return item.short or item.name

    @cached_property
    def choices(self) -> tuple[Code, ...]:
        """The codes to offer on a form: those in use."""
        return tuple(item for item in self.codes if not item.retired)

    def ancestors(self, code: str) -> Iterator[str]:
        """``code`` and the codes above it, nearest first."""
        seen: set[str] = set()
        while code and code not in seen:
            seen.add(code)
            yield code
            item = self.by_code.get(code)
            code = item.parent if item else ""


@lru_cache(maxsize=65536)
def _spelling(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@dataclass(frozen=True, eq=False)
class Dictionary:
    """All information sets and code tables at one revision (0: only what is built in).

    Compared by identity, so that what is derived from it can be cached by it.
    """

    revision: int
    sets: Mapping[str, InfoSet]
    code_tables: Mapping[str, CodeTable]
    retired_sets: Mapping[str, InfoSet] = field(default_factory=dict)

    def info_set(self, key: str) -> InfoSet:
        """The set ``key``, retired ones included; raises :class:`KeyError`."""
        return self.sets[key] if key in self.sets else self.retired_sets[key]

    def field(self, path: str) -> Field:
        """The field at ``set.field``, retired ones included; raises :class:`KeyError`."""
        set_key, _, key = path.partition(".")
        return self.info_set(set_key).field(key)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every field in use, in the order of sets and fields."""
        return tuple(item for info_set in self.sets.values() for item in info_set.fields)

    @cached_property
    def roster_fields(self) -> tuple[Field, ...]:
        """Fields whose current value the roster holds."""
        return tuple(item for item in self.fields if item.roster)

    @cached_property
    def unique_fields(self) -> tuple[Field, ...]:
        """Fields of which no two people may have the same value."""
        return tuple(item for item in self.fields if item.unique)

    def table_of(self, item: Field) -> CodeTable:
        """The code table of a ``code`` field; raises :class:`KeyError` for other fields."""
        return self.code_tables[item.code_table or ""]


def label_of(pair: tuple[str, str], language: str) -> str:
    """The Chinese or English half of a label pair."""
    return pair[1] if language.startswith("en") else pair[0]
