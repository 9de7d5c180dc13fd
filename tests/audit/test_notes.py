"""Signed checkpoints, as C2SP signed-note and tlog-checkpoint have them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from dangan.audit.rules import BadNote, Checkpoint, Verifier, public_key_of
from dangan.audit.rules.notes import split_notes

ORIGIN = "dangan/log/5f0c"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_key_of(ORIGIN, KEY)
CHECKPOINT = Checkpoint(ORIGIN, 4821, hashlib.sha256(b"root").digest())
NOTE = CHECKPOINT.sign(KEY)


def test_the_form_is_the_one_the_standard_shows() -> None:
    body, signature = NOTE.split("\n\n")
    assert body.split("\n") == [ORIGIN, "4821", base64.b64encode(CHECKPOINT.root).decode()]
    dash, name, encoded = signature.rstrip("\n").split(" ")
    assert (dash, name) == ("\u2014", ORIGIN)
    raw = base64.b64decode(encoded)
    public = KEY.public_key().public_bytes_raw()
    assert raw[:4] == hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]
    KEY.public_key().verify(raw[4:], f"{body}\n".encode())


def test_a_published_key_is_read() -> None:
    """The key in the documentation of Go's golang.org/x/mod/sumdb/note."""
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert str(Verifier.parse(text)) == text


def test_a_published_note_opens() -> None:
    """The note in the same documentation; its text is no checkpoint, but its signature holds."""
    key = Verifier.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    note = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n"
        "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf"
        "qdngotpRZb6KE6RyyBwJnAM=\n"
    )
    with pytest.raises(BadNote, match="not a checkpoint"):
        key.open(note)
    with pytest.raises(BadNote, match="signature is wrong"):
        key.open(note.replace("answer", "question"))


@given(st.integers(0, 2**62), st.binary(min_size=32, max_size=32))
def test_what_was_signed_opens(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    assert PUBLIC.open(checkpoint.sign(KEY)) == checkpoint


@given(st.data())
def test_no_character_of_the_text_may_change(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, NOTE.index("\n\n")))
    other = data.draw(st.characters(codec="ascii"))
    changed = NOTE[:at] + other + NOTE[at + 1 :]
    if changed != NOTE:
        with pytest.raises(BadNote):
            PUBLIC.open(changed)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        "no signature\n",
        NOTE.replace("\u2014", "-"),
        NOTE.replace("\n\n", "\n"),
        NOTE.rstrip("\n"),
        NOTE.replace("\u2014 " + ORIGIN, "\u2014 somebody-else"),
    ],
)
def test_what_is_not_a_note_does_not_open(note: str) -> None:
    with pytest.raises(BadNote):
        PUBLIC.open(note)


def test_another_key_of_the_same_name_does_not_open() -> None:
    other = public_key_of(ORIGIN, Ed25519PrivateKey.generate())
    with pytest.raises(BadNote, match="did not sign"):
        other.open(NOTE)


def test_a_checkpoint_of_another_log_does_not_count() -> None:
    foreign = replace(CHECKPOINT, origin="dangan/log/other").body()
    signature = PUBLIC.key and KEY.sign(foreign.encode())
    number = base64.b64decode(NOTE.rstrip("\n").rsplit(" ", 1)[1])[:4]
    line = base64.b64encode(number + signature).decode()
    with pytest.raises(BadNote, match="another log"):
        PUBLIC.open(f"{foreign}\n\u2014 {ORIGIN} {line}\n")


def test_further_signatures_and_lines_do_no_harm() -> None:
    body = CHECKPOINT.body() + "extension\n"
    number = base64.b64decode(NOTE.rstrip("\n").rsplit(" ", 1)[1])[:4]
    own = base64.b64encode(number + KEY.sign(body.encode())).decode()
    note = f"{body}\n\u2014 witness.example AAAAAAAA\n\u2014 {ORIGIN} {own}\n"
    assert PUBLIC.open(note) == CHECKPOINT


@pytest.mark.parametrize(
    "text", ["", "x", "a+b+c", str(PUBLIC)[:-1], str(PUBLIC).replace(ORIGIN, "other")]
)
def test_a_damaged_public_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Verifier.parse(text)


def test_a_file_of_notes_comes_apart_again() -> None:
    notes = [Checkpoint(ORIGIN, size, CHECKPOINT.root).sign(KEY) for size in range(5)]
    text = "".join(f"{note}\n" for note in notes)
    assert list(split_notes(text.splitlines(keepends=True))) == notes
    torn = list(split_notes(text[:-20].splitlines(keepends=True)))
    assert torn[:4] == notes[:4]
    with pytest.raises(BadNote):
        PUBLIC.open(torn[4])


def test_the_last_note_of_a_file_needs_no_empty_line() -> None:
    text = f"{NOTE}\n{NOTE}"
    assert list(split_notes(text.splitlines(keepends=True))) == [NOTE, NOTE]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (CHECKPOINT.body().removeprefix(ORIGIN), "not a checkpoint"),
        (replace(CHECKPOINT, root=b"x" * 31).body(), "not 32 bytes"),
        (CHECKPOINT.body()[:-2] + "*=\n", "not base64"),
    ],
)
def test_a_checkpoint_needs_a_name_and_a_whole_root(body: str, sentence: str) -> None:
    with pytest.raises(BadNote, match=sentence):
        Checkpoint.parse(body)


def test_a_key_may_have_plus_signs_of_its_own() -> None:
    keys = (Verifier(ORIGIN, hashlib.sha256(bytes([number])).digest()) for number in range(256))
    key = next(key for key in keys if str(key).count("+") > 2)
    assert Verifier.parse(str(key)) == key
