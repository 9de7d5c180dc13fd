"""Where people get mail: the addresses in their dossiers, for the notices below."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Subject
from dangan.dossiers.opening import open_rows
from dangan.notices import addresses
from dangan.vault.queries import keys_of

_GONE = (Subject.State.DEPARTED, Subject.State.RETAINED, Subject.State.DESTROYED)


def of(subjects: Collection[UUID]) -> Mapping[UUID, str]:
    """The mail address of each person who works here and has one; three statements."""
    here = Subject.objects.filter(pk__in=subjects).exclude(state__in=_GONE)
    keys = keys_of(here.values_list("pk", flat=True), skip_destroyed=True)
    opened = open_rows(keys, dictionary_queries.current(), ["contact"])
    found = {}
    for subject, rows in opened.items():
        for row in rows.get("contact", ()):
            address = str(row.values.get("email") or "")
            if address:
                found[subject] = address
    return found


def register() -> None:
    """Called once from ``AppConfig.ready``."""
    addresses.register(of)
