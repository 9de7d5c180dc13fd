"""Pages of staff movements: what they show to whom, and what is refused."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.cast import with_check_digit, written_events
from tests.dossiers_pages.conftest import few_statements
from tests.lifecycle.conftest import Firm, account_of, draft, in_days, today
from tests.lifecycle.test_departure import leaves_today, notice, opinions, to_its_end
from tests.lifecycle.test_promotion import promote

from dangan.access.models import Account
from dangan.lifecycle.models import Movement

BACKEND = "dangan.access.backends.SealedLogin"


@pytest.fixture
def browse(firm: Firm):
    """``browse("何雨桐")`` has signed in."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(Account.objects.get(pk=account_of(firm, name)), BACKEND)
        return client

    return sign_in


def test_hr_begins_a_promotion_on_the_page(firm: Firm, browse) -> None:
    client = browse("何雨桐")
    answer = client.post("/movements/start/", {"kind": "promotion", "person": "沈知微"})
    form = answer["Location"]
    assert form == f"/movements/start/promotion/{firm.person('沈知微')}/"
    page = client.get(form).content.decode()
    assert "高级工程师" in page and "v-position" in page and "pay_wish" not in page
    bad = client.post(form, {"v-position": "主任工程师", "effective": "2020-01-01", "reason": ""})
    assert bad.status_code == 422 and "尚未提交" in bad.content.decode()
    assert not Movement.objects.exists()
    good = client.post(
        form,
        {
            "v-unit": firm.unit("嵌入式组"),
            "v-position": "主任工程师",
            "effective": today().isoformat(),
            "reason": "年度晋升",
        },
    )
    movement = Movement.objects.get()
    assert good.status_code == 302 and str(movement.case) in good["Location"]


def test_the_list_shows_people_within_reach_in_few_statements(firm: Firm, browse) -> None:
    promote(firm, days=5)
    notice(firm)
    client = browse("何雨桐")
    client.get("/movements/")
    with few_statements():
        page = client.get("/movements/").content.decode()
    assert "沈知微" in page and "晋升" in page and "部门负责人审核" in page
    assert "沈知微" in browse("陆怀瑾").get("/movements/").content.decode()
    assert "沈知微" not in browse("罗文博").get("/movements/").content.decode()
    only = client.get("/movements/?kind=departure&state=open").content.decode()
    assert "部门负责人处理意见" in only and "部门负责人审核" not in only
    for name in ("俞书衡", "信息", "沈知微"):
        assert browse(name).get("/movements/").status_code == 403


def test_others_may_not_open_start_pages(firm: Firm, browse) -> None:
    url = f"/movements/start/promotion/{firm.person('沈知微')}/"
    assert browse("陆怀瑾").get(url).status_code == 403
    assert browse("沈知微").get(url).status_code == 403
    assert (
        browse("何雨桐").get("/movements/start/nonsense/" + url.split("/")[-2] + "/").status_code
        == 404
    )
    assert browse("法务").get("/movements/own/departure/").status_code in (403, 404)


def test_a_person_gives_notice_on_the_page(firm: Firm, browse) -> None:
    client = browse("沈知微")
    page = client.get("/movements/own/departure/").content.decode()
    assert "书面通知" in page and in_days(30).isoformat() in page
    assert "严重违纪" not in page
    short = client.post(
        "/movements/own/departure/",
        {"v-leaving_reason": "11", "effective": in_days(5).isoformat(), "reason": "个人发展"},
    )
    assert "现在是 5 天" in short.content.decode()
    done = client.post(
        "/movements/own/departure/",
        {"v-leaving_reason": "11", "effective": in_days(30).isoformat(), "reason": "个人发展"},
    )
    assert done.status_code == 302
    assert "离职" in client.get("/movements/own/").content.decode()


def test_a_former_employee_is_found_by_number(firm: Firm, browse) -> None:
    client = browse("梁慎行")
    number = with_check_digit("330106199106122040")
    assert (
        "没有找到离职人员" in client.post("/movements/start/", {"number": number}).content.decode()
    )
    to_its_end(firm, leaves_today(firm))
    answer = client.post("/movements/start/", {"number": number})
    assert answer["Location"] == f"/movements/start/newcomer/{firm.person('沈知微')}/"
    page = client.get(answer["Location"]).content.decode()
    assert "接着用原来的档案" in page and "录用核查" in page


def test_checks_stand_on_the_form_of_those_who_may_write_them(firm: Firm, browse) -> None:
    subject = draft(firm)
    url = f"/movements/start/newcomer/{subject}/"
    assert "result-1" in browse("梁慎行").get(url).content.decode()
    assert "result-1" not in browse("何雨桐").get(url).content.decode()


def test_the_case_page_shows_each_reader_their_part(firm: Firm, browse) -> None:
    case = promote(firm)
    firm.agree("陆怀瑾", case, "head")
    firm.fill("俞书衡", case, "pay", {"v-base": "12345", "v-post_pay": "655"})
    url = reverse("workflow:case", args=[case.id])
    page = browse("俞书衡").get(url).content.decode()
    assert "12,345.00" in page and "13,000.00" in page and "主任工程师" in page
    page = browse("何雨桐").get(url).content.decode()
    assert "12,345.00" not in page and "主任工程师" in page
    page = browse("领导").get(url).content.decode()
    assert "12,345.00" not in page
    assert browse("罗文博").get(url).status_code == 404


def test_duties_are_signed_by_their_department(firm: Firm, browse) -> None:
    case = to_its_end(firm, leaves_today(firm))
    item = firm.movement(case).items.get(item="file")
    page = browse("何雨桐").get("/movements/duties/").content.decode()
    assert "转出人事档案" in page and "还有 15 天" in page
    assert "转出人事档案" not in browse("行政").get("/movements/duties/").content.decode()
    url = f"/movements/duties/{item.pk}/"
    assert browse("行政").post(url, {"state": "done"}).status_code == 404
    browse("何雨桐").post(url, {"state": "done", "note": "机要"})
    item.refresh_from_db()
    assert item.state == "done"


def test_the_papers_are_a4_and_printing_is_logged(firm: Firm, browse) -> None:
    case = leaves_today(firm)
    opinions(firm, case)
    movement = firm.movement(case)
    client = browse("梁慎行")
    for key in ("opinion", "handover"):
        answer = client.get(f"/movements/{movement.id}/papers/{key}/")
        assert answer["Content-Type"] == "application/pdf", key
        assert "attachment" in answer["Content-Disposition"]
        document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
        assert [round(side) for side in document[0].get_size()] == [595, 842]
        text = document[0].get_textpage().get_text_range()
        assert "沈知微" in text and case.number in text
    assert client.get(f"/movements/{movement.id}/papers/certificate/").status_code == 404
    assert browse("俞书衡").get(f"/movements/{movement.id}/papers/handover/").status_code == 404
    assert ("movement.print", "done") in written_events()


def test_the_certificate_follows_the_effect(firm: Firm, browse) -> None:
    movement = firm.movement(to_its_end(firm, leaves_today(firm)))
    answer = browse("梁慎行").get(f"/movements/{movement.id}/papers/certificate/")
    document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    text = document[0].get_textpage().get_text_range().replace("\r\n", "")
    assert "离职证明" in text and "高级工程师" in text and "10 年" in text
    assert len(document) == 1


def test_nothing_personal_stands_in_clear(firm: Firm) -> None:
    cache.clear()
    promote(firm, days=3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM lifecycle_movement m")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert "主任工程师" not in stored and "工作需要" not in stored and "沈知微" not in stored


def test_who_keeps_the_list_sees_a_movement_without_its_case(firm: Firm, browse) -> None:
    case = notice(firm)
    url = f"/movements/{firm.movement(case).id}/"
    page = browse("何雨桐").get(url).content.decode()
    assert "最后工作日" in page and "部门负责人处理意见" in page
    assert browse("陆怀瑾").get(url).status_code == 302
    for name in ("俞书衡", "罗文博"):
        assert browse(name).get(url).status_code == 404


def test_a_person_is_not_told_what_others_still_decide(firm: Firm, browse) -> None:
    case = firm.start(
        "何雨桐",
        "departure",
        "沈知微",
        in_days(40),
        post={"leaving_reason": "23"},
        details={"notified_on": today().isoformat()},
    )
    client = browse("沈知微")
    assert case.number not in client.get("/movements/own/").content.decode()
    assert client.get(f"/movements/{firm.movement(case).id}/").status_code == 404
