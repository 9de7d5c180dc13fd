"""Flows over many people and past cases: the desk, submitting a change, deciding with effect.

People are real dossiers of three sets; changes go through the verbs that pages call. The
database it runs in is its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from statistics import quantiles
from uuid import UUID

from django.conf import settings

from dangan.access.actions import create_account
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor
from dangan.audit.actions import flush
from dangan.cli.bench.figures import Figure
from dangan.cli.bench.pages import browser_of, page_figures
from dangan.dossiers.actions import apply_plans
from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.operations.demo.names import id_number
from dangan.organization import actions as organization_actions
from dangan.organization.queries import tree
from dangan.workflow import actions, queries
from dangan.workflow import definitions_store as store
from dangan.workflow.benchmark import cases
from dangan.workflow.models import Task

SUBMIT_MS = 80.0
DECIDE_MS = 120.0
_WAVE = 2_000
_COMPANIES, _DEPARTMENTS = 10, 20
_STARTERS = 120
_FULL = 300
"""What waits on a full desk."""
_REGIONS = ("330106", "440106", "110101", "310104", "510104")


def flows(*, people: int, past: int, late: int, rounds: int) -> list[Figure]:
    """All figures of cases over so many people and past cases."""
    # Accounts are made by the hundred here; how a password is hashed is not what is measured.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    began = time.monotonic()
    known = _make_people(people)
    starters = [_account(f"starter-{n}", subject=known[n][0]) for n in range(_STARTERS)]
    clerk = _account("clerk", roles=[("hr_specialist", None)])
    _account("leader", roles=[("leader", None)])
    folk = [(subject, unit, starters[n % len(starters)]) for n, (subject, unit) in enumerate(known)]
    cases.make_past(store.serving("self_ordinary"), folk, clerk, past)
    pace = (people + past) / (time.monotonic() - began)
    suffix = f"{people:,} people, {past:,} past cases"
    return [
        Figure("people and past cases made", pace, "rows/s"),
        *_changes([actor_of(one) for one in starters[:rounds]], actor_of(clerk), suffix),
        *_desk(clerk, folk, rounds, suffix),
        *_sweep(folk, late),
    ]


def _make_people(count: int) -> list[tuple[UUID, UUID]]:
    """Dossiers of identity, contact and post; subject and unit of each."""
    console = console_actor()
    rows = [("测算集团", "group")]
    for company in range(_COMPANIES):
        rows.append((f"测算集团/公司{company:02}", "company"))
        rows += [(f"测算集团/公司{company:02}/部门{n:02}", "department")
                 for n in range(_DEPARTMENTS)]  # fmt: skip
    organization_actions.load_units(console, rows)
    units = [node.id for node, depth in tree().walk() if depth == 2]
    made: list[tuple[UUID, UUID]] = []
    for begin in range(0, count, _WAVE):
        numbers = range(begin, min(begin + _WAVE, count))
        plans = [SubjectPlan(_rows(number, units[number % len(units)])) for number in numbers]
        written = apply_plans(console, plans=plans, reason="测算")
        made += [(item.subject, units[n % len(units)]) for n, item in zip(numbers, written,
                                                                          strict=True)]  # fmt: skip
        flush(console.trail)
    return made


def _rows(number: int, unit: UUID) -> list[RowPlan]:
    day, among = divmod(number, 250)  # five regions with fifty numbers a day each
    born = date(1970, 1, 1) + timedelta(days=day)
    male = day % 2 == 0
    sequence, region = divmod(among, len(_REGIONS))
    identity = {
        "name": f"测算{number}",
        "employee_number": f"{number:08}",
        "sex": "1" if male else "2",
        "id_number": id_number(_REGIONS[region], born.isoformat(), sequence, male=male),
        "birth_date": born.isoformat(),
    }
    return [
        RowPlan("identity", identity),
        RowPlan("contact", {"mobile": f"138{number:08}"}),
        RowPlan("post", {"unit": str(unit), "position": "工程师", "joined": "2016-07-11"}),
    ]


def _account(
    login: str, *, subject: UUID | None = None, roles: Iterable[tuple[str, UUID | None]] = ()
) -> UUID:
    return create_account(
        console_actor(),
        login=login,
        name=login,
        subject=subject,
        roles=roles,
        password="Dangan2026",  # noqa: S106 - an account that lives for one run
        must_change=False,
    ).id


def _changes(starters: list[Actor], clerk: Actor, suffix: str) -> list[Figure]:
    """A row of three fields asked for by each, then agreed to, which writes it."""
    row = {"start": "2012-07", "employer": "示例机械厂", "position": "技术员"}

    def submit(actor: Actor) -> None:
        assert actor.subject is not None  # noqa: S101 - made with one
        plans = [RowPlan("work_experience", dict(row))]
        proposals.propose(actor, subject=actor.subject, rows=plans, words="测算")
        flush(actor.trail)

    submitting = _timed([(submit, one) for one in starters])
    waiting = list(Task.objects.filter(state="open", account=clerk.id).order_by("pk"))

    def decide(task: Task) -> None:
        done = actions.agree(clerk, case=task.case_id, step=task.step)
        flush(clerk.trail)
        if done.state != "agreed":
            raise RuntimeError(f"the case is {done.state}")

    deciding = _timed([(decide, task) for task in waiting])
    return [
        Figure(f"submit a change of 3 fields, {suffix}, p95", submitting, "ms", SUBMIT_MS),
        Figure(f"decision with effect, {suffix}, p95", deciding, "ms", DECIDE_MS),
    ]


def _timed(work: list[tuple[Callable[..., object], object]]) -> float:
    """The 95th percentile in milliseconds, without the first calls that fill caches."""
    taken = []
    for number, (do, what) in enumerate(work):
        began = time.perf_counter()
        do(what)
        if number >= min(5, len(work) - 2):
            taken.append((time.perf_counter() - began) * 1000)
    return quantiles(taken, n=20)[-1]


def _desk(clerk: UUID, folk: list[cases.Person], rounds: int, suffix: str) -> list[Figure]:
    """The pages of somebody who decided every past case and has a full desk."""
    version = store.serving("self_ordinary")
    cases.make_late(version, folk, _FULL, {})
    client = browser_of(clerk)
    figures = page_figures(f"desk page, {suffix}", client, ["/flows/"] * rounds)
    figures += page_figures(f"done page, {suffix}", client, ["/flows/done/"] * rounds)
    counting = _timed([(queries.todo_count, actor_of(clerk))] * rounds)
    return [*figures, Figure("count of what waits, p95", counting, "ms")]


def _sweep(folk: list[cases.Person], late: int) -> list[Figure]:
    """Units have no heads here: leaders decide, and what they leave lying goes to the keeper."""
    moment = cases.make_late(store.serving("self_sensitive"), folk, late - _FULL,
                             {"top_class": 1})  # fmt: skip
    return [Figure(*figure) for figure in cases.sweep_late(moment, late)]
