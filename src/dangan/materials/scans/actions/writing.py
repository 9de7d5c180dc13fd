"""What the verbs share: holding a material, storing its pages, and the counts. Rights first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID, uuid4

from django.db.models import F
from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.files.models import SealedFile
from dangan.files.opening import open_random
from dangan.files.pictures import PageFacts, facts
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.actions.writing import recount as recount_volume
from dangan.materials.catalogue.actions.writing import refuse_gated
from dangan.materials.catalogue.models import Material
from dangan.materials.scans import changes
from dangan.materials.scans.drawing import Drawn, draw
from dangan.materials.scans.models import Page, PageEvent
from dangan.materials.scans.rules.quality import encode
from dangan.materials.scans.sealing import checks_place, thumbnail_place
from dangan.vault import queries as vault
from dangan.vault.rules import SubjectKey, seal

PERMISSION = "archive.scan"
PARKED, APART = 10_000, 15_000
"""Above every real number: where pages stand that come from elsewhere, and how far all are moved
while they change places, so that no two ever have the same."""


def hold(actor: Actor, material: UUID, *, lock: bool = True) -> Material:
    """The material, locked, if the actor may arrange its pages and nothing stands in the way.

    Raises :class:`Absent`, :class:`dangan.access.rules.Refused`, and
    :class:`dangan.materials.catalogue.problems.CatalogueProblem`.
    """
    row = Material.objects.filter(pk=material, state=Material.State.FILED).first()
    if row is None:
        raise Absent
    looked = catalogue.keep(actor, row.volume_id, PERMISSION, lock=False)
    if not looked.sight.shows(row.pk, row.secrecy):
        actor.trail.add(
            Event("page.read", outcome="refused", subject=row.subject, object=str(material))
        )
        raise Absent
    return locked(row) if lock else row


def locked(row: Material) -> Material:
    """The material as it stands now, locked, while nothing stands in the way; whoever asks has
    been let through by :func:`hold`."""
    found = (
        Material.objects.select_for_update()
        .filter(pk=row.pk, state=Material.State.FILED, secrecy=row.secrecy, volume=row.volume_id)
        .first()
    )
    if found is None:
        raise Absent
    refuse_gated("change", found.volume_id)
    return found


def current(material: UUID) -> list[Page]:
    """The pages that stand in a material now, in order."""
    return list(Page.objects.filter(material=material, state=Page.State.CURRENT).order_by("number"))


def standing(material: UUID) -> int:
    """How many pages stand in a material now."""
    return Page.objects.filter(material=material, state=Page.State.CURRENT).count()


def drawn(key: SubjectKey, file: SealedFile) -> list[tuple[int, Drawn]]:
    """Every page of a file with its thumbnail and measures, numbered from 1."""
    return [(page, draw(key, file, page)) for page in range(1, (file.pages or 1) + 1)]


def store(
    actor: Actor,
    material: Material,
    key: SubjectKey,
    files: Sequence[tuple[SealedFile, Sequence[tuple[int, Drawn]]]],
    first: int,
) -> list[Page]:
    """Pages for each page of each file, numbered from ``first``; the material is held."""
    now = timezone.now()
    rows: list[Page] = []
    for file, file_page, picture, size in _each(key, files):
        row = Page(
            id=uuid4(),
            material=material,
            subject=material.subject,
            number=first + len(rows),
            file=file.pk,
            file_page=file_page,
            width=size.width,
            height=size.height,
            dpi=size.dpi,
            at=now,
            by=actor.id,
        )
        _seal_picture(key, row, picture)
        rows.append(row)
    return Page.objects.bulk_create(rows)


def _each(
    key: SubjectKey, files: Sequence[tuple[SealedFile, Sequence[tuple[int, Drawn]]]]
) -> Iterator[tuple[SealedFile, int, Drawn, PageFacts]]:
    for file, pictures in files:
        sizes = file.pages_seen or _sizes(key, file)
        for page, picture in pictures:
            yield file, page, picture, sizes[page - 1]


def _sizes(key: SubjectKey, file: SealedFile) -> Sequence[PageFacts]:
    with open_random(key, file) as content:
        return facts(content)


def _seal_picture(key: SubjectKey, row: Page, picture: Drawn) -> None:
    row.sealed_thumbnail = seal(key, thumbnail_place(row.subject, row.pk), picture.thumbnail)
    row.sealed_checks = seal(key, checks_place(row.subject, row.pk), encode(picture.checks))


def redraw(row: Page) -> None:
    """The thumbnail and measures of a page that was turned; not yet saved."""
    key = vault.key_of(row.subject)
    file = SealedFile.objects.get(pk=row.file)
    _seal_picture(key, row, draw(key, file, row.file_page, row.rotation))


def renumber(pages: Sequence[Page]) -> None:
    """Numbers these pages from 1 in this order; two statements, whatever the numbers were."""
    moved = [page for number, page in enumerate(pages, 1) if page.number != number]
    if not moved:
        return
    Page.objects.filter(pk__in=[page.pk for page in moved]).update(number=F("number") + APART)
    for number, page in enumerate(pages, 1):
        page.number = number
    Page.objects.bulk_update(moved, ["number"])


def recount(materials: Iterable[Material]) -> None:
    """Counts the pages of these materials and what their volumes have of them anew."""
    volumes = set()
    for material in materials:
        pages = Page.objects.filter(material=material, state=Page.State.CURRENT).count()
        Material.objects.filter(pk=material.pk).update(scanned_pages=pages)
        volumes.add(material.volume_id)
    for volume in sorted(volumes):
        recount_volume(volume)


def note(
    actor: Actor,
    verb: str,
    material: Material,
    pages: Sequence[UUID],
    *,
    reason: str = "",
    **more: object,
) -> None:
    """Writes down what was done, for the pages' history and the log, and tells rooms above.

    ``reason`` goes into the log only, sealed."""
    listed: Mapping[str, object] = {"pages": [str(page) for page in pages], **more}
    PageEvent.objects.create(
        material=material, verb=verb, facts=dict(listed), at=timezone.now(), by=actor.id
    )
    actor.trail.add(
        Event(
            f"page.{verb}",
            subject=material.subject,
            object=str(material.pk),
            reason=reason,
            facts={"count": len(pages), **more},
        )
    )
    changes.tell(actor, material.pk, pages)
