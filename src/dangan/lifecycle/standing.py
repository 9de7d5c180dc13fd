"""Where a person stands now, opened for deciding: never shown as it is, views cut it to rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from dangan.access.rules import Absent
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary
from dangan.dossiers.models import Subject
from dangan.dossiers.opening import open_rows
from dangan.dossiers.rules import Row
from dangan.lifecycle.rules.effects import Present, present
from dangan.organization import queries as organization_queries
from dangan.organization.rules import Tree
from dangan.vault.queries import keys_of
from dangan.vault.rules import SubjectKey

SETS = ("identity", "post", "contract", "pay", "background_check", "secrecy_agreement")


@dataclass(frozen=True, slots=True)
class Standing:
    """A dossier with the rows that movements touch."""

    subject: UUID
    state: str
    unit: UUID | None
    key: SubjectKey
    rows: Mapping[str, Sequence[Row]]
    present: Present
    dictionary: Dictionary
    tree: Tree

    @property
    def path(self) -> tuple[UUID, ...]:
        """Root to the present unit."""
        return self.tree.path_of(self.unit)

    def field(self, path: str) -> object:
        """A value of identity, or of the row that speaks for its set."""
        info_set, _, field = path.partition(".")
        row = {
            "post": self.present.post,
            "contract": self.present.contract,
            "pay": self.present.pay,
        }.get(info_set)
        if info_set == "identity":
            rows = self.rows.get("identity") or ()
            row = rows[0] if rows else None
        return row.values.get(field) if row else None


def standing_of(subject: UUID, *, lock: bool = False) -> Standing:
    """The person as of now; raises :class:`Absent` when there is none or its key is destroyed."""
    wanted = Subject.objects.select_for_update() if lock else Subject.objects.all()
    stored = wanted.filter(id=subject).first()
    keys = keys_of([subject], skip_destroyed=True) if stored else {}
    if stored is None or subject not in keys:
        raise Absent
    dictionary = dictionary_queries.current()
    rows = open_rows(keys, dictionary, SETS)[subject]
    return Standing(
        subject=subject,
        state=stored.state,
        unit=stored.unit,
        key=keys[subject],
        rows=rows,
        present=present(dictionary, rows),
        dictionary=dictionary,
        tree=organization_queries.tree(),
    )
