"""How complete a dossier is, and what is missing."""

from __future__ import annotations

from uuid import uuid4

from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import Json
from dangan.dossiers.checks import Row
from dangan.dossiers.completeness import Completeness, score

DICTIONARY = builtin()


def scored(**sets: list[dict[str, Json]]) -> Completeness:
    rows = {key: [Row(uuid4(), values) for values in many] for key, many in sets.items()}
    return score(rows, DICTIONARY)


def full() -> dict[str, list[dict[str, Json]]]:
    return {
        key: [{field.key: "x" for field in info_set.fields if not field.needs_consent}]
        for key, info_set in DICTIONARY.sets.items()
        if info_set.expected
    }


def test_nothing_is_zero_and_everything_is_a_hundred() -> None:
    assert scored().percent == 0
    assert scored(**full()) == Completeness(100, ())


def test_a_set_without_rows_is_one_gap() -> None:
    rows = full()
    del rows["education"]
    result = scored(**rows)
    assert [(gap.info_set, gap.field) for gap in result.missing] == [("education", "")]
    assert 0 < result.percent < 100


def test_one_missing_field_never_rounds_up_to_a_hundred() -> None:
    rows = full()
    rows["contact"][0].pop("email")
    result = scored(**rows)
    assert [(gap.info_set, gap.field) for gap in result.missing] == [("contact", "email")]
    assert 97 <= result.percent < 100


def test_required_fields_weigh_more_and_come_first() -> None:
    rows = full()
    rows["identity"][0].pop("sex")
    rows["identity"][0].pop("name")
    result = scored(**rows)
    assert [gap.field for gap in result.missing] == ["name", "sex"]
    assert result.missing[0].weight > result.missing[1].weight


def test_the_newest_row_counts() -> None:
    rows = full()
    whole = rows["education"][0]
    rows["education"] = [
        {"start": "2001-09", "school": "某某中学"},
        whole | {"start": "2005-09"},
    ]
    assert scored(**rows).percent == 100


def test_consent_is_never_asked_for_by_the_score() -> None:
    rows = full()
    assert "marital_status" not in rows["identity"][0]
    assert "health" not in rows
    assert scored(**rows).percent == 100
