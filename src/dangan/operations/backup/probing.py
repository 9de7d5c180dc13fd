"""Searches whose answers are known at the instant of a back-up, to be asked again after a restore.

They name people, so they travel sealed under the system's key, inside the manifest.
"""

from __future__ import annotations

import base64
from uuid import UUID

import msgspec

from dangan.operations.backup.rules.manifest import Probe
from dangan.operations.backup.snapshot import Snapshot
from dangan.roster import bodies
from dangan.vault.queries import Unwrapper, key_of
from dangan.vault.rules import SYSTEM, Place, VaultError, seal, unseal

PEOPLE = 12
_PATHS = ("identity.name", "identity.employee_number")

_SOME = """
SELECT r.subject, r.sealed, k.version, k.epoch, k.wrapped FROM roster_entry r
JOIN keystore.data_key k ON k.subject = r.subject
WHERE r.sealed IS NOT NULL ORDER BY md5(r.subject::text || %s) LIMIT %s
"""


def take(snap: Snapshot, name: str) -> str:
    """The probes of a back-up called ``name``, sealed, as base64."""
    unwrapper = Unwrapper()
    rows = dict(snap.all("SELECT id, paths FROM roster_layout"))
    layouts = {int(number): tuple(paths) for number, paths in rows.items()}
    probes: list[Probe] = []
    for subject, sealed, version, epoch, wrapped in snap.all(_SOME, name, PEOPLE):
        try:
            key = unwrapper.key(subject, version, epoch, bytes(wrapped))
            body = unseal(key, bodies.place_of(subject), bytes(sealed))
        except VaultError:
            continue  # the proof will say so of this person
        table = bodies.decode([body], layouts)
        for path in _PATHS:
            text = table.column(path)[0]
            if text:
                probes.append(Probe(str(text), str(subject)))
    body = msgspec.json.encode(probes)
    return base64.b64encode(seal(key_of(SYSTEM), _place(name), body)).decode()


def opened(sealed: str, name: str) -> list[Probe]:
    """The probes again; raises :class:`VaultError` when they do not open here."""
    body = unseal(key_of(SYSTEM), _place(name), base64.b64decode(sealed))
    return msgspec.json.decode(body, type=list[Probe])


def _place(name: str) -> Place:
    return Place("backup-probe", SYSTEM, name, UUID(int=0))
