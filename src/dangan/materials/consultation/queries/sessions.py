"""A reading as its readers see it: who is there, how much time is left, what opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.models import FileKind
from dangan.materials.catalogue.shown import VolumeLine
from dangan.materials.consultation import wording
from dangan.materials.consultation.grants import places_of, reading_of, shown_to
from dangan.materials.consultation.models import Consultation, Use
from dangan.materials.consultation.queries.requests import ReaderLine, reader_lines
from dangan.materials.consultation.rules.bodies import ConsultationBody, Scope
from dangan.materials.consultation.rules.reading import Standing, may_open, seated, standing
from dangan.materials.consultation.sealing import open_body
from dangan.ui.messages import say
from dangan.vault import queries as vault
from dangan.vault.rules import KeyDestroyed


@dataclass(frozen=True, slots=True)
class SessionView:
    """What the page 阅览 shows to one of the readers."""

    row: Consultation
    volume: VolumeLine
    standing: Standing
    shape: str
    word: str
    readers: tuple[ReaderLine, ...]
    here: int
    present: bool
    """Whether the asker counts as there."""
    shows: bool
    """Whether pages show to the asker now."""
    obstacle: str
    """Why it cannot be opened now; empty when it can."""
    until: datetime | None
    seconds: int
    left: str
    scope: tuple[tuple[str, str], ...]
    cadre: bool


def session(actor: Actor, consultation: UUID) -> SessionView:
    """For a reader named in it. Raises :class:`Absent` for everybody else, and is noted."""
    require(actor, "archive.read")
    row = (
        Consultation.objects.select_related("volume__subject", "volume__fonds")
        .prefetch_related("seats")
        .filter(pk=consultation, state=Use.State.GRANTED)
        .first()
    )
    own = None
    if row is not None:
        own = next((seat for seat in row.seats.all() if seat.account == actor.id), None)
    if row is None or own is None:
        subject = row.subject if row is not None else None
        actor.trail.add(
            Event("consultation.read", outcome="refused", subject=subject, object=str(consultation))
        )
        raise Absent
    try:
        key = vault.key_of(row.subject)
    except KeyDestroyed as error:
        raise Absent from error
    body = open_body(key, row.pk, row.version, row.sealed, ConsultationBody)
    return _view(actor, row, body)


def _view(actor: Actor, row: Consultation, body: ConsultationBody) -> SessionView:
    now = timezone.now()
    seats = list(row.seats.all())
    reading, places = reading_of(row), places_of(seats)
    stands = standing(reading, now)
    shape, word = wording.shape_and_word(stands)
    names = names_of_accounts({seat.account for seat in seats if seat.account})
    lines = reader_lines(actor, row, seats, body.outsiders, names, full=False)
    mine = next(seat.pk for seat in seats if seat.account == actor.id)
    reason = may_open(reading, places, actor.id, now)
    seconds = max(0, int((row.until - now).total_seconds())) if row.until else 0
    actor.trail.add(
        Event(
            "consultation.session",
            subject=row.subject,
            object=str(row.pk),
            facts={"number": row.number},
        )
    )
    return SessionView(
        row=row,
        volume=shown.volume_line(actor, row.volume, told=True),
        standing=stands,
        shape=shape,
        word=word,
        readers=lines,
        here=seated(reading, places, now),
        present=any(line.seat == mine and line.present for line in lines),
        shows=shown_to(row, actor.id, now),
        obstacle=say(reason) if reason else "",
        until=row.until,
        seconds=seconds,
        left=wording.left(row.until, now) if row.until else "",
        scope=tuple(wording.scope_lines(granted_scope(row))),
        cadre=row.volume.kind == FileKind.CADRE,
    )


def granted_scope(row: Consultation) -> Scope:
    """What the row grants, as a scope."""
    return Scope(
        materials=None if row.materials is None else tuple(map(UUID, row.materials)),
        print=row.print,
        download=row.download,
        marked=row.marked,
        hours=row.hours,
    )
