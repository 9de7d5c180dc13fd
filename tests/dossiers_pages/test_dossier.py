"""The dossier page: what each role finds on it, and what must not even be in its bytes."""

from __future__ import annotations

from django.test import Client
from tests.browsers import Browser
from tests.cast import PEOPLE, Cast, person_rows, with_check_digit, written_events
from tests.dossiers_pages.conftest import few_statements, row_of

from dangan.access.queries import console_actor
from dangan.dossiers import actions
from dangan.dossiers.rules import RowPlan, SubjectPlan

WHO = "沈知微"
MOBILE = PEOPLE[WHO][3]
ID_NUMBER = with_check_digit(PEOPLE[WHO][2])


def url(cast: Cast, query: str = "", name: str = WHO) -> str:
    return f"/people/{cast.people[name]}/{query}"


def test_an_hr_specialist_sees_the_mask_and_the_eye_never_the_value(
    cast: Cast, browser: Browser
) -> None:
    page = browser("hr_specialist").get(url(cast))
    text = page.content.decode()
    assert page.status_code == 200
    assert WHO in text and "高级工程师" in text and "嵌入式组" in text
    assert "138****5678" in text
    assert f"contact/{row_of(cast.people[WHO], 'contact')}/mobile/reveal/" in text
    assert MOBILE not in text and ID_NUMBER not in text


def test_an_hr_manager_sees_it_plain(cast: Cast, browser: Browser) -> None:
    text = browser("hr_manager").get(url(cast)).content.decode()
    assert MOBILE in text and ID_NUMBER in text and "/reveal/" not in text


def test_a_head_sees_their_own_people_without_sensitive_values(
    cast: Cast, browser: Browser
) -> None:
    head = browser("head", name="陆怀瑾", unit="研发中心")
    text = head.get(url(cast)).content.decode()
    assert "高级工程师" in text
    assert MOBILE not in text and ID_NUMBER not in text
    assert "?set=pay" not in text


def test_somebody_elses_people_look_absent(cast: Cast, browser: Browser) -> None:
    head = browser("head", name="陆怀瑾", unit="研发中心")
    beyond = head.get(url(cast, name="罗文博"))
    nobody = head.get("/people/11111111-1111-4111-8111-111111111111/")
    assert beyond.status_code == nobody.status_code == 404
    assert "罗文博" not in beyond.content.decode()


def test_finance_sees_pay_and_who_it_is_about_nothing_else(cast: Cast, browser: Browser) -> None:
    text = browser("finance").get(url(cast, "?set=pay")).content.decode()
    assert WHO in text and "020486" in text and "薪酬" in text
    assert "高级工程师" not in text
    for value in (MOBILE, ID_NUMBER, "138****5678", "1991-06-12"):
        assert value not in text


def test_a_set_that_is_not_the_readers_is_absent(cast: Cast, browser: Browser) -> None:
    assert browser("finance").get(url(cast, "?set=family")).status_code == 404
    assert browser("hr_manager").get(url(cast, "?set=nonsense")).status_code == 404


def test_it_and_auditors_open_no_dossier(cast: Cast, browser: Browser) -> None:
    assert browser("it").get(url(cast)).status_code == 403
    assert browser("auditor").get(url(cast)).status_code == 403


def test_an_employee_reads_the_own_dossier_and_no_other(cast: Cast, browser: Browser) -> None:
    me = browser(name=WHO)
    text = me.get(url(cast)).content.decode()
    assert MOBILE in text and "谁看过我的档案" in text
    assert "/edit/" not in text and "/add/" not in text
    assert me.get(url(cast, name="罗文博")).status_code == 404


def test_a_tab_is_the_same_part_of_the_page(cast: Cast, browser: Browser) -> None:
    client = browser("hr_manager")
    part = client.get(
        url(cast, "?set=contact"), headers={"HX-Request": "true", "HX-Target": "sets"}
    )
    whole = client.get(url(cast, "?set=contact")).content.decode()
    assert "<html" not in part.content.decode()
    assert MOBILE in part.content.decode()
    assert part.content.decode().strip() in whole
    assert "HX-Request" in part["Vary"] and part["Cache-Control"] == "no-store"


def test_an_empty_set_says_so_and_offers_the_first_row(cast: Cast, browser: Browser) -> None:
    text = browser("hr_specialist").get(url(cast, "?set=education")).content.decode()
    assert "还没有教育经历" in text and "education/add/" in text


def test_as_of_an_earlier_day_shows_that_day_and_offers_no_change(
    cast: Cast, browser: Browser
) -> None:
    subject, console = cast.people[WHO], console_actor()
    row = actions.save_row(
        console, subject=subject, info_set="education", row=None, base_version=0,
        values={"school": "云岭大学", "start": "2009-09"},
    ).rows[0]  # fmt: skip
    actions.save_row(
        console, subject=subject, info_set="education", row=row, base_version=1,
        values={"school": "江州理工大学"},
    )  # fmt: skip
    client = browser("hr_manager")
    then = client.get(url(cast, "?set=education&as_of=2020-01-01")).content.decode()
    now = client.get(url(cast, "?set=education")).content.decode()
    assert "这是 2020-01-01 当天的档案" in then
    assert "江州理工大学" not in then and "/add/" not in then and "/edit/" not in then
    assert "江州理工大学" in now and "云岭大学" not in now and "/add/" in now


def test_nonsense_as_a_day_means_today(cast: Cast, browser: Browser) -> None:
    client = browser("hr_manager")
    for day in ("2999-01-01", "yesterday", "2026-02-31"):
        text = client.get(url(cast, f"?as_of={day}")).content.decode()
        assert "当天的档案" not in text


def test_looking_is_logged_with_the_sets_shown(cast: Cast, browser: Browser) -> None:
    browser("hr_manager").get(url(cast, "?set=contact"))
    assert ("dossier.read", "done") in written_events()


def test_few_statements_whatever_the_size(cast: Cast, browser: Browser) -> None:
    client = browser("hr_specialist", name="何雨桐")
    browser("hr_manager").get(url(cast))  # somebody to be named under 谁看过
    _add_posts(cast, 2001, 2003)
    small = _statements(client, url(cast, "?set=post"), rows=3)
    _add_posts(cast, 2003, 2013)
    plans = [SubjectPlan(_named(f"甲{i}", i, cast)) for i in range(60)]
    actions.apply_plans(console_actor(), plans=plans, reason="更多人")
    assert _statements(client, url(cast, "?set=post"), rows=13) == small


def _statements(client: Client, address: str, *, rows: int) -> int:
    client.get(address)
    with few_statements(1) as captured:
        text = client.get(address).content.decode()
    assert text.count("data-row") == rows and "陆怀瑾" in text
    return len(captured)


def _add_posts(cast: Cast, first: int, last: int) -> None:
    for year in range(first, last):
        actions.save_row(
            console_actor(), subject=cast.people[WHO], info_set="post", row=None, base_version=0,
            values={
                "unit": str(cast.units["财务部"]), "position": "会计",
                "supervisor": str(cast.people["陆怀瑾"]),
                "joined": "2016-07-11", "start": f"{year}-01", "end": f"{year}-12",
            },
        )  # fmt: skip


def _named(name: str, number: int, cast: Cast) -> list[RowPlan]:
    first, *rest = person_rows(WHO, cast.units["销售部"])
    identity = RowPlan("identity", {"name": name, "employee_number": f"9{number:05d}"})
    return [identity, *rest] if first else rest
