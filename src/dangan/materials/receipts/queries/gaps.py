"""What a volume lacks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.queries import Look, item_of, keep
from dangan.materials.receipts.models import Wanted
from dangan.materials.receipts.requiring import person_facts, rules
from dangan.materials.receipts.rules.required import Lack, missing
from dangan.materials.receipts.sealing import open_lack, open_words, token_of_lack
from dangan.vault import queries as vault


@dataclass(frozen=True, slots=True)
class Gap:
    """A paper that is not there; ``wanted`` when somebody was asked, or it is known to be gone."""

    token: int
    lack: Lack
    wanted: Wanted | None = None
    words: str = ""


def lacks_of(volume: Volume) -> list[Lack]:
    """Every gap of the volume by the rules, in three statements. The caller decides who may know.

    All lines count, those that only named readers see too: what is there is not missing.
    """
    key = vault.key_of(volume.subject_id)
    filed = Material.objects.filter(volume=volume, state=Material.State.FILED)
    lines = [item_of(key, row).body for row in filed]
    facts = person_facts(key, dictionary_queries.current())
    return missing(rules(), volume.kind, lines, facts, timezone.localdate().year)


def gaps(actor: Actor, volume: UUID) -> tuple[Look, list[Gap]]:
    """What the volume lacks and what became of each gap, for its keeper; noted in the log.

    Raises as :func:`dangan.materials.catalogue.queries.keep`.
    """
    looked = keep(actor, volume, "receipts.manage", lock=False)
    row = looked.volume
    key = vault.key_of(row.subject_id)
    known = {
        wanted.token: wanted
        for wanted in Wanted.objects.select_related("chase")
        .filter(volume=row)
        .exclude(state=Wanted.State.RECEIVED)
    }
    found = []
    for lack in lacks_of(row):
        token = token_of_lack(row.pk, lack)
        wanted = known.pop(token, None)
        words = open_words(key, "answer", wanted.pk, wanted.sealed_answer) if wanted else ""
        found.append(Gap(token, lack, wanted, words))
    actor.trail.add(Event("volume.gaps", subject=row.subject_id, object=str(row.pk)))
    # Asked for, and since filed another way or no longer required: still to be closed.
    found += [
        Gap(wanted.token, open_lack(key, wanted), wanted)
        for wanted in known.values()
        if wanted.state in {Wanted.State.ASKED, Wanted.State.SENT}
    ]
    return looked, found
