"""What holds and restriction stand in the way of, told to the rooms below."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.dossiers import keeping
from dangan.materials.catalogue import gates
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.panels import Fact
from dangan.materials.catalogue.queries import Look
from dangan.materials.disposal.holds import held
from dangan.materials.disposal.models import Postponed

_STOPPED: Final = ("destroy", "transfer", "remove")


def hold_gate(deed: gates.Deed, volumes: Collection[UUID]) -> Mapping[UUID, Sequence[Message]]:
    """A volume under a hold is neither destroyed nor sent away, and nothing is taken out of it."""
    if deed not in _STOPPED:
        return {}
    found = held(volumes=volumes).volumes
    return {volume: [_held(number)] for volume, number in found.items()}


def restriction_gate(
    deed: gates.Deed, volumes: Collection[UUID]
) -> Mapping[UUID, Sequence[Message]]:
    """A restricted volume is stored and protected, nothing else, until its term is over."""
    if deed == "destroy":
        return {}
    rows = Volume.objects.filter(pk__in=volumes, restricted_at__isnull=False)
    reason = Message("案卷已限制处理，只保存、不使用。确有需要，请先由个人信息保护负责人解除限制。")
    return {volume: [reason] for volume in rows.values_list("pk", flat=True)}


def dossier_gate(
    deed: keeping.Deed, subjects: Collection[UUID]
) -> Mapping[UUID, Sequence[Message]]:
    """A row of a dossier under a hold is not deleted, and the dossier not destroyed."""
    found = held(subjects, whole=deed == "destroy").subjects
    return {subject: [_held(number)] for subject, number in found.items()}


def postpone(file: UUID, subject: UUID) -> bool:
    """Keeps a file that was to be thrown away while a hold covers the person; a job throws it
    away when nothing holds it any more."""
    if not held([subject]).subjects:
        return False
    Postponed.objects.get_or_create(file=file, defaults={"subject": subject, "at": timezone.now()})
    return True


def hold_fact(actor: Actor, looked: Look) -> Fact | None:  # noqa: ARG001 - the panel's signature
    """In a volume's head: the hold that covers it."""
    volume = looked.volume.pk
    number = held(volumes=[volume], settled=False).volumes.get(volume)
    return Fact(_("保全"), number, "late") if number else None


def _held(number: str) -> Message:
    return Message("有保全 {number}，解除之前不能销毁、转出、抽取或删除。", number=number)
