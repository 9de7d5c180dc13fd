"""What goes when dossiers, volumes or materials are destroyed: the texts, and the numbers they
were found by, which stand in clear and would outlive the key."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from dangan.materials.reading.models import Entry, Reading


def erase(subjects: Collection[UUID] = (), materials: Collection[UUID] = ()) -> int:
    """Deletes all that was read of these people and materials, in the caller's transaction; how
    many pages that was. Whoever destroys has decided and notes it."""
    gone = Q(subject__in=list(subjects)) | Q(material__in=list(materials))
    Entry.objects.filter(gone).delete()
    pages, _by_model = Reading.objects.filter(gone).delete()
    return pages
