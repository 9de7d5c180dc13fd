"""Comments, mentions and attachments, and whatever is personal lies sealed."""

from __future__ import annotations

import io

import msgspec
import pytest
from django.db import connection
from PIL import Image
from tests.cast import written_events
from tests.workflow.conftest import APPLY, HEAD, HR, serve

from dangan.access.rules import Absent
from dangan.files import actions as files
from dangan.notices.models import Notice
from dangan.vault.rules import Tampered
from dangan.workflow import actions, definitions_store, opening, queries
from dangan.workflow.models import Case, CaseFile, Comment
from dangan.workflow.problems import NotAllowed
from dangan.workflow.rules.engine import replay
from dangan.workflow.rules.states import Recorded, State


@pytest.fixture
def case(leave, office):
    serve(HEAD, HR, APPLY)
    office.heads("研发中心", "陆怀瑾")
    office.account("陆怀瑾")
    office.account("梁慎行", "hr_manager")
    shen = office.actor("沈知微")
    return actions.open_case(
        shen, definition="leave_flow", subject=shen.subject, object=None,
        facts={"reason_kind": "秘密理由"}, words="绝密原因",
    )  # fmt: skip


def picture():
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(data, "PNG")
    return data.getvalue()


def test_a_comment_tells_those_mentioned_and_shows_to_all_who_take_part(case, office):
    lu, shen = office.actor("陆怀瑾"), office.actor("沈知微")
    actions.comment(shen, case=case.id, text="请尽快", mentions=[lu.id])
    (said,) = queries.case_view(lu, case.id).comments
    assert (said.name, said.text, said.mentions) == ("沈知微", "请尽快", ("陆怀瑾",))
    assert Notice.objects.filter(account=lu.id, topic="case.mentioned").count() == 1
    assert ("case.comment", "done") in written_events(shen)


def test_who_cannot_see_the_case_neither_comments_nor_is_mentioned(case, office):
    luo, shen = office.actor("罗文博"), office.actor("沈知微")
    with pytest.raises(Absent):
        actions.comment(luo, case=case.id, text="看看")
    with pytest.raises(NotAllowed):
        actions.comment(shen, case=case.id, text="看看", mentions=[luo.id])
    with pytest.raises(NotAllowed):
        actions.comment(shen, case=case.id, text="  ")
    with pytest.raises(NotAllowed):
        actions.comment(shen, case=case.id, text="长" * 2001)
    assert Comment.objects.count() == 0


def test_attachments_are_the_writers_own_and_of_this_person(case, office):
    shen, lu = office.actor("沈知微"), office.actor("陆怀瑾")
    own = files.keep(shen, subject=case.subject, name="证明.png", data=picture())
    actions.comment(shen, case=case.id, text="见附件", files=[own.id])
    (said,) = queries.case_view(lu, case.id).comments
    assert said.files == (own.id,)
    foreign = files.keep(shen, subject=office.cast.people["罗文博"], name="a.png", data=picture())
    for actor, file in ((shen, foreign), (lu, own), (shen, own)):
        with pytest.raises(NotAllowed):
            actions.comment(actor, case=case.id, text="", files=[file.id])
    assert CaseFile.objects.count() == 1


def test_words_and_facts_lie_sealed_where_they_belong(case, office):
    shen = office.actor("沈知微")
    actions.comment(shen, case=case.id, text="评论里的隐私")
    with connection.cursor() as cursor:
        for table in ("case", "caseevent", "comment", "task", "copy"):
            cursor.execute(f"SELECT t::text FROM workflow_{table} t")
            stored = " ".join(row[0] for row in cursor.fetchall())
            hexed = [word.encode().hex() for word in ("绝密原因", "秘密理由", "隐私", "沈知微")]
            for word in ("绝密原因", "秘密理由", "隐私", "沈知微", *hexed):
                assert word not in stored
    other = actions.open_case(
        shen, definition="leave_flow", subject=shen.subject, object=None, facts={}
    )
    Case.objects.filter(pk=case.pk).update(sealed_facts=other.sealed_facts)
    with pytest.raises(Tampered):
        queries.case_view(shen, case.id)


def test_what_was_kept_leads_to_the_same_state_again(case, office):
    lu, liang, shen = office.actor("陆怀瑾"), office.actor("梁慎行"), office.actor("沈知微")
    actions.return_case(lu, case=case.id, step="head", words="改")
    actions.resubmit(shen, case=case.id, facts={"days": 1})
    actions.agree(lu, case=case.id, step="head")
    actions.agree(liang, case=case.id, step="hr")
    row = Case.objects.get(pk=case.pk)
    key = opening.keys_for([row])[row.subject]
    kept = [
        msgspec.convert(opening.open_event(key, event)["record"], Recorded)
        for event in row.events.order_by("seq")
    ]
    definition = definitions_store.definitions_of([row.definition_version_id])
    state = replay(definition[row.definition_version_id], kept)
    assert state == msgspec.convert(row.progress, State)
    assert [event.seq for event in row.events.order_by("seq")] == list(range(1, row.version + 1))
