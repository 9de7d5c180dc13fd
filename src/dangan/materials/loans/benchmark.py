"""How long the register of ten thousand loans takes, through the whole stack, signed in."""

from __future__ import annotations

import time
from datetime import timedelta
from statistics import quantiles
from typing import TypeAlias
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dangan.access.actions import create_account
from dangan.access.models import Account
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor
from dangan.dossiers import actions as dossiers
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.materials.catalogue.models import FileKind, Fonds, Volume
from dangan.materials.loans.models import Loan, Request
from dangan.materials.loans.rules.bodies import RequestBody
from dangan.materials.loans.sealing import seal_body
from dangan.organization import actions as organization
from dangan.organization import queries as organization_queries

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

LOANS = 10_000
PEOPLE = 40
TARGET_MS = 60.0
_BACKEND = "dangan.access.backends.SealedLogin"
_PASSWORD = "ceshi-2026-dangan"  # noqa: S105 - of a database that is thrown away


def bench_loans(*, loans: int = LOANS, rounds: int = 60) -> list[Figure]:
    """p95 of the register's first page, beside a page of the frame alone, and its statements."""
    keeper = _keeper()
    _fill(keeper, _volumes(keeper), loans)
    allowed = [host for host in settings.ALLOWED_HOSTS if host and "*" not in host]
    host = allowed[0].lstrip(".") if allowed else "127.0.0.1"
    client = Client(headers={"host": host})
    client.force_login(Account.objects.get(pk=keeper.id), _BACKEND)
    register = reverse("loans:register")
    frame = _p95(client, reverse("ui:help"), rounds)
    whole = _p95(client, register, rounds)
    past = _p95(client, f"{register}?state=returned", rounds)
    with CaptureQueriesContext(connection) as captured:
        client.get(register)
    name = f"register of {loans:,} loans"
    return [
        (f"{name}, those out, p95", whole, "ms", TARGET_MS, frame),
        (f"{name}, those returned, p95", past, "ms", TARGET_MS, frame),
        ("register of loans, statements", float(len(captured)), "", None, None),
    ]


def _keeper() -> Actor:
    console = console_actor(purpose="benchmark")
    organization.load_units(console, [("借阅测算", "group")])
    made = create_account(
        console,
        login="bench-loans",
        name="测算",
        subject=None,
        roles=[("archivist", None)],
        password=_PASSWORD,
        must_change=False,
    )
    return actor_of(made.id)


def _volumes(keeper: Actor) -> list[Volume]:
    unit = organization_queries.tree().roots[0].id
    plans = [
        SubjectPlan(
            [
                RowPlan("identity", {"name": f"借阅{n:02d}", "employee_number": f"88{n:04d}"}),
                RowPlan("post", {"unit": str(unit), "position": "员工", "joined": "2016-07-11"}),
            ]
        )
        for n in range(PEOPLE)
    ]
    people = dossiers.apply_plans(console_actor(), plans=plans, reason="benchmark")
    now = timezone.now()
    fonds = Fonds.objects.create(code="JYCS", name="测算", opened_at=now)
    return Volume.objects.bulk_create(
        Volume(
            subject_id=person.subject,
            fonds=fonds,
            number=f"JYCS-Y-{place:05d}",
            kind=FileKind.STAFF,
            keeper=keeper.id,
            opened_at=now,
            opened_by=keeper.id,
        )
        for place, person in enumerate(people)
    )


def _fill(keeper: Actor, volumes: list[Volume], loans: int) -> None:
    """The newest loan of each volume is out, all others came back."""
    now, body = timezone.now(), RequestBody(reason="核对材料", contact="1")
    requests, rows = [], []
    for n in range(loans):
        volume, out = volumes[n % len(volumes)], n >= loans - len(volumes)
        at = now - timedelta(hours=loans - n)
        request = Request(
            id=uuid4(),
            subject=volume.subject_id,
            borrower=keeper.id,
            requested_by=keeper.id,
            at=at,
            days=3,
            state=Request.State.AGREED,
            agreed_at=at,
            case=uuid4(),
            number=f"JY-2026-{n:05d}",
        )
        # The key is looked up anew for each: bulk is not what is measured here.
        request.sealed = seal_body(request, body)
        requests.append(request)
        rows.append(
            Loan(
                request=request,
                volume=volume,
                subject=volume.subject_id,
                state=Loan.State.LENT if out else Loan.State.RETURNED,
                signing=Loan.Signing.LOGIN,
                signed_at=at,
                handed_at=at,
                handed_by=keeper.id,
                due=timezone.localdate(at) + timedelta(days=3),
                ended_at=None if out else at,
                ended_by=None if out else keeper.id,
            )
        )
    Request.objects.bulk_create(requests, batch_size=1000)
    Loan.objects.bulk_create(rows, batch_size=1000)
    Volume.objects.filter(pk__in=[volume.pk for volume in volumes]).update(standing="lent")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE loans_loan, loans_request, catalogue_volume")


def _p95(client: Client, url: str, rounds: int) -> float:
    taken: list[float] = []
    for turn in range(rounds + 3):
        begun = time.perf_counter()
        answer = client.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"the register answered {answer.status_code}")
        if turn >= 3:
            taken.append((time.perf_counter() - begun) * 1000)
    return quantiles(taken, n=20)[-1]
