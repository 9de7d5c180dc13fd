"""Who is whose relative, as far as the dossiers say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Relation:
    """Why somebody keeps away from a file: it is their own, or a family member's."""

    kind: Literal["own", "relative"]
    relation: str = ""
    """The title in the family record, for example 配偶; never shown to anybody but the two."""
