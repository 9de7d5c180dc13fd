"""The end of a dossier's life: restricted 限制处理, destroyed whole, or one row of it destroyed.

Called by the room that decides about it (disposal), inside its transaction; nothing is decided
here but what must be true of the dossier itself.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Message
from dangan.dossiers import keeping
from dangan.dossiers.models import Portrait, Problem, Record, Subject, UniqueToken
from dangan.dossiers.opening import open_rows
from dangan.dossiers.proposals.models import ProposalClaim
from dangan.dossiers.rules import CLOSED_STATES
from dangan.dossiers.writing import roster_entries
from dangan.roster import actions as roster_actions
from dangan.vault import actions as vault_actions
from dangan.vault import queries as vault_queries


class MustKeep(Exception):  # noqa: N818 - an answer, not an error
    """Something stands in the way; ``message`` says what."""

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message


def restrict(actor: Actor, *, subject: UUID) -> None:
    """Keeps a dossier for no use: its key is put aside, so that no page, search, export or count
    can open anything of it, and its line leaves the roster. Raises :class:`Absent`."""
    person = locked(subject)
    if person.restricted_at is not None or person.state not in CLOSED_STATES:
        raise Absent
    person.restricted_at = timezone.now()
    person.save(update_fields=["restricted_at"])
    roster_actions.remove([subject])
    vault_actions.withhold(actor, subject=subject)
    actor.trail.add(Event("dossier.restrict", subject=subject))


def unrestrict(actor: Actor, *, subject: UUID) -> None:
    """The dossier is used again as before. Raises :class:`Absent`."""
    person = locked(subject)
    if person.restricted_at is None:
        raise Absent
    person.restricted_at = None
    person.save(update_fields=["restricted_at"])
    vault_actions.give_back(actor, subject=subject)
    _put_in_roster(person)
    actor.trail.add(Event("dossier.unrestrict", subject=subject))


def destroy_dossier(actor: Actor, *, subject: UUID) -> int:
    """Destroys the key and everything of the dossier; gives the number of records emptied.

    Raises :class:`MustKeep` when a gate objects, :class:`Absent` when it is destroyed already.
    """
    _refuse_kept("destroy", subject)
    person = locked(subject)
    emptied = _empty(person)
    vault_actions.destroy_key(actor, subject=subject)
    actor.trail.add(Event("dossier.destroy", subject=subject, facts={"records": emptied}))
    return emptied


def destroy_again(actor: Actor, *, subject: UUID) -> int | None:
    """After a restore: empties a dossier that was destroyed after the back-up was made, and whose
    key is gone already. No gate is asked: they were when it was destroyed. None where there is
    no such dossier, or it is empty."""
    found = Subject.objects.select_for_update().filter(pk=subject)
    person = found.exclude(state=Subject.State.DESTROYED).first()
    if person is None:
        return None
    emptied = _empty(person)
    actor.trail.add(
        Event("dossier.destroy", subject=subject, facts={"records": emptied, "again": True})
    )
    return emptied


def restrict_again(actor: Actor, *, subject: UUID) -> None:
    """After a restore: what was restricted after the back-up was made is so again, whatever state
    it was in then."""
    person = locked(subject)
    person.restricted_at = timezone.now()
    person.save(update_fields=["restricted_at"])
    roster_actions.remove([subject])
    vault_actions.withhold(actor, subject=subject)
    actor.trail.add(Event("dossier.restrict", subject=subject, facts={"again": True}))


def _empty(person: Subject) -> int:
    subject = person.pk
    person.state, person.changed_at = Subject.State.DESTROYED, timezone.now()
    person.restricted_at, person.completeness = None, 0
    person.save(update_fields=["state", "changed_at", "restricted_at", "completeness"])
    roster_actions.remove([subject])
    UniqueToken.objects.filter(subject=subject).delete()
    Portrait.objects.filter(subject=subject).delete()
    ProposalClaim.objects.filter(proposal__subject=subject).delete()
    return Record.objects.filter(subject=subject).update(sealed=b"")


def destroy_row(actor: Actor, *, subject: UUID, row: UUID) -> int:
    """Destroys every version of one row; gives their number. The roster's line and unique tokens
    follow. Raises as :func:`destroy_dossier`."""
    _refuse_kept("delete", subject)
    return row_again(actor, subject=subject, row=row)


def row_again(actor: Actor, *, subject: UUID, row: UUID) -> int:
    """:func:`destroy_row` without asking whether something stands in the way: after a restore, of
    a row that was destroyed after the back-up was made."""
    person = locked(subject)
    versions = Record.objects.filter(subject=subject, row=row)
    info_set = versions.values_list("info_set", flat=True).first()
    if info_set is None:
        raise Absent
    UniqueToken.objects.filter(subject=subject, row=row).delete()
    Problem.objects.filter(subject=subject, row=row).delete()
    count, _each = versions.delete()
    if person.restricted_at is None:
        _put_in_roster(person)
    actor.trail.add(
        Event(
            "record.destroy",
            subject=subject,
            object=str(row),
            facts={"set": info_set, "versions": count},
        )
    )
    return count


def locked(subject: UUID) -> Subject:
    """The dossier's row, locked; raises :class:`Absent` when it is destroyed."""
    found = Subject.objects.select_for_update().filter(pk=subject)
    person = found.exclude(state=Subject.State.DESTROYED).first()
    if person is None:
        raise Absent
    return person


def destroyed_at(subject: UUID) -> datetime | None:
    """When it was destroyed; None while it lives."""
    found = Subject.objects.filter(pk=subject, state=Subject.State.DESTROYED)
    return found.values_list("changed_at", flat=True).first()


def register() -> None:
    """The key of a living dossier is destroyed by :func:`destroy_dossier` alone."""
    vault_actions.guard_keys(_lives)


def _lives(subject: UUID) -> bool:
    found = Subject.objects.filter(pk=subject)
    return found.exclude(state=Subject.State.DESTROYED).exists()


def _refuse_kept(deed: keeping.Deed, subject: UUID) -> None:
    reasons = keeping.reasons(deed, [subject]).get(subject)
    if reasons:
        raise MustKeep(reasons[0])


def _put_in_roster(person: Subject) -> None:
    keys = vault_queries.keys_of([person.pk], skip_destroyed=True)
    if not keys:
        return
    rows = open_rows(keys, dictionary_queries.current())
    roster_actions.put(roster_entries({person.pk: (person.state, rows[person.pk])}), keys)
