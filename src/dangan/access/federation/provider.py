"""Talking to the provider: its metadata, its keys, and a code for a token. Bounded in every way.

Each answer has a size and a time it may take; redirects are not followed, and no proxy of the
environment sees what is said. What fails is told apart only as far as somebody can act on it.
"""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from dangan.access.federation import rules
from dangan.access.federation.rules import Flow, Provider, Untrusted

TIMEOUT = httpx.Timeout(5.0, connect=3.0)
DEADLINE = 10.0
"""Seconds after which an answer that drips is given up."""
ANSWER_AT_MOST = 256 * 1024
KEYS_AT_MOST = 32
FRESH = 3600.0
"""Seconds for which metadata and keys are kept."""
RETRY = 15.0
"""Seconds for which a provider that did not answer is not asked again."""
NEW_KEYS = 60.0
"""Seconds between looks for a key that is not known: forged tokens must not make us ask."""

_log = logging.getLogger("dangan.federation")


class Unreachable(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The provider does not answer, or not in the way it should."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was changed for. Used at once and forgotten: no token is ever kept."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    access_token: str


@dataclass(slots=True)
class _Kept:
    """Metadata and keys of the issuer, or the fact that it did not answer."""

    provider: Provider | None = None
    keys: KeySet | None = None
    until: float = 0.0
    looked: float = float("-inf")
    """When the keys were fetched last."""


_kept: dict[str, _Kept] = {}
_one_asks = threading.Lock()


def forget() -> None:
    """Asks the provider anew at the next sign-in."""
    _kept.clear()


def current() -> Provider:
    """The metadata, kept for an hour; raises :class:`Unreachable` or :class:`Untrusted`."""
    return _current()[0]


def _current() -> tuple[Provider, KeySet]:
    issuer = settings.DANGAN.oidc_issuer
    with _one_asks:
        kept = _kept.setdefault(issuer, _Kept())
        now = time.monotonic()
        if now >= kept.until:
            kept.provider, kept.until = None, now + RETRY
            provider = rules.provider_from(_json("GET", _metadata_address()), issuer)
            kept.keys, kept.looked = _fetch_keys(provider), now
            kept.provider, kept.until = provider, now + FRESH
        if kept.provider is None or kept.keys is None:
            raise Unreachable
        return kept.provider, kept.keys


def _newer_keys() -> KeySet:
    """The keys as published now, unless they were fetched just before."""
    provider, keys = _current()
    with _one_asks:
        kept = _kept[settings.DANGAN.oidc_issuer]
        now = time.monotonic()
        if now - kept.looked < NEW_KEYS:
            return kept.keys or keys
        kept.looked = now
        kept.keys = _fetch_keys(provider)
        return kept.keys


def _fetch_keys(provider: Provider) -> KeySet:
    """The public keys that sign tokens. Symmetric ones and those to encrypt with are left out."""
    published = _json("GET", provider.keys).get("keys")
    if not isinstance(published, list):
        raise Untrusted("keys")
    usable = [
        key
        for key in published[:KEYS_AT_MOST]
        if isinstance(key, dict) and key.get("kty") in {"RSA", "EC", "OKP"}
        if key.get("use", "sig") == "sig"
    ]
    found = []
    for key in usable:
        try:
            found += KeySet.import_key_set({"keys": [key]}).keys
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # a curve that is not known here: another key may do
    if not found:
        raise Untrusted("keys")
    return KeySet(found)


def way_there(provider: Provider, state: str, flow: Flow, *, again: bool) -> str:
    """Where the browser goes to sign in; ``again`` asks for a proof even of somebody signed in."""
    more: dict[str, str] = {"prompt": "login", "max_age": "0"} if again else {}
    address: str = prepare_grant_uri(
        provider.authorization,
        client_id=settings.DANGAN.oidc_client_id,
        response_type="code",
        redirect_uri=return_address(),
        scope=" ".join(settings.DANGAN.oidc_scopes),
        state=state,
        nonce=flow.nonce,
        code_challenge=create_s256_code_challenge(flow.verifier),
        code_challenge_method="S256",
        **more,
    )
    return address


def return_address() -> str:
    """Where the provider sends people back: fixed by the configuration, never by a request."""
    return f"{settings.DANGAN.public_url}/sign-in/oidc/callback/"


def change(provider: Provider, code: str, flow: Flow) -> Tokens:
    """Changes the code for an ID token and checks its signature.

    Raises :class:`Unreachable` and :class:`Untrusted`.
    """
    body = prepare_token_request(
        "authorization_code",
        code=code,
        redirect_uri=return_address(),
        code_verifier=flow.verifier,
    )
    secret = _client_secret()
    proof = ClientAuth(
        client_id=settings.DANGAN.oidc_client_id,
        client_secret=secret,
        auth_method=provider.auth_method if secret else "none",
    )
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    _uri, headers, body = proof.prepare("POST", provider.token, headers, body)
    answer = _json("POST", provider.token, headers=headers, content=body, refusal="code")
    token, access = answer.get("id_token"), answer.get("access_token", "")
    if not isinstance(token, str) or not isinstance(access, str):
        raise Untrusted("token")
    header, claims = opened(token)
    return Tokens(header, claims, access)


def more_claims(provider: Provider, tokens: Tokens, sub: str) -> Mapping[str, Any]:
    """The claims of the userinfo endpoint, for providers that put names there only.

    They must be of the same ``sub``, or a token of somebody else was slipped in.
    """
    if not provider.userinfo or not tokens.access_token:
        return {}
    headers = {"Authorization": f"Bearer {tokens.access_token}", "Accept": "application/json"}
    found = _json("GET", provider.userinfo, headers=headers, refusal="userinfo")
    if found.get("sub") != sub:
        raise Untrusted("userinfo")
    return found


def opened(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims of a token that the provider has signed; raises :class:`Untrusted`.

    Only the algorithms that the provider names, of those that take a private key. A key that is
    not known is looked for once a minute at most: providers change theirs.
    """
    provider, keys = _current()
    try:
        return _opened(token, keys, provider)
    except _UnknownKey:
        try:
            return _opened(token, _newer_keys(), provider)
        except _UnknownKey:
            raise Untrusted("signature") from None


class _UnknownKey(Exception):  # noqa: N818
    """No key of the set may have signed this."""


def _opened(
    token: str, keys: KeySet, provider: Provider
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    readable = JWSRegistry(algorithms=provider.algorithms, strict_check_header=False)
    try:
        found = jwt.decode(token, keys, provider.algorithms, readable)
    except (JoseError, ValueError, TypeError) as error:
        if type(error).__name__ in {"BadSignatureError", "InvalidKeyIdError"}:
            raise _UnknownKey from None
        raise Untrusted("signature") from None
    return found.header, found.claims


def _client_secret() -> str:
    path: Path | None = settings.DANGAN.oidc_client_secret_file
    return path.read_text("utf-8").strip() if path else ""


def clock_ahead() -> float:
    """Seconds by which the provider's clock is ahead of ours, as its answers are dated.

    Asks anew. Raises :class:`Unreachable`, also when the answer bears no date.
    """
    with httpx.Client(
        timeout=TIMEOUT, trust_env=False, follow_redirects=False, verify=_trusted()
    ) as client:
        try:
            said = client.head(_metadata_address()).headers.get("Date", "")
            return parsedate_to_datetime(said).timestamp() - time.time()
        except (httpx.HTTPError, OSError, ValueError, TypeError):
            raise Unreachable from None


def _metadata_address() -> str:
    return f"{settings.DANGAN.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"


def _json(
    method: str,
    where: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: str | None = None,
    refusal: str = "",
) -> Mapping[str, Any]:
    """One exchange whose answer is a JSON object.

    Raises :class:`Unreachable`, or :class:`Untrusted` with ``refusal`` where 4xx is an answer to
    what was sent.
    """
    status, body = _exchange(method, where, dict(headers or {}), content)
    if refusal and 400 <= status < 500:
        raise Untrusted(refusal)
    if status != 200:
        _log.warning("the provider answered %s", status)
        raise Unreachable
    try:
        found = json.loads(body)
    except ValueError:
        raise Unreachable from None
    if not isinstance(found, dict):
        raise Unreachable
    return found


def _exchange(
    method: str, where: str, headers: dict[str, str], content: str | None
) -> tuple[int, bytes]:
    ends = time.monotonic() + DEADLINE
    try:
        with (
            httpx.Client(
                timeout=TIMEOUT, trust_env=False, follow_redirects=False, verify=_trusted()
            ) as client,
            client.stream(method, where, headers=headers, content=content) as response,
        ):
            body = b""
            for part in response.iter_bytes():
                body += part
                if len(body) > ANSWER_AT_MOST or time.monotonic() > ends:
                    raise Unreachable
            return response.status_code, body
    except (httpx.HTTPError, OSError) as error:
        _log.warning("the provider could not be reached: %s", type(error).__name__)
        raise Unreachable from None


def _trusted() -> ssl.SSLContext:
    return _trusting(settings.DANGAN.oidc_ca_file)


@lru_cache(maxsize=4)
def _trusting(certificates: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificates) if certificates else None)
