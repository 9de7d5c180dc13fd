"""Comments, mentions and files of a case."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.cast import written_events
from tests.workflow_pages.conftest import HEAD_OF, HR_OF, OTHER, WHO, main_of, url

from dangan.files.models import SealedFile
from dangan.notices.models import Notice
from dangan.workflow.models import CaseFile, Comment


def picture(name: str = "假条.png") -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")


def test_a_comment_is_seen_by_those_who_take_part(case, signed_in):
    who = signed_in(WHO)
    answer = who.post(url(case, "comment"), {"text": "请今天办"})
    assert (answer.status_code, answer["Location"]) == (302, url(case) + "#talk")
    assert "请今天办" in main_of(signed_in(HEAD_OF).get(url(case)))


def test_a_mention_is_marked_and_told(case, signed_in, office):
    told = Notice.objects.filter(account=office.account(HEAD_OF), topic="case.mentioned")
    before = told.count()
    signed_in(WHO).post(
        url(case, "comment"),
        {"text": "@陆怀瑾 请看", "mention": str(office.account(HEAD_OF))},
    )
    assert told.count() == before + 1
    assert '<span class="at">@陆怀瑾</span>' in main_of(signed_in(HEAD_OF).get(url(case)))


def test_only_those_who_may_see_the_case_can_be_mentioned(case, signed_in, office):
    answer = signed_in(WHO).post(
        url(case, "comment"), {"text": "@罗文博 你看", "mention": str(office.account(OTHER))}
    )
    assert answer.status_code == 422
    assert "@罗文博 你看" in main_of(answer)
    assert not Comment.objects.filter(case=case).exists()


def test_an_empty_comment_is_refused_with_a_sentence(case, signed_in):
    answer = signed_in(WHO).post(url(case, "comment"), {"text": "  "})
    assert answer.status_code == 422 and "请写下意见，或附上文件" in main_of(answer)


def test_markup_in_a_comment_is_text(case, signed_in):
    signed_in(WHO).post(url(case, "comment"), {"text": "<script>alert(1)</script>"})
    text = main_of(signed_in(HEAD_OF).get(url(case)))
    assert "<script>alert" not in text and "&lt;script&gt;" in text


def test_a_picture_is_kept_looked_at_with_a_watermark_and_downloaded(case, signed_in, office):
    signed_in(WHO).post(url(case, "comment"), {"text": "假条", "attached": picture()})
    file = str(CaseFile.objects.get(case=case).file)
    head = signed_in(HEAD_OF)
    assert "假条.png" in main_of(head.get(url(case)))
    assert "假条.png" in main_of(head.get(url(case, "files", file)))
    sheet = head.get(url(case, "files", file, "page", "1"))
    assert sheet["Content-Type"] == "image/jpeg" and sheet["X-Content-Type-Options"] == "nosniff"
    whole = head.get(url(case, "files", file, "download"))
    assert whole["Content-Disposition"].startswith("attachment")
    assert b"".join(whole.streaming_content)
    assert ("file.read", "ok") in written_events(office.actor(HEAD_OF)) or any(
        action == "file.read" for action, _ in written_events()
    )
    for more in ([], ["page", "1"], ["download"]):
        assert signed_in(OTHER).get(url(case, "files", file, *more)).status_code == 404


def test_a_file_of_another_case_is_absent(case, signed_in, office):
    other = SealedFile.objects.values_list("id", flat=True).first()
    signed_in(WHO).post(url(case, "comment"), {"text": "假条", "attached": picture()})
    mine = CaseFile.objects.get(case=case).file
    CaseFile.objects.filter(case=case).delete()
    assert other != mine
    assert signed_in(HEAD_OF).get(url(case, "files", str(mine), "download")).status_code == 404


def test_a_bad_file_keeps_the_words_and_stores_nothing(case, signed_in):
    bad = SimpleUploadedFile("工资.pdf", b"%PDF-1.4 broken", "application/pdf")
    answer = signed_in(WHO).post(url(case, "comment"), {"text": "见附件", "attached": bad})
    text = main_of(answer)
    assert answer.status_code == 422
    assert "工资.pdf" in text and "见附件" in text
    assert not Comment.objects.filter(case=case).exists()
    assert not SealedFile.objects.exists()


def test_whoever_sees_all_cases_may_speak_but_strangers_may_not(case, signed_in):
    assert signed_in(HR_OF).post(url(case, "comment"), {"text": "已知"}).status_code == 302
    assert signed_in(OTHER).post(url(case, "comment"), {"text": "我看看"}).status_code == 404
