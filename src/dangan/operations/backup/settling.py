"""What a restored installation must be before anybody works with it: nobody signed in, no one-time
code alive, the roster numbered anew, the log on a line of its own.

**The log's new line.** What the old one promised beyond the back-up cannot be kept, so nothing may
be signed any more under its name: the signing key is put away, a new name and key begin where the
back-up's tree ends, and an event says so. An old checkpoint never fits the new line by silence.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from dangan.access.factors.models import Challenge
from dangan.access.models import Account, ResetCode, Token
from dangan.access.rules import Actor
from dangan.access.sessions.models import Session
from dangan.audit import tree
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dossiers.collection.models import Visit
from dangan.operations.backup.fetching import Exported
from dangan.operations.backup.models import Restoration
from dangan.operations.backup.rules.manifest import Manifest
from dangan.roster import actions as roster
from dangan.vault.actions import rename_secret


def settle(actor: Actor, manifest: Manifest, exported: list[Exported]) -> Restoration:
    """All of it, in one transaction with its event."""
    with recording(actor):
        ended = _end_all()
        roster.adopt()
        row = _new_line(manifest, exported)
        actor.trail.add(
            Event(
                "backup.restore",
                object=manifest.name,
                facts={
                    "instant": manifest.instant.isoformat(),
                    "size": row.size,
                    "root": bytes(row.root).hex(),
                    "before": row.public_key,
                    "lost_size": row.lost_size,
                    "ended": ended,
                },
            )
        )
    tree.public_key.cache_clear()
    return row


def _end_all() -> dict[str, int]:
    ended = {
        "sessions": Session.objects.count(),
        "codes": ResetCode.objects.all().delete()[0],
        "tokens": Token.objects.all().delete()[0],
        "challenges": Challenge.objects.all().delete()[0],
        "newcomers": Visit.objects.all().delete()[0],
    }
    Session.objects.all().delete()
    Account.objects.update(generation=F("generation") + 1)
    return ended


def _new_line(manifest: Manifest, exported: list[Exported]) -> Restoration:
    signed = tree.latest()
    before = str(tree.signer().public)
    # Leaves that were signed here stay; what came after them on the other line is lost.
    row = Restoration.objects.create(
        at=timezone.now(),
        backup=manifest.name,
        instant=manifest.instant,
        size=signed.size if signed else 0,
        root=signed.root if signed else b"",
        public_key=before,
        lost_size=max((one.size for one in exported), default=0),
    )
    rename_secret(tree.KEY_NAME, f"log-before.{row.pk}")
    tree.signer()
    return row


def former_lines() -> list[tuple[str, int]]:
    """Public keys that signed this log before a restore, and up to which size."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT public_key, size FROM backup_restoration ORDER BY id")
        return [(str(key), int(size)) for key, size in cursor.fetchall()]


def put_old_checkpoints(text: str) -> None:
    """Keeps the old line's checkpoints beside the new ones: evidence, not the log's."""
    (settings.DANGAN.home / "checkpoints.before.txt").write_text(text, encoding="utf-8")
