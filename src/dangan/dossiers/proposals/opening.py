"""How proposals are sealed, and one opened for a request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import msgspec

from dangan.dossiers.models import Proposal
from dangan.dossiers.proposals.rules import Body, body_from_json, body_to_json
from dangan.vault import queries as vault_queries
from dangan.vault.rules import Place, SubjectKey, seal, unseal


def body_place(proposal: Proposal) -> Place:
    """The seal of what a proposal says, at one version of it."""
    return Place("proposal", proposal.subject_id, "body", proposal.id, proposal.version)


@dataclass(slots=True)
class Held:
    """A proposal with its key and what it says."""

    proposal: Proposal
    key: SubjectKey
    body: Body

    def seal_in(self, body: Body) -> None:
        """Puts ``body`` in under the next version; saving is the caller's."""
        self.body = body
        self.proposal.version += 1
        self.proposal.sealed_body = sealed(self.key, self.proposal, body)


def sealed(key: SubjectKey, proposal: Proposal, body: Body) -> bytes:
    return seal(key, body_place(proposal), msgspec.json.encode(body_to_json(body)))


def open_body(key: SubjectKey, proposal: Proposal) -> Body:
    plain = unseal(key, body_place(proposal), bytes(proposal.sealed_body))
    return body_from_json(msgspec.json.decode(plain))


def open_held(proposal: Proposal) -> Held:
    """Raises :class:`dangan.vault.rules.KeyDestroyed`."""
    key = vault_queries.key_of(proposal.subject_id)
    return Held(proposal, key, open_body(key, proposal))


def open_bodies(proposals: Iterable[Proposal]) -> dict[UUID, Body]:
    """What many proposals say, by their identifiers; destroyed people's are left out."""
    listed = list(proposals)
    keys = vault_queries.keys_of({item.subject_id for item in listed}, skip_destroyed=True)
    return {
        item.id: open_body(keys[item.subject_id], item)
        for item in listed
        if item.subject_id in keys
    }
