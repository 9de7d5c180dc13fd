"""What runs by the clock does its work and says so in the log."""

from __future__ import annotations

import pytest
from tests.cast import written_events

from dangan.access.queries import system_actor
from dangan.operations.jobs import rotate_keys
from dangan.vault.queries import epochs, key_of
from dangan.vault.rules import SYSTEM


@pytest.mark.django_db(transaction=True)
def test_each_month_opens_a_new_key_epoch_and_nothing_becomes_unreadable():
    before = epochs()[0].id
    key = key_of(SYSTEM)
    rotate_keys(timestamp=0)
    assert epochs()[0].id > before
    assert key_of(SYSTEM).data_key == key.data_key
    assert ("key.rotate", "done") in written_events(system_actor())
