"""How a security key is kept: its name and credential as one body, sealed under the account."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from uuid import UUID

from fido2.webauthn import AttestedCredentialData

from dangan.access.factors.models import SecurityKey
from dangan.vault.rules import Place, SubjectKey, seal, unseal


@dataclass(frozen=True, slots=True)
class Kept:
    """What its owner calls a key, and what it signs with."""

    name: str
    credential: AttestedCredentialData


def seal_key(opener: SubjectKey, account: UUID, key: UUID, kept: Kept) -> bytes:
    """The body of one key for its row."""
    credential = base64.b64encode(bytes(kept.credential)).decode()
    body = {"name": kept.name, "credential": credential}
    return seal(opener, _place(account, key), json.dumps(body, ensure_ascii=False).encode())


def open_key(opener: SubjectKey, row: SecurityKey) -> Kept:
    """What :func:`seal_key` sealed."""
    body = json.loads(unseal(opener, _place(row.account_id, row.id), bytes(row.sealed)))
    return Kept(body["name"], AttestedCredentialData(base64.b64decode(body["credential"])))


def _place(account: UUID, key: UUID) -> Place:
    return Place("security_key", account, row=key)
