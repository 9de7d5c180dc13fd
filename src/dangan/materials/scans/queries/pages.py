"""Pages of a material, their pictures and thumbnails."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from dangan.access.rules import Absent, Actor, Refused
from dangan.audit.rules import Event
from dangan.files import queries as files
from dangan.files.responses import watermark_of
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.models import Secrecy, Volume
from dangan.materials.catalogue.queries import Item, Look
from dangan.materials.catalogue.queries.settings import settings
from dangan.materials.scans.models import Page
from dangan.materials.scans.rules.quality import Checks, Fault, Scanned, decode, faults
from dangan.materials.scans.sealing import checks_place, thumbnail_place
from dangan.vault.rules import SubjectKey, unseal

WIDTHS = (800, 1200, 1600, 2000)
"""In pixels: what a page may be asked in, so that few pictures are made."""


@dataclass(frozen=True, slots=True)
class PageInfo:
    """One page of a material; ``faults`` are for those who arrange scans."""

    id: UUID
    number: int
    rotation: int
    width: int
    height: int
    dpi: int | None
    file: UUID
    file_page: int
    state: str
    accepted: bool
    checks: Checks
    faults: tuple[Fault, ...] = field(default=())

    @property
    def lying(self) -> bool:
        """Whether it is shown broader than high."""
        turned = self.rotation in {90, 270}
        return (self.height > self.width) if turned else (self.width > self.height)


def pages(
    actor: Actor, material: UUID, *, states: Sequence[str] = ("current",), whole: bool = False
) -> tuple[Look, Item, list[PageInfo]]:
    """The pages of a material the actor may see, in order; with ``whole`` doubles are looked for
    in the whole volume, else among these pages only.

    Raises :class:`Absent` and :class:`Refused` as :func:`catalogue.queries.material`.
    """
    looked, item = catalogue.material(actor, material)
    return looked, item, pages_of(looked, item, states=states, whole=whole)


def pages_of(
    looked: Look, item: Item, *, states: Sequence[str] = ("current",), whole: bool = False
) -> list[PageInfo]:
    """As :func:`pages`, of a material that the page has looked at already. Two statements."""
    material, key = item.id, looked.key
    found_rows = Page.objects.filter(material=material, state__in=states)
    rows = list(found_rows.defer("sealed_thumbnail").order_by("number", "at"))
    checks = {row.pk: _checks(key, row) for row in rows}
    terms = settings()
    current = [row for row in rows if row.state == Page.State.CURRENT]
    found = faults(
        [Scanned(row.pk, row.dpi, checks[row.pk]) for row in current],
        elsewhere=_elsewhere(key, looked, material) if whole else (),
        least_dpi=terms.scan_dpi,
        most_skew=terms.scan_skew,
    )
    return [_info(row, checks[row.pk], found.get(row.pk, ())) for row in rows]


def _elsewhere(key: SubjectKey, looked: Look, material: UUID) -> list[Checks]:
    """What was measured on the pages of the volume's other materials."""
    others = Page.objects.filter(
        material__volume=looked.volume, material__state="filed", state=Page.State.CURRENT
    ).exclude(material=material)
    return [_checks(key, row) for row in others.only("pk", "subject", "sealed_checks")]


def _checks(key: SubjectKey, row: Page) -> Checks:
    return decode(unseal(key, checks_place(row.subject, row.pk), bytes(row.sealed_checks)))


def _info(row: Page, checks: Checks, found: tuple[Fault, ...]) -> PageInfo:
    return PageInfo(
        row.pk,
        row.number,
        row.rotation,
        row.width,
        row.height,
        row.dpi,
        row.file,
        row.file_page,
        row.state,
        row.accepted,
        checks,
        () if row.accepted else found,
    )


def thumbnails(
    actor: Actor, looked: Look, material: UUID, listed: Sequence[PageInfo]
) -> Mapping[UUID, str]:
    """Small pictures of pages that :func:`pages` gave of this look, as ``data:`` addresses: one
    statement for all, and none of them stays in a cache. Too small to be read, so they carry no
    watermark."""
    rows = Page.objects.filter(pk__in=[page.id for page in listed]).only(
        "pk", "subject", "sealed_thumbnail"
    )
    shown = {}
    for row in rows:
        place = thumbnail_place(row.subject, row.pk)
        picture = unseal(looked.key, place, bytes(row.sealed_thumbnail))
        shown[row.pk] = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
    if shown:
        actor.trail.add(
            Event(
                "page.thumbnails",
                subject=looked.volume.subject_id,
                object=str(material),
                facts={"count": len(shown)},
            )
        )
    return shown


def page_of(actor: Actor, page: UUID) -> tuple[Look, Item, Page]:
    """One page and its material, if the actor may see it. Former pages are for those who arrange
    scans only. Raises :class:`Absent`, :class:`Refused`."""
    rows = Page.objects.select_related("material__volume__fonds", "material__volume__subject")
    row = (
        rows.defer("sealed_thumbnail", "sealed_checks")
        .annotate(names=catalogue.names_of(actor, "material__volume"))
        .filter(pk=page)
        .first()
    )
    if row is None:
        actor.trail.add(Event("page.read", outcome="refused", object=str(page)))
        raise Absent
    looked, item = catalogue.opened(actor, row.material, row.names)
    refuse_away(actor, looked, "page.read", page)
    if row.state != Page.State.CURRENT and not looked.sight.edit:
        actor.trail.add(
            Event("page.read", outcome="refused", subject=row.subject, object=str(page))
        )
        raise Absent
    return looked, item, row


def refuse_away(actor: Actor, looked: Look, event: str, object_: UUID) -> None:
    """Scans of a volume that went away show by a grant only, on screen, on paper and in a file.
    Raises :class:`Refused` (noted as ``event``)."""
    if looked.volume.standing == Volume.Standing.AWAY and not looked.sight.grants:
        actor.trail.add(
            Event(event, outcome="refused", subject=looked.volume.subject_id, object=str(object_))
        )
        raise Refused("archive.view", _("案卷已转出，扫描件只凭批准查看"), recorded=True)


def image(actor: Actor, page: UUID, *, width: int = 1200) -> bytes:
    """The page as JPEG with the reader's name, number and time, the secrecy mark and the case that
    lets them see it written all over; the look is noted.

    Raises :class:`Absent`, :class:`Refused`, :class:`dangan.vault.rules.Tampered`.
    """
    looked, item, row = page_of(actor, page)
    numbers = _numbers(looked, item)
    picture = files.page_image(
        actor,
        row.file,
        row.file_page,
        width=min(WIDTHS, key=lambda one: abs(one - width)),
        rotation=row.rotation,
        watermark=watermark(actor, item, numbers),
        why=numbers,
        held=looked.key,
    )
    actor.trail.add(
        Event(
            "page.read",
            subject=row.subject,
            object=str(row.pk),
            facts={"material": str(item.id), "page": row.number, "case": numbers},
        )
    )
    return picture


def watermark(actor: Actor, item: Item, numbers: str) -> str:
    """Who looks, their number and when; what it is marked; by which case."""
    mark = Secrecy(item.secrecy).label if item.secrecy else ""
    return " ".join(part for part in (str(mark), watermark_of(actor), numbers) if part)


def watermark_of_item(actor: Actor, looked: Look, item: Item) -> str:
    """The watermark for a whole material, as :func:`image` draws it on one page."""
    return watermark(actor, item, _numbers(looked, item))


def _numbers(looked: Look, item: Item) -> str:
    """The cases by which somebody who does not keep the volume sees this material."""
    if looked.sight.whole:
        return ""
    covering = [
        grant.number
        for grant in looked.sight.grants
        if grant.materials is None or item.id in grant.materials
    ]
    return "、".join(covering)


def download(actor: Actor, page: UUID) -> tuple[UUID, str, Iterator[bytes]]:
    """The file that a page lies in, as it was given: its identifier, media type and content.

    Needs the download right over everything that lies in the file: a material that was split
    shares it with the other. Raises :class:`Absent`, :class:`Refused`.
    """
    looked, item, row = page_of(actor, page)
    reason = "" if looked.sight.downloads(item.id) else _("下载原件需另行审批")
    if not reason and _holds_more(looked, row):
        reason = _("原件文件里还有你无权下载的页面，请改用导出或逐页查看")
    if reason:
        actor.trail.add(
            Event("page.download", outcome="refused", subject=row.subject, object=str(page))
        )
        raise Refused("archive.download", reason, recorded=True)
    info = files.infos([row.file]).get(row.file)
    if info is None:
        raise Absent
    why = _numbers(looked, item)
    actor.trail.add(
        Event(
            "page.download",
            subject=row.subject,
            object=str(page),
            facts={"material": str(item.id), "case": why},
        )
    )
    return row.file, info.media_type, files.content(actor, row.file, why=why)


def _holds_more(looked: Look, row: Page) -> bool:
    """Whether the file of a page holds others that the reader may not take: of another material,
    or taken out, which is for those who arrange scans."""
    others = Page.objects.filter(file=row.file).exclude(pk=row.pk).select_related("material")
    return any(
        not looked.sight.shows(other.material_id, other.material.secrecy)
        or not looked.sight.downloads(other.material_id)
        or (other.state != Page.State.CURRENT and not looked.sight.edit)
        for other in others
    )
