"""The newcomer's verbs. Nobody has signed in here: what opens a form is the link's token and the
last digits of the mobile number that HR knows, and from then on a cookie of that one browser."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from dangan.access.actions import forgive, throttle
from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Json, Message
from dangan.dossiers import checks
from dangan.dossiers.collection.models import Invitation, Paper, Visit
from dangan.dossiers.collection.rules import (
    FILLABLE,
    PAPERS_AT_MOST,
    PAPERS_IN_ALL,
    ROWS_AT_MOST,
    TRIES,
    TRIES_OF_ADDRESS,
    Answers,
    GivenRow,
    Section,
    clean,
    lacks,
    sections,
    shut,
)
from dangan.dossiers.collection.sealing import (
    answers_of,
    digest_of,
    guest_of,
    new_secret,
    seal_answers,
)
from dangan.dossiers.rules import FieldProblem, InvalidRecord, Row, with_id_facts
from dangan.files import actions as file_actions
from dangan.files.rules import JPEG, PNG
from dangan.notices import actions as notice_actions
from dangan.vault import queries as vault_queries
from dangan.vault.rules import KeyDestroyed, SubjectKey

if TYPE_CHECKING:
    from dangan.files.models import SealedFile

PORTRAIT = frozenset({JPEG, PNG})
LIMIT = "collect"
"""Kind of the count of wrong links and digits from one address."""


class Shut(Exception):  # noqa: N818 - an answer to the newcomer
    """The form cannot be written any more: submitted, revoked, expired meanwhile."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What came of a try to open a form: the cookie's secret, or the sentence to show."""

    secret: str = ""
    message: Message | None = None


def open_form(actor: Actor, *, token: str, digits: str) -> Turned:
    """Opens the form behind ``token`` to who knows the digits.

    The tries of an address are counted for all links, the wrong digits for the link: at the
    fifth it is shut until HR issues another. Counting survives a refusal.
    """
    wait = throttle(LIMIT, actor.address, tries=TRIES_OF_ADDRESS)
    if wait is not None:
        return Turned(message=wait)
    with transaction.atomic():
        outcome = _try(actor, token, digits)
    if outcome.secret:
        forgive(LIMIT, actor.address)
    return outcome


def _try(actor: Actor, token: str, digits: str) -> Turned:
    now = timezone.now()
    found = Invitation.objects.select_for_update().filter(digest=digest_of(token)).first()
    if found is None:
        # Said in the words of a link that has ended: whether one ever was, is nobody's business.
        return Turned(message=shut("revoked", now, 0, now))
    refusal = shut(found.state, found.expires_at, found.wrong, now)
    if refusal is not None:
        return _turned_away(actor, found, refusal)
    guest = guest_of(vault_queries.key_of(found.id), found)
    if not hmac.compare_digest(guest.digits.encode(), digits.strip().encode()):
        found.wrong += 1
        found.save(update_fields=["wrong"])
        left = TRIES - found.wrong
        message = shut(found.state, found.expires_at, found.wrong, now) or Message(
            "手机号后四位不正确，还可以试 {left} 次。", left=left
        )
        return _turned_away(actor, found, message)
    secret = new_secret()
    Visit.objects.create(digest=digest_of(secret), invitation=found, seen=now)
    found.wrong = 0
    found.opened_at = found.opened_at or now
    found.save(update_fields=["wrong", "opened_at"])
    actor.trail.add(Event("collection.open", object=str(found.id)))
    return Turned(secret=secret)


def _turned_away(actor: Actor, found: Invitation, message: Message) -> Turned:
    actor.trail.add(Event("collection.open", outcome="refused", object=str(found.id)))
    return Turned(message=message)


def leave(*, secret: str) -> None:
    """Ends the browser's visit."""
    Visit.objects.filter(digest=digest_of(secret)).delete()


def accept_notice(actor: Actor, *, invitation: UUID) -> None:
    """Notes that the privacy notice was read and accepted, and which one it was."""
    with recording(actor):
        found, _key = _writable(invitation)
        if found.noticed_at is None:
            found.noticed_at = timezone.now()
            found.notice_revision = dictionary_queries.current().revision
            found.save(update_fields=["noticed_at", "notice_revision"])
            _note(actor, found, "collection.save", part="notice")


def put_row(
    actor: Actor,
    *,
    invitation: UUID,
    info_set: str,
    row: UUID,
    values: Mapping[str, Json | None],
) -> None:
    """Writes one row of the draft; ``values`` is the whole row as it should be.

    Raises :class:`Absent` (no such section), :class:`InvalidRecord`, :class:`Shut`.
    """
    section = section_of(info_set)
    with recording(actor):
        found, key = _writable(invitation, noticed=True)
        answers = answers_of(key, found)
        _require_place(section, answers, row)
        given = clean(section, values)
        if section.key == "identity":
            before = answers.row("identity", row)
            given = with_id_facts(before.values if before else {}, given)
        after = answers.put(section.key, GivenRow(row, given))
        problems = [
            FieldProblem(finding.field or "", finding.message)
            for finding in checks.entry(
                given, section.info_set, as_dossier(after), timezone.localdate(), row=row
            )
            if finding.severity == "error"
        ]
        if problems:
            raise InvalidRecord(section.key, problems)
        _save_answers(found, key, after)
        _note(actor, found, "collection.save", part=section.key)


def _require_place(section: Section, answers: Answers, row: UUID) -> None:
    rows = answers.of_set(section.key)
    if any(item.row == row for item in rows):
        return
    if not section.info_set.multiple and rows:
        raise Absent
    if any(answers.row(key, row) for key in answers.rows):
        raise Absent
    if len(rows) >= ROWS_AT_MOST:
        message = Message("最多填 {most} 条，其余入职后补充。", most=ROWS_AT_MOST)
        raise InvalidRecord(section.key, [FieldProblem("", message)])


def drop_row(actor: Actor, *, invitation: UUID, info_set: str, row: UUID) -> None:
    """Takes a row out of the draft with its papers. Raises :class:`Absent`, :class:`Shut`."""
    section = section_of(info_set)
    with recording(actor):
        found, key = _writable(invitation, noticed=True)
        answers = answers_of(key, found)
        if not section.info_set.multiple or answers.row(info_set, row) is None:
            raise Absent
        for paper in found.papers.filter(row=row):
            _discard(actor, paper)
        _save_answers(found, key, answers.drop(info_set, row))
        _note(actor, found, "collection.save", part=section.key)


def add_paper(
    actor: Actor, *, invitation: UUID, info_set: str, row: UUID, name: str, data: bytes
) -> None:
    """Keeps a proof of a row, sealed under the form's key.

    Raises :class:`Absent`, :class:`InvalidRecord`, :class:`Shut`, and
    :class:`dangan.files.rules.BadFile` for what is no picture or PDF.
    """
    section = section_of(info_set)
    with recording(actor):
        found, key = _writable(invitation, noticed=True)
        if answers_of(key, found).row(section.key, row) is None:
            raise Absent
        proofs = list(found.papers.values_list("row", flat=True))
        if proofs.count(row) >= PAPERS_AT_MOST or len(proofs) >= PAPERS_IN_ALL:
            message = Message("每条最多附 {most} 个文件。", most=PAPERS_AT_MOST)
            raise InvalidRecord(section.key, [FieldProblem("", message)])
        kept = file_actions.keep(actor, subject=found.id, name=name, data=data)
        _add(found, kept, Paper.Purpose.PROOF, section.key, row)
        _note(actor, found, "collection.save", part=f"{section.key}.paper")


def set_portrait(actor: Actor, *, invitation: UUID, data: bytes) -> None:
    """Keeps the portrait in place of an earlier one. Raises as :func:`add_paper`."""
    with recording(actor):
        found, key = _writable(invitation, noticed=True)
        rows = answers_of(key, found).of_set("identity")
        if not rows:
            raise Absent
        kept = file_actions.keep(
            actor, subject=found.id, name="portrait", data=data, allow=PORTRAIT
        )
        for paper in found.papers.filter(purpose=Paper.Purpose.PORTRAIT):
            _discard(actor, paper)
        _add(found, kept, Paper.Purpose.PORTRAIT, "identity", rows[0].row)
        _note(actor, found, "collection.save", part="portrait")


def drop_paper(actor: Actor, *, invitation: UUID, file: UUID) -> None:
    """Throws a paper away. Raises :class:`Absent`, :class:`Shut`."""
    with recording(actor):
        found, _key = _writable(invitation, noticed=True)
        paper = found.papers.filter(file=file).first()
        if paper is None:
            raise Absent
        _discard(actor, paper)
        _note(actor, found, "collection.save", part=f"{paper.info_set}.paper")


def submit(actor: Actor, *, invitation: UUID) -> None:
    """Hands the form to HR, once. Raises :class:`InvalidRecord` while something is missing."""
    with recording(actor):
        found, key = _writable(invitation, noticed=True)
        missing = lacks(sections(dictionary_queries.current()), answers_of(key, found))
        if missing:
            raise InvalidRecord(
                missing[0].info_set, [FieldProblem(item.field, item.message) for item in missing]
            )
        found.state, found.submitted_at = Invitation.State.SUBMITTED, timezone.now()
        found.save(update_fields=["state", "submitted_at"])
        found.visits.all().delete()
        _note(actor, found, "collection.submit")
        notice_actions.tell(
            accounts=[found.by],
            topic="collection.submitted",
            url=reverse("collection:form", args=[found.id]),
        )


def section_of(info_set: str) -> Section:
    """The section of this set; raises :class:`Absent` when the form has none."""
    for section in sections(dictionary_queries.current()):
        if section.key == info_set:
            return section
    raise Absent


def as_dossier(answers: Answers) -> dict[str, list[Row]]:
    """The answers as checks take a dossier."""
    today = timezone.localdate()
    return {
        key: [Row(item.row, item.values, 1, today) for item in items]
        for key, items in answers.rows.items()
    }


def _writable(invitation: UUID, *, noticed: bool = False) -> tuple[Invitation, SubjectKey]:
    """The form, locked, and its key; raises :class:`Shut` when it is not to be written now."""
    found = Invitation.objects.select_for_update().filter(id=invitation).first()
    if found is None or not _open(found, timezone.now()) or (noticed and not found.noticed_at):
        raise Shut
    try:
        return found, vault_queries.key_of(found.id)
    except KeyDestroyed as error:
        raise Shut from error


def _open(found: Invitation, now: datetime) -> bool:
    return found.state in FILLABLE and now < found.expires_at


def _save_answers(found: Invitation, key: SubjectKey, answers: Answers) -> None:
    found.version += 1
    found.sealed_draft = seal_answers(key, answers, part="draft", version=found.version)
    found.save(update_fields=["version", "sealed_draft"])


def _add(
    found: Invitation, kept: SealedFile, purpose: Paper.Purpose, info_set: str, row: UUID
) -> None:
    Paper.objects.create(
        invitation=found, file=kept.id, purpose=purpose, info_set=info_set, row=row
    )


def _discard(actor: Actor, paper: Paper) -> None:
    file_actions.discard(actor, file=paper.file)
    paper.delete()


def _note(actor: Actor, found: Invitation, action: str, *, part: str = "") -> None:
    actor.trail.add(Event(action, object=str(found.id), facts={"part": part} if part else {}))
