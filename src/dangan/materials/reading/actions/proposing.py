"""What somebody confirmed of a scan becomes a proposed change; nothing is written directly."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from dangan.access.rules import Absent, Actor, refuse
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Json, Message
from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.proposals.actions import Submitted
from dangan.dossiers.rules import FieldProblem, InvalidRecord, RowPlan
from dangan.materials.catalogue.queries import Item, Look
from dangan.materials.catalogue.rules.seeing import NAMED_READERS_FROM
from dangan.materials.reading.problems import ReadingProblem
from dangan.materials.reading.queries.suggesting import DocumentView, parsed, suggestions
from dangan.materials.reading.queries.texts import texts

NOTHING_CHOSEN = Message("请至少勾选一项再提交。")


def propose(
    actor: Actor, *, material: UUID, page: UUID, kind: str, values: Mapping[str, str]
) -> Submitted:
    """Proposes the confirmed values, as the person left them, by field; the scan is cited.

    Only fields that the document has and that the actor may change are taken. Raises
    :class:`Absent` for a page or document that is not there, :class:`Refused`,
    :class:`ReadingProblem` when nothing is left, and what ``proposals.propose`` raises.
    """
    looked, item, pages = texts(actor, material)
    subject = looked.volume.subject_id
    views = suggestions(actor, subject, [one for one in pages if one.page == page])
    document = next((one for one in views if one.kind == kind), None)
    if document is None or document.info_set is None:
        raise Absent
    chosen = _chosen(actor, subject, document, values)
    plan = RowPlan(document.info_set.key, chosen, document.row, document.version)
    with recording(actor):
        words = _citation(looked, item, document)
        sent = proposals.propose(actor, subject=subject, rows=[plan], words=words)
        actor.trail.add(
            Event(
                "reading.propose",
                subject=subject,
                object=str(page),
                facts={"proposal": str(sent.proposal), "fields": sorted(chosen)},
            )
        )
        return sent


def _chosen(
    actor: Actor, subject: UUID, document: DocumentView, values: Mapping[str, str]
) -> dict[str, Json | None]:
    """The confirmed values as they are stored; raises :class:`InvalidRecord` for what is none."""
    lines = {line.field.key: line for line in document.lines}
    if not set(values) <= set(lines):
        raise Absent
    if not all(lines[key].allowed for key in values):
        raise refuse(actor, "changes.start", subject=subject)
    typed = {key: text.strip() for key, text in values.items() if text.strip()}
    if not typed:
        raise ReadingProblem(NOTHING_CHOSEN)
    chosen: dict[str, Json | None] = {}
    problems = []
    for key, text in typed.items():
        found = parsed(lines[key].field, text)
        if isinstance(found, Message):
            problems.append(FieldProblem(key, found))
        else:
            chosen[key] = found
    if problems:
        raise InvalidRecord(document.info_set.key if document.info_set else "", problems)
    return chosen


def _citation(looked: Look, item: Item, document: DocumentView) -> str:
    """Where it was read, for those who decide; what is marked 机密 is not named to them."""
    number = looked.volume.number
    if item.secrecy >= NAMED_READERS_FROM:
        return _("依据案卷 {number} 的扫描件第 {page} 页。").format(
            number=number, page=document.number
        )
    return _("依据案卷 {number}《{title}》扫描件第 {page} 页。").format(
        number=number, title=item.body.title, page=document.number
    )
