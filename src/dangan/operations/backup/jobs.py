"""The nightly back-up, the ledger of destructions every minute, the weekly drill.

Each back-up is a process of its own: it steps back for others, its memory goes with it, and it is
the same command that people run.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from dangan.operations.backup import ledger
from dangan.operations.backup.actions import under_way
from dangan.operations.backup.creating import send_ledger
from dangan.operations.backup.models import Backup
from dangan.operations.backup.plan import missing
from dangan.operations.backup.rules.problems import BackupProblem
from dangan.operations.backup.stores import Store, open_store

_log = logging.getLogger("dangan.backup")
_SEND_EVERY = 10
"""Minutes between two times that ledger and checkpoints are sent to both places."""
_CATCH_UP = timedelta(hours=20)
"""How long after its time a night that was missed is made up for on the next day; then that
day's own is near."""


@app.periodic(cron="*/10 * * * *")
@app.task(name="backup.nightly", queueing_lock="backup.nightly", lock="backup")
def back_up_at_night(timestamp: int) -> None:
    """Backs up once a day, at the set time or as soon after it as somebody is awake."""
    del timestamp
    if not missing(settings.DANGAN) and due(timezone.now()):
        _command("backup", "create")


@app.task(name="backup.now", queueing_lock="backup.now", lock="backup")
def back_up_now(account: str) -> None:
    """Backs up because somebody pressed the button; the log has who."""
    _log.info("a back-up was asked for by account %s", account)
    _command("backup", "create")


@app.periodic(cron="* * * * *")
@app.task(name="backup.ledger", queueing_lock="backup.ledger")
def keep_ledger(timestamp: int) -> None:
    """The ledger as of this minute in the home, and now and then at both places."""
    ledger.write()
    if missing(settings.DANGAN) or timestamp // 60 % _SEND_EVERY:
        return
    stores: list[Store] = []
    try:
        for url in (settings.DANGAN.backup_to, settings.DANGAN.backup_keys_to):
            stores.append(open_store(url))
        send_ledger(stores)
    except BackupProblem as problem:
        _log.warning("the ledger of destructions was not sent: %s", type(problem).__name__)
    finally:
        for store in stores:
            store.close()


@app.periodic(cron="30 4 * * 0")
@app.task(name="backup.drill", queueing_lock="backup.drill")
def drill(timestamp: int) -> None:
    """Restores and proves the newest back-up, on a machine that is given the private keys."""
    del timestamp
    env = settings.DANGAN
    if env.backup_identity is None or env.backup_keys_identity is None or missing(env):
        return
    with tempfile.TemporaryDirectory(prefix="dangan-drill-") as folder:
        _command("backup", "drill", "--report", folder)
        for report in Path(folder).glob("*.json"):
            _log.info("the drill wrote %s", report.name)


def due(now: datetime) -> bool:
    """Whether no back-up has begun since the last set time that is over."""
    local = timezone.localtime(now)
    hour, minute = (int(part) for part in settings.DANGAN.backup_at.split(":"))
    last = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if last > local:
        last -= timedelta(days=1)  # one set for late in the evening comes round after midnight
        if local - last > _CATCH_UP:
            return False
    begun = Counter(Backup.objects.filter(started_at__gte=last).values_list("state", flat=True))
    if begun["done"] or begun["pruned"]:
        return False
    # One that failed or was killed is tried again, not all night long.
    return begun["failed"] < 6 and not (begun["running"] and under_way())


def _command(*arguments: str) -> None:
    """Runs ``dangan …``; a failure is in the back-up's row and in the log already."""
    extra = ["--demo"] if settings.DANGAN.demo and arguments[1] == "create" else []
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "dangan.cli.main", *arguments, *extra],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        _log.error("%s ended with %s: %s", arguments[1], done.returncode, done.stderr[-500:])
