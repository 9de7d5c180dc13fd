"""What is done by itself, later: files that a hold kept, and key epochs whose time is over."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import flush, recording
from dangan.files import actions as files
from dangan.materials.disposal.holds import held
from dangan.materials.disposal.models import Postponed
from dangan.vault import actions as vault


def discard_postponed(actor: Actor) -> int:
    """Throws away what was asked to go while a hold covered it, as far as none does now."""
    gone = 0
    subjects = set(Postponed.objects.values_list("subject", flat=True))
    for subject in sorted(subjects):
        with recording(actor):
            if held([subject]).subjects:
                continue
            waiting = Postponed.objects.filter(subject=subject).select_for_update()
            for file in list(waiting.values_list("file", flat=True)):
                Postponed.objects.filter(file=file).delete()
                try:
                    files.discard(actor, file=file)
                except Absent:
                    continue  # went with the whole dossier
                gone += 1
    return gone


def end_epochs(actor: Actor) -> list[int]:
    """Destroys key epochs that wrap nothing and are older than every back-up that is kept."""
    oldest = timezone.now() - timedelta(days=settings.DANGAN.backup_days)
    gone = vault.destroy_old_epochs(actor, closed_before=oldest)
    flush(actor.trail)
    return gone
