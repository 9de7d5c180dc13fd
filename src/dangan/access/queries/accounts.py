"""What the account pages show. Names are unsealed for one page at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from dangan.access import profiles, registry, requests, units
from dangan.access.models import (
    Account,
    AccountState,
    EndedGrant,
    Grant,
    RequestState,
    RightsRequest,
    Token,
)
from dangan.access.queries.actors import (
    accounts_with_grants,
    headed,
    machine_names,
    not_over,
)
from dangan.access.rules import Absent, Actor, require
from dangan.ui.languages import label
from dangan.vault.queries import keys_of

PER_PAGE = 50
ENDED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A role held. ``automatic`` ones come by themselves with the person."""

    role: str
    role_label: str
    unit: UUID | None
    unit_label: str
    begins: date | None = None
    until: date | None = None
    granted_by: str = ""
    at: datetime | None = None
    automatic: bool = False
    origin: str = ""
    number: str = ""
    upcoming: bool = False


@dataclass(frozen=True, slots=True)
class EndedLine:
    """A role held no more, and why: departure, transfer, review, revoked, lapsed, handover."""

    role_label: str
    unit_label: str
    why: str
    at: datetime
    by: str
    number: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in a list."""

    id: UUID
    login: str
    name: str
    locked: bool
    ended: bool
    must_change_password: bool
    last_login: datetime | None
    roles: tuple[GrantLine, ...]
    linked: bool


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of accounts. ``total`` counts all that match."""

    lines: tuple[AccountLine, ...]
    total: int
    offset: int
    limit: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A rights request. ``may_decide`` is false for who asked and for who gains."""

    id: UUID
    account: UUID
    account_name: str
    account_login: str
    verb: str
    role_label: str
    unit_label: str
    until: date | None
    reason: str
    requested_by: str
    requested_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class TokenLine:
    """An access token as its owner sees it."""

    id: UUID
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    expired: bool


@dataclass(frozen=True, slots=True)
class AccountDetail:
    """One account with its grants and requests."""

    line: AccountLine
    created_at: datetime
    password_changed_at: datetime | None
    grants: tuple[GrantLine, ...]
    ended: tuple[EndedLine, ...]
    requests: tuple[RequestLine, ...]
    own: bool


def accounts(
    actor: Actor, *, login: str = "", locked: bool = False, offset: int = 0
) -> AccountPage:
    """Accounts by the day they were made, newest first; ``login`` finds exactly one."""
    require(actor, "accounts.view")
    found = accounts_with_grants().order_by("-created_at", "id")
    if login.strip():
        found = found.filter(login_token=profiles.login_token(login))
    if locked:
        found = found.exclude(state=AccountState.ACTIVE)
    rows = list(found[offset : offset + PER_PAGE])
    profiles.fill_in(rows)
    total = len(rows) if offset == 0 and len(rows) < PER_PAGE else found.count()
    labels = role_labels()
    return AccountPage(tuple(_line(row, labels) for row in rows), total, offset)


def account(actor: Actor, account_id: UUID) -> AccountDetail:
    """One account; raises :class:`~dangan.access.rules.Absent`."""
    require(actor, "accounts.view")
    row = accounts_with_grants().filter(pk=account_id).first()
    if row is None:
        raise Absent
    grants = list(Grant.objects.filter(not_over(timezone.localdate()), account=row).order_by("at"))
    ended = list(EndedGrant.objects.filter(account=row).order_by("-at")[:ENDED_SHOWN])
    asked = list(RightsRequest.objects.filter(account=row).order_by("-requested_at")[:20])
    others = {grant.granted_by for grant in grants} | {line.by for line in ended}
    known = _Known([row], others | _deciders(asked))
    return AccountDetail(
        line=_line(row, known.labels),
        created_at=row.created_at,
        password_changed_at=row.password_changed_at,
        grants=_grant_lines(row, grants, known),
        ended=_ended_lines(ended, known),
        requests=_request_lines(actor, asked, known),
        own=row.id == actor.id,
    )


def own_grants(actor: Actor) -> tuple[GrantLine, ...]:
    """The actor's own roles, those that begin later and those that come by themselves too."""
    row = accounts_with_grants().filter(pk=actor.id).first()
    if row is None:
        return ()
    grants = list(Grant.objects.filter(not_over(timezone.localdate()), account=row).order_by("at"))
    return _grant_lines(row, grants, _Known((), {grant.granted_by for grant in grants}))


def open_requests(actor: Actor) -> tuple[RequestLine, ...]:
    """Every request that waits for a decision, oldest first."""
    require(actor, "rights.view")
    waiting = list(RightsRequest.objects.filter(state=RequestState.OPEN).order_by("requested_at"))
    known = _Known((), {row.account_id for row in waiting} | _deciders(waiting))
    return _request_lines(actor, waiting, known)


def own_tokens(actor: Actor) -> tuple[TokenLine, ...]:
    """The actor's access tokens, newest first."""
    require(actor, "tokens.own")
    rows = list(Token.objects.filter(account_id=actor.id).order_by("-created_at"))
    if not rows:
        return ()
    key = keys_of([actor.id])[actor.id]
    now = timezone.now()
    return tuple(
        TokenLine(
            id=row.id,
            label=profiles.open_note(key, "token", row.id, row.label),
            scopes=tuple(row.scopes),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            expired=row.expires_at <= now,
        )
        for row in rows
    )


def role_labels() -> dict[str, str]:
    """Every role's label in the page's language, by key."""
    roles = registry.matrix().roles
    return {key: label(role.label, role.label_en) for key, role in roles.items()}


class _Known:
    """The accounts that a page speaks of, opened together: two statements."""

    def __init__(self, rows: Iterable[Account], others: Collection[UUID]) -> None:
        found = {row.id: row for row in rows}
        if more := set(others) - found.keys() - machine_names().keys():
            found |= {row.id: row for row in Account.objects.filter(pk__in=more)}
        self.keys = profiles.fill_in(found.values())
        self.accounts = found
        self.labels = role_labels()

    def name(self, actor: UUID | None) -> str:
        if actor in self.accounts:
            return self.accounts[actor].name
        return machine_names().get(actor, "") if actor else ""


def _deciders(requests: Iterable[RightsRequest]) -> set[UUID]:
    return {actor for row in requests for actor in (row.requested_by, row.decided_by) if actor}


def _line(row: Account, labels: Mapping[str, str]) -> AccountLine:
    pairs: Iterable[Mapping[str, Any]] = getattr(row, "held", ())
    return AccountLine(
        id=row.id,
        login=row.login,
        name=row.name,
        locked=row.state != AccountState.ACTIVE,
        ended=row.state == AccountState.ENDED,
        must_change_password=row.must_change_password,
        last_login=row.last_login,
        roles=tuple(
            _grant_line(labels, p["role"], UUID(p["unit"]) if p["unit"] else None) for p in pairs
        ),
        linked=row.subject is not None,
    )


def _grant_line(labels: Mapping[str, str], role: str, unit: UUID | None, **more: Any) -> GrantLine:
    where = units.label(unit) if unit else ""
    return GrantLine(role, labels.get(role, role), unit, where, **more)


def _grant_lines(row: Account, grants: Iterable[Grant], known: _Known) -> tuple[GrantLine, ...]:
    labels, today = known.labels, timezone.localdate()
    lines = [
        _grant_line(
            labels,
            grant.role,
            grant.unit,
            begins=grant.begins,
            until=grant.until,
            origin=grant.origin,
            number=grant.number,
            upcoming=grant.begins is not None and grant.begins > today,
            granted_by=known.name(grant.granted_by),
            at=grant.at,
        )
        for grant in grants
    ]
    if row.subject is not None:
        lines.append(_grant_line(labels, registry.EMPLOYEE, None, automatic=True))
        lines += [_grant_line(labels, registry.HEAD, unit, automatic=True) for unit in headed(row)]
    return tuple(lines)


def _ended_lines(ended: Iterable[EndedGrant], known: _Known) -> tuple[EndedLine, ...]:
    return tuple(
        EndedLine(
            role_label=known.labels.get(row.role, row.role),
            unit_label=units.label(row.unit) if row.unit else "",
            why=row.why,
            at=row.at,
            by=known.name(row.by),
            number=row.number,
        )
        for row in ended
    )


def _request_lines(
    actor: Actor, rows: Sequence[RightsRequest], known: _Known
) -> tuple[RequestLine, ...]:
    waiting = [row.id for row in rows if _could_decide(actor, row)]
    turns = requests.desk().turns(actor, waiting) if waiting else ()
    return tuple(
        RequestLine(
            id=row.id,
            account=row.account_id,
            account_name=known.accounts[row.account_id].name,
            account_login=known.accounts[row.account_id].login,
            verb=row.verb,
            role_label=known.labels.get(row.role, row.role),
            unit_label=units.label(row.unit) if row.unit else "",
            until=row.until,
            reason=profiles.open_note(known.keys[row.account_id], "rights", row.id, row.reason),
            requested_by=known.name(row.requested_by),
            requested_at=row.requested_at,
            state=row.state,
            decided_by=known.name(row.decided_by),
            decided_at=row.decided_at,
            may_decide=row.id in turns,
            may_withdraw=row.state == RequestState.OPEN and row.requested_by == actor.id,
        )
        for row in rows
    )


def _could_decide(actor: Actor, row: RightsRequest) -> bool:
    return (
        row.state == RequestState.OPEN
        and actor.may_at("rights.approve", units.path(row.unit))
        and actor.id not in {row.requested_by, row.account_id}
    )
