"""How the rooms below are emptied when something is destroyed.

Of a whole dossier every sealed column that stands beside the person's identifier is emptied, in
whatever room: the tables are asked, so a room made later is emptied too. The person's key goes
with it; what a back-up of the database holds of these columns opens for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.dossiers.models import Portrait, Record
from dangan.files import actions as files
from dangan.files.models import SealedFile
from dangan.materials.catalogue.models import Material, MaterialVersion, Reader, Volume
from dangan.materials.disposal import erasure
from dangan.materials.disposal.erasure import Scope
from dangan.materials.disposal.models import Due, Item, Postponed
from dangan.materials.reading.actions.erasing import erase as erase_readings
from dangan.materials.scans.models import Arrival, Page
from dangan.materials.storeroom.models import Code, Move, Placement

APART: frozenset[str] = frozenset(
    {
        "access.Account",  # its profile is under the account's own key, and names who acted
        "roster.Entry",  # taken out by the roster's own verb
    }
)
"""Tables with a person's identifier that are not emptied by :func:`columns`."""


def register() -> None:
    """This room's registrations."""
    erasure.register("catalogue", _catalogue)
    erasure.register("files", _files)
    erasure.register("reading", _readings)
    erasure.register("scans", _scans)
    erasure.register("storeroom", _storeroom)
    erasure.register("tables", _tables)


def _catalogue(actor: Actor, scope: Scope) -> Mapping[str, int]:  # noqa: ARG001
    """Catalogue lines lose their bodies; volumes stand as destroyed with their number."""
    papers = Material.objects.filter(pk__in=scope.materials)
    pages = papers.aggregate(all=models.Sum("pages"))["all"] or 0
    singles = papers.exclude(volume__in=scope.volumes).filter(state=Material.State.FILED)
    for one in singles.values("volume").annotate(
        gone=models.Count("pk"),
        sheets=models.Sum("pages"),
        whole=models.Count("pk", filter=Q(pages__gt=0, scanned_pages__gte=F("pages"))),
        sides=models.Sum("scanned_pages"),
    ):
        Volume.objects.filter(pk=one["volume"]).update(
            materials=F("materials") - one["gone"],
            pages=F("pages") - one["sheets"],
            scanned=Greatest(F("scanned") - one["whole"], 0),
            scanned_pages=Greatest(F("scanned_pages") - one["sides"], 0),
        )
    MaterialVersion.objects.filter(material__in=scope.materials).update(sealed=b"")
    count = papers.update(sealed=b"", state=Material.State.DESTROYED, at=timezone.now())
    for volume in Volume.objects.filter(pk__in=scope.volumes):
        volume.standing, volume.closed_at = Volume.Standing.DESTROYED, timezone.now()
        volume.restricted_at = None
        volume.version += 1
        volume.save(update_fields=["standing", "closed_at", "restricted_at", "version"])
    readers = Reader.objects.filter(ended_at__isnull=True)
    readers.filter(Q(volume__in=scope.volumes) | Q(material__in=scope.materials)).update(
        ended_at=timezone.now()
    )
    return {"materials": count, "pages": pages}


def _files(actor: Actor, scope: Scope) -> Mapping[str, int]:
    """Every file of a destroyed person: scans, proofs, letters. Keys now, bytes after."""
    Postponed.objects.filter(subject__in=scope.subjects).delete()
    kept = SealedFile.objects.filter(subject__in=scope.subjects, state=SealedFile.State.KEPT)
    wanted = list(kept.order_by("pk").values_list("pk", flat=True))
    for file in wanted:
        files.discard(actor, file=file)
    SealedFile.objects.filter(subject__in=scope.subjects).update(sealed_name=b"")
    return {"files": len(wanted)}


def _scans(actor: Actor, scope: Scope) -> Mapping[str, int]:
    """Pages lose thumbnails and findings; their files go, unless another's pages lie in them."""
    pages = Page.objects.filter(material__in=scope.materials)
    arrivals = Arrival.objects.filter(volume__in=scope.volumes)
    wanted = set(pages.values_list("file", flat=True)) | set(
        arrivals.values_list("file", flat=True)
    )
    shared = Page.objects.filter(file__in=wanted).exclude(material__in=scope.materials)
    wanted -= set(shared.values_list("file", flat=True))
    kept = SealedFile.objects.filter(pk__in=wanted, state=SealedFile.State.KEPT)
    gone = list(kept.order_by("pk").values_list("pk", flat=True))
    for file in gone:
        files.discard(actor, file=file)
    SealedFile.objects.filter(pk__in=gone).update(sealed_name=b"")
    arrivals.delete()
    count = pages.filter(state=Page.State.CURRENT).count()
    pages.update(sealed_thumbnail=b"", sealed_checks=b"", state=Page.State.REMOVED)
    return {"scans": count, "files": len(gone)}


def _storeroom(actor: Actor, scope: Scope) -> Mapping[str, int]:
    """A destroyed volume has no place and its label says nothing any more; its way stays told."""
    now = timezone.now()
    for home in Placement.objects.filter(volume__in=scope.volumes, place__isnull=False):
        Move.objects.create(
            volume_id=home.volume_id,
            origin_id=home.place_id,
            kind=Move.Kind.OUT,
            at=now,
            by=actor.id,
        )
        home.place, home.since, home.by = None, now, actor.id
        home.save(update_fields=["place", "since", "by"])
    labels = Code.objects.filter(volume__in=scope.volumes, void_at__isnull=True)
    labels.update(void_at=now, void_by=actor.id)
    return {}


def _readings(actor: Actor, scope: Scope) -> Mapping[str, int]:  # noqa: ARG001
    """Texts read on scans, and the index by which they are found."""
    return {"texts": erase_readings(scope.subjects, scope.materials)}


def _tables(actor: Actor, scope: Scope) -> Mapping[str, int]:  # noqa: ARG001
    """All other sealed columns of a destroyed person, in whatever room they stand."""
    if not scope.subjects:
        return {}
    for column in columns():
        column.empty(scope.subjects)
    return {}


class Column:
    """The sealed columns of one table, and how its rows name the person."""

    def __init__(self, table: type[models.Model], path: str, names: tuple[str, ...]) -> None:
        self.table = table
        self.path = path
        self.names = names

    def rows(self, subjects: frozenset[UUID]) -> models.QuerySet[models.Model]:
        """Rows of these people."""
        return self.table._default_manager.filter(**{f"{self.path}__in": list(subjects)})

    def empty(self, subjects: frozenset[UUID]) -> None:
        """Leaves nothing sealed in them."""
        self.rows(subjects).update(**dict.fromkeys(self.names, b""))


@lru_cache(maxsize=1)
def columns() -> tuple[Column, ...]:
    """Every table that has sealed columns and, itself or by its parents, a person."""
    return tuple(_columns())


def _columns() -> Iterator[Column]:
    handled = {Record, Portrait, Material, MaterialVersion, SealedFile, Due, Item}
    for table in apps.get_models():
        names = tuple(sorted(_sealed(table)))
        path = _path(table, set())
        if names and path and table not in handled and table._meta.label not in APART:
            yield Column(table, path, names)


def _sealed(table: type[models.Model]) -> Iterator[str]:
    for item in table._meta.get_fields():
        named = item.name.startswith("sealed") or item.name in {"reason", "halves", "purpose"}
        if named and isinstance(item, models.BinaryField):
            yield item.name


def _path(table: type[models.Model], seen: set[type[models.Model]]) -> str:
    """How to filter the table by person: ``subject``, ``case__subject`` … ; empty for none."""
    if table in seen:
        return ""
    fields = {item.name: item for item in table._meta.get_fields()}
    own = fields.get("subject")
    if isinstance(own, models.UUIDField | models.ForeignKey):
        return "subject"
    for name, item in sorted(fields.items()):
        if isinstance(item, models.ForeignKey | models.OneToOneField):
            above = item.related_model
            assert isinstance(above, type)  # noqa: S101 - models are loaded
            if above._meta.label in APART:
                continue  # what an account did is not what is told of the person
            path = _path(above, seen | {table})
            if path:
                return f"{name}__{path}"
    return ""
