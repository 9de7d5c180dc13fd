"""Security keys and passkeys (WebAuthn level 2): registering them and checking what they sign.

What is checked of an answer, beside the signature (W3C WebAuthn § 7.1, 7.2): it answers a
challenge of ours that nobody answered before, that was asked of this account, in this session,
not long ago; it was made on a page of ours; for our name; by a key of this account; with the
person's presence and verification (a PIN or a finger); and its counter is ahead of the last one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from dangan.access import profiles
from dangan.access.factors.actions.common import WrongCode, own_account, wrong
from dangan.access.factors.actions.leaving import keep_one
from dangan.access.factors.credentials import Kept, open_key, seal_key
from dangan.access.factors.models import Challenge, SecurityKey
from dangan.access.models import Account
from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault.queries import key_of, token_of
from dangan.vault.rules import SubjectKey

ANSWER_WITHIN = timedelta(minutes=5)
MOST = 10
"""Keys an account may have."""
NAME_MOST = 30
Purpose = Literal["register", "prove"]
Options = dict[str, Any]
Answer = TypeVar("Answer", RegistrationResponse, AuthenticationResponse)


class KeyProblem(Exception):  # noqa: N818 - an answer to the person
    """A key cannot be added or named so; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def origin() -> str:
    """Where our pages are, as browsers write it."""
    parts = urlsplit(settings.DANGAN.public_url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def usable() -> bool:
    """Whether browsers let keys be used here: a name, and https unless it is this machine."""
    parts = urlsplit(settings.DANGAN.public_url)
    host = parts.hostname or ""
    named = any(c.isalpha() for c in host) and ":" not in host
    return named and (parts.scheme == "https" or host == "localhost")


def begin_key(actor: Actor, *, session: str) -> Options:
    """What ``navigator.credentials.create`` needs for one more key of the actor's own account.

    Raises :class:`KeyProblem` when there are enough.
    """
    account = own_account(actor)
    opener = profiles.fill_in([account])[account.id]
    held = _held(account.id, opener)
    if len(held) >= MOST:
        raise KeyProblem(Message("最多添加 {most} 个安全密钥，请先移除不用的。", most=MOST))
    user = PublicKeyCredentialUserEntity(
        id=account.id.bytes, name=account.login, display_name=account.name
    )
    options, _state = _server().register_begin(
        user,
        [_described(kept.credential) for _row, kept in held],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=_ask(account.id, "register", session),
    )
    return dict(dict(options)["publicKey"])


def add_key(actor: Actor, *, name: str, answer: str, session: str) -> UUID:
    """Keeps the key that answered. Raises :class:`KeyProblem`."""
    account = own_account(actor)
    name = _checked_name(name)
    data = _registered(actor, answer, session)
    credential = data.credential_data if data else None
    if data is None or credential is None:
        raise KeyProblem(Message("没有添加。安全密钥的回答不能用，可能等得太久，请重新添加。"))
    with recording(actor):
        Account.objects.select_for_update().get(pk=account.pk)
        opener = key_of(account.id)
        held = _held(account.id, opener)
        there = {kept.credential.credential_id for _row, kept in held}
        if len(held) >= MOST or credential.credential_id in there:
            raise KeyProblem(Message("这个安全密钥已经添加过。"))
        row = SecurityKey(id=uuid4(), account=account, sign_count=data.counter)
        row.sealed = seal_key(opener, account.id, row.id, Kept(name, credential))
        row.save(force_insert=True)
        actor.trail.add(Event("second_factor.set", object=str(row.id), facts={"how": "key"}))
    return row.id


def rename_key(actor: Actor, *, key: UUID, name: str) -> None:
    """Another name for one of the actor's keys. Raises :class:`KeyProblem`, :class:`Absent`."""
    name = _checked_name(name)
    with recording(actor):
        row = _own_key(actor, key)
        opener = key_of(actor.id)
        kept = replace(open_key(opener, row), name=name)
        row.sealed = seal_key(opener, actor.id, row.id, kept)
        row.save(update_fields=["sealed"])
        actor.trail.add(Event("second_factor.name", object=str(row.id)))


def remove_key(actor: Actor, *, key: UUID) -> None:
    """The key counts no more. Raises :class:`LastFactor`, :class:`Absent`."""
    with recording(actor):
        row = _own_key(actor, key)
        keep_one(actor, leaving="key")
        row.delete()
        actor.trail.add(Event("second_factor.remove", object=str(key), facts={"how": "key"}))


def ask_key(account: UUID, *, session: str) -> Options:
    """What ``navigator.credentials.get`` needs to let a key of the account answer."""
    held = _held(account, key_of(account))
    options, _state = _server().authenticate_begin(
        [_described(kept.credential) for _row, kept in held],
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=_ask(account, "prove", session),
    )
    return dict(dict(options)["publicKey"])


def prove_key(actor: Actor, *, answer: str, session: str) -> None:
    """A key of this account signed our challenge just now. Raises :class:`WrongCode`."""
    response = _parsed(AuthenticationResponse, answer)
    challenge = response.response.client_data.challenge if response else b""
    if response is None or not _answered(actor.id, "prove", session, challenge):
        raise _wrong(actor)
    with recording(actor):
        row = _signer(actor.id, response, challenge)
        if row is None:
            raise _wrong(actor)
        # A counter that does not move ahead means that there are two of this key (§ 6.1.1).
        counter = response.response.authenticator_data.counter
        if (counter or row.sign_count) and counter <= row.sign_count:
            event = Event("second_factor.copied", outcome="failed", object=str(row.id))
            actor.trail.add(event)
            raise _wrong(actor)
        row.sign_count, row.used_at = counter, timezone.now()
        row.save(update_fields=["sign_count", "used_at"])
        event = Event("second_factor.prove", object=str(actor.id), facts={"how": "key"})
        actor.trail.add(event)


def _server() -> Fido2Server:
    host = urlsplit(settings.DANGAN.public_url).hostname or ""
    # A page of ours only: the rule of the library would take every subdomain.
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=host, name="dangan"),
        verify_origin=lambda given: given == origin(),
    )


def _ask(account: UUID, purpose: Purpose, session: str) -> bytes:
    """A new challenge; what nobody answered in time goes."""
    now = timezone.now()
    Challenge.objects.filter(expires_at__lt=now).delete()
    challenge = secrets.token_bytes(32)
    Challenge.objects.create(
        account_id=account,
        purpose=purpose,
        digest=hashlib.sha256(challenge).digest(),
        browser=_browser(session),
        expires_at=now + ANSWER_WITHIN,
    )
    return challenge


def _answered(account: UUID, purpose: Purpose, session: str, challenge: bytes) -> bool:
    """Whether this challenge was asked so and is answered for the first time; it is gone then.

    Whatever comes of the answer: who fails asks for another one. The deletion takes the row's
    lock, so of two answers at once one finds nothing.
    """
    gone, _kinds = Challenge.objects.filter(
        account=account,
        purpose=purpose,
        digest=hashlib.sha256(challenge).digest(),
        browser=_browser(session),
        expires_at__gt=timezone.now(),
    ).delete()
    return gone == 1


def _browser(session: str) -> int:
    return token_of("factor.session", session)


def _registered(actor: Actor, answer: str, session: str) -> AuthenticatorData | None:
    """What a new key said of itself; None unless everything is right."""
    response = _parsed(RegistrationResponse, answer)
    challenge = response.response.client_data.challenge if response else b""
    if response is None or not _answered(actor.id, "register", session, challenge):
        return None
    try:
        return _server().register_complete(_state(challenge), response)
    except ValueError:
        return None


def _signer(
    account: UUID, response: AuthenticationResponse, challenge: bytes
) -> SecurityKey | None:
    """The key of the account that signed, its row locked; None unless everything is right."""
    rows = SecurityKey.objects.select_for_update().filter(account=account)
    opener = key_of(account)
    held = {kept.credential.credential_id: (row, kept) for row, kept in _opened(rows, opener)}
    try:
        credential = _server().authenticate_complete(
            _state(challenge), [kept.credential for _row, kept in held.values()], response
        )
    except ValueError:
        return None
    return held[credential.credential_id][0]


def _held(account: UUID, opener: SubjectKey) -> list[tuple[SecurityKey, Kept]]:
    return _opened(SecurityKey.objects.filter(account=account), opener)


def _opened(rows: Iterable[SecurityKey], opener: SubjectKey) -> list[tuple[SecurityKey, Kept]]:
    return [(row, open_key(opener, row)) for row in rows]


def _state(challenge: bytes) -> Mapping[str, Any]:
    encoded = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
    return {
        "challenge": encoded,
        "user_verification": UserVerificationRequirement.REQUIRED,
    }


def _parsed(kind: type[Answer], answer: str) -> Answer | None:
    """What a browser's script sent; None for anything that is no such answer.

    The library raises what it stumbles over: the text is the browser's, so it may be anything.
    """
    try:
        found = json.loads(answer)
        return kind.from_dict(found) if isinstance(found, dict) else None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error):
        return None


def _described(credential: AttestedCredentialData) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        type=PublicKeyCredentialType.PUBLIC_KEY, id=credential.credential_id
    )


def _own_key(actor: Actor, key: UUID) -> SecurityKey:
    own_account(actor)
    row = SecurityKey.objects.select_for_update().filter(pk=key, account=actor.id).first()
    if row is None:
        raise Absent
    return row


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_MOST:
        raise KeyProblem(Message("给安全密钥起个名字，最多 {most} 个字。", most=NAME_MOST))
    return name


def _wrong(actor: Actor) -> WrongCode:
    return wrong(actor, "key", Message("安全密钥没有通过验证，请再试一次，或换一种方式。"))
