"""How sealed dossiers are opened: places of the seals, and rows in clear inside a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from dangan.dictionary.rules import Dictionary
from dangan.dossiers.models import Record
from dangan.dossiers.rules import Row, Values
from dangan.vault.rules import Place, SubjectKey, unseal


def record_place(subject: UUID, info_set: str, row: UUID, version: int) -> Place:
    """Where a record's seal belongs: moved anywhere else, it does not open."""
    return Place("record", subject, info_set, row, version)


def change_place(subject: UUID, change: int) -> Place:
    """The seal of an update record's reason."""
    return Place("change", subject, version=change)


def problem_place(subject: UUID, code: str, row: UUID | None) -> Place:
    """The seal of a problem ticket's words."""
    return Place("problem", subject, info_set=code, row=row)


def portrait_place(subject: UUID, picture: UUID) -> Place:
    """The seal of a portrait."""
    return Place("file", subject, info_set="portrait", row=picture)


def open_values(
    key: SubjectKey, info_set: str, row: UUID, version: int, sealed: bytes | memoryview
) -> Values:
    """A record's values; raises :class:`dangan.vault.rules.Tampered` if it was moved or altered."""
    place = record_place(key.subject, info_set, row, version)
    values: Values = msgspec.json.decode(unseal(key, place, bytes(sealed)))
    return values


def open_rows(
    keys: Mapping[UUID, SubjectKey], dictionary: Dictionary, sets: Sequence[str] | None = None
) -> dict[UUID, dict[str, list[Row]]]:
    """The current rows of each subject, by information set, oldest change first.

    ``sets`` limits what is opened. Sets that the dictionary no longer has stay stored and
    are left out.
    """
    result: dict[UUID, dict[str, list[Row]]] = {subject: {} for subject in keys}
    wanted = Record.objects.filter(subject__in=list(keys), current=True)
    if sets is not None:
        wanted = wanted.filter(info_set__in=sets)
    stored = wanted.order_by("change_id", "id").values_list(
        "subject_id", "info_set", "row", "version", "valid_from", "change_id", "sealed"
    )
    for subject, info_set, row, version, valid_from, change, sealed in stored.iterator(2000):
        if info_set not in dictionary.sets:
            continue
        values = open_values(keys[subject], info_set, row, version, sealed)
        result[subject].setdefault(info_set, []).append(
            Row(row, values, version, valid_from, change)
        )
    return result
