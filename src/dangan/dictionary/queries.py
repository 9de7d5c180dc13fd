"""The dictionary in force, and its past revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from asgiref.local import Local

from dangan.dictionary.custom import merge
from dangan.dictionary.loading import builtin
from dangan.dictionary.models import Revision
from dangan.dictionary.rules import Dictionary

_request = Local()
_NONE: tuple[int, datetime | None] = (0, None)


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One line of the history: who changed what, when. ``what`` is ``verb path``."""

    id: int
    at: datetime
    actor: UUID
    what: str


def current() -> Dictionary:
    """The dictionary in force: the built-in part and what was added on the page.

    Costs one small query, and within a web request only the first time; the dictionary itself is
    kept per process and revision.
    """
    known: tuple[int, datetime | None] | None = getattr(_request, "newest", None)
    if known is None:
        known = _newest()
        if getattr(_request, "open", False):
            _request.newest = known
    return _dictionary(*known)


def revision_of(number: int) -> Dictionary:
    """The dictionary as it was at revision ``number`` (0: as shipped).

    Raises ``Revision.DoesNotExist`` when there never was one.
    """
    if number == 0:
        return builtin()
    return _dictionary(number, Revision.objects.values_list("at", flat=True).get(pk=number))


def revisions(limit: int = 100) -> Sequence[RevisionLine]:
    """The history, newest first."""
    rows = Revision.objects.order_by("-id").values_list("id", "at", "actor", "what")[:limit]
    return [RevisionLine(*row) for row in rows]


def document_in_force() -> dict[str, Any]:
    """The custom part in force as plain data, read afresh."""
    found = Revision.objects.order_by("-id").values_list("document", flat=True).first()
    return found if found is not None else {}


def _newest() -> tuple[int, datetime | None]:
    return Revision.objects.order_by("-id").values_list("id", "at").first() or _NONE


@lru_cache(maxsize=8)
def _dictionary(number: int, at: datetime | None) -> Dictionary:
    """Keyed by time as well: a number may come again after a roll-back of the database."""
    if at is None:
        return builtin()
    document = Revision.objects.values_list("document", flat=True).get(pk=number)
    return merge(builtin(), document, number)


def forget(**_: object) -> None:
    """Look up the newest revision again at the next :func:`current`."""
    _request.newest = None


def request_started(**_: object) -> None:
    """From here to :func:`request_finished` one look-up is enough (signal receiver)."""
    _request.newest, _request.open = None, True


def request_finished(**_: object) -> None:
    """See :func:`request_started`."""
    _request.newest, _request.open = None, False
