"""What an attacker tries at the door that others keep: a provider, or the house's directory.

The provider is a real server that answers as the attack needs (``tests/access/federation``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from joserfc.jwk import RSAKey
from tests.access.conftest import MakeAccount, log_in
from tests.access.federation.fixtures import *  # noqa: F403
from tests.access.federation.fixtures import Settle, begin, come_back, signed_in
from tests.access.federation.servers import (
    BASE,
    SECRET,
    Directory,
    Hostile,
    challenge_of,
    signed_with,
    unsigned,
)

from dangan.access.federation import directory, provider
from dangan.access.federation.actions import flow, notices
from dangan.access.federation.models import Link
from dangan.access.models import Account

THERE = "mulu-2026"


def attempt(hostile: Hostile, change: Callable[[Hostile], None], **answer: Any) -> Any:
    """A victim's browser goes to the provider and comes back with what the attack made of it."""
    browser = Client()
    back = hostile.answer_to(begin(browser), **answer)
    change(hostile)
    response = come_back(browser, back)
    return browser, response


def nothing(hostile: Hostile) -> None:
    """The provider behaves."""


def test_the_same_way_without_an_attack_leads_in(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    """Otherwise the refusals below would prove nothing."""
    make_account("chen", "finance")
    browser, response = attempt(hostile, nothing)
    assert response.status_code == 302
    assert signed_in(browser)


# --- forged tokens -----------------------------------------------------------------------------


def unsigned_token(hostile: Hostile) -> None:
    hostile.token = unsigned(hostile)


def public_key_as_secret(hostile: Hostile) -> None:
    hostile.token = signed_with(hostile.key.as_pem(private=False), hostile)


def client_secret_as_key(hostile: Hostile) -> None:
    hostile.token = signed_with(SECRET.encode(), hostile)


def key_of_a_stranger(hostile: Hostile) -> None:
    hostile.signed_with = RSAKey.generate_key(2048, {"kid": "k1"})


def key_brought_along(hostile: Hostile) -> None:
    """The token carries the key that it is signed with."""
    own = RSAKey.generate_key(2048, {"kid": "k9"})
    hostile.signed_with = own
    hostile.header = {"kid": "k9", "jwk": own.as_dict(private=False)}


def altered(hostile: Hostile) -> None:
    head, body, signature = hostile.made().split(".")
    hostile.token = f"{head}.{body[:-4]}AAAA.{signature}"


FORGED = [
    unsigned_token,
    public_key_as_secret,
    client_secret_as_key,
    key_of_a_stranger,
    key_brought_along,
    altered,
]


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
def test_a_forged_token_opens_nothing(
    hostile: Hostile, make_account: MakeAccount, forge: Callable[[Hostile], None]
) -> None:
    make_account("chen", "finance")
    browser, response = attempt(hostile, forge)
    assert response.status_code == 403
    assert not signed_in(browser)
    assert not Link.objects.exists()


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "for another client": {"aud": "another"},
    "for others too": {"aud": ["dangan", "another"]},
    "for nobody": {"aud": None},
    "of another issuer": {"iss": "https://evil.example"},
    "of no issuer": {"iss": None},
    "with another nonce": {"nonce": "of-another-flow"},
    "without a nonce": {"nonce": None},
    "expired": {"exp": int(time.time()) - 3600},
    "without an end": {"exp": None},
    "of long ago": {"iat": int(time.time()) - 3600},
    "of the future": {"iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200},
    "not valid yet": {"nbf": int(time.time()) + 3600},
    "made for another party": {"azp": "another"},
    "about nobody": {"sub": None},
    "about an empty name": {"sub": ""},
    "about a number": {"sub": 7},
    "with times as words": {"iat": "now"},
    "with another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("fault", WRONG_CLAIMS)
def test_a_token_that_is_not_meant_for_this_sign_in_opens_nothing(
    hostile: Hostile, make_account: MakeAccount, fault: str
) -> None:
    make_account("chen", "finance")
    hostile.claims = WRONG_CLAIMS[fault]
    browser, response = attempt(hostile, nothing)
    assert response.status_code == 403
    assert not signed_in(browser)
    assert not Link.objects.exists()


def test_a_token_of_another_sign_in_cannot_be_used_again(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    """A replayed ID token: right in everything but the nonce of this flow."""
    make_account("chen", "finance")
    attempt(hostile, nothing)
    stolen = hostile.made()

    def replay(hostile: Hostile) -> None:
        hostile.token = stolen

    browser, response = attempt(hostile, replay)
    assert response.status_code == 403
    assert not signed_in(browser)


# --- the way there and back --------------------------------------------------------------------


def test_a_state_is_good_once(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    browser = Client()
    back = hostile.answer_to(begin(browser))
    assert come_back(browser, back).status_code == 302
    browser.post("/logout/")
    asked = len(hostile.forms)
    assert come_back(browser, back).status_code == 403
    assert not signed_in(browser)
    assert len(hostile.forms) == asked, "the code was sent off a second time"


def test_a_failed_return_uses_the_state_up(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    browser = Client()
    back = hostile.answer_to(begin(browser))
    hostile.claims = {"aud": "another"}
    come_back(browser, back)
    hostile.claims = {}
    assert come_back(browser, back).status_code == 403
    assert not signed_in(browser)


def test_a_code_injected_into_another_browser_is_refused(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    """Log-in CSRF: the attacker's own answer, opened by the victim, signs nobody in."""
    make_account("chen", "finance")
    attacker, victim = Client(), Client()
    back = hostile.answer_to(begin(attacker))
    begin(victim)
    asked = len(hostile.forms)
    assert come_back(victim, back).status_code == 403
    assert not signed_in(victim)
    assert len(hostile.forms) == asked


def test_a_stolen_code_is_no_use_without_the_verifier(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    """The code of the victim in the attacker's flow: what is sent along fits the attacker's
    challenge only, and a provider that keeps PKCE refuses it."""
    make_account("chen", "finance")
    victim, attacker = Client(), Client()
    challenge = parse_qs(urlsplit(begin(victim)).query)["code_challenge"]
    there = begin(attacker)
    come_back(attacker, hostile.answer_to(there, code="of-the-victim"))
    sent = hostile.forms[-1]
    assert sent["code"] == ["of-the-victim"]
    assert [challenge_of(sent["code_verifier"][0])] != challenge
    assert sent["redirect_uri"] == ["http://testserver/sign-in/oidc/callback/"]


@pytest.mark.parametrize("state", ["", "guessed", None])
def test_a_guessed_state_is_refused(hostile: Hostile, state: str | None) -> None:
    browser, response = attempt(hostile, nothing, state=state)
    assert response.status_code == 403
    assert not signed_in(browser)


def test_a_state_given_twice_is_refused(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    browser = Client()
    back = hostile.answer_to(begin(browser))
    assert come_back(browser, f"{back}&state=other").status_code == 403
    assert not signed_in(browser)


def test_a_flow_left_open_too_long_is_refused(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    browser = Client()
    back = hostile.answer_to(begin(browser))
    session = browser.session
    session["oidc"] = {
        state: flow | {"at": flow["at"] - 601} for state, flow in session["oidc"].items()
    }
    session.save()
    assert come_back(browser, back).status_code == 403


def test_the_session_gets_a_new_identifier(
    hostile: Hostile, make_account: MakeAccount, settings: Any
) -> None:
    """Fixation: who planted a session before has nothing of it after."""
    make_account("chen", "finance")
    browser = Client()
    there = begin(browser)
    before = browser.cookies[settings.SESSION_COOKIE_NAME].value
    come_back(browser, hostile.answer_to(there))
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != before
    planted = Client()
    planted.cookies[settings.SESSION_COOKIE_NAME] = before
    assert not signed_in(planted)


TARGETS = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "/\t/evil.example",
    "http://testserver.evil.example/",
]


@pytest.mark.parametrize("target", TARGETS)
def test_nobody_is_led_off_the_site_after_signing_in(
    hostile: Hostile, make_account: MakeAccount, target: str
) -> None:
    make_account("chen", "finance")
    browser = Client()
    answer = come_back(browser, hostile.answer_to(begin(browser, next=target)))
    assert answer["Location"] == "/"


def test_the_way_back_does_not_follow_the_host_of_a_request(hostile: Hostile) -> None:
    """A forged Host header must not send codes elsewhere."""
    answer = Client(SERVER_NAME="localhost").get("/sign-in/oidc/")
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert asked["redirect_uri"] == ["http://testserver/sign-in/oidc/callback/"]


# --- providers that lie ------------------------------------------------------------------------


def test_an_answer_of_another_provider_is_refused(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    """Mix-up (RFC 9207): the answer says that it comes from elsewhere; the code goes nowhere."""
    make_account("chen", "finance")
    asked = len(hostile.forms)
    browser, response = attempt(hostile, nothing, iss="https://evil.example")
    assert response.status_code == 403
    assert not signed_in(browser)
    assert len(hostile.forms) == asked


def test_a_provider_that_names_itself_must_do_so(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    make_account("chen", "finance")
    hostile.metadata = {"authorization_response_iss_parameter_supported": True}
    browser, response = attempt(hostile, nothing)
    assert response.status_code == 403
    assert not signed_in(browser)
    browser, response = attempt(hostile, nothing, iss=hostile.issuer)
    assert signed_in(browser)


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://evil.example"},
    "the issuer with a slash": {"issuer": "SLASH"},
    "a token address in clear": {"token_endpoint": "http://10.0.0.8/token"},
    "keys in clear": {"jwks_uri": "http://intranet.example/keys"},
    "a file": {"jwks_uri": "file:///etc/passwd"},
    "no keys": {"jwks_uri": None},
    "only weak signatures": {"id_token_signing_alg_values_supported": ["HS256", "none"]},
    "plain challenges": {"code_challenge_methods_supported": ["plain"]},
}


@pytest.mark.parametrize("lie", LIES)
def test_metadata_that_cannot_be_right_stops_everything(
    hostile: Hostile, make_account: MakeAccount, lie: str
) -> None:
    make_account("chen", "finance")
    hostile.metadata = {
        key: f"{hostile.issuer}/" if value == "SLASH" else value for key, value in LIES[lie].items()
    }
    assert Client().get("/sign-in/oidc/").status_code == 503


def test_symmetric_keys_in_the_set_are_not_believed(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    make_account("chen", "finance")
    hostile.published = [{"kty": "oct", "k": "AAAA", "kid": "k1"}]
    assert Client().get("/sign-in/oidc/").status_code == 503


def test_forged_tokens_do_not_make_us_ask_for_keys_without_end(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    make_account("chen", "finance")
    for _ in range(5):
        attempt(hostile, key_of_a_stranger)
    assert hostile.asked.count("/keys") <= 2


def test_a_new_key_of_the_provider_is_found(
    hostile: Hostile, make_account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Providers change their keys; the set kept here is an hour old at most, and asked for anew
    when a token names a key that is not in it."""
    make_account("chen", "finance")
    monkeypatch.setattr(provider, "NEW_KEYS", 0.0)
    attempt(hostile, nothing)
    old = hostile.key
    hostile.key = RSAKey.generate_key(2048, {"kid": "k2"})
    hostile.header = {"kid": "k2"}
    try:
        browser, _response = attempt(hostile, nothing)
        assert signed_in(browser)
    finally:
        hostile.key = old


def test_an_endless_answer_is_given_up(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    hostile.metadata = {"padding": "x" * (provider.ANSWER_AT_MOST + 1)}
    assert Client().get("/sign-in/oidc/").status_code == 503


def test_a_redirect_of_the_provider_is_not_followed(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    hostile.status = 302
    assert Client().get("/sign-in/oidc/").status_code == 503


def test_userinfo_of_somebody_else_is_refused(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    hostile.claims = {"preferred_username": None}
    hostile.userinfo = {"sub": "somebody-else", "preferred_username": "chen"}
    browser, response = attempt(hostile, nothing)
    assert response.status_code == 403
    hostile.userinfo = {"sub": "s-1", "preferred_username": "chen"}
    browser, response = attempt(hostile, nothing)
    assert signed_in(browser)


# --- taking over an account --------------------------------------------------------------------


def test_an_address_that_nobody_has_proved_opens_nothing(
    hostile: Hostile, make_account: MakeAccount, settle: Settle
) -> None:
    """Whoever may type any e-mail address at the provider must not become its owner here."""
    make_account("chen@example.com", "finance")
    hostile.claims = {"email": "chen@example.com", "preferred_username": "mallory"}
    browser, response = attempt(hostile, nothing)
    assert not signed_in(browser), "an e-mail address counted though it is not the claim"
    settle(oidc_claim="email")
    for verified in (None, False, "true", 1):
        hostile.claims["email_verified"] = verified
        browser, response = attempt(hostile, nothing)
        assert response.status_code == 403
    hostile.claims["email_verified"] = True
    browser, response = attempt(hostile, nothing)
    assert signed_in(browser)


def test_a_name_given_to_somebody_else_there_does_not_open_the_account(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    make_account("chen", "finance")
    attempt(hostile, nothing)
    hostile.claims = {"sub": "the-new-chen"}
    browser, response = attempt(hostile, nothing)
    assert "已与另一个企业账号关联" in response.content.decode()
    assert not signed_in(browser)


@pytest.mark.parametrize(("here", "there"), [("strasse", "straße"), ("ſam", "sam")])
def test_a_name_that_only_looks_the_same_does_not_open_the_account(
    hostile: Hostile, make_account: MakeAccount, here: str, there: str
) -> None:
    make_account(here, "finance")
    hostile.claims = {"preferred_username": there}
    browser, _response = attempt(hostile, nothing)
    same = here == "ſam"  # NFKC makes the long s the same letter
    assert signed_in(browser) is same


def test_a_claimed_role_gives_no_right(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    hostile.claims = {"roles": ["it"], "groups": ["admin"], "is_superuser": True}
    browser, _response = attempt(hostile, nothing)
    assert signed_in(browser)
    assert browser.get("/accounts/").status_code == 403


def test_a_link_needs_the_press_of_a_button(hostile: Hostile, make_account: MakeAccount) -> None:
    """Led to the provider under the attacker's name, the victim links nothing by coming back."""
    make_account("chen", "finance")
    victim = log_in("chen")
    hostile.claims = {
        "sub": "attacker",
        "preferred_username": "mallory",
        "auth_time": int(time.time()),
    }
    answer = come_back(victim, hostile.answer_to(victim.get("/sign-in/links/new/")["Location"]))
    assert "mallory" in answer.content.decode()
    assert not Link.objects.exists()
    assert victim.get("/sign-in/links/confirm/").status_code == 405
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = victim.cookies
    assert forged.post("/sign-in/links/confirm/").status_code == 403
    assert not Link.objects.exists()


def test_linking_takes_a_proof_of_now(hostile: Hostile, make_account: MakeAccount) -> None:
    """A session at the provider left open since yesterday proves nobody's presence."""
    make_account("chen", "finance")
    victim = log_in("chen")
    hostile.claims = {"auth_time": int(time.time()) - 3600}
    answer = come_back(victim, hostile.answer_to(victim.get("/sign-in/links/new/")["Location"]))
    assert answer.status_code == 403


# --- the directory -----------------------------------------------------------------------------


@pytest.fixture
def people(ldap: Directory) -> Any:
    ldap.add("chen", THERE)
    ldap.add("root*", "stern-2026")
    yield ldap
    ldap.remove("chen")
    ldap.remove("root*")


INJECTED = [
    "*",
    "chen*",
    "c*",
    "chen)(uid=*",
    "*)(uid=*))(|(uid=*",
    "chen)(|(userPassword=*",
    "chen\\2a",
    "chen\0",
    "(&(uid=chen))",
    "uid=chen,ou=people," + BASE,
    "",
    "\N{FULLWIDTH ASTERISK}",
]


@pytest.mark.parametrize("name", INJECTED)
def test_a_log_in_name_is_never_part_of_the_question(people: Directory, name: str) -> None:
    assert directory.ask(name, THERE).verdict == "wrong"


def test_a_star_in_a_name_is_a_star(people: Directory) -> None:
    assert directory.ask("root*", "stern-2026").verdict == "right"
    assert directory.ask("root*", THERE).verdict == "wrong"


@pytest.mark.parametrize("password", ["", "\0", f"{THERE}\0"])
def test_an_empty_password_never_binds(
    people: Directory, make_account: MakeAccount, password: str
) -> None:
    """The directory itself would say yes: a bind without a password is anonymous."""
    make_account("chen", "finance")
    assert directory.ask("chen", password).verdict == "wrong"
    browser = Client()
    browser.post("/login/", {"login": "chen", "password": password})
    assert not signed_in(browser)


def test_a_referral_leads_nowhere(people: Directory, settle: Settle) -> None:
    """A branch that refers to another server: its answer is not asked for, and costs no time."""
    settle(ldap_base=BASE)
    began = time.perf_counter()
    assert directory.ask("chen", THERE).verdict == "right"
    assert time.perf_counter() - began < 2


def test_guessing_is_throttled_before_the_directory_hears_of_it(
    people: Directory, make_account: MakeAccount
) -> None:
    make_account("chen", "finance")
    for _ in range(6):
        Client().post("/login/", {"login": "chen", "password": "falsch2026"})
    answer = Client().post("/login/", {"login": "chen", "password": THERE})
    assert answer.status_code == 422
    assert Account.objects.get().is_active


def test_a_name_that_folds_to_anothers_does_not_open_the_account(
    people: Directory, make_account: MakeAccount
) -> None:
    make_account("strasse", "finance")
    people.add("straße", "gasse-2026")
    try:
        browser = Client()
        browser.post("/login/", {"login": "straße", "password": "gasse-2026"})
        assert not signed_in(browser)
        assert not Link.objects.exists()
    finally:
        people.remove("straße")


# --- a house behind one address ------------------------------------------------------------------


def test_many_who_come_back_well_lock_nobody_out(
    hostile: Hostile, make_account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only returns that come to nothing are counted: an office shares one address."""
    make_account("chen", "finance")
    monkeypatch.setattr(flow, "RETURNS", 3)
    for _somebody in range(5):
        browser, _response = attempt(hostile, nothing)
        assert signed_in(browser)


def test_many_good_notices_are_all_believed(
    hostile: Hostile, make_account: MakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All notices come from the provider's address: at the end of work there are hundreds."""
    make_account("chen", "finance")
    monkeypatch.setattr(notices, "NOTICES", 3)
    for _somebody in range(5):
        answer = Client().post("/sign-in/oidc/logout-notice/", {"logout_token": hostile.notice()})
        assert answer.status_code == 200
