"""Access tokens: never wider than their owner is now, and gone with a reset or a lock."""

from __future__ import annotations

from django.core.cache import cache
from tests.cast import Cast
from tests.security.conftest import Join, call

from dangan.access import actions as access
from dangan.access.models import Account
from dangan.access.queries import console_actor

WHO = "沈知微"


def test_a_reset_ends_tokens_for_good(cast: Cast, join: Join) -> None:
    member = join("hr_specialist")
    token = member.token()
    assert call(token, "GET", "/dictionary").status_code == 200
    access.reset_password(console_actor(), account=member.id)
    Account.objects.filter(pk=member.id).update(must_change_password=False)
    assert call(token, "GET", "/dictionary").status_code == 401


def test_a_lock_ends_tokens_for_good(cast: Cast, join: Join) -> None:
    member = join("hr_specialist")
    token = member.token()
    access.lock_account(console_actor(), account=member.id)
    assert call(token, "GET", "/dictionary").status_code == 401
    access.unlock_account(console_actor(), account=member.id)
    assert call(token, "GET", "/dictionary").status_code == 401


def test_a_token_loses_what_its_owner_loses(cast: Cast, join: Join) -> None:
    member = join("hr_specialist")
    token = member.token()
    where = f"/subjects/{cast.people[WHO]}"
    assert call(token, "GET", where).status_code == 200
    access.revoke_role(console_actor(), account=member.id, role="hr_specialist")
    cache.clear()
    assert call(token, "GET", where).status_code == 403


def test_a_token_never_becomes_wider_than_it_was_made(cast: Cast, join: Join) -> None:
    member = join("administration")
    token = member.token(["dossier.open", "data.read"])
    access.grant_role(console_actor(), account=member.id, role="hr_manager")
    where = f"/subjects/{cast.people[WHO]}/records/contact"
    assert call(token, "GET", where).status_code == 200
    assert call(token, "POST", where, {"values": {"mobile": "13800000000"}}).status_code in (
        403,
        404,
    )
    assert call(token, "GET", f"/subjects/{cast.people[WHO]}/history").status_code == 403


def test_a_page_permission_without_data_shows_nobody(cast: Cast, join: Join) -> None:
    token = join("hr_manager").token(["roster.view", "dossier.open"])
    assert call(token, "GET", "/subjects").json()["total"] == 0
    assert call(token, "GET", f"/subjects/{cast.people[WHO]}").status_code == 404


def test_answers_to_programs_stay_in_no_cache(cast: Cast, join: Join) -> None:
    answer = join("hr_manager").call("GET", f"/subjects/{cast.people[WHO]}")
    assert answer["Cache-Control"] == "no-store"


def test_a_session_does_not_open_the_api_and_a_token_no_page(cast: Cast, join: Join) -> None:
    member = join("hr_manager")
    assert member.browser().get(f"/api/v1/subjects/{cast.people[WHO]}").status_code == 401
    page = member.browser()
    page.logout()
    answer = page.get("/people/", headers={"Authorization": f"Bearer {member.token()}"})
    assert answer.status_code == 302 and answer["Location"].startswith("/login/")
