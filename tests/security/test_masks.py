"""A masked value can be neither searched, filtered, sorted, counted nor exported."""

from __future__ import annotations

import pytest
from tests.cast import PEOPLE, Cast
from tests.security.conftest import Join

from dangan.exchange.workbook import read_workbook
from dangan.roster import queries
from dangan.roster.rules import AnyOf, Between, Contains, Empty, GroupQuery, RosterQuery

WHO = "沈知微"
MOBILE = PEOPLE[WHO][3]
PATH = "contact.mobile"
MASKED = "138****5678"
BLIND = ["hr_specialist", "archivist", "leader"]


@pytest.mark.parametrize("role", BLIND)
def test_searching_and_filtering_find_nothing(cast: Cast, role: str) -> None:
    actor = cast.actor(role)
    assert queries.search(actor, MOBILE[-4:]) == []
    assert queries.search(actor, MOBILE) == []
    for given in (AnyOf(frozenset({MOBILE})), Contains("5678"), Between("138", "139"),
                  Empty(empty=False)):  # fmt: skip
        assert queries.page(actor, RosterQuery(filters={PATH: given})).total == 0
    everybody = queries.page(actor, RosterQuery()).total
    assert queries.page(actor, RosterQuery(filters={PATH: Empty()})).total == everybody
    assert queries.page(actor, RosterQuery(text=MOBILE[-4:])).total == 0


def test_who_sees_it_finds_by_it(cast: Cast) -> None:
    actor = cast.actor("hr_manager")
    assert [hit.subject for hit in queries.search(actor, MOBILE[-4:])] == [cast.people[WHO]]
    assert queries.page(actor, RosterQuery(filters={PATH: Contains("5678")})).total == 1


@pytest.mark.parametrize("role", BLIND)
def test_the_order_tells_nothing(cast: Cast, role: str) -> None:
    actor = cast.actor(role)

    def order(descending: bool) -> list[object]:
        asked = RosterQuery(sort=PATH, descending=descending)
        return [row.subject for row in queries.page(actor, asked).rows]

    by_name = [row.subject for row in queries.page(actor, RosterQuery()).rows]
    assert order(False) == by_name
    assert set(order(True)) == set(by_name)
    assert order(True) in (by_name, by_name[::-1])


def test_groups_do_not_separate_what_is_masked(cast: Cast) -> None:
    found = queries.group(cast.actor("leader"), GroupQuery(by=(PATH,)))
    assert [group.values for group in found] == [(None,)]


def test_the_page_carries_the_mask_only(cast: Cast, join: Join) -> None:
    browser = join("hr_specialist").browser()
    page = browser.get(f"/people/?view=all&col={PATH}").content.decode()
    assert MASKED in page and MOBILE not in page
    person = f"/people/{cast.people[WHO]}/"
    for address in ("?set=contact", "history/", "history/?set=contact", "?as_of=2026-01-01"):
        assert MOBILE not in browser.get(person + address).content.decode(), address


def test_a_file_carries_the_mask_only(cast: Cast, join: Join) -> None:
    def taken_out(role: str) -> str:
        answer = join(role).browser().post("/people/export/", {"col": ["identity.name", PATH]})
        return str(read_workbook(answer.content, "花名册.xlsx").sheets[0].rows)

    assert MOBILE not in taken_out("hr_specialist") and MASKED in taken_out("hr_specialist")
    assert MOBILE in taken_out("hr_manager")


def test_programs_get_the_mask_only(cast: Cast, join: Join) -> None:
    member = join("hr_specialist")
    subject = cast.people[WHO]
    for path in (f"/subjects/{subject}", f"/subjects/{subject}/records/contact",
                 f"/subjects/{subject}/history", f"/subjects?column={PATH}",
                 f"/subjects?sort={PATH}&column={PATH}"):  # fmt: skip
        answer = member.call("GET", path)
        assert answer.status_code == 200 and MOBILE not in answer.content.decode(), path
    assert member.call("GET", f"/subjects?code={PATH}={MOBILE}").status_code == 422
    assert member.call("POST", "/search", {"text": MOBILE[-4:]}).json() == []


def test_names_and_numbers_do_not_stand_in_addresses(cast: Cast, join: Join) -> None:
    member = join("hr_manager")
    for pair in (
        f"identity.name={WHO}",
        f"identity.id_number={PEOPLE[WHO][2]}",
        f"{PATH}={MOBILE}",
    ):
        assert member.call("GET", f"/subjects?code={pair}").status_code == 422
    assert member.call("GET", "/subjects?code=identity.sex=2").json()["total"] == 2
    page = member.browser().post("/people/", {"q": WHO}, headers={"HX-Request": "true"})
    assert WHO in page.content.decode() and "q=" not in page["HX-Push-Url"]
