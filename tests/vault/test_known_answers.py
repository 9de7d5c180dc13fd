"""The forms that stored values have, computed again from their description with another library.

What is sealed today must open in ten years: a change of one byte of these forms is a change of
format, whoever makes it.
"""

from __future__ import annotations

import hmac
import os
import stat
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from django.db import connection

from dangan.vault import secrets
from dangan.vault.rules import (
    KeyWrapper,
    Place,
    SubjectKey,
    Suite,
    Tampered,
    seal_with_nonce,
    unpad,
    unseal,
)
from dangan.vault.secrets import RootSecret

WHO = UUID("00112233-4455-6677-8899-aabbccddeeff")
ROW = UUID("ffeeddcc-bbaa-9988-7766-554433221100")
SECRET = bytes(range(32))
NONCE = bytes(12)


def expanded(secret: bytes, info: bytes) -> bytes:
    return HKDFExpand(SHA256(), 32, info).derive(secret)


def hkdf_of(info: bytes, algorithm: HashAlgorithm) -> bytes:
    return HKDF(algorithm, 32, None, info).derive(SECRET)


def test_the_place_of_a_value_byte_by_byte() -> None:
    place = Place("record", WHO, "pay", ROW, 515)
    assert place.associated_data(1, 258) == (
        b"\x00\x01\x01"  # suite
        b"\x00\x02\x01\x02"  # key version
        b"\x00\x06record"
        b"\x00\x03pay" + b"\x00\x10" + ROW.bytes + b"\x00\x10" + WHO.bytes
        + b"\x00\x08\x00\x00\x00\x00\x00\x00\x02\x03"
    )  # fmt: skip
    without_row = Place("event", WHO).associated_data(2, 1)
    assert without_row == (
        b"\x00\x01\x02\x00\x02\x00\x01\x00\x05event\x00\x00\x00\x00\x00\x10" + WHO.bytes
        + b"\x00\x08" + bytes(8)
    )  # fmt: skip


def test_a_value_under_a_late_key_version_opens_with_another_library() -> None:
    key, place = SubjectKey(WHO, 0x0203, Suite.AES, SECRET), Place("record", WHO, "pay", ROW, 1)
    sealed = seal_with_nonce(key, place, b"8000", nonce=NONCE)
    assert sealed[:3] == b"\x01\x02\x03"
    cipher = AESGCM(expanded(SECRET, b"dangan/1/records/1"))
    opened = cipher.decrypt(NONCE, sealed[15:], place.associated_data(1, 0x0203))
    assert opened == b"8000\x80" + bytes(11)
    assert unseal(key, place, sealed) == b"8000"


@pytest.mark.parametrize(
    "padded",
    [
        b"a" * 15 + b"\x80" + bytes(16),  # a whole block of zeros too many
        b"a" * 12 + b"\x80X\x00\x00",
        b"a" * 16,
        b"a" * 14 + b"\x80",
        bytes(16),
        b"",
    ],
)
def test_what_padding_cannot_have_made_does_not_open(padded: bytes) -> None:
    with pytest.raises(Tampered):
        unpad(padded)


def test_the_longest_padding_opens() -> None:
    assert unpad(b"\x80" + bytes(15)) == b""
    assert unpad(b"a" * 15 + b"\x80") == b"a" * 15


def test_a_wrapped_key_opens_with_another_library() -> None:
    wrapped = KeyWrapper(SECRET).wrap(Suite.AES, b"k" * 32, label="data-key", context=(7, 258))
    aad = b"\x01\x08data-key\x02" + bytes(15) + b"\x07" + bytes(14) + b"\x01\x02"
    cipher = AESGCM(expanded(SECRET, b"dangan/1/wrap/1"))
    assert cipher.decrypt(wrapped[1:13], wrapped[13:], aad) == b"k" * 32


@pytest.mark.parametrize("suite", list(Suite))
def test_a_wrapped_key_cut_anywhere_does_not_open(suite: Suite) -> None:
    wrapper = KeyWrapper(SECRET)
    wrapped = wrapper.wrap(suite, b"k" * 32, label="epoch", context=(1,))
    for length in range(len(wrapped)):
        with pytest.raises(Tampered):
            wrapper.unwrap(wrapped[:length], label="epoch", context=(1,))


def test_nothing_at_all_is_no_key() -> None:
    wrapper = KeyWrapper(SECRET)
    nothing = wrapper.wrap(Suite.AES, b"", label="epoch", context=(1,))
    with pytest.raises(Tampered):
        wrapper.unwrap(nothing, label="epoch", context=(1,))


@pytest.mark.parametrize(
    ("suite", "algorithm", "name"), [(Suite.AES, SHA256(), "sha256"), (Suite.SM, SM3(), "sm3")]
)
def test_tokens_of_unique_values(suite: Suite, algorithm: HashAlgorithm, name: str) -> None:
    root = RootSecret(SECRET, suite)
    for kind, value in (("id_number", "330106199106122040"), ("number", "020486"), ("x", "")):
        key = hkdf_of(b"dangan:root:token:" + kind.encode(), algorithm)
        full = hmac.digest(key, value.encode(), name)
        assert root.token(kind, value) == int.from_bytes(full[:8], "big", signed=True)
        assert root.token(kind, value) == root.token(kind, value)
    # Signed: half of all tokens are below zero, and fit the column.
    tokens = [root.token("number", str(number)) for number in range(64)]
    assert min(tokens) < 0 < max(tokens)


def test_what_only_the_root_secret_can_derive() -> None:
    root = RootSecret(SECRET, Suite.SM)
    assert root.wrapping() == hkdf_of(b"dangan:root:wrapping", SHA256())
    entries = hkdf_of(b"dangan:root:entries", SHA256())
    assert root.entry_mac(b"entry") == hmac.digest(entries, b"entry", "sha256")


def test_the_secret_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut after the first value was sealed must not find the file empty, or without its
    place in the folder."""
    path = tmp_path / "new" / "home" / "root.key"
    synced: list[tuple[str, int, bool]] = []
    open_before = len(list(Path("/proc/self/fd").iterdir()))

    def sync(descriptor: int) -> None:
        found = os.fstat(descriptor)
        kind = "folder" if stat.S_ISDIR(found.st_mode) else "file"
        synced.append((kind, found.st_size, path.exists()))

    monkeypatch.setattr(secrets.os, "fsync", sync)
    secrets._make(path, "aes")
    length = path.stat().st_size
    assert synced[0] == ("file", length, False)
    assert (synced[1][0], synced[1][2]) == ("folder", True)
    assert len(synced) == 2
    assert path.parent.stat().st_mode & 0o777 == 0o711
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
    secrets._make(path, "sm")  # somebody was faster: theirs stays
    assert path.read_text("ascii").split("\n")[1] == "aes"
    assert len(list(path.parent.iterdir())) == 1


def test_a_database_tells_whether_it_holds_keys(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER SCHEMA keystore RENAME TO aside")
        assert secrets._database_holds_keys() is False
        cursor.execute("CREATE SCHEMA keystore")
        cursor.execute("CREATE TABLE keystore.epoch (id int)")
        assert secrets._database_holds_keys() is False
        cursor.execute("INSERT INTO keystore.epoch VALUES (1)")
        assert secrets._database_holds_keys() is True
