"""Agreements: published, signed with one's name, asked again when the wording changes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from tests.cast import written_events

from dangan.access.actions import create_account
from dangan.access.queries import console_actor
from dangan.access.rules import Absent, Refused
from dangan.confidentiality import actions, queries
from dangan.confidentiality.actions import AgreementProblem
from dangan.confidentiality.models import AgreementText, Signature
from dangan.confidentiality.rules import digest_of
from dangan.dossiers.queries import open_dossier
from dangan.notices.models import Notice

BODY = "第一条　不得向外提供公司的商业秘密。\n\n第二条　离职后仍须遵守。"


@pytest.fixture
def manager(cast):
    return cast.actor("hr_manager", name="梁慎行")


@pytest.fixture
def employee(cast):
    return cast.actor("employee", name="沈知微")


@pytest.fixture
def text(cast, manager):
    return actions.open_new_text(
        manager, title="员工保密协议", body=BODY, audience="all", record_kind="1"
    )


def newest(text):
    return text.versions.order_by("-number").first()


def sign(actor, text, name="沈知微"):
    version = newest(text)
    return actions.sign(actor, version=version.id, sha256=version.sha256, typed_name=name)


def test_a_signature_keeps_name_time_address_and_digest(cast, employee, text):
    made = sign(employee, text)
    found = queries.signature(employee, made.id)
    assert (found.by.name, found.by.number, found.by.address) == ("沈知微", "020486", "127.0.0.1")
    assert found.by.sha256 == digest_of("员工保密协议", BODY) == newest(text).sha256
    assert "沈知微".encode() not in bytes(Signature.objects.get().sealed)
    assert ("agreement.sign", "done") in written_events(employee)


def test_signing_writes_the_row_of_the_dossier_and_ends_the_asking(cast, manager, employee, text):
    assert [item.version for item in queries.due(employee)] == [newest(text)]
    sign(employee, text)
    assert queries.due(employee) == []
    view = open_dossier(manager, cast.people["沈知微"])
    rows = view.sets["secrecy_agreement"].rows
    assert len(rows) == 1


def test_another_name_does_not_sign(cast, employee, text):
    with pytest.raises(AgreementProblem) as refused:
        sign(employee, text, name="罗文博")
    assert refused.value.field == "typed_name"
    assert not Signature.objects.exists()


def test_words_that_changed_meanwhile_are_not_signed(cast, manager, employee, text):
    shown = newest(text)
    actions.publish_version(
        manager,
        text=text.id,
        title="员工保密协议",
        body=BODY + "\n\n第三条　新增。",
        sign_again=True,
    )
    with pytest.raises(Absent):
        actions.sign(employee, version=shown.id, sha256=shown.sha256, typed_name="沈知微")
    with pytest.raises(AgreementProblem):
        actions.sign(employee, version=newest(text).id, sha256=shown.sha256, typed_name="沈知微")


def test_a_new_wording_asks_again_a_corrected_letter_does_not(cast, manager, employee, text):
    sign(employee, text)
    actions.publish_version(
        manager, text=text.id, title="员工保密协议", body=BODY + "。", sign_again=False
    )
    assert queries.due(employee) == []
    actions.publish_version(
        manager,
        text=text.id,
        title="员工保密协议",
        body=BODY + "\n\n第三条　新增。",
        sign_again=True,
    )
    assert [item.again for item in queries.due(employee)] == [True]


def test_nobody_signs_twice_or_for_another(cast, employee, text):
    sign(employee, text)
    with pytest.raises(Absent):
        sign(employee, text)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(
            version=newest(text), subject=employee.subject, at=newest(text).published_at, sealed=b""
        )


def test_an_account_without_a_dossier_has_nothing_to_sign(cast, text):
    nobody = cast.actor("hr_specialist")
    assert queries.due(nobody) == []
    with pytest.raises(Refused):
        sign(nobody, text)


def test_only_the_branch_that_is_meant_is_asked(cast, manager):
    actions.open_new_text(
        manager, title="销售告知", body=BODY, audience="unit", unit=cast.units["华南公司"]
    )
    assert queries.due(cast.actor("employee", name="沈知微")) == []
    assert len(queries.due(cast.actor("employee", name="罗文博"))) == 1


def test_holders_of_secret_posts_are_asked_and_nobody_else(cast, manager):
    actions.open_post(
        manager,
        wish=actions.PostWish(None, "高级工程师", "2", "保守技术秘密。", None, (), False),
    )
    actions.open_new_text(manager, title="保密承诺书", body=BODY, audience="secret")
    assert len(queries.due(cast.actor("employee", name="沈知微"))) == 1
    assert queries.due(cast.actor("employee", name="罗文博")) == []


def test_the_list_of_the_unsigned_shrinks_and_keeps_to_the_reach(cast, manager, employee, text):
    assert queries.open_text(manager, text.id).total == 6
    sign(employee, text)
    view = queries.open_text(manager, text.id)
    assert (view.total, view.line.signed) == (5, 1)
    assert "沈知微" not in [name for _subject, name, _unit in view.unsigned]
    south = queries.open_text(cast.actor("hr_manager", unit="华南公司"), text.id)
    assert [name for _subject, name, _unit in south.unsigned] == ["罗文博"]


def test_a_signed_copy_is_for_its_person_and_its_managers(cast, manager, employee, text):
    made = sign(employee, text)
    assert queries.signature(manager, made.id).by.name == "沈知微"
    for stranger in (
        cast.actor("employee", name="罗文博"),
        cast.actor("hr_manager", unit="华南公司"),
        cast.actor("it"),
    ):
        with pytest.raises(Absent):
            queries.signature(stranger, made.id)
        assert ("agreement.read", "refused") in written_events(stranger)


def test_reminding_tells_those_who_have_not_signed_once_a_day(cast, manager, text):
    create_account(
        console_actor(),
        login="u-luo",
        name="罗文博",
        subject=cast.people["罗文博"],
        roles=[],
        password="chengxu2026",
        must_change=False,
    )
    assert actions.remind_unsigned(manager, text=text.id) == 1
    assert Notice.objects.filter(topic="agreement.unsigned").count() == 1
    with pytest.raises(AgreementProblem):
        actions.remind_unsigned(manager, text=text.id)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": " "}, "title"),
        ({"body": "短"}, "body"),
        ({"audience": "unit"}, "unit"),
        ({"record_kind": "77"}, "record_kind"),
    ],
)
def test_a_text_that_says_too_little_is_refused(cast, manager, given, field):
    values = {"title": "告知", "body": BODY, "audience": "all"} | given
    with pytest.raises(AgreementProblem) as refused:
        actions.open_new_text(manager, **values)
    assert refused.value.field == field
    assert not AgreementText.objects.exists()


def test_a_closed_text_asks_nobody_and_keeps_what_was_signed(cast, manager, employee, text):
    made = sign(employee, text)
    actions.close_text(manager, text=text.id)
    assert queries.due(cast.actor("employee", name="罗文博")) == []
    assert queries.signature(employee, made.id).version == newest(text)


@pytest.mark.parametrize("role", ["hr_specialist", "finance", "it", "auditor", "employee"])
def test_only_managers_of_agreements_publish(cast, role):
    with pytest.raises(Refused):
        actions.open_new_text(cast.actor(role), title="告知", body=BODY, audience="all")
