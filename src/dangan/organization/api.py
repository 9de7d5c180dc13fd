"""The organisation's part of the API."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ninja import Router, Schema

from dangan.access.pages import ActorRequest, page
from dangan.organization import queries

router = Router(tags=["organisation"])


class UnitOut(Schema):
    """A unit on the day asked for; ``head`` is a subject."""

    id: UUID
    kind: str
    name: str
    code: str
    parent: UUID | None
    head: UUID | None


class OrganisationOut(Schema):
    """All open units, each after its parent; ``version`` goes up with every change."""

    version: int
    units: list[UnitOut]


@router.get(
    "/organisation", response=OrganisationOut, summary="组织架构", operation_id="organisation"
)
@page("organization.view")
def organisation(request: ActorRequest, on: date | None = None) -> OrganisationOut:  # noqa: ARG001
    """The tree today or ``on`` another day."""
    tree = queries.tree(on)
    units = sorted(
        (node for node in tree.nodes.values() if not node.closed), key=lambda node: len(node.path)
    )
    return OrganisationOut(
        version=tree.version,
        units=[
            UnitOut(
                id=node.id,
                kind=node.kind,
                name=node.name,
                code=node.code,
                parent=node.parent,
                head=node.head,
            )
            for node in units
        ],
    )
