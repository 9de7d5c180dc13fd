"""限制处理: what the law still wants kept is stored and protected, and used for nothing."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers import destroying as dossiers
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.models import Volume
from dangan.materials.disposal.models import Due, What
from dangan.materials.disposal.problems import DisposalProblem


def restrict(actor: Actor, *, what: str, target: UUID) -> None:
    """Restricts what the due list says is to be restricted: a dossier with its volumes, or one
    volume. Needs ``disposal.manage`` over the person's unit. Raises :class:`Absent`,
    :class:`DisposalProblem` when it is not (any more) due for that."""
    require(actor, "disposal.manage")
    with recording(actor):
        due = Due.objects.filter(what=what, target=target, way=Due.Way.RESTRICT).first()
        if due is None or not _may(actor, "disposal.manage", due.subject):
            raise Absent
        if what == What.DOSSIER:
            dossiers.restrict(actor, subject=due.subject)
            _volumes(actor, Volume.objects.filter(subject=due.subject))
        else:
            _volumes(actor, Volume.objects.filter(pk=target))
        Due.objects.filter(subject=due.subject).delete()


def lift_restriction(actor: Actor, *, subject: UUID, volume: UUID | None, reason: str) -> None:
    """解除限制, for example because a court asks: the privacy officer's to do, with the reason.

    Needs ``restriction.lift``. Raises :class:`Absent`, :class:`DisposalProblem`.
    """
    require(actor, "restriction.lift")
    if len(reason.strip()) < 4:
        raise DisposalProblem(Message("请写明解除限制的理由，至少 4 个字。"))
    if not _may(actor, "restriction.lift", subject):
        raise refuse(actor, "restriction.lift", subject=subject)
    with recording(actor):
        if volume is None:
            dossiers.unrestrict(actor, subject=subject)
            rows = Volume.objects.filter(subject=subject)
        else:
            if Subject.objects.filter(pk=subject, restricted_at__isnull=False).exists():
                raise DisposalProblem(Message("整份档案都在限制处理，请对整份档案解除。"))
            rows = Volume.objects.filter(pk=volume, subject=subject)
        locked = rows.select_for_update().order_by("pk").filter(restricted_at__isnull=False)
        ids = list(locked.values_list("pk", flat=True))
        if volume is not None and not ids:
            raise Absent
        Volume.objects.filter(pk__in=ids).update(restricted_at=None)
        actor.trail.add(
            Event(
                "disposal.unrestrict",
                subject=subject,
                object=str(volume or subject),
                facts={"volumes": [str(one) for one in ids]},
                reason=reason.strip(),
            )
        )


def _volumes(actor: Actor, rows: QuerySet[Volume]) -> None:
    living = rows.exclude(standing=Volume.Standing.DESTROYED).filter(restricted_at__isnull=True)
    for volume in living.select_for_update(of=("self",)).order_by("pk"):
        volume.restricted_at = timezone.now()
        volume.version += 1
        volume.save(update_fields=["restricted_at", "version"])
        actor.trail.add(Event("volume.restrict", subject=volume.subject_id, object=str(volume.pk)))


def _may(actor: Actor, permission: str, subject: UUID) -> bool:
    home = Subject.objects.filter(pk=subject).values_list("unit", flat=True).first()
    return actor.may_at(permission, units.path(home))
