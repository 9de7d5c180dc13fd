# ruff: noqa: ARG002 - the signatures of a kind
"""Real races on one case: threads on connections of their own, and a process that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone
from tests.cast import make_cast
from tests.workflow.conftest import APPLY, HEAD, HR, LeaveKind, Office, serve

from dangan.workflow import actions, handling
from dangan.workflow.models import CaseEvent, Task
from dangan.workflow.problems import AlreadyDecided, NotAllowed


@pytest.fixture
def office(transactional_db):
    office = Office(make_cast())
    office.heads("研发中心", "陆怀瑾")
    for name, roles in (("陆怀瑾", ()), ("梁慎行", ("hr_manager",)), ("何雨桐", ("hr_manager",))):
        office.account(name, *roles)
    return office


@pytest.fixture
def leave():
    kind = LeaveKind()
    handling.register(kind)
    yield kind
    handling._kinds.pop("leave", None)


def begin(office, **more):
    shen = office.actor("沈知微")
    return actions.open_case(
        shen, definition="leave_flow", subject=shen.subject, object=None, facts={}, **more
    )


def race(*works):
    """All at once, each on its own connection; what came of each."""
    start = Barrier(len(works))

    def one(work):
        try:
            start.wait(timeout=30)
            return work()
        except (AlreadyDecided, NotAllowed) as told:
            return told
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def test_of_two_deciders_one_wins_and_the_other_is_told_who(office, leave):
    serve(HR, APPLY)
    for _ in range(5):
        case = begin(office)
        names = ("梁慎行", "何雨桐")
        deciders = [office.actor(name) for name in names]
        outcomes = race(
            partial(actions.agree, deciders[0], case=case.id, step="hr"),
            partial(actions.refuse, deciders[1], case=case.id, step="hr"),
        )
        told = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        winner = names[0] if outcomes[0] not in told else names[1]
        assert [type(one) for one in told] == [AlreadyDecided]
        assert told[0].who == winner
        assert CaseEvent.objects.filter(case=case, verb__in=("agree", "refuse")).count() == 1
        assert leave.applied.count(case.id) == (winner == names[0])


def test_a_decision_against_a_withdrawal(office, leave):
    serve(HEAD, HR, APPLY)
    for _ in range(5):
        case = begin(office)
        lu, shen = office.actor("陆怀瑾"), office.actor("沈知微")
        decided, withdrawn = race(
            partial(actions.agree, lu, case=case.id, step="head"),
            partial(actions.withdraw, shen, case=case.id),
        )
        case.refresh_from_db()
        if case.state == "withdrawn":
            assert isinstance(decided, AlreadyDecided)
            assert decided.verb == "withdraw"
            assert Task.objects.filter(case=case, state="open").count() == 0
        else:
            assert case.state == "open"
            assert isinstance(withdrawn, NotAllowed)


def test_a_sweep_against_a_decision(office, leave):
    serve({**HEAD, "days": 1, "on_overdue": "escalate"}, APPLY)
    for _ in range(3):
        case = begin(office)
        lu = office.actor("陆怀瑾")
        late = case.next_at + timedelta(minutes=1)
        _, decided = race(
            partial(actions.sweep, late),
            partial(actions.agree, lu, case=case.id, step="head"),
        )
        assert not isinstance(decided, Exception)
        case.refresh_from_db()
        assert case.state == "agreed"
        assert leave.applied.count(case.id) == 1
        assert Task.objects.filter(case=case, state="open").count() == 0


def test_two_sweeps_let_an_effect_happen_once(office, leave):
    serve(HEAD, APPLY)
    day = timezone.localdate() + timedelta(days=1)
    cases = [begin(office, effective=day) for _ in range(4)]
    for case in cases:
        actions.agree(office.actor("陆怀瑾"), case=case.id, step="head")
    later = timezone.now() + timedelta(days=1)
    race(*[partial(actions.sweep, later)] * 3)
    actions.sweep(later)
    assert sorted(leave.applied) == sorted(case.id for case in cases)
    assert CaseEvent.objects.filter(verb="acted").count() == len(cases)


KILLED = """
import os, sys, time, uuid
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {database!r}
from django.db import connection
connection.settings_dict["NAME"] = {database!r}
from tests.workflow.conftest import LeaveKind
from dangan.access.queries import actor_of
from dangan.workflow import actions, handling
from dangan.workflow.models import Case

class Slow(LeaveKind):
    def perform(self, actor, case, act):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO effects_seen VALUES (%s)", [case.id])
        print("performing", flush=True)
        time.sleep(60)

handling.register(Slow())
{work}
"""


def killed_while(work):
    """Runs ``work`` in a process and kills it while its effect is happening."""
    code = textwrap.dedent(KILLED).format(database=connection.settings_dict["NAME"], work=work)
    root = str(Path(__file__).resolve().parents[2])
    environment = os.environ | {"PYTHONPATH": root}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment, cwd=root
    )
    assert process.stdout.readline().strip() == "performing"
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    process.stdout.close()


@pytest.fixture
def effects(transactional_db):
    """A table that the effect writes to, as kinds write to dossiers; how often it was written."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE effects_seen (case_id uuid)")

    def seen():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM effects_seen")
            return cursor.fetchone()[0]

    yield seen
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE effects_seen")


class Writing(LeaveKind):
    def perform(self, actor, case, act):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO effects_seen VALUES (%s)", [case.id])


def test_killed_between_decision_and_effect_it_happens_exactly_once(office, leave, effects):
    serve(HEAD, APPLY)
    case = begin(office)
    lu = office.account("陆怀瑾")
    killed_while(
        f"actions.agree(actor_of(uuid.UUID({str(lu)!r})), "
        f"case=uuid.UUID({str(case.id)!r}), step='head')"
    )
    case.refresh_from_db()
    assert (case.state, effects()) == ("open", 0)  # neither the decision nor the effect

    handling.register(Writing())
    actions.agree(office.actor("陆怀瑾"), case=case.id, step="head")
    with pytest.raises(AlreadyDecided):
        actions.agree(office.actor("陆怀瑾"), case=case.id, step="head")
    assert effects() == 1


def test_a_sweep_killed_at_a_dated_effect_is_made_up_for_by_the_next(office, leave, effects):
    serve(HEAD, APPLY)
    day = timezone.localdate() + timedelta(days=1)
    case = begin(office, effective=day)
    actions.agree(office.actor("陆怀瑾"), case=case.id, step="head")
    killed_while(
        "from django.utils import timezone\nfrom datetime import timedelta\n"
        "actions.sweep(timezone.now() + timedelta(days=1))"
    )
    case.refresh_from_db()
    assert (case.state, effects()) == ("waiting", 0)

    handling.register(Writing())
    later = timezone.now() + timedelta(days=1)
    for _ in range(100):  # the killed process's lock goes with its connection
        if actions.sweep(later).effective:
            break
        time.sleep(0.1)
    assert actions.sweep(later).effective == 0
    assert effects() == 1
    case.refresh_from_db()
    assert case.state == "agreed"
