"""Scanning dossiers for problems (A5): after every save, and all of them each night.

A finding that persists keeps its ticket; one that is gone closes it as mended by the
change that removed it; one that somebody dismissed stays dismissed while the row is
the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers import checks
from dangan.dossiers.checks import Finding
from dangan.dossiers.models import Problem, Subject
from dangan.dossiers.opening import open_rows, problem_place
from dangan.vault import queries as vault_queries
from dangan.vault.rules import SubjectKey, seal

_Identity = tuple[str, UUID | None, str]


def scan_subjects(actor: Actor, subjects: Iterable[UUID]) -> int:
    """Brings the tickets of ``subjects`` up to date in the caller's transaction.

    Returns how many tickets were opened.
    """
    dictionary = dictionary_queries.current()
    keys = vault_queries.keys_of(set(subjects), skip_destroyed=True)
    if not keys:
        return 0
    rows = open_rows(keys, dictionary)
    today = timezone.localdate()
    known: dict[UUID, list[Problem]] = {}
    for problem in Problem.objects.filter(subject__in=list(keys)).exclude(state="fixed"):
        known.setdefault(problem.subject_id, []).append(problem)
    opened: list[Problem] = []
    closed: list[int] = []
    for subject, key in keys.items():
        found = {_identity(f): f for f in checks.scan(rows[subject], dictionary, today)}
        stored = {(p.code, p.row, p.field): p for p in known.get(subject, [])}
        closed += [
            problem.id
            for identity, problem in stored.items()
            if identity not in found and problem.state == Problem.State.OPEN
        ]
        opened += [
            _ticket(key, finding) for identity, finding in found.items() if identity not in stored
        ]
    _store(actor, opened, closed)
    return len(opened)


def _identity(finding: Finding) -> _Identity:
    return finding.code, finding.row, finding.field or ""


def _ticket(key: SubjectKey, finding: Finding) -> Problem:
    place = problem_place(key.subject, finding.code, finding.row)
    return Problem(
        subject_id=key.subject,
        code=finding.code,
        severity=finding.severity,
        info_set=finding.info_set,
        row=finding.row,
        field=finding.field or "",
        found_at=timezone.now(),
        sealed_message=seal(key, place, str(finding.message).encode()),
    )


def _store(actor: Actor, opened: Sequence[Problem], closed: Sequence[int]) -> None:
    if opened:
        Problem.objects.bulk_create(opened, ignore_conflicts=True)
    if closed:
        Problem.objects.filter(id__in=closed).update(
            state=Problem.State.FIXED, closed_at=timezone.now(), closed_by=actor.id
        )
    for problem in opened:
        actor.trail.add(
            Event(action="problem.open", subject=problem.subject_id, object=problem.code)
        )
    if closed:
        actor.trail.add(Event(action="problem.mended", facts={"problems": list(closed)}))


def scan_all(actor: Actor, *, batch: int = 500) -> tuple[int, int]:
    """Scans every living dossier, a transaction a batch; returns (dossiers, new tickets)."""
    subjects = list(
        Subject.objects.exclude(state="destroyed").order_by("id").values_list("id", flat=True)
    )
    found = 0
    for start in range(0, len(subjects), batch):
        with recording(actor):
            found += scan_subjects(actor, subjects[start : start + batch])
    with recording(actor):
        actor.trail.add(
            Event(action="problem.scan", facts={"dossiers": len(subjects), "opened": found})
        )
    return len(subjects), found
