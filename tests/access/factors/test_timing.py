"""Whether a name exists cannot be told by the clock: the figure, with real hashes."""

from __future__ import annotations

import statistics
import time

import pytest
from tests.access.factors.conftest import Somebody
from tests.access.hashing import REAL
from tests.soak.figures import Figure

from dangan.access import actions, queries
from dangan.access.actions import login
from dangan.access.factors.models import Try
from dangan.access.models import Throttle

ROUNDS = 60


@pytest.mark.soak
def test_known_and_unknown_names_take_as_long(somebody: Somebody, settings, figure: Figure) -> None:
    settings.PASSWORD_HASHERS = [REAL]
    login._decoy.cache_clear()
    somebody("chen", "finance")

    def milliseconds(name: str) -> float:
        Try.objects.all().delete()
        Throttle.objects.all().delete()
        actor = queries.unknown_actor(address="203.0.113.9")
        began = time.perf_counter()
        actions.log_in(actor, login=name, password="nope1234")
        return (time.perf_counter() - began) * 1000

    milliseconds("chen")
    pairs = [(milliseconds("chen"), milliseconds(f"nobody{n}")) for n in range(ROUNDS)]
    known, unknown = (statistics.median(side) for side in zip(*pairs, strict=True))
    apart = abs(known - unknown) / known
    figure("log-in: known and unknown name, medians apart", f"{apart:.1%}", "≤ 10 %", apart <= 0.1)
