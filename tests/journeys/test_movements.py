"""Staff movements as people make them in the browser: a promotion past every desk, and a departure
to its end, after which the account is locked out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Visit
from tests.journeys.test_people import find

pytestmark = pytest.mark.journey

Keep = Callable[[Page, str], None]
CASE = re.compile(r"/flows/[0-9a-f-]{36}/")


def person_of(page: Page) -> str:
    """The name of whoever has logged in."""
    return page.locator(".user-name").inner_text()


def submit(page: Page) -> str:
    """Sends the form that begins a movement; gives the address of its case."""
    page.get_by_role("button", name="提交审批").click()
    expect(page).to_have_url(CASE)
    return page.url


DECIDERS = ("head", "head2", "leader", "hrmanager", "legal", "it", "office", "hr", "privacy",
            "security")  # fmt: skip
"""In a small demonstration organisation the head of one office sits in another: whoever is the
person's head, or next in charge, is among these."""


def agree(visit: Visit, case: str, *logins: str, words: str = "") -> Page:
    """Whoever of ``logins`` has the case on their desk agrees in the dialog."""
    for login in logins:
        page = visit(login)
        page.goto(case)
        button = page.locator(".head").get_by_role("link", name="同意")
        if button.count():
            break
    else:
        raise AssertionError(f"nobody of {logins} may agree")
    button.click()
    dialog = page.locator("dialog[open]")
    if words:
        dialog.locator("textarea").fill(words)
    dialog.get_by_role("button", name="同意").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    return page


def fill(visit: Visit, case: str, part: str, values: dict[str, str], *logins: str) -> Page:
    """Whoever of ``logins`` is asked for ``part`` fills it in: fields by name, every line of a
    checklist as done."""
    for login in logins:
        page = visit(login)
        page.goto(case)
        turn = page.locator(".seg a", has_text=part)
        if turn.count():
            turn.click()
        if page.locator("#fill h2", has_text=part).count():
            break
    else:
        raise AssertionError(f"nobody of {logins} is asked for {part}")
    form = page.locator("#fill form")
    for select in form.locator("select[name^='state-']").all():
        select.select_option("done")
    for name, value in values.items():
        field = form.locator(f"[name='{name}']")
        field.check() if value == "on" else field.fill(value)
    form.get_by_role("button", name="提交").click()
    expect(page).to_have_url(CASE)
    return page


def test_a_promotion_passes_head_legal_finance_and_leader(visit: Visit, picture: Keep) -> None:
    name = person_of(visit("employee"))
    hr = visit("hr")
    hr.goto("/movements/start/?kind=promotion")
    hr.locator("main .ts-control input").first.fill(name)
    hr.locator(".ts-dropdown .option", has_text=name).first.click()
    hr.get_by_role("button", name="填写表单").click()
    expect(hr.get_by_role("heading", name=f"晋升：{name}")).to_be_visible()
    hr.get_by_label("岗位", exact=True).fill("主任工程师")
    hr.get_by_label("生效日期").fill(date.today().isoformat())
    hr.get_by_label("需要变更劳动合同").check()
    hr.locator("[name=reason]").fill("年度晋升")
    picture(hr, "movement-form")
    case = submit(hr)

    expect(hr.locator(".compare ins", has_text="主任工程师")).to_be_visible()
    picture(hr, "movement-case")
    agree(visit, case, *DECIDERS, words="同意晋升")
    fill(visit, case, "法务核对合同", {"v-position": "主任工程师"}, "legal", "hrmanager")
    pay = {"v-base": "15000", "v-post_pay": "3000"}
    pay |= {"v-performance": "", "v-allowance": "", "v-total": ""}
    fill(visit, case, "财务核定薪酬", pay, "finance", "hrmanager")
    leader = agree(visit, case, "leader", "hrmanager")
    leader.goto(case)
    expect(leader.locator(".head")).to_contain_text("已生效")

    expect(leader.get_by_role("heading", name="变动内容")).to_be_visible()

    find(hr, name)
    hr.get_by_role("link", name="任职").first.click()
    expect(hr.locator(".dt.rows")).to_contain_text("主任工程师")
    phone = visit("hr", phone=True)
    phone.goto(case)
    picture(phone, "movement-case-phone")
    phone.goto("/movements/")
    expect(phone.locator(".movement-table")).to_contain_text(name)
    picture(phone, "movement-list-phone")


def test_a_departure_ends_and_the_account_is_locked_out(visit: Visit, picture: Keep) -> None:
    employee = visit("employee2")
    name = person_of(employee)
    employee.goto("/tokens/")
    employee.locator("[name=label]").fill("同步脚本")
    employee.locator("[name=scopes]").first.check()
    employee.get_by_role("button", name=re.compile("创建|新建|生成")).click()
    token = re.search(r"dgn_[\w-]+", employee.content())
    assert token is not None
    api = {"Authorization": f"Bearer {token[0]}"}
    outside = employee.context.browser
    assert outside is not None
    program = outside.new_context(base_url=employee.url.partition("/tokens")[0])
    answer = program.request.get("/api/v1/subjects", headers=api)
    assert answer.status != 401

    employee.goto("/movements/own/departure/")
    employee.get_by_label("最后工作日").fill(date.today().isoformat())
    employee.locator("[name=short_reason]").fill("随配偶外派，已与部门商定")
    employee.locator("[name=reason]").fill("因家庭原因，申请解除劳动合同。")
    picture(employee, "departure-notice")
    case = submit(employee)
    agree(visit, case, "hrmanager", words="同意缩短通知期")
    agree(visit, case, *DECIDERS, words="工作由组内承接")
    agree(visit, case, "office", "leader", "hrmanager")
    agree(visit, case, "leader", "hrmanager")
    settled = {"settled_until": date.today().isoformat()}
    duties = {"agreement_note": "协商无异议", "continuing": "继续保守商业秘密"}
    fill(visit, case, "法务核对合同与协议", duties, "legal", "hrmanager")
    fill(visit, case, "财务结算薪酬", settled, "finance", "hrmanager")
    fill(visit, case, "部门工作交接", {}, *DECIDERS)
    fill(visit, case, "行政物品交接", {}, "office", "hrmanager")
    fill(visit, case, "账号设备交接", {}, "it", "hrmanager")
    page = fill(visit, case, "档案交接", {}, "archivist", "hrmanager")
    picture(page, "departure-checklist")
    employee.goto(case)
    if employee.locator("#fill form").count():
        form = employee.locator("#fill form")
        form.locator("[name=agreed]").check()
        form.locator("[name=signature]").fill(name)
        form.get_by_role("button", name="提交").click()
        agree(visit, case, "legal", "hrmanager")
    hr = agree(visit, case, "hr", "hrmanager")
    hr.goto(case)
    expect(hr.locator(".head")).to_contain_text("已生效")
    expect(hr.get_by_text("转出人事档案")).to_be_visible()
    picture(hr, "departure-done")
    with hr.expect_download() as paper:
        hr.get_by_role("link", name="离职证明").click()
    assert paper.value.suggested_filename == "leaving-certificate.pdf"

    employee.goto("/me/")
    expect(employee).to_have_url(re.compile("/login/"))
    assert program.request.get("/api/v1/subjects", headers=api).status == 401
    program.close()
