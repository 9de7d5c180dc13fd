"""Who is due: files never audited, and those that have grown since they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries import kept_away
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.special_audit.models import SpecialAudit

PAGE = 30
Tab = Literal["due", "open", "examined", "doubt", "done"]


@dataclass(frozen=True, slots=True)
class DueLine:
    line: shown.VolumeLine
    audit: SpecialAudit | None
    why: Literal["never", "grown", ""]


@dataclass(frozen=True, slots=True)
class DuePage:
    lines: Sequence[DueLine]
    total: int
    offset: int
    counts: dict[str, int]
    limit: int = PAGE


def due(actor: Actor, *, tab: Tab = "due", offset: int = 0) -> DuePage:
    """The batch list of those whose files the actor keeps: originals of cadre and staff files, not
    the actor's own or a relative's cadre file.

    Six statements however many there are.
    """
    rows = _volumes(actor)
    counts = {key: _of(rows, key).count() for key in ("due", "open", "examined", "doubt", "done")}
    found = list(_of(rows, tab).order_by("number")[offset : offset + PAGE])
    away = kept_away(actor, found)
    found = [volume for volume in found if volume.pk not in away]
    last = {
        row.volume_id: row
        for row in SpecialAudit.objects.filter(volume__in=found)
        .exclude(state=SpecialAudit.State.CANCELLED)
        .order_by("pk")
    }
    lines = [
        DueLine(line, last.get(line.id), _why(volume, last.get(line.id)))
        for line, volume in zip(shown.volume_lines(actor, found), found, strict=True)
    ]
    actor.trail.add(Event("special_audit.list", facts={"shown": len(lines)}))
    return DuePage(lines, counts[tab], offset, counts)


def _why(volume: Volume, audit: SpecialAudit | None) -> Literal["never", "grown", ""]:
    if audit is None:
        return "never"
    if audit.state == SpecialAudit.State.CONCLUDED and audit.catalogue_version < volume.materials:
        return "grown"
    return ""


def _volumes(actor: Actor) -> QuerySet[Volume]:
    audits = SpecialAudit.objects.filter(volume=OuterRef("pk"))
    concluded = audits.filter(state=SpecialAudit.State.CONCLUDED).order_by("-pk")
    rows = volumes_within(actor, "special_audit.manage").filter(
        kind__in=["cadre", "staff"], copy=Volume.Copy.ORIGINAL, restricted_at__isnull=True
    )
    return rows.exclude(standing=Volume.Standing.AWAY).annotate(
        running=Subquery(audits.filter(state__in=["open", "examined"]).values("state")[:1]),
        judged=Exists(concluded),
        seen=Subquery(concluded.values("catalogue_version")[:1]),
        doubts=Subquery(concluded.values("findings")[:1]),
    )


def _of(rows: QuerySet[Volume], tab: Tab) -> QuerySet[Volume]:
    conditions = {
        "due": Q(running__isnull=True) & (Q(judged=False) | Q(seen__lt=F("materials"))),
        "open": Q(running="open"),
        "examined": Q(running="examined"),
        "doubt": Q(judged=True, doubts__gt=0),
        "done": Q(judged=True, running__isnull=True),
    }
    return rows.filter(conditions[tab])
