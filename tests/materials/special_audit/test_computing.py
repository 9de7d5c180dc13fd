"""What can be computed from form and papers, and what must not be said of a sound file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dangan.dictionary.rules import OPEN_END
from dangan.materials.special_audit.rules.computing import (
    Form,
    Papers,
    Stint,
    Study,
    findings,
)
from dangan.materials.special_audit.rules.items import Entry

SOUND = Form(
    birth="1985-05",
    birth_by_id="1985-05-11",
    work_start="2007-07",
    party_joined="2006-05-20",
    party_full="2007-05-20",
    studies=(Study("2003-09", "2007-06", "示例大学", "21", True),),
    stints=(Stint("2007-07", OPEN_END, "示例集团"),),
)
NONE = Papers({})


def keys(form: Form, papers: Papers = NONE, **entries: Entry) -> set[tuple[str, str]]:
    return {(one.item, one.key) for one in findings(form, papers, entries, cadre=True)}


def test_a_sound_file_gives_no_hint() -> None:
    assert keys(SOUND) == set()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"birth_by_id": "1986-05-11"}, ("birth", "id")),
        ({"birth": "1992-01", "birth_by_id": ""}, ("work", "age.16")),
        ({"birth": "1989-01", "birth_by_id": ""}, ("party", "age.18")),
        ({"league_joined": "1997-01"}, ("party", "age.14")),
        ({"work_start": "2005-01"}, ("work", "while_studying")),
        ({"party_full": "2008-05-20"}, ("party", "probation")),
        (
            {"studies": (Study("2003-09", "2005-06", "示例大学", "21", True),)},
            ("education", "short"),
        ),
        ({"stints": (Stint("2005-01", OPEN_END, "示例厂"),)}, ("education", "full_time")),
        ({"stints": (Stint("2008-03", OPEN_END, "示例厂"),)}, ("career", "gap")),
    ],
)
def test_each_contradiction_is_named(change: dict, expected: tuple[str, str]) -> None:
    assert expected in keys(replace(SOUND, **change))


def test_an_extended_probation_is_no_contradiction() -> None:
    form = replace(SOUND, party_full="2008-05-20", probation_extended=True)
    assert ("party", "probation") not in keys(form)


def test_the_earliest_material_counts_against_the_form() -> None:
    assert ("birth", "differs") in keys(SOUND, birth=Entry(value="1984-05"))
    assert ("birth", "differs") not in keys(SOUND, birth=Entry(value="1985-05-11"))
    assert ("birth", "lunar") in keys(SOUND, birth=Entry(value="1985-05", lunar=True))


def test_ages_go_by_what_the_earliest_material_says() -> None:
    young = Entry(value="1989-06")
    assert ("party", "age.18") in keys(SOUND, birth=young)


def test_a_degree_from_abroad_needs_its_certification_from_2000_on() -> None:
    study = Study("2003-09", "2007-06", "境外大学", "21", True, abroad=True)
    form = replace(SOUND, studies=(study,))
    assert ("education", "abroad") in keys(form)
    assert ("education", "abroad") not in keys(form, Papers({}, certified_abroad=True))
    older = replace(SOUND, studies=(replace(study, start="1990-09", end="1994-06"),))
    assert ("education", "abroad") not in keys(older)


def test_missing_papers_are_counted_where_they_matter() -> None:
    found = keys(SOUND, Papers({"recruitment": 1, "appointment": 2, "graduation": 1}))
    assert {("status", "lacks"), ("career", "appointments"), ("education", "lacks")} <= found
    assert ("gaps", "lacks") in found


def test_an_unknown_day_is_no_contradiction() -> None:
    assert keys(Form()) == set()
    assert keys(replace(SOUND, work_start="2007")) == set()
