"""How long the catalogue page of a volume of three hundred materials takes.

Through the whole stack of middleware, signed in, as a browser asks for it. Beside it the page of a
volume without materials: what the frame costs.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import quantiles
from typing import TypeAlias
from uuid import UUID

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
from dangan.materials.catalogue import actions
from dangan.materials.catalogue.models import FileKind, Fonds
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.table import categories
from dangan.organization import actions as organization
from dangan.organization import queries as organization_queries

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

MATERIALS = 300
TARGET_MS = 60.0
ROUNDS = 60
_BACKEND = "dangan.access.backends.SealedLogin"
_PASSWORD = "ceshi-2026-dangan"  # noqa: S105 - of a database that is thrown away


def bench_catalogue(*, materials: int = MATERIALS, rounds: int = ROUNDS) -> list[Figure]:
    """p95 of the page and how many statements it takes."""
    actor = _archivist()
    full, empty = (_volume(actor, name, count) for name, count in (("甲", materials), ("乙", 0)))
    client = Client(headers={"host": _host()})
    client.force_login(Account.objects.get(pk=actor.id), _BACKEND)
    frame = _p95(client, empty, rounds)
    whole = _p95(client, full, rounds)
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("catalogue:volume", args=[full]))
    return [
        (f"catalogue page, {materials} materials, p95", whole, "ms", TARGET_MS, frame),
        ("catalogue page, statements", float(len(captured)), "", None, None),
    ]


def _host() -> str:
    allowed = [host for host in settings.ALLOWED_HOSTS if host and "*" not in host]
    return allowed[0].lstrip(".") if allowed else "127.0.0.1"


def _archivist() -> Actor:
    console = console_actor(purpose="benchmark")
    organization.load_units(console, [("测算集团", "group")])
    made = create_account(
        console,
        login="bench-archivist",
        name="测算",
        subject=None,
        roles=[("archivist", None)],
        password=_PASSWORD,
        must_change=False,
    )
    actor = actor_of(made.id)
    actions.save_settings(
        actor, version=1, values={"kinds": list(FileKind.values), "authority": "benchmark"}
    )
    return actor


def _volume(actor: Actor, name: str, count: int) -> UUID:
    unit = organization_queries.tree().roots[0].id
    number = f"9{len(name):02d}{ord(name) % 1000:03d}"
    plan = SubjectPlan(
        [
            RowPlan("identity", {"name": f"测算{name}", "employee_number": number, "sex": "1"}),
            RowPlan("post", {"unit": str(unit), "position": "员工", "joined": "2016-07-11"}),
        ]
    )
    subject = dossiers.apply_plans(console_actor(), plans=[plan], reason="benchmark")[0].subject
    fonds, _new = Fonds.objects.get_or_create(
        code="CS", defaults={"name": "测算", "opened_at": timezone.now()}
    )
    volume = actions.open_volume(actor, subject=subject, fonds=fonds.pk, kind=FileKind.STAFF)
    held = categories().holding
    for place in range(count):
        body = MaterialBody(
            category=held[place % len(held)].no,
            title=f"材料登记表之{place}",
            year=1980 + place % 40,
            month=1 + place % 12,
            day=1 + place % 28,
            pages=1 + place % 5,
            matter=f"问题{place % 7}",
        )
        actions.file_material(actor, volume=volume.pk, body=body)
    return volume.pk


def _p95(client: Client, volume: UUID, rounds: int) -> float:
    url = reverse("catalogue:volume", args=[volume])
    taken: list[float] = []
    for turn in range(rounds + 3):
        begun = time.perf_counter()
        answer = client.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"the page answered {answer.status_code}")
        if turn >= 3:
            taken.append((time.perf_counter() - begun) * 1000)
    return _at(taken)


def _at(taken: Sequence[float]) -> float:
    return quantiles(taken, n=20)[-1]
