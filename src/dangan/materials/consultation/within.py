"""Volumes and people of a request, loaded and judged: what every verb of asking begins with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from dangan.access.models import Account, AccountState
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.avoidance.queries import relations
from dangan.materials.catalogue import gates
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.queries import item_of, volume_chosen
from dangan.materials.consultation.grants import READABLE
from dangan.materials.consultation.rules.asking import Reader, Wrong
from dangan.vault.rules import SubjectKey


@dataclass(frozen=True, slots=True)
class Party:
    """An account that shall read, with the people whose files it must keep away from."""

    account: UUID
    name: str
    active: bool
    away_from: Collection[UUID]

    def as_reader_of(self, subject: UUID) -> Reader:
        return Reader(self.name, subject in self.away_from, self.active)


def volumes_to_use(actor: Actor, ids: Sequence[UUID], event: str) -> list[Volume]:
    """The volumes that somebody with ``archive.use`` may name, in their order.

    Raises :class:`Absent` for one that is out of reach or not there; the attempt is noted.
    """
    found = []
    for one in dict.fromkeys(ids):
        chosen = volume_chosen(actor, str(one), permission="archive.use")
        if len(chosen) != 1 or chosen[0].pk != one:
            actor.trail.add(Event(event, outcome="refused", object=str(one)))
            raise Absent
        found.append(chosen[0])
    return found


def standing_problems(volume: Volume) -> list[Wrong]:
    """Why this volume cannot be used now: it moves, went away, or a gate stands in the way."""
    if volume.standing not in READABLE:
        text = Message(
            "案卷 {number} 现在是“{standing}”，不能查阅。",
            number=volume.number,
            standing=volume.get_standing_display(),
        )
        return [Wrong("volume", text)]
    reasons = gates.reasons("read", [volume.pk]).get(volume.pk, [])
    return [Wrong("volume", reason) for reason in reasons]


def parties(accounts: Collection[UUID], subjects: Collection[UUID]) -> list[Party]:
    """The accounts as readers of these people's files. Unknown accounts are left out."""
    wanted = list(dict.fromkeys(accounts))
    rows = {row.pk: row for row in Account.objects.filter(pk__in=wanted)}
    names = names_of_accounts(rows)
    return [
        Party(
            one,
            names.get(one, ""),
            rows[one].state == AccountState.ACTIVE,
            frozenset(relations(rows[one].subject, subjects)),
        )
        for one in wanted
        if one in rows
    ]


def lying_in(volume: UUID, key: SubjectKey) -> Mapping[UUID, tuple[str, int]]:
    """Class and secrecy mark of every material filed in a volume. One statement."""
    rows = Material.objects.filter(volume=volume, state=Material.State.FILED)
    return {row.pk: (item_of(key, row).body.category, row.secrecy) for row in rows}
