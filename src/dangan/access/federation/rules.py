"""What a provider's answers must be like before anything is believed. Pure: values in, values out.

Sources: OpenID Connect Core 1.0 § 3.1.3.7, Discovery 1.0 § 4.3, Back-Channel Logout 1.0 § 2.6,
RFC 9207 (``iss`` in the answer), RFC 9700 (security practice of OAuth).
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from dangan.config.federation import safe_address

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures that are believed: with a private key only. ``none`` and the HMACs never are."""
SKEW = 60
"""Seconds that the clocks of provider and server may be apart."""
TOKEN_AGE = 10 * 60
"""Seconds after which an ID token is stale: it is fetched right after it was made."""
NOTICE_AGE = 2 * 60
"""Seconds after which a notice of log-out is stale (OWASP ASVS 10.5.5)."""
FLOW_LASTS = 10 * 60
"""Seconds somebody may take at the provider."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST = 255

Purpose = Literal["sign-in", "link", "confirm"]


class Untrusted(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """An answer that is not believed. ``why`` is a fixed word for the log, never a value."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider publishes of itself, as far as it was accepted."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str = ""
    end_session: str = ""
    algorithms: tuple[str, ...] = ("RS256",)
    auth_method: str = "client_secret_basic"
    names_itself: bool = False
    """Whether its answers carry ``iss`` (RFC 9207): then one without it is not its own."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One way to the provider and back, kept in the session that began it, good once."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    target: str
    purpose: Purpose
    at: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says is there. Never stored: only keyed tokens of ``sub`` and ``sid``."""

    sub: str = field(repr=False)
    name: str = field(default="", repr=False)
    sid: str = field(default="", repr=False)
    second_factor: bool = False
    shown: str = field(default="", repr=False)
    """What to call the counterpart on the page that asks whether to link it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that somebody, or one session of theirs, has logged out at the provider."""

    sub: str = field(repr=False)
    sid: str = field(repr=False)
    jti: str = field(repr=False)


def provider_from(body: Mapping[str, Any], issuer: str) -> Provider:
    """The metadata of ``issuer``; raises :class:`Untrusted`.

    It must name exactly the issuer that is configured, so that no provider speaks for another,
    and addresses on which nobody can listen in.
    """
    if body.get("issuer") != issuer:
        raise Untrusted("issuer")
    needed = {"authorization_endpoint", "token_endpoint", "jwks_uri"}
    optional = {"userinfo_endpoint", "end_session_endpoint"}
    places = {name: body.get(name, "") for name in needed | optional}
    for name, place in places.items():
        if not isinstance(place, str) or (place and not safe_address(place)):
            raise Untrusted("address")
        if name in needed and not place:
            raise Untrusted("metadata")
    challenges = body.get("code_challenge_methods_supported")
    if isinstance(challenges, list) and "S256" not in challenges:
        raise Untrusted("pkce")
    offered = _words(body.get("id_token_signing_alg_values_supported")) or ["RS256"]
    algorithms = tuple(name for name in ALGORITHMS if name in offered)
    if not algorithms:
        raise Untrusted("algorithm")
    return Provider(
        issuer=issuer,
        authorization=places["authorization_endpoint"],
        token=places["token_endpoint"],
        keys=places["jwks_uri"],
        userinfo=places["userinfo_endpoint"],
        end_session=places["end_session_endpoint"],
        algorithms=algorithms,
        auth_method=_auth_method(_words(body.get("token_endpoint_auth_methods_supported"))),
        names_itself=body.get("authorization_response_iss_parameter_supported") is True,
    )


def _auth_method(offered: Collection[str]) -> str:
    """How the client proves itself; the specification's default where nothing is said."""
    if "client_secret_post" in offered and "client_secret_basic" not in offered:
        return "client_secret_post"
    return "client_secret_basic"


def check_return(
    parameters: Mapping[str, str], flow: Flow | None, provider: Provider, now: int
) -> str:
    """The code in the provider's answer to ``flow``; raises :class:`Untrusted`."""
    if flow is None or not 0 <= now - flow.at <= FLOW_LASTS:
        raise Untrusted("state")
    named = parameters.get("iss")
    if (named is None and provider.names_itself) or named not in (None, provider.issuer):
        raise Untrusted("mix-up")
    if parameters.get("error"):
        raise Untrusted("denied" if parameters["error"] == "access_denied" else "provider")
    code = parameters.get("code", "")
    if not code or len(code) > 4096:
        raise Untrusted("code")
    return code


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must fit: our provider, us, our question, and the access token with it."""

    issuer: str
    client: str
    nonce: str = field(repr=False)
    access_token: str = field(default="", repr=False)
    logged_in_since: int | None = None
    """The person must have proved themselves there not earlier than this."""


def check_token(
    claims: Mapping[str, Any], header: Mapping[str, Any], expected: Expected, now: int
) -> str:
    """The ``sub`` of an ID token whose signature is right; raises :class:`Untrusted`."""
    if header.get("typ") == "logout+jwt":
        raise Untrusted("kind")
    _check_common(claims, expected.issuer, expected.client, now, TOKEN_AGE)
    token = CodeIDToken(
        dict(claims),
        dict(header),
        options={"iss": {"essential": True, "value": expected.issuer}},
        params={
            "nonce": expected.nonce,
            "client_id": expected.client,
            "access_token": expected.access_token,
        },
    )
    try:
        token.validate(now=now, leeway=SKEW)
    except (JoseError, TypeError, ValueError) as error:
        raise Untrusted(_short(error)) from None
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(
        given.encode(), expected.nonce.encode()
    ):
        raise Untrusted("nonce")
    since = claims.get("auth_time")
    if expected.logged_in_since is not None and (
        not isinstance(since, int) or since < expected.logged_in_since - SKEW
    ):
        raise Untrusted("auth_time")
    return _text(claims, "sub", "sub")


def identity_from(
    sub: str, claims: Mapping[str, Any], *, claim: str, second_factor: Collection[str]
) -> Identity:
    """Who is there, from claims that have been checked."""
    name = claims.get(claim, "")
    if claim == "email" and claims.get("email_verified") is not True:
        name = ""  # an address that nobody has proved to be theirs
    name = name if isinstance(name, str) and len(name) <= LONGEST and claim != "sub" else ""
    sid = claims.get("sid")
    shown = claims.get("preferred_username") or claims.get("name") or ""
    return Identity(
        sub=sub,
        name=name,
        sid=sid if isinstance(sid, str) and len(sid) <= LONGEST else "",
        second_factor=counts_as_second(claims, second_factor),
        shown=shown[:60] if isinstance(shown, str) else "",
    )


def counts_as_second(claims: Mapping[str, Any], accepted: Collection[str]) -> bool:
    """Whether ``acr`` or ``amr`` holds a value that the house has said to be a second factor."""
    found = [claims.get("acr"), *_words(claims.get("amr"))]
    return any(value in accepted for value in found if isinstance(value, str))


def notice_from(
    claims: Mapping[str, Any], header: Mapping[str, Any], *, issuer: str, client: str, now: int
) -> Notice:
    """What a log-out token says; raises :class:`Untrusted` (Back-Channel Logout § 2.6)."""
    if str(header.get("typ", "")).lower().removeprefix("application/") != "logout+jwt":
        raise Untrusted("kind")
    _check_common(claims, issuer, client, now, NOTICE_AGE)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise Untrusted("events")
    if "nonce" in claims:
        raise Untrusted("nonce")
    sub, sid = claims.get("sub", ""), claims.get("sid", "")
    if not all(isinstance(value, str) and len(value) <= LONGEST for value in (sub, sid)):
        raise Untrusted("sub")
    if not sub and not sid:
        raise Untrusted("sub")
    return Notice(sub, sid, _text(claims, "jti", "jti"))


def _check_common(
    claims: Mapping[str, Any], issuer: str, client: str, now: int, oldest: int
) -> None:
    """Issuer, audience and times. Further audiences are refused: whoever else the token is for
    could have passed it on to us."""
    if claims.get("iss") != issuer:
        raise Untrusted("iss")
    if claims.get("aud") not in (client, [client]):
        raise Untrusted("aud")
    issued, expires = claims.get("iat"), claims.get("exp")
    for moment in (issued, expires):
        if not isinstance(moment, int) or isinstance(moment, bool):
            raise Untrusted("time")
    assert isinstance(issued, int) and isinstance(expires, int)  # noqa: S101 - for the type checker
    if expires <= now - SKEW:
        raise Untrusted("expired")
    if issued > now + SKEW:
        raise Untrusted("clock")
    if issued < now - oldest - SKEW:
        raise Untrusted("stale")


def same_name(one: str, other: str) -> bool:
    """Whether two log-in names are the same, letter for letter but for case and width.

    Stricter than the token by which an account is found, which folds ß to ss: whoever has another
    name in the directory must not come in under this one.
    """
    plain = [unicodedata.normalize("NFKC", name).strip().lower() for name in (one, other)]
    return bool(plain[0]) and plain[0] == plain[1]


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _text(claims: Mapping[str, Any], name: str, why: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        raise Untrusted(why)
    return value


def _short(error: Exception) -> str:
    """The claim that an error of the library is about; its text may quote values."""
    claim = getattr(error, "claim", None)
    return claim if isinstance(claim, str) and claim.isidentifier() else "token"
