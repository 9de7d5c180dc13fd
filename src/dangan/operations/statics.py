"""Static files, gathered once into ``DANGAN_HOME/static`` and again only when they change."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def fingerprint() -> str:
    """What the sources look like: changes when a file is added, removed or rewritten."""
    told = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            told.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return told.hexdigest()


def gather() -> bool:
    """Collects and compresses the static files when needed; says whether it did."""
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    now = fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return False
    # What was there stays: pages of the version before, still open or still served, name it.
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(now)
    return True
