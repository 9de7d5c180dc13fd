"""Clearance and signatures, decided without a database."""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.confidentiality.rules import (
    Lack,
    Place,
    Requirement,
    Wording,
    digest_of,
    lacks,
    name_refusal,
    signed_enough,
    tidy,
)

TODAY = date(2026, 11, 21)
ALL = Requirement(training_months=24, checks=("1", "5"), agreement=True)
TRAINED = {"kind": "4", "result": "1", "end": "2026-03"}
CHECKED = [
    {"item": "1", "checked": "2026-01-05", "result": "1"},
    {"item": "5", "checked": "2026-01-06", "result": "1"},
]
BOUND = {"kind": "1", "signed": "2026-01-01", "end": "9999", "state": "1"}


def missing(trainings=(TRAINED,), checks=tuple(CHECKED), agreements=(BOUND,), asks=ALL):
    return lacks(asks, trainings=trainings, checks=checks, agreements=agreements, on=TODAY)


def test_with_training_checks_and_agreement_nothing_is_lacking():
    assert missing() == []


def test_without_anything_each_lack_is_named():
    assert missing((), (), ()) == [
        Lack("training"),
        Lack("check", "1"),
        Lack("check", "5"),
        Lack("agreement"),
    ]


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        (TRAINED, True),
        (TRAINED | {"result": "2"}, True),
        (TRAINED | {"result": "3"}, False),
        (TRAINED | {"kind": "3"}, False),
        (TRAINED | {"end": "2024-11"}, True),
        (TRAINED | {"end": "2024-10-31"}, False),
        (TRAINED | {"end": "2024"}, False),
        (TRAINED | {"end": "9999"}, False),
        ({"kind": "4", "result": "1", "start": "2026-02-03"}, True),
        ({"kind": "4", "result": "1"}, False),
    ],
)
def test_only_a_passed_secrecy_training_of_late_counts(row, counts):
    assert (missing(trainings=(row,)) == []) is counts


def test_a_training_that_counts_for_good_may_be_old():
    asks = Requirement(0, (), agreement=False)
    assert missing((TRAINED | {"end": "2009"},), (), (), asks) == []


def test_a_later_bad_check_undoes_an_earlier_good_one():
    worse = {"item": "5", "checked": "2026-06-01", "result": "3"}
    assert missing(checks=(*CHECKED, worse)) == [Lack("check", "5")]
    better = {"item": "5", "checked": "2026-07-01", "result": "1"}
    assert missing(checks=(better, *CHECKED, worse)) == []


@pytest.mark.parametrize(
    ("row", "binds"),
    [
        (BOUND, True),
        (BOUND | {"end": "2026-11-21"}, True),
        (BOUND | {"end": "2026-11"}, True),
        (BOUND | {"end": "2026-11-20"}, False),
        (BOUND | {"end": "2025"}, False),
        (BOUND | {"state": "3"}, False),
        (BOUND | {"kind": "2"}, False),
        (BOUND | {"signed": None}, False),
    ],
)
def test_only_a_signed_agreement_in_force_binds(row, binds):
    assert (missing(agreements=(row,)) == []) is binds


def test_a_line_of_the_register_means_its_branch_and_title():
    group, company, team = uuid4(), uuid4(), uuid4()
    assert Place(company, "").means((group, company, team), "出纳")
    assert not Place(team, "").means((group, company), "出纳")
    assert Place(None, "密钥管理员").means((), "密钥管理员")
    assert not Place(company, "密钥管理员").means((group, company), "会计")


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.sets(st.integers(1, 8)))
def test_signed_enough_is_signing_one_since_the_last_renewal(renewals, signed):
    versions = [Wording(n + 1, again) for n, again in enumerate(renewals)]
    since = max((v.number for v in versions if v.sign_again), default=1)
    assert signed_enough(versions, signed) == bool(signed and max(signed) >= since)


def test_the_digest_is_of_what_is_shown():
    body = tidy("第一条  \r\n\r\n第二条\r")
    assert body == "第一条\n\n第二条"
    expected = hashlib.sha256("保密协议\n第一条\n\n第二条".encode()).hexdigest()
    assert digest_of("保密协议", body) == expected


def test_a_name_signs_with_blanks_or_without_but_not_another():
    assert name_refusal("沈 知微", "沈知微") is None
    assert name_refusal("沈知", "沈知微") is not None
    assert name_refusal("", "") is not None
