"""HR's decision on a submitted form: back with words, or a dossier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from dangan.access import registry
from dangan.access.rules import Actor, Refused, RoleGrant, Showing, field_showings, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Json, Message
from dangan.dossiers import actions as dossier_actions
from dangan.dossiers.collection.actions.inviting import PERMISSION, end, load
from dangan.dossiers.collection.handing import Confirmed, hand_over
from dangan.dossiers.collection.models import Invitation, Paper
from dangan.dossiers.collection.rules import DAYS, Answers
from dangan.dossiers.collection.sealing import answers_of, guest_of, seal_answers, seal_words
from dangan.dossiers.models import Subject
from dangan.dossiers.rules import FieldProblem, InvalidRecord, RowPlan
from dangan.dossiers.writing import Written
from dangan.files import actions as file_actions
from dangan.files import queries as file_queries
from dangan.organization import queries as organization_queries
from dangan.vault import queries as vault_queries

WORDS_MIN = 4
WORDS_MAX = 300


@dataclass(frozen=True, slots=True)
class Entering:
    """What HR adds when the dossier is made: ``identity`` (the number) and ``post``."""

    identity: Mapping[str, Json]
    post: Mapping[str, Json]


def return_form(
    actor: Actor, *, invitation: UUID, version: int, words: str, days: int = DAYS
) -> datetime:
    """Gives the form back to be put right; the link works again, until the day returned.

    Raises :class:`Absent`, and :class:`InvalidRecord` without words or when it is not there to
    be decided any more.
    """
    require(actor, PERMISSION)
    said = words.strip()
    if not WORDS_MIN <= len(said) <= WORDS_MAX:
        message = Message("请写明要改什么，{least} 到 {most} 字。", least=WORDS_MIN, most=WORDS_MAX)
        raise InvalidRecord("", [FieldProblem("words", message)])
    now = timezone.now()
    with recording(actor):
        found = _decidable(actor, invitation, version)
        key = vault_queries.key_of(found.id)
        found.sealed_before = seal_answers(key, answers_of(key, found), part="before", version=0)
        found.sealed_words = seal_words(key, said)
        found.state, found.wrong = Invitation.State.RETURNED, 0
        found.expires_at = max(found.expires_at, now + timedelta(days=days))
        found.decided_by, found.decided_at = actor.id, now
        found.save()
        actor.trail.add(Event("collection.return", object=str(found.id)))
    return found.expires_at


def confirm(actor: Actor, *, invitation: UUID, version: int, entering: Entering) -> Written:
    """Makes the dossier: the newcomer's rows, HR's post and number, the papers, the portrait.

    The rows are the newcomer's own, so they are stored whatever the actor may edit; what HR adds
    must be HR's to edit in that unit. Then the form's key is destroyed and the rooms that wait
    for newcomers are told, all in one transaction. Raises :class:`Absent`, :class:`Refused`,
    :class:`InvalidRecord`.
    """
    require(actor, PERMISSION)
    require(actor, "people.create")
    unit = _unit(entering)
    _require_fields(actor, entering, unit)
    with recording(actor):
        found = _decidable(actor, invitation, version)
        key = vault_queries.key_of(found.id)
        answers, guest = answers_of(key, found), guest_of(key, found)
        plans, origins = _plans(answers, entering)
        # Whoever confirms is named in the update record; the console's role only lifts the ceiling.
        writer = replace(actor, grants=(RoleGrant(registry.console_role()),), scopes=None)
        written = dossier_actions.create_subject(
            writer, rows=plans, reason="信息采集表", state=Subject.State.CONFIRMED
        )
        _hand_papers(writer, found, written.subject, dict(zip(origins, written.rows, strict=True)))
        found.subject = written.subject
        found.decided_by, found.decided_at = actor.id, timezone.now()
        end(actor, found, Invitation.State.CONFIRMED)
        event = Event("collection.confirm", subject=written.subject, object=str(found.id))
        actor.trail.add(event)
        first_day = date.fromisoformat(guest.first_day)
        hand_over(actor, Confirmed(found.id, written.subject, unit, first_day))
    return written


def _decidable(actor: Actor, invitation: UUID, version: int) -> Invitation:
    found = load(actor, invitation)
    if found.state != Invitation.State.SUBMITTED or found.version != version:
        message = Message("这份采集表已被处理或重新填写，没有改动。请刷新后再看。")
        raise InvalidRecord("", [FieldProblem("", message)])
    return found


def _unit(entering: Entering) -> UUID:
    given = entering.post.get("unit")
    if not given:
        raise InvalidRecord("post", [FieldProblem("unit", Message("请选择部门。"))])
    return UUID(str(given))


def _require_fields(actor: Actor, entering: Entering, unit: UUID) -> None:
    """What HR adds must be the actor's to edit, in the unit the newcomer comes to."""
    dictionary = dictionary_queries.current()
    path = organization_queries.tree().path_of(unit)
    for key, values in (("identity", entering.identity), ("post", entering.post)):
        # A dossier that does not exist yet is nobody's own: any identifier but the actor's does.
        showings = field_showings(actor, UUID(int=0), path, dictionary.sets[key], "edit")
        if any(showings.get(field) is not Showing.PLAIN for field in values):
            raise Refused("people.create", "你不能在所选部门建档，或填了不归你维护的字段。")


def _plans(answers: Answers, entering: Entering) -> tuple[list[RowPlan], list[UUID]]:
    """The rows to write, and which row of the form each came from."""
    plans, origins = [], []
    for key, rows in answers.rows.items():
        for given in rows:
            values = dict(given.values)
            if key == "identity":
                values |= entering.identity
            if values:
                plans.append(RowPlan(key, values))
                origins.append(given.row)
    plans.append(RowPlan("post", dict(entering.post)))
    origins.append(UUID(int=0))
    return plans, origins


def _hand_papers(
    writer: Actor, found: Invitation, subject: UUID, rows: Mapping[UUID, UUID]
) -> None:
    """Seals every paper anew under the dossier's key; the form's key is about to go."""
    papers: Sequence[Paper] = list(found.papers.all())
    infos = file_queries.infos([paper.file for paper in papers])
    for paper in papers:
        data = b"".join(file_queries.content(writer, paper.file, why="信息采集表建档"))
        if paper.purpose == Paper.Purpose.PORTRAIT:
            dossier_actions.set_portrait(writer, subject=subject, picture=data, first=True)
            file_actions.discard(writer, file=paper.file)
            paper.delete()
            continue
        kept = file_actions.keep(writer, subject=subject, name=infos[paper.file].name, data=data)
        file_actions.discard(writer, file=paper.file)
        paper.file, paper.row = kept.id, rows[paper.row]
        paper.save(update_fields=["file", "row"])
