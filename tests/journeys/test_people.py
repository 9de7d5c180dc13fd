"""From a spreadsheet to a corrected dossier, as people do it in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from tests.cast import with_check_digit
from tests.journeys.conftest import Visit

pytestmark = pytest.mark.journey

Keep = Callable[[Page, str], None]
UNIT = "研发一部"
HEADINGS = ["姓名", "工号", "身份证号码", "部门", "岗位", "手机", "入职日期"]
PEOPLE = [
    ("欧阳若溪", "JX0001", "330106199203045521", "高级工程师", "13811110001", "2019.7.1"),
    ("司徒云起", "JX0002", "330106198807216613", "架构师", "13811110002", "2018年3月15日"),
    ("端木清和", "JX0003", "330106199511088824", "测试工程师", "13811110003", "20210906"),
]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A sheet as people send it: a title above, dates in three spellings."""
    path = tmp_path / "新员工.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("花名册")
    sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, "新员工名单")
    sheet.write_row(1, 0, HEADINGS)
    for number, (name, code, ident, position, mobile, joined) in enumerate(PEOPLE, 2):
        sheet.write_row(
            number, 0, [name, code, with_check_digit(ident), UNIT, position, mobile, joined]
        )
    book.close()
    return path


def find(page: Page, name: str) -> None:
    """Opens somebody's dossier by the search box, with the keyboard alone."""
    page.keyboard.press("Control+k")
    page.keyboard.type(name)
    expect(page.locator("#find-list a").first).to_contain_text(name)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/people/[0-9a-f-]{36}/$"))


def open_contact_form(page: Page, name: str) -> None:
    find(page, name)
    page.get_by_role("link", name="联系方式").click()
    expect(page.get_by_role("heading", name="联系方式")).to_be_visible()
    page.get_by_role("link", name="修改").click()
    expect(page.get_by_role("heading", name="修改联系方式")).to_be_visible()


def test_a_spreadsheet_becomes_dossiers_that_are_corrected_and_cited(
    visit: Visit, picture: Keep, workbook: Path
) -> None:
    page = visit("hr")
    picture(page, "01-desk")

    # in comes the spreadsheet
    page.goto("/import/")
    page.set_input_files("#files", workbook)
    page.get_by_role("button", name="上传并核对列").click()
    expect(page.get_by_role("heading", name="花名册")).to_be_visible()
    picture(page, "02-columns")
    page.get_by_role("button", name="检查数据").first.click()
    page.get_by_role("button", name="导入 3 人").click(timeout=60_000)
    expect(
        page.get_by_text("导入结果").or_(page.get_by_role("link", name="看花名册"))
    ).to_be_visible(timeout=60_000)
    picture(page, "03-imported")

    # the roster has them
    page.goto("/people/")
    picture(page, "04-roster")

    # the dossier shows the mask, never the number
    find(page, "欧阳若溪")
    expect(page.locator(".summary")).to_contain_text("高级工程师")
    expect(page.locator(".summary")).to_contain_text("2019-07-01")
    assert "13811110001" not in page.content() and "138****0001" in page.content()
    picture(page, "05-dossier")

    # a correction, with what changes shown before it is saved
    page.get_by_role("link", name="联系方式").click()
    expect(page.get_by_role("heading", name="联系方式")).to_be_visible()
    page.get_by_role("link", name="修改").click()
    page.get_by_label("电子邮箱").fill("ouyang@example.com")
    page.get_by_label("变更说明").fill("本人邮件告知")
    expect(page.locator("#changes")).to_contain_text("已修改 1 项，尚未保存")
    expect(page.locator("#changes .new")).to_have_text("ouyang@example.com")
    picture(page, "06-edit")
    page.get_by_role("button", name="保存（1 项）").click()
    expect(page.get_by_text("已保存，更新记录 BG-")).to_be_visible()

    # the update record can be read, compared and cited
    page.get_by_role("link", name="更新记录").first.click()
    expect(page.get_by_text("本人邮件告知")).to_be_visible()
    expect(page.locator("ins.new").first).to_have_text("ouyang@example.com")
    picture(page, "07-history")
    page.get_by_role("link", name="第 2 版").first.click()
    expect(page.get_by_role("heading", name="联系方式逐项比对")).to_be_visible()
    picture(page, "08-compare")


def test_two_people_meet_in_one_row_and_nothing_is_lost(visit: Visit, picture: Keep) -> None:
    first, second = visit("hrmanager"), visit("hr")
    open_contact_form(first, "司徒云起")
    open_contact_form(second, "司徒云起")

    first.get_by_label("办公电话").fill("0571-88880001")
    first.get_by_label("电子邮箱").fill("first@example.com")
    first.locator("[data-save]").click()
    expect(first.get_by_text("已保存，更新记录 BG-")).to_be_visible()

    second.get_by_label("电子邮箱").fill("second@example.com")
    second.get_by_label("邮政编码").fill("310012")
    second.locator("[data-save]").click()
    expect(second.get_by_text("你编辑期间，这条记录有了新版本")).to_be_visible()
    expect(second.get_by_text("冲突 1 项")).to_be_visible()
    picture(second, "09-conflict")
    second.locator("input[name='pick-v-email'][value='theirs']").check()
    second.get_by_role("button", name="按选定值保存").click()
    expect(second.get_by_text("已保存，更新记录 BG-")).to_be_visible()

    panel = second.locator(".set-panel")
    for value in ("first@example.com", "0571-88880001", "310012"):
        expect(panel).to_contain_text(value)


def test_a_masked_value_is_shown_for_a_reason_and_hides_again(visit: Visit, picture: Keep) -> None:
    page = visit("hr")
    page.clock.install()
    find(page, "端木清和")
    eye = page.locator(".summary .masked .eye").last
    eye.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="查看 5 分钟").click()
    expect(dialog).to_contain_text("请填写说明，至少 4 个字")
    picture(page, "10-reason")
    dialog.get_by_label("说明").fill("通知本人领取工牌")
    dialog.get_by_role("button", name="查看 5 分钟").click()
    shown = page.locator(".summary .revealed")
    expect(shown).to_contain_text("13811110003")
    expect(shown).to_contain_text("已记录")
    picture(page, "11-revealed")
    page.clock.fast_forward(301_000)
    expect(shown).to_have_count(0)
    assert "13811110003" not in page.content()
    expect(page.locator(".summary")).to_contain_text("138****0003")


def test_on_a_phone_one_set_a_screen(visit: Visit, picture: Keep) -> None:
    page = visit("employee", phone=True)
    picture(page, "12-phone-desk")
    page.goto("/me/")
    picture(page, "13-phone-my-information")
    page.get_by_role("link", name="整份档案").click()
    expect(page.locator(".sets-nav")).to_be_visible()
    expect(page.locator(".set-panel")).to_be_hidden()
    page.get_by_role("link", name="联系方式").click()
    expect(page.locator(".set-panel")).to_be_visible()
    expect(page.locator(".summary")).to_be_hidden()
    picture(page, "14-phone-contact")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


def test_a_new_dossier_is_typed_in_without_anything_old_beside_it(visit: Visit) -> None:
    page = visit("hr")
    page.goto("/people/new/")
    page.get_by_label("姓名", exact=True).first.fill("程见山")
    page.locator("main").get_by_role("link", name="取消").click()
    expect(page.get_by_role("heading", name="花名册")).to_be_visible()


def test_each_role_finds_its_own_desk(visit: Visit, picture: Keep) -> None:
    for login in ("head", "finance", "it", "auditor"):
        page = visit(login)
        expect(page.get_by_role("heading", name="工作台")).to_be_visible()
        picture(page, f"15-desk-{login}")
    assert "花名册" not in page.locator("#side").inner_text()
