"""Keeping the index of titles beside the catalogue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from dangan.materials.catalogue.models import Material
from dangan.materials.catalogue.queries import item_of
from dangan.materials.reading.index import title_entry
from dangan.materials.reading.models import Entry, Reading
from dangan.vault import queries as vault


def index_title(actor: object, material: UUID, change: str = "") -> None:
    """Writes the entry of a material's title anew, or removes what is known of one that is gone.

    Handler of ``catalogue.changes.on_material``: runs inside the transaction that changed it,
    whose verb has decided and noted. A material that was taken out is found no more, since
    search looks at its state; its texts go only when it is destroyed.
    """
    del actor
    row = Material.objects.filter(pk=material).first()
    if row is None or row.state == Material.State.DESTROYED or change == "destroyed":
        Entry.objects.filter(material=material).delete()
        Reading.objects.filter(material=material).delete()
        return
    key = vault.key_of(row.subject)
    entry = title_entry(key, row.pk, row.version, item_of(key, row).body.title)
    _save(entry)


def _save(entry: Entry) -> None:
    fields: list[Any] = ["version", "sealed", "grams", "subject", "material"]
    Entry.objects.bulk_create(
        [entry], update_conflicts=True, update_fields=fields, unique_fields=["id"]
    )
