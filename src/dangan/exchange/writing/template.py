"""The import template, made from the dictionary: one sheet a set, drop-downs, notes, text cells.

What is downloaded here and filled in comes back through the import without a correction.
Examples stand in the notes, never in the cells: nobody imports 张三 by mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from dangan.dictionary.rules import Dictionary, Field, InfoSet
from dangan.exchange.importing import GUIDE_SHEET
from dangan.exchange.rules.guessing import NAME, NUMBER
from dangan.exchange.writing.book import Book
from dangan.organization.rules import Tree

ROWS = 2_000
"""Rows that drop-downs reach."""

PERSON_SETS = ("identity", "contact", "post")
CODE_SHEET = "代码"
_EXAMPLES = {
    "date": "2026-11-20",
    "partial_date": "2026-11-20、2026-11 或 2026",
    "open_date": "2026-11，还没结束的写“至今”",
    "phone": "13800138000",
    "email": "name@example.com",
    "id_number": "11010119900307803X",
    "money": "12000.00",
    "boolean": "是 或 否",
    "unit": "研发中心；重名时写完整路径，如 示例集团/华东公司/研发中心",
    "subject": "员工编号；没有重名时也可写姓名",
}


def sets_to_offer(dictionary: Dictionary) -> list[InfoSet]:
    """Sets that get a sheet of their own, besides the person sheet."""
    return [item for key, item in dictionary.sets.items() if key not in PERSON_SETS]


def template_book(dictionary: Dictionary, tree: Tree, chosen: Iterable[str] = ()) -> bytes:
    """The template's bytes: the person sheet and a sheet for each set in ``chosen``."""
    wanted = set(chosen)
    writer = _Writer(dictionary, tree)
    people = [
        item for key in PERSON_SETS for item in dictionary.sets[key].fields if item.type != "image"
    ]
    writer.add("基本信息", _told_apart(people, dictionary))
    for info_set in sets_to_offer(dictionary):
        if info_set.key in wanted:
            keys = [dictionary.field(NUMBER), dictionary.field(NAME)]
            writer.add(info_set.label, _own_columns(keys, info_set))
    return writer.close()


def _told_apart(fields: Sequence[Field], dictionary: Dictionary) -> list[tuple[Field, str]]:
    """Fields with their headings; a label that two sets share is told apart by the set's."""
    labels = [item.label for item in fields]
    return [
        (
            item,
            item.label
            if labels.count(item.label) == 1
            else f"{dictionary.sets[item.set_key].label}{item.label}",
        )
        for item in fields
    ]


def _own_columns(keys: Sequence[Field], info_set: InfoSet) -> list[tuple[Field, str]]:
    own = [(item, item.label) for item in info_set.fields if item.type != "image"]
    taken = {label for _, label in own}
    return [(item, item.label) for item in keys if item.label not in taken] + own


class _Writer:
    def __init__(self, dictionary: Dictionary, tree: Tree) -> None:
        self._dictionary = dictionary
        self._tree = tree
        self._book = Book()
        self._guide()
        self._sheets: list[Worksheet] = []
        self._lists: dict[str, str] = {}
        self._codes: Worksheet | None = None
        self._code_columns: list[list[str]] = []

    def add(self, name: str, columns: Sequence[tuple[Field, str]]) -> None:
        sheet = self._book.sheet(name)
        self._sheets.append(sheet)
        for position, (item, heading) in enumerate(columns):
            mark = self._book.required if item.required else self._book.heading
            sheet.write_string(0, position, heading + ("*" if item.required else ""), mark)
            sheet.write_comment(0, position, self._note(item), {"x_scale": 2, "y_scale": 1.4})
            sheet.set_column(position, position, _width(item, heading), self._book.text)
            source = self._choices(item)
            if source:
                sheet.data_validation(
                    1,
                    position,
                    ROWS,
                    position,
                    {
                        "validate": "list",
                        "source": f"={source}",
                        "error_type": "warning",
                        "error_title": _("不在列表里"),
                        "error_message": _("请从下拉列表中选一项。"),
                    },
                )
        sheet.freeze_panes(1, 2)
        sheet.set_row(0, 24)

    def close(self) -> bytes:
        if self._code_columns:
            codes = self._book.sheet(CODE_SHEET)
            for column, texts in enumerate(self._code_columns):
                for row, text in enumerate(texts):
                    self._book.write(codes, row, column, text)
            codes.very_hidden()
        if self._sheets:
            self._sheets[0].activate()
        return self._book.close()

    def _guide(self) -> None:
        sheet = self._book.sheet(GUIDE_SHEET)
        sheet.set_column(0, 0, 96, self._book.wrapped)
        lines = (
            _("每张工作表第一行是标题，不要改动标题的文字；列的先后和多少都可以调整。"),
            _("带 * 的列必填。鼠标移到标题上，能看到填写说明和例子。"),
            _("“基本信息”一人一行；其他工作表一件事一行，用员工编号对应到人。"),
            _("日期写成 2026-11-20；只知道年月的写 2026-11；还没结束的写“至今”。"),
            _("身份证号、手机号、银行账号所在的列已设为文本格式，请不要改成数字格式。"),
            _("空着的格子不会清除系统里已有的内容。同一个文件重复导入，不会产生重复的人或记录。"),
        )
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, line, self._book.wrapped)

    def _note(self, item: Field) -> str:
        lines = [item.help] if item.help else []
        if item.type == "code":
            names = [code.short or code.name for code in self._dictionary.table_of(item).choices]
            lines.append(_("从下拉列表中选，例如：{name}").format(name=names[0] if names else ""))
        elif item.type in _EXAMPLES:
            lines.append(_("例如：{example}").format(example=_EXAMPLES[item.type]))
        if item.required:
            lines.append(_("必填"))
        if item.unique:
            lines.append(_("不能与别人重复"))
        return "\n".join(lines) or item.label

    def _choices(self, item: Field) -> str:
        """The named range of a field's drop-down; empty when it has none."""
        if item.type == "code":
            table = self._dictionary.table_of(item)
            return self._list(f"码_{table.key}", [c.short or c.name for c in table.choices])
        if item.type == "unit":
            return self._list("码_部门", self._units())
        if item.type == "boolean":
            return self._list("码_是否", ["是", "否"])
        return ""

    def _units(self) -> list[str]:
        """Units by name; those that share a name by path."""
        nodes = [node for node, _depth in self._tree.walk()]
        names = [node.name for node in nodes]
        return [
            node.name if names.count(node.name) == 1 else self._tree.full_label(node.id)
            for node in nodes
        ]

    def _list(self, name: str, texts: list[str]) -> str:
        if not texts:
            return ""
        if name not in self._lists:
            column = xl_col_to_name(len(self._code_columns))
            last = xl_rowcol_to_cell(len(texts) - 1, len(self._code_columns), True, True)
            self._code_columns.append(texts)
            self._lists[name] = name
            self._book.book.define_name(name, f"='{CODE_SHEET}'!${column}$1:{last}")
        return self._lists[name]


def _width(item: Field, heading: str) -> int:
    wide = {"id_number": 22, "phone": 15, "email": 24, "bank_account": 24, "long_text": 36}
    return max(wide.get(item.type, 12), 2 * len(heading) + 2)
