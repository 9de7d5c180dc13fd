"""Doing again in a restored database what was destroyed after the back-up was made.

First of all keys go, in one statement, before anything is opened; then what stood beside them is
emptied by the same verbs as when it was destroyed. No gate is asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dossiers import destroying
from dangan.dossiers.models import Record, Subject
from dangan.files.models import SealedFile
from dangan.files.storage import files, place_of
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.disposal import erasure
from dangan.operations.backup.rules.manifest import Ledger

_KEYS = """
WITH told AS (
  SELECT * FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[])
    AS t(subject, epoch, at)
), used AS (
  DELETE FROM keystore.data_key WHERE subject IN (SELECT subject FROM told)
), kept AS (
  DELETE FROM keystore.withheld_key WHERE subject IN (SELECT subject FROM told)
)
INSERT INTO keystore.destroyed (subject, epoch, at) SELECT * FROM told
ON CONFLICT (subject) DO NOTHING RETURNING subject
"""


def replay(actor: Actor, ledger: Ledger) -> int:
    """Replays the ledger; gives how many of its lines had not been done in this back-up yet."""
    count = _keys(actor, ledger)
    count += _withheld(actor, ledger)
    # Papers before files: whoever erases a scan also empties the name of its file.
    count += _papers(actor, ledger)
    count += _restricted(actor, ledger)
    count += _files(actor, [UUID(one) for one in ledger.files])
    count += _rows(actor, ledger)
    with recording(actor):
        facts = {"lines": ledger.count, "replayed": count, "ledger": ledger.at.isoformat()}
        actor.trail.add(Event("backup.replay", facts=facts))
    return count


def _keys(actor: Actor, ledger: Ledger) -> int:
    subjects = [UUID(line[0]) for line in ledger.keys]
    epochs = [line[1] for line in ledger.keys]
    times = [line[2] for line in ledger.keys]
    with recording(actor):
        with connection.cursor() as cursor:
            cursor.execute(_KEYS, [subjects, epochs, times])
            gone = [row[0] for row in cursor.fetchall()]
        for subject in gone:
            actor.trail.note("key.destroy", subject=subject, facts={"again": True})
    for subject in gone:
        with recording(actor):
            _empty(actor, subject)
    return len(gone)


def _empty(actor: Actor, subject: UUID) -> None:
    """What stands beside a destroyed key: of a dossier all its rooms', otherwise nothing."""
    if destroying.destroy_again(actor, subject=subject) is None:
        return
    volumes = Volume.objects.filter(subject=subject).values_list("pk", flat=True)
    papers = Material.objects.filter(subject=subject).values_list("pk", flat=True)
    erasure.erase(
        actor,
        erasure.Scope(
            subjects=frozenset({subject}),
            volumes=frozenset(volumes),
            materials=frozenset(papers),
        ),
    )


def _withheld(actor: Actor, ledger: Ledger) -> int:
    """Who is restricted now is so again. Who was then and is not now stays restricted until the
    privacy officer says otherwise anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject FROM keystore.data_key WHERE subject = ANY(%s)",
            [[UUID(one) for one in ledger.withheld]],
        )
        open_ = [row[0] for row in cursor.fetchall()]
    living = set(Subject.objects.filter(pk__in=open_).values_list("pk", flat=True))
    for subject in open_:
        if subject in living:
            with recording(actor):
                destroying.restrict_again(actor, subject=subject)
    return len(living)


def _files(actor: Actor, gone: Sequence[UUID]) -> int:
    count = 0
    for start in range(0, len(gone), 1_000):
        with recording(actor):
            rows = SealedFile.objects.filter(
                pk__in=gone[start : start + 1_000], state=SealedFile.State.KEPT
            )
            for file in rows.select_for_update():
                file.state, file.sealed_key = SealedFile.State.GONE, b""
                file.save(update_fields=["state", "sealed_key"])
                actor.trail.add(
                    Event(
                        "file.discard",
                        subject=file.subject,
                        object=str(file.pk),
                        facts={"again": True},
                    )
                )
                transaction.on_commit(partial(files().delete, place_of(file.object)))
                count += 1
    return count


def _rows(actor: Actor, ledger: Ledger) -> int:
    there = set(
        Record.objects.filter(row__in=[UUID(row) for _, row in ledger.rows])
        .exclude(subject__state=Subject.State.DESTROYED)
        .values_list("subject_id", "row")
    )
    count = 0
    for subject, row in sorted(there & {(UUID(one), UUID(two)) for one, two in ledger.rows}):
        with recording(actor):
            destroying.row_again(actor, subject=subject, row=row)
        count += 1
    return count


def _papers(actor: Actor, ledger: Ledger) -> int:
    """Volumes and single materials whose owner lives on."""
    volumes = Volume.objects.filter(pk__in=[UUID(one) for _, one in ledger.volumes])
    volumes = volumes.exclude(standing=Volume.Standing.DESTROYED)
    papers = Material.objects.filter(pk__in=[UUID(one) for _, one in ledger.materials])
    papers = papers.exclude(state=Material.State.DESTROYED)
    whole = frozenset(volumes.values_list("pk", flat=True))
    single = frozenset(papers.values_list("pk", flat=True))
    if whole or single:
        with recording(actor):
            erasure.erase(actor, erasure.Scope(volumes=whole, materials=single))
    return len(whole) + len(single)


def _restricted(actor: Actor, ledger: Ledger) -> int:
    """Volumes that are kept for no use, of people who are not restricted themselves too."""
    volumes = Volume.objects.filter(pk__in=[UUID(one) for one in ledger.restricted])
    living = volumes.exclude(standing=Volume.Standing.DESTROYED).filter(restricted_at=None)
    with recording(actor):
        found = list(living.select_for_update().order_by("pk"))
        for volume in found:
            volume.restricted_at = timezone.now()
            volume.version += 1
            volume.save(update_fields=["restricted_at", "version"])
            event = Event(
                "volume.restrict",
                subject=volume.subject_id,
                object=str(volume.pk),
                facts={"again": True},
            )
            actor.trail.add(event)
    return len(found)
