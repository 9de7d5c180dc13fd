"""Self-service on a telephone, as the person and the desks see it; and a newcomer's form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect
from tests.cast import with_check_digit
from tests.journeys.conftest import PHONE, Visit
from tests.journeys.test_movements import DECIDERS, agree

from dangan.operations.demo.accounts import PASSWORD

pytestmark = pytest.mark.journey

Keep = Callable[[Page, str], None]
HR = ("hr", "hrmanager")


@pytest.fixture
def photograph(tmp_path: Path) -> Callable[[str], Path]:
    """A picture as a telephone takes it."""

    def take(name: str) -> Path:
        image = Image.new("RGB", (1200, 1600), (236, 232, 224))
        ImageDraw.Draw(image).ellipse((380, 300, 820, 900), fill=(214, 176, 148))
        path = tmp_path / f"{name}.jpg"
        image.save(path)
        return path

    return take


@pytest.fixture
def outside(service: str, chromium: Browser) -> Iterator[Page]:
    """A telephone in which nobody has signed in; script errors and refused styles fail."""
    complaints: list[str] = []
    context = chromium.new_context(base_url=service, viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda line: complaints.append(line.text) if "Content Security" in line.text else None,
    )
    yield page
    context.close()
    assert not complaints


def give_back(visit: Visit, case: str, words: str, *logins: str) -> None:
    """Whoever of ``logins`` has the case on their desk returns it in the dialog."""
    for login in logins:
        page = visit(login)
        page.goto(case)
        button = page.locator(".head").get_by_role("link", name="退回")
        if button.count():
            break
    else:
        raise AssertionError(f"nobody of {logins} may return it")
    button.click()
    dialog = page.locator("dialog[open]")
    dialog.locator("textarea").fill(words)
    dialog.get_by_role("button", name="退回").click()
    expect(page.locator("dialog[open]")).to_have_count(0)


def case_of(page: Page, title: str) -> str:
    """The address of the newest request about ``title``."""
    link = page.locator(".own-request", has_text=title).first.locator(".own-row-head a")
    return str(link.evaluate("link => link.href"))


def agree_to_the_end(visit: Visit, case: str) -> None:
    """As many desks as the route has agree, one after the other."""
    for _desk in range(3):
        page = agree(visit, case, *DECIDERS, "finance")
        page.goto(case)
        if "审批中" not in page.locator(".head").inner_text():
            return
    raise AssertionError("more desks than any route has")


def test_the_first_log_in_asks_for_a_new_password(outside: Page, picture: Keep) -> None:
    outside.goto("/login/")
    outside.get_by_label("账号").fill("newcomer")
    outside.get_by_label("密码", exact=True).fill(PASSWORD)
    outside.get_by_role("button", name="登录", exact=True).click()
    expect(outside).to_have_url(re.compile("/password/"))
    outside.goto("/me/")
    expect(outside).to_have_url(re.compile("/password/"))
    picture(outside, "self-first-password")
    for field in outside.locator("main input[type=password]").all():
        field.fill("chuci2026denglu")
    outside.locator("main form button.btn-primary").click()
    outside.goto("/me/")
    expect(outside.get_by_role("heading", name="我的信息")).to_be_visible()


def test_an_employee_changes_a_number_and_adds_a_degree_from_the_telephone(
    visit: Visit, picture: Keep, photograph: Callable[[str], Path]
) -> None:
    page = visit("employee", phone=True)
    page.goto("/me/")
    picture(page, "self-me-phone")
    page.get_by_role("link", name="修改", exact=True).click()

    # what changed stands in red before anything is saved, and can be taken back
    page.locator("[name='contact-v-mobile']").fill("13911112222")
    page.locator("[name='contact-v-postcode']").fill("310000")
    box = page.locator("#pending")
    expect(box).to_contain_text("已修改 2 项，尚未提交")
    box.get_by_role("button", name=re.compile("还原邮")).click()
    expect(box).to_contain_text("已修改 1 项，尚未提交")
    expect(box.locator(".new")).to_have_text("13911112222")
    picture(page, "self-edit-phone")
    page.get_by_role("button", name="存草稿").click()
    expect(page.locator(".own-foot .btn-primary")).to_have_text("提交审批（1 项）")

    # a degree with a photograph of its certificate
    page.goto("/me/sets/education/add/")
    page.locator("[name='v-school']").fill("江南理工大学")
    page.locator("[name='v-start']").fill("2019-09")
    page.locator("[name='v-end']").fill("2022-06")
    page.get_by_role("button", name="存草稿").click()
    page.get_by_label("拍照").set_input_files(photograph("毕业证"))
    expect(page.locator(".paper figcaption")).to_have_text("毕业证.jpg")
    picture(page, "self-rows-phone")
    page.get_by_role("button", name="提交审批（2 项）").click()
    expect(page).to_have_url(re.compile("/me/requests/"))
    expect(page.locator(".own-request")).to_have_count(2)
    picture(page, "self-requests-phone")
    degree, contact = case_of(page, "教育经历"), case_of(page, "联系方式")

    # HR returns one, all desks agree to the other
    give_back(visit, degree, "请补上毕业证编号", *HR)
    agree_to_the_end(visit, contact)

    page.goto("/me/requests/?state=returned")
    expect(page.locator(".own-request")).to_contain_text("请补上毕业证编号")
    picture(page, "self-returned-phone")
    page.get_by_role("link", name="修改后重交").click()
    card = page.locator(".own-row", has_text="江南理工大学")
    expect(card).to_contain_text("请补上毕业证编号")
    card.get_by_role("link", name="修改").click()
    page.locator("[name='v-certificate_number']").fill("103351202206000123")
    page.get_by_role("button", name="存草稿").click()
    page.locator(".own-foot .btn-primary").click()
    expect(page).to_have_url(re.compile("/me/requests/"))
    agree_to_the_end(visit, degree)

    page.goto("/me/sets/education/?state=effective")
    expect(page.locator(".own-row", has_text="江南理工大学")).to_be_visible()
    page.goto("/me/edit/")
    expect(page.locator("[name='contact-v-mobile']")).to_have_value("13911112222")


def test_a_portrait_is_cut_by_thumb_or_keys_and_asked_for(
    visit: Visit, picture: Keep, photograph: Callable[[str], Path]
) -> None:
    page = visit("finance", phone=True)
    page.goto("/me/portrait/")
    page.set_input_files("#crop-file", photograph("证件照"))
    stage = page.locator(".crop-stage")
    expect(stage.locator(".cropper-crop-box")).to_be_visible()
    stage.focus()
    for key in ("+", "+", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    picture(page, "self-portrait-phone")
    page.get_by_role("button", name="存入草稿").click()
    expect(page.get_by_text("新照片待审批")).to_be_visible()
    new = page.locator(".portrait-line img")
    assert new.evaluate("image => image.decode().then(() => image.naturalHeight)") > 0


def test_one_sees_who_looked_and_takes_a_copy_away(visit: Visit, picture: Keep) -> None:
    page = visit("legal", phone=True)
    name = page.evaluate("document.querySelector('.user-name').textContent")
    hr = visit("hr")
    hr.keyboard.press("Control+k")
    hr.keyboard.type(name)
    expect(hr.locator("#find-list a").first).to_contain_text(name)
    hr.keyboard.press("Enter")
    hr.wait_for_load_state("networkidle")
    page.goto("/me/looks/")
    expect(page.locator("main table")).to_contain_text(
        hr.evaluate("document.querySelector('.user-name').textContent")
    )
    picture(page, "self-looks-phone")
    page.goto("/me/copy/")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载 PDF").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-")


def test_a_newcomer_fills_in_the_form_and_hr_makes_a_dossier_of_it(
    visit: Visit, outside: Page, picture: Keep, photograph: Callable[[str], Path]
) -> None:
    hr = visit("hr")
    hr.goto("/collection/new/")
    hr.locator("#id_name").fill("程见山")
    hr.locator("[name=mobile]").fill("13912340876")
    hr.locator("main .ts-control input").fill("产品部")
    hr.locator(".ts-dropdown .option", has_text="产品部").first.click()
    hr.locator("[name=first_day]").fill((date.today() + timedelta(days=9)).isoformat())
    hr.get_by_role("button", name="生成链接").click()
    expect(hr.locator(".qr svg")).to_be_visible()
    picture(hr, "collection-link")
    token = hr.locator("#link").input_value().partition("#")[2]

    outside.goto(f"/collect/#{token}")
    assert token not in outside.evaluate("location.href")
    outside.locator("#digits").fill("0000")
    outside.get_by_role("button", name="打开采集表").click()
    expect(outside.locator("#open-error")).to_contain_text("还可以试 4 次")
    outside.locator("#digits").fill("0876")
    outside.get_by_role("button", name="打开采集表").click()
    expect(outside.get_by_role("heading", name="个人信息处理告知")).to_be_visible()
    outside.get_by_role("checkbox").check()
    outside.get_by_role("button", name="开始填写").click()
    picture(outside, "collection-overview-phone")

    outside.get_by_role("link", name="基本信息").click()
    outside.locator("[name='v-id_number']").fill(with_check_digit("330106199803042210"))
    outside.get_by_role("button", name="保存").click()
    outside.get_by_role("link", name="教育经历").click()
    outside.get_by_role("link", name="增加教育经历").click()
    outside.locator("[name='v-school']").fill("江南大学")
    outside.get_by_role("button", name="保存").click()
    outside.get_by_label("选证明材料").set_input_files(photograph("学位证"))
    expect(outside.locator(".paper figcaption")).to_have_text("学位证.jpg")
    picture(outside, "collection-rows-phone")
    outside.goto("/collect/photo/")
    outside.set_input_files("#crop-file", photograph("证件照"))
    expect(outside.locator(".cropper-crop-box")).to_be_visible()
    outside.get_by_role("button", name="保存照片").click()
    expect(outside.locator(".hello img")).to_be_visible()
    outside.get_by_role("button", name="提交给人力资源部").click()
    expect(outside.get_by_role("heading", name="已提交给人力资源部")).to_be_visible()

    # HR sends it back once; the same link opens again
    hr.goto("/collection/?state=submitted")
    hr.get_by_role("link", name="程见山").click()
    expect(hr.get_by_text("江南大学")).to_be_visible()
    picture(hr, "collection-form")
    hr.locator("summary", has_text="退回").click()
    hr.locator("[name=words]").fill("学校全称请按毕业证填写")
    hr.get_by_role("button", name="退回给本人").click()
    outside.goto(f"/collect/#{token}")
    outside.locator("#digits").fill("0876")
    outside.get_by_role("button", name="打开采集表").click()
    expect(outside.get_by_text("学校全称请按毕业证填写")).to_be_visible()
    outside.get_by_role("link", name="教育经历").click()
    outside.get_by_role("link", name="修改").click()
    outside.locator("[name='v-school']").fill("江南理工大学")
    outside.get_by_role("button", name="保存").click()
    outside.goto("/collect/form/")
    outside.get_by_role("button", name="提交给人力资源部").click()
    expect(outside.get_by_role("heading", name="已提交给人力资源部")).to_be_visible()

    hr.goto("/collection/?state=submitted")
    hr.get_by_role("link", name="程见山").click()
    expect(hr.locator("del", has_text="江南大学")).to_be_visible()
    expect(hr.locator("ins", has_text="江南理工大学")).to_be_visible()
    picture(hr, "collection-compared")
    hr.locator("[name='identity-v-employee_number']").fill("CY900876")
    hr.locator("[name='post-v-position']").fill("产品经理")
    hr.locator("[name='post-v-joined']").fill(date.today().isoformat())
    hr.get_by_role("button", name="确认建档").click()
    expect(hr.get_by_role("link", name=re.compile(r"RZ-\d{4}-\d{5}"))).to_be_visible()
    hr.get_by_role("link", name="打开档案").click()
    expect(hr).to_have_url(re.compile(r"/people/[0-9a-f-]{36}/"))
    expect(hr.locator("main")).to_contain_text("程见山")
    outside.goto(f"/collect/#{token}")
    outside.locator("#digits").fill("0876")
    outside.get_by_role("button", name="打开采集表").click()
    expect(outside.locator("#open-error")).to_contain_text("链接已失效")
