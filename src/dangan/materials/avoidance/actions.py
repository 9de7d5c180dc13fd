"""Clearing two people of a likeness of names: “不是同一人”."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor, Showing, field_showings, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Subject
from dangan.materials.avoidance.models import Clearing
from dangan.materials.avoidance.queries import clearing_token, standing_matches
from dangan.materials.avoidance.rules import Match
from dangan.vault import queries as vault
from dangan.vault.rules import Place, seal

REASON_MIN = 4


class AvoidanceProblem(Exception):  # noqa: N818 - an answer to the asker
    """They cannot be cleared; ``message`` says why and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def clear(actor: Actor, *, reader: UUID, subject: UUID, reason: str) -> int:
    """Says that the rows that keep two people apart mean somebody else; gives how many.

    Needs ``consultation.manage`` over both, and the right to read the family records it is about:
    nobody judges what they may not see. Neither of the two may do it (two eyes). It holds for the
    rows as they are: a row that is changed, or a new one, keeps away again.
    Raises :class:`Absent`, :class:`Refused`, :class:`AvoidanceProblem`.
    """
    require(actor, "consultation.manage")
    if actor.subject in (reader, subject):
        raise refuse(
            actor, "consultation.manage", "回避由第三人核对，当事人不能自己核销。", subject=subject
        )
    words = reason.strip()
    if len(words) < REASON_MIN:
        raise AvoidanceProblem(Message("请写明核对依据，至少 4 个字。"))
    with recording(actor):
        _within(actor, reader, subject)
        found = standing_matches(reader, subject)
        if not found:
            raise AvoidanceProblem(Message("这两人之间没有需要核对的回避关系。"))
        for match in found:
            if not may_judge(actor, match.member.owner):
                raise refuse(actor, "consultation.manage", "看不到家庭成员信息的人不能核销回避。")
            _store(actor, match, words)
    return len(found)


def may_judge(actor: Actor, owner: UUID) -> bool:
    """Whether the actor reads names and titles in this person's family record."""
    person = Subject.objects.filter(pk=owner).first()
    family = dictionary.current().sets.get("family")
    if person is None or family is None:
        return False
    seen = field_showings(actor, owner, units.path(person.unit), family, "read")
    return all(seen.get(key) is Showing.PLAIN for key in ("relation", "name"))


def _within(actor: Actor, *subjects: UUID) -> None:
    """Both dossiers locked, in a fixed order, and within reach of the permission."""
    rows = list(Subject.objects.select_for_update().filter(pk__in=set(subjects)).order_by("pk"))
    paths = [units.path(row.unit) for row in rows]
    if len(rows) != len(set(subjects)) or not all(
        actor.may_at("consultation.manage", path) for path in paths
    ):
        actor.trail.add(Event("avoidance.clear", outcome="refused"))
        raise Absent


def _store(actor: Actor, match: Match, words: str) -> None:
    member = match.member
    row = Clearing(
        id=uuid4(),
        token=clearing_token(member.row, member.version, match.other),
        owner=member.owner,
        at=timezone.now(),
        by=actor.id,
    )
    body = msgspec.json.encode({"row": member.row, "other": match.other, "reason": words})
    row.sealed = seal(vault.key_of(member.owner), place(member.owner, row.id), body)
    row.save(force_insert=True)
    actor.trail.add(
        Event(
            "avoidance.clear",
            subject=member.owner,
            object=str(row.id),
            reason=words,
            detail={"other": str(match.other), "row": str(member.row)},
        )
    )


def place(owner: UUID, clearing: UUID) -> Place:
    """The seal of why a row was cleared."""
    return Place("clearing", owner, row=clearing)
