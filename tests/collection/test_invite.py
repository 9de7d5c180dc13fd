"""HR invites: a link that is shown once and kept nowhere."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from tests.cast import written_events
from tests.collection.conftest import MOBILE, NAME, the_form

from dangan.access.rules import Absent, Refused
from dangan.dossiers.collection import actions, jobs, queries
from dangan.dossiers.collection.models import Invitation, Visit
from dangan.dossiers.rules import InvalidRecord
from dangan.vault import queries as vault_queries
from dangan.vault.rules import KeyDestroyed


def details(cast, **more):
    return {
        "name": NAME,
        "mobile": MOBILE,
        "unit": str(cast.units["嵌入式组"]),
        "first_day": timezone.localdate().isoformat(),
        "days": "7",
    } | more


def test_the_link_and_its_code_are_shown_once(browser, cast):
    hr = browser("hr_specialist")
    page = hr.post("/collection/new/", details(cast))
    assert page.status_code == 200
    token = re.search(r"/collect/#([\w-]{43})", page.content.decode())[1]
    assert "<svg" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    form = the_form()
    assert bytes(form.digest) == hashlib.sha256(token.encode()).digest()
    for address in ("/collection/", f"/collection/{form.id}/"):
        again = hr.get(address).content.decode()
        assert NAME in again
        assert token not in again


def test_nothing_about_the_newcomer_is_stored_in_clear(invited):
    invited(email="cheng@example.com")
    stored = " ".join(
        bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
        for value in Invitation.objects.values_list().get()
    )
    assert NAME not in stored
    assert NAME.encode().decode("latin-1") not in stored
    assert MOBILE not in stored
    assert "cheng@" not in stored


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "请填写姓名"),
        ("mobile", "1391234", "手机"),
        ("mobile", "", "末四位"),
        ("email", "cheng", "邮箱"),
        ("unit", "", "请选择部门"),
        ("unit", "00000000-0000-0000-0000-000000000009", "没有这个部门"),
        ("first_day", "2001-01-01", "太早"),
        ("first_day", "明天", "2016-07-11"),
        ("days", "31", "1 到 30"),
        ("days", "0", "1 到 30"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(browser, cast, field, value, sentence):
    page = browser("hr_specialist").post("/collection/new/", details(cast, **{field: value}))
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("roles", [[], ["finance"], ["it"], ["archivist"], ["leader"]])
def test_others_do_not_invite(browser, cast, roles):
    client = browser(*roles, name=None if roles else "陆怀瑾")
    assert client.get("/collection/").status_code == 403
    assert client.post("/collection/new/", details(cast)).status_code == 403
    assert not Invitation.objects.exists()


def test_hr_of_another_company_neither_invites_nor_sees(cast, invited):
    invited()
    south = cast.actor("hr_specialist", unit="华南公司")
    with pytest.raises(Refused):
        actions.invite(
            south,
            name="别人",
            mobile="13900001111",
            unit=cast.units["嵌入式组"],
            first_day=timezone.localdate(),
        )
    assert queries.forms(south).total == 0
    with pytest.raises(Absent):
        queries.form(south, the_form().id)
    for verb in (actions.reissue, actions.revoke):
        with pytest.raises(Absent):
            verb(south, invitation=the_form().id)
    assert ("collection.read", "refused") in written_events(south)


def test_a_new_link_ends_the_old_one_and_its_browsers(cast, invited):
    guest = invited().come_in()
    hr = cast.actor("hr_specialist")
    issued = actions.reissue(hr, invitation=the_form().id)
    assert guest.browser.get("/collect/form/")["Location"] == "/collect/?ended=1"
    assert guest.knock().status_code == 422
    assert guest.knock(token=issued.token).status_code == 302


def test_revoking_destroys_the_contents(cast, invited):
    guest = invited().come_in()
    form = the_form()
    actions.revoke(cast.actor("hr_specialist"), invitation=form.id)
    with pytest.raises(KeyDestroyed):
        vault_queries.key_of(form.id)
    form.refresh_from_db()
    assert (form.state, form.digest, form.sealed_guest, form.sealed_draft) == (
        "revoked",
        None,
        None,
        None,
    )
    assert guest.browser.get("/collect/form/")["Location"] == "/collect/?ended=1"
    assert guest.knock().status_code == 422
    with pytest.raises(InvalidRecord):
        actions.reissue(cast.actor("hr_specialist"), invitation=form.id)


def test_an_unanswered_form_is_destroyed_after_its_grace(cast, invited):
    invited()
    form = the_form()
    form.expires_at = timezone.now() - timedelta(days=2)
    form.save()
    jobs.expire(0)
    assert the_form().state == "open"
    form.expires_at = timezone.now() - timedelta(days=4)
    form.save()
    jobs.expire(0)
    assert the_form().state == "expired"
    with pytest.raises(KeyDestroyed):
        vault_queries.key_of(form.id)


def test_visits_that_are_over_are_forgotten(invited):
    invited().come_in()
    Visit.objects.update(began=timezone.now() - timedelta(hours=5))
    jobs.expire(0)
    assert not Visit.objects.exists()


def test_a_submitted_form_waits_for_hr_however_long(cast, invited):
    invited()
    form = the_form()
    form.state, form.expires_at = "submitted", timezone.now() - timedelta(days=60)
    form.save()
    jobs.expire(0)
    assert the_form().state == "submitted"


def test_the_migrations_are_complete(db):
    call_command("makemigrations", "collection", check=True, dry_run=True, verbosity=0)
