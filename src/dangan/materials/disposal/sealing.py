"""Places of this room's seals."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec

from dangan.materials.disposal.models import DestructionList
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM, Place, SubjectKey, seal, unseal


class Names(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who took part in a destruction, by name, as the ledger keeps it: never whose files went."""

    group: tuple[str, ...] = ()
    """The appraisal group 鉴定小组."""
    proposer: str = ""
    approvers: tuple[tuple[str, str], ...] = ()
    """Step and name."""
    witnesses: tuple[str, ...] = ()
    executor: str = ""


def hold_place(hold: UUID, part: str) -> Place:
    """Why a hold was placed (``reason``) or lifted (``lifting``): under the system's key."""
    return Place("hold", SYSTEM, part, hold)


def ground_place(subject: UUID, target: UUID) -> Place:
    """Which line of the schedule makes a thing fall due."""
    return Place("disposal", subject, "ground", target)


def reason_place(subject: UUID, item: UUID) -> Place:
    """What the appraisal says of one item."""
    return Place("disposal", subject, "reason", item)


def _names_place(list_: UUID) -> Place:
    return Place("disposal", SYSTEM, "names", list_)


def keys_with_withheld(subjects: Collection[UUID]) -> dict[UUID, SubjectKey]:
    """The keys of these, those of restricted people too; destroyed ones are left out.

    This room alone looks behind a restriction, for terms and appraisal; never for content.
    """
    found = vault.keys_of(subjects, skip_destroyed=True)
    missing = set(subjects) - found.keys()
    return found | vault.withheld_keys(missing) if missing else found


def seal_text(key: SubjectKey, place: Place, text: str) -> bytes:
    return seal(key, place, text.encode())


def open_text(key: SubjectKey, place: Place, sealed: bytes | memoryview | None) -> str:
    """The words; empty when there are none (any more)."""
    return unseal(key, place, bytes(sealed)).decode() if sealed else ""


def names_of(row: DestructionList) -> Names:
    """Who took part; one statement for the system's key."""
    if not row.sealed_names:
        return Names()
    data = unseal(vault.key_of(SYSTEM), _names_place(row.pk), bytes(row.sealed_names))
    return msgspec.json.decode(data, type=Names)


def put_names(row: DestructionList, names: Names) -> None:
    """Seals them into the row; the caller saves it."""
    row.sealed_names = seal(vault.key_of(SYSTEM), _names_place(row.pk), msgspec.json.encode(names))
