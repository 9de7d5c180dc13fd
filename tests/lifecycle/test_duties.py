"""Duties that follow a movement: overdue ones are told each morning, as a count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.lifecycle.conftest import Firm, account_of
from tests.lifecycle.test_departure import leaves_today, to_its_end

from dangan.lifecycle import queries
from dangan.lifecycle.jobs import remind
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
