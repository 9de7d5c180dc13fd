"""Scanning dossiers for problems (A5): after every save, and all of them each night.

A finding that persists keeps its ticket; one that is gone closes it as mended; one that
somebody dismissed stays dismissed while the row is the same. What shows only between
people — two dossiers of one person, loops of supervisors — is looked for at night.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary, Message
from dangan.dossiers import checks
from dangan.dossiers.checks import Finding, Likeness, Severity
from dangan.dossiers.models import Problem, Subject
from dangan.dossiers.opening import open_rows, problem_place
from dangan.dossiers.rules import Rows, supervisor_of
from dangan.vault import queries as vault_queries
from dangan.vault.rules import SubjectKey, seal

BATCH = 500

ACROSS = frozenset({"duplicate", "supervisor_loop"})
"""Checks between people; the others look at one dossier."""

_Identity = tuple[str, UUID | None, str]


def scan_subjects(actor: Actor, subjects: Iterable[UUID]) -> int:
    """Brings the tickets of ``subjects`` up to date in the caller's transaction.

    Returns how many tickets were opened.
    """
    return _scan(actor, list(subjects), _Across())


def scan_all(actor: Actor) -> tuple[int, int]:
    """Scans every living dossier, a transaction a batch; returns (dossiers, new tickets)."""
    subjects = list(
        Subject.objects.exclude(state="destroyed").order_by("id").values_list("id", flat=True)
    )
    across = _Across()
    found = 0
    for batch in _batches(subjects):
        with recording(actor):
            found += _scan(actor, batch, across)
    between = across.findings()
    for batch in _batches(subjects):
        with recording(actor):
            found += _scan_across(actor, batch, between)
    with recording(actor):
        actor.trail.add(
            Event(action="problem.scan", facts={"dossiers": len(subjects), "opened": found})
        )
    return len(subjects), found


def _batches(subjects: Sequence[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(subjects), BATCH):
        yield list(subjects[start : start + BATCH])


@dataclass(slots=True)
class _Across:
    """What the checks between people need of each, gathered while dossiers are open."""

    likenesses: list[Likeness] = field(default_factory=list)
    supervisors: dict[UUID, UUID] = field(default_factory=dict)

    def gather(self, subject: UUID, rows: Rows, dictionary: Dictionary) -> None:
        identity = next(iter(rows.get("identity", ())), None)
        if identity is not None:
            values = identity.values
            self.likenesses.append(
                Likeness(
                    subject,
                    str(values.get("name") or ""),
                    str(values.get("birth_date") or ""),
                    str(values.get("id_number") or ""),
                )
            )
        above = supervisor_of(dictionary, rows)
        if above is not None:
            self.supervisors[subject] = above

    def findings(self) -> dict[UUID, list[Finding]]:
        """The findings by person."""
        found: dict[UUID, list[Finding]] = {}
        for group in checks.duplicates(self.likenesses):
            for subject in group:
                found.setdefault(subject, []).append(_duplicate(len(group) - 1))
        for loop in checks.supervisor_loops(self.supervisors):
            for subject in loop:
                found.setdefault(subject, []).append(_loop(len(loop)))
        return found


def _duplicate(others: int) -> Finding:
    message = Message(
        "另有 {n} 份档案与此人姓名、出生日期相同，其中有人没有身份证号，"
        "可能是同一个人，请核对后合并登记。",
        n=others,
    )
    return Finding("duplicate", Severity.WARNING, "identity", None, "name", message)


def _loop(people: int) -> Finding:
    message = Message("直接上级的关系绕了一圈（{n} 人），请更正其中一人的直接上级。", n=people)
    return Finding("supervisor_loop", Severity.WARNING, "post", None, "supervisor", message)


def _scan(actor: Actor, subjects: Sequence[UUID], across: _Across) -> int:
    dictionary = dictionary_queries.current()
    keys = vault_queries.keys_of(subjects, skip_destroyed=True)
    rows = open_rows(keys, dictionary) if keys else {}
    today = timezone.localdate()
    found: dict[UUID, list[Finding]] = {}
    for subject in keys:
        across.gather(subject, rows[subject], dictionary)
        found[subject] = checks.scan(rows[subject], dictionary, today)
    known = Problem.objects.filter(subject__in=list(keys)).exclude(code__in=ACROSS)
    return _settle(actor, keys, found, known.exclude(state="fixed"))


def _scan_across(
    actor: Actor, subjects: Sequence[UUID], between: Mapping[UUID, list[Finding]]
) -> int:
    known = list(
        Problem.objects.filter(subject__in=subjects, code__in=ACROSS).exclude(state="fixed")
    )
    concerned = {subject for subject in subjects if subject in between}
    concerned |= {problem.subject_id for problem in known}
    keys = vault_queries.keys_of(concerned, skip_destroyed=True)
    return _settle(actor, keys, between, known)


def _settle(
    actor: Actor,
    keys: Mapping[UUID, SubjectKey],
    found: Mapping[UUID, Sequence[Finding]],
    known: Iterable[Problem],
) -> int:
    """Opens tickets for new findings, closes those whose finding is gone; returns how many new."""
    stored: dict[UUID, dict[_Identity, Problem]] = {}
    for problem in known:
        identity = (problem.code, problem.row, problem.field)
        stored.setdefault(problem.subject_id, {})[identity] = problem
    opened: list[Problem] = []
    closed: list[int] = []
    for subject, key in keys.items():
        now = {_identity(finding): finding for finding in found.get(subject, ())}
        before = stored.get(subject, {})
        opened += [_ticket(key, now[identity]) for identity in now.keys() - before.keys()]
        closed += [
            problem.id
            for identity, problem in before.items()
            if identity not in now and problem.state == Problem.State.OPEN
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
