"""Signed documents: JSON, an empty line, and a signature line like those of the log's notes.

The key's text form is that of C2SP signed notes (``name+number+base64``), so one tool reads both.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dangan.audit.rules.notes import BadNote, Verifier, key_number
from dangan.operations.backup.rules.problems import Forged

_DASH = "\N{EM DASH} "


def sign(body: bytes, name: str, key: Ed25519PrivateKey) -> bytes:
    """The document with its signature line."""
    public = key.public_key().public_bytes_raw()
    raw = key_number(name, public) + key.sign(body)
    return body + f"\n\n{_DASH}{name} {base64.b64encode(raw).decode()}\n".encode()


def open_signed(document: bytes, public: Verifier, *, what: str) -> bytes:
    """The body that ``public`` signed; raises :class:`Forged` naming ``what``."""
    body, found, line = document.rpartition(b"\n\n")
    name, _, encoded = line.decode("utf-8", "replace").strip().removeprefix(_DASH).partition(" ")
    if not found or not encoded:
        raise Forged(f"{what}没有签名，不予采用。")
    if name != public.name:
        raise Forged(f"{what}由另一把密钥（{name[:60]}）签名，不是给定的公钥，不予采用。")
    try:
        raw = base64.b64decode(encoded, validate=True)
        if raw[:4] != key_number(public.name, public.key):
            raise InvalidSignature
        Ed25519PublicKey.from_public_bytes(public.key).verify(raw[4:], body)
    except (InvalidSignature, binascii.Error):
        raise Forged(f"{what}的签名不对，内容被改动过，不予采用。") from None
    return body


def verifier_of(text: str) -> Verifier:
    """The public key in ``text``; raises :class:`Forged`."""
    try:
        return Verifier.parse(text)
    except BadNote:
        raise Forged("备份公钥读不出来。它是一行文字，形如 dangan/backup/…+…+…。") from None


def fingerprint(document: bytes) -> str:
    """SHA-256 of a document, by which a report says which manifest it is about."""
    return hashlib.sha256(document).hexdigest()
