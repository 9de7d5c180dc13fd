"""How long pages take on the server, and how many SQL statements they need.

The whole handler is timed: middleware, rights, the log's commit and the template. The
database it runs in needs people already.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from statistics import quantiles
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client

from dangan.access.actions import create_account
from dangan.access.models import Account
from dangan.access.queries import console_actor
from dangan.cli.bench.figures import Figure
from dangan.operations.statics import gather
from dangan.organization.queries import tree

PAGE_MS = 60.0
STATEMENTS = 15.0
_ROUNDS = 120
_STATEMENTS = re.compile(r'desc="(\d+) statements"')


def browser(role: str = "hr_manager") -> Client:
    """Signed in with one role."""
    login = f"bench-{time.monotonic_ns()}"
    account = create_account(
        console_actor(),
        login=login,
        name="测量",
        roles=[(role, None)],
        password="Dangan2026",  # noqa: S106 - an account that lives for one run
        must_change=False,
    )
    return browser_of(account.id)


def browser_of(account: UUID) -> Client:
    """Signed in with an account."""
    gather()
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    client = Client()
    client.force_login(Account.objects.get(pk=account), "dangan.access.backends.SealedLogin")
    return client


def roster_page(size: int) -> list[Figure]:
    """Fifty rows, filtered by one department after another, sorted by name and by date."""
    client = browser()
    units = [node.id for node in tree().nodes.values() if node.kind == "department"]
    sorts = ("identity.name", "post.joined", "identity.birth_date", "identity.employee_number")
    paths = [
        f"/people/?unit={units[number * 7 % len(units)]}&sort={sorts[number % 4]}&whole=1"
        for number in range(_ROUNDS)
    ]
    return page_figures(f"roster page, {size:,} people", client, paths)


def dossier_page(size: int) -> list[Figure]:
    """Dossiers of fifteen information sets and more."""
    client = browser()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_id FROM dossiers_record WHERE current GROUP BY subject_id"
            " HAVING count(DISTINCT info_set) >= 15 ORDER BY subject_id LIMIT %s",
            [_ROUNDS],
        )
        people = [row[0] for row in cursor.fetchall()]
    return page_figures(
        f"dossier page of 15 sets, {size:,} people", client, [f"/people/{one}/" for one in people]
    )


def page_figures(name: str, client: Client, paths: Sequence[str]) -> list[Figure]:
    """The 95th percentile and the most statements of these pages."""
    taken, statements = [], 0
    for number, path in enumerate([*paths[:5], *paths]):
        began = time.perf_counter()
        answer = client.get(path)
        seconds = time.perf_counter() - began
        if answer.status_code != 200:
            raise RuntimeError(f"{name}: {answer.status_code}")
        if number >= 5:
            taken.append(seconds * 1000)
            statements = max(statements, _statements(answer))
    return [
        Figure(f"{name}, p95", quantiles(taken, n=20)[-1], "ms", PAGE_MS),
        Figure(f"{name}, SQL", float(statements), "statements", STATEMENTS),
    ]


def _statements(answer: HttpResponseBase) -> int:
    found = _STATEMENTS.search(answer.headers.get("Server-Timing", ""))
    return int(found[1]) if found else 0
