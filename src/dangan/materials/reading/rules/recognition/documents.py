"""What a page is, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from dangan.materials.reading.rules.lines import Line
from dangan.materials.reading.rules.recognition import cards, certificates, household
from dangan.materials.reading.rules.recognition.joined import Joined
from dangan.materials.reading.rules.recognition.values import Value

Kind = Literal["id_front", "id_back", "graduation", "degree", "household"]


@dataclass(frozen=True, slots=True)
class Document:
    """A page that was recognised. ``info_set`` is where its values belong; empty for a page
    that fills no field."""

    kind: Kind
    info_set: str
    values: tuple[Value, ...]
    name: str = ""
    """Whose it is, as far as it says."""
    id_number: str = ""


@dataclass(frozen=True, slots=True)
class _Layout:
    kind: Kind
    info_set: str
    fits: Callable[[Joined], bool]
    read: Callable[[Joined], list[Value]]


_LAYOUTS = (
    _Layout("household", "identity", household.fits, household.read),
    _Layout("degree", "degree", certificates.is_degree, certificates.degree),
    _Layout("graduation", "education", certificates.is_graduation, certificates.graduation),
    _Layout("id_front", "identity", cards.is_front, cards.front),
    _Layout("id_back", "", cards.is_back, cards.back),
)


def recognise(lines: Sequence[Line]) -> list[Document]:
    """The documents on a page: one as a rule; both sides of a card copied onto one sheet are two.

    Values of the holder that only say whose it is (``name`` on a certificate) are not proposed
    but told in :attr:`Document.name`.
    """
    joined = Joined(lines)
    found = []
    for layout in _LAYOUTS:
        if not layout.fits(joined):
            continue
        values = [value for value in layout.read(joined) if value.text]
        if values:
            found.append(_document(layout, values))
        if layout.kind not in ("id_front", "id_back"):
            break
    return found


def _document(layout: _Layout, values: Sequence[Value]) -> Document:
    by_field = {value.field: value.text for value in values}
    return Document(
        layout.kind,
        layout.info_set,
        tuple(value for value in values if not value.field.startswith("_")),
        by_field.get("name") or by_field.get("_name", ""),
        by_field.get("id_number", ""),
    )
