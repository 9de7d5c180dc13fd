"""Finding dossiers by unique values, and opening many for the plan of an import."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from dangan.access.rules import (
    Actor,
    Reach,
    reach,
)
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Subject, UniqueToken
from dangan.dossiers.opening import (
    open_rows,
)
from dangan.dossiers.rules import Row
from dangan.organization import queries as organization_queries
from dangan.vault import queries as vault_queries


def find_by_unique(path: str, value: str) -> UUID | None:
    """Whose unique value this is, whoever asks; callers must cut the answer to rights."""
    token = vault_queries.token_of(path, value)
    found = UniqueToken.objects.filter(path=path, token=token).values_list("subject_id", flat=True)
    return found.first()


def find_all_by_unique(path: str, values: Iterable[str]) -> dict[str, UUID]:
    """The holders of many unique values at once; callers must cut the answer to rights."""
    tokens = {vault_queries.token_of(path, value): value for value in values}
    found = UniqueToken.objects.filter(path=path, token__in=list(tokens)).values_list(
        "token", "subject_id"
    )
    return {tokens[token]: subject for token, subject in found}


def rows_for_planning(actor: Actor, subjects: Iterable[UUID]) -> dict[UUID, dict[str, list[Row]]]:
    """Current rows of existing dossiers within the actor's edit reach, for an import's plan.

    Subjects out of reach are left out. The values serve matching only; what is written is
    decided field by field in :mod:`.writing`.
    """
    within: Reach = reach(actor, "edit")
    tree = organization_queries.tree()
    stored = Subject.objects.filter(id__in=list(subjects)).values_list("id", "unit")
    allowed = [
        subject
        for subject, unit in stored
        if within.contains(subject, tree.path_of(unit) if unit else ())
    ]
    keys = vault_queries.keys_of(allowed, skip_destroyed=True)
    return open_rows(keys, dictionary_queries.current())
