"""A proposed portrait: a proof of the identity row that ``photo`` names, until it takes effect."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.dossiers.actions import portrait_jpeg
from dangan.dossiers.models import Portrait
from dangan.dossiers.opening import portrait_place
from dangan.dossiers.proposals.opening import Held
from dangan.files import queries as file_queries
from dangan.vault.rules import seal


def proposed_portrait(held: Held) -> UUID | None:
    """The picture that the proposal would make the portrait, one of its own proofs; or None."""
    for item in held.body.rows:
        photo = item.plan.values.get("photo") if item.plan.info_set == "identity" else None
        found = next((proof for proof in item.proofs if str(proof) == photo), None)
        if found is not None:
            return found
    return None


def install_portrait(actor: Actor, held: Held) -> None:
    """Makes the proposed picture the portrait, in the transaction that writes its row: cut to
    5:7 and sealed where portraits stand, under the identifier that the row now holds."""
    picture = proposed_portrait(held)
    if picture is None:
        return
    data = b"".join(file_queries.content(actor, picture, why="照片变更生效"))
    subject = held.proposal.subject_id
    sealed = seal(held.key, portrait_place(subject, picture), portrait_jpeg(data))
    Portrait.objects.update_or_create(
        subject_id=subject,
        defaults={"picture": picture, "sealed": sealed, "at": timezone.now()},
    )
