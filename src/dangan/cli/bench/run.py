"""One group of figures in this process: ``python -m dangan.cli.bench.run NAME [--quick]``.

Prints the figures as JSON on the last line. Expects a ``DANGAN_HOME`` of its own.
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from dangan.cli.bench.figures import Figure
from dangan.cli.session import database, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_READY = re.compile(r"用时 ([\d.]+) 秒")


def start(*, quick: bool) -> list[Figure]:
    """From an empty folder to a page that answers, without and with the demonstration."""
    seconds = [_start_once()]
    if not quick:
        seconds.append(_start_once())
    return [
        Figure("empty database to ready", seconds[0], "s", 20),
        *(Figure("second start to ready", again, "s", 10) for again in seconds[1:]),
    ]


def _start_once() -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dangan.cli.main", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:  # noqa: S603 - ours
        try:
            for line in service.stdout or ():
                if found := _READY.search(line):
                    return float(found[1])
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(60)
    raise RuntimeError("the service did not become ready")


def audit(*, quick: bool) -> list[Figure]:
    from dangan.audit.benchmark import bench_audit

    seconds = (2.0, 1.0) if quick else (8.0, 3.0)
    return _figures(bench_audit(seconds=seconds[0], baseline_seconds=seconds[1]))


def vault(*, quick: bool) -> list[Figure]:
    from dangan.vault.benchmark import bench_vault

    return _figures(bench_vault(keys=5_000 if quick else 100_000))


def files(*, quick: bool) -> list[Figure]:
    """The room's own figures, then a large document sent to a real server."""
    from dangan.cli.bench.uploads import upload_figures
    from dangan.files.benchmark import bench_files

    return [
        *_figures(bench_files(megabytes=8 if quick else 64)),
        *upload_figures(megabytes=20 if quick else 500),
    ]


def scans(*, quick: bool) -> list[Figure]:
    """Pages taken in by an archivist, in an organisation of one unit and one person."""
    from dangan.access.actions import create_account
    from dangan.access.queries import actor_of, console_actor
    from dangan.dossiers.actions import apply_plans
    from dangan.dossiers.rules import RowPlan, SubjectPlan
    from dangan.materials.scans.benchmark import bench_scans
    from dangan.organization.actions import load_units
    from dangan.organization.queries import tree

    load_units(console_actor(), [("测算集团", "group")])
    unit = str(next(iter(tree().nodes.values())).id)
    rows = [
        RowPlan("identity", {"name": "测算", "employee_number": "000001"}),
        RowPlan("post", {"unit": unit, "position": "工程师", "joined": "2016-07-11"}),
    ]
    person = apply_plans(console_actor(), plans=[SubjectPlan(rows)], reason="测算")[0].subject
    account = create_account(
        console_actor(),
        login="bench-archivist",
        name="测算",
        roles=[("archivist", None)],
        password="Dangan2026",  # noqa: S106 - an account that lives for one run
        must_change=False,
    )
    return _figures(bench_scans(lambda: actor_of(account.id), person, pages=40 if quick else 400))


def catalogue(*, quick: bool) -> list[Figure]:
    from dangan.materials.catalogue.benchmark import bench_catalogue
    from dangan.operations.statics import gather

    gather()  # pages name the files that this makes
    return _figures(bench_catalogue(rounds=20 if quick else 100))


def loans(*, quick: bool) -> list[Figure]:
    from dangan.materials.loans.benchmark import bench_loans
    from dangan.operations.statics import gather

    gather()
    return _figures(bench_loans(loans=1_000 if quick else 10_000, rounds=20 if quick else 100))


def storeroom(*, quick: bool) -> list[Figure]:  # noqa: ARG001 - as the others are called
    from dangan.materials.storeroom.benchmark import bench_storeroom

    return _figures(bench_storeroom())


def imports(*, quick: bool) -> list[Figure]:
    from dangan.access.queries import console_actor
    from dangan.exchange.benchmark import figures
    from dangan.organization.actions import load_units

    rows = [("测算集团", "group"), ("测算集团/研发中心", "department")]
    load_units(console_actor(), rows)
    return _figures(figures((200, 1_000) if quick else (1_000, 10_000, 50_000)))


def roster(*, quick: bool) -> list[Figure]:
    """The room's own figures, then the page over the largest roster."""
    from dangan.cli.bench.pages import roster_page
    from dangan.roster.benchmark import SIZES, bench_roster

    sizes = (1_000, 5_000) if quick else SIZES
    return [*_figures(bench_roster(sizes=sizes)), *roster_page(max(sizes))]


def workflow(*, quick: bool) -> list[Figure]:
    from dangan.cli.bench.flows import flows
    from dangan.workflow.benchmark import figures

    sizes = (600, 2_000, 600, 20) if quick else (100_000, 200_000, 10_000, 120)
    people, past, late, rounds = sizes
    return [
        *_figures(figures(quick=quick)),
        *flows(people=people, past=past, late=late, rounds=rounds),
    ]


def reading(*, quick: bool) -> list[Figure]:
    from dangan.access.queries import console_actor
    from dangan.materials.reading.benchmark import bench_reading

    return _figures(bench_reading(console_actor(), pages=2_000 if quick else 100_000))


def pages(*, quick: bool) -> list[Figure]:
    """Pages over demonstration people, few and many; an installation of its own for each size."""
    sizes = (100, 300) if quick else (1_000, 100_000)
    figures: list[Figure] = []
    for size in sizes:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "dangan.cli.bench.run", f"pages-{size}"],
            env=os.environ | {"DANGAN_HOME": f"{os.environ['DANGAN_HOME']}/{size}"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        figures += [Figure(*line) for line in json.loads(done.stdout.strip().splitlines()[-1])]
    return figures


def pages_at(size: int) -> list[Figure]:
    """The pages over ``size`` demonstration people, and how fast those were made."""
    from dangan.access.queries import console_actor
    from dangan.cli.bench.pages import dossier_page, roster_page
    from dangan.lifecycle.reminders.benchmark import bench_reminders
    from dangan.operations.demo.loading import load
    from dangan.security.models import Budget

    began = time.monotonic()
    load(console_actor(), persons=size)
    pace = size / (time.monotonic() - began)
    # More dossiers are opened here in a minute than anybody may in an hour.
    Budget.objects.update(per_hour=1_000_000, per_day=1_000_000)
    return [
        Figure(f"demonstration of {size:,} people loaded", pace, "people/s"),
        *roster_page(size),
        *dossier_page(size),
        *_figures(bench_reminders()),
    ]


def _figures(lines: Iterable[tuple[str, float, str, float | None, float | None]]) -> list[Figure]:
    return [Figure(*line) for line in lines]


RUNS: dict[str, Callable[..., list[Figure]]] = {
    "start": start,
    "audit": audit,
    "vault": vault,
    "files": files,
    "scans": scans,
    "catalogue": catalogue,
    "loans": loans,
    "storeroom": storeroom,
    "import": imports,
    "roster": roster,
    "workflow": workflow,
    "reading": reading,
    "pages": pages,
}


def main(arguments: list[str]) -> None:
    name, quick = arguments[0], "--quick" in arguments
    # Those who measure have signed in a moment ago, and have nothing in their hands.
    os.environ["DANGAN_SECOND_FACTOR"] = "offered"
    logging.basicConfig(stream=sys.stderr)
    if name in {"start", "pages"}:  # each of their runs has a database of its own
        load_settings()
        figures = RUNS[name](quick=quick)
    elif name.startswith("pages-"):
        with database():
            figures = pages_at(int(name.removeprefix("pages-")))
    else:
        with database():
            figures = RUNS[name](quick=quick)
    sys.stdout.write("\n" + json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
