"""Sealing values: the format, the keys of one person, the two cipher suites. Pure.

A sealed value is ``suite(1) ‖ key version(2) ‖ nonce(12) ‖ ciphertext ‖ tag(16)``. Its place —
kind, subject, information set, row, row version — is authenticated with it, so a value that was
moved, swapped or altered does not open (:class:`Tampered`).

Suite 1 is AES-256-GCM with HKDF and HMAC over SHA-256 (NIST SP 800-38D, RFC 5869); suite 2 is
SM4-GCM with HKDF and HMAC over SM3 (GB/T 32907, GB/T 32905, RFC 8998).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

SYSTEM = UUID(int=1)
"""The vault subject that owns what belongs to nobody's dossier: the log's reasons, import files."""

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
BLOCK = 16
HEAD_BYTES = 3
OVERHEAD = HEAD_BYTES + NONCE_BYTES + TAG_BYTES
"""Bytes a sealed value has more than its padded plaintext."""


class VaultError(Exception):
    """Why a value cannot be sealed or opened.

    ``text`` is the Chinese sentence for the reader, with ``params`` for its placeholders; neither
    holds personal data, so both may be logged.
    """

    text = ""

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.text.format(**params))


class Tampered(VaultError):  # noqa: N818 - reads as a sentence where it is raised
    """A value does not belong where it stands, or its bytes were changed."""

    text = "这条数据与封存时不一致，系统没有显示它。原文可从备份恢复，请告知系统管理员核验日志。"


class KeyDestroyed(VaultError):  # noqa: N818 - reads as a sentence where it is raised
    """The subject's key does not exist: its data cannot be opened by anybody, ever."""

    text = "这份档案的密钥已销毁，内容无法再打开。"


class KeyKept(VaultError):  # noqa: N818 - reads as a sentence where it is raised
    """The subject's key may not be destroyed as things stand."""

    text = "这份密钥不能这样销毁，数据没有受损。销毁档案请走档案销毁流程。"


class UnknownSuite(VaultError):  # noqa: N818 - reads as a sentence where it is raised
    """A value is sealed with a cipher suite that this version does not know."""

    text = "这条数据用本版本不认识的加密套件（{suite}）封存，数据没有受损。请升级后再打开。"


class RootSecretMissing(VaultError):  # noqa: N818 - reads as a sentence where it is raised
    """The root secret file is absent, or is not the one this database was made with."""

    text = (
        "根密钥文件 {path} 不存在，或与数据库不符，封存的数据无法打开；数据没有受损。"
        "请把原来的根密钥文件放回该位置，再重新启动。"
    )


class RootSecretExposed(VaultError):  # noqa: N818 - reads as a sentence where it is raised
    """Others on the machine may read the root secret file."""

    text = "根密钥文件 {path} 可被其他账号读取。请执行 chmod 600 {path}，再重新启动。"


class Suite(IntEnum):
    """A cipher suite; the number is the first byte of every sealed value."""

    AES = 1
    SM = 2


SUITES = {"aes": Suite.AES, "sm": Suite.SM}
"""The names the setting ``DANGAN_CIPHER_SUITE`` takes."""

_HASHES = {Suite.AES: "sha256", Suite.SM: "sm3"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands: its associated data.

    ``kind`` also chooses the key: ``event`` the audit key, ``file`` the file key, every other
    kind the record key.
    """

    kind: str
    subject: UUID
    info_set: str = ""
    row: UUID | None = None
    version: int = 0

    def associated_data(self, suite: int, key_version: int) -> bytes:
        """The bytes authenticated with a value: every component with its length before it."""
        kind, info_set = self.kind.encode(), self.info_set.encode()
        row = b"" if self.row is None else self.row.bytes
        return b"%b%b%b%b%b%b%b\x00\x10%b\x00\x08%b" % (
            b"\x00\x01%c\x00\x02%c%c" % (suite, key_version >> 8, key_version & 0xFF),
            len(kind).to_bytes(2, "big"),
            kind,
            len(info_set).to_bytes(2, "big"),
            info_set,
            len(row).to_bytes(2, "big"),
            row,
            self.subject.bytes,
            self.version.to_bytes(8, "big"),
        )


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """The keys of one person, derived from that person's data key.

    ``suite`` is the one new values are sealed with; values of the other suite open as well.
    """

    subject: UUID
    version: int
    suite: Suite
    data_key: bytes = field(repr=False)

    @property
    def records(self) -> bytes:
        return derive(self.data_key, "records", self.suite)

    @property
    def files(self) -> bytes:
        return derive(self.data_key, "files", self.suite)

    @property
    def audit(self) -> bytes:
        return derive(self.data_key, "audit", self.suite)


_PURPOSES = {"event": "audit", "file": "files"}

_INFO = {
    (purpose, suite): b"dangan/1/%b/%d\x01" % (purpose.encode(), suite)
    for purpose in ("records", "files", "audit", "wrap")
    for suite in Suite
}


def derive(data_key: bytes, purpose: str, suite: Suite) -> bytes:
    """One key out of a data key: HKDF-Expand (RFC 5869 § 2.3), 32 bytes for AES, 16 for SM4."""
    output = hmac.digest(data_key, _INFO[purpose, suite], _HASHES[suite])
    return output if suite is Suite.AES else output[:16]


def hkdf(secret: bytes, *, info: bytes, salt: bytes = b"", suite: Suite = Suite.AES) -> bytes:
    """HKDF (RFC 5869), extract and expand, 32 bytes, over the suite's hash."""
    name = _HASHES[suite]
    extracted = hmac.digest(salt or bytes(32), secret, name)
    return hmac.digest(extracted, info + b"\x01", name)


def pad(plaintext: bytes) -> bytes:
    """Up to the next multiple of 16 bytes, always by at least one (ISO/IEC 7816-4)."""
    return plaintext + b"\x80" + bytes(-(len(plaintext) + 1) % BLOCK)


def unpad(padded: bytes) -> bytes:
    """What :func:`pad` was given; raises :class:`Tampered` for anything it cannot have made."""
    stripped = padded.rstrip(b"\x00")
    if not stripped.endswith(b"\x80") or len(padded) % BLOCK or len(padded) - len(stripped) > 15:
        raise Tampered
    return stripped[:-1]


def seal(key: SubjectKey, place: Place, plaintext: bytes) -> bytes:
    """Seal ``plaintext`` for ``place`` under the subject's key and the suite for new values."""
    return seal_with_nonce(key, place, plaintext, nonce=os.urandom(NONCE_BYTES))


def seal_with_nonce(key: SubjectKey, place: Place, plaintext: bytes, *, nonce: bytes) -> bytes:
    """As :func:`seal`, with a given nonce: for known-answer tests only.

    A nonce used twice under one key gives away the key stream: never call this elsewhere.
    """
    if place.subject != key.subject:
        raise ValueError("the place names another subject than the key")
    suite = key.suite
    cipher_key = derive(key.data_key, _PURPOSES.get(place.kind, "records"), suite)
    aad = place.associated_data(suite, key.version)
    head = b"%c%c%c" % (suite, key.version >> 8, key.version & 0xFF)
    return head + nonce + encrypt(suite, cipher_key, nonce, pad(plaintext), aad)


def unseal(key: SubjectKey, place: Place, sealed: bytes) -> bytes:
    """Open ``sealed``, which stands at ``place``.

    Raises :class:`Tampered` when any byte or any part of the place differs from what was sealed
    and :class:`UnknownSuite` for a suite that does not exist.
    """
    if len(sealed) < OVERHEAD + BLOCK:
        raise Tampered
    suite = suite_of(sealed[0])
    if int.from_bytes(sealed[1:HEAD_BYTES], "big") != key.version or place.subject != key.subject:
        raise Tampered
    cipher_key = derive(key.data_key, _PURPOSES.get(place.kind, "records"), suite)
    aad = place.associated_data(suite, key.version)
    nonce = sealed[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
    return unpad(decrypt(suite, cipher_key, nonce, sealed[HEAD_BYTES + NONCE_BYTES :], aad))


def digest(sealed: bytes) -> bytes:
    """SHA-256 of a sealed value: what the log keeps so that a roll-back of data shows."""
    return hashlib.sha256(sealed).digest()


def suite_of(number: int) -> Suite:
    """The suite with this number; raises :class:`UnknownSuite`."""
    if number == 1:
        return Suite.AES
    if number == 2:
        return Suite.SM
    raise UnknownSuite(suite=number)


def encrypt(suite: Suite, key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Ciphertext and tag. Raw: callers keep nonces apart."""
    if suite is Suite.AES:
        return AESGCM(key).encrypt(nonce, plaintext, aad)
    encryptor = Cipher(SM4(key), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    return encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def decrypt(suite: Suite, key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The plaintext of :func:`encrypt`; raises :class:`Tampered`."""
    try:
        if suite is Suite.AES:
            return AESGCM(key).decrypt(nonce, sealed, aad)
        decryptor = Cipher(SM4(key), GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(aad)
        return decryptor.update(sealed[:-TAG_BYTES]) + decryptor.finalize()
    except InvalidTag:
        raise Tampered from None


class KeyWrapper:
    """Seals keys under one secret: ``suite(1) ‖ nonce(12) ‖ ciphertext ‖ tag(16)``.

    ``label`` and ``context`` (numbers below 2¹²⁸) say which key it is and are authenticated, so
    a wrapped key put in another's row does not open. Holds key material: keep it for one request.
    """

    __slots__ = ("_aes", "_secret", "_sm")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._aes: AESGCM | None = None
        self._sm = b""

    def wrap(self, suite: Suite, key: bytes, *, label: str, context: tuple[int, ...]) -> bytes:
        """``key`` sealed with ``suite``."""
        nonce = os.urandom(NONCE_BYTES)
        aad = _wrapping_data(suite, label, context)
        if suite is Suite.AES:
            return b"\x01" + nonce + self._aes_cipher().encrypt(nonce, key, aad)
        return b"\x02" + nonce + encrypt(suite, self._sm_key(), nonce, key, aad)

    def unwrap(self, wrapped: bytes, *, label: str, context: tuple[int, ...]) -> bytes:
        """The key given to :meth:`wrap`; raises :class:`Tampered` and :class:`UnknownSuite`."""
        if len(wrapped) <= 1 + NONCE_BYTES + TAG_BYTES:
            raise Tampered
        suite = suite_of(wrapped[0])
        nonce, body = wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
        aad = _wrapping_data(suite, label, context)
        if suite is Suite.SM:
            return decrypt(suite, self._sm_key(), nonce, body, aad)
        try:
            return self._aes_cipher().decrypt(nonce, body, aad)
        except InvalidTag:
            raise Tampered from None

    def _aes_cipher(self) -> AESGCM:
        if self._aes is None:
            self._aes = AESGCM(derive(self._secret, "wrap", Suite.AES))
        return self._aes

    def _sm_key(self) -> bytes:
        self._sm = self._sm or derive(self._secret, "wrap", Suite.SM)
        return self._sm


def _wrapping_data(suite: Suite, label: str, context: tuple[int, ...]) -> bytes:
    name = label.encode()
    numbers = b"".join([number.to_bytes(16, "big") for number in context])
    return b"%c%c%b%c%b" % (suite, len(name), name, len(context), numbers)
