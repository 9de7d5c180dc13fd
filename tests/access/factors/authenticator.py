"""A security key in software, and the browser that speaks for it: what a site is answered."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

Options = dict[str, Any]
FLAG = AuthenticatorData.FLAG


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Authenticator:
    """One key. ``counter`` goes up with every use; ``origin`` is the page it is used on."""

    origin: str
    counter: int = 0
    verified: bool = True
    id: bytes = field(default_factory=lambda: os.urandom(32))
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def flags(self) -> FLAG:
        return FLAG.UP | FLAG.UV if self.verified else FLAG.UP

    def register(self, options: Options, *, rp: str | None = None) -> str:
        """What ``navigator.credentials.create`` gives, as the page sends it."""
        public = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = AuthenticatorData.create(
            self._rp(rp or options["rp"]["id"]), self.flags | FLAG.AT, self.counter, credential
        )
        client = self._client("webauthn.create", options["challenge"])
        made = {
            "clientDataJSON": b64(client),
            "attestationObject": b64(AttestationObject.create("none", data, {})),
        }
        return self._answer(made)

    def sign(self, options: Options, *, rp: str | None = None, moves: bool = True) -> str:
        """What ``navigator.credentials.get`` gives, as the page sends it."""
        self.counter += moves
        data = AuthenticatorData.create(self._rp(rp or options["rpId"]), self.flags, self.counter)
        client = self._client("webauthn.get", options["challenge"])
        signed = self.private.sign(
            bytes(data) + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        made = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(signed),
        }
        return self._answer(made)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _rp(self, name: str) -> bytes:
        return hashlib.sha256(name.encode()).digest()

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {
                "id": b64(self.id),
                "rawId": b64(self.id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )
