"""The matrix as people read it: for each role, what of each set and class may be done."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db.models import Count
from django.utils import timezone

from dangan.access import registry
from dangan.access.models import Grant
from dangan.access.queries.actors import in_force
from dangan.access.rules import Actor, Role, RoleGrant, require, scope
from dangan.audit.rules import Trail
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Field, FieldClass, InfoSet
from dangan.ui.languages import label

_SOMEBODY = UUID(int=3)
_SOMEWHERE = UUID(int=4)


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What a role may do with the fields of one class in one set: counts out of ``total``."""

    field_class: FieldClass
    total: int
    plain: int = 0
    masked: int = 0
    revealed: int = 0
    edited: int = 0
    started: int = 0

    @property
    def nothing(self) -> bool:
        return not (self.plain or self.masked or self.edited or self.started)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A set's cells, from public to secret."""

    info_set: str
    label: str
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role as its page shows it. ``holders`` counts accounts with a grant in force."""

    key: str
    label: str
    help: str
    automatic: bool
    reach: str
    permissions: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    holders: int
    chosen: bool = False

    @property
    def opens_dossiers(self) -> bool:
        return bool(self.rows)


def roles(actor: Actor, chosen: str = "") -> tuple[RoleView, ...]:
    """Every role of the matrix; the table of the ``chosen`` one (the first by default)."""
    require(actor, "rights.view")
    holders = dict(
        Grant.objects.filter(in_force(timezone.localdate()))
        .values_list("role")
        .annotate(count=Count("account", distinct=True))
    )
    known = registry.matrix().roles
    chosen = chosen if chosen in known else next(iter(known))
    sets = tuple(dictionary_queries.current().sets.values())
    return tuple(
        _view(role, sets if role.key == chosen else (), holders.get(role.key, 0))
        for role in known.values()
    )


def _view(role: Role, sets: tuple[InfoSet, ...], holders: int) -> RoleView:
    permissions = registry.permissions()
    named = [item for key, item in permissions.items() if key in role.permissions]
    rows = [_row(_probe(role), info_set) for info_set in sets]
    return RoleView(
        key=role.key,
        label=label(role.label, role.label_en),
        help=role.help,
        automatic=not role.grantable,
        reach=_reach(role),
        permissions=tuple(label(item.label, item.label_en) for item in named),
        rows=tuple(row for row in rows if not all(cell.nothing for cell in row.cells)),
        holders=holders,
        chosen=bool(sets),
    )


def _probe(role: Role) -> Actor:
    """Somebody who holds just this role over just one unit: what it gives at all."""
    return Actor(
        id=_SOMEBODY,
        kind="account",
        name="",
        subject=_SOMEBODY,
        grants=(RoleGrant(role, _SOMEWHERE),),
        trail=Trail(request=uuid4()),
    )


def _row(probe: Actor, info_set: InfoSet) -> MatrixRow:
    cells = [
        _cell(probe, level, [item for item in info_set.fields if item.field_class == level])
        for level in FieldClass
    ]
    return MatrixRow(info_set.key, label(info_set.label, info_set.label_en), tuple(cells))


def _cell(probe: Actor, level: FieldClass, fields: list[Field]) -> MatrixCell:
    def count(action: str, *, masked: bool = False) -> int:
        found = 0
        for item in fields:
            allowed = scope(probe, action, item.set_key, item.key, item.field_class)
            found += bool(allowed.masked and not allowed.plain) if masked else bool(allowed.plain)
        return found

    return MatrixCell(
        field_class=level,
        total=len(fields),
        plain=count("read"),
        masked=count("read", masked=True),
        revealed=count("reveal"),
        edited=count("edit"),
        started=count("start"),
    )


def _reach(role: Role) -> str:
    """The widest distance of the role's lines: own, unit, subtree or all; empty without lines."""
    order = ("own", "unit", "subtree", "all")
    return max((rule.reach for rule in role.field_rules), key=order.index, default="")
