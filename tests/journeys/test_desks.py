"""The demonstration as delivered: every account finds its work, and cases go on from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Visit, serving
from tests.journeys.test_movements import agree, fill

pytestmark = pytest.mark.journey

Keep = Callable[[Page, str], None]

WORK = {
    "hr": ("语言能力", "资格证书"),
    "hrmanager": ("查看涉密字段", "临时授权"),
    "head": ("晋升", "调岗", "转正", "离职"),
    "finance": ("晋升", "薪酬", "离职"),
    "legal": ("劳动合同", "离职"),
    "leader": ("薪酬",),
    "office": ("调岗", "离职"),
    "archivist": ("离职",),
}
"""What waits on whose desk, by the words of its line."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The organisation of ``dangan serve --demo``, whole."""
    with serving(tmp_path_factory.mktemp("demo"), "300") as address:
        yield address


def waiting(page: Page, kind: str) -> str:
    """The address of a case of this kind on the desk."""
    page.goto("/flows/")
    row = page.locator("main table tbody tr", has_text=kind).first
    return str(row.locator("a[href*='/flows/']").first.evaluate("link => link.href"))


def test_every_account_finds_its_work(visit: Visit, picture: Keep) -> None:
    for login, kinds in WORK.items():
        page = visit(login)
        page.goto("/flows/")
        for kind in kinds:
            expect(page.locator("main table tbody tr", has_text=kind).first).to_be_visible()
        picture(page, f"desk-{login}")


def test_a_promotion_goes_on_from_finance_and_waits_for_its_day(
    visit: Visit, picture: Keep
) -> None:
    case = waiting(visit("finance"), "晋升")
    pay = {"v-base": "15000", "v-post_pay": "3000", "v-performance": "0", "v-allowance": "0",
           "v-total": ""}  # fmt: skip
    fill(visit, case, "财务核定薪酬", pay, "finance")
    page = agree(visit, case, "leader", words="同意")
    page.goto(case)
    expect(page.locator(".head")).to_contain_text("待生效")
    picture(page, "desk-waits-for-its-day")


def test_a_deputy_decides_in_the_place_of_the_head(visit: Visit, picture: Keep) -> None:
    case = waiting(visit("head2"), "晋升")
    page = agree(visit, case, "head2", words="代为审核，同意")
    page.goto(case)
    expect(page.locator("main")).to_contain_text("代为审核，同意")
    picture(page, "desk-deputy")
