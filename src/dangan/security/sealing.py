"""The seals of this room: alarms, canaries and reports, under the system's own key.

An alarm is about a deed, not part of anybody's dossier, and must outlive both.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from dangan.security.models import Alarm, Canary, Extension, Report
from dangan.security.rules.stories import Fact
from dangan.vault.rules import Place, SubjectKey, seal, unseal


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The words of an alarm. ``reason`` is why it was closed so."""

    account: UUID | None = None
    subject: UUID | None = None
    address: str = ""
    facts: dict[str, Fact] = {}
    reason: str = ""


def _place(key: SubjectKey, alarm: Alarm) -> Place:
    return Place("alarm", key.subject, "", alarm.id, alarm.version)


def seal_body(key: SubjectKey, alarm: Alarm, body: Body) -> bytes:
    """The words of an alarm in its version."""
    return seal(key, _place(key, alarm), msgspec.json.encode(body))


def open_body(key: SubjectKey, alarm: Alarm) -> Body:
    """Raises :class:`dangan.vault.rules.Tampered`."""
    return msgspec.json.decode(unseal(key, _place(key, alarm), bytes(alarm.sealed)), type=Body)


def seal_subject(key: SubjectKey, canary: Canary, subject: UUID) -> bytes:
    """Whose dossier a canary is."""
    return seal(key, Place("canary", key.subject, "", canary.id), subject.bytes)


def open_subject_of(key: SubjectKey, canary: Canary) -> UUID | None:
    """Whose dossier a canary is; None while it is not planted."""
    if canary.sealed is None:
        return None
    place = Place("canary", key.subject, "", canary.id)
    return UUID(bytes=unseal(key, place, bytes(canary.sealed)))


def seal_reason(key: SubjectKey, extension: Extension, text: str) -> bytes:
    """Why somebody needs to open more."""
    return seal(key, Place("extension", key.subject, "", extension.id), text.encode())


def open_reason(key: SubjectKey, extension: Extension) -> str:
    """Why somebody needs to open more."""
    place = Place("extension", key.subject, "", extension.id)
    return unseal(key, place, bytes(extension.reason)).decode()


def seal_figures(key: SubjectKey, report: Report, figures: bytes) -> bytes:
    """The figures of a report in its version."""
    place = Place("security_report", key.subject, "", report.id, report.version)
    return seal(key, place, figures)


def seal_document(key: SubjectKey, report: Report, pdf: bytes) -> bytes:
    """The printed report in its version."""
    place = Place("security_report_pdf", key.subject, "", report.id, report.version)
    return seal(key, place, pdf)


def open_document(key: SubjectKey, report: Report) -> bytes:
    """The printed report."""
    place = Place("security_report_pdf", key.subject, "", report.id, report.version)
    return unseal(key, place, bytes(report.document))


def open_figures(key: SubjectKey, report: Report) -> bytes:
    """The figures of a report."""
    place = Place("security_report", key.subject, "", report.id, report.version)
    return unseal(key, place, bytes(report.sealed))
