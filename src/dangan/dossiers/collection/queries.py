"""Reading collection forms: by HR within their reach, by the newcomer through a visit's cookie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, Showing, field_showings, require
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary, Field, InfoSet, Message
from dangan.dossiers import checks
from dangan.dossiers.collection.actions.answering import as_dossier
from dangan.dossiers.collection.actions.inviting import PERMISSION
from dangan.dossiers.collection.models import Invitation, Paper, Visit
from dangan.dossiers.collection.rules import (
    FILLABLE,
    IDLE,
    LIVING,
    TRIES,
    VISIT_AT_MOST,
    Answers,
    GivenRow,
    Guest,
    Section,
    sections,
)
from dangan.dossiers.collection.sealing import (
    answers_before,
    answers_of,
    digest_of,
    guest_of,
    words_of,
)
from dangan.dossiers.queries import CellView, Holder, Words, cell_view, holder_of
from dangan.files import queries as file_queries
from dangan.files.queries import FileInfo
from dangan.organization import queries as organization_queries
from dangan.organization.rules import Tree
from dangan.roster import queries as roster_queries
from dangan.vault import queries as vault_queries
from dangan.vault.rules import KeyDestroyed, SubjectKey

TOUCH_EVERY = 60
"""Seconds between writes that push a visit's idle time-out ahead."""


# --- HR -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form in one line of HR's list. ``name`` is empty once the contents are destroyed."""

    id: UUID
    name: str
    unit: str
    state: str
    by: str
    at: datetime
    expires_at: datetime
    submitted_at: datetime | None
    opened: bool
    locked: bool
    lapsed: bool
    subject: UUID | None


@dataclass(frozen=True, slots=True)
class FormPage:
    """One page of the list, and how many there are in each state."""

    total: int
    offset: int
    limit: int
    counts: Mapping[str, int]
    lines: tuple[FormLine, ...]


def forms(actor: Actor, *, state: str = "", offset: int = 0, limit: int = 50) -> FormPage:
    """The forms of the units within reach, newest first."""
    require(actor, PERMISSION)
    tree = organization_queries.tree()
    mine = Invitation.objects.filter(unit__in=_units(actor, tree))
    counts = dict(mine.order_by().values_list("state").annotate(n=Count("id")))
    chosen = mine.filter(state=state) if state else mine
    stored = list(chosen.order_by("-at")[offset : offset + limit])
    keys = vault_queries.keys_of(
        {item.id for item in stored if item.state in LIVING}, skip_destroyed=True
    )
    names = {item.id: guest_of(keys[item.id], item).name for item in stored if item.id in keys}
    became = {item.subject for item in stored if item.subject}
    people = roster_queries.names(became) if became else {}
    accounts = names_of_accounts({item.by for item in stored})
    now = timezone.now()
    actor.trail.add(Event("collection.list", facts={"shown": len(stored), "state": state}))
    lines = tuple(
        FormLine(
            id=item.id,
            name=names.get(item.id) or people.get(item.subject or item.id, ""),
            unit=tree.label(item.unit),
            state=item.state,
            by=accounts.get(item.by, ""),
            at=item.at,
            expires_at=item.expires_at,
            submitted_at=item.submitted_at,
            opened=item.opened_at is not None,
            locked=item.state in FILLABLE and item.wrong >= TRIES,
            lapsed=item.state in FILLABLE and item.expires_at <= now,
            subject=item.subject,
        )
        for item in stored
    )
    total = counts.get(state, 0) if state else sum(counts.values())
    return FormPage(total, offset, limit, counts, lines)


def _units(actor: Actor, tree: Tree) -> list[UUID]:
    return [unit for unit in tree.nodes if actor.may_at(PERMISSION, tree.path_of(unit))]


@dataclass(frozen=True, slots=True)
class LineView:
    """One field of a row as HR compares it. ``changed`` when ``old`` was known and differs."""

    label_of: Field
    new: CellView
    old: CellView | None = None

    @property
    def changed(self) -> bool:
        return self.old is not None


@dataclass(frozen=True, slots=True)
class GivenView:
    """One row as HR compares it: ``kind`` is ``""``, ``added`` since it was returned or
    ``dropped``."""

    row: UUID
    lines: tuple[LineView, ...]
    papers: tuple[FileInfo, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SectionView:
    """One information set as HR compares it."""

    info_set: InfoSet
    rows: tuple[GivenView, ...]


@dataclass(frozen=True, slots=True)
class FormView:
    """A form as HR sees it. What is destroyed is empty."""

    id: UUID
    state: str
    version: int
    unit: UUID
    unit_label: str
    by: str
    at: datetime
    expires_at: datetime
    opened_at: datetime | None
    submitted_at: datetime | None
    noticed_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    subject: UUID | None
    locked: bool
    lapsed: bool
    guest: Guest | None = None
    words: str = ""
    sections: tuple[SectionView, ...] = ()
    portrait: UUID | None = None
    changed: int = 0
    warnings: tuple[tuple[str, Message], ...] = ()
    holder: Holder | None = None


def form(actor: Actor, invitation: UUID) -> FormView:
    """One form with what was filled in, each field as the actor's rights show it.

    What the newcomer writes is HR's to see only once submitted. Raises :class:`Absent`.
    """
    require(actor, PERMISSION)
    found = Invitation.objects.filter(id=invitation).first()
    tree = organization_queries.tree()
    if found is None or not actor.may_at(PERMISSION, tree.path_of(found.unit)):
        refused = Event("collection.read", outcome="refused", object=str(invitation))
        actor.trail.add(refused)
        raise Absent
    names = names_of_accounts({found.by} | ({found.decided_by} if found.decided_by else set()))
    now = timezone.now()
    actor.trail.add(Event("collection.read", object=str(found.id), subject=found.subject))
    view = FormView(
        id=found.id,
        state=found.state,
        version=found.version,
        unit=found.unit,
        unit_label=tree.full_label(found.unit),
        by=names.get(found.by, ""),
        at=found.at,
        expires_at=found.expires_at,
        opened_at=found.opened_at,
        submitted_at=found.submitted_at,
        noticed_at=found.noticed_at,
        decided_at=found.decided_at,
        decided_by=names.get(found.decided_by, "") if found.decided_by else "",
        subject=found.subject,
        locked=found.state in FILLABLE and found.wrong >= TRIES,
        lapsed=found.state in FILLABLE and found.expires_at <= now,
    )
    if found.state not in LIVING:
        return view
    return _with_contents(actor, found, view, tree)


def _with_contents(actor: Actor, found: Invitation, view: FormView, tree: Tree) -> FormView:
    key = vault_queries.key_of(found.id)
    guest, words = guest_of(key, found), words_of(key, found)
    if found.state != Invitation.State.SUBMITTED:
        return replace(view, guest=guest, words=words)
    comparison = _Comparison(actor, found, key, guest, tree)
    shown = comparison.sections()
    return replace(
        view,
        guest=guest,
        words=words,
        sections=shown,
        portrait=comparison.portrait,
        changed=sum(
            sum(1 for line in row.lines if line.changed) or (1 if row.kind else 0)
            for section in shown
            for row in section.rows
        ),
        warnings=comparison.warnings(),
        holder=comparison.holder(),
    )


class _Comparison:
    """What was submitted beside what HR knew: the form as it was returned, or the invitation."""

    def __init__(
        self, actor: Actor, found: Invitation, key: SubjectKey, guest: Guest, tree: Tree
    ) -> None:
        self.actor = actor
        self.found = found
        self.dictionary: Dictionary = dictionary_queries.current()
        self.path = tree.path_of(found.unit)
        self.words = Words(self.dictionary, tree)
        self.answers = answers_of(key, found)
        self.returned = answers_before(key, found)
        self.known = {
            "identity.name": guest.name,
            "contact.mobile": guest.mobile,
            "contact.email": guest.email,
        }
        papers = list(found.papers.all())
        self.portrait = next(
            (item.file for item in papers if item.purpose == Paper.Purpose.PORTRAIT), None
        )
        proofs = [item for item in papers if item.purpose == Paper.Purpose.PROOF]
        infos = file_queries.infos([item.file for item in proofs], held={found.id: key})
        self.papers: dict[UUID, list[FileInfo]] = {}
        for item in proofs:
            if item.file in infos:
                self.papers.setdefault(item.row, []).append(infos[item.file])

    def sections(self) -> tuple[SectionView, ...]:
        shown = []
        for section in sections(self.dictionary):
            rows = [self._row(section, given) for given in self.answers.of_set(section.key)]
            rows += [
                self._dropped(section, given)
                for given in (self.returned.of_set(section.key) if self.returned else ())
                if self.answers.row(section.key, given.row) is None
            ]
            rows = [row for row in rows if row.lines]
            if rows:
                shown.append(SectionView(section.info_set, tuple(rows)))
        return tuple(shown)

    def _row(self, section: Section, given: GivenRow) -> GivenView:
        before = self.returned.row(section.key, given.row) if self.returned else None
        lines = []
        for item, showing in self._visible(section):
            value = given.values.get(item.key)
            old = before.values.get(item.key) if before else None
            known = bool(before)
            if self.returned is None and self.known.get(item.path):
                old, known = self.known[item.path], True
            if value in (None, "") and old in (None, ""):
                continue
            new = cell_view(item, value, showing, self.words)
            changed = known and old != value
            lines.append(
                LineView(item, new, cell_view(item, old, showing, self.words) if changed else None)
            )
        added = self.returned is not None and before is None
        papers = tuple(self.papers.get(given.row, ()))
        return GivenView(given.row, tuple(lines), papers, "added" if added else "")

    def _dropped(self, section: Section, given: GivenRow) -> GivenView:
        lines = tuple(
            LineView(item, cell_view(item, given.values.get(item.key), showing, self.words))
            for item, showing in self._visible(section)
            if given.values.get(item.key) not in (None, "")
        )
        return GivenView(given.row, lines, kind="dropped")

    def _visible(self, section: Section) -> list[tuple[Field, Showing]]:
        """The fields the actor may see of a person of that unit."""
        showings = field_showings(self.actor, self.found.id, self.path, section.info_set)
        return [
            (item, showings[item.key])
            for item in section.fields
            if item.type != "image" and showings[item.key] is not Showing.HIDDEN
        ]

    def warnings(self) -> tuple[tuple[str, Message], ...]:
        """What the checks find, by set, for whoever decides."""
        return tuple(
            (finding.info_set, finding.message)
            for finding in checks.scan(
                as_dossier(self.answers), self.dictionary, timezone.localdate()
            )
        )

    def holder(self) -> Holder | None:
        """Who has this ID number already: somebody who comes back has a dossier."""
        number = self.answers.value("identity.id_number")
        return holder_of(self.actor, "identity.id_number", str(number)) if number else None


def paper_of(actor: Actor, invitation: UUID, file: UUID) -> None:
    """Whether HR may open this paper of a submitted form; raises :class:`Absent`."""
    require(actor, PERMISSION)
    found = Invitation.objects.filter(id=invitation, state=Invitation.State.SUBMITTED).first()
    paper = Paper.objects.filter(invitation=invitation, file=file).first()
    path = organization_queries.tree().path_of(found.unit) if found else ()
    if found is None or paper is None or not actor.may_at(PERMISSION, path):
        raise Absent
    info_set = dictionary_queries.current().sets.get(paper.info_set)
    if info_set is None:
        raise Absent
    seen = field_showings(actor, found.id, path, info_set).values()
    if not any(showing is not Showing.HIDDEN for showing in seen):
        raise Absent


# --- the newcomer ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who has proved to be the one that a form is for, in this browser."""

    invitation: UUID
    state: str
    noticed: bool
    expires_at: datetime


def visitor(secret: str, *, now: datetime) -> Visitor | None:
    """Whose visit this cookie is; None when it is nobody's or has been idle for too long."""
    if not secret:
        return None
    found = Visit.objects.select_related("invitation").filter(digest=digest_of(secret)).first()
    if found is None:
        return None
    item = found.invitation
    open_still = item.state in FILLABLE and now < item.expires_at
    if not open_still or now - found.seen > IDLE or now - found.began > VISIT_AT_MOST:
        found.delete()
        return None
    if (now - found.seen).total_seconds() > TOUCH_EVERY:
        Visit.objects.filter(pk=found.pk).update(seen=now)
    return Visitor(item.id, item.state, item.noticed_at is not None, item.expires_at)


@dataclass(frozen=True, slots=True)
class DraftView:
    """The form as its newcomer sees it: everything of one's own in clear."""

    guest: Guest
    words: str
    answers: Answers
    sections: tuple[Section, ...]
    papers: Mapping[UUID, tuple[FileInfo, ...]]
    portrait: UUID | None
    expires_at: datetime
    returned: bool

    def section(self, key: str) -> Section:
        """The section of this set; raises :class:`Absent`."""
        for section in self.sections:
            if section.key == key:
                return section
        raise Absent


def draft(who: Visitor) -> DraftView:
    """Everything filled in so far. Raises :class:`Absent` when the key is gone meanwhile."""
    found = Invitation.objects.get(id=who.invitation)
    try:
        key = vault_queries.key_of(found.id)
    except KeyDestroyed as error:
        raise Absent from error
    stored = list(found.papers.order_by("at"))
    infos = file_queries.infos([item.file for item in stored], held={found.id: key})
    papers: dict[UUID, tuple[FileInfo, ...]] = {}
    for item in stored:
        if item.purpose == Paper.Purpose.PROOF and item.file in infos:
            papers[item.row] = (*papers.get(item.row, ()), infos[item.file])
    return DraftView(
        guest=guest_of(key, found),
        words=words_of(key, found) if found.state == Invitation.State.RETURNED else "",
        answers=answers_of(key, found),
        sections=sections(dictionary_queries.current()),
        papers=papers,
        portrait=next(
            (item.file for item in stored if item.purpose == Paper.Purpose.PORTRAIT), None
        ),
        expires_at=found.expires_at,
        returned=found.state == Invitation.State.RETURNED,
    )


def own_paper(who: Visitor, file: UUID) -> Paper:
    """A paper of the visitor's own form; raises :class:`Absent`."""
    found = Paper.objects.filter(invitation=who.invitation, file=file).first()
    if found is None:
        raise Absent
    return found


def title_of(section: Section, given: GivenRow, words: Words) -> str:
    """What a row is called: its set's title fields, or the first thing filled in."""
    keys: Sequence[str] = section.info_set.title_fields or tuple(given.values)[:1]
    by_key = {item.key: item for item in section.fields}
    parts = [
        words.display(by_key[key], value)
        for key in keys
        if key in by_key and (value := given.values.get(key)) not in (None, "")
    ]
    return "，".join(parts)
