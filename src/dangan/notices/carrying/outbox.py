"""The outbox: claims what is due, carries it, notes the outcome.

Claim, send and note are three steps. A worker killed before sending loses nothing: its claim
lapses and another sends. Killed between sending and noting, the message goes twice (a mail with
the same Message-ID); SMTP and the robots know no way to rule that out. It never goes not at all.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from dangan.access.models import Account, AccountState
from dangan.notices import addresses
from dangan.notices.carrying import mail, robots
from dangan.notices.models import Delivery, DeliveryState, Notice, Preference, Robot
from dangan.notices.rules.outbox import CLAIM_FOR, Trouble, next_try
from dangan.notices.topics import say

RUN_SECONDS = 45.0
"""A run ends before the next minute's begins; what is left waits for that one."""
ACCOUNTS_AT_ONCE = 20
ITEMS_AT_ONCE = 50
"""One mail tells so many things at most."""


@dataclass(slots=True)
class Report:
    """What one run did."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    dropped: int = 0


@dataclass(slots=True)
class _Run:
    """One run: its clock, its end and what it did."""

    fixed: datetime | None
    until: float
    report: Report

    @property
    def now(self) -> datetime:
        return self.fixed or timezone.now()

    @property
    def going_on(self) -> bool:
        return time.monotonic() < self.until

    def done(self, items: Sequence[Delivery]) -> None:
        """Carried."""
        self.report.sent += len(items)
        _rows(items).update(state=DeliveryState.DONE, done_at=self.now, error="", code=None)

    def dropped(self, items: Sequence[Delivery], why: str) -> None:
        """Not wanted any more, or nobody to carry it to."""
        self.report.dropped += len(items)
        _rows(items).update(state=DeliveryState.DROPPED, done_at=self.now, error=why)

    def back(self, items: Sequence[Delivery]) -> None:
        """Not tried: the next run's."""
        _rows(items).update(state=DeliveryState.WAITING, claimed_at=None)

    def trouble(self, items: Sequence[Delivery], trouble: Trouble) -> None:
        """Tried again later, or given up."""
        for item in items:
            again = next_try(item.attempts + 1, item.created_at, self.now)
            given_up = trouble.final or again is None
            self.report.failed += given_up
            self.report.retried += not given_up
            _rows([item]).update(
                state=DeliveryState.FAILED if given_up else DeliveryState.WAITING,
                due_at=again or item.due_at,
                attempts=F("attempts") + 1,
                claimed_at=None,
                error=trouble.key,
                code=trouble.code,
            )


def _rows(items: Sequence[Delivery]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=[item.pk for item in items])


def deliver(now: datetime | None = None) -> Report:
    """Carries everything that is due; any number of workers may do so at once."""
    run = _Run(now, time.monotonic() + RUN_SECONDS, Report())
    _reclaim(run.now)
    _deliver_mail(run)
    _deliver_to_robots(run)
    return run.report


def _reclaim(now: datetime) -> None:
    """Takes back what a dead worker had claimed."""
    Delivery.objects.filter(state=DeliveryState.CLAIMED, claimed_at__lt=now - CLAIM_FOR).update(
        state=DeliveryState.WAITING, claimed_at=None
    )


_CLAIM_MAIL = """
WITH receivers AS (
    SELECT DISTINCT account FROM (
        SELECT account FROM notices_delivery
        WHERE state = 'waiting' AND account IS NOT NULL AND due_at <= %(now)s
        ORDER BY due_at LIMIT %(rows)s
    ) AS first LIMIT %(accounts)s
), due AS (
    SELECT id FROM notices_delivery
    WHERE state = 'waiting' AND due_at <= %(now)s AND account IN (SELECT account FROM receivers)
    ORDER BY due_at, id LIMIT %(rows)s FOR UPDATE SKIP LOCKED
)
UPDATE notices_delivery d SET state = 'claimed', claimed_at = %(now)s
FROM due WHERE d.id = due.id RETURNING d.id
"""


def _claim_mail(now: datetime) -> list[Delivery]:
    """Due mail of some accounts, all of it that nobody else holds."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _CLAIM_MAIL,
            {"now": now, "accounts": ACCOUNTS_AT_ONCE, "rows": ACCOUNTS_AT_ONCE * ITEMS_AT_ONCE},
        )
        claimed = [row[0] for row in cursor.fetchall()]
    return list(Delivery.objects.filter(pk__in=claimed).order_by("created_at", "id"))


def _deliver_mail(run: _Run) -> None:
    with mail.Postman() as postman:
        while run.going_on:
            claimed = _claim_mail(run.now)
            # A server that does not answer at all is left in peace until the next run.
            if not claimed or not _post(postman, claimed, run):
                return


def _post(postman: mail.Postman, claimed: Sequence[Delivery], run: _Run) -> bool:
    """One mail for each receiver; False when the server could not be reached."""
    by_account: dict[UUID, list[Delivery]] = {}
    for item in claimed:
        if item.account is not None:
            by_account.setdefault(item.account, []).append(item)
    receivers = _receivers(by_account.keys())
    languages = dict(
        Preference.objects.filter(account__in=by_account).values_list("account", "language")
    )
    down: Trouble | None = None
    for account, items in by_account.items():
        found = receivers.get(account, "account_gone")
        language = languages.get(account) or settings.LANGUAGE_CODE
        if "@" not in found:
            run.dropped(items, found)
            continue
        for start in range(0, len(items), ITEMS_AT_ONCE):
            part = items[start : start + ITEMS_AT_ONCE]
            trouble = down or _mail(postman, found, part, language)
            if trouble is None:
                run.done(part)
                continue
            run.trouble(part, trouble)
            if trouble.key not in _OF_ONE_MAIL:
                down = trouble
    return down is None


_OF_ONE_MAIL = frozenset({"recipient", "mail_refused"})
"""Troubles that the next mail need not meet."""


def _mail(
    postman: mail.Postman, address: str, items: Sequence[Delivery], language: str
) -> Trouble | None:
    """One mail; the trouble it met."""
    told = [mail.Item(str(item.id), item.topic, item.url, item.facts) for item in items]
    try:
        postman.send(mail.compose(address, told, language))
    except Trouble as trouble:
        return trouble
    return None


def _receivers(accounts: Collection[UUID]) -> dict[UUID, str]:
    """Each active account's mail address, or the key of why there is none."""
    subjects = dict(
        Account.objects.filter(pk__in=accounts, state=AccountState.ACTIVE).values_list(
            "pk", "subject"
        )
    )
    found = addresses.of({subject for subject in subjects.values() if subject})
    return {
        account: found.get(subject, "") or "no_address" if subject else "no_address"
        for account, subject in subjects.items()
    }


def _deliver_to_robots(run: _Run) -> None:
    waiting = Delivery.objects.filter(
        state=DeliveryState.WAITING, robot__isnull=False, due_at__lte=run.now
    )
    for robot in set(waiting.values_list("robot", flat=True)):
        if robot is not None:
            _speak(robot, run)


def _claim_for_robot(robot: UUID, now: datetime) -> tuple[Robot | None, list[Delivery]]:
    """What one robot may say within its minute; nothing while another worker sees to it."""
    with transaction.atomic():
        found = Robot.objects.select_for_update(skip_locked=True).filter(pk=robot).first()
        if found is None:
            return None, []
        mine = Delivery.objects.filter(robot=robot)
        said = mine.filter(done_at__gt=now - timedelta(minutes=1)).count()
        said += mine.filter(state=DeliveryState.CLAIMED).count()
        due = mine.filter(state=DeliveryState.WAITING, due_at__lte=now).order_by("due_at", "id")
        claimed = list(due.select_for_update(skip_locked=True)[: max(0, found.per_minute - said)])
        Delivery.objects.filter(pk__in=[item.pk for item in claimed]).update(
            state=DeliveryState.CLAIMED, claimed_at=now
        )
    return found, claimed


def _speak(robot: UUID, run: _Run) -> None:
    """What is due for one robot, as far as its rate allows; the first trouble ends it."""
    found, claimed = _claim_for_robot(robot, run.now)
    if found is None or not claimed:
        return
    if not found.active:
        run.dropped(claimed, "robot_off")
        return
    for place, item in enumerate(claimed):
        if not run.going_on:
            run.back(claimed[place:])
            return
        trouble = _say(found, item)
        if trouble is not None:
            run.trouble([item], trouble)
            run.back(claimed[place + 1 :])
            return
        run.done([item])


def _say(robot: Robot, item: Delivery) -> Trouble | None:
    said = say(item.topic, item.facts, robot.language, robot=True)
    try:
        access = robots.open_access(robot.id, robot.version, robot.sealed)
        robots.send(robot.kind, access, said.title, said.text, mail.absolute(item.url))
    except Trouble as trouble:
        return trouble
    return None


KEEP_READ = timedelta(days=180)
KEEP_CARRIED = timedelta(days=90)


def tidy(now: datetime | None = None) -> None:
    """Deletes notices read, and deliveries ended, long ago. Cases and the log keep what counts."""
    moment = now or timezone.now()
    Notice.objects.filter(read_at__lt=moment - KEEP_READ).delete()
    Delivery.objects.filter(
        state__in=[DeliveryState.DONE, DeliveryState.DROPPED],
        created_at__lt=moment - KEEP_CARRIED,
    ).delete()
