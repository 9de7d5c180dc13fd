"""What a material's line said before: its versions, field by field."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import Material, MaterialVersion, Secrecy
from dangan.materials.catalogue.queries.looking import Item, Look, material
from dangan.materials.catalogue.rules.bodies import MaterialBody, decode
from dangan.materials.catalogue.sealing import material_place
from dangan.materials.catalogue.wording import differences
from dangan.vault import queries as vault
from dangan.vault.rules import unseal

SECRECY_LABEL = _("密级")


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version: when and by whom it came, and in what it differs from the one before."""

    version: int
    at: datetime
    by: str
    body: MaterialBody
    secrecy: int
    changes: tuple[tuple[str, str, str], ...]


def history(actor: Actor, material_id: UUID) -> tuple[Look, Item, list[VersionView]]:
    """Every version of a line, the newest first; for keepers.

    Raises :class:`Absent` for what the actor may not know of and for readers by a grant: they see
    the paper as it is. Raises :class:`~dangan.vault.rules.Tampered`.
    """
    looked, item = material(actor, material_id)
    if not looked.sight.whole:
        raise Absent
    actor.trail.add(
        Event("material.history", subject=looked.volume.subject_id, object=str(material_id))
    )
    key = vault.key_of(looked.volume.subject_id)
    row = Material.objects.get(pk=material_id)
    stored: list[Material | MaterialVersion] = []
    stored += MaterialVersion.objects.filter(material=material_id).order_by("version")
    stored.append(row)
    names = _names(stored)
    found: list[VersionView] = []
    before: VersionView | None = None
    for one in stored:
        place = material_place(row.subject, material_id, one.version)
        body = decode(unseal(key, place, bytes(one.sealed)))
        view = VersionView(
            one.version,
            one.at,
            names.get(one.by, ""),
            body,
            one.secrecy,
            _changes(before, body, one.secrecy),
        )
        found.append(view)
        before = view
    return looked, item, found[::-1]


def body_at(material_id: UUID, version: int) -> MaterialBody | None:
    """What a line said at a version, for who has been let at the line; None if there is none."""
    row = MaterialVersion.objects.select_related("material").filter(
        material=material_id, version=version
    ).first()  # fmt: skip
    if row is None:
        return None
    subject = row.material.subject
    place = material_place(subject, material_id, version)
    return decode(unseal(vault.key_of(subject), place, bytes(row.sealed)))


def _changes(
    before: VersionView | None, body: MaterialBody, secrecy: int
) -> tuple[tuple[str, str, str], ...]:
    if before is None:
        return ()
    found = differences(before.body, body)
    if before.secrecy != secrecy:
        old, new = Secrecy(before.secrecy), Secrecy(secrecy)
        found.append((str(SECRECY_LABEL), str(old.label), str(new.label)))
    return tuple(found)


def _names(stored: Collection[Material | MaterialVersion]) -> dict[UUID, str]:
    return names_of_accounts({one.by for one in stored})
