"""What is known here about back-ups and proofs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.operations.backup.models import Backup, Proof
from dangan.operations.backup.plan import missing

PER_PAGE = 30
OVERDUE = timedelta(hours=26)
"""A nightly back-up that has not come by then."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: the last whole back-up, the last proof, and whether they are too old."""

    last: Backup | None
    proven: Proof | None
    failed: Proof | None
    """A proof that found something, newer than the last good one."""
    running: bool
    configured: bool
    now: datetime

    @property
    def backup_late(self) -> bool:
        return self.last is None or self.now - (self.last.instant or self.now) > OVERDUE

    @property
    def proof_late(self) -> bool:
        longest = timedelta(days=settings.DANGAN.backup_proof_days)
        return self.proven is None or self.now - self.proven.at > longest

    @property
    def days_since(self) -> int | None:
        """Full days since the last good proof."""
        return None if self.proven is None else (self.now - self.proven.at).days

    @property
    def well(self) -> bool:
        return not (self.backup_late or self.proof_late or self.failed)


def standing() -> Standing:
    """How things stand, for whoever may know it."""
    # One that was killed before its row was written is cleared away without ever having had one.
    done = Backup.objects.filter(
        state__in=[Backup.State.DONE, Backup.State.PRUNED], instant__isnull=False
    )
    proofs = Proof.objects.select_related("backup").order_by("-at")
    proven = proofs.filter(ok=True).first()
    failed = proofs.filter(ok=False).first()
    if proven and failed and failed.at < proven.at:
        failed = None
    return Standing(
        done.order_by("-instant").first(),
        proven,
        failed,
        Backup.objects.filter(state=Backup.State.RUNNING).exists(),
        not missing(settings.DANGAN),
        timezone.now(),
    )


def last_proven() -> datetime | None:
    """When a restore was proved last, for the pages and the report of security."""
    good = Proof.objects.filter(ok=True).order_by("-at")
    return good.values_list("at", flat=True).first()


def first_try() -> datetime | None:
    """When a back-up was begun for the first time, whatever became of it."""
    return Backup.objects.order_by("started_at").values_list("started_at", flat=True).first()


def listing(actor: Actor, number: int) -> Page[Backup]:
    """The back-ups, newest first, with their proofs. Needs ``backup.view``."""
    require(actor, "backup.view")
    rows = Backup.objects.order_by("-started_at").prefetch_related(
        Prefetch("proofs", Proof.objects.order_by("-at").defer("report"))
    )
    page = Paginator(rows, PER_PAGE).get_page(number)
    actor.trail.add(Event("backup.list", facts={"backups": page.paginator.count}))
    return page


def proof(actor: Actor, ident: UUID) -> Proof:
    """One proof with its report. Needs ``backup.view``; raises :class:`Absent`."""
    require(actor, "backup.view")
    found = Proof.objects.select_related("backup").filter(pk=ident).first()
    if found is None:
        raise Absent
    actor.trail.add(Event("backup.report", object=found.backup.name))
    return found
