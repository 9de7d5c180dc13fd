"""Checkpoints: C2SP tlog-checkpoint bodies as C2SP signed notes, signed with Ed25519.

::

    dangan/log/5f0c…            origin, also the name of the key
    4821                        number of leaves
    CsUYapGGPo4dkMgIAUqom/…=    root hash

    — dangan/log/5f0c… Az3grlgtzPICa5OS8…=
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
_DASH = "\N{EM DASH} "
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class BadNote(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A note, a checkpoint or a key is not of the form it must have, or its signature is wrong."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A promise about the log: so many leaves, this root."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, key: Ed25519PrivateKey) -> str:
        """The signed note of this checkpoint."""
        text = self.body()
        public = key.public_key().public_bytes_raw()
        signature = key_number(self.origin, public) + key.sign(text.encode())
        return f"{text}\n{_DASH}{self.origin} {base64.b64encode(signature).decode()}\n"

    @classmethod
    def parse(cls, body: str) -> Checkpoint:
        """The checkpoint in a note's text; raises :class:`BadNote`."""
        lines = body.split("\n")
        if len(lines) < 4 or lines[-1] or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise BadNote("not a checkpoint")
        root = _decode(lines[2])
        if len(root) != 32:
            raise BadNote("the root is not 32 bytes long")
        return cls(lines[0], int(lines[1]), root)


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and its name. As text: ``name+key number+base64(type ‖ key)``."""

    name: str
    key: bytes

    def __str__(self) -> str:
        number = key_number(self.name, self.key).hex()
        return f"{self.name}+{number}+{base64.b64encode(ED25519 + self.key).decode()}"

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """The key in its text form; raises :class:`BadNote`."""
        parts = text.strip().split("+", 2)
        if len(parts) != 3:
            raise BadNote("not a public key of the form name+number+key")
        name, number, encoded = parts
        raw = _decode(encoded)
        if raw[:1] != ED25519 or len(raw) != 33 or key_number(name, raw[1:]).hex() != number:
            raise BadNote("the public key is damaged")
        return cls(name, raw[1:])

    def open(self, note: str) -> Checkpoint:
        """The checkpoint that this key signed; raises :class:`BadNote`."""
        body, found, signatures = note.rpartition("\n\n")
        if not found or not signatures.endswith("\n"):
            raise BadNote("not a signed note")
        text = body + "\n"
        for line in signatures.splitlines():
            signature = self._own(line)
            if signature is None:
                continue
            try:
                Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text.encode())
            except InvalidSignature:
                raise BadNote("the signature is wrong") from None
            checkpoint = Checkpoint.parse(text)
            if checkpoint.origin != self.name:
                raise BadNote("the checkpoint is of another log")
            return checkpoint
        raise BadNote("the log's key did not sign this note")

    def _own(self, line: str) -> bytes | None:
        """The signature in a signature line if it is by this key."""
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or name != self.name:
            return None
        raw = _decode(encoded)
        return raw[4:] if raw[:4] == key_number(self.name, self.key) else None


def key_number(name: str, public: bytes) -> bytes:
    """The four bytes by which a signed note names its key."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def public_key_of(origin: str, key: Ed25519PrivateKey) -> Verifier:
    """The public half of a signing key under its name."""
    return Verifier(origin, key.public_key().public_bytes_raw())


def split_notes(lines: Iterable[str]) -> Iterable[str]:
    """The signed notes in a file's lines (with their ends), each followed by an empty line.

    What is not a note comes out as it stands: opening it raises :class:`BadNote`.
    """
    note: list[str] = []
    signed = False
    for line in lines:
        ended = line == "\n"
        if ended and signed:
            yield "".join(note)
            note, signed = [], False
            continue
        signed = signed or line.startswith(_DASH)
        if note or not ended:
            note.append(line)
    if note:
        yield "".join(note)


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadNote("not base64") from None
