"""The decisions: one path through the matrix for one person and for all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from dangan.access.rules.parties import NOWHERE, Actor, FieldRule, Reach
from dangan.dictionary.rules import FieldClass, InfoSet


class Showing(StrEnum):
    """How a field comes out: as it is, with a mask, or not at all."""

    PLAIN = "plain"
    MASKED = "masked"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Resource:
    """What is asked for: a field (or, without ``field``, a set) of one person's dossier.

    ``unit_path`` runs from the root to the unit of the person's post; empty without a post.
    """

    subject: UUID
    unit_path: tuple[UUID, ...]
    info_set: str
    field: str | None = None
    field_class: FieldClass = FieldClass.INTERNAL


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer: allowed or not, why, and how a value is to be shown."""

    allowed: bool
    reason: str
    showing: Showing


@dataclass(frozen=True, slots=True)
class Scope:
    """The people for whom a field may be shown plain and those for whom masked.

    The two may overlap: plain wins.
    """

    plain: Reach
    masked: Reach

    def showing(self, subject: UUID, unit_path: tuple[UUID, ...]) -> Showing:
        """How the field comes out for one person."""
        if self.plain.contains(subject, unit_path):
            return Showing.PLAIN
        if self.masked.contains(subject, unit_path):
            return Showing.MASKED
        return Showing.HIDDEN


def _ceilings(rule: FieldRule, action: str) -> tuple[int, int]:
    """The classes up to which ``rule`` allows ``action`` plain and masked; 0 means never.

    Only looking has a masked form: nobody edits or reviews a value they cannot read.
    """
    if action == "reveal":
        return rule.reveal or 0, 0
    if action in {"read", "export", "print"}:
        return rule.plain or 0, rule.masked or 0
    return rule.plain or 0, 0


def scope(
    actor: Actor,
    action: str,
    info_set: str,
    field: str | None = None,
    field_class: FieldClass = FieldClass.INTERNAL,
) -> Scope:
    """For whom ``actor`` may do ``action`` to a field of the given class."""
    plain = masked = NOWHERE
    for rule, grant in actor.lines(action):
        if not rule.covers(info_set, field):
            continue
        plain_up_to, masked_up_to = _ceilings(rule, action)
        if field_class <= plain_up_to:
            plain |= grant.reach_of(rule, actor.subject)
        elif field_class <= masked_up_to:
            masked |= grant.reach_of(rule, actor.subject)
    if actor.permits:
        allowed = _permitted(actor, action, info_set, field)
        plain, masked = plain | allowed.plain, masked | allowed.masked
    return Scope(plain, masked)


def _permitted(actor: Actor, action: str, info_set: str, field: str | None) -> Scope:
    """What permits add, whatever the class of the field."""
    people: dict[str, set[UUID]] = {"plain": set(), "masked": set()}
    for permit, given in actor.permitted(action):
        if permit.covers(info_set, field):
            people[given].add(permit.subject)
    return Scope(
        Reach(people=frozenset(people["plain"])), Reach(people=frozenset(people["masked"]))
    )


def decide(actor: Actor, action: str, resource: Resource) -> Decision:
    """Whether ``actor`` may do ``action`` to ``resource``; the reason is fit for the log."""
    allowed = scope(actor, action, resource.info_set, resource.field, resource.field_class)
    showing = allowed.showing(resource.subject, resource.unit_path)
    if showing is Showing.HIDDEN:
        return Decision(False, f"no role allows {action} of {resource.info_set} here", showing)
    return Decision(True, f"a role allows {action} of {resource.info_set} here", showing)


def reach(actor: Actor, action: str = "read") -> Reach:
    """The people of whom ``actor`` may do ``action`` to anything at all."""
    total = NOWHERE
    for rule, grant in actor.lines(action):
        if any(_ceilings(rule, action)):
            total |= grant.reach_of(rule, actor.subject)
    people = frozenset(permit.subject for permit, _given in actor.permitted(action))
    return total | Reach(people=people) if people else total


def field_showings(
    actor: Actor,
    subject: UUID,
    unit_path: tuple[UUID, ...],
    info_set: InfoSet,
    action: str = "read",
) -> dict[str, Showing]:
    """How each field of a set comes out for one person, by field key."""
    return {
        field.key: scope(actor, action, info_set.key, field.key, field.field_class).showing(
            subject, unit_path
        )
        for field in info_set.fields
    }


def may_edit(actor: Actor, subject: UUID, unit_path: tuple[UUID, ...], info_set: InfoSet) -> bool:
    """Whether ``actor`` may edit at least one field of the set for one person."""
    showings = field_showings(actor, subject, unit_path, info_set, "edit")
    return Showing.PLAIN in showings.values()
