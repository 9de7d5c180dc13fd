"""Entry checks: one row and the birth date."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import OPEN_END, InfoSet, Json
from dangan.dictionary.values.identity import check_digit
from dangan.dossiers.checks import Finding, Row, Settings, Severity, entry
from dangan.dossiers.checks.row import probation_limit

TODAY = date(2026, 11, 21)
DICTIONARY = builtin()
WOMAN_1979 = "51010419791130034X"


def found(
    info_set: str, values: dict[str, Json], birth: str | None = None, **settings: int
) -> list[Finding]:
    dossier = {"identity": [Row(uuid4(), {"birth_date": birth})]} if birth else {}
    return entry(values, DICTIONARY.sets[info_set], dossier, TODAY, settings=Settings(**settings))


def codes(
    info_set: str, values: dict[str, Json], birth: str | None = None
) -> list[tuple[str, str | None, str]]:
    return [(f.code, f.field, f.severity.value) for f in found(info_set, values, birth)]


def test_a_consistent_identity_has_no_findings() -> None:
    values: dict[str, Json] = {
        "name": "周洋",
        "id_number": WOMAN_1979,
        "birth_date": "1979-11-30",
        "sex": "2",
        "work_start": "2008-12-21",
    }
    assert codes("identity", values) == []
    assert codes("identity", values | {"birth_date": "1979-11"}) == []
    assert codes("identity", values | {"birth_date": "1979"}) == []


def test_birth_date_and_sex_must_agree_with_the_number() -> None:
    values: dict[str, Json] = {"id_number": WOMAN_1979, "birth_date": "1999-09-09", "sex": "1"}
    errors = found("identity", values)
    assert [(f.field, f.severity) for f in errors] == [
        ("birth_date", Severity.ERROR),
        ("sex", Severity.ERROR),
    ]
    assert "1979-11-30" in str(errors[0].message)
    assert "应为女" in str(errors[1].message)


def test_a_wrong_birth_date_is_not_reported_again_as_a_wrong_age() -> None:
    """Ages count from the number, which has a check digit."""
    values: dict[str, Json] = {
        "id_number": WOMAN_1979,
        "birth_date": "1999-09-09",
        "work_start": "2003-01-03",
    }
    assert codes("identity", values) == [("birth_date_id_number", "birth_date", "error")]


def test_sex_not_stated_is_no_contradiction() -> None:
    assert codes("identity", {"id_number": WOMAN_1979, "sex": "9"}) == []


@pytest.mark.parametrize(
    ("region", "birth", "code"),
    [
        ("330113", "20030713", "id_region_newer"),
        ("653228", "19791203", "id_region_newer"),
        ("999999", "19900101", None),
        ("709999", "19900101", "id_region_unknown"),
        ("810000", "19900101", None),
        ("911124", "19900101", None),
        ("320106", "19570101", None),
    ],
)
def test_regions_only_warn(region: str, birth: str, code: str | None) -> None:
    first = f"{region}{birth}147"
    expected = [(code, "id_number", "warning")] if code else []
    assert codes("identity", {"id_number": first + check_digit(first)}) == expected


def test_working_as_a_child() -> None:
    born = {"birth_date": "1998-10-07"}
    assert codes("identity", born | {"work_start": "2008-10-04"}) == [
        ("age_at_work", "work_start", "error")
    ]
    assert "只有 9 岁" in str(found("identity", born | {"work_start": "2008-10-04"})[0].message)
    assert codes("identity", born | {"work_start": "2013-10-04"}) == [
        ("age_at_work", "work_start", "warning")
    ]
    assert codes("identity", born | {"work_start": "2014-10-07"}) == []
    assert codes("identity", born | {"work_start": "2014"}) == [], "a year may mean December"
    assert "早于出生日期" in str(found("identity", born | {"work_start": "1990"})[0].message)


def test_the_age_limit_is_a_setting() -> None:
    values: dict[str, Json] = {"birth_date": "1998-10-07", "work_start": "2015-10-08"}
    assert found("identity", values) == []
    assert [f.code for f in found("identity", values, work_age=18)] == ["age_at_work"]


def test_joining_and_past_jobs_count_from_the_birth_date_too() -> None:
    assert codes("post", {"joined": "2008-01-01"}, "1998-10-07") == [
        ("age_at_work", "joined", "error")
    ]
    start: dict[str, Json] = {"start": "2012-07"}
    assert codes("work_experience", start, "1998-10-07") == [("age_at_work", "start", "warning")]
    assert codes("work_experience", start) == []


@pytest.mark.parametrize(
    ("status", "joined", "code"),
    [
        ("01", "2014-06-01", "age_at_party"),
        ("02", "2014-06-01", "age_at_party"),
        ("03", "2010-05-04", "age_at_party"),
        ("01", "2016-10-07", None),
        ("03", "2013-05-04", None),
        ("05", "2010-05-04", None),
    ],
)
def test_age_at_joining_party_or_league(status: str, joined: str, code: str | None) -> None:
    expected = [(code, "joined", "warning")] if code else []
    assert codes("political", {"status": status, "joined": joined}, "1998-10-07") == expected


def test_age_at_school() -> None:
    assert codes("education", {"start": "2010-09", "level": "21"}, "1998-10-07") == [
        ("age_at_school", "start", "warning")
    ]
    assert codes("education", {"start": "2016-09", "level": "21"}, "1998-10-07") == []
    assert codes("education", {"start": "2001-09", "level": "81"}, "1998-10-07") == [
        ("age_at_school", "start", "warning")
    ]


@pytest.mark.parametrize(
    ("info_set", "first", "second"),
    [
        ("education", "start", "end"),
        ("work_experience", "start", "end"),
        ("training", "start", "end"),
        ("post", "joined", "left"),
        ("contract", "start", "end"),
        ("qualification", "issued", "valid_until"),
        ("discipline", "decided", "lifted"),
        ("political", "joined", "became_full"),
        ("secrecy_agreement", "start", "end"),
    ],
)
def test_dates_stand_in_order(info_set: str, first: str, second: str) -> None:
    wrong = codes(info_set, {first: "1992-07-01", second: "1988-09-30"})
    assert ("dates_order", second, "error") in wrong
    right = codes(info_set, {first: "1988-07-01", second: "1992-09-30"})
    assert "dates_order" not in [code for code, _, _ in right]


def test_an_open_end_and_a_coarse_date_are_in_order() -> None:
    assert codes("work_experience", {"start": "2002-07", "end": OPEN_END}) == []
    assert codes("work_experience", {"start": "2002-07", "end": "2002"}) == []
    assert codes("work_experience", {"start": "2002-07-15", "end": "2002-07"}) == []


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("identity.work_start", "error"),
        ("identity.birth_date", "error"),
        ("reward.awarded", "error"),
        ("political.joined", "error"),
        ("family.birth_date", "error"),
        ("work_experience.start", "warning"),
        ("education.start", "warning"),
        ("contract.end", None),
        ("post.joined", None),
        ("education.end", None),
    ],
)
def test_what_has_happened_is_not_in_the_future(path: str, severity: str | None) -> None:
    info_set, _, key = path.partition(".")
    expected = [("date_in_future", key, severity)] if severity else []
    assert codes(info_set, {key: "2031-01-01"}) == expected
    assert codes(info_set, {key: "2026-11-21"}) == []
    assert codes(info_set, {key: "2026-11"}) == [], "this month has begun"


def test_a_title_without_a_department_asks_for_one() -> None:
    assert codes("post", {"full_title": "生产部班组长"}) == [
        ("unit_missing", "full_title", "warning")
    ]
    assert codes("post", {"full_title": "生产部班组长", "unit": str(uuid4())}) == []


def test_contracts() -> None:
    year: dict[str, Json] = {"kind": "1", "start": "2026-01-01", "end": "2026-12-31"}
    assert codes("contract", year | {"probation_months": 2}) == []
    assert codes("contract", year | {"probation_months": 3}) == [
        ("probation_too_long", "probation_months", "warning")
    ]
    assert codes("contract", year | {"probation_end": "2026-06-30"}) == [
        ("probation_too_long", "probation_end", "warning")
    ]
    assert codes("contract", year | {"end": OPEN_END}) == [
        ("contract_without_end", "end", "warning")
    ]
    assert codes("contract", year | {"kind": "2", "end": OPEN_END, "probation_months": 6}) == []


@pytest.mark.parametrize(
    ("end", "limit"),
    [
        ("2026-03-30", 0),
        ("2026-03-31", 1),
        ("2026-12-30", 1),
        ("2026-12-31", 2),
        ("2028-12-30", 2),
        ("2028-12-31", 6),
        (OPEN_END, 6),
    ],
)
def test_probation_by_term(end: str, limit: int) -> None:
    """Labour contract law art. 19."""
    assert probation_limit("2026-01-01", end) == limit


def test_probation_of_a_post() -> None:
    assert codes("post", {"joined": "2026-01-15", "probation_end": "2026-07-14"}) == []
    assert codes("post", {"joined": "2026-01-15", "probation_end": "2026-08-14"}) == [
        ("probation_too_long", "probation_end", "warning")
    ]


def test_a_mistyped_bank_card_warns() -> None:
    right = next(f"622202020011223{d}" for d in range(10) if not _warns(f"622202020011223{d}"))
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    assert _warns(wrong)
    assert not _warns("12345678"), "other accounts have no check digit"


def _warns(account: str) -> bool:
    return bool(codes("bank_account", {"account": account}))


ISO = st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(date.isoformat)
ANY_DATE = ISO.flatmap(lambda day: st.sampled_from([day, day[:7], day[:4]]))


@given(
    st.sampled_from(list(DICTIONARY.sets.values())),
    st.dictionaries(st.integers(0, 30), ANY_DATE | st.just(OPEN_END)),
    ANY_DATE,
)
def test_any_dates_are_judged_without_a_crash(
    info_set: InfoSet, chosen: dict[int, str], birth: str
) -> None:
    dates = [f for f in info_set.fields if f.type in ("date", "partial_date", "open_date")]
    values: dict[str, Json] = {
        field.key: value
        for place, value in chosen.items()
        if place < len(dates)
        for field in [dates[place]]
        if value != OPEN_END or field.type == "open_date"
    }
    for finding in found(info_set.key, values, birth):
        assert finding.info_set == info_set.key
        assert finding.field is None or finding.field in info_set.by_key
        assert "{" not in str(finding.message)
