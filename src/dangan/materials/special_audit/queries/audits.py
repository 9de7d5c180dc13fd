"""One audit with everything that is computed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import FileKind, Volume
from dangan.materials.catalogue.queries import Item, Look, contents, keep
from dangan.materials.special_audit.models import SpecialAudit
from dangan.materials.special_audit.reading import earliest, form_of, papers_of
from dangan.materials.special_audit.rules.computing import Finding, Form, findings
from dangan.materials.special_audit.rules.items import ITEMS, Body, Entry, ItemKey
from dangan.materials.special_audit.sealing import open_body
from dangan.materials.special_audit.wording import LABELS
from dangan.vault import queries as vault


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item: what the form says, what was computed, what was entered."""

    key: ItemKey
    label: object
    form: str
    entry: Entry
    findings: Sequence[Finding]
    candidates: Sequence[Item]
    """Materials by which it is judged, the oldest first."""


@dataclass(frozen=True, slots=True)
class AuditView:
    row: SpecialAudit
    looked: Look
    body: Body
    items: Sequence[ItemView]


def audit(actor: Actor, number: int) -> AuditView:
    """An audit of a file the actor keeps; opening it is a look at what the form says.

    Raises :class:`Absent`, and as :func:`dangan.materials.catalogue.queries.keep`.
    """
    row = SpecialAudit.objects.filter(pk=number).first()
    if row is None:
        raise Absent
    looked = keep(actor, row.volume_id, "special_audit.manage", lock=False)
    key = vault.key_of(row.subject)
    items, _hidden = contents(looked, key=key)
    body = open_body(key, row)
    form = form_of(actor, looked.volume, key)
    computed = findings(
        form,
        papers_of(looked.volume, items),
        body.entries,
        cadre=looked.volume.kind == FileKind.CADRE,
    )
    actor.trail.add(
        Event("special_audit.read", subject=row.subject, object=row.number, reason=row.number)
    )
    views = [
        ItemView(
            item,
            LABELS[item],
            body.form.get(item, "") or _said(form, item),
            body.entry(item),
            [one for one in computed if one.item == item],
            earliest(items, item),
        )
        for item in ITEMS
    ]
    return AuditView(row, looked, body, views)


def _said(form: Form, item: ItemKey) -> str:
    if item == "education":
        return "；".join(f"{one.start}—{one.end} {one.school}" for one in form.studies)
    if item == "career":
        return "；".join(f"{one.start}—{one.end} {one.where}" for one in form.stints)
    return {"birth": form.birth, "work": form.work_start, "party": form.party_joined}.get(item, "")


def of_volume(actor: Actor, volume: UUID) -> tuple[Volume, list[SpecialAudit]]:
    """All audits of a volume, the newest first."""
    looked = keep(actor, volume, "special_audit.manage", lock=False)
    return looked.volume, list(SpecialAudit.objects.filter(volume=volume).order_by("-pk"))
