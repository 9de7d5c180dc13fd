"""One request as those see it who ask, decide, keep the register or print the form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from dangan.access import units
from dangan.access.models import Account
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, Showing
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary
from dangan.files import queries as files
from dangan.files.queries import FileInfo
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.queries import kept_away
from dangan.materials.catalogue.shown import PersonBlock, VolumeLine
from dangan.materials.consultation import tables, wording
from dangan.materials.consultation.grants import place_of, reading_of
from dangan.materials.consultation.models import (
    Consultation,
    Copying,
    CopyTaken,
    Note,
    Provision,
    Seat,
    Use,
)
from dangan.materials.consultation.rules.bodies import (
    ConsultationBody,
    CopyingBody,
    Outsider,
    ProvisionBody,
)
from dangan.materials.consultation.rules.reading import Standing, present, standing
from dangan.materials.consultation.sealing import open_body, open_note, owner_of
from dangan.roster import queries as roster
from dangan.ui.languages import label
from dangan.vault import queries as vault
from dangan.vault.rules import SubjectKey
from dangan.workflow.models import Case
from dangan.workflow.people import units_of
from dangan.workflow.rights import may_see

PARTY = "identity.political_status"
MEMBERS = frozenset({"01", "02"})
"""Codes of 中共党员 and 预备党员."""


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """One reader. ``party``: yes, no, or unknown ("") as far as the asker may read it."""

    seat: UUID
    name: str
    outside: bool
    unit: str = ""
    document: str = ""
    document_number: str = ""
    present: bool = False
    opened_at: datetime | None = None
    ended: bool = False
    party: str = ""


@dataclass(frozen=True, slots=True)
class NoteLine:
    kind: str
    kind_label: str
    text: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """A consultation with its form opened."""

    row: Consultation
    person: PersonBlock
    volume: VolumeLine
    standing: Standing
    shape: str
    word: str
    ground: str
    body: ConsultationBody
    applicant: str
    applicant_unit: str
    readers: tuple[ReaderLine, ...]
    letters: tuple[FileInfo, ...]
    asked: tuple[tuple[str, str], ...]
    granted: tuple[tuple[str, str], ...]
    notes: tuple[NoteLine, ...]
    ended_by: str
    manages: bool
    own: bool
    case: UUID | None

    @property
    def may_end(self) -> bool:
        return (self.manages or self.own) and self.standing in ("agreed", "open")

    @property
    def doubts(self) -> bool:
        """Whether a reader of a cadre file is known not to be a party member."""
        return any(line.party == "no" for line in self.readers)


@dataclass(frozen=True, slots=True)
class CopyingView:
    row: Copying
    person: PersonBlock
    volume: VolumeLine
    shape: str
    word: str
    body: CopyingBody
    applicant: str
    applicant_unit: str
    letters: tuple[FileInfo, ...]
    taken: tuple[tuple[CopyTaken, str], ...]
    left: int
    over: bool
    manages: bool
    own: bool
    case: UUID | None


@dataclass(frozen=True, slots=True)
class ProvisionView:
    row: Provision
    person: PersonBlock | None
    volume: VolumeLine | None
    shape: str
    word: str
    body: ProvisionBody
    basis: str
    applicant: str
    applicant_unit: str
    letters: tuple[FileInfo, ...]
    provided_by: str
    manages: bool
    own: bool
    may_note: bool
    case: UUID | None


def consultation(actor: Actor, consultation: UUID) -> ConsultationView:
    """For the applicant, whoever takes part in its case, and who keeps the register there.

    Raises :class:`Absent` for everybody else; the attempt is noted.
    """
    row = (
        Consultation.objects.select_related("volume__subject", "volume__fonds")
        .filter(pk=consultation)
        .first()
    )
    if row is None or not _may_look(actor, row, row.volume.subject.unit):
        _refused(actor, "consultation.read", consultation, row)
        raise Absent
    view = _consultation_view(actor, row)
    if view is None:
        raise Absent
    return view


def consultation_content(actor: Actor, row: Consultation) -> Mapping[str, Any]:
    """What the page of its case shows; the case has decided who may see it."""
    view = _consultation_view(actor, row)
    return {"view": view} if view is not None else {}


def copying(actor: Actor, copying: UUID) -> CopyingView:
    """As :func:`consultation`."""
    row = (
        Copying.objects.select_related("volume__subject", "volume__fonds")
        .filter(pk=copying)
        .first()
    )
    if row is None or not _may_look(actor, row, row.volume.subject.unit):
        _refused(actor, "copying.read", copying, row)
        raise Absent
    view = _copying_view(actor, row)
    if view is None:
        raise Absent
    return view


def copying_content(actor: Actor, row: Copying) -> Mapping[str, Any]:
    """What the page of its case shows."""
    view = _copying_view(actor, row)
    return {"view": view} if view is not None else {}


def provision(actor: Actor, provision: UUID) -> ProvisionView:
    """As :func:`consultation`; what concerns many is kept by who manages all consultations."""
    row = (
        Provision.objects.select_related("volume__subject", "volume__fonds")
        .filter(pk=provision)
        .first()
    )
    unit = row.volume.subject.unit if row is not None and row.volume else None
    if row is None or not _may_look(actor, row, unit):
        _refused(actor, "provision.read", provision, row)
        raise Absent
    view = _provision_view(actor, row)
    if view is None:
        raise Absent
    return view


def provision_content(actor: Actor, row: Provision) -> Mapping[str, Any]:
    """What the page of its case shows."""
    view = _provision_view(actor, row)
    return {"view": view} if view is not None else {}


def letter(actor: Actor, use: UUID, file: UUID) -> str:
    """The number of the request whose letter this is, for whoever may read that request.

    Raises :class:`Absent` for a file that does not belong to it.
    """
    for table, read in (
        (Consultation, consultation),
        (Copying, copying),
        (Provision, provision),
    ):
        if table._default_manager.filter(pk=use).exists():
            view: Any = read(actor, use)
            if file in view.body.letters:
                return str(view.row.number)
    raise Absent


def _may_look(actor: Actor, row: Any, unit: UUID | None) -> bool:
    if row.by == actor.id:
        return True
    if actor.may_at("consultation.manage", units.path(unit)):
        # Who looks into one's own or a relative's cadre file, and why, is not for the keeper.
        return row.volume is None or not kept_away(actor, [row.volume])
    case = Case.objects.filter(pk=row.case).first() if row.case else None
    return case is not None and may_see(actor, case)


def _case_for(actor: Actor, row: Use) -> UUID | None:
    """The case, for who may open its page: keeping the register is not taking part."""
    if row.case is None or row.by == actor.id:
        return row.case
    case = Case.objects.filter(pk=row.case).first()
    return row.case if case is not None and may_see(actor, case) else None


def _refused(actor: Actor, name: str, object_: UUID, row: Any) -> None:
    subject = row.subject if row is not None else None
    actor.trail.add(Event(name, outcome="refused", subject=subject, object=str(object_)))


def _key(subject: UUID | None) -> SubjectKey | None:
    owner = owner_of(subject)
    return vault.keys_of([owner], skip_destroyed=True).get(owner)


def _consultation_view(actor: Actor, row: Consultation) -> ConsultationView | None:
    key = _key(row.subject)
    if key is None:
        return None
    body = open_body(key, row.pk, row.version, row.sealed, ConsultationBody)
    manages = actor.may_at("consultation.manage", units.path(row.volume.subject.unit))
    seats = list(row.seats.all())
    notes = list(row.notes.order_by("at"))
    names = names_of_accounts(
        {row.by, *filter(None, [row.ended_by, *(seat.account for seat in seats)])}
        | {note.by for note in notes}
    )
    stands = standing(reading_of(row), timezone.now())
    shape, word = wording.shape_and_word(stands)
    _noted(actor, "consultation.read", row)
    volume = shown.volume_line(actor, row.volume, told=True)
    return ConsultationView(
        row=row,
        person=volume.person,
        volume=volume,
        standing=stands,
        shape=shape,
        word=word,
        ground=tables.name_of(tables.grounds(), body.ground),
        body=body,
        applicant=names.get(row.by, ""),
        applicant_unit=units.label(row.unit) if row.unit else "",
        readers=reader_lines(actor, row, seats, body.outsiders, names, full=manages),
        letters=_letters(body.letters, key),
        asked=tuple(wording.scope_lines(body.asked)),
        granted=tuple(wording.scope_lines(body.granted)) if body.granted else (),
        notes=tuple(
            NoteLine(
                note.kind, str(Note.Kind(note.kind).label), open_note(key, note),
                names.get(note.by, ""), note.at,
            )
            for note in notes
        ),
        ended_by=names.get(row.ended_by, "") if row.ended_by else "",
        manages=manages,
        own=row.by == actor.id,
        case=_case_for(actor, row),
    )  # fmt: skip


def _copying_view(actor: Actor, row: Copying) -> CopyingView | None:
    key = _key(row.subject)
    if key is None:
        return None
    body = open_body(key, row.pk, row.version, row.sealed, CopyingBody)
    taken = list(row.taken.order_by("number"))
    names = names_of_accounts({row.by, *(one.by for one in taken)})
    shape, word = wording.USE_STATES[row.state]
    _noted(actor, "copying.read", row)
    volume = shown.volume_line(actor, row.volume, told=True)
    return CopyingView(
        row=row,
        person=volume.person,
        volume=volume,
        shape=shape,
        word=str(word),
        body=body,
        applicant=names.get(row.by, ""),
        applicant_unit=units.label(row.unit) if row.unit else "",
        letters=_letters(body.letters, key),
        taken=tuple((one, names.get(one.by, "")) for one in taken),
        left=max(0, row.copies - len(taken)),
        over=row.until is not None and row.until <= timezone.now(),
        manages=actor.may_at("consultation.manage", units.path(row.volume.subject.unit)),
        own=row.by == actor.id,
        case=_case_for(actor, row),
    )


def _provision_view(actor: Actor, row: Provision) -> ProvisionView | None:
    key = _key(row.subject)
    if key is None:
        return None
    body = open_body(key, row.pk, row.version, row.sealed, ProvisionBody)
    names = names_of_accounts({row.by, *filter(None, [row.provided_by])})
    shape, word = wording.USE_STATES[row.state]
    unit = row.volume.subject.unit if row.volume else None
    manages = actor.may_at("consultation.manage", units.path(unit))
    today = timezone.localdate()
    _noted(actor, "provision.read", row)
    volume = shown.volume_line(actor, row.volume, told=True) if row.volume else None
    return ProvisionView(
        row=row,
        person=volume.person if volume else None,
        volume=volume,
        shape="ok" if row.provided_at else shape,
        word=str(word),
        body=body,
        basis=tables.name_of(tables.bases(), body.basis),
        applicant=names.get(row.by, ""),
        applicant_unit=units.label(row.unit) if row.unit else "",
        letters=_letters(body.letters, key),
        provided_by=names.get(row.provided_by, "") if row.provided_by else "",
        manages=manages,
        own=row.by == actor.id,
        may_note=row.state == Use.State.GRANTED
        and row.provided_at is None
        and (manages or row.by == actor.id)
        and row.begins <= today <= row.until,
        case=_case_for(actor, row),
    )


def reader_lines(
    actor: Actor,
    row: Consultation,
    seats: Sequence[Seat],
    outsiders: Sequence[Outsider],
    names: Mapping[UUID, str],
    *,
    full: bool,
) -> tuple[ReaderLine, ...]:
    """The readers in the order they were named; document numbers in ``full`` for the archivist."""
    now = timezone.now()
    reading = reading_of(row)
    known = {one.seat: one for one in outsiders}
    of = _subjects([seat.account for seat in seats if seat.account])
    party = _party(actor, of)
    standing_in = units_of(set(of.values()))
    lines = []
    for seat in seats:
        there = present(place_of(seat), now, reading.presence)
        if seat.account is not None:
            unit = standing_in.get(of[seat.account]) if seat.account in of else None
            lines.append(
                ReaderLine(
                    seat.pk,
                    names.get(seat.account, ""),
                    False,
                    unit=units.label(unit) if unit else "",
                    present=there,
                    opened_at=seat.opened_at,
                    ended=seat.ended_at is not None,
                    party=party.get(seat.account, ""),
                )
            )
            continue
        one = known.get(seat.pk)
        number = one.number if one else ""
        lines.append(
            ReaderLine(
                seat.pk,
                one.name if one else "",
                True,
                unit=one.unit if one else "",
                document=tables.name_of(tables.documents(), one.document) if one else "",
                document_number=number if full else wording.masked(number),
                present=there,
                ended=seat.ended_at is not None,
            )
        )
    return tuple(lines)


def _subjects(accounts: Iterable[UUID]) -> dict[UUID, UUID]:
    """Whose accounts these are; accounts without a dossier are left out."""
    rows = Account.objects.filter(pk__in=list(accounts), subject__isnull=False)
    return {account: subject for account, subject in rows.values_list("pk", "subject") if subject}


def _party(actor: Actor, of: Mapping[UUID, UUID]) -> dict[UUID, str]:
    """Who is a party member, where the actor may read it and it is filled in."""
    known = dictionary.current().sets["identity"].by_key
    if PARTY.partition(".")[2] not in known or not actor.may("roster.view"):
        return {}
    rows = roster.rows_of(actor, of.values(), [PARTY])
    found = {}
    for account, subject in of.items():
        cell = rows[subject].cells[PARTY] if subject in rows else None
        if cell is not None and cell.showing is Showing.PLAIN and cell.value:
            found[account] = "yes" if str(cell.value) in _members() else "no"
    return found


def _members() -> frozenset[str]:
    """How the roster writes the two statuses: by code or by label."""
    table = dictionary.current().code_tables.get("political_status")
    if table is None:
        return MEMBERS
    chosen = [code for code in table.choices if code.code in MEMBERS]
    return MEMBERS | {label(code.name, code.en) for code in chosen}


def _letters(ids: Sequence[UUID], key: SubjectKey) -> tuple[FileInfo, ...]:
    infos = files.infos(ids, held={key.subject: key}) if ids else {}
    return tuple(infos[one] for one in ids if one in infos)


def _noted(actor: Actor, name: str, row: Any) -> None:
    actor.trail.add(
        Event(name, subject=row.subject, object=str(row.pk), facts={"number": row.number})
    )
