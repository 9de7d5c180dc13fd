"""网络限制: from which networks a role counts. Changed by two people, or cleared by the console."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access import registry
from dangan.access.consents import ConsentProblem, Kind, register
from dangan.access.consents.registry import Facts
from dangan.access.rules import Actor, refuse, require
from dangan.access.sessions.models import RoleNetworks
from dangan.access.sessions.rules import MOST_NETWORKS, BadNetwork, inside, networks_from
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.ui.languages import label

KIND = "role.networks"


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role and where it counts. ``fixed``: the settings say so, the page cannot change it."""

    role: str
    label: str
    networks: tuple[str, ...]
    fixed: bool


def roles(actor: Actor) -> tuple[RoleLine, ...]:
    """Every role with its networks. One statement."""
    require(actor, "networks.manage")
    kept = dict(RoleNetworks.objects.values_list("role", "networks"))
    fixed = settings.DANGAN.role_networks
    return tuple(
        RoleLine(
            key, label(role.label, role.label_en), tuple(fixed.get(key, kept.get(key, ()))),
            key in fixed,
        )
        for key, role in registry.matrix().roles.items()
    )  # fmt: skip


def parsed(text: str) -> list[str]:
    """The networks that somebody typed; raises :class:`ConsentProblem` with the wrong line."""
    try:
        found = networks_from(text)
    except BadNetwork as bad:
        raise ConsentProblem(
            Message("“{line}”不是网段，写成 10.0.0.0/8 或一个地址", line=bad.line[:60])
        ) from None
    if len(found) > MOST_NETWORKS:
        raise ConsentProblem(Message("一个角色最多 {most} 个网段", most=MOST_NETWORKS))
    return found


def clear(actor: Actor, *, role: str | None = None) -> int:
    """Lifts the limit of a role, or of all: the console's way back in. Says how many."""
    with recording(actor):
        if actor.kind not in {"console", "system"}:
            raise refuse(actor, "networks.manage", _("网络限制要先申请，由另一个人同意"))
        rows = (
            RoleNetworks.objects.all() if role is None else RoleNetworks.objects.filter(role=role)
        )
        gone = sorted(rows.values_list("role", flat=True))
        rows.delete()
        actor.trail.add(Event("networks.clear", facts={"roles": gone}))
        return len(gone)


def _check(actor: Actor, facts: Facts, account: UUID | None) -> None:  # noqa: ARG001
    """Raises for a role that is not known or fixed, and where the actor would shut themselves out.

    Whoever asks and whoever agrees sit in a network of their own role, so an administrator of
    each kind always remains who can undo it.
    """
    role, networks = str(facts.get("role", "")), facts.get("networks", [])
    if registry.role(role) is None:
        raise ConsentProblem(Message("没有这个角色"))
    if role in settings.DANGAN.role_networks:
        raise ConsentProblem(Message("这个角色的网络限制由服务器配置决定，不能在这里改"))
    held = {grant.role.key for grant in actor.grants}
    if networks and role in held and not inside(actor.address, networks):
        raise ConsentProblem(
            Message("这会把你自己挡在外面：你现在的地址 {address} 不在其中", address=actor.address)
        )


def _perform(actor: Actor, facts: Facts, account: UUID | None) -> None:  # noqa: ARG001
    role, networks = str(facts["role"]), list(facts["networks"])
    if networks:
        RoleNetworks.objects.update_or_create(role=role, defaults={"networks": networks})
    else:
        RoleNetworks.objects.filter(role=role).delete()
    actor.trail.add(Event("networks.set", object=role, facts={"networks": networks}))


def _describe(facts: Facts) -> str:
    role = registry.role(str(facts.get("role", "")))
    name = label(role.label, role.label_en) if role else ""
    networks = facts.get("networks") or []
    if not networks:
        return _("{role}：不限制").format(role=name)
    return _("{role}：只在 {networks}").format(role=name, networks=_("、").join(networks))


def register_kind() -> None:
    """Called from ``AppConfig.ready``."""
    register(
        Kind(
            key=KIND,
            label=gettext_lazy("网络限制"),
            asks="networks.manage",
            agrees="security.manage",
            describe=_describe,
            perform=_perform,
            check=_check,
        )
    )
