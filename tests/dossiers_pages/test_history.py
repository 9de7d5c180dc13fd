"""更新记录 and the comparison of two versions, cut to the reader's rights."""

from __future__ import annotations

from tests.browsers import Browser
from tests.cast import PEOPLE, Cast, written_events
from tests.dossiers_pages.conftest import few_statements, row_of

from dangan.access.queries import console_actor
from dangan.dossiers import actions

WHO = "沈知微"
MOBILE = PEOPLE[WHO][3]


def change(cast: Cast, info_set: str, version: int, **values: str) -> None:
    subject = cast.people[WHO]
    actions.save_row(
        console_actor(), subject=subject, info_set=info_set, row=row_of(subject, info_set),
        base_version=version, values=values, reason="核对原件",
    )  # fmt: skip


def url(cast: Cast, query: str = "") -> str:
    return f"/people/{cast.people[WHO]}/history/{query}"


def compare_url(cast: Cast, info_set: str, query: str = "") -> str:
    return url(cast, f"{row_of(cast.people[WHO], info_set)}/{query}")


def test_each_change_says_old_new_who_and_why(cast: Cast, browser: Browser) -> None:
    change(cast, "post", 1, position="首席工程师")
    text = browser("hr_manager").get(url(cast)).content.decode()
    assert "高级工程师" in text and "首席工程师" in text
    assert "控制台" in text and "核对原件" in text and "BG-" in text and "第 2 版" in text


def test_masked_fields_stay_masked_in_the_history(cast: Cast, browser: Browser) -> None:
    change(cast, "contact", 1, mobile="13900001111")
    text = browser("hr_specialist").get(url(cast)).content.decode()
    assert "138****5678" in text and "139****1111" in text
    assert MOBILE not in text and "13900001111" not in text


def test_sets_one_may_not_see_leave_no_trace(cast: Cast, browser: Browser) -> None:
    actions.save_row(
        console_actor(), subject=cast.people[WHO], info_set="pay", row=None, base_version=0,
        values={"base": "18000", "effective": "2026-01-01"},
    )  # fmt: skip
    head = browser("head", name="陆怀瑾", unit="研发中心").get(url(cast)).content.decode()
    assert "18000" not in head and "薪酬" not in head
    assert browser("finance").get(url(cast, "?set=family")).status_code == 404
    finance = browser("finance").get(url(cast, "?set=pay")).content.decode()
    assert "18000" in finance.replace(",", "") and MOBILE not in finance


def test_it_filters_by_set_and_goes_back_page_by_page(cast: Cast, browser: Browser) -> None:
    for version in range(1, 24):
        change(cast, "post", version, position=f"岗位{version}")
    client = browser("hr_manager")
    first = client.get(url(cast, "?set=post"))
    assert len(first.context["history"].changes) == 20 and "更早的记录" in first.content.decode()
    second = client.get(url(cast, first.context["older"]))
    assert len(second.context["history"].changes) == 4
    assert "没有更早的记录" in second.content.decode()
    assert len(client.get(url(cast, "?set=contact")).context["history"].changes) == 1


def test_two_versions_side_by_side(cast: Cast, browser: Browser) -> None:
    change(cast, "post", 1, position="首席工程师")
    change(cast, "post", 2, full_title="研发中心首席工程师")
    client = browser("hr_manager")
    page = client.get(compare_url(cast, "post", "?a=1&b=3"))
    changed = {field.label: (field.old, field.new) for field in page.context["changed"]}
    assert changed == {
        "岗位": ("高级工程师", "首席工程师"), "职务全称": ("", "研发中心首席工程师"),
    }  # fmt: skip
    assert "未变的" in page.content.decode()
    last = client.get(compare_url(cast, "post"))
    assert last.status_code == 302 and last["Location"].endswith("?a=2&b=3")


def test_a_masked_change_is_told_without_its_values(cast: Cast, browser: Browser) -> None:
    change(cast, "contact", 1, mobile="13899995678")
    page = browser("hr_specialist").get(compare_url(cast, "contact", "?a=1&b=2"))
    text = page.content.decode()
    assert "已变更，值已掩码" in text
    assert MOBILE not in text and "13899995678" not in text


def test_a_row_or_version_that_is_not_there_is_absent(cast: Cast, browser: Browser) -> None:
    client = browser("hr_manager")
    assert client.get(compare_url(cast, "post", "?a=1&b=9")).status_code == 404
    foreign = row_of(cast.people["罗文博"], "post")
    assert client.get(url(cast, f"{foreign}/?a=1&b=1")).status_code == 404
    assert browser("finance").get(compare_url(cast, "contact", "?a=1&b=1")).status_code == 404
    assert browser("it").get(url(cast)).status_code == 403


def test_reading_the_history_is_logged(cast: Cast, browser: Browser) -> None:
    browser("hr_manager").get(url(cast))
    assert ("history.read", "done") in written_events()


def test_few_statements(cast: Cast, browser: Browser) -> None:
    change(cast, "post", 1, position="首席工程师")
    client = browser("hr_manager")
    for address in (url(cast), compare_url(cast, "post", "?a=1&b=2")):
        client.get(address)
        with few_statements(1):  # opening counts against the budget
            client.get(address)
