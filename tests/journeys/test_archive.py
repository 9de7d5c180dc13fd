"""The archivist's day: scans and a paper come in, files are read, lent, sent away, destroyed."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyotp
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Visit, serving
from tests.journeys.test_movements import agree, person_of

from dangan.operations.demo.people import organisation

pytestmark = pytest.mark.journey

Keep = Callable[[Page, str], None]
NIGHT = """
import datetime, sys, uuid
import django
django.setup()
from dangan.access.queries import console_actor, system_actor
from dangan.dossiers import actions
from dangan.dossiers.models import Record, Subject
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.materials.catalogue.models import Volume
from dangan.materials.disposal.scanning import scan
subject = Volume.objects.get(pk=uuid.UUID(sys.argv[1])).subject_id
left = (datetime.date.today() - datetime.timedelta(days=800)).isoformat()
Subject.objects.filter(pk=subject).update(state="filed")
for row in Record.objects.filter(subject=subject, info_set="post", current=True):
    plans = [SubjectPlan([RowPlan("post", {"left": left}, row.row, row.version)], subject)]
    actions.apply_plans(console_actor(purpose="测试"), plans=plans, reason="补记离职日期")
Subject.objects.filter(pk=subject).update(state="departed")
scan(system_actor())
"""
"""Somebody's last day is put back by two years and more, then comes the nightly look for what is
over: a test waits neither for the one nor for ten past three."""
FORM = "2010 年度考核登记表"
PAPERS = "三、考核鉴定类材料"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archive")


@pytest.fixture(scope="module")
def service(home: Path) -> Iterator[str]:
    """The demonstration with its archive room."""
    with serving(home, "300") as address:
        yield address


@pytest.fixture
def desk(visit: Visit) -> Iterator[Visit]:
    """``visit``, with each account asked for once, and no error in any console."""
    errors: list[str] = []
    there: dict[tuple[str, bool], Page] = {}

    def at(login: str, *, phone: bool = False) -> Page:
        if (login, phone) not in there:
            page = visit(login, phone=phone)
            page.set_default_timeout(8_000)
            page.on("console", lambda line: errors.append(line.text) if _wrong(line.type) else None)
            there[login, phone] = page
        return there[login, phone]

    yield at
    assert not errors


def _wrong(kind: str) -> bool:
    return kind == "error"


def sheet(words: str, number: int) -> bytes:
    """A page as a scanner gives it: 300 dpi, lines of text that stand straight."""
    image = Image.new("RGB", (1240, 1754), (250, 248, 242))
    draw = ImageDraw.Draw(image)
    for line in range(14):
        draw.rectangle((160, 220 + line * 90, 1080 - 40 * ((line + number) % 4), 250 + line * 90),
                       fill=(60, 60, 66))  # fmt: skip
    draw.text((560, 1650), f"{words} {number}", (90, 90, 90))
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=80, dpi=(300, 300))
    return kept.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a scanner left: two good pages, one that is broken, one whose name says nothing."""
    inside = tmp_path / "扫描" / PAPERS / FORM
    inside.mkdir(parents=True)
    for number in (1, 2):
        (inside / f"{number:04d}.jpg").write_bytes(sheet("A", number))
    (inside / "0003.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    (tmp_path / "扫描" / "背面.jpg").write_bytes(sheet("B", 5))
    return tmp_path / "扫描"


def volume_of(page: Page, name: str) -> str:
    """Finds somebody's volume in the list; its address."""
    page.goto("/archive/")
    page.get_by_label("搜索案卷").fill(name)
    page.get_by_role("button", name="搜索", exact=True).last.click()
    page.locator("main a.who", has_text=name).first.click()
    expect(page.locator(".volume-head")).to_contain_text(name)
    return page.url.partition("?")[0]


def fits(page: Page) -> None:
    """Nothing runs out of the telephone's screen."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url


def status(page: Page, address: str) -> int:
    """What the browser's session gets there, without a line in the console."""
    return page.request.get(address, max_redirects=0).status


def pdf(page: Page, address: str) -> str:
    """The words of a printed form."""
    answer = page.request.get(address)
    assert answer.status == 200, address
    document = pypdfium2.PdfDocument(io.BytesIO(answer.body()))
    return "".join("".join(one.get_textpage().get_text_range() for one in document).split())


def href(page: Page, name: str | re.Pattern[str]) -> str:
    return str(page.get_by_role("link", name=name).first.evaluate("link => link.href"))


def images(page: Page) -> list[str]:
    """The pictures of the material in the viewer."""
    links = page.locator("[data-viewer] [data-page]")
    return [str(link.get_attribute("data-src")) for link in links.all()]


def open_material(page: Page, volume: str, title: str) -> list[str]:
    """Opens a material beside the catalogue; the pictures of its pages."""
    page.goto(f"{volume}?class=all")
    page.locator(".cat-table a", has_text=title).first.click()
    expect(page.locator("[data-shown]")).to_be_visible()
    shown = page.locator("[data-shown]")
    assert shown.evaluate("image => image.decode().then(() => image.naturalHeight)") > 0
    return images(page)


def test_a_paper_is_filed_its_scans_arrive_and_the_catalogue_is_printed(
    desk: Visit, folder: Path, picture: Keep
) -> None:
    name = person_of(desk("employee"))
    page = desk("archivist")
    volume = volume_of(page, name)

    # the number is foretold, and which others move
    page.goto(f"{volume}file/?class=3")
    page.get_by_label("材料名称").fill(FORM)
    page.get_by_label("形成时间").fill("2010-12-31")
    page.get_by_label("页数").fill("3")
    expect(page.locator("#preview")).to_contain_text("将编为 3-1")
    expect(page.locator("#preview")).to_contain_text("份材料的编号需改写")
    picture(page, "archive-file")
    page.locator("main").get_by_role("button", name="登记材料").click()
    expect(page.locator("main")).to_contain_text(FORM)
    page.goto(f"{volume}numbers/")
    expect(page.get_by_role("heading", name="需改写的编号").first).to_be_visible()
    expect(page.locator("main .new, main ins").first).to_be_visible()
    assert "3-2" in pdf(page, f"{volume}numbers.pdf")
    page.get_by_role("button", name=re.compile("登记已改写")).click()
    page.goto(f"{volume}numbers/")
    expect(page.get_by_text("编号与目录一致")).to_be_visible()
    for layout in ("2012", "1991"):
        printed = pdf(page, f"{volume}catalogue-{layout}.pdf")
        assert name in printed
        assert "".join(FORM.split()) in printed

    # the folder arrives; the broken file is refused by its name
    page.goto(f"{volume}upload/")
    page.set_input_files("#pick-folder", folder)
    expect(page.locator(".upload-list .bad")).to_contain_text("0003.jpg", timeout=20_000)
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(page.get_by_text("3 个文件，认出 2 个")).to_be_visible()
    picture(page, "archive-arrived")
    choice = page.locator("main tbody tr", has_text="背面.jpg").locator("select")
    wanted = choice.locator("option", has_text=FORM).first.get_attribute("value")
    choice.select_option(value=wanted)
    page.get_by_role("button", name="归入材料").click()
    expect(page.get_by_text("没有待整理的文件")).to_be_visible()

    # the catalogue says so, and the viewer shows three pages
    assert len(open_material(page, volume, FORM)) == 3
    line = page.locator(".cat-table tr", has_text=FORM)
    expect(line).not_to_contain_text("待扫描")
    expect(page.locator("[data-viewer]")).to_contain_text("本次查看已记录")
    picture(page, "archive-volume")


def scan_in(page: Page, volume: str, title: str, tmp_path: Path) -> None:
    """One page of a material that had none."""
    page.goto(f"{volume}?class=all")
    page.locator(".cat-table tr", has_text="待扫描").locator("a", has_text=title).first.click()
    material = re.search(r"material=([0-9a-f-]{36})", page.url)
    assert material is not None
    page.goto(f"/archive/materials/{material[1]}/pages/")
    paper = tmp_path / "0001.jpg"
    paper.write_bytes(sheet("C", 7))
    page.locator("main input[type=file]").first.set_input_files(paper)
    page.locator("main").get_by_role("button", name=re.compile("追加|上传")).first.click()
    page.wait_for_load_state("networkidle")


def tick_reader(page: Page, name: str) -> None:
    page.locator("#id_who").press_sequentially(name)
    page.locator("#found-people label", has_text=name).locator("input").check()
    page.locator("#id_who").fill("")


def test_two_readers_see_what_was_granted_until_it_is_ended(
    desk: Visit, tmp_path: Path, picture: Keep
) -> None:
    name = person_of(desk("employee2"))
    archivist = desk("archivist")
    volume = volume_of(archivist, name)
    number = archivist.locator(".head h1").inner_text()
    scan_in(archivist, volume, "年度考核登记表", tmp_path)
    granted = open_material(archivist, volume, "职工登记表")[0]
    outside = open_material(archivist, volume, "年度考核登记表")[0]

    # HR asks, for two to read
    hr, other = desk("hr"), desk("finance")
    hr.goto("/archive/consultations/new/")
    hr.locator("[name=volume_1]").press_sequentially(number)
    hr.locator(".volume-list [role=option]").first.click()
    hr.locator("[name=ground]").select_option(index=1)
    hr.get_by_label("具体事由").fill("核对入职时填写的学习经历")
    for reader in (person_of(hr), person_of(other)):
        tick_reader(hr, reader)
    picture(hr, "archive-consultation-form")
    hr.get_by_role("button", name="提交审批").click()
    hr.goto("/archive/consultations/mine/")
    hr.locator("main a", has_text=re.compile("CY-")).first.click()
    consultation = hr.url
    case = href(hr, "看审批")

    # the head, the archivist with a narrower scope, the HR manager
    agree(desk, case, "hrmanager", "leader", words="同意查阅")
    archivist.goto(case)
    form = archivist.locator("#fill form")
    form.locator("[name=checked]").fill("申请齐全，阅览人身份相符")
    for box in form.locator("[name=materials]").all():
        box.uncheck()
    form.locator("label", has_text="职工登记表").locator("input").check()
    picture(archivist, "archive-consultation-scope")
    form.get_by_role("button", name="提交").click()
    expect(archivist.locator("#fill form")).to_have_count(0)
    agree(desk, case, "hrmanager", "leader", words="同意")

    # one reader is not enough
    assert status(hr, granted) == 404
    session = consultation.replace("/consultations/", "/reading/")
    hr.goto(session)
    hr.get_by_role("button", name="我已到场").click()
    expect(hr.locator("#reading")).to_contain_text("现在 1 人")
    other.goto("/archive/reading/")
    other.locator("main a", has_text=name).first.click()
    other.get_by_role("button", name="我已到场").click()
    expect(other.locator("#reading")).to_contain_text("现在 2 人")
    hr.goto(session)
    picture(hr, "archive-reading")
    hr.get_by_role("button", name=re.compile("打开档案，开始计时")).click()
    expect(hr.locator(".volume-head")).to_contain_text(name)
    expect(hr.locator(".cat-table")).to_contain_text("职工登记表")
    expect(hr.locator(".cat-table")).not_to_contain_text("年度考核登记表")
    for reader in (hr, other):
        open_material(reader, volume, "职工登记表")
        answer = reader.request.get(granted)
        assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
        assert status(reader, outside) == 404
    picture(hr, "archive-reading-page")

    # the archivist ends it early
    archivist.goto(consultation)
    archivist.get_by_role("button", name=re.compile("结束")).click()
    expect(archivist.locator("main")).to_contain_text("提前结束")
    for reader in (hr, other):
        assert status(reader, granted) == 404
        assert status(reader, volume) == 404
    hr.goto(session)
    expect(hr.locator("#reading")).to_contain_text("这次查阅已提前结束，档案已关闭")


def label_of(page: Page, volume: str) -> str:
    """Prints a label; the code under its square."""
    one = volume.rstrip("/").rpartition("/")[2]
    page.goto(f"/archive/storeroom/labels/?volume={one}")
    form = page.locator("form[target=_blank]")
    given = form.evaluate("form => Object.fromEntries(new FormData(form))")
    answer = page.request.post("/archive/storeroom/labels/print/", form=given)
    assert answer.status == 200
    document = pypdfium2.PdfDocument(io.BytesIO(answer.body()))
    words = document[0].get_textpage().get_text_range()
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]\b", words)
    assert code is not None, words
    return code[0]


def test_a_volume_is_lent_and_comes_back_page_by_page(desk: Visit, picture: Keep) -> None:
    name = person_of(desk("legal"))
    archivist, hr = desk("archivist"), desk("hr")
    volume = volume_of(archivist, name)
    number = archivist.locator(".head h1").inner_text()
    code = label_of(archivist, volume)

    hr.goto("/archive/loans/new/")
    hr.locator("[name=volume]").press_sequentially(number)
    hr.locator(".volume-list [role=option]").first.click()
    hr.get_by_label("事由").fill("到人社局办理职称申报，须带原件")
    hr.get_by_label("联系电话").fill("13811112222")
    hr.get_by_role("button", name="提交审批").click()
    hr.goto("/flows/started/")
    case = waiting(hr, "档案借阅")
    for _step in range(3):
        page = agree(desk, case, "hrmanager", "leader", words="同意借阅")
        page.goto(case)
        if "审批中" not in page.locator(".head").inner_text():
            break

    # the borrower signs by log-in, the archivist finds the loan by the label
    hr.goto("/archive/loans/mine/")
    hr.locator("main a", has_text=name).first.click()
    hr.get_by_role("button", name="签收").click()
    expect(hr.locator("main")).to_contain_text("你已签收，请到档案室当面领取")
    phone = desk("archivist", phone=True)
    phone.goto("/archive/scan/")
    fits(phone)
    typed(phone, code)
    expect(phone.locator(".sr-seen")).to_contain_text(number)
    expect(phone.locator(".sr-seen")).to_contain_text("在库")
    picture(phone, "archive-scan-phone")
    fits(phone)
    phone.locator(".sr-deeds").get_by_role("link", name="借出").click()
    expect(phone.locator("main")).to_contain_text("已登录签收")
    fits(phone)
    phone.locator("main").get_by_role("button", name="借出").click()
    expect(phone.locator("main")).to_contain_text("没有归还")
    archivist.goto("/archive/loans/")
    expect(archivist.locator("#loans")).to_contain_text(name)
    picture(archivist, "archive-loans")

    # and back: one paper has a page too few
    phone.goto("/archive/scan/")
    typed(phone, code)
    expect(phone.locator(".sr-seen")).to_contain_text("借出")
    phone.locator(".sr-deeds").get_by_role("link", name="归还").click()
    expect(phone.get_by_text("逐页清点，勾选已核对的材料")).to_be_visible()
    fits(phone)
    phone.get_by_role("button", name="全部齐全").click()
    first = phone.locator("[data-line]").first
    pages = int(first.locator("[data-expected]").inner_text())
    first.locator("input[type=number]").fill(str(pages - 1))
    first.get_by_label("发现的问题").fill("末页缺失")
    picture(phone, "archive-return-phone")
    phone.get_by_role("button", name="登记归还").click()
    expect(phone.locator("main")).to_contain_text("末页缺失")
    fits(phone)
    phone.locator("main").get_by_role("button", name="已处理").click()
    archivist.goto(volume)
    expect(archivist.locator(".volume-head")).to_contain_text("在库")


def typed(page: Page, code: str) -> None:
    page.get_by_label("标签上的码").fill(code)
    page.get_by_role("button", name="查看").click()


def waiting(page: Page, kind: str) -> str:
    row = page.locator("main tbody tr", has_text=kind).first
    return str(row.locator("a[href*='/flows/']").first.evaluate("link => link.href"))


def test_a_volume_is_sent_away_and_acknowledged(desk: Visit, picture: Keep) -> None:
    name = person_of(desk("finance"))
    page = desk("archivist")
    volume = volume_of(page, name)
    number = page.locator(".head h1").inner_text()

    page.goto("/archive/transfers/new/")
    page.locator("[name=volumes]").fill(number)
    page.locator("[name=receiver]").fill("云岭市人才服务中心")
    page.get_by_label("转递原因").fill("调往云岭")
    page.get_by_label("机要编号").fill("机 118")
    picture(page, "archive-transfer-form")
    page.get_by_role("button", name="提交审批").click()
    expect(page).to_have_url(re.compile("/archive/transfers/|/flows/"))
    page.goto("/archive/transfers/")
    page.locator("main a", has_text=re.compile("云岭|ZC-")).first.click()
    slip = page.url
    case = href(page, re.compile("ZC-"))
    agree(desk, case, "hrmanager", words="同意转出")

    page.goto(slip)
    page.get_by_role("button", name="登记发出").click()
    expect(page.locator("main")).to_contain_text("回执期限")
    words = pdf(page, href(page, "三联转递单"))
    assert name in words
    assert "云岭市人才服务中心" in words
    page.goto(volume)
    expect(page.locator(".volume-head")).to_contain_text("转递中")

    page.goto(slip)
    page.get_by_role("link", name="登记回执").click()
    page.get_by_label(re.compile("签收人|收件人")).fill("江一帆")
    page.locator("main").get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("main")).to_contain_text("江一帆")
    picture(page, "archive-transfer-slip")
    page.goto("/archive/?standing=away")
    expect(page.locator("main table")).to_contain_text(number)


def leaver() -> tuple[str, str]:
    """Name and employee number of somebody who has left."""
    made = organisation(300, 1, datetime.now(ZoneInfo("Asia/Shanghai")).date())
    gone = [person for person in made.people if person.departed][-1]
    return gone.name, str(gone.rows["identity"][0]["employee_number"])


def two_years_later(home: Path, volume: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DANGAN_")}
    environment |= {"DANGAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "dangan.config.settings"}
    command = [sys.executable, "-c", NIGHT, volume.rstrip("/").rpartition("/")[2]]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def set_up_telephone(page: Page) -> pyotp.TOTP:
    """Sets up two-step log-in in the browser, as an authenticator app would."""
    page.goto("/security/me/")
    page.get_by_role("button", name="开始设置").click()
    made = pyotp.TOTP(page.locator(".once").inner_text().strip())
    page.locator("[name=code]").fill(made.now())
    page.get_by_role("button", name="启用").click()
    expect(page.locator("#recovery li")).to_have_count(10)
    return made


def test_a_volume_of_somebody_who_left_is_destroyed_before_two_witnesses(
    desk: Visit, home: Path, tmp_path: Path, picture: Keep
) -> None:
    name, employee_number = leaver()
    page = desk("archivist")

    # the firm keeps papers of its own, for two years after somebody has left
    page.goto("/archive/settings/")
    page.locator("[name=kinds][value=employee_file]").check()
    page.get_by_role("button", name="保存").click()
    page.goto("/archive/volumes/open/")
    page.locator("[name=person]").fill(employee_number)
    page.locator("[name=kind]").select_option("employee_file")
    page.locator("[name=retention]").select_option("y2")
    page.locator("main").get_by_role("button", name="立卷").click()
    expect(page.locator("main")).to_contain_text("还没有材料")
    volume = page.url.partition("?")[0]
    number = page.locator(".head h1").inner_text()
    page.goto(f"{volume}file/")
    page.locator("[name=category]").select_option("1")
    page.get_by_label("材料名称").fill("入职登记表")
    page.get_by_label("页数").fill("1")
    page.locator("main").get_by_role("button", name="登记材料").click()
    scan_in(page, volume, "入职登记表", tmp_path)
    image = open_material(page, volume, "入职登记表")[0]
    assert status(page, image) == 200

    # over, listed, appraised, submitted
    two_years_later(home, volume)
    page.goto("/archive/disposal/?what=volume")
    due = page.locator("main tbody tr", has_text=number)
    expect(due).to_contain_text(name)
    due.get_by_role("checkbox").check()
    picture(page, "archive-due")
    page.get_by_role("button", name="编制销毁清册").click()
    expect(page.get_by_role("heading", name="鉴定意见")).to_be_visible()
    ledger = page.url
    page.locator("fieldset.opinion select").select_option("destroy")
    page.get_by_role("button", name="保存意见").click()
    page.get_by_label("鉴定小组").fill("严洁、唐文娟")
    page.get_by_role("button", name=re.compile("提交审批")).click()
    page.goto(ledger)
    case = href(page, re.compile("XH-"))
    for login in ("legal", "privacy", "leader"):
        agree(desk, case, login, words="同意销毁")

    # two witnesses prove that it is they
    for login in ("privacy", "hrmanager"):
        witness = desk(login)
        phone = set_up_telephone(witness)
        witness.goto(f"{ledger}witness/")
        later = int(datetime.now().timestamp()) + phone.interval
        witness.locator("[name=code]").fill(phone.at(later))
        witness.get_by_role("button", name="确认监销").click()
        witness.goto(ledger)
        expect(witness.locator("main")).to_contain_text(person_of(witness))
    picture(desk("hrmanager"), "archive-witnessed")

    # the archivist executes; what was there is not there any more
    page.goto(ledger)
    expect(page.locator("main")).to_contain_text("监销人 2 / 2")
    page.locator("#number").fill(page.locator(".head h1").inner_text())
    page.get_by_role("button", name="执行销毁").click()
    expect(page.get_by_role("link", name="销毁证明")).to_be_visible()
    picture(page, "archive-destroyed")
    assert number in pdf(page, href(page, "销毁证明"))
    assert status(page, image) == 404
    assert status(page, volume) == 404
