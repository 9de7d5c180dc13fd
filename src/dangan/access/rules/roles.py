"""Reading the matrix: from plain tables and a dictionary to roles. Pure: values in, roles out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dangan.access.rules.parties import ACTIONS, ANY, FieldRule, Role
from dangan.dictionary.rules import OWNERS, Dictionary, FieldClass, Message

_REACHES = ("own", "unit", "subtree", "all")
_SELF_SERVICE = {"view": {"view", "edit"}, "edit": {"edit"}}
_LINE_KEYS = frozenset(
    {
        "sets", "except_sets", "fields", "owners", "self_service",
        "actions", "plain", "masked", "reveal", "reach",
    }
)  # fmt: skip


class BadMatrix(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The tables of roles contradict themselves; the message says where."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A page permission with its labels; ``token_only`` ones stand for field actions.

    ``machine_only`` ones no role may hold: the console and the system at its own work do, and
    people ask the system for it, two of them.
    """

    key: str
    label: str
    label_en: str
    token_only: bool = False
    machine_only: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """What may not be held together with ``role`` and why; ``{other}`` names the other role."""

    role: str
    actions: frozenset[str]
    permissions: frozenset[str]
    reason: str

    def hits(self, other: Role) -> bool:
        """Whether ``other`` may not stand beside ``role`` in one account."""
        if other.key == self.role:
            return False
        if self.permissions & other.permissions:
            return True
        beyond_own = (rule for rule in other.field_rules if rule.reach != "own")
        return any(self.actions & rule.actions for rule in beyond_own)


@dataclass(frozen=True, slots=True)
class Matrix:
    """All roles, permissions and conflicts, with lines worked out for one dictionary."""

    roles: Mapping[str, Role]
    permissions: Mapping[str, Permission]
    conflicts: tuple[Conflict, ...]

    def conflict(self, held: Iterable[str], wanted: str) -> Message | None:
        """Why ``wanted`` cannot join the roles ``held``, or None when it can."""
        for key in held:
            if key not in self.roles or wanted not in self.roles:
                continue
            for one, other in ((key, wanted), (wanted, key)):
                for conflict in self.conflicts:
                    if conflict.role == one and conflict.hits(self.roles[other]):
                        return Message(conflict.reason, other=self.roles[other].label)
        return None

    def forbids(self, held: Iterable[str], action: str) -> Message | None:
        """Why whoever holds these roles may never do ``action`` to others' dossiers, or None."""
        for key in held:
            for conflict in self.conflicts:
                if conflict.role == key and action in conflict.actions:
                    return Message(
                        "“{role}”角色不看任何档案，不能再得到查看权限", role=self.roles[key].label
                    )
        return None


def permissions_from(table: Mapping[str, Any]) -> dict[str, Permission]:
    """The permissions of ``[group.verb]`` tables, by ``group.verb``."""
    return {
        f"{group}.{verb}": Permission(f"{group}.{verb}", **values)
        for group, verbs in table.items()
        for verb, values in verbs.items()
    }


def matrix_from(
    table: Mapping[str, Any], permissions: Mapping[str, Permission], dictionary: Dictionary
) -> Matrix:
    """Reads ``roles`` and ``conflicts``; raises :class:`BadMatrix` at the first mistake.

    Lines by owner or self-service become lists of fields of this ``dictionary``, so that
    sets and fields added later fall under the same lines.
    """
    roles = {
        key: _role(key, values, permissions, dictionary) for key, values in table["roles"].items()
    }
    conflicts = tuple(_conflict(values, roles, permissions) for values in table["conflicts"])
    return Matrix(roles, permissions, conflicts)


def all_powerful(permissions: Mapping[str, Permission]) -> Role:
    """The console's role: every permission, every action on everything."""
    line = FieldRule(actions=frozenset(ACTIONS), plain=FieldClass.SECRET, reveal=FieldClass.SECRET)
    return Role(
        key="console",
        label="控制台",
        label_en="Console",
        permissions=frozenset(permissions),
        field_rules=(line,),
        grantable=False,
    )


def _role(
    key: str,
    values: Mapping[str, Any],
    permissions: Mapping[str, Permission],
    dictionary: Dictionary,
) -> Role:
    held = frozenset(values["permissions"])
    _known(f"{key}.permissions", held, _for_roles(permissions))
    lines = tuple(
        _line(f"{key}.lines[{number}]", line, dictionary)
        for number, line in enumerate(values.get("lines", ()))
    )
    return Role(
        key=key,
        label=values["label"],
        label_en=values["label_en"],
        help=values.get("help", ""),
        permissions=held,
        field_rules=lines,
        grantable=not values.get("automatic", False),
    )


def _for_roles(permissions: Mapping[str, Permission]) -> set[str]:
    return {k for k, p in permissions.items() if not p.token_only and not p.machine_only}


def _line(where: str, line: Mapping[str, Any], dictionary: Dictionary) -> FieldRule:
    _known(where, line, _LINE_KEYS)
    _known(f"{where}.actions", line["actions"], ACTIONS)
    _known(f"{where}.reach", [line["reach"]], _REACHES)
    fields = _fields(where, line, dictionary)
    nothing = "self_service" in line and not fields
    return FieldRule(
        sets=frozenset() if nothing else _sets(where, line, dictionary),
        except_sets=frozenset(line.get("except_sets", ())),
        fields=fields,
        actions=frozenset(line["actions"]),
        plain=_class(line.get("plain")),
        masked=_class(line.get("masked")),
        reveal=_class(line.get("reveal")),
        reach=line["reach"],
    )


def _sets(where: str, line: Mapping[str, Any], dictionary: Dictionary) -> frozenset[str]:
    """The sets of a line: named, or by owner, or every one; no owner's set means none."""
    every = {*dictionary.sets, *dictionary.retired_sets}
    _known(f"{where}.sets", set(line.get("sets", ())) - {ANY}, every)
    _known(f"{where}.except_sets", line.get("except_sets", ()), every)
    if "owners" not in line:
        return frozenset(line.get("sets", (ANY,)))
    _known(f"{where}.owners", line["owners"], OWNERS)
    return frozenset(key for key in every if dictionary.info_set(key).owner in line["owners"])


def _fields(where: str, line: Mapping[str, Any], dictionary: Dictionary) -> frozenset[str]:
    """The fields a line is narrowed to: named, or by what the person concerned may do."""
    every_set = (*dictionary.sets.values(), *dictionary.retired_sets.values())
    every = [item for info_set in every_set for item in info_set.by_key.values()]
    listed = frozenset(line.get("fields", ()))
    _known(f"{where}.fields", listed, {item.path for item in every})
    if "self_service" not in line:
        return listed
    _known(f"{where}.self_service", [line["self_service"]], _SELF_SERVICE)
    levels = _SELF_SERVICE[line["self_service"]]
    return listed | {item.path for item in every if item.self_service in levels}


def _conflict(
    values: Mapping[str, Any], roles: Mapping[str, Role], permissions: Mapping[str, Permission]
) -> Conflict:
    _known("conflicts.role", [values["role"]], roles)
    _known("conflicts.actions", values.get("actions", ()), ACTIONS)
    _known("conflicts.permissions", values.get("permissions", ()), permissions)
    return Conflict(
        role=values["role"],
        actions=frozenset(values.get("actions", ())),
        permissions=frozenset(values.get("permissions", ())),
        reason=values["reason"],
    )


def _class(name: str | None) -> FieldClass | None:
    if name is None:
        return None
    try:
        return FieldClass[name.upper()]
    except KeyError:
        raise BadMatrix(f"no field class {name!r}") from None


def _known(where: str, names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise BadMatrix(f"{where}: {name!r} is not known")
