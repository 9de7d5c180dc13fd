"""Asking for a deed that takes two people, agreeing to it, refusing it, taking it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access import profiles
from dangan.access.consents.registry import ConsentProblem, Kind, kinds
from dangan.access.models import Consent, ConsentState
from dangan.access.queries import NoSuchAccount, actor_of
from dangan.access.rules import Absent, Actor, require
from dangan.access.rules import refuse as refused
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault.queries import key_of

LASTS = timedelta(days=7)
"""How long a request waits; whoever still wants it asks again."""
REASON_MIN, REASON_MAX = 4, 300


def ask(
    actor: Actor,
    *,
    kind: str,
    facts: dict[str, Any] | None = None,
    account: UUID | None = None,
    reason: str,
) -> UUID:
    """Asks for a deed; returns the request's identifier.

    ``facts`` say what, in clear and without personal data; ``account`` whom it concerns. Raises
    :class:`ConsentProblem`, :class:`Refused`.
    """
    with recording(actor):
        wanted, facts = _kind(kind), facts or {}
        require(actor, wanted.asks)
        _in_person(actor, wanted.asks)
        reason = " ".join(reason.split())
        if not REASON_MIN <= len(reason) <= REASON_MAX:
            raise ConsentProblem(
                Message("请写明申请理由，{least} 至 {most} 个字", least=REASON_MIN, most=REASON_MAX)
            )
        wanted.check(actor, facts, account)
        row = Consent(
            id=uuid4(),
            kind=kind,
            facts=facts,
            account_id=account,
            requested_by_id=actor.id,
            expires_at=timezone.now() + LASTS,
        )
        row.reason = profiles.seal_note(key_of(actor.id), "consent", row.id, reason)
        _over(Consent.objects.filter(kind=kind, facts=facts, account=account))
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise ConsentProblem(Message("同样的申请正在等待审批")) from None
        _note(actor, "consent.ask", row)
    return row.id


def agree(actor: Actor, *, consent: UUID) -> None:
    """The deed is done at once, in the actor's name. Raises :class:`ConsentProblem`."""
    with recording(actor):
        row, kind = _deciding(actor, consent)
        if not _still_may(row.requested_by_id, kind.asks):
            raise ConsentProblem(Message("申请人已没有申请这件事的权限，请让他人重新申请"))
        kind.check(actor, row.facts, row.account_id)
        kind.perform(actor, row.facts, row.account_id)
        _settle(actor, row, ConsentState.AGREED)
        _note(actor, "consent.agree", row)


def refuse(actor: Actor, *, consent: UUID) -> None:
    """The request ends without effect."""
    with recording(actor):
        row, _found = _deciding(actor, consent)
        _settle(actor, row, ConsentState.REFUSED)
        _note(actor, "consent.refuse", row)


def withdraw(actor: Actor, *, consent: UUID) -> None:
    """Takes back the actor's own request while nobody has decided."""
    with recording(actor):
        row = _open(consent)
        if row.requested_by_id != actor.id:
            raise Absent
        _settle(actor, row, ConsentState.WITHDRAWN)
        _note(actor, "consent.withdraw", row)


def expire() -> int:
    """Requests nobody decided in time are over; says how many."""
    return _over(Consent.objects.all())


def _over(rows: Any) -> int:
    late = rows.filter(state=ConsentState.OPEN, expires_at__lte=timezone.now())
    return int(late.update(state=ConsentState.EXPIRED))


def _kind(key: str) -> Kind:
    found = kinds().get(key)
    if found is None:
        raise Absent
    return found


def _deciding(actor: Actor, consent: UUID) -> tuple[Consent, Kind]:
    """The open request, if the actor may decide it: another person than who asked or is meant."""
    row = _open(consent)
    kind = _kind(row.kind)
    require(actor, kind.agrees)
    _in_person(actor, kind.agrees)
    if row.requested_by_id == actor.id:
        raise refused(actor, kind.agrees, _("申请人不能审批自己的申请，请另一个人审批"))
    if row.account_id == actor.id:
        raise refused(actor, kind.agrees, _("自己的账号由另一个人处理"))
    return row, kind


def _open(consent: UUID) -> Consent:
    row = Consent.objects.select_for_update().filter(pk=consent).first()
    if row is None:
        raise Absent
    if row.state != ConsentState.OPEN or row.expires_at <= timezone.now():
        raise ConsentProblem(Message("这项申请已经办结或过期"))
    return row


def _in_person(actor: Actor, action: str) -> None:
    """A program with a token asks for nothing and agrees to nothing here."""
    if actor.kind != "account":
        raise refused(actor, action, _("这件事由本人登录后办理"))


def _still_may(account: UUID, permission: str) -> bool:
    try:
        return actor_of(account).may(permission)
    except NoSuchAccount:
        return False


def _settle(actor: Actor, row: Consent, state: ConsentState) -> None:
    row.state, row.decided_by_id, row.decided_at = state, actor.id, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])


def _note(actor: Actor, action: str, row: Consent) -> None:
    facts = {"kind": row.kind, "account": str(row.account_id) if row.account_id else None}
    actor.trail.add(Event(action, object=str(row.id), facts=facts | dict(row.facts)))
