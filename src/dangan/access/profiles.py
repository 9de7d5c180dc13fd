"""Whose an account is: log-in name and name, sealed under the account's own key."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from dangan.access.models import Account
from dangan.vault import queries as vault
from dangan.vault.rules import Place, SubjectKey, seal, unseal

_LOGIN = "account.login"


@dataclass(frozen=True, slots=True)
class Profile:
    """A log-in name (unique among accounts, upper and lower case alike) and a person's name."""

    login: str
    name: str


def login_token(login: str) -> int:
    """The keyed token by which an account is found; width, case and spaces do not matter."""
    plain = "".join(unicodedata.normalize("NFKC", login).split()).casefold()
    return vault.token_of(_LOGIN, plain)


def seal_profile(key: SubjectKey, profile: Profile, version: int) -> bytes:
    """The profile for the account that ``key`` belongs to."""
    body = json.dumps({"login": profile.login, "name": profile.name}, ensure_ascii=False)
    return seal(key, Place("account", key.subject, version=version), body.encode())


def open_profile(account: Account, key: SubjectKey) -> Profile:
    """The account's profile."""
    place = Place("account", account.id, version=account.profile_version)
    body = json.loads(unseal(key, place, bytes(account.profile)))
    return Profile(body["login"], body["name"])


def fill_in(accounts: Collection[Account]) -> dict[UUID, SubjectKey]:
    """Opens the profiles of these accounts into their ``login`` and ``name``; one statement.

    Gives back the keys, for what else of these accounts is to be opened now.
    """
    keys = vault.keys_of([account.id for account in accounts])
    for account in accounts:
        profile = open_profile(account, keys[account.id])
        account.login, account.name = profile.login, profile.name
    return keys


def seal_note(key: SubjectKey, kind: str, row: UUID, text: str) -> bytes:
    """A line of free text about an account: the reason of a request, the name of a token."""
    return seal(key, Place(kind, key.subject, row=row), text.encode())


def open_note(key: SubjectKey, kind: str, row: UUID, sealed: bytes | memoryview) -> str:
    """What :func:`seal_note` sealed."""
    return unseal(key, Place(kind, key.subject, row=row), bytes(sealed)).decode()
