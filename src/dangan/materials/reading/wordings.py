"""The words of a search on their way from page to page: sealed, so that no address, history or
log holds them in clear."""

from __future__ import annotations

import base64
import binascii

from dangan.access.rules import Actor
from dangan.materials.reading.rules.finding import LONGEST
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM, Place, VaultError, seal, unseal

_LONGEST_SEALED = 400


def seal_words(actor: Actor, text: str) -> str:
    """``text`` for an address; it opens for this actor only."""
    sealed = seal(vault.key_of(SYSTEM), _place(actor), text[:LONGEST].encode())
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_words(actor: Actor, sealed: str) -> str:
    """What :func:`seal_words` was given; empty for anything else."""
    if not sealed or len(sealed) > _LONGEST_SEALED:
        return ""
    try:
        data = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return unseal(vault.key_of(SYSTEM), _place(actor), data).decode()
    except (binascii.Error, ValueError, VaultError):
        return ""


def _place(actor: Actor) -> Place:
    return Place("reading-words", SYSTEM, row=actor.id)
