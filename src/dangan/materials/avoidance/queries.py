"""Asking whether somebody must keep away from a person's file (干部人事档案工作条例: 任何个人不得
查阅、借用或者复制本人和其直系亲属的干部人事档案)."""

from __future__ import annotations

from uuid import UUID

from dangan.access.rules import Actor
from dangan.materials.avoidance.rules import Relation


def relation(actor: Actor, subject: UUID) -> Relation | None:
    """Why the actor must keep away from this person's file; None when nothing is known."""
    return relation_of(actor.subject, subject)


def relation_of(reader: UUID | None, subject: UUID) -> Relation | None:
    """The same for a person by their dossier; None for an account without one."""
    if reader is not None and reader == subject:
        return Relation("own")
    return None
