"""Definitions are data: saved, checked, served, withdrawn, tried; running cases keep theirs."""

from __future__ import annotations

from copy import deepcopy

import pytest
from tests.cast import written_events
from tests.workflow.conftest import APPLY, HEAD, HR, serve

from dangan.access.rules import Absent, Refused
from dangan.workflow import actions, definitions_store, queries
from dangan.workflow.handling import kinds
from dangan.workflow.models import DefinitionVersion
from dangan.workflow.problems import BadDefinition, CannotStart
from dangan.workflow.rules.definitions import parse

BODY = {
    "key": "leave_flow", "label": "请假", "label_en": "Leave", "kind": "leave", "prefix": "QJ",
    "steps": [HEAD, APPLY],
}  # fmt: skip


@pytest.fixture
def staff(leave, office):
    office.heads("研发中心", "陆怀瑾")
    office.account("陆怀瑾")
    office.account("梁慎行", "hr_manager")
    return office


def begin(office):
    shen = office.actor("沈知微")
    return actions.open_case(
        shen, definition="leave_flow", subject=shen.subject, object=None, facts={}
    )


def test_a_new_version_serves_new_cases_and_running_ones_keep_theirs(staff):
    liang = staff.actor("梁慎行")
    actions.save_definition(liang, key="leave_flow", body=BODY)
    with pytest.raises(CannotStart):
        begin(staff)  # a draft serves nobody
    actions.serve_definition(liang, key="leave_flow", version=1)
    old = begin(staff)

    longer = deepcopy(BODY) | {"steps": [HEAD, HR, APPLY]}
    draft = actions.save_definition(liang, key="leave_flow", body=longer)
    assert actions.save_definition(liang, key="leave_flow", body=longer).pk == draft.pk
    actions.serve_definition(liang, key="leave_flow", version=2)
    new = begin(staff)
    lu = staff.actor("陆怀瑾")
    assert actions.agree(lu, case=old.id, step="head").state == "agreed"
    assert actions.agree(lu, case=new.id, step="head").state == "open"

    view = queries.definition(liang, "leave_flow")
    assert [(line.version, line.state) for line in view.versions] == [
        (2, "serving"), (1, "withdrawn"),
    ]  # fmt: skip
    (line,) = [line for line in queries.definitions(liang) if line.key == "leave_flow"]
    assert (line.serving, line.draft, line.running) == (2, None, 1)
    names = [name for name, _ in written_events(liang)]
    assert names.count("definition.serve") == 2


def test_a_withdrawn_one_starts_nothing_and_what_runs_goes_on(staff):
    liang = staff.actor("梁慎行")
    serve(HEAD, APPLY)
    running = begin(staff)
    actions.withdraw_definition(liang, key="leave_flow")
    with pytest.raises(CannotStart, match="已停用"):
        begin(staff)
    done = actions.agree(staff.actor("陆怀瑾"), case=running.id, step="head")
    assert done.state == "agreed"


def test_dead_ends_are_kept_as_drafts_and_do_not_serve(staff):
    liang = staff.actor("梁慎行")
    for steps in (
        [APPLY],  # nobody decides
        [{**HEAD, "who": [{"rule": "role", "role": "nobody"}]}, APPLY],
        [{**HEAD, "who": [{"rule": "person", "account": "x"}]}, APPLY],
        [HEAD, {**APPLY, "act": "unknown"}],
    ):
        draft = actions.save_definition(liang, key="leave_flow", body=BODY | {"steps": steps})
        assert queries.definition(liang, "leave_flow").problems
        with pytest.raises(BadDefinition) as refused:
            actions.serve_definition(liang, key="leave_flow", version=draft.version)
        assert refused.value.problems
    assert not DefinitionVersion.objects.filter(definition="leave_flow", state="serving").exists()


def test_what_is_no_definition_is_not_kept(staff):
    liang = staff.actor("梁慎行")
    for key, body in (
        ("leave_flow", {"key": "leave_flow"}),
        ("leave_flow", BODY | {"steps": "no"}),
        ("leave_flow", BODY | {"surprise": 1}),
        ("other", BODY),
        ("Bad Key", BODY | {"key": "Bad Key"}),
        ("leave_flow", BODY | {"prefix": "qj1"}),
    ):
        with pytest.raises(BadDefinition):
            actions.save_definition(liang, key=key, body=body)
    assert not DefinitionVersion.objects.filter(definition="leave_flow").exists()


def test_only_who_may_edit_definitions_does(staff):
    he = staff.actor("何雨桐", "hr_specialist")
    serve(HEAD, APPLY)
    assert queries.definitions(he)
    with pytest.raises(Refused):
        actions.save_definition(he, key="leave_flow", body=BODY)
    with pytest.raises(Refused):
        actions.withdraw_definition(he, key="leave_flow")
    with pytest.raises(Refused):
        queries.definitions(staff.actor("沈知微"))
    with pytest.raises(Absent):
        queries.definition(he, "nowhere")


def test_a_dry_run_says_who_would_decide_and_why_and_keeps_nothing(staff):
    liang, shen = staff.actor("梁慎行"), staff.actor("沈知微")
    before = DefinitionVersion.objects.count()
    steps = queries.dry_run(
        liang, definition_body=BODY | {"steps": [HEAD, HR, APPLY]}, subject=shen.subject,
        initiator=shen.id, facts={},
    )  # fmt: skip
    assert [(step.key, step.who) for step in steps] == [
        ("head", ("陆怀瑾",)), ("hr", ("梁慎行",)), ("apply", ()),
    ]  # fmt: skip
    assert "人事经理" in steps[1].why
    assert DefinitionVersion.objects.count() == before
    with pytest.raises(BadDefinition):
        queries.dry_run(
            liang, definition_body={}, subject=shen.subject, initiator=shen.id, facts={}
        )


def test_the_programs_own_definitions_come_in_and_give_way_to_an_administrators(staff):
    definitions_store.load_seeds()
    there = set(DefinitionVersion.objects.filter(state="serving").values_list("definition", flat=1))
    assert definitions_store.seeds().keys() <= there
    assert definitions_store.load_seeds() == 0

    key = "self_ordinary"
    seeded = DefinitionVersion.objects.get(definition=key)
    DefinitionVersion.objects.filter(pk=seeded.pk).update(body=seeded.body | {"label": "旧文字"})
    assert definitions_store.load_seeds() == 1  # the program brought a newer wording
    liang = staff.actor("梁慎行")
    mine = definitions_store.seeds()[key] | {"label": "我们的流程"}
    draft = actions.save_definition(liang, key=key, body=mine)
    actions.serve_definition(liang, key=key, version=draft.version)
    assert definitions_store.load_seeds() == 0
    assert definitions_store.serving(key).body["label"] == "我们的流程"


@pytest.mark.django_db
def test_the_programs_own_definitions_may_all_serve():
    registered = {kind.key for kind in kinds()}
    for body in definitions_store.seeds().values():
        definition = parse(body)
        if definition.kind in registered:
            assert definitions_store.problems_of(definition) == (), definition.key
