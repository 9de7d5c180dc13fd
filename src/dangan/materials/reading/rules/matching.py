"""Which row of a dossier a certificate is about, and whose document it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

Holder = Literal["same", "other", "unknown"]

_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "education": (("certificate_number",), ("school", "level"), ("school", "end")),
    "degree": (("certificate_number",), ("degree", "awarded_by"), ("degree",)),
}
"""By set what tells its rows apart, the surest first."""


def holder(read_name: str, read_id: str, name: str | None, id_number: str | None) -> Holder:
    """Whether a document is the person's; ``name`` and ``id_number`` are what the dossier says,
    None where the reader may not know. The number decides where both are known."""
    if read_id and id_number:
        return "same" if read_id == id_number else "other"
    if read_name and name:
        return "same" if read_name == name else "other"
    return "unknown"


def matching_row(
    info_set: str, read: Mapping[str, Any], rows: Sequence[tuple[UUID, Mapping[str, Any]]]
) -> UUID | None:
    """The row that a document is about; None for one the dossier does not have. A set with one
    row has that one."""
    if info_set not in _KEYS:
        return rows[0][0] if rows else None
    for keys in _KEYS[info_set]:
        wanted = [read.get(key) for key in keys]
        if not all(wanted):
            continue
        alike = [row for row, values in rows if [values.get(key) for key in keys] == wanted]
        if len(alike) == 1:
            return alike[0]
    return None
