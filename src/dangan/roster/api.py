"""The roster's part of the API: the list of people and the search across it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Schema

from dangan.access import brakes
from dangan.access.pages import ActorRequest, page
from dangan.dictionary.queries import current
from dangan.roster import forms, queries
from dangan.roster.rules import JSON, AnyOf, Cell, RosterQuery, UnknownPath

router = Router(tags=["roster"])

COLUMNS = ("identity.name", "identity.employee_number", "post.unit", "post.position")
Path = Annotated[str, Query(max_length=96)]


class CellOut(Schema):
    """A value as the token's account may see it: ``showing`` is plain, masked or hidden."""

    showing: str
    value: JSON = None


class PersonOut(Schema):
    """One line of the roster."""

    subject: UUID
    unit: UUID | None
    state: str
    cells: dict[str, CellOut]


class RosterOut(Schema):
    """A page of people; ``total`` counts all that match within the account's reach."""

    total: int
    offset: int
    limit: int
    items: list[PersonOut]


class HitOut(PersonOut):
    """A found person; ``matched`` is the field that matched best."""

    matched: str


@page("roster.view")
def list_subjects(
    request: ActorRequest,
    *,
    unit: UUID | None = None,
    subtree: bool = True,
    code: Annotated[
        list[str], Query(max_length=20, description="字段=代码，如 identity.sex=1")
    ] = [],  # noqa: B006 - read by the framework as a default, never changed
    column: Annotated[list[str], Query(max_length=60)] = list(COLUMNS),  # noqa: B006
    sort: Path = "identity.name",
    descending: bool = False,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RosterOut:
    """People within reach, sorted. Texts go to ``POST /search``: addresses end up in logs.

    Its address is the dossiers' own, ``/subjects``, which therefore registers it.
    """
    found = queries.page(
        request.actor,
        RosterQuery(
            unit=unit,
            subtree=subtree,
            filters=_filters(code),
            sort=sort,
            descending=descending,
            offset=offset,
            limit=limit,
            columns=tuple(column),
        ),
    )
    if request.actor.kind == "token":
        brakes.ask(request.actor, "list", [row.subject for row in found.rows])
    return RosterOut(
        total=found.total,
        offset=found.offset,
        limit=found.limit,
        items=[
            PersonOut(
                subject=row.subject,
                unit=row.unit,
                state=row.state,
                cells={path: _cell(cell) for path, cell in row.cells.items()},
            )
            for row in found.rows
        ],
    )


class SearchIn(Schema):
    """What to look for: part of a name, pinyin, initials, a number."""

    text: Annotated[str, Query(min_length=1, max_length=64)]
    limit: Annotated[int, Query(ge=1, le=50)] = 10


@router.post("/search", response=list[HitOut], summary="查人", operation_id="search")
@page("roster.view")
def search(request: ActorRequest, body: SearchIn) -> list[HitOut]:
    """People whose name, pinyin or number matches. The text comes in the body: addresses end up
    in logs, names must not."""
    return [
        HitOut(
            subject=hit.subject,
            unit=hit.unit,
            state=hit.state,
            matched=hit.matched,
            cells={path: _cell(cell) for path, cell in hit.cells.items()},
        )
        for hit in queries.search(request.actor, body.text, limit=body.limit)
    ]


def _cell(cell: Cell) -> CellOut:
    return CellOut(showing=str(cell.showing), value=cell.value)


def _filters(given: list[str]) -> dict[str, AnyOf]:
    """``path=code`` pairs; several codes of one path widen it.

    Only codes: a name or a number may not stand in an address. Raises UnknownPath.
    """
    dictionary = current()
    codes: dict[str, set[str]] = {}
    for pair in given:
        path, _, code = pair.partition("=")
        if forms.kind_of(path, dictionary) not in {forms.Kind.CODES, forms.Kind.STATES}:
            raise UnknownPath(path)
        codes.setdefault(path, set()).add(code)
    return {path: AnyOf(frozenset(values)) for path, values in codes.items()}
