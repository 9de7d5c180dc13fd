"""Duties that follow a movement: overdue ones are told each morning, as a count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.lifecycle.conftest import Firm, account_of
from tests.lifecycle.test_departure import leaves_today, to_its_end

from dangan.access.queries import system_actor
from dangan.lifecycle import actions as lifecycle
from dangan.lifecycle import queries
from dangan.lifecycle.jobs import remind
from dangan.lifecycle.reminders import actions as reminder_actions
from dangan.lifecycle.reminders import queries as reminders
from dangan.notices.models import Notice


def test_overdue_duties_are_told_to_the_department_as_a_count(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_its_end(firm, leaves_today(firm))
    assert remind() == 0
    then = timezone.now() + timedelta(days=16)
    monkeypatch.setattr("django.utils.timezone.now", lambda: then)
    Notice.objects.all().delete()
    assert remind() == 1
    [notice] = Notice.objects.all()
    assert notice.account == account_of(firm, "何雨桐")
    assert notice.facts == {"count": 3}
    lines = queries.duties(firm.actor("何雨桐"))
    assert [line.duty.overdue for line in lines] == [True, True, True, False]
    assert lines[0].name == "沈知微"


def test_what_the_law_wants_within_fifteen_days_counts_down_with_the_reminders(firm: Firm) -> None:
    case = to_its_end(firm, leaves_today(firm))
    hr = firm.actor("何雨桐")
    shown = reminders.reminders(hr, kind="countdown", span="all").entries
    assert [(one.name, one.label, one.days) for one in shown if one.days == 15] == [
        ("沈知微", "转出人事档案", 15),
        ("沈知微", "转移社会保险关系", 15),
    ]
    assert reminder_actions.sweep(system_actor()).told == len(shown) - 1
    assert not reminder_actions.sweep(system_actor()).told
    duty = firm.movement(case).items.get(item="file")
    lifecycle.sign(hr, item=duty.pk, state="done")
    left = reminders.reminders(hr, kind="countdown", span="all").entries
    assert "转出人事档案" not in {one.label for one in left} and len(left) == len(shown) - 1
