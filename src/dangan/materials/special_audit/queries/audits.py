"""One audit with everything that is computed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from dangan.access.rules import Absent, Actor, Refused
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import FileKind, Volume
from dangan.materials.catalogue.queries import Item, Look, contents, keep, unnamed
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

    Raises :class:`Absent`, :class:`Refused` where it cites what is marked 机密 or above and the
    actor is no named reader, and as :func:`dangan.materials.catalogue.queries.keep`.
    """
    row = SpecialAudit.objects.filter(pk=number).first()
    if row is None:
        raise Absent
    looked = keep(actor, row.volume_id, "special_audit.manage", lock=False)
    key = vault.key_of(row.subject)
    items = contents(looked, key=key)[0]
    body = open_body(key, row)
    refuse_marked(actor, row, body)
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


def refuse_marked(actor: Actor, row: SpecialAudit, body: Body) -> None:
    """What the audit took from marked materials is for their named readers, as they are. Raises
    :class:`Refused` (noted)."""
    cited = {UUID(entry.material) for entry in body.entries.values() if entry.material}
    if unnamed(actor, cited):
        actor.trail.add(
            Event("special_audit.read", outcome="refused", subject=row.subject, object=row.number)
        )
        raise Refused(
            "special_audit.manage", _("审核引用了涉密材料，由其指定阅览人办理"), recorded=True
        )


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
