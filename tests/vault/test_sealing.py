"""Sealing: published vectors, our format byte by byte, and everything that must not open."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from dangan.vault.rules import (
    OVERHEAD,
    KeyWrapper,
    Place,
    SubjectKey,
    Suite,
    Tampered,
    UnknownSuite,
    decrypt,
    digest,
    encrypt,
    hkdf,
    pad,
    seal,
    seal_with_nonce,
    unpad,
    unseal,
)

SUBJECT = UUID("00112233-4455-6677-8899-aabbccddeeff")
ROW = UUID("ffeeddcc-bbaa-9988-7766-554433221100")
PLACE = Place("record", SUBJECT, "identity", ROW, 7)
DATA_KEY = bytes(range(32))
NONCE = bytes(range(100, 112))


def key_for(
    suite: Suite = Suite.AES, *, version: int = 1, data_key: bytes = DATA_KEY
) -> SubjectKey:
    return SubjectKey(SUBJECT, version, suite, data_key)


suites = st.sampled_from(list(Suite))
plaintexts = st.binary(max_size=200)
places = st.builds(
    Place,
    st.sampled_from(["record", "roster", "event", "file", "account"]),
    st.just(SUBJECT),
    st.text(max_size=12),
    st.none() | st.uuids(),
    st.integers(0, 2**63),
)


class TestPublishedVectors:
    def test_aes_256_gcm(self) -> None:
        """NIST SP 800-38D's reference cases, test case 16."""
        key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
        nonce = bytes.fromhex("cafebabefacedbaddecaf888")
        aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        plain = bytes.fromhex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )
        sealed = bytes.fromhex(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b"
        )
        assert encrypt(Suite.AES, key, nonce, plain, aad) == sealed
        assert decrypt(Suite.AES, key, nonce, sealed, aad) == plain

    def test_sm4_gcm(self) -> None:
        """RFC 8998, appendix A.1."""
        key = bytes.fromhex("0123456789abcdeffedcba9876543210")
        nonce = bytes.fromhex("00001234567800000000abcd")
        aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        plain = bytes.fromhex(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
            "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
        )
        sealed = bytes.fromhex(
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
            "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
            "83de3541e4c2b58177e065a9bf7b62ec"
        )
        assert encrypt(Suite.SM, key, nonce, plain, aad) == sealed
        assert decrypt(Suite.SM, key, nonce, sealed, aad) == plain

    def test_hkdf_sha256(self) -> None:
        """RFC 5869, appendix A.1 and A.3; the first 32 bytes are the first output block."""
        assert hkdf(
            b"\x0b" * 22, salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA))
        ) == bytes.fromhex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
        assert hkdf(b"\x0b" * 22, info=b"") == bytes.fromhex(
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
        )

    def test_sm3(self) -> None:
        """GB/T 32905-2016, A.1; then HKDF over SM3 by the definition of HMAC."""
        assert hashlib.new("sm3", b"abc").hexdigest() == (
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        )
        extracted = hmac_sm3(bytes(32), b"secret")
        assert hkdf(b"secret", info=b"x", suite=Suite.SM) == hmac_sm3(extracted, b"x\x01")


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """RFC 2104 with SM3, written out."""
    block = key.ljust(64, b"\0")
    inner = hashlib.new("sm3", bytes(b ^ 0x36 for b in block) + message).digest()
    return hashlib.new("sm3", bytes(b ^ 0x5C for b in block) + inner).digest()


class TestFormat:
    """The stored bytes must open for decades: the format is spelt out once more, by hand."""

    AAD = bytes.fromhex(
        "0001" + "01"  # suite
        "0002" + "0001"  # key version
        "0006"
        + b"record".hex()
        + "0008"
        + b"identity".hex()
        + "0010"
        + ROW.hex
        + "0010"
        + SUBJECT.hex
        + "0008"
        + "0000000000000007"
    )

    def test_aes(self) -> None:
        sealed = seal_with_nonce(key_for(), PLACE, b"hello", nonce=NONCE)
        record_key = hmac.new(DATA_KEY, b"dangan/1/records/1\x01", hashlib.sha256).digest()
        padded = b"hello\x80" + bytes(10)
        body = AESGCM(record_key).encrypt(NONCE, padded, self.AAD)
        assert sealed == b"\x01\x00\x01" + NONCE + body

    def test_sm4(self) -> None:
        sealed = seal_with_nonce(key_for(Suite.SM), PLACE, b"hello", nonce=NONCE)
        record_key = hmac_sm3(DATA_KEY, b"dangan/1/records/2\x01")[:16]
        aad = self.AAD[:2] + b"\x02" + self.AAD[3:]
        body = encrypt(Suite.SM, record_key, NONCE, b"hello\x80" + bytes(10), aad)
        assert sealed == b"\x02\x00\x01" + NONCE + body

    def test_frozen(self) -> None:
        """A value sealed by the first release opens for ever."""
        sealed = bytes.fromhex(FROZEN_AES), bytes.fromhex(FROZEN_SM)
        assert [unseal(key_for(), PLACE, one) for one in sealed] == ["张三丰".encode()] * 2

    @pytest.mark.parametrize(
        ("kind", "purpose"), [("event", "audit"), ("file", "files"), ("roster", "records")]
    )
    def test_each_kind_has_its_key(self, kind: str, purpose: str) -> None:
        place = replace(PLACE, kind=kind)
        sealed = seal_with_nonce(key_for(), place, b"x", nonce=NONCE)
        aad = place.associated_data(Suite.AES, 1)
        assert AESGCM(getattr(key_for(), purpose)).decrypt(NONCE, sealed[15:], aad)


FROZEN_AES = (
    "0100016465666768696a6b6c6d6e6fb93639cab2f869a793fcd6f89dcf3b7ffeea9c62d0a5d739634320668f45785d"
)
FROZEN_SM = (
    "0200016465666768696a6b6c6d6e6f6461f39eb8d6d10d8c467f69578dfa7305e6ae75f9e0261a13712120e64b8387"
)


class TestPadding:
    @given(plaintexts)
    def test_is_unambiguous(self, plain: bytes) -> None:
        assert unpad(pad(plain)) == plain

    @given(st.integers(0, 200))
    def test_hides_length(self, length: int) -> None:
        assert len(pad(bytes(length))) == (length // 16 + 1) * 16

    @pytest.mark.parametrize("padded", [b"", bytes(16), b"x" * 16, b"\x80" + bytes(31), b"\x80"])
    def test_refuses_what_it_never_made(self, padded: bytes) -> None:
        with pytest.raises(Tampered):
            unpad(padded)


class TestOpening:
    @given(suites, places, plaintexts)
    def test_gives_back_what_was_sealed(self, suite: Suite, place: Place, plain: bytes) -> None:
        sealed = seal(key_for(suite), place, plain)
        assert unseal(key_for(suite), place, sealed) == plain
        assert len(sealed) == OVERHEAD + len(pad(plain))

    @given(suites, suites, plaintexts)
    def test_either_suite_opens_whatever_new_values_use(
        self, old: Suite, new: Suite, plain: bytes
    ) -> None:
        assert unseal(key_for(new), PLACE, seal(key_for(old), PLACE, plain)) == plain

    @given(suites, plaintexts, st.data())
    def test_no_byte_may_change(self, suite: Suite, plain: bytes, data: st.DataObject) -> None:
        sealed = bytearray(seal(key_for(suite), PLACE, plain))
        at = data.draw(st.integers(0, len(sealed) - 1))
        sealed[at] ^= data.draw(st.integers(1, 255))
        with pytest.raises((Tampered, UnknownSuite)):
            unseal(key_for(suite), PLACE, bytes(sealed))

    @given(suites, plaintexts, st.data())
    def test_nothing_may_be_cut_or_added(
        self, suite: Suite, plain: bytes, data: st.DataObject
    ) -> None:
        sealed = seal(key_for(suite), PLACE, plain)
        cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
        longer = sealed + data.draw(st.binary(min_size=1, max_size=20))
        for wrong in (cut, longer):
            with pytest.raises((Tampered, UnknownSuite)):
                unseal(key_for(suite), PLACE, wrong)

    @given(suites, places, places, plaintexts, plaintexts)
    def test_two_values_cannot_be_swapped(
        self, suite: Suite, one: Place, other: Place, first: bytes, second: bytes
    ) -> None:
        key = key_for(suite)
        sealed_one, sealed_other = seal(key, one, first), seal(key, other, second)
        if one == other:
            return
        with pytest.raises(Tampered):
            unseal(key, one, sealed_other)
        with pytest.raises(Tampered):
            unseal(key, other, sealed_one)

    @pytest.mark.parametrize(
        "moved",
        [
            replace(PLACE, kind="roster"),
            replace(PLACE, info_set="contact"),
            replace(PLACE, row=None),
            replace(PLACE, row=uuid4()),
            replace(PLACE, version=8),
            replace(PLACE, kind="recordi", info_set="dentity"),
        ],
    )
    @pytest.mark.parametrize("suite", list(Suite))
    def test_every_part_of_the_place_counts(self, suite: Suite, moved: Place) -> None:
        with pytest.raises(Tampered):
            unseal(key_for(suite), moved, seal(key_for(suite), PLACE, b"x"))

    @pytest.mark.parametrize("suite", list(Suite))
    def test_another_person_key_or_version_does_not_open(self, suite: Suite) -> None:
        sealed = seal(key_for(suite), PLACE, b"x")
        other = uuid4()
        for wrong, place in (
            (key_for(suite, data_key=bytes(32)), PLACE),
            (key_for(suite, version=2), PLACE),
            (SubjectKey(other, 1, suite, DATA_KEY), replace(PLACE, subject=other)),
        ):
            with pytest.raises(Tampered):
                unseal(wrong, place, sealed)

    def test_a_key_seals_only_for_its_own_person(self) -> None:
        with pytest.raises(ValueError, match="another subject"):
            seal(key_for(), replace(PLACE, subject=uuid4()), b"x")

    def test_an_unknown_suite_is_named(self) -> None:
        sealed = b"\x09" + seal(key_for(), PLACE, b"x")[1:]
        with pytest.raises(UnknownSuite, match="9"):
            unseal(key_for(), PLACE, sealed)

    def test_equal_values_look_different(self) -> None:
        sealed = {seal(key_for(), PLACE, b"x") for _ in range(20)}
        assert len({digest(one) for one in sealed}) == 20

    def test_the_key_does_not_print_itself(self) -> None:
        assert DATA_KEY.hex() not in repr(key_for())
        assert repr(DATA_KEY) not in repr(key_for())


class TestWrapping:
    @given(suites, st.binary(min_size=1, max_size=64), st.integers(0, 2**128 - 1))
    def test_opens_only_in_its_own_place(self, suite: Suite, key: bytes, number: int) -> None:
        wrapper = KeyWrapper(DATA_KEY)
        wrapped = wrapper.wrap(suite, key, label="data-key", context=(number, 1))
        assert wrapper.unwrap(wrapped, label="data-key", context=(number, 1)) == key
        for label, context in (
            ("epoch", (number, 1)),
            ("data-key", (number, 2)),
            ("data-key", (number ^ 1, 1)),
            ("data-key", (number, 1, 0)),
        ):
            with pytest.raises(Tampered):
                wrapper.unwrap(wrapped, label=label, context=context)

    @given(suites, st.data())
    def test_no_byte_may_change(self, suite: Suite, data: st.DataObject) -> None:
        wrapper = KeyWrapper(DATA_KEY)
        wrapped = bytearray(wrapper.wrap(suite, bytes(32), label="epoch", context=(1,)))
        wrapped[data.draw(st.integers(0, len(wrapped) - 1))] ^= data.draw(st.integers(1, 255))
        with pytest.raises((Tampered, UnknownSuite)):
            wrapper.unwrap(bytes(wrapped), label="epoch", context=(1,))
