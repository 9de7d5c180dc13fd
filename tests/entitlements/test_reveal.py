"""Leave to look at named fields of one person for some hours, agreed by others."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from tests.cast import written_events

from dangan.access import actions as access
from dangan.access.models import Grant, Permit
from dangan.access.queries import actor_of_token, system_actor
from dangan.access.rules import Absent, Refused
from dangan.audit.actions import flush
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Record
from dangan.dossiers.queries import open_dossier
from dangan.entitlements import actions
from dangan.entitlements.models import RevealWish
from dangan.notices.models import Notice
from dangan.workflow import actions as workflow


def ask(office, who="lu", whom="沈知微", fields=("id_number",), *, info_set="identity", **more):
    return actions.ask_reveal(
        office.actor(who),
        subject=office.cast.people[whom],
        fields={info_set: fields},
        hours=more.get("hours", 8),
        reason=more.get("reason", "办理出入证需要核对"),
    )


def look(office, who="lu", whom="沈知微", field="id_number"):
    subject = office.cast.people[whom]
    row = Record.objects.get(subject=subject, info_set="identity", current=True).row
    actor = office.actor(who)
    value = dossiers.reveal(
        actor, subject=subject, info_set="identity", row=row, field=field, reason="核对证件"
    )
    flush(actor.trail)
    return value


def test_after_the_agreement_the_mask_may_be_lifted_and_not_before_or_elsewhere(office):
    wish = ask(office)
    assert wish.number.startswith("CK-")
    with pytest.raises(Absent):
        look(office)
    agreed = office.carry(wish.case)
    assert "lu" not in agreed
    assert "shen" not in agreed
    assert look(office).startswith("33010619910612")
    with pytest.raises(Absent):
        look(office, whom="罗文博")
    with pytest.raises(Absent):
        look(office, field="marital_status")
    with pytest.raises(Absent):
        look(office, who="yu")


def test_it_is_over_at_the_minute(office):
    office.carry(ask(office, hours=4).case)
    now = timezone.now()
    Permit.objects.update(begins=now - timedelta(hours=4), ends=now + timedelta(seconds=30))
    assert look(office)
    Permit.objects.update(ends=now)
    with pytest.raises(Absent):
        look(office)


def test_each_look_is_logged_with_its_case_and_the_person_is_told_afterwards(office):
    wish = ask(office)
    office.carry(wish.case)
    look(office)
    look(office)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry FROM audit_event"
            " WHERE action = 'field.reveal' AND xid = pg_current_xact_id()"
        )  # the log keeps what tests committed before
        entries = [str(bytes(row[0])) for row in cursor.fetchall()]
    assert len(entries) == 2
    assert all(wish.number in entry for entry in entries)
    assert Permit.objects.get().looks == 2
    told = Notice.objects.filter(account=office["shen"], topic="file.viewed")
    actions.sweep(system_actor())
    assert not told.exists()
    now = timezone.now()
    Permit.objects.update(begins=now - timedelta(hours=9), ends=now - timedelta(hours=1))
    assert actions.sweep(system_actor()).told == 1
    assert actions.sweep(system_actor()).told == 0
    assert told.count() == 1


def test_a_dossier_out_of_sight_is_absent_and_nothing_plain_is_asked_for(office):
    with pytest.raises(Absent):
        ask(office, whom="罗文博")
    with pytest.raises(Absent):
        ask(office, fields=("no_such_field",))
    with pytest.raises(Absent):
        actions.ask_reveal(
            office.actor("lu"),
            subject=uuid4(),
            fields={"identity": ["id_number"]},
            hours=8,
            reason="核对证件",
        )
    with pytest.raises(actions.BadWish, match="已经能看的"):
        ask(office, fields=("name",))
    with pytest.raises(actions.BadWish, match="自己的档案"):
        ask(office, whom="陆怀瑾")
    with pytest.raises(actions.BadWish, match="时长"):
        ask(office, hours=1000)
    assert not RevealWish.objects.exists()


def test_who_reads_no_dossiers_gets_no_leave_either(office, console):
    with pytest.raises((Refused, Absent)):
        ask(office, who="it")
    wish = ask(office)
    Grant.objects.create(account_id=office["lu"], role="auditor", granted_by=console.id)
    with pytest.raises(access.RightsProblem, match="不看任何档案"):
        access.give_permits(
            console,
            account=office["lu"],
            subject=wish.subject,
            fields=wish.fields,
            begins=timezone.now(),
            ends=timezone.now() + timedelta(hours=1),
            purpose="核对",
            case=None,
            number="",
        )
    Permit.objects.create(
        account_id=office["lu"],
        subject=wish.subject,
        info_set="identity",
        fields=["id_number"],
        action="reveal",
        begins=timezone.now(),
        ends=timezone.now() + timedelta(hours=1),
        purpose=b"",
        granted_by=console.id,
    )
    assert office.actor("lu").permits == ()


def test_with_leave_in_hand_nobody_becomes_an_administrator(office, console):
    office.carry(ask(office).case)
    with pytest.raises(access.RightsProblem, match="不看任何档案"):
        access.grant_role(console, account=office["lu"], role="it")


def test_it_opens_masked_in_the_dossier_and_by_a_token_only_as_far_as_its_scopes(office):
    office.carry(ask(office).case)
    subject = office.cast.people["沈知微"]
    view = open_dossier(office.actor("lu"), subject)
    shown = {
        cell.field.key: (str(cell.showing), cell.may_reveal)
        for row in view.sets["identity"].rows
        for cell in row.cells
    }
    assert shown["id_number"] == ("masked", True)
    token = access.create_token(office.actor("lu"), label="名册", scopes=["dossier.open"], days=1)
    narrow = actor_of_token(token.raw)
    assert not list(narrow.permitted("reveal"))


def test_a_refusal_leaves_nothing_to_look_at_and_the_purpose_is_sealed(office):
    wish = ask(office)
    assert "出入证".encode() not in bytes(RevealWish.objects.get().reason)
    who, step = office.waiting(wish.case)[0]
    workflow.refuse(office.actor(who), case=wish.case, step=step, words="不必")
    assert not Permit.objects.exists()
    assert RevealWish.objects.get().state == "refused"
    assert ("rights.permit", "done") not in written_events()
