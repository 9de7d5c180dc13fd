"""The pages of secret posts and agreements, from registering to the signed copy."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone
from tests.dossiers_pages.conftest import few_statements

from dangan.confidentiality.models import AgreementText, SecretPost, Signature

FORM = {
    "unit": "",
    "position": "高级工程师",
    "level": "1",
    "duties": "不得复制和外传图纸。",
    "training_months": "24",
    "checks": ["1", "5"],
    "needs_agreement": "on",
}
BODY = "第一条　不得向外提供公司的商业秘密。\r\n\r\n第二条　离职后仍须遵守。"


@pytest.fixture
def manager(browser):
    return browser("hr_manager", name="梁慎行")


def registered(manager) -> SecretPost:
    answer = manager.post(reverse("confidentiality:new_post"), FORM)
    assert answer.status_code == 302, answer.content.decode()
    return SecretPost.objects.get()


def published(manager) -> AgreementText:
    form = {
        "title": "员工保密协议",
        "body": BODY,
        "audience": "all",
        "unit": "",
        "record_kind": "1",
    }
    answer = manager.post(reverse("confidentiality:new_text"), form)
    assert answer.status_code == 302, answer.content.decode()
    return AgreementText.objects.get()


def test_a_post_is_registered_and_its_holder_shown_with_what_lacks(cast, manager):
    post = registered(manager)
    with few_statements():
        listed = manager.get(reverse("confidentiality:register")).content.decode()
    assert "高级工程师" in listed
    with few_statements():
        shown = manager.get(reverse("confidentiality:post", args=[post.id])).content.decode()
    assert "沈知微" in shown
    assert "缺保密培训" in shown
    assert "未核查品行" in shown


def test_a_form_that_says_too_little_comes_back_with_the_reason(cast, manager):
    answer = manager.post(reverse("confidentiality:new_post"), FORM | {"position": ""})
    assert answer.status_code == 422
    assert "请填写部门或岗位名称" in answer.content.decode()
    assert not SecretPost.objects.exists()


def test_an_exception_is_registered_shown_and_ended(cast, manager):
    post = registered(manager)
    where = reverse("confidentiality:exempt", args=[post.id, cast.people["沈知微"]])
    assert "沈知微" in manager.get(where).content.decode()
    bad = manager.post(where, {"until": "明天", "reason": "项目急需"})
    assert bad.status_code == 422
    manager.post(where, {"until": timezone.localdate().isoformat(), "reason": "项目急需"})
    page = manager.get(reverse("confidentiality:post", args=[post.id])).content.decode()
    assert "项目急需" in page
    exemption = post.exemptions.get()
    manager.post(reverse("confidentiality:end_exemption", args=[post.id, exemption.id]))
    exemption.refresh_from_db()
    assert exemption.ended_at


def test_a_specialist_reads_the_register_and_changes_nothing(cast, manager, browser):
    post = registered(manager)
    specialist = browser("hr_specialist", name="何雨桐")
    page = specialist.get(reverse("confidentiality:post", args=[post.id]))
    assert "登记例外" not in page.content.decode()
    assert specialist.post(reverse("confidentiality:close_post", args=[post.id])).status_code == 403
    assert specialist.get(reverse("confidentiality:new_post")).status_code == 403


def test_an_employee_signs_and_takes_the_signed_copy_away(cast, manager, browser):
    published(manager)
    employee = browser(name="沈知微")
    with few_statements():
        mine = employee.get(reverse("confidentiality:mine")).content.decode()
    assert "员工保密协议" in mine
    version = AgreementText.objects.get().versions.get()
    where = reverse("confidentiality:sign", args=[version.id])
    page = employee.get(where).content.decode()
    assert "不得向外提供" in page
    form = {"sha256": version.sha256, "typed_name": "沈知微"}
    assert employee.post(where, form).status_code == 422
    assert employee.post(where, form | {"read": "on"}).status_code == 302
    signature = Signature.objects.get()
    copy = employee.get(reverse("confidentiality:signed_pdf", args=[signature.id]))
    assert copy["Content-Type"] == "application/pdf"
    words = pypdfium2.PdfDocument(io.BytesIO(copy.content))[0].get_textpage().get_text_range()
    assert "沈知微" in words
    assert "020486" in words
    assert employee.get(where).status_code == 404


def test_the_desk_reminds_of_what_is_unsigned(cast, manager, browser):
    published(manager)
    employee = browser(name="沈知微")
    desk = employee.get(reverse("dossiers:desk")).content.decode()
    panel = reverse("dossiers:panel", args=["agreements"])
    assert panel in desk
    assert "员工保密协议" in employee.get(panel).content.decode()


def test_anothers_signed_copy_looks_absent(cast, manager, browser):
    published(manager)
    employee = browser(name="沈知微")
    version = AgreementText.objects.get().versions.get()
    employee.post(
        reverse("confidentiality:sign", args=[version.id]),
        {"sha256": version.sha256, "typed_name": "沈知微", "read": "on"},
    )
    where = reverse("confidentiality:signed_pdf", args=[Signature.objects.get().id])
    assert browser(name="罗文博").get(where).status_code == 404


def test_the_unsigned_are_listed_and_reminded(cast, manager):
    text = published(manager)
    where = reverse("confidentiality:text", args=[text.id])
    with few_statements():
        page = manager.get(where).content.decode()
    assert "6 人中 6 人未签" in page
    manager.post(reverse("confidentiality:remind", args=[text.id]))
    again = manager.post(reverse("confidentiality:remind", args=[text.id]), follow=True)
    assert "今天已经提醒过" in again.content.decode()


def test_a_new_version_begins_from_the_present_words(cast, manager):
    text = published(manager)
    where = reverse("confidentiality:new_version", args=[text.id])
    assert "不得向外提供" in manager.get(where).content.decode()
    same = manager.post(where, {"title": "员工保密协议", "body": BODY, "sign_again": "on"})
    assert same.status_code == 422
    assert "内容与现行版本相同" in same.content.decode()
    changed = {"title": "员工保密协议", "body": BODY + "\r\n\r\n第三条　新增。"}
    assert manager.post(where, changed).status_code == 302
    assert text.versions.count() == 2
