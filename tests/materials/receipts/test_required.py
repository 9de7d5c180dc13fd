"""What a file lacks, told by pure rules from its lines and the person's facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.table import categories
from dangan.materials.receipts.requiring import rules
from dangan.materials.receipts.rules.required import Happening, PersonFacts, Required, missing

NOW = 2026
ALL = rules()


def line(category: str, title: str, year: int = 0) -> MaterialBody:
    return MaterialBody(category=category, title=title, year=year)


def titles(kind: str, lines: list[MaterialBody], facts: PersonFacts) -> list[str]:
    return [lack.title for lack in missing(ALL, kind, lines, facts, NOW)]


def test_every_rule_asks_for_a_class_that_holds_papers() -> None:
    holding = {one.no for one in categories().holding}
    assert {rule.category for rule in ALL} <= holding
    assert len({rule.key for rule in ALL}) == len(ALL)


@pytest.mark.parametrize("kind", ["cadre", "staff", "employee_file"])
def test_an_empty_file_lacks_something_of_every_kind(kind: str) -> None:
    assert titles(kind, [], PersonFacts(joined=2020))


def test_each_year_needs_its_assessment() -> None:
    facts = PersonFacts(joined=2021)
    lines = [line("3", "2022 年度考核登记表", 2023), line("3", "年度考核登记表", 2024)]
    asked = [title for title in titles("cadre", lines, facts) if "考核" in title]
    assert asked == ["2023 年度考核登记表", "2025 年度考核登记表"]


def test_an_assessment_that_names_its_year_does_not_serve_another() -> None:
    lines = [line("3", "2022 年度考核登记表", 2023)]
    asked = [t for t in titles("cadre", lines, PersonFacts(joined=2021)) if "考核" in t]
    assert "2023 年度考核登记表" in asked


def test_two_degrees_need_two_certificates() -> None:
    facts = PersonFacts(
        education=(Happening("示例大学", 2013), Happening("示范理工大学", 2016)),
    )
    one = [line("4-1", "学历、学位证书复印件", 2013)]
    asked = [title for title in titles("employee_file", one, facts) if "证书" in title]
    assert asked == ["学历、学位证书复印件（示范理工大学）"]


def test_the_wish_to_join_is_asked_of_members_only() -> None:
    assert "入党志愿书" in titles("staff", [], PersonFacts(party=True))
    assert "入党志愿书" not in titles("staff", [], PersonFacts())


def test_a_certificate_of_leaving_is_asked_of_who_has_left() -> None:
    facts = PersonFacts(joined=2019, left=2025)
    assert "解除或终止劳动合同证明" in titles("employee_file", [], facts)
    assert "解除或终止劳动合同证明" not in titles("employee_file", [], PersonFacts(joined=2019))


def test_a_private_firm_asks_for_no_cadre_papers() -> None:
    asked = titles("employee_file", [], PersonFacts(joined=2019, party=True))
    assert not any("任免" in title or "入党" in title or "履历表" in title for title in asked)


_LINES = st.lists(
    st.builds(
        line,
        st.sampled_from([rule.category for rule in ALL]),
        st.sampled_from([word for rule in ALL for word in rule.match]),
        st.integers(2015, 2026),
    ),
    max_size=30,
)
_FACTS = st.builds(
    PersonFacts,
    joined=st.integers(2015, 2025),
    party=st.booleans(),
    education=st.lists(
        st.builds(Happening, st.sampled_from(["甲大学", "乙大学"]), st.integers(2005, 2020)),
        max_size=3,
    ).map(tuple),
)


@given(kind=st.sampled_from(["cadre", "staff", "employee_file"]), lines=_LINES, facts=_FACTS)
def test_filing_more_never_makes_a_file_lack_more(
    kind: str, lines: list[MaterialBody], facts: PersonFacts
) -> None:
    fewer = missing(ALL, kind, lines[1:], facts, NOW)
    more = missing(ALL, kind, lines, facts, NOW)
    assert len(more) <= len(fewer)


@given(facts=_FACTS)
def test_filing_what_is_asked_for_leaves_nothing_asked(facts: PersonFacts) -> None:
    asked = missing(ALL, "staff", [], facts, NOW)
    by_key: dict[str, Required] = {rule.key: rule for rule in ALL}
    lines = [
        line(lack.category, lack.title + by_key[lack.rule].match[0], lack.year) for lack in asked
    ]
    assert missing(ALL, "staff", lines, facts, NOW) == []
