"""People at work through the program's own verbs, in a process of its own, until a file says stop.

``python -m tests.operations.writer FOLDER``: every acknowledged change is a line in
``FOLDER/acknowledged`` before the next is tried; errors of the moment are lines in
``FOLDER/errors``. The log's sequencer runs beside.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402

from dangan.access.queries import console_actor  # noqa: E402
from dangan.audit.sequencer import run_sequencer  # noqa: E402
from dangan.dossiers import actions  # noqa: E402
from dangan.dossiers.rules import RowPlan, SubjectPlan  # noqa: E402
from dangan.organization import actions as organization  # noqa: E402
from dangan.ui import outage  # noqa: E402

WRITERS = 4
FIRST = sys.argv[2] if len(sys.argv) > 2 else ""
"""How the numbers of these people begin."""
_lock = threading.Lock()


def note(path: Path, line: str) -> None:
    with _lock, path.open("a") as file:
        file.write(line + "\n")


def write(folder: Path, writer: int, stop: threading.Event) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        plan = SubjectPlan(
            [
                RowPlan(
                    "identity",
                    {"name": "测试", "employee_number": f"{FIRST}W{writer}N{number:05d}"},
                )
            ]
        )
        try:
            (written,) = actions.apply_plans(console_actor(), plans=[plan], reason="测试")
            note(folder / "acknowledged", str(written.subject))
        except Exception as error:
            kind = "passing" if outage.passing(error) else repr(error)
            note(folder / "errors", f"{time.time()} {kind}")
            connection.close()
            time.sleep(0.1)
    connection.close()


def main() -> None:
    folder, stop = Path(sys.argv[1]), threading.Event()
    organization.load_units(console_actor(), [("示例集团", "group")])
    threads = [threading.Thread(target=write, args=(folder, n, stop)) for n in range(WRITERS)]
    threads.append(threading.Thread(target=run_sequencer, args=(stop,), kwargs={"pause": 0.2}))
    for thread in threads:
        thread.start()
    while not (folder / "stop").exists():
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
