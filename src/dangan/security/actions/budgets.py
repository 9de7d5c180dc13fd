"""Budgets by role, and a day's extension: asked for by one person, agreed to by another."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from dangan.access import registry
from dangan.access.models import Account
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Subject
from dangan.notices.actions import tell
from dangan.organization import queries as organization
from dangan.security.alarms.raising import guardians
from dangan.security.models import Budget, Extension
from dangan.security.sealing import seal_reason
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM

MANAGE = "security.manage"
ASK = "dossier.open"
MOST = 500
"""People an extension may add at most; more is a matter for the role's budget."""
HOUR_MOST, DAY_MOST, EXPORT_MOST = 2_000, 20_000, 10_000_000
REASON_MIN = 8


class BudgetProblem(Exception):  # noqa: N818 - an answer, not an error
    """The budget or extension cannot be so; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def change_budget(actor: Actor, *, role: str, per_hour: int, per_day: int, exported: int) -> None:
    """How many people a holder of the role may open and take out. Permission security.manage.

    Raises :class:`BudgetProblem` for numbers that make no sense, :class:`Absent` for no role.
    """
    require(actor, MANAGE)
    if role != "*" and role not in registry.matrix().roles:
        raise Absent
    if not 1 <= per_hour <= min(per_day, HOUR_MOST) or per_day > DAY_MOST:
        raise BudgetProblem(
            Message("每小时的份数至少 1，不超过每天的份数；每天最多 {most} 份。", most=DAY_MOST)
        )
    if not 0 <= exported <= EXPORT_MOST:
        raise BudgetProblem(Message("每天导出的人数在 0 到 {most} 之间。", most=EXPORT_MOST))
    with recording(actor):
        Budget.objects.update_or_create(
            role=role,
            defaults={
                "per_hour": per_hour,
                "per_day": per_day,
                "exported_per_day": exported,
                "changed_by": actor.id,
                "changed_at": timezone.now(),
            },
        )
        facts = {"hour": per_hour, "day": per_day, "export": exported}
        actor.trail.add(Event("budget.change", object=role, facts=facts))


def ask_extension(actor: Actor, *, people: int, reason: str) -> Extension:
    """Asks to open more people today. Permission dossier.open; tells superiors and security.

    Raises :class:`BudgetProblem` for too many, without words, or while another one waits.
    """
    require(actor, ASK)
    words = reason.strip()
    if not 1 <= people <= MOST:
        raise BudgetProblem(Message("追加的份数在 1 到 {most} 之间。", most=MOST))
    if len(words) < REASON_MIN:
        raise BudgetProblem(Message("请写明为什么今天需要打开更多档案，至少 8 个字。"))
    now = timezone.now()
    extension = Extension(
        account=actor.id, day=timezone.localdate(), people=people, asked_at=now, reason=b""
    )
    extension.reason = seal_reason(vault.key_of(SYSTEM), extension, words)
    with recording(actor):
        try:
            with transaction.atomic():
                extension.save(force_insert=True)
        except IntegrityError:
            raise BudgetProblem(Message("今天的申请还在审批，请等对方处理。")) from None
        tell(
            accounts=deciders(actor),
            topic="budget.asked",
            url=reverse("security:extensions"),
            facts={"count": people},
            urgent=True,
        )
        actor.trail.add(
            Event("budget.ask", object=str(extension.id), facts={"people": people}, reason=words)
        )
    return extension


def decide_extension(actor: Actor, *, extension: UUID, agree: bool) -> None:
    """Agrees or refuses; a superior of whoever asks, or whoever holds security.manage.

    Raises :class:`Absent` for one that is decided or past, ``Refused`` for one's own and others.
    """
    with recording(actor):
        row = Extension.objects.select_for_update().filter(pk=extension).first()
        if row is None or row.state != Extension.State.ASKED or row.day < timezone.localdate():
            raise Absent
        if row.account == actor.id:
            raise refuse(actor, "budget.agree", "自己的申请由上级或安全管理员审批。")
        if not (actor.may(MANAGE) or is_superior(actor, row.account)):
            raise refuse(actor, "budget.agree")
        row.state = Extension.State.AGREED if agree else Extension.State.REFUSED
        row.decided_by, row.decided_at = actor.id, timezone.now()
        row.save()
        tell(
            accounts=[row.account],
            topic="budget.decided",
            url=reverse("security:extension"),
            facts={"label": "已同意" if agree else "已拒绝",
                   "label_en": "agreed" if agree else "refused"},
        )  # fmt: skip
        actor.trail.add(
            Event(
                "budget.agree" if agree else "budget.refuse",
                object=str(row.id),
                facts={"people": row.people, "account": str(row.account)},
            )
        )


def is_superior(actor: Actor, account: UUID) -> bool:
    """Whether the actor heads the account's unit or one above it."""
    return actor.subject is not None and actor.subject in _heads_above(account)


def deciders(actor: Actor) -> set[UUID]:
    """The accounts of the nearest superior and of those who look after security."""
    found = guardians()
    for head in _heads_above(actor.id):
        account = Account.objects.filter(subject=head, state="active").values_list("pk", flat=True)
        if near := account.first():
            found.add(near)
            break
    return found - {actor.id}


def _heads_above(account: UUID) -> list[UUID]:
    """The heads of somebody's unit and of those above it, the nearest first."""
    person = Account.objects.filter(pk=account).values_list("subject", flat=True).first()
    if person is None:
        return []
    unit = Subject.objects.filter(pk=person).values_list("unit", flat=True).first()
    tree = organization.tree()
    path = tree.path_of(unit) if unit and unit in tree.nodes else ()
    heads = [tree.nodes[step].head for step in reversed(path)]
    return [head for head in heads if head is not None and head != person]
