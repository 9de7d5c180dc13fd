"""The pages of a proposal and of the routes, and where other pages lead to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cast import Cast
from tests.dossiers_pages.conftest import few_statements
from tests.files.samples import document
from tests.proposals.conftest import DEGREE, Desk

from dangan.access.models import Account
from dangan.access.rules import Actor
from dangan.dossiers.models import Change, Proposal, RouteTable
from dangan.dossiers.proposals import actions, queries
from dangan.dossiers.rules import RowPlan
from dangan.workflow import actions as workflow

pytestmark = pytest.mark.django_db
BACKEND = "dangan.access.backends.SealedLogin"


def page_of(actor: Actor) -> Client:
    """A browser in which ``actor`` has signed in."""
    client = Client()
    client.force_login(Account.objects.get(pk=actor.id), BACKEND)
    return client


@pytest.fixture
def draft(desk: Desk) -> Proposal:
    made = actions.draft(desk.shen, subject=desk.person)
    actions.put_row(desk.shen, proposal=made.id, plan=desk.patch("contact", mobile="13911112222"))
    return actions.put_row(desk.shen, proposal=made.id, plan=desk.new("education", **DEGREE))


def url(name: str, *args: object) -> str:
    return reverse(f"proposals:{name}", args=args)


def key_of(desk: Desk, proposal: UUID, info_set: str) -> UUID:
    rows = queries.own_body(desk.shen, proposal).rows
    return next(row.key for row in rows if row.plan.info_set == info_set)


def test_a_draft_shows_old_and_new_in_few_statements(desk: Desk, draft: Proposal) -> None:
    browser = page_of(desk.shen)
    browser.get(url("proposal", draft.id))
    with CaptureQueriesContext(connection) as statements:
        text = browser.get(url("proposal", draft.id)).content.decode()
    assert len(statements) <= 25, len(statements)
    assert '<span class="old">13812345678</span>' in text
    assert '<span class="new">13911112222</span>' in text
    assert "浙江大学" in text
    assert "提交审批（5 项）" in text
    assert "核对通过" in text


def proof() -> SimpleUploadedFile:
    return SimpleUploadedFile("毕业证.pdf", document(), "application/pdf")


def test_a_draft_is_changed_proved_and_sent(desk: Desk, draft: Proposal) -> None:
    browser = page_of(desk.shen)
    degree = key_of(desk, draft.id, "education")
    form = browser.get(url("row", draft.id, degree))
    assert form.status_code == 200
    assert "浙江大学" in form.content.decode()
    sent = {
        "version": str(Proposal.objects.get().version), "base_version": "0",
        "v-school": "浙江工业大学", "v-start": "2013-09", "v-end": "2016-06", "v-level": "11",
    }  # fmt: skip
    wrong = browser.post(url("row", draft.id, degree), sent | {"v-end": "2001"})
    assert wrong.status_code == 422
    assert "早于" in wrong.content.decode()
    assert browser.post(url("row", draft.id, degree), sent).status_code == 302
    stale = browser.post(url("row", draft.id, degree), sent)
    assert stale.status_code == 422
    assert "别处改过" in stale.content.decode()
    assert browser.post(url("attach", draft.id, degree), {"file": proof()}).status_code == 302
    bad = SimpleUploadedFile("毕业证.pdf", b"MZ program", "application/pdf")
    refused = browser.post(url("attach", draft.id, degree), {"file": bad})
    assert refused.status_code == 422
    assert "毕业证.pdf" in refused.content.decode()
    assert browser.post(url("attach", draft.id, degree)).status_code == 409, "nothing chosen"
    huge = SimpleUploadedFile("扫描.pdf", b"%PDF-" + bytes(20 * 2**20), "application/pdf")
    refused = browser.post(url("attach", draft.id, degree), {"file": huge})
    assert "超过 20.0 MB" in refused.content.decode()
    dropped = key_of(desk, draft.id, "contact")
    assert browser.post(url("drop", draft.id, dropped)).status_code == 302
    answer = browser.post(url("submit", draft.id), {"words": "补录", "effective": ""})
    assert answer.status_code == 302
    stored = Proposal.objects.get()
    assert stored.state == "open"
    text = browser.get(url("proposal", draft.id)).content.decode()
    assert stored.case_number in text
    assert "收回" in text
    assert browser.post(url("withdraw", draft.id)).status_code == 302
    assert browser.post(url("reopen", draft.id)).status_code == 302
    assert browser.post(url("discard", draft.id)).status_code == 302
    assert not Proposal.objects.exists()


def test_the_case_page_shows_the_comparison_and_the_proof(desk: Desk, draft: Proposal) -> None:
    degree = key_of(desk, draft.id, "education")
    file = actions.attach(
        desk.shen, proposal=draft.id, row_key=degree, name="毕业证.pdf", data=document(pages=2)
    )
    actions.drop_row(desk.shen, proposal=draft.id, row_key=key_of(desk, draft.id, "contact"))
    sent = actions.submit(desk.shen, proposal=draft.id)
    browser = page_of(desk.hr)
    case = reverse("workflow:case", args=[sent.case])
    browser.get(case)
    with CaptureQueriesContext(connection) as statements:
        text = browser.get(case).content.decode()
    assert len(statements) <= 45, len(statements)
    assert '<span class="new">浙江大学</span>' in text
    assert "（空）" in text
    assert "毕业证.pdf" in text
    look = browser.get(url("file", draft.id, file.id))
    assert look.content.decode().count("/page/") == 2
    sheet = browser.get(url("file_page", draft.id, file.id, 1))
    assert sheet["Content-Type"] == "image/jpeg"
    assert sheet["Cache-Control"] == "no-store"
    saved = browser.get(url("file_download", draft.id, file.id))
    assert "attachment" in saved["Content-Disposition"]
    assert "sandbox" in saved["Content-Security-Policy"]
    for stranger in (desk.finance, desk.legal, desk.leader):
        other = page_of(stranger)
        for name in ("file", "file_download"):
            assert other.get(url(name, draft.id, file.id)).status_code == 404
        assert other.get(url("file_page", draft.id, file.id, 1)).status_code == 404
        assert other.get(url("proposal", draft.id)).status_code == 404
    printed = browser.get(reverse("workflow:print", args=[sent.case]))
    assert "浙江大学" in printed.content.decode()


def test_nobody_touches_anothers_draft(desk: Desk, draft: Proposal) -> None:
    degree = key_of(desk, draft.id, "education")
    before = Proposal.objects.get().version
    for stranger in (desk.hr, desk.manager, desk.finance):
        browser = page_of(stranger)
        assert browser.get(url("proposal", draft.id)).status_code == 404
        assert browser.get(url("row", draft.id, degree)).status_code == 404
        for name in ("submit", "withdraw", "reopen", "discard"):
            assert browser.post(url(name, draft.id)).status_code == 404
        assert browser.post(url("drop", draft.id, degree)).status_code == 404
        answer = browser.post(url("attach", draft.id, degree), {"file": proof()})
        assert answer.status_code == 404
    assert Proposal.objects.get().version == before


def test_hr_edits_pay_and_it_goes_to_the_desks(desk: Desk) -> None:
    browser = page_of(desk.manager)
    address = reverse("dossiers:add", args=[desk.person, "pay"])
    text = browser.get(address).content.decode()
    assert "提交审批" in text
    assert "要经过审批" in text
    before = desk.untouched()
    answer = browser.post(
        address, {"v-effective": "2026-01-01", "v-base": "21000", "base_version": "0",
                  "valid_from": "", "reason": "年度调薪"},
    )  # fmt: skip
    assert answer.status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.case_number.startswith("XC-")
    assert desk.untouched() == before
    contact = reverse("dossiers:edit", args=[desk.person, "contact", desk.row("contact").row])
    assert "已提交审批" in browser.get(contact).content.decode(), "said once"
    assert "提交审批" not in browser.get(contact).content.decode()
    workflow_case = desk.agree_all(proposal.case)
    assert workflow_case.state == "agreed"
    history = browser.get(reverse("dossiers:history", args=[desk.person])).content.decode()
    assert proposal.case_number in history
    assert reverse("workflow:case", args=[proposal.case]) in history
    row = desk.row("pay")
    delete = reverse("dossiers:delete", args=[desk.person, "pay", row.row])
    assert "提交审批" in browser.get(delete).content.decode()
    assert browser.post(delete, {"base_version": "1", "reason": "录错"}).status_code == 302
    assert desk.row("pay").version == 1, "still there until it is agreed"
    claimed = browser.post(delete, {"base_version": "1", "reason": "录错"})
    assert claimed.status_code == 409
    assert "正在审批中" in claimed.content.decode()


def test_a_claimed_row_says_where_it_is(desk: Desk) -> None:
    sent = actions.propose(
        desk.shen, subject=desk.person, rows=[desk.patch("contact", address="杭州市")]
    )
    row = desk.row("contact")
    answer = page_of(desk.manager).post(
        reverse("dossiers:edit", args=[desk.person, "contact", row.row]),
        {"v-postcode": "310012", "base_version": str(row.version), "valid_from": "", "reason": ""},
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sent.case_number in text
    assert reverse("workflow:case", args=[sent.case]) in text


def test_routes_are_read_tried_and_edited(desk: Desk) -> None:
    browser = page_of(desk.manager)
    with CaptureQueriesContext(connection) as statements:
        text = browser.get(url("routes")).content.decode()
    assert len(statements) <= 15 + 30, "the first time the definitions are brought in"
    with few_statements():
        text = browser.get(url("routes")).content.decode()
    assert text.count("<tr>") == 8
    tried = browser.get(url("routes"), {"who": "other", "set": "pay"}).content.decode()
    assert "按第 4 条：薪酬变更" in tried
    tried = browser.get(url("routes"), {"who": "other", "field": "contact.mobile"})
    assert "按第 7 条：直接生效" in tried.content.decode()
    save = url("routes_save")
    added = {
        "version": "0", "deed": "add", "who": "other", "fields": ["contact.mobile"],
        "destination": "self_ordinary", "place": "0",
    }  # fmt: skip
    assert browser.post(save, added).status_code == 302
    assert RouteTable.objects.get().body[0]["paths"] == ["contact.mobile"]
    assert browser.post(save, added).status_code == 409, "made from an older table"
    down = {"version": "1", "deed": "move", "place": "0", "to": "down"}
    assert browser.post(save, down).status_code == 302
    gone = {"version": "2", "deed": "remove", "place": "7"}
    refused = browser.post(save, gone)
    assert refused.status_code == 422
    assert "缺一条收尾的规则" in refused.content.decode()
    for nonsense in (
        {}, {"deed": "add"}, {"deed": "move", "place": "x"}, {"deed": "remove", "place": "99"},
        {"deed": "add", "version": "2", "who": "nobody", "destination": "direct"},
        {"deed": "add", "version": "2", "who": "self", "destination": "gone"},
    ):  # fmt: skip
        assert browser.post(save, nonsense).status_code == 422
    assert RouteTable.objects.count() == 2
    contact = reverse("dossiers:edit", args=[desk.person, "contact", desk.row("contact").row])
    assert "改动手机号要经过审批" in browser.get(contact).content.decode().replace("码", "")


def test_who_only_reads_routes_does_not_edit_them(desk: Desk) -> None:
    browser = page_of(desk.hr)
    assert "加一条" not in browser.get(url("routes")).content.decode()
    assert browser.post(url("routes_save"), {"deed": "remove", "place": "0"}).status_code == 403
    assert page_of(desk.shen).get(url("routes")).status_code == 403
    assert not RouteTable.objects.exists()


def test_a_program_is_told_the_number_of_the_case(
    cast: Cast, desk: Desk, token: Callable[[Actor], Callable[..., Any]]
) -> None:
    call = token(desk.manager)
    path = f"/subjects/{desk.person}/records/pay"
    made = call("POST", path, {"values": {"base": "21000", "effective": "2026-01-01"}})
    assert made.status_code == 202
    assert made.json()["number"].startswith("XC-")
    assert not Change.objects.filter(sets__contains="pay").exists()
    desk.agree_all(UUID(made.json()["case"]))
    row = desk.row("pay")
    changed = call("PUT", f"{path}/{row.row}", {"values": {"base": "22000"}}, **{"If-Match": "1"})
    assert changed.status_code == 202
    again = call("PUT", f"{path}/{row.row}", {"values": {"base": "23000"}}, **{"If-Match": "1"})
    assert again.status_code == 409
    assert again.json()["number"] == changed.json()["number"]
    history = call("GET", f"/subjects/{desk.person}/history?set=pay").json()
    assert history["items"][0]["case"] == made.json()["number"]
    later = call(
        "PUT", f"/subjects/{desk.person}/records/contact/{desk.row('contact').row}",
        {"values": {"postcode": "310012"}, "valid_from": "2999-01-01"}, **{"If-Match": "1"},
    )  # fmt: skip
    assert later.status_code == 409


@pytest.fixture
def token() -> Callable[[Actor], Callable[..., Any]]:
    """Calls the API with a token of all scopes."""
    from tests.api.conftest import Caller  # noqa: PLC0415 - only here

    from dangan.access.actions import create_token  # noqa: PLC0415
    from dangan.access.queries import token_scopes  # noqa: PLC0415

    def make(actor: Actor) -> Callable[..., Any]:
        made = create_token(actor, label="测试", scopes=token_scopes(actor), days=1)
        return Caller(made.raw, actor.id)

    return make


def test_a_plan_of_a_returned_case_is_mended_here(desk: Desk) -> None:
    sent = actions.propose(
        desk.manager,
        subject=desk.person,
        rows=[RowPlan("contract", {"number": "HT-1", "start": "2026-01-01"})],
    )
    workflow.return_case(desk.lu, case=sent.case, step="head", words="缺终止日期")
    browser = page_of(desk.manager)
    case = browser.get(reverse("workflow:case", args=[sent.case])).content.decode()
    assert url("proposal", sent.proposal) in case
    key = queries.own_body(desk.manager, sent.proposal).rows[0].key
    form = browser.get(url("row", sent.proposal, key))
    assert form.status_code == 200
    assert "HT-1" in form.content.decode()
