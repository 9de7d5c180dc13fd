"""kill -9 while a mail is on its way: it comes all the same, and never not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from dangan.notices import actions
from dangan.notices.actions import tell
from dangan.notices.carrying.outbox import deliver
from dangan.notices.models import Delivery
from dangan.notices.rules.wishes import Wish

pytestmark = pytest.mark.django_db(transaction=True)
CASE = {"number": "XG-2026-00012", "label": "信息变更"}

_WORKER = """
import sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
settings.DANGAN.mail_url, settings.DANGAN.mail_from = sys.argv[2], "hr@example.com"
from dangan.notices.carrying.outbox import deliver
print("up", flush=True)
deliver()
"""


def worker() -> subprocess.Popen[bytes]:
    """A worker of its own that carries what is due."""
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-c", _WORKER, name, settings.DANGAN.mail_url]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ)
    assert started.stdout is not None
    assert started.stdout.readline() == b"up\n"
    return started


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def wait_for(state: str) -> None:
    until = time.monotonic() + 20
    while not Delivery.objects.filter(state=state).exists():
        assert time.monotonic() < until, "the worker did not get there"
        time.sleep(0.01)


@pytest.fixture
def zhiwei(account):
    actor = account("沈知微")
    actions.save_wish(actor, wish=Wish(quiet=None))
    return actor


def test_killed_while_sending_it_is_sent_by_the_next(mailbox, zhiwei):
    slow = threading.Event()
    real = mailbox.handle_DATA

    async def hold(server, session, envelope):
        slow.set()
        time.sleep(1)  # the worker waits for an answer that it will not live to hear
        return await real(server, session, envelope)

    mailbox.handle_DATA = hold
    tell(accounts=[zhiwei.id], topic="case.agreed", url="/", facts=CASE)
    process = worker()
    assert slow.wait(20)
    wait_for("claimed")
    kill(process)
    mailbox.handle_DATA = real
    assert deliver().sent == 0  # somebody may still be at it
    assert deliver(timezone.now() + timedelta(minutes=11)).sent == 1
    assert Delivery.objects.get().state == "done"
    # It may have come twice, with one Message-ID; it has come.
    assert len({mail["Message-ID"] for mail in mailbox.messages}) == 1


def test_killed_before_the_commit_nobody_is_told(mailbox, zhiwei):
    """What tells and what happens are one transaction: half of it does not exist."""
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        tell(accounts=[zhiwei.id], topic="case.agreed", url="/", facts=CASE)
        raise KeyboardInterrupt
    assert deliver().sent == 0
    assert mailbox.messages == []


def test_workers_at_the_same_time_send_each_mail_once(mailbox, zhiwei, account):
    people = [zhiwei, *(account(name) for name in ("陆怀瑾", "罗文博", "俞书衡"))]
    for person in people[1:]:
        actions.save_wish(person, wish=Wish(quiet=None))
    for _ in range(5):
        tell(accounts=[who.id for who in people], topic="case.agreed", url="/", facts=CASE)
    processes = [worker() for _ in range(3)]
    for process in processes:
        process.wait(60)
        assert process.stdout is not None
        process.stdout.close()
    deliver()
    assert Delivery.objects.filter(state="done").count() == 20
    told = sum(
        mail.get_body(("plain",)).get_content().count("XG-2026-00012") for mail in mailbox.messages
    )
    assert told == 20
