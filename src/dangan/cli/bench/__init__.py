"""``dangan bench``: the figures of every room and of the pages, against their targets.

Each group runs in a process and an installation of its own under a temporary folder, so
that memory and caches of one cannot flatter another, and nothing is left behind.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dangan.cli.bench.figures import GROUPS, Figure
from dangan.cli.bench.report import markdown, remarks, table
from dangan.cli.output import complain, say

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUP_SECONDS = 15 * 60


def bench(names: Sequence[str], *, quick: bool, write: Path | None) -> int:
    """Measures the named groups (all by default); 1 when a target is missed, 2 for a bad name."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        complain(f"没有项目 {'、'.join(unknown)}。可选：{'、'.join(GROUPS)}。")
        return 2
    began = time.monotonic()
    figures: list[Figure] = []
    failed: list[str] = []
    for name in names or GROUPS:
        say(f"正在测量 {name}（{GROUPS[name]}）……")
        found = _measure(name, quick=quick)
        if found is None:
            failed.append(name)
            complain(f"{name} 没有测成。")
            continue
        figures += found
        say(table(found))
    seconds = time.monotonic() - began
    missed = [figure.name for figure in figures if figure.verdict == "未达到"]
    say(f"共 {len(figures)} 项，用时 {seconds:.0f} 秒，未达到 {len(missed)} 项。")
    if write is not None:
        written = markdown(figures, seconds, quick=quick) + remarks(write)
        write.write_text(written, encoding="utf-8")
        say(f"已写入 {write}。")
    return 1 if missed or failed else 0


def _measure(name: str, *, quick: bool) -> list[Figure] | None:
    """Runs one group apart; ``None`` when it failed."""
    home = Path(tempfile.mkdtemp(prefix="dangan-bench-"))
    home.chmod(0o711)
    command = [sys.executable, "-m", "dangan.cli.bench.run", name, *(["--quick"] if quick else [])]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command,
            env=os.environ | {"DANGAN_HOME": str(home), "DANGAN_DATABASE_URL": ""},
            stdout=subprocess.PIPE,
            text=True,
            timeout=GROUP_SECONDS,
            check=False,
        )
        if done.returncode:
            return None
        lines = json.loads(done.stdout.strip().splitlines()[-1])
        return [Figure(*line) for line in lines]
    except subprocess.TimeoutExpired:
        return None
    finally:
        _clean_up(home)


def _clean_up(home: Path) -> None:
    from dangan.operations.postgres import EmbeddedServer

    # A group that was cut off has left its server running.
    for data in home.glob("**/pg/postmaster.pid"):
        EmbeddedServer(data.parent.parent).start().stop_if_last()
    shutil.rmtree(home, ignore_errors=True)
