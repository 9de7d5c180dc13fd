"""Fields, information sets, code tables, and the dictionary that holds them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeAlias

from dangan.dictionary.rules.labels import FieldClass

Json: TypeAlias = str | int | bool
"""A stored value. Dates are ISO strings, decimals are strings; an empty value is ``None``."""

OPEN_END = "9999"
"""How an ``open_date`` stores 至今: it sorts after every real date."""


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
