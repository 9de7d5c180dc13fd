"""Putting made-up people into the database as the dossiers room does."""

from __future__ import annotations

from django.db import transaction
from tests.roster.people import Person

from dangan.roster import actions
from dangan.roster.rules import RosterEntry
from dangan.vault.actions import make_keys
from dangan.vault.queries import keys_of


def entry(person: Person) -> RosterEntry:
    return RosterEntry(person.subject, person.unit, person.state, person.values)


def store(*people: Person) -> None:
    """Make keys where there are none and put the entries, in one transaction."""
    with transaction.atomic():
        ids = list({person.subject for person in people})
        known = keys_of(ids, skip_destroyed=True)
        keys = known | make_keys([each for each in ids if each not in known])
        actions.put([entry(person) for person in people], keys)
