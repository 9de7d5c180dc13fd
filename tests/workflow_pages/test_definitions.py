"""Definitions on their pages: the list, the editor, versions, dry runs; and who may."""

from __future__ import annotations

import pytest
from tests.cast import written_events
from tests.workflow.conftest import APPLY, HEAD, HR, serve
from tests.workflow_pages.conftest import HEAD_OF, HR_OF, OTHER, WHO, at_most, main_of
from tests.workflow_pages.test_editing import filled, sent

from dangan.workflow.models import DefinitionVersion

HTMX = {"HX-Request": "true"}
LIST = "/flows/definitions/"
ONE = "/flows/definitions/leave_flow/"


def form(*steps: dict, **more: str) -> dict[str, list[str]]:
    body = {"label": "请假", "kind": "leave", "prefix": "QJ", "steps": list(steps)} | more
    return sent(filled(body))


def latest() -> DefinitionVersion:
    return DefinitionVersion.objects.filter(definition="leave_flow").order_by("-version")[0]


def test_the_list_names_kind_version_and_running_cases(case, signed_in):
    hr = signed_in(HR_OF)
    hr.get(LIST)  # the seeds come in with the first look
    with at_most(15):
        text = main_of(hr.get(LIST))
    assert "请假" in text and "QJ" in text and "第 1 版使用中" in text
    assert "自助变更（一般）" in text


def test_one_definition_shows_diagram_steps_and_versions(flow, signed_in):
    hr = signed_in(HR_OF)
    with at_most(15):
        text = main_of(hr.get(ONE))
    assert "负责人审批" in text and "2 个工作日，逾期上报" in text and "第 1 版" in text


def test_each_change_redraws_diagram_and_findings(flow, signed_in):
    hr = signed_in(HR_OF)
    answer = hr.post(ONE + "change/", form({**HEAD, "label": "主管批"}, APPLY), headers=HTMX)
    text = answer.content.decode()
    assert "主管批" in text and "可以启用" in text
    assert 'hx-swap-oob="innerHTML"' in text
    broken = hr.post(ONE + "change/", form({**HEAD, "who": []}, APPLY), headers=HTMX)
    assert "处要改" in broken.content.decode()
    assert latest().version == 1  # nothing is kept until it is saved


def test_buttons_give_back_the_whole_form_with_and_without_script(flow, signed_in):
    hr = signed_in(HR_OF)
    deed = form(HEAD, APPLY) | {"deed": ["add steps parallel"]}
    part = hr.post(ONE + "change/", deed, headers=HTMX).content.decode()
    whole = hr.post(ONE + "change/", deed).content.decode()
    for text in (part, whole):
        assert 'name="steps.2.type" value="parallel"' in text
        assert 'name="steps.2.key" value="step_1"' in text
    assert "<main" in whole and "<main" not in part


def test_a_draft_changes_nothing_until_it_is_put_into_use(case, signed_in):
    hr = signed_in(HR_OF)
    hr.post(ONE + "save/", form({**HEAD, "label": "主管批"}, APPLY))
    assert (latest().version, latest().state) == (2, "draft")
    assert "第 2 版，草稿" in main_of(hr.get(ONE))
    hr.post(ONE + "serve/", {"version": "2"})
    assert latest().state == "serving"
    running = main_of(signed_in(HEAD_OF).get(f"/flows/{case.id}/"))
    assert "负责人审批" in running and "主管批" not in running
    hr.post(ONE + "withdraw/")
    assert not DefinitionVersion.objects.filter(definition="leave_flow", state="serving").exists()
    log = {action for action, _outcome in written_events()}
    assert {"definition.save", "definition.serve", "definition.withdraw"} <= log


def test_what_the_checker_refuses_can_be_saved_but_not_served(flow, signed_in):
    hr = signed_in(HR_OF)
    hr.post(ONE + "save/", form({**HEAD, "who": []}, APPLY))
    text = main_of(hr.get(ONE))
    assert "改正后才能启用" in text and "disabled" in text
    answer = hr.post(ONE + "serve/", {"version": "2"}, follow=True)
    assert "没有启用" in answer.content.decode()
    assert latest().state == "draft"


def test_what_is_no_definition_is_not_saved_and_nothing_typed_is_lost(flow, signed_in):
    answer = signed_in(HR_OF).post(
        ONE + "save/", form({**HEAD, "days": "三天", "label": "主管批"}, APPLY)
    )
    text = main_of(answer)
    assert answer.status_code == 422
    assert "没有保存" in text and 'value="主管批"' in text and 'value="三天"' in text
    assert latest().version == 1


def test_versions_are_compared_in_words(flow, signed_in):
    serve({**HEAD, "label": "主管批"}, {**HR, "days": 5}, APPLY)
    hr = signed_in(HR_OF)
    with at_most(17):
        text = main_of(hr.get(ONE + "compare/?a=1&b=2"))
    assert "负责人审批" in text and "主管批" in text
    assert "2 个工作日" in text and "5 个工作日" in text
    assert hr.get(ONE + "compare/?a=1&b=99").status_code == 404


def test_a_dry_run_says_who_would_decide_and_why(flow, signed_in, office):
    hr = signed_in(HR_OF)
    asked = {"who": WHO, "fact-days": "3", "by_self": "on", "version": "1"}
    text = main_of(hr.post(ONE + "try/", asked))
    assert "负责人审批" in text and "陆怀瑾" in text and "梁慎行" in text
    assert hr.post(ONE + "try/", {"who": "不存在的人"}).status_code == 422
    assert office.cast.people[WHO] not in DefinitionVersion.objects.values_list("by", flat=True)


def test_a_new_definition_begins_with_a_name_and_a_kind(leave, signed_in):
    hr = signed_in(HR_OF)
    wrong = hr.post(
        LIST + "new/", {"label": "外出", "kind": "leave", "key": "A B", "number_prefix": "x"}
    )
    assert wrong.status_code == 422 and "小写字母" in main_of(wrong)
    given = {"label": "外出", "kind": "leave", "key": "going_out", "number_prefix": "WC"}
    answer = hr.post(LIST + "new/", given)
    assert answer["Location"] == LIST + "going_out/edit/"
    page = main_of(hr.get(answer["Location"]))
    assert 'value="外出"' in page and "going_out" in page
    assert hr.post(LIST + "new/", given).status_code == 422  # the key is taken


@pytest.mark.parametrize("path", ["edit/", "save/", "change/", "serve/", "withdraw/"])
def test_nobody_without_leave_edits(path, flow, signed_in, browser):
    for client in (browser("hr_specialist"), signed_in(OTHER), signed_in(HEAD_OF)):
        answer = client.get(ONE + path) if path == "edit/" else client.post(ONE + path, form(HEAD))
        assert answer.status_code == 403
    assert browser("hr_specialist").get(ONE).status_code == 200
    assert signed_in(WHO).get(ONE).status_code == 403
    assert latest().version == 1


def test_strange_addresses_are_absent(flow, signed_in):
    hr = signed_in(HR_OF)
    assert hr.get(LIST + "no_such_flow/").status_code == 404
    assert hr.get(ONE + "?version=77").status_code == 404
    assert hr.post(ONE + "serve/", {"version": "x"}).status_code == 404
