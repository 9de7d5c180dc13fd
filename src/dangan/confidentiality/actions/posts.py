"""The register of secret posts: opening, changing and closing lines, and letting somebody in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from dangan.access.rules import Absent, Actor, reach, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.confidentiality.models import Exemption, SecretPost
from dangan.confidentiality.sealing import exemption_place
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Subject
from dangan.organization import queries as organization_queries
from dangan.vault import queries as vault_queries
from dangan.vault.rules import seal

REASON_MIN = 4
EXEMPTION_DAYS = 180
"""An exemption bridges a gap; whoever needs longer is not cleared."""
DUTIES_MIN = 4


class PostProblem(Exception):  # noqa: N818 - an answer to the asker
    """The register cannot be changed so; ``field`` names where, ``message`` says why."""

    def __init__(self, field: str, message: Message) -> None:
        super().__init__(message.text)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class PostWish:
    """A line of the register as somebody wants it."""

    unit: UUID | None
    position: str
    level: str
    duties: str
    training_months: int | None
    checks: tuple[str, ...]
    needs_agreement: bool


def open_post(actor: Actor, *, wish: PostWish) -> SecretPost:
    """Puts a post on the register. Permission secrecy.manage; raises :class:`PostProblem`."""
    require(actor, "secrecy.manage")
    _check(wish)
    post = SecretPost(opened_at=timezone.now())
    return _save(actor, post, wish, "secrecy.open")


def save_post(actor: Actor, *, post: UUID, version: int, wish: PostWish) -> SecretPost:
    """Changes a line of the register; raises :class:`PostProblem`, :class:`Absent`."""
    require(actor, "secrecy.manage")
    _check(wish)
    with transaction.atomic():
        found = _locked(post)
        if found.version != version:
            raise PostProblem("", Message("别人刚刚改过这个涉密岗位，请刷新后重新修改。"))
        found.version += 1
        return _save(actor, found, wish, "secrecy.change")


def close_post(actor: Actor, *, post: UUID) -> None:
    """Takes a post off the register; its exemptions end with it."""
    require(actor, "secrecy.manage")
    with recording(actor):
        found = _locked(post)
        found.closed_at = timezone.now()
        found.save(update_fields=["closed_at"])
        found.exemptions.filter(ended_at__isnull=True).update(ended_at=found.closed_at)
        actor.trail.add(Event("secrecy.close", object=str(found.id)))


def exempt(actor: Actor, *, post: UUID, subject: UUID, until: date, reason: str) -> Exemption:
    """Lets somebody hold a post without full clearance until a day; never oneself.

    Raises :class:`PostProblem`, :class:`Absent` (post or person), :class:`Refused`.
    """
    require(actor, "secrecy.manage")
    if actor.subject == subject:
        raise refuse(actor, "secrecy.manage", "不能给自己批准例外，请由别人办理。", subject=subject)
    today = timezone.localdate()
    if len(reason.strip()) < REASON_MIN:
        raise PostProblem("reason", Message("请写明例外的理由，至少 4 个字。"))
    if not today <= until <= today + timedelta(days=EXEMPTION_DAYS):
        raise PostProblem(
            "until", Message("例外最长 {days} 天，请填今天到那时之间的日期。", days=EXEMPTION_DAYS)
        )
    with recording(actor):
        found = _locked(post)
        _within_reach(actor, subject)
        made = Exemption(
            id=uuid4(), post=found, subject=subject, until=until, by=actor.id, at=timezone.now()
        )
        key = vault_queries.key_of(subject)
        made.sealed_reason = seal(key, exemption_place(subject, made.id), reason.strip().encode())
        found.exemptions.filter(subject=subject, ended_at__isnull=True).update(ended_at=made.at)
        made.save()
        actor.trail.add(
            Event(
                "secrecy.exempt",
                subject=subject,
                object=str(found.id),
                reason=reason.strip(),
                facts={"until": until.isoformat()},
            )
        )
    return made


def end_exemption(actor: Actor, *, exemption: UUID) -> None:
    """Ends an exemption before its day."""
    require(actor, "secrecy.manage")
    with recording(actor):
        found = (
            Exemption.objects.select_for_update()
            .filter(id=exemption, ended_at__isnull=True)
            .first()
        )
        if found is None:
            raise Absent
        _within_reach(actor, found.subject)
        found.ended_at = timezone.now()
        found.save(update_fields=["ended_at"])
        actor.trail.add(Event("secrecy.unexempt", subject=found.subject, object=str(found.post_id)))


def _within_reach(actor: Actor, subject: UUID) -> None:
    person = Subject.objects.filter(id=subject).first()
    path = organization_queries.tree().path_of(person.unit) if person else ()
    if person is None or not reach(actor).contains(subject, path):
        actor.trail.add(Event("secrecy.exempt", outcome="refused", subject=subject))
        raise Absent


def _locked(post: UUID) -> SecretPost:
    found = SecretPost.objects.select_for_update().filter(id=post, closed_at__isnull=True).first()
    if found is None:
        raise Absent
    return found


def _check(wish: PostWish) -> None:
    tables = dictionary_queries.current().code_tables
    if wish.unit is None and not wish.position:
        raise PostProblem("position", Message("请填写部门或岗位名称，至少一项。"))
    if wish.unit is not None and wish.unit not in organization_queries.tree().nodes:
        raise PostProblem("unit", Message("没有这个部门，请重新选择。"))
    if wish.level not in _levels():
        raise PostProblem("level", Message("请选择涉密等级。"))
    if len(wish.duties.strip()) < DUTIES_MIN:
        raise PostProblem("duties", Message("请写明保密职责，至少 4 个字。"))
    if not _known(wish.checks, {code.code for code in tables["check_item"].choices}):
        raise PostProblem("checks", Message("有不认识的核查项目，请重新选择。"))


def _levels() -> set[str]:
    """The levels a post of the register may have: all but 非涉密."""
    table = dictionary_queries.current().code_tables["secrecy_post"]
    return {code.code for code in table.choices} - {"4"}


def _known(given: Collection[str], known: Collection[str]) -> bool:
    return all(item in known for item in given)


def _save(actor: Actor, post: SecretPost, wish: PostWish, action: str) -> SecretPost:
    post.unit = wish.unit
    post.position = wish.position.strip()
    post.level = wish.level
    post.duties = wish.duties.strip()
    post.training_months = wish.training_months
    post.checks = list(wish.checks)
    post.needs_agreement = wish.needs_agreement
    try:
        with recording(actor):
            post.save()
            actor.trail.add(Event(action, object=str(post.id), facts={"level": post.level}))
    except IntegrityError as error:
        raise PostProblem(
            "position", Message("这个部门和岗位已在涉密岗位表中，请直接修改那一行。")
        ) from error
    return post
