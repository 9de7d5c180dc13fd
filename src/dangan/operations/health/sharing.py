"""Where web processes of one machine keep their counts, so that any of them can tell the sum."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""What ``prometheus_client`` looks for when it is imported, once."""


def share_counts(home: Path) -> None:
    """Have this process and its children count in files; call before anything counts.

    Files of processes that are gone go: their counts start again, as counters do.
    """
    folder = Path(os.environ.get(FOLDER) or home / "metrics")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in folder.glob("*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            file.unlink(missing_ok=True)
    os.environ[FOLDER] = str(folder)
