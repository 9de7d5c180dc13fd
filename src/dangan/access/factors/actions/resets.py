"""Lost factors: a system administrator asks for a reset, the security administrator agrees."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access import consents
from dangan.access.consents import ConsentProblem, Kind
from dangan.access.consents.registry import Facts
from dangan.access.factors.models import Challenge, RecoveryCode, SecurityKey
from dangan.access.factors.queries import enrolment
from dangan.access.models import Account, SecondFactor
from dangan.access.rules import Absent, Actor, refuse
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message

KIND = "factors.reset"


def request_reset(actor: Actor, *, account: UUID, reason: str) -> UUID:
    """Asks that somebody's lost factors be taken away; another person agrees.

    Raises :class:`ConsentProblem`, :class:`Refused`.
    """
    return consents.ask(actor, kind=KIND, account=account, reason=reason)


def approve_reset(actor: Actor, *, consent: UUID) -> None:
    """The factors go at once and every session of the account ends; see :func:`consents.agree`."""
    consents.agree(actor, consent=consent)


def register() -> None:
    """Lets the page of double consents know the kind; called from ``AppConfig.ready``."""
    consents.register(
        Kind(
            key=KIND,
            label=gettext_lazy("重置两步验证"),
            asks="factors.reset",
            agrees="factors.approve",
            describe=_describe,
            perform=_perform,
            check=_check,
        )
    )


def _describe(facts: Facts) -> str:
    del facts
    return _("移除全部两步验证方式和恢复码，结束这个账号的全部登录")


def _check(actor: Actor, facts: Facts, account: UUID | None) -> None:
    del facts
    if account is None or not Account.objects.filter(pk=account).exists():
        raise Absent
    if account == actor.id:
        raise refuse(actor, KIND, _("自己的账号由另一个人处理"))
    if not enrolment(account).any:
        raise ConsentProblem(Message("这个账号没有设置两步验证，不用重置"))


def _perform(actor: Actor, facts: Facts, account: UUID | None) -> None:
    """At the next log-in the owner sets up new ones, if their role needs them."""
    del facts
    row = Account.objects.select_for_update().filter(pk=account).first() if account else None
    if row is None:
        raise Absent
    for table in (SecondFactor, SecurityKey, RecoveryCode, Challenge):
        table._default_manager.filter(account=row).delete()
    row.generation += 1
    row.save(update_fields=["generation"])
    actor.trail.add(Event("second_factor.reset", subject=row.subject, object=str(row.id)))
