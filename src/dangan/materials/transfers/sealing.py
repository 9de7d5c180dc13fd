"""How slips and lists are sealed: what concerns one person under that person's key, what concerns
the packet under the vault's own."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from dangan.materials.transfers.models import (
    Arrival,
    ArrivalLine,
    HandOver,
    HandOverLine,
    Line,
    Transfer,
)
from dangan.materials.transfers.rules.bodies import (
    ArrivalBody,
    ArrivalPerson,
    LineBody,
    SlipBody,
    decode,
    encode,
)
from dangan.vault.queries import key_of, keys_of
from dangan.vault.rules import SYSTEM, Place, SubjectKey, seal, unseal


def _slip_place(transfer: UUID, version: int) -> Place:
    return Place("transfer", SYSTEM, "slip", transfer, version)


def seal_slip(row: Transfer, body: SlipBody) -> bytes:
    """The slip at its version."""
    return seal(key_of(SYSTEM), _slip_place(row.pk, row.version), encode(body))


def open_slips(rows: Iterable[Transfer]) -> dict[UUID, SlipBody]:
    """Many slips with one statement."""
    listed = list(rows)
    key = key_of(SYSTEM) if listed else None
    return {
        row.pk: decode(unseal(key, _slip_place(row.pk, row.version), bytes(row.sealed)), SlipBody)
        for row in listed
        if key is not None
    }


def open_slip(row: Transfer) -> SlipBody:
    """What the slip says; raises :class:`dangan.vault.rules.Tampered`."""
    return open_slips([row])[row.pk]


def _line_place(subject: UUID, transfer: UUID, volume: UUID) -> Place:
    return Place("transfer", subject, str(transfer), volume)


def seal_line(key: SubjectKey, transfer: UUID, volume: UUID, body: LineBody) -> bytes:
    """A person's line of a slip."""
    return seal(key, _line_place(key.subject, transfer, volume), encode(body))


def open_lines(rows: Iterable[Line]) -> dict[int, LineBody]:
    """Lines by primary key; one statement. Those whose key is destroyed are left out."""
    listed = list(rows)
    keys = keys_of({row.subject for row in listed}, skip_destroyed=True) if listed else {}
    return {
        row.pk: decode(
            unseal(
                keys[row.subject],
                _line_place(row.subject, row.transfer_id, row.volume_id),
                bytes(row.sealed),
            ),
            LineBody,
        )
        for row in listed
        if row.subject in keys
    }


def _arrival_place(arrival: UUID, version: int) -> Place:
    return Place("arrival", SYSTEM, "packet", arrival, version)


def seal_arrival(row: Arrival, body: ArrivalBody) -> bytes:
    return seal(key_of(SYSTEM), _arrival_place(row.pk, row.version), encode(body))


def open_arrivals(rows: Iterable[Arrival]) -> dict[UUID, ArrivalBody]:
    """Many packets with one statement."""
    listed = list(rows)
    key = key_of(SYSTEM) if listed else None
    return {
        row.pk: decode(
            unseal(key, _arrival_place(row.pk, row.version), bytes(row.sealed)), ArrivalBody
        )
        for row in listed
        if key is not None
    }


def open_arrival(row: Arrival) -> ArrivalBody:
    return open_arrivals([row])[row.pk]


def _person_place(arrival: UUID, order: int) -> Place:
    return Place("arrival", SYSTEM, f"person.{order}", arrival)


def seal_person(key: SubjectKey, arrival: UUID, order: int, body: ArrivalPerson) -> bytes:
    """A person of a packet: nobody's dossier yet, so under the vault's own key."""
    return seal(key, _person_place(arrival, order), encode(body))


def open_persons(rows: Iterable[ArrivalLine]) -> dict[int, ArrivalPerson]:
    """By primary key; one statement."""
    listed = list(rows)
    key = key_of(SYSTEM) if listed else None
    return {
        row.pk: decode(
            unseal(key, _person_place(row.arrival_id, row.order), bytes(row.sealed)),
            ArrivalPerson,
        )
        for row in listed
        if key is not None
    }


def _reason_place(handover: UUID) -> Place:
    return Place("custody", SYSTEM, "reason", handover)


def seal_reason(row: HandOver, text: str) -> bytes:
    return seal(key_of(SYSTEM), _reason_place(row.pk), text.encode()) if text else b""


def open_reason(row: HandOver) -> str:
    if not row.sealed_reason:
        return ""
    return unseal(key_of(SYSTEM), _reason_place(row.pk), bytes(row.sealed_reason)).decode()


def _note_place(subject: UUID, handover: UUID, volume: UUID) -> Place:
    return Place("custody", subject, str(handover), volume)


def seal_note(line: HandOverLine, text: str) -> bytes:
    key = key_of(line.subject)
    place = _note_place(line.subject, line.handover_id, line.volume_id)
    return seal(key, place, text.encode()) if text else b""


def open_notes(rows: Iterable[HandOverLine]) -> dict[int, str]:
    """What differs, by primary key; one statement."""
    said = [row for row in rows if row.sealed_note]
    keys = keys_of({row.subject for row in said}, skip_destroyed=True) if said else {}
    return {
        row.pk: unseal(
            keys[row.subject],
            _note_place(row.subject, row.handover_id, row.volume_id),
            bytes(row.sealed_note),
        ).decode()
        for row in said
        if row.subject in keys
    }
