"""代理: naming somebody to act during leave, and ending it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access.models import Account, AccountState
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event as Noted
from dangan.dictionary.rules import Message
from dangan.notices.actions import tell
from dangan.workflow.deputising import overlapping, today
from dangan.workflow.models import Deputy
from dangan.workflow.problems import NotAllowed

DAYS_AT_MOST = 366


def name_deputy(
    actor: Actor, *, deputy: UUID, begins: date, ends: date, account: UUID | None = None
) -> Deputy:
    """``deputy`` may act for the actor from one day to another, both counted.

    For another ``account`` only whoever sees all cases may name one, and never themselves.
    Deputies act in their own name on behalf of the account, and never where the rules bar
    themselves.
    """
    with recording(actor):
        require(actor, "cases.own")
        account = account or actor.id
        if account != actor.id and not actor.may_at("cases.all", ()):
            raise refuse(actor, "cases.all", _("代别人指定代理人，要有“看全部流程”的权限"))
        if account != actor.id and deputy == actor.id:
            raise refuse(actor, "deputy.name", _("不能指定自己代理别人，要由本人指定"))
        _check(account, deputy, begins, ends)
        made = Deputy.objects.create(
            account=account,
            deputy=deputy,
            begins=begins,
            ends=ends,
            by=actor.id,
            at=timezone.now(),
        )
        facts = {"deputy": str(deputy), "begins": begins.isoformat(), "ends": ends.isoformat()}
        actor.trail.add(Noted("deputy.name", object=str(account), facts=facts))
        tell(
            accounts=[deputy],
            topic="deputy.named",
            url=reverse("workflow:deputies"),
            facts={"begins": begins.isoformat(), "ends": ends.isoformat()},
        )
    return made


def _check(account: UUID, deputy: UUID, begins: date, ends: date) -> None:
    if account == deputy:
        raise NotAllowed(Message("代理人要选别人。"))
    if ends < begins:
        raise NotAllowed(Message("结束日期早于开始日期。请改正日期。"))
    if ends < today():
        raise NotAllowed(Message("结束日期已过。请选择今天或以后的日期。"))
    if ends - begins > timedelta(days=DAYS_AT_MOST):
        raise NotAllowed(Message("代理最长一年。更长的，请把工作转交或调整岗位。"))
    # One naming at a time for an account: two deputies for one day cannot slip in together.
    locked = Account.objects.select_for_update().filter(pk__in=(account, deputy))
    there = {row.pk for row in locked.order_by("pk") if row.state == AccountState.ACTIVE}
    if len(there) < 2:
        raise NotAllowed(Message("选择的人已停用或不存在。请重新选择。"))
    taken = overlapping(account, begins, ends).first()
    if taken is not None:
        raise NotAllowed(
            Message(
                "{begins} 至 {ends} 已有代理人。请先结束那一段，或另选日期。",
                begins=taken.begins.isoformat(),
                ends=taken.ends.isoformat(),
            )
        )


def end_deputy(actor: Actor, *, deputy: UUID) -> None:
    """Ends a deputyship now: one that has begun keeps the days before today.

    Whoever is represented may end it, the deputy too, and whoever sees all cases.
    """
    with recording(actor):
        require(actor, "cases.own")
        row = Deputy.objects.select_for_update().filter(pk=deputy).first()
        if row is None:
            raise Absent
        if actor.id not in (row.account, row.deputy) and not actor.may_at("cases.all", ()):
            actor.trail.add(Noted("deputy.end", outcome="refused", object=str(deputy)))
            raise Absent
        _end(row)
        actor.trail.add(
            Noted("deputy.end", object=str(row.account), facts={"deputy": str(row.deputy)})
        )


def _end(row: Deputy) -> None:
    yesterday = today() - timedelta(days=1)
    if row.ends <= yesterday:
        return
    if row.begins > yesterday:
        row.delete()
        return
    row.ends = yesterday
    row.save(update_fields=["ends"])


def end_deputies_of(actor: Actor, account: UUID, why: str) -> None:
    """When somebody leaves or moves, nobody acts for them and they act for nobody."""
    still = Deputy.objects.filter(ends__gte=today())
    ended = list(still.filter(account=account) | still.filter(deputy=account))
    for row in ended:
        _end(row)
    if ended:
        facts = {"why": why, "count": len(ended)}
        actor.trail.add(Noted("deputy.end", object=str(account), facts=facts))
