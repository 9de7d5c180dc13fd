"""The nightly scan: all rows of a person together, and people beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import OPEN_END, Json
from dangan.dossiers.checks import Likeness, Row, duplicates, scan, supervisor_loops

TODAY = date(2026, 11, 21)
DICTIONARY = builtin()
Rows = list[dict[str, Json]]


def codes(**sets: Rows) -> list[tuple[str, str | None]]:
    """Codes and fields of what the scan finds; required fields apart."""
    dossier = {key: [Row(uuid4(), values) for values in rows] for key, rows in sets.items()}
    return [(f.code, f.field) for f in scan(dossier, DICTIONARY, TODAY) if f.code != "missing"]


def job(start: str, end: str) -> dict[str, Json]:
    return {"start": start, "end": end, "employer": "甲公司"}


def study(start: str, end: str, level: str, **more: Json) -> dict[str, Json]:
    return {"start": start, "end": end, "level": level, "school": "某某大学", **more}


def test_an_empty_dossier_has_no_findings() -> None:
    assert codes() == []


def test_an_unbroken_resume_is_fine() -> None:
    assert codes(work_experience=[job("1999-07", "2002-06"), job("2002-07", OPEN_END)]) == []


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2002-08", []),
        ("2002-09", [("work_gap", "end")]),
        ("2004", [("work_gap", "end")]),
        ("2003", [("work_gap", "end")]),
        ("2002", []),
        ("2002-05", []),
        ("2002-04", [("work_overlap", "start")]),
        ("2000-01-15", [("work_overlap", "start")]),
    ],
)
def test_gaps_and_overlaps_count_in_months(start: str, expected: list[tuple[str, str]]) -> None:
    assert codes(work_experience=[job("1999-07", "2002-06"), job(start, OPEN_END)]) == expected


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [job("2005-01", OPEN_END), job("1999-07", "2002-06")]
    assert codes(work_experience=rows) == [("work_gap", "end")]


def test_time_at_school_is_no_gap() -> None:
    rows = [job("1999-07", "2002-06"), job("2005-07", OPEN_END)]
    school = [study("2002-09", "2005-06", "14")]
    assert codes(work_experience=rows, education=school) == []


def test_a_job_that_is_still_open_covers_everything_after() -> None:
    rows = [job("1999-07", OPEN_END)]
    assert codes(work_experience=rows, post=[{"joined": "2020-01-01", "unit": "x"}]) == []


def test_the_time_before_joining_counts() -> None:
    rows = [job("1999-07", "2015-06")]
    assert codes(work_experience=rows, post=[{"joined": "2020-01-01", "unit": "x"}]) == [
        ("work_gap", "end")
    ]
    assert codes(work_experience=rows, post=[{"joined": "2015-07-15", "unit": "x"}]) == []


def test_work_before_the_start_of_work() -> None:
    rows = [job("1999-07", OPEN_END)]
    assert codes(work_experience=rows, identity=[{"work_start": "2001-01"}]) == [
        ("work_start_late", "start")
    ]
    assert codes(work_experience=rows, identity=[{"work_start": "1999"}]) == []


def test_joined_before_the_start_of_work() -> None:
    assert codes(
        identity=[{"work_start": "2001-01"}], post=[{"joined": "2000-12-31", "unit": "x"}]
    ) == [("joined_before_work", "joined")]


def test_education_goes_upwards_and_does_not_overlap() -> None:
    upward = [study("2005-09", "2009-07", "21"), study("2009-09", "2012-07", "14")]
    assert codes(education=upward) == []
    downward = [study("2005-09", "2009-07", "21"), study("2010-09", "2012-07", "31")]
    assert codes(education=downward) == [("education_order", "level")]
    twice = [study("2005-09", "2009-07", "21"), study("2008-09", "2012-07", "21")]
    assert codes(education=twice) == [("education_overlap", "start")]
    in_service = [twice[0], twice[1] | {"study_form": "26"}]
    assert codes(education=in_service) == []


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("21", []),
        ("28", []),
        ("14", [("highest_education", "highest_education")]),
        ("31", [("highest_education", "highest_education")]),
        ("90", []),
    ],
)
def test_highest_education_is_the_best_row(stated: str, expected: list[tuple[str, str]]) -> None:
    rows = [study("2002-09", "2005-06", "61"), study("2005-09", "2009-07", "21")]
    assert codes(identity=[{"highest_education": stated}], education=rows) == expected


def test_unfinished_study_proves_nothing() -> None:
    rows = [
        study("2005-09", "2009-07", "21"),
        study("2024-09", OPEN_END, "14", result="5"),
    ]
    assert codes(identity=[{"highest_education": "21"}], education=rows) == []


def test_highest_degree_agrees_with_the_rows() -> None:
    assert codes(identity=[{"highest_degree": "3"}], degree=[{"degree": "408"}]) == [
        ("highest_degree", "highest_degree")
    ]
    assert codes(identity=[{"highest_degree": "4"}], degree=[{"degree": "408"}]) == []
    assert codes(
        identity=[{"highest_degree": "4"}], education=[study("2005", "2009", "21", degree="308")]
    ) == [("highest_degree", "highest_degree")]


def contract(start: str, end: str, **more: Json) -> dict[str, Json]:
    return {"start": start, "end": end, "kind": "1", **more}


def test_contracts_follow_each_other_and_do_not_run_out() -> None:
    assert codes(contract=[contract("2024-01-01", "2026-12-31")]) == []
    assert codes(contract=[contract("2020-01-01", "2022-12-31")]) == [("contract_expired", "end")]
    renewed = [contract("2020-01-01", "2022-12-31"), contract("2023-01-01", "2027-12-31")]
    assert codes(contract=renewed) == []
    assert codes(contract=[renewed[0], contract("2022-06-01", "2027-12-31")]) == [
        ("contract_overlap", "start")
    ]
    left: Rows = [{"status": "7", "unit": "x"}]
    assert codes(contract=[contract("2020-01-01", "2022-12-31")], post=left) == []
    ended = contract("2020-01-01", "2022-12-31", ended="2022-12-31")
    assert codes(contract=[ended]) == []


def test_a_required_field_that_is_empty_is_reported() -> None:
    row = uuid4()
    dossier: Mapping[str, list[Row]] = {"family": [Row(row, {"name": "张三"})]}
    [finding] = scan(dossier, DICTIONARY, TODAY)
    assert (finding.code, finding.row, finding.field) == ("missing", row, "relation")
    assert str(finding.message) == "称谓没有填写，请补填"


def test_findings_of_one_row_are_found_again_by_the_scan() -> None:
    assert codes(education=[study("1992-07", "1988-09", "21")]) == [("dates_order", "end")]


PEOPLE = [UUID(int=n) for n in range(1, 30)]


def test_supervisor_loops() -> None:
    a, b, c, d, e = PEOPLE[:5]
    assert supervisor_loops({a: b, b: c}) == []
    assert supervisor_loops({a: b, b: c, c: a, d: a}) == [(a, b, c)]
    assert supervisor_loops({a: a}) == [(a,)]
    assert supervisor_loops({c: b, b: c, d: e, e: d}) == [(b, c), (d, e)]


@given(st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)))
def test_loops_are_exactly_the_people_who_come_back_to_themselves(
    supervisors: dict[UUID, UUID],
) -> None:
    def returns(person: UUID) -> bool:
        above: UUID | None = supervisors.get(person)
        for _ in supervisors:
            if above is None or above == person:
                break
            above = supervisors.get(above)
        return above == person

    loops = supervisor_loops(supervisors)
    members = [person for loop in loops for person in loop]
    assert len(members) == len(set(members))
    assert set(members) == {person for person in PEOPLE if returns(person)}
    for loop in loops:
        assert loop[0] == min(loop)


def test_duplicates() -> None:
    a, b, c, d, e, f = PEOPLE[:6]
    number = "51010419791130034X"
    people = [
        Likeness(a, "周洋", "1979-11-30", number),
        Likeness(b, "周洋", "1979-11-30"),
        Likeness(c, "周洋", "1979-11"),
        Likeness(d, "李雷", "1990-01-01", "110101199001010015"),
        Likeness(e, "李雷", "1990-01-01", "110101199001010023"),
        Likeness(f, "李雷", "1990-01-02"),
    ]
    assert duplicates(people) == [(a, b)]
    assert duplicates([]) == []
