"""The pages of leaks: reporting on a phone's form, one leak, the register and its paper."""

from __future__ import annotations

import io
from uuid import uuid4

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from tests.cast import written_events
from tests.confidentiality.leaks.conftest import PARTS, SECRET
from tests.dossiers_pages.conftest import few_statements

from dangan.confidentiality.leaks.models import Leak, LeakFile
from dangan.workflow.models import Case

WHERE = "/leaks/report/"
FORM = {
    "what": SECRET,
    "noticed": "2026-01-05T09:30",
    "kinds": ["pay", "basic"],
    "material": "十月工资表",
    "holders": "一家供应商",
    "done": "已请对方删除",
}


def picture() -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(buffer, "PNG")
    return SimpleUploadedFile("截图.png", buffer.getvalue())


def test_an_employee_reports_with_a_picture_and_comes_to_the_own_report(room):
    client = room.client("shen")
    page = client.get(WHERE).content.decode()
    assert "报告不匿名" in page
    assert "陆怀瑾" in page
    assert 'name="volume"' not in page
    answer = client.post(WHERE, FORM | {"papers": [picture()]})
    leak = Leak.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("leaks:one", args=[leak.id])
    with few_statements():
        shown = client.get(answer["Location"]).content.decode()
    assert SECRET in shown
    assert "十月工资表" in shown
    assert "打印报告" not in shown
    assert leak.number in client.get(WHERE).content.decode()


def test_an_attachment_is_for_those_who_see_the_report(room):
    room.client("shen").post(WHERE, FORM | {"papers": [picture()]})
    leak, file = Leak.objects.get(), LeakFile.objects.get().file
    where = reverse("leaks:paper", args=[leak.id, file])
    assert room.client("privacy").get(where).status_code == 200
    assert room.client("luo").get(where).status_code == 404
    other = reverse("leaks:paper", args=[leak.id, uuid4()])
    assert room.client("privacy").get(other).status_code == 404


def test_a_form_with_gaps_comes_back_with_sentences_and_keeps_the_words(room):
    client = room.client("shen")
    answer = client.post(WHERE, {"what": "", "noticed": "昨天", "holders": "一家供应商"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写这一项" in text
    assert "时间写成" in text
    assert "一家供应商" in text
    answer = client.post(WHERE, FORM | {"kinds": [], "material": ""})
    assert "请选择或写明涉及什么信息或材料" in answer.content.decode()
    bad = SimpleUploadedFile("坏文件.pdf", b"no pdf at all")
    answer = client.post(WHERE, FORM | {"papers": [bad]})
    assert "坏文件.pdf" in answer.content.decode()
    assert not Leak.objects.exists()


def test_whom_the_matter_concerns_is_ticked_and_stays_out(room):
    room.client("shen").post(WHERE, FORM | {"avoid": [str(room.ids["liang"])]})
    leak = Leak.objects.get()
    manager = room.client("liang")
    for name in ("one", "printed"):
        assert manager.get(reverse(f"leaks:{name}", args=[leak.id])).status_code == 404
    assert leak.number not in manager.get("/leaks/").content.decode()


def test_only_those_who_may_see_volumes_are_asked_for_one(room):
    assert 'name="volume"' in room.client("archivist").get(WHERE).content.decode()


@pytest.mark.parametrize("who", ["luo", "lu", "archivist", "specialist", "boss"])
def test_the_register_and_the_paper_are_for_those_who_manage_leaks(room, who):
    leak = room.report()
    client = room.client(who)
    assert client.get("/leaks/").status_code == 403
    assert client.get(reverse("leaks:printed", args=[leak.id])).status_code == 403


def test_the_register_shows_the_time_to_the_first_measure(room):
    room.client("shen").post(WHERE, FORM)
    manager = room.client("liang")
    manager.get("/leaks/")
    with few_statements():
        page = manager.get("/leaks/?state=open").content.decode()
    assert Leak.objects.get().number in page
    assert "沈知微" in page
    assert "0.0" in page
    assert "没有泄密事件" in manager.get("/leaks/?state=closed").content.decode()
    assert manager.get("/leaks/?state=nonsense&page=x").status_code == 200


def test_the_case_page_shows_the_report_and_takes_the_parts(room):
    leak = room.report()
    officer = room.client("privacy")
    where = reverse("workflow:case", args=[leak.case])
    page = officer.get(where).content.decode()
    assert SECRET in page
    assert "是否告知主管部门" in page
    form = PARTS["privacy"] | {
        "part": "assessment",
        "version": str(Case.objects.get(pk=leak.case).version),
    }
    answer = officer.post(reverse("workflow:fill", args=[leak.case, "privacy"]), form)
    assert answer.status_code == 302, answer.content.decode()
    page = officer.get(reverse("leaks:one", args=[leak.id])).content.decode()
    assert "收件人选错" in page
    assert "须告知" in page


def test_a_measure_is_ticked_off_on_the_page(room):
    leak = room.report()
    for step in ("head", "privacy", "remedies"):
        room.fill(leak, step)
    head = room.client("lu")
    assert "登记完成" in head.get(reverse("leaks:one", args=[leak.id])).content.decode()
    assert head.post(reverse("leaks:finish", args=[leak.id, 0])).status_code == 302
    finish = reverse("leaks:finish", args=[leak.id, 0])
    assert finish not in head.get(reverse("leaks:one", args=[leak.id])).content.decode()
    assert room.client("shen").post(reverse("leaks:finish", args=[leak.id, 1])).status_code == 403


def test_the_paper_for_the_authority_names_nobody(room):
    leak = room.report()
    for step in ("head", "privacy", "remedies", "notification"):
        room.fill(leak, step)
    manager = room.client("liang")
    answer = manager.get(reverse("leaks:printed", args=[leak.id]))
    assert answer["Content-Type"] == "application/pdf"
    pages = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    words = "".join(page.get_textpage().get_text_range() for page in pages)
    for said in ("泄密事件报告", leak.number, "收件人选错", "可能被诈骗", "市网信办"):
        assert said in words
    for name in ("沈知微", "陆怀瑾"):
        assert name not in words
    assert ("leak.print", "done") in written_events()
