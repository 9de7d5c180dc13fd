"""Whatever a provider answers is either right or not believed: there is no third way."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dangan.access.federation import rules
from dangan.access.federation.rules import Expected, Flow, Provider, Untrusted
from dangan.config.federation import FederationSettings, ldap_server, safe_address

NOW = 1_900_000_000
ISSUER = "https://sso.example.com"
PROVIDER = Provider(ISSUER, f"{ISSUER}/a", f"{ISSUER}/t", f"{ISSUER}/k")
FLOW = Flow("n", "v", "/", "sign-in", NOW)
EXPECTED = Expected(ISSUER, "dangan", "n")
RIGHT: dict[str, Any] = {
    "iss": ISSUER, "aud": "dangan", "sub": "s", "nonce": "n", "iat": NOW, "exp": NOW + 60,
}  # fmt: skip
NAMES = [
    *("iss", "aud", "sub", "nonce", "iat", "exp", "nbf", "azp", "amr", "acr", "at_hash"),
    *("auth_time", "sid", "email", "email_verified", "events", "jti", "preferred_username"),
]
WORDS = st.text("ab:/.-7", max_size=8)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner),
    max_leaves=6,
)
CLAIMS = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6).map(lambda odd: RIGHT | odd)
HEADERS = st.fixed_dictionaries({"alg": st.just("RS256")}, optional={"typ": JSON, "kid": JSON})


@quick
@given(CLAIMS, HEADERS)
def test_any_claims_are_right_or_refused(claims: dict[str, Any], header: dict[str, Any]) -> None:
    with contextlib.suppress(Untrusted):
        sub = rules.check_token(claims, header, EXPECTED, NOW)
        assert sub == claims["sub"]
        assert (claims["iss"], claims["nonce"]) == (ISSUER, "n")
        assert claims["aud"] in ("dangan", ["dangan"])
        assert NOW - 660 <= claims["iat"] <= NOW + 60 < claims["exp"] + 120


@quick
@given(CLAIMS, st.sampled_from(["preferred_username", "email", "sub", "sid", "events"]))
def test_any_claims_name_somebody_or_nobody(claims: dict[str, Any], claim: str) -> None:
    found = rules.identity_from("s", claims, claim=claim, second_factor=["otp"])
    assert isinstance(found.name, str)
    assert not (claim == "sub" and found.name)
    assert not (claim == "email" and found.name and claims.get("email_verified") is not True)


@quick
@given(CLAIMS, HEADERS)
def test_any_notice_is_right_or_refused(claims: dict[str, Any], header: dict[str, Any]) -> None:
    with contextlib.suppress(Untrusted):
        notice = rules.notice_from(claims, header, issuer=ISSUER, client="dangan", now=NOW)
        assert "nonce" not in claims
        assert notice.sub or notice.sid


@quick
@given(st.dictionaries(st.sampled_from([
    "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint",
    "end_session_endpoint", "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported", "code_challenge_methods_supported",
]), JSON | st.just(ISSUER) | st.just(["RS256"])))  # fmt: skip
def test_any_metadata_is_right_or_refused(body: dict[str, Any]) -> None:
    with contextlib.suppress(Untrusted):
        found = rules.provider_from(body, ISSUER)
        assert all(safe_address(place) for place in (found.token, found.keys, found.authorization))
        assert set(found.algorithms) <= set(rules.ALGORITHMS)


@quick
@given(st.dictionaries(st.sampled_from(["code", "state", "iss", "error"]), WORDS))
def test_any_return_is_a_code_or_refused(parameters: dict[str, str]) -> None:
    with contextlib.suppress(Untrusted):
        code = rules.check_return(parameters, FLOW, PROVIDER, NOW)
        assert code == parameters["code"] != ""
        assert parameters.get("iss", ISSUER) == ISSUER


def test_no_symmetric_algorithm_is_ever_believed() -> None:
    assert not [name for name in rules.ALGORITHMS if name.startswith("HS") or name == "none"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("chen", "CHEN", True),
        (" chen", "chen ", True),
        ("ｃｈｅｎ", "chen", True),
        ("straße", "strasse", False),
        ("chen", "chen1", False),
        ("", "", False),
        ("ı", "i", False),
    ],
)
def test_names_are_the_same_letter_for_letter(one: str, other: str, same: bool) -> None:
    assert rules.same_name(one, other) is same


@pytest.mark.parametrize(
    "values",
    [
        {"oidc_issuer": "http://sso.example.com", "oidc_client_id": "dangan"},
        {"oidc_issuer": "https://sso.example.com?x=1", "oidc_client_id": "dangan"},
        {"oidc_issuer": "https://user:pw@sso.example.com", "oidc_client_id": "dangan"},
        {"oidc_issuer": "ftp://sso.example.com", "oidc_client_id": "dangan"},
        {"oidc_issuer": ISSUER},
        {"oidc_scopes": ["profile"]},
        {"oidc_claim": "a b"},
        {"ldap_url": "ldap://ldap.example.com?tls=none", "ldap_base": "dc=x"},
        {"ldap_url": "ldap://u:p@ldap.example.com", "ldap_base": "dc=x"},
        {"ldap_url": "http://ldap.example.com", "ldap_base": "dc=x"},
        {"ldap_url": "ldaps://ldap.example.com"},
        {"ldap_bind_dn": "cn=search"},
        {"ldap_filter": "objectClass=person"},
        {"ldap_filter": "((uid=x)"},
        {"ldap_login": "uid)(x=*"},
        {"local_passwords": "none"},
    ],
)
def test_a_setting_that_cannot_be_right_stops_the_start(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FederationSettings(**values)


def test_a_secret_that_others_can_read_stops_the_start(tmp_path: Any) -> None:
    path = tmp_path / "secret"
    for content, mode in (("s", 0o644), ("s", 0o640), (" ", 0o600)):
        path.write_text(content)
        path.chmod(mode)
        with pytest.raises(ValidationError):
            FederationSettings(oidc_client_secret_file=path)
    path.write_text("s")
    path.chmod(0o600)
    assert FederationSettings(oidc_client_secret_file=path).oidc_client_secret_file == path


def test_the_directory_is_asked_over_tls_unless_it_is_here() -> None:
    assert ldap_server("ldaps://ldap.example.com").tls == "implicit"
    assert ldap_server("ldap://ldap.example.com").tls == "starttls"
    assert ldap_server("ldap://127.0.0.1:1389?tls=none").tls == "none"
    assert not safe_address("http://localhost.example.com")
    assert safe_address("http://[::1]:8080/x")
