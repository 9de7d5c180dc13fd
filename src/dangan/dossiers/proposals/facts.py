"""What branch conditions may ask of a proposed change."""

from __future__ import annotations

from collections.abc import Sequence

from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import OWNERS
from dangan.dossiers.proposals.rules import Touched
from dangan.workflow.handling import Fact, Facts


def fact_table() -> tuple[Fact, ...]:
    """The facts of the kind "change", with the sets that the dictionary has now."""
    sets = dictionary_queries.current().sets.values()
    return (
        Fact("by_self", "本人提出", "Asked by the person", "flag"),
        Fact(
            "sets",
            "触及的信息集",
            "Information sets touched",
            "set",
            tuple((item.key, item.label, item.label_en) for item in sets),
        ),
        Fact(
            "owners",
            "主管部门",
            "Owner departments",
            "set",
            tuple((key, label, english) for key, (label, english) in OWNERS.items()),
        ),
        Fact("paths", "触及的字段", "Fields touched", "set"),
        Fact("top_class", "最高密级（1 公开 至 5 绝密）", "Highest class (1 to 5)", "number"),
        Fact("rows", "行数", "Rows", "number"),
        Fact("deletes", "删除行", "Deletes rows", "flag"),
        Fact("effective", "生效日期", "Effective date", "date"),
    )


def facts_of(fields: Sequence[Touched], *, rows: int, by_self: bool) -> Facts:
    """The facts of a change that touches ``fields``; the workflow adds the effective date."""
    return {
        "by_self": by_self,
        "sets": [*sorted({item.info_set for item in fields})],
        "owners": [*sorted({item.owner for item in fields})],
        "paths": [*sorted({item.path for item in fields})],
        "top_class": max((int(item.field_class) for item in fields), default=1),
        "rows": rows,
        "deletes": any(item.deleted for item in fields),
    }
