"""Inviting a newcomer: a link that is shown once, new ones in its place, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from dangan.access.rules import Absent, Actor, Refused, may_edit, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import BadValue, Dictionary, Message
from dangan.dictionary.values import ParseContext, parse
from dangan.dossiers.collection.models import Invitation, Visit
from dangan.dossiers.collection.rules import (
    DAYS,
    DAYS_AT_MOST,
    FILLABLE,
    GRACE,
    LIVING,
    VISIT_AT_MOST,
    Guest,
    first_answers,
)
from dangan.dossiers.collection.sealing import digest_of, new_secret, seal_answers, seal_guest
from dangan.dossiers.rules import FieldProblem, InvalidRecord
from dangan.files import actions as file_actions
from dangan.organization import queries as organization_queries
from dangan.vault import actions as vault_actions

PERMISSION = "collection.manage"
EARLIEST = timedelta(days=31)
"""How long ago the first day may have been: paperwork comes late, but not by years."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A link as it is shown once; ``token`` is kept nowhere."""

    invitation: UUID
    token: str
    expires_at: datetime


def invite(
    actor: Actor,
    *,
    name: str,
    mobile: str,
    email: str = "",
    unit: UUID,
    first_day: date,
    days: int = DAYS,
) -> Issued:
    """Makes a form for one newcomer and the link that opens it.

    Raises :class:`InvalidRecord` and :class:`Refused` (the unit is not the actor's to fill).
    """
    require(actor, PERMISSION)
    guest = _guest(dictionary_queries.current(), name, mobile, email, first_day)
    _require_unit(actor, unit)
    now, token = timezone.now(), new_secret()
    with recording(actor):
        ident = uuid4()
        key = vault_actions.make_keys([ident])[ident]
        answers = first_answers(guest, uuid4(), uuid4())
        made = Invitation.objects.create(
            id=ident,
            unit=unit,
            by=actor.id,
            expires_at=_end(now, days),
            digest=digest_of(token),
            version=1,
            sealed_guest=seal_guest(key, guest),
            sealed_draft=seal_answers(key, answers, part="draft", version=1),
        )
        actor.trail.add(Event("collection.invite", object=str(made.id), facts={"unit": str(unit)}))
    return Issued(made.id, token, made.expires_at)


def reissue(actor: Actor, *, invitation: UUID, days: int = DAYS) -> Issued:
    """A new link in place of the old one, which ends with every browser it opened.

    What was filled in stays. Raises :class:`Absent`, :class:`InvalidRecord` when the form is no
    longer to be filled.
    """
    require(actor, PERMISSION)
    now, token = timezone.now(), new_secret()
    with recording(actor):
        found = load(actor, invitation)
        if found.state not in FILLABLE:
            message = Message("这份采集表已经提交或结束，不需要新的链接。")
            raise InvalidRecord("", [FieldProblem("", message)])
        found.digest, found.wrong, found.expires_at = digest_of(token), 0, _end(now, days)
        found.save(update_fields=["digest", "wrong", "expires_at"])
        found.visits.all().delete()
        actor.trail.add(Event("collection.reissue", object=str(found.id)))
    return Issued(found.id, token, found.expires_at)


def revoke(actor: Actor, *, invitation: UUID) -> None:
    """Ends the form: the link is dead and what was filled in can never be read again."""
    require(actor, PERMISSION)
    with recording(actor):
        found = load(actor, invitation)
        if found.state not in LIVING:
            message = Message("这份采集表已经结束。")
            raise InvalidRecord("", [FieldProblem("", message)])
        found.decided_by, found.decided_at = actor.id, timezone.now()
        end(actor, found, Invitation.State.REVOKED)
        actor.trail.add(Event("collection.revoke", object=str(found.id)))


def expire_forms(actor: Actor, *, now: datetime) -> int:
    """Destroys the contents of forms whose last day and grace have passed unanswered; forgets
    visits that are over."""
    Visit.objects.filter(began__lt=now - VISIT_AT_MOST).delete()
    due = Invitation.objects.filter(state__in=FILLABLE, expires_at__lt=now - GRACE)
    count = 0
    for ident in list(due.values_list("id", flat=True)):
        with recording(actor):
            found = Invitation.objects.select_for_update().get(id=ident)
            if found.state not in FILLABLE or found.expires_at >= now - GRACE:
                continue
            found.decided_at = now
            end(actor, found, Invitation.State.EXPIRED)
            actor.trail.add(Event("collection.expire", object=str(found.id)))
        count += 1
    return count


def load(actor: Actor, invitation: UUID) -> Invitation:
    """The form, locked, if its unit lies within the actor's reach; else :class:`Absent`."""
    found = Invitation.objects.select_for_update().filter(id=invitation).first()
    path = organization_queries.tree().path_of(found.unit) if found else ()
    if found is None or not actor.may_at(PERMISSION, path):
        refused = Event("collection.read", outcome="refused", object=str(invitation))
        actor.trail.add(refused)
        raise Absent
    return found


def end(actor: Actor, found: Invitation, state: str) -> None:
    """No link leads here any more, and the key of the contents is destroyed."""
    for paper in found.papers.all():
        if state != Invitation.State.CONFIRMED:
            file_actions.discard(actor, file=paper.file)
            paper.delete()
    found.visits.all().delete()
    found.state, found.digest = state, None
    found.sealed_guest = found.sealed_draft = found.sealed_before = found.sealed_words = None
    found.save()
    vault_actions.destroy_key(actor, subject=found.id)


def _end(now: datetime, days: int) -> datetime:
    if not 1 <= days <= DAYS_AT_MOST:
        message = Message("有效期为 1 到 {most} 天。", most=DAYS_AT_MOST)
        raise InvalidRecord("", [FieldProblem("days", message)])
    return now + timedelta(days=days)


def _require_unit(actor: Actor, unit: UUID) -> None:
    tree = organization_queries.tree()
    if unit not in tree.nodes:
        raise InvalidRecord("", [FieldProblem("unit", Message("没有这个部门，请重新选择。"))])
    path = tree.path_of(unit)
    identity = dictionary_queries.current().sets["identity"]
    if not actor.may_at(PERMISSION, path) or not may_edit(actor, uuid4(), path, identity):
        raise Refused(PERMISSION, "你不能为这个部门发起信息采集。")


def _guest(dictionary: Dictionary, name: str, mobile: str, email: str, first_day: date) -> Guest:
    """What HR knows of the newcomer, checked like any value of the dictionary."""
    problems: list[FieldProblem] = []
    today = timezone.localdate()

    def read(path: str, key: str, text: str, needed: bool) -> str:
        set_key, _dot, field = path.partition(".")
        item = dictionary.sets[set_key].by_key[field]
        try:
            value = parse(item, text, dictionary=dictionary, context=ParseContext(today))
        except BadValue as bad:
            problems.append(FieldProblem(key, bad.message))
            return ""
        if needed and not value:
            problems.append(FieldProblem(key, Message("请填写{label}。", label=item.label)))
        return str(value or "")

    guest = Guest(
        read("identity.name", "name", name, needed=True),
        read("contact.mobile", "mobile", mobile, needed=True),
        read("contact.email", "email", email, needed=False),
        first_day.isoformat(),
    )
    if first_day < today - EARLIEST:
        problems.append(FieldProblem("first_day", Message("预计入职日期太早，请核对。")))
    if guest.mobile and not guest.mobile[-4:].isdigit():
        problems.append(FieldProblem("mobile", Message("手机号末四位应为数字，请核对。")))
    if problems:
        raise InvalidRecord("", problems)
    return guest
