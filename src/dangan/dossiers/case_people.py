"""What cases must know of people, answered from their dossiers and the roster."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Subject
from dangan.dossiers.opening import open_rows
from dangan.dossiers.rules import supervisor_of
from dangan.roster import queries as roster_queries
from dangan.vault.queries import keys_of
from dangan.workflow import people


class DossierPeople:
    """The :class:`dangan.workflow.people.PeopleProvider` of these dossiers."""

    def units(self, subjects: Collection[UUID]) -> Mapping[UUID, UUID | None]:
        """The unit of each person's present post; one statement."""
        return dict(Subject.objects.filter(pk__in=subjects).values_list("pk", "unit"))

    def supervisor(self, subject: UUID) -> UUID | None:
        """Whom the present post names as supervisor; two statements."""
        keys = keys_of([subject], skip_destroyed=True)
        dictionary = dictionary_queries.current()
        rows = open_rows(keys, dictionary, ["post"])
        return supervisor_of(dictionary, rows[subject]) if subject in rows else None

    def names(self, subjects: Collection[UUID]) -> Mapping[UUID, str]:
        """Names whoever asks: who takes part in a case is told to those who take part."""
        return roster_queries.names(subjects)


def register() -> None:
    """Called once from ``AppConfig.ready``."""
    people.register(DossierPeople())
