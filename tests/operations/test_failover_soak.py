"""The primary is killed under load again and again, and each time the other takes over.

Run by ``make soak``; rounds by ``DANGAN_SOAK_FAILOVERS``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.operations.clusters import Pair
from tests.operations.test_failover import Site, Work, check, fail_over
from tests.operations.test_failover import site as site  # noqa: PLC0414 - a fixture

from dangan.operations.postgres import run_program

pytestmark = pytest.mark.soak
ROUNDS = int(os.environ.get("DANGAN_SOAK_FAILOVERS", "5"))


def test_no_accepted_change_is_lost_however_often(
    site: Site, tmp_path: Path, figure: Callable[..., None]
) -> None:
    servers, acknowledged, longest = site.servers, list[str](), 0.0
    for round_ in range(ROUNDS):
        folder = tmp_path / str(round_)
        folder.mkdir()
        work = Work(Site(servers, site.home), folder, first=f"R{round_}")
        work.more(60)
        longest = max(longest, fail_over(servers))
        work.more(60)
        work.stop()
        acknowledged += work.acknowledged
        servers = _rebuilt(servers)
        site.servers = servers
    with psycopg.connect(servers.primary.url) as opened:
        kept = {str(row[0]) for row in opened.execute("SELECT id FROM dossiers_subject")}
    lost = len(set(acknowledged) - kept)
    figure("accepted changes lost when the primary is killed", lost, "0", lost == 0)
    figure("seconds until the stand-by takes writes", round(longest, 1), "≤ 10", longest <= 10)
    check(site, Pair(servers.standby, servers.primary), acknowledged)


def _rebuilt(servers: Pair) -> Pair:
    """The old primary follows the new one, as the runbook says."""
    old, new = servers.primary, servers.standby
    source = f"host=127.0.0.1 port={new.port} user=postgres dbname=postgres"
    run_program(
        "pg_rewind",
        ["-D", str(old.data), "--source-server", f"{source} application_name={old.name}", "-R"],
    )
    # What was copied from the new primary may name a stand-by of its own.
    old.set(synchronous_standby_names="")
    old.start()
    new.set(synchronous_standby_names=old.name, synchronous_commit="on")
    new.reload()
    swapped = Pair(new, old)
    swapped.wait_for_standby()
    return swapped
