"""The log's page: who may see it, what it shows and hides, what can be taken out of it."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from tests.cast import written_events
from tests.dossiers_pages.conftest import few_statements

from dangan.access.queries import console_actor
from dangan.audit.actions import flush
from dangan.audit.queries import EventQuery, search
from dangan.audit.rules import Event
from dangan.audit.sequencer import sequence_once
from dangan.audit.verifier import verify_proof
from dangan.dossiers import actions
from dangan.reports.audit_log import asking, views
from dangan.reports.audit_log.taking_out import _safe
from dangan.reports.audit_log.wording import amount, fact_label, kind_label

PAGE = "/audit/"
ID_REASON = "核对学位证书"


@pytest.fixture
def revealed(cast) -> str:
    """何雨桐 lifts the mask from 沈知微's ID number; gives the number that nobody may see here."""
    actor = cast.actor("hr_specialist", name="何雨桐")
    subject = cast.people["沈知微"]
    value = actions.reveal(
        actor,
        subject=subject,
        info_set="identity",
        row=first_row(subject),
        field="id_number",
        reason=ID_REASON,
    )
    flush(actor.trail)
    return value


def first_row(subject):
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT "row" FROM dossiers_record WHERE subject_id = %s AND info_set = %s',
            [subject, "identity"],
        )
        return cursor.fetchone()[0]


def number_of(action: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM audit_event WHERE action = %s", [action])
        return cursor.fetchone()[0]


def test_the_auditor_reads_who_did_what_to_whom_and_why(browser, revealed):
    text = browser("auditor").get(PAGE).content.decode()
    assert "解除掩码" in text
    assert "公民身份号码" in text or "身份证" in text
    assert "沈知微" in text
    assert ID_REASON in text
    assert revealed not in text


@pytest.mark.parametrize("role", ["hr_specialist", "head", "it", "finance"])
def test_others_may_not(browser, role):
    client = browser(role, unit="研发中心" if role == "head" else None)
    for address in (PAGE, f"{PAGE}export/", f"{PAGE}event/1/", f"{PAGE}event/1/proof/"):
        assert client.get(address).status_code == 403


def test_a_visitor_is_sent_to_log_in(client, db):
    assert client.get(PAGE).status_code == 302


def test_looking_at_the_log_is_logged(browser):
    client = browser("auditor")
    before = len(written_events())
    client.get(PAGE)
    assert written_events()[before:] == [("audit.search", "done")]


def test_filters_narrow_and_come_back_in_the_address(browser, cast, revealed):
    client = browser("auditor")
    subject = cast.people["沈知微"]
    text = client.get(f"{PAGE}?period=all&subject={subject}&action=field.reveal").content.decode()
    assert text.count("data-event") == 1
    assert "动作" in text
    none = client.get(f"{PAGE}?period=all&outcome=failed&action=roster.view").content.decode()
    assert "没有符合条件的事件" in none
    assert "data-event" not in none


def test_nonsense_in_the_address_does_no_harm(browser):
    client = browser("auditor")
    address = (
        "?period=x&actor=1&subject=x&action=no.such&before=2,3&since=2026-02-31&event=99999999"
    )
    assert client.get(PAGE + address).status_code == 200


def test_a_person_is_found_by_number_without_the_number_in_the_address(browser, cast, revealed):
    client = browser("auditor")
    answer = client.post(f"{PAGE}person/", {"number": "020486", "period": "all"})
    assert answer.status_code == 302
    assert "020486" not in answer["Location"]
    assert str(cast.people["沈知微"]) in answer["Location"]
    nobody = client.post(f"{PAGE}person/", {"number": "999999", "period": "all"})
    assert "data-event" not in client.get(nobody["Location"]).content.decode()


def test_htmx_gets_the_list_alone_and_one_event(browser, revealed):
    client = browser("auditor")
    part = client.get(PAGE, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="log").content.decode()
    assert "<html" not in part
    assert "data-event" in part
    number = number_of("field.reveal")
    one = client.get(f"{PAGE}event/{number}/", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in one
    assert ID_REASON in one
    assert revealed not in one


def test_an_event_opened_in_a_new_tab_is_the_page_with_it(browser, revealed):
    client = browser("auditor")
    number = number_of("field.reveal")
    answer = client.get(f"{PAGE}event/{number}/", follow=True)
    assert answer.status_code == 200
    assert ID_REASON in answer.content.decode()


def test_an_event_that_is_not_there_is_404(browser):
    client = browser("auditor")
    assert client.get(f"{PAGE}event/999999999/", HTTP_HX_REQUEST="true").status_code == 404
    assert client.get(f"{PAGE}event/999999999/proof/").status_code == 404


def test_results_as_a_table(browser, revealed):
    answer = browser("auditor").get(f"{PAGE}export/?period=all&format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:4] == ["序号", "时间", "谁", "身份"]
    reveal = next(row for row in rows if row[4] == "解除掩码")
    assert reveal[6] == "沈知微"
    assert reveal[8] == ID_REASON
    assert revealed not in text
    assert ("audit.export", "done") in written_events()


def test_results_as_json_lines(browser, revealed):
    answer = browser("auditor").get(f"{PAGE}export/?period=all&format=jsonl")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    found = [json.loads(line) for line in lines]
    assert any(one["action"] == "field.reveal" and one["reason"] == ID_REASON for one in found)


@pytest.mark.parametrize("cell", ["=1+1", "+x", "-x", "@x", "\tx", "\rx"])
def test_a_reason_never_becomes_a_formula(cell):
    assert _safe(cell) == f"'{cell}"
    assert _safe("核对") == "核对"


def test_the_page_costs_few_statements_however_long_the_log(browser, cast, revealed):
    client = browser("auditor")
    for _ in range(2):
        client.get(f"{PAGE}?period=all")  # what a process reads once
    counts = []
    for _ in range(2):
        with few_statements() as found:
            assert client.get(f"{PAGE}?period=all").status_code == 200
        counts.append(len(found))
        actor = cast.actor("hr_specialist", name="何雨桐")
        for subject in list(cast.people.values()) * 30:
            actor.trail.add(Event("field.reveal", subject=subject, object="identity", reason="x"))
        flush(actor.trail)
    assert counts[0] == counts[1]


def test_no_style_or_script_stands_in_the_page(browser, revealed):
    text = browser("auditor").get(f"{PAGE}?event={number_of('field.reveal')}").content.decode()
    assert not re.search(r'\sstyle="|<script(?![^>]*\bsrc=)|\son[a-z]+="', text)


class TestAsking:
    def test_days_are_whole_days_of_the_installation(self):
        ask = asking.Ask(period="", since=date(2026, 11, 1), until=date(2026, 11, 2))
        query = ask.query(today=date(2026, 11, 21))
        assert query.since.isoformat() == "2026-11-01T00:00:00+08:00"
        assert query.until.isoformat() == "2026-11-03T00:00:00+08:00"
        week = asking.Ask(period="week").query(today=date(2026, 11, 21))
        assert week.since.isoformat() == "2026-11-15T00:00:00+08:00"
        assert asking.Ask(period="all").query(today=date(2026, 11, 21)).since is None

    def test_the_address_brings_back_the_question(self):
        text = "period=week&action=dossier.read&action=roster.view&outcome=done&address=10.8.2.47"
        ask = asking.read(QueryDict(text))
        assert asking.read(QueryDict(ask.address_of())) == ask
        assert ask.narrowed
        assert not asking.read(QueryDict("")).narrowed


def test_words():
    assert amount({"records": [1, 2]}) == "2 行"
    assert amount({"people": 12846}) == "12,846 人"
    assert amount({}) == ""
    assert fact_label("no-such") == "no-such"
    assert kind_label("console") == "本机命令行"


@pytest.mark.django_db(transaction=True)
def test_a_proof_from_the_page_holds():
    """Outside a test transaction, so that the sequencer sees the event."""
    actor = console_actor()
    actor.trail.add(Event("roster.view"))
    flush(actor.trail)
    sequence_once()
    (found, *_) = search(actor, EventQuery(actor=actor.id)).events

    request = RequestFactory().get("/")
    request.actor = actor
    answer = views.proof(request, found.id)
    assert answer["Content-Disposition"] == f'attachment; filename="proof-{found.id}.json"'
    assert verify_proof(json.loads(answer.content))["action"] == "roster.view"
    note = views.checkpoint(request)
    assert note.content.decode().startswith("dangan/log/")
