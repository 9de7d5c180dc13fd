"""How people and volumes are written on the pages of the archive, cut to the reader's rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangan.access import units
from dangan.access.rules import Actor, Showing
from dangan.dossiers.links import Link
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.models import Volume
from dangan.organization import queries as organization_queries
from dangan.roster import queries as roster_queries
from dangan.roster.counting import Counts
from dangan.roster.rules import NAME, NUMBER, UNIT, Cell, RosterRow

_COLUMNS = (NAME, NUMBER, UNIT)


@dataclass(frozen=True, slots=True)
class PersonBlock:
    """A person as the reader may see them; what they may not see is empty."""

    subject: UUID
    name: str = ""
    employee_number: str = ""
    unit_label: str = ""


@dataclass(frozen=True, slots=True)
class VolumeLine:
    """A volume as one line of a list, register or suggestion."""

    id: UUID
    number: str
    kind: str
    kind_label: str
    copy_label: str
    standing: str
    standing_label: str
    secrecy: int
    """The highest mark in it; ``catalogue/parts/secrecy.html`` draws it."""
    person: PersonBlock
    materials: int = 0
    pages: int = 0
    scanned: int = 0

    @property
    def text(self) -> str:
        """``沈知微 020486 HD-Y-02046``: what tells it apart in one line."""
        parts = (self.person.name, self.person.employee_number, self.number)
        return " ".join(part for part in parts if part)


def person(
    actor: Actor, subject: UUID, *, told: bool = False, roster: Counts | None = None
) -> PersonBlock:
    """One person; ``told`` names them to whoever a case has told the name."""
    return people(actor, [subject], told=told, roster=roster)[subject]


def people(
    actor: Actor, subjects: Iterable[UUID], *, told: bool = False, roster: Counts | None = None
) -> dict[UUID, PersonBlock]:
    """These people, each with what the actor may read of name, number and unit.

    Everyone asked for is in the answer, with empty texts where nothing may be seen. ``roster`` is
    the look that the request has had at it (``roster.counting.counts_of``), where there is one.
    """
    wanted = set(subjects)
    rows = (
        roster.rows(wanted, _COLUMNS)
        if roster is not None
        else roster_queries.rows_of(actor, wanted, _COLUMNS)
    )
    names = roster_queries.names(wanted) if told else {}
    tree = organization_queries.tree() if rows else None
    return {
        subject: _block(
            subject,
            rows.get(subject),
            tree.label if tree else str,
            names.get(subject, ""),
        )
        for subject in wanted
    }


def volume_line(
    actor: Actor, volume: Volume, *, told: bool = False, roster: Counts | None = None
) -> VolumeLine:
    """A volume the caller has decided to show."""
    return _line(volume, person(actor, volume.subject_id, told=told, roster=roster))


def volume_lines(
    actor: Actor, volumes: Sequence[Volume], *, roster: Counts | None = None
) -> list[VolumeLine]:
    """Volumes the caller has decided to show, in their order."""
    blocks = people(actor, (volume.subject_id for volume in volumes), roster=roster)
    return [_line(volume, blocks[volume.subject_id]) for volume in volumes]


def _line(volume: Volume, block: PersonBlock) -> VolumeLine:
    return VolumeLine(
        id=volume.pk,
        number=volume.number,
        kind=volume.kind,
        kind_label=volume.get_kind_display(),
        copy_label=volume.get_copy_display(),
        standing=volume.standing,
        standing_label=volume.get_standing_display(),
        secrecy=max(volume.secrecy, volume.highest),
        person=block,
        materials=volume.materials,
        pages=volume.pages,
        scanned=volume.scanned,
    )


def _block(
    subject: UUID, row: RosterRow | None, label: Callable[[UUID], str], name: str
) -> PersonBlock:
    if row is None:
        return PersonBlock(subject, name)
    return PersonBlock(
        subject,
        name or _plain(row.cells, NAME),
        _plain(row.cells, NUMBER),
        label(row.unit) if row.unit else "",
    )


def _plain(cells: Mapping[str, Cell], path: str) -> str:
    cell = cells[path]
    return str(cell.value or "") if cell.showing is Showing.PLAIN else ""


def dossier_link(actor: Actor, subject: Subject) -> Link | None:
    """档案材料 on a dossier's page, for those who keep the person's archive; not for oneself."""
    if actor.subject == subject.pk or not actor.may_at("archive.view", units.path(subject.unit)):
        return None
    url = reverse("catalogue:of_person", args=[subject.pk])
    return Link(_("档案材料"), "archive", url)
