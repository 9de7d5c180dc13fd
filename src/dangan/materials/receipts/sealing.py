"""What is sealed in this room, and its places."""

from __future__ import annotations

from uuid import UUID

import msgspec

from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.rules.bodies import decode as decode_body
from dangan.materials.catalogue.rules.bodies import encode as encode_body
from dangan.materials.receipts.models import Receipt, Wanted
from dangan.materials.receipts.rules.required import Lack
from dangan.vault.queries import token_of
from dangan.vault.rules import Place, SubjectKey, seal, unseal


def token_of_lack(volume: UUID, lack: Lack) -> int:
    """By which a gap is known again without saying what it is."""
    return token_of("receipts.lack", f"{volume}|{lack.rule}|{lack.occurrence}")


def seal_receipt(key: SubjectKey, receipt: int, body: MaterialBody) -> bytes:
    return seal(key, _place("receipt", key, receipt), encode_body(body))


def open_receipt(key: SubjectKey, row: Receipt) -> MaterialBody:
    """Raises :class:`dangan.vault.rules.Tampered`."""
    return decode_body(unseal(key, _place("receipt", key, row.pk), bytes(row.sealed)))


def seal_lack(key: SubjectKey, token: int, lack: Lack) -> bytes:
    return seal(key, _lack_place(key, token), msgspec.json.encode(lack))


def open_lack(key: SubjectKey, row: Wanted) -> Lack:
    """Raises :class:`dangan.vault.rules.Tampered`."""
    place = _lack_place(key, row.token)
    return msgspec.json.decode(unseal(key, place, bytes(row.sealed)), type=Lack)


def seal_words(key: SubjectKey, kind: str, row: int, words: str) -> bytes:
    """A note of a receipt or an answer to a chase."""
    return seal(key, _place(kind, key, row), words.encode())


def open_words(key: SubjectKey, kind: str, row: int, sealed: bytes | memoryview | None) -> str:
    return unseal(key, _place(kind, key, row), bytes(sealed)).decode() if sealed else ""


def _place(kind: str, key: SubjectKey, row: int) -> Place:
    return Place(f"receipts.{kind}", key.subject, version=row)


def _lack_place(key: SubjectKey, token: int) -> Place:
    return Place("receipts.lack", key.subject, info_set=str(token))
