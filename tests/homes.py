"""Folders for installations that tests start.

Not pytest's own temporary folders: run as root, every new pytest closes their parent to other
accounts, and an embedded server of a run beside it would lose its files.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dangan.operations.postgres import EmbeddedServer


@contextmanager
def new_home() -> Iterator[Path]:
    """An empty folder; afterwards its server, should one still run, is stopped and all removed."""
    folder = Path(tempfile.mkdtemp(prefix="dangan-home-"))
    try:
        yield folder
    finally:
        for record in folder.glob("**/pg/postmaster.pid"):
            EmbeddedServer(record.parent.parent).start().stop_if_last()
        shutil.rmtree(folder, ignore_errors=True)
