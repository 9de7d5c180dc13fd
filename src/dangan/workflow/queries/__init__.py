"""Reads of the workflow: one case, the desk's boxes, definitions, deputies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from dangan.access.rules import Actor
from dangan.workflow.handling import Facts
from dangan.workflow.queries.shapes import (
    Box,
    CaseLine,
    CaseView,
    CommentView,
    DefinitionLine,
    DefinitionView,
    DeputyLine,
    DeskLine,
    DeskPage,
    DryStep,
    SignerView,
    StepView,
    TimelineLine,
    Turn,
    VersionLine,
)

__all__ = [
    "Box",
    "CaseLine",
    "CaseView",
    "CommentView",
    "DefinitionLine",
    "DefinitionView",
    "DeputyLine",
    "DeskLine",
    "DeskPage",
    "DryStep",
    "SignerView",
    "StepView",
    "TimelineLine",
    "Turn",
    "VersionLine",
]


def case_view(actor: Actor, case: UUID) -> CaseView:
    """A case for whoever takes or took part in it, or may see all cases where it belongs.

    Raises :class:`Absent` for all others, and notes the refusal.
    """
    raise NotImplementedError


def desk(
    actor: Actor, box: Box, *, kind: str = "", state: str = "", offset: int = 0, limit: int = 50
) -> DeskPage:
    """One of the actor's boxes, newest first (待办: what is due first)."""
    raise NotImplementedError


def todo_count(actor: Actor) -> int:
    """How many tasks wait for the actor, as a deputy too; one statement."""
    raise NotImplementedError


def of_subject(actor: Actor, subject: UUID) -> tuple[CaseLine, ...]:
    """The cases about a person that the actor may see, newest first."""
    raise NotImplementedError


def of_object(object: UUID) -> CaseLine | None:
    """The newest case about an upper room's own row; rights are the caller's to decide."""
    raise NotImplementedError


def dry_run(
    actor: Actor,
    *,
    definition_body: Mapping[str, Any],
    subject: UUID | None,
    initiator: UUID,
    facts: Facts,
) -> list[DryStep]:
    """Who would decide what, were ``initiator`` (an account) to start such a case now."""
    raise NotImplementedError


def definitions(actor: Actor) -> tuple[DefinitionLine, ...]:
    """All definitions by kind and label; needs definitions.view."""
    raise NotImplementedError


def definition(actor: Actor, key: str, version: int | None = None) -> DefinitionView:
    """One definition: the draft, the version in use or the one asked for."""
    raise NotImplementedError


def deputies(actor: Actor) -> tuple[DeputyLine, ...]:
    """Who acts for the actor and for whom the actor acts, now and later."""
    raise NotImplementedError


def people_to_choose(actor: Actor, text: str, limit: int = 10) -> list[tuple[UUID, str]]:
    """Accounts by the beginning of a name or number, for handing over, adding, mentioning."""
    raise NotImplementedError
