"""Opening in bulk opens what opening one by one opens, and refuses what that refuses."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import connection

from dangan.vault.actions import make_keys
from dangan.vault.bulk import Opener, opener
from dangan.vault.queries import Unwrapper
from dangan.vault.rules import Place, SubjectKey, Suite, Tampered, UnknownSuite, seal

pytestmark = pytest.mark.django_db


def stored(subject: UUID) -> tuple[bytes, int, int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, epoch, wrapped FROM keystore.data_key WHERE subject = %s", [subject]
        )
        version, epoch, wrapped = cursor.fetchone()
    return subject.bytes, version, epoch, bytes(wrapped)


@pytest.fixture
def open_value() -> Opener:
    return opener(Unwrapper(), "roster")


@pytest.mark.parametrize("suite", list(Suite))
@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 300])
def test_values_of_both_suites_open(open_value: Opener, suite: Suite, length: int) -> None:
    subject = uuid4()
    key = make_keys([subject])[subject]
    key = SubjectKey(subject, key.version, suite, key.data_key)
    plain = bytes(range(256))[:length] or b"x" * length
    sealed = seal(key, Place("roster", subject), plain)
    assert open_value(*stored(subject), sealed) == plain


@pytest.mark.parametrize("suite", list(Suite))
@pytest.mark.parametrize("version", [0x0103, 0x0203])
def test_a_late_key_version_opens(open_value: Opener, suite: Suite, version: int) -> None:
    subject = uuid4()
    early = make_keys([subject])[subject]
    _, _, epoch, _ = stored(subject)
    late = SubjectKey(subject, version, suite, early.data_key)
    wrapped = (
        Unwrapper()
        .wrapper(epoch)
        .wrap(Suite.AES, late.data_key, label="data-key", context=(subject.int, version, epoch))
    )
    sealed = seal(late, Place("roster", subject), b"plain")
    assert open_value(subject.bytes, version, epoch, wrapped, sealed) == b"plain"
    older = seal(early, Place("roster", subject), b"plain")
    with pytest.raises(Tampered):
        open_value(subject.bytes, version, epoch, wrapped, older)


def test_keys_of_the_other_suite_open_whatever_their_nonce(open_value: Opener) -> None:
    subject = uuid4()
    key = make_keys([subject])[subject]
    _, _, epoch, wrapped = stored(subject)
    sealed = seal(key, Place("roster", subject), b"plain")
    wrapper, context = Unwrapper().wrapper(epoch), (subject.int, key.version, epoch)
    while wrapped[:2] != bytes([Suite.SM, Suite.AES]):  # a nonce that begins like a suite
        wrapped = wrapper.wrap(Suite.SM, key.data_key, label="data-key", context=context)
    assert open_value(subject.bytes, key.version, epoch, wrapped, sealed) == b"plain"


def test_what_was_moved_or_altered_does_not_open(open_value: Opener) -> None:
    one, other = uuid4(), uuid4()
    keys = make_keys([one, other])
    sealed = seal(keys[one], Place("roster", one), b"plain")
    of_one, of_other = stored(one), stored(other)
    refused = [
        (*of_other, sealed),
        (*of_one[:3], of_other[3], sealed),
        (of_one[0], of_one[1] + 1, *of_one[2:], sealed),
        (*of_one, seal(keys[one], Place("record", one), b"plain")),
        (*of_one, seal(keys[one], Place("roster", one, version=1), b"plain")),
        (*of_one, sealed[:1]),
        (*of_one, b""),
        (*of_one[:3], b"", sealed),
        (*of_one[:3], of_one[3][:5], sealed),
    ]
    for arguments in refused:
        with pytest.raises(Tampered):
            open_value(*arguments)
    for place in range(1, len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(Tampered):
            open_value(*of_one, bytes(altered))
    for bad in ((*of_one, b"\x07" + sealed[1:]), (*of_one[:3], b"\x07" + of_one[3][1:], sealed)):
        with pytest.raises(UnknownSuite):
            open_value(*bad)


def test_kinds_with_keys_of_their_own_are_refused() -> None:
    for kind in ("event", "file"):
        with pytest.raises(ValueError, match="keys of their own"):
            opener(Unwrapper(), kind)
