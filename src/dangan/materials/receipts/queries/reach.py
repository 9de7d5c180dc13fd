"""Who may see a request for papers."""

from __future__ import annotations

from dangan.access import units
from dangan.access.rules import Actor
from dangan.materials.receipts.models import Chase
from dangan.materials.receipts.owners import accounts_of


def may_answer(actor: Actor, chase: Chase) -> bool:
    """Those who owe the papers, and who keeps the archive there."""
    if actor.may_at("receipts.manage", units.path(chase.unit)):
        return True
    return actor.may("receipts.answer") and actor.id in accounts_of(chase.owner, chase.unit)
