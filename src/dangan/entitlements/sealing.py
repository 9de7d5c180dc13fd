"""How reasons are sealed: under the account they concern, or under the person to be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from dangan.entitlements.models import RevealWish, ReviewItem, Wish
from dangan.vault.queries import key_of, keys_of
from dangan.vault.rules import Place, seal, unseal


def owner_of(wish: Wish) -> UUID:
    """Whose key seals what the wish says."""
    return wish.subject if isinstance(wish, RevealWish) else wish.account


def seal_reason(wish: Wish, text: str) -> bytes:
    """The reason, for the wish's own row."""
    key = key_of(owner_of(wish))
    return seal(key, Place(wish.place, key.subject, row=wish.id), text.encode())


def open_reasons(wishes: Iterable[Wish]) -> dict[UUID, str]:
    """The reasons by wish; empty where a key was destroyed. One statement."""
    wishes = list(wishes)
    keys = keys_of({owner_of(wish) for wish in wishes}, skip_destroyed=True) if wishes else {}
    found: dict[UUID, str] = {}
    for wish in wishes:
        key = keys.get(owner_of(wish))
        if key is None or not wish.reason:
            found[wish.id] = ""
            continue
        place = Place(wish.place, key.subject, row=wish.id)
        found[wish.id] = unseal(key, place, bytes(wish.reason)).decode()
    return found


def seal_verdict(item: ReviewItem, text: str) -> bytes:
    """Why a reviewer decided so."""
    key = key_of(item.account)
    return seal(key, Place("review", key.subject, row=item.id), text.encode())


def open_verdicts(items: Iterable[ReviewItem]) -> dict[UUID, str]:
    """Why reviewers decided so, by item; one statement."""
    said = [item for item in items if item.reason]
    keys = keys_of({item.account for item in said}, skip_destroyed=True) if said else {}
    return {
        item.id: unseal(
            keys[item.account], Place("review", item.account, row=item.id), bytes(item.reason)
        ).decode()
        for item in said
        if item.account in keys
    }
