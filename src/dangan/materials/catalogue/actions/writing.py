"""What the verbs share: storing a line, a new version of one, and the counts of a volume. Rights
are decided by the callers, inside whose transaction this runs."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
from django.db.models import Count, F, Max, Q, Sum
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue import changes, gates
from dangan.materials.catalogue.models import Material, MaterialVersion, Volume
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.queries.looking import Item, item_of
from dangan.materials.catalogue.rules.bodies import MaterialBody, encode
from dangan.materials.catalogue.rules.checking import problems
from dangan.materials.catalogue.sealing import material_place
from dangan.materials.catalogue.table import categories
from dangan.vault import queries as vault
from dangan.vault.rules import SubjectKey, digest, seal


def refuse_gated(deed: gates.Deed, volume: UUID) -> None:
    """Raises :class:`CatalogueProblem` with the first reason that stands in the way."""
    reasons = gates.reasons(deed, [volume]).get(volume)
    if reasons:
        raise CatalogueProblem(reasons[0])


def checked(body: MaterialBody) -> MaterialBody:
    """The line, tidied. Raises :class:`CatalogueProblem` with the first thing wrong with it."""
    tidy = msgspec.structs.replace(
        body,
        title=" ".join(body.title.split()),
        remark=" ".join(body.remark.split()),
        matter=" ".join(body.matter.split()),
        source=" ".join(body.source.split()),
    )
    found = problems(tidy, categories(), timezone.localdate())
    if found:
        field, message = found[0]
        raise CatalogueProblem(message, field)
    return tidy


def new_material(
    actor: Actor,
    volume: Volume,
    key: SubjectKey,
    body: MaterialBody,
    secrecy: int,
    *,
    origin: Material | None = None,
) -> Material:
    """Seals and counts a material; ``origin`` is what it was copied from."""
    now = timezone.now()
    row = Material(
        id=uuid4(),
        volume=volume,
        subject=volume.subject_id,
        secrecy=secrecy,
        filed_at=now,
        at=now,
        by=actor.id,
        pages=body.pages,
        origin=origin,
        origin_version=origin.version if origin else None,
    )
    row.sealed = seal(key, material_place(row.subject, row.pk, 1), encode(body))
    row.digest = digest(row.sealed)
    row.save(force_insert=True)
    Volume.objects.filter(pk=volume.pk).update(
        materials=F("materials") + 1, pages=F("pages") + body.pages
    )
    if secrecy > volume.highest:
        Volume.objects.filter(pk=volume.pk).update(highest=secrecy)
        volume.highest = secrecy
    actor.trail.add(_event("material.file", row))
    changes.tell(actor, row.pk, "filed")
    return row


def rewrite(
    actor: Actor,
    row: Material,
    body: MaterialBody,
    *,
    change: changes.Change = "changed",
    event: str = "material.change",
    reason: str = "",
    key: SubjectKey | None = None,
) -> Item:
    """Keeps the present version and stores ``row`` with a new body, state or mark.

    ``row`` is locked and may carry a new state or mark; the old version keeps the old mark.
    """
    held = key or vault.key_of(row.subject)
    before = Material.objects.get(pk=row.pk)
    MaterialVersion.objects.create(
        material=row,
        version=before.version,
        sealed=before.sealed,
        digest=before.digest,
        secrecy=before.secrecy,
        at=before.at,
        by=before.by,
    )
    row.version = before.version + 1
    row.sealed = seal(held, material_place(row.subject, row.pk, row.version), encode(body))
    row.digest = digest(row.sealed)
    row.at, row.by, row.pages = timezone.now(), actor.id, body.pages
    row.save()
    recount(row.volume_id)
    actor.trail.add(_event(event, row, reason))
    changes.tell(actor, row.pk, change)
    return item_of(held, row)


def recount(volume: UUID) -> None:
    """Brings a volume's counts and highest mark up to what it holds. Two statements."""
    filed = Q(state=Material.State.FILED)
    found = Material.objects.filter(filed, volume=volume).aggregate(
        count=Count("pk"),
        whole=Count("pk", filter=Q(pages__gt=0, scanned_pages__gte=F("pages"))),
        paper=Sum("pages", default=0),
        images=Sum("scanned_pages", default=0),
        marked=Max("secrecy", default=0),
    )
    own = Volume.objects.filter(pk=volume).values_list("secrecy", flat=True).first() or 0
    Volume.objects.filter(pk=volume).update(
        materials=found["count"],
        pages=found["paper"],
        scanned=found["whole"],
        scanned_pages=found["images"],
        highest=max(own, found["marked"]),
    )


def refuse_version(row: Volume, version: int | None) -> None:
    """Raises :class:`CatalogueProblem` when somebody changed the volume since it was shown."""
    if version is not None and version != row.version:
        raise CatalogueProblem(Message("案卷信息刚被别人改过，请核对现在的内容后再保存。"))


def _event(name: str, row: Material, reason: str = "") -> Event:
    return Event(
        name,
        subject=row.subject,
        object=str(row.pk),
        reason=reason,
        facts={
            "volume": str(row.volume_id),
            "version": row.version,
            "secrecy": row.secrecy,
            "sha256": row.digest.hex(),
        },
    )
