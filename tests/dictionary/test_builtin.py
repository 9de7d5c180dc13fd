"""The shipped dictionary: complete, consistent, and honest about standards."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.dictionary.cells import DICTIONARY

import dangan.dictionary
from dangan.dictionary.rules import LEGAL_BASES, CodeTable, Dictionary, FieldClass

SETS = (
    *("identity", "contact", "post", "education", "degree", "work_experience", "training"),
    *("professional_title", "qualification", "language", "assessment", "reward", "discipline"),
    *("political", "contract", "pay", "bank_account", "family", "health", "background_check"),
    "secrecy_agreement",
)

RELIED_ON = {
    "identity": (
        "name employee_number sex birth_date id_number ethnicity political_status marital_status "
        "native_place work_start highest_education highest_degree photo"
    ),
    "contact": "mobile email address emergency_name emergency_phone",
    "post": "unit position full_title supervisor joined employment_form post_level",
    "education": "start end school major level degree study_form",
    "work_experience": "start end employer position",
    "family": "relation name birth_date employer_and_position political_status",
}


def test_every_set_is_there_in_order() -> None:
    assert tuple(DICTIONARY.sets) == SETS


@pytest.mark.parametrize("set_key", RELIED_ON)
def test_fields_that_other_rooms_name_exist(set_key: str) -> None:
    keys = {field.key for field in DICTIONARY.sets[set_key].fields}
    assert set(RELIED_ON[set_key].split()) <= keys


def test_every_field_says_why_it_is_held() -> None:
    for field in DICTIONARY.fields:
        assert field.purpose, field.path
        assert field.purpose_en, field.path
        assert field.legal_basis in LEGAL_BASES, field.path
        assert field.retention, field.path
        assert field.label_en, field.path


def test_sensitive_fields_are_masked() -> None:
    for field in DICTIONARY.fields:
        if field.field_class >= FieldClass.SENSITIVE:
            assert field.mask != "none", field.path


def test_health_and_marriage_rest_on_separate_consent_and_nag_nobody() -> None:
    """Labour contract law art. 8: only data tied to the work without asking."""
    asked = [field for field in DICTIONARY.fields if field.needs_consent]
    assert {"identity.marital_status", "health.state"} <= {field.path for field in asked}
    assert not any(field.required for field in asked if not DICTIONARY.sets[field.set_key].multiple)


def test_unique_and_roster_fields_belong_to_single_or_current_rows() -> None:
    assert [f.path for f in DICTIONARY.unique_fields] == [
        "identity.employee_number",
        "identity.id_number",
    ]
    sets = {f.set_key for f in DICTIONARY.roster_fields}
    assert sets == {"identity", "contact", "post", "contract"}


def test_no_two_fields_of_a_set_share_a_heading() -> None:
    for info_set in DICTIONARY.sets.values():
        headings = Counter(
            heading for field in info_set.fields for heading in {field.label, *field.aliases}
        )
        assert [h for h, times in headings.items() if times > 1] == [], info_set.key


def test_no_two_fields_share_a_standard_number_within_a_set() -> None:
    for info_set in DICTIONARY.sets.values():
        for numbers in (
            [f.gb_item for f in info_set.fields if f.gb_item],
            [f.siis_item for f in info_set.fields if f.siis_item],
        ):
            assert len(numbers) == len(set(numbers)), info_set.key


@pytest.mark.parametrize("table", DICTIONARY.code_tables.values(), ids=lambda t: t.key)
def test_spellings_of_a_table_mean_one_code(table: CodeTable) -> None:
    """No alias is a code, name or alias of another code."""
    meanings: dict[str, set[str]] = {}
    for item in table.codes:
        for text in {item.code, item.short or item.name, *item.aliases}:
            meanings.setdefault(text, set()).add(item.code)
    assert {text: codes for text, codes in meanings.items() if len(codes) > 1} == {}


def test_every_table_is_used_and_in_english_where_it_is_ours() -> None:
    used = {field.code_table for field in DICTIONARY.fields if field.code_table}
    assert used == set(DICTIONARY.code_tables)
    for table in DICTIONARY.code_tables.values():
        assert table.label_en
        assert table.source
        if table.key not in ("professional_title", "ethnicity"):
            assert all(code.en for code in table.codes), table.key


def test_nothing_claims_to_conform_to_a_standard() -> None:
    folder = Path(dangan.dictionary.__file__).parent / "data"
    for file in folder.rglob("*.t*"):
        text = file.read_text(encoding="utf-8")
        assert "符合 GB" not in text, file.name
        assert "符合GB" not in text, file.name


def test_parents_lead_upwards() -> None:
    degree = DICTIONARY.code_tables["degree"]
    assert list(degree.ancestors("408")) == ["408", "4"]
    assert list(degree.ancestors("nobody")) == ["nobody"]


def test_lookups_of_what_is_not_there_fail() -> None:
    dictionary: Dictionary = DICTIONARY
    with pytest.raises(KeyError):
        dictionary.field("identity.shoe_size")
    with pytest.raises(KeyError):
        dictionary.info_set("vehicle")
    assert dictionary.code_tables["sex"].name_of("7") == "7"
