"""The key that signs back-ups, ledgers and proofs: this installation's, under the root secret."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from dangan.audit.rules import Verifier, public_key_of
from dangan.operations.backup import names
from dangan.operations.backup.rules import signing
from dangan.vault.actions import named_secret

_NAME = "backup-signature"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs as ``dangan/backup/…``."""

    name: str
    key: Ed25519PrivateKey

    def sign(self, body: bytes) -> bytes:
        return signing.sign(body, self.name, self.key)

    @property
    def public(self) -> Verifier:
        return public_key_of(self.name, self.key)


def signer() -> Signer:
    """Made at first use; its public half is written to ``backup.vkey`` in the home."""
    secret = named_secret(_NAME, lambda: secrets.token_bytes(_KEY_BYTES + 8))
    key = Ed25519PrivateKey.from_private_bytes(secret[:_KEY_BYTES])
    found = Signer(f"dangan/backup/{secret[_KEY_BYTES:].hex()}", key)
    file = settings.DANGAN.home / names.PUBLIC_KEY
    if not file.exists():
        file.write_text(f"{found.public}\n", encoding="ascii")
    return found
