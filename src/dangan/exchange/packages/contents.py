"""What goes into a package: catalogue, records cut to rights, pages, and an extract of the log."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Actor, Showing, field_showings
from dangan.audit import queries as audit
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.opening import open_rows
from dangan.files.models import SealedFile
from dangan.files.opening import open_content
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.queries import Item, Look
from dangan.materials.catalogue.rules.order import Entry, arrange
from dangan.materials.catalogue.table import categories
from dangan.materials.scans.exporting import picture_of
from dangan.materials.scans.models import Page
from dangan.vault.rules import SubjectKey

FORMAT = "dangan-package-1"
EVENTS_MOST = 5_000
_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif", "application/pdf": "pdf"}


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the payload, to be written piece by piece."""

    path: str
    pieces: Iterator[bytes]


def parts(actor: Actor, looked: Look, key: SubjectKey) -> Iterator[Part]:
    """The payload, in order. Materials that the actor may not see are left out."""
    items, _hidden = catalogue.contents(looked, key=key)
    order = arrange((Entry(item.id, item.body) for item in items), categories())
    by_id = {item.id: item for item in items}
    listed = [by_id[entry.id] for entry in order]
    files = _files(listed)
    yield _json("catalogue.json", _catalogue(actor, looked, listed, files))
    yield Part("data/catalogue.csv", iter([_table(listed)]))
    yield _json("records.json", _records(actor, looked, key))
    yield _json("log.json", _log(looked.volume.subject_id))
    for stored, path in files.whole.values():
        yield Part(f"data/{path}", open_content(key, stored))
    for page, (stored, path) in files.drawn.items():
        yield Part(f"data/{path}", iter([picture_of(key, stored, page)]))


def _json(name: str, value: Any) -> Part:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    return Part(f"data/{name}", iter([text.encode()]))


@dataclass(frozen=True, slots=True)
class Files:
    """What lies under the pages, with its path: files as they were given, once each; and pages
    that are drawn, because their file holds others that do not go."""

    whole: Mapping[UUID, tuple[SealedFile, str]]
    drawn: Mapping[Page, tuple[SealedFile, str]]

    def of(self, page: Page) -> dict[str, Any]:
        """Where a page is to be found in the package."""
        if page in self.drawn:
            return {"file": self.drawn[page][1], "file_page": 1, "rotation": 0, "dpi": page.dpi}
        return {
            "file": self.whole[page.file][1],
            "file_page": page.file_page,
            "rotation": page.rotation,
            "dpi": page.dpi,
        }


def _files(items: Sequence[Item]) -> Files:
    """The path of a file: place of its material, running number of its first page."""
    places = {item.id: place for place, item in enumerate(items, 1)}
    pages = Page.objects.filter(material__in=places, state=Page.State.CURRENT)
    rows = sorted(pages, key=lambda page: (places[page.material_id], page.number))
    stored = SealedFile.objects.in_bulk({page.file for page in rows})
    others = Page.objects.filter(file__in=stored).exclude(pk__in=[page.pk for page in rows])
    shared = set(others.values_list("file", flat=True))
    drawn: dict[Page, tuple[SealedFile, str]] = {}
    whole: dict[UUID, tuple[SealedFile, str]] = {}
    for page in rows:
        file, stem = stored[page.file], f"{places[page.material_id]:03d}/{page.number:03d}"
        if page.file in shared:
            drawn[page] = (file, f"pages/{stem}.jpg")
        elif page.file not in whole:
            suffix = _SUFFIXES.get(file.media_type, "bin")
            whole[page.file] = (file, f"pages/{stem}.{suffix}")
    return Files(whole, drawn)


def _catalogue(
    actor: Actor,
    looked: Look,
    items: Sequence[Item],
    files: Files,
) -> dict[str, Any]:
    volume, person = looked.volume, shown.person(actor, looked.volume.subject_id)
    by_material: dict[UUID, list[dict[str, Any]]] = {}
    for page in Page.objects.filter(
        material__in=[item.id for item in items], state=Page.State.CURRENT
    ).order_by("number"):
        by_material.setdefault(page.material_id, []).append(files.of(page))
    return {
        "format": FORMAT,
        "number": volume.number,
        "kind": volume.kind,
        "copy": volume.copy,
        "books": volume.books,
        "retention": volume.retention,
        "secrecy": volume.secrecy,
        "person": {"name": person.name, "employee_number": person.employee_number},
        "materials": [_line(item, by_material.get(item.id, [])) for item in items],
    }


def _line(item: Item, pages: list[dict[str, Any]]) -> dict[str, Any]:
    body = item.body
    return {
        "category": body.category,
        "number": body.number,
        "title": body.title,
        "formed": body.formed,
        "pages": body.pages,
        "copies": body.copies,
        "copy": body.copy,
        "remark": body.remark,
        "matter": body.matter,
        "stage": body.stage,
        "rank": body.rank,
        "source": body.source,
        "secrecy": item.secrecy,
        "scans": pages,
    }


def _table(items: Sequence[Item]) -> bytes:
    """The catalogue as people open it; formulas are no formulas there."""
    target = io.StringIO()
    target.write("\ufeff")
    rows = csv.writer(target)
    rows.writerow(["类号", "材料名称", "形成时间", "份数", "页数", "备注"])
    for item in items:
        body = item.body
        number = body.label or body.category
        rows.writerow(
            [number, _plain(body.title), body.formed, body.copies, body.pages, _plain(body.remark)]
        )
    return target.getvalue().encode()


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _records(actor: Actor, looked: Look, key: SubjectKey) -> dict[str, Any]:
    """Current rows of every set, only fields that the actor may take out as they are."""
    dictionary, path = dictionary_queries.current(), units.path(looked.volume.subject.unit)
    opened = open_rows({key.subject: key}, dictionary)[key.subject]
    found: dict[str, Any] = {}
    for info_set, rows in opened.items():
        plain = {
            field
            for action in ("export", "download")
            for field, showing in field_showings(
                actor, key.subject, path, dictionary.sets[info_set], action
            ).items()
            if showing is Showing.PLAIN
        }
        cut = [{name: row.values[name] for name in row.values if name in plain} for row in rows]
        if any(cut):
            found[info_set] = cut
    return {"format": FORMAT, "as_of": timezone.localdate().isoformat(), "sets": found}


def _log(subject: UUID) -> dict[str, Any]:
    """Looks and changes, with their places in the log and the checkpoint that holds them."""
    standing = audit.standing()
    return {
        "format": FORMAT,
        "checkpoint": standing.note or "",
        "events": [
            {
                "event": event.id,
                "leaf": event.leaf,
                "at": event.at.isoformat(),
                "action": event.action,
                "actor": str(event.actor),
            }
            for event in audit.looked_at(subject, limit=EVENTS_MOST)
        ],
    }
