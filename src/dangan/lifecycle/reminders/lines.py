"""Lines: the dates of every dossier, kept sealed and read in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

import msgspec
from django.db import connection, transaction

from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Subject
from dangan.dossiers.opening import open_rows
from dangan.lifecycle.reminders.models import Line
from dangan.lifecycle.reminders.rules import SETS, Held, held
from dangan.vault.bulk import opener
from dangan.vault.queries import Unwrapper, keys_of
from dangan.vault.rules import Place, SubjectKey, VaultError, seal

KIND = "reminders"
BATCH = 2_000
GONE = (Subject.State.DEPARTED, Subject.State.RETAINED, Subject.State.DESTROYED)
NOT_YET = (Subject.State.DRAFT,)

_STALE = """
SELECT s.id, s.version FROM dossiers_subject s LEFT JOIN reminders_line l ON l.subject = s.id
WHERE s.state <> ALL(%s) AND l.version IS DISTINCT FROM s.version ORDER BY s.id
"""
_ORPHANS = """
DELETE FROM reminders_line l USING dossiers_subject s
WHERE s.id = l.subject AND s.state = ANY(%s)
"""
_READ = """
SELECT uuid_send(l.subject), s.unit, l.soon, l.version = s.version,
    k.version, k.epoch, k.wrapped, l.sealed
FROM reminders_line l JOIN dossiers_subject s ON s.id = l.subject
    JOIN keystore.data_key k ON k.subject = l.subject
WHERE s.state <> ALL(%(gone)s) {where}
"""


def refresh() -> int:
    """Reads anew every dossier that changed since its line was made; says how many.

    A batch is a transaction: killed in between, the next run goes on.
    """
    gone = [*GONE, *NOT_YET]
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS, [gone])
        cursor.execute(_STALE, [gone])
        stale: list[tuple[UUID, int]] = cursor.fetchall()
    for start in range(0, len(stale), BATCH):
        with transaction.atomic():
            _store(dict(stale[start : start + BATCH]))
    return len(stale)


def _store(versions: Mapping[UUID, int]) -> None:
    keys = keys_of(versions.keys(), skip_destroyed=True)
    found = dates_of(keys)
    Line.objects.bulk_create(
        (
            Line(
                subject=subject,
                version=versions[subject],
                soon=bool(given),
                sealed=_seal(keys[subject], given),
            )
            for subject, given in found.items()
        ),
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["version", "soon", "sealed"],
    )


def dates_of(keys: Mapping[UUID, SubjectKey]) -> dict[UUID, Held]:
    """What the dossiers hold now that may fall due."""
    rows = open_rows(keys, dictionary_queries.current(), SETS)
    return {subject: held(found) for subject, found in rows.items()}


def _seal(key: SubjectKey, given: Held) -> bytes:
    body = (given.birth, given.sex, given.worker, given.retires, given.items)
    return seal(key, Place(KIND, key.subject), msgspec.json.encode(body))


class Opened:
    """One opened line: whose, in which unit, what it holds, whether it is up to date."""

    __slots__ = ("fresh", "held", "soon", "subject", "unit")

    def __init__(
        self, subject: UUID, unit: UUID | None, given: Held, *, soon: bool, fresh: bool
    ) -> None:
        self.subject, self.unit, self.held = subject, unit, given
        self.soon, self.fresh = soon, fresh


_Body = tuple[str, str, bool, bool, tuple[tuple[str, str, str, str], ...]]


def read(*, soon: bool, units: Collection[UUID] | None = None) -> Iterator[Opened]:
    """Opens lines; ``soon`` only those with something in the list, ``units`` only theirs.

    A line that does not open is left out: one damaged row must not keep all else from being
    told. The integrity check finds it.
    """
    where = "AND l.soon " if soon else ""
    where += "" if units is None else "AND s.unit = ANY(%(units)s)"
    unwrapper = Unwrapper()
    open_line = opener(unwrapper, KIND)
    decode = msgspec.json.Decoder(_Body).decode
    parameters = {"gone": [*GONE, *NOT_YET], "units": list(units or ())}
    with transaction.atomic(), connection.connection.cursor("reminders", binary=True) as cursor:
        cursor.execute(_READ.format(where=where), parameters)
        while chunk := cursor.fetchmany(10_000):
            for subject, unit, is_soon, fresh, version, epoch, wrapped, sealed in chunk:
                try:
                    body = decode(open_line(subject, version, epoch, wrapped, sealed))
                except VaultError:
                    continue
                whose = UUID(bytes=subject)
                yield Opened(whose, unit, Held(*body), soon=is_soon, fresh=fresh)


def mark_soon(now: Sequence[UUID], no_more: Sequence[UUID]) -> None:
    """Notes which lines have something in the list."""
    for subjects, soon in ((now, True), (no_more, False)):
        if subjects:
            Line.objects.filter(subject__in=subjects).update(soon=soon)
