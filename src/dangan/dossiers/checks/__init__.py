"""Entry checks and the nightly scan (A5). Pure functions over a person's current values.

An *error* keeps a value out when it is typed or imported; a *warning* lets it in and becomes a
problem ticket. ``entry`` looks at one row and at the birth date; ``scan`` at everything.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from dangan.dictionary.rules import Dictionary, InfoSet
from dangan.dossiers.checks.across import Likeness, duplicates, supervisor_loops
from dangan.dossiers.checks.findings import (
    DossierValues,
    Finding,
    Row,
    Settings,
    Severity,
    Values,
    birth_of,
    rows_of,
    single,
)
from dangan.dossiers.checks.row import check_row
from dangan.dossiers.checks.whole import check_whole

__all__ = [
    "DossierValues",
    "Finding",
    "Likeness",
    "Row",
    "Settings",
    "Severity",
    "Values",
    "duplicates",
    "entry",
    "scan",
    "supervisor_loops",
]

_DEFAULT = Settings()


def entry(
    values: Values,
    info_set: InfoSet,
    dossier: DossierValues,
    today: date,
    *,
    row: UUID | None = None,
    settings: Settings = _DEFAULT,
) -> list[Finding]:
    """What is wrong with a row about to be saved. ``dossier`` is the rest of the person's values,
    before or after the change; of it only the birth date is used. Empty required fields are not
    reported here: forms and imports say that themselves."""
    own = values if info_set.key == "identity" else single(dossier, "identity")
    birth = birth_of(own)
    return list(check_row(values, info_set, row, birth=birth, today=today, settings=settings))


def scan(
    dossier: DossierValues,
    dictionary: Dictionary,
    today: date,
    *,
    settings: Settings = _DEFAULT,
) -> list[Finding]:
    """Everything that is wrong with a dossier, row by row and as a whole."""
    birth = birth_of(single(dossier, "identity"))
    found: list[Finding] = []
    for info_set in dictionary.sets.values():
        for row in rows_of(dossier, info_set.key):
            found += check_row(
                row.values, info_set, row.row, birth=birth, today=today, settings=settings
            )
    found += check_whole(dossier, dictionary, today, settings)
    return found
