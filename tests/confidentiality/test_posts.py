"""沈知微 is to get a secret post: without training and check nobody lets her in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import written_events

from dangan.access.queries import console_actor
from dangan.access.rules import Absent, FieldRule, Refused, Role, RoleGrant
from dangan.confidentiality import actions, clearance, queries
from dangan.confidentiality.actions import PostProblem, PostWish
from dangan.confidentiality.models import Exemption, SecretPost
from dangan.dictionary.rules import FieldClass
from dangan.dossiers import actions as dossier_actions
from dangan.dossiers.queries import open_dossier
from dangan.dossiers.rules import InvalidRecord, RowPlan, SubjectPlan
from dangan.lifecycle.gates import GateQuestion, reasons

KEEPER = "密钥管理员"
TRAINED = ("training", {"name": "保密教育", "kind": "4", "result": "1", "end": "2026-10"})
CHECKED = ("background_check", {"item": "5", "checked": "2026-10-08", "result": "1"})
BOUND = (
    "secrecy_agreement",
    {"kind": "1", "signed": "2026-10-09", "end": "9999", "state": "1"},
)


def wish(cast, **changed):
    values = {
        "unit": cast.units["研发中心"],
        "position": KEEPER,
        "level": "1",
        "duties": "保管根密钥，不得复制和外传。",
        "training_months": 24,
        "checks": ("5",),
        "needs_agreement": True,
    }
    return PostWish(**(values | changed))


@pytest.fixture
def manager(cast):
    return cast.actor("hr_manager", name="梁慎行")


@pytest.fixture
def post(cast, manager):
    return actions.open_post(manager, wish=wish(cast))


def give(cast, *rows):
    """Registers rows in 沈知微's dossier, as an import would."""
    plan = SubjectPlan([RowPlan(*row) for row in rows], cast.people["沈知微"])
    dossier_actions.apply_plans(console_actor(), plans=[plan], reason="登记")


def appoint(cast, actor, name="沈知微", position=KEEPER):
    """Corrects the present post's title, as an HR manager would on the page."""
    view = open_dossier(actor, cast.people[name])
    row = view.sets["post"].rows[0]
    return dossier_actions.save_row(
        actor,
        subject=cast.people[name],
        info_set="post",
        row=row.row,
        base_version=row.version,
        values={"position": position},
    )


def test_without_training_check_and_agreement_nobody_enters(cast, manager, post):
    with pytest.raises(InvalidRecord) as refused:
        appoint(cast, manager)
    texts = [problem.message.text for problem in refused.value.problems]
    assert len(texts) == 3
    assert "保密培训" in texts[0]
    assert "核查" in texts[1]
    assert "保密协议" in texts[2]


def test_with_all_three_the_post_opens(cast, manager, post):
    give(cast, TRAINED, CHECKED, BOUND)
    assert appoint(cast, manager).change


def test_one_lack_is_enough_to_keep_out(cast, manager, post):
    give(cast, TRAINED, BOUND)
    with pytest.raises(InvalidRecord) as refused:
        appoint(cast, manager)
    assert [problem.message.params["item"] for problem in refused.value.problems] == ["品行"]


def test_other_posts_and_other_branches_are_open_to_all(cast, manager, post):
    assert appoint(cast, manager, position="工程师").change
    assert appoint(cast, manager, name="罗文博").change


def test_staff_movements_ask_the_same_gate(cast, post):
    question = GateQuestion(
        subject=cast.people["沈知微"],
        kind="transfer",
        unit=cast.units["嵌入式组"],
        position=KEEPER,
        secrecy_post="",
        security_critical=True,
        effective=timezone.localdate(),
    )
    assert len(reasons(question)) == 3
    give(cast, TRAINED, CHECKED, BOUND)
    assert reasons(question) == []


def test_a_recorded_exception_lets_in_until_its_day(cast, manager, post):
    subject = cast.people["沈知微"]
    until = timezone.localdate() + timedelta(days=30)
    actions.exempt(manager, post=post.id, subject=subject, until=until, reason="项目急需，先上岗")
    unit = cast.units["嵌入式组"]
    assert clearance.refusals(subject, unit, KEEPER, until) == []
    assert clearance.refusals(subject, unit, KEEPER, until + timedelta(days=1))
    assert appoint(cast, manager).change
    assert ("secrecy.exempt", "done") in written_events(manager)


def test_an_exception_that_was_ended_counts_no_more(cast, manager, post):
    subject, today = cast.people["沈知微"], timezone.localdate()
    made = actions.exempt(manager, post=post.id, subject=subject, until=today, reason="临时顶岗")
    actions.end_exemption(manager, exemption=made.id)
    with pytest.raises(InvalidRecord):
        appoint(cast, manager)
    with pytest.raises(Absent):
        actions.end_exemption(manager, exemption=made.id)


def test_the_reason_of_an_exception_is_sealed(cast, manager, post):
    actions.exempt(
        manager,
        post=post.id,
        subject=cast.people["沈知微"],
        until=timezone.localdate(),
        reason="配偶在同行任职待查",
    )
    assert "配偶".encode() not in bytes(Exemption.objects.get().sealed_reason)


def test_nobody_exempts_themselves(cast, manager, post):
    with pytest.raises(Refused):
        actions.exempt(
            manager,
            post=post.id,
            subject=manager.subject,
            until=timezone.localdate(),
            reason="自己批自己",
        )
    assert not Exemption.objects.exists()


def test_an_exception_has_a_reason_and_an_end(cast, manager, post):
    subject, today = cast.people["沈知微"], timezone.localdate()
    with pytest.raises(PostProblem) as without:
        actions.exempt(manager, post=post.id, subject=subject, until=today, reason=" ")
    assert without.value.field == "reason"
    for day in (today - timedelta(days=1), today + timedelta(days=181)):
        with pytest.raises(PostProblem) as endless:
            actions.exempt(manager, post=post.id, subject=subject, until=day, reason="项目急需")
        assert endless.value.field == "until"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"unit": None, "position": ""}, "position"),
        ({"level": "4"}, "level"),
        ({"duties": ""}, "duties"),
        ({"checks": ("99",)}, "checks"),
    ],
)
def test_a_line_that_says_too_little_is_refused(cast, manager, changed, field):
    with pytest.raises(PostProblem) as refused:
        actions.open_post(manager, wish=wish(cast, **changed))
    assert refused.value.field == field
    assert not SecretPost.objects.exists()


def test_the_same_post_stands_once(cast, manager, post):
    with pytest.raises(PostProblem):
        actions.open_post(manager, wish=wish(cast))
    actions.close_post(manager, post=post.id)
    assert actions.open_post(manager, wish=wish(cast)).id != post.id


def test_two_who_change_a_line_at_once_do_not_overwrite(cast, manager, post):
    actions.save_post(manager, post=post.id, version=1, wish=wish(cast, level="2"))
    with pytest.raises(PostProblem):
        actions.save_post(manager, post=post.id, version=1, wish=wish(cast, level="3"))
    assert SecretPost.objects.get().level == "2"


@pytest.mark.parametrize("role", ["hr_specialist", "privacy_officer", "finance", "it", "employee"])
def test_only_managers_of_the_register_change_it(cast, post, role):
    other = cast.actor(role)
    with pytest.raises(Refused):
        actions.open_post(other, wish=wish(cast, position="会计"))
    with pytest.raises(Refused):
        actions.close_post(other, post=post.id)
    assert ("access.refuse", "refused") in written_events(other)


def test_the_register_shows_holders_and_what_they_lack(cast, manager, post):
    give(cast, TRAINED, CHECKED, BOUND)
    appoint(cast, manager)
    view = queries.post_view(manager, post.id)
    assert [(line.name, line.lacks) for line in view.holders] == [("沈知微", ())]
    assert view.line.holders == 1


def test_whoever_may_not_read_checks_is_not_told_what_lacks(cast, manager, post):
    give(cast, TRAINED, CHECKED, BOUND)
    appoint(cast, manager)
    guard = Role(
        key="guard",
        label="保卫",
        label_en="Guard",
        permissions=frozenset({"secrecy.view", "roster.view"}),
        field_rules=(FieldRule(sets=frozenset({"identity", "post"}), plain=FieldClass.INTERNAL),),
    )
    reader = replace(cast.actor("it"), grants=(RoleGrant(guard),))
    view = queries.post_view(reader, post.id)
    assert [(line.name, line.lacks) for line in view.holders] == [("沈知微", None)]


def test_a_reader_of_one_company_meets_nobody_of_another(cast, manager):
    everywhere = actions.open_post(
        manager, wish=wish(cast, unit=None, position="高级工程师", checks=())
    )
    here = queries.post_view(cast.actor("hr_manager", unit="华东公司"), everywhere.id)
    there = queries.post_view(cast.actor("hr_manager", unit="华南公司"), everywhere.id)
    assert (here.total, there.total) == (1, 0)
    assert there.line.holders == 0
