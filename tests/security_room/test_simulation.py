"""How many planted attacks are seen, how soon, and how often ordinary work is suspected."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from tests.security_room.simulated import month, watch
from tests.soak.figures import Figure, figure

__all__ = ["figure"]

DAY = timedelta(days=1)


def test_planted_attacks_are_seen_and_ordinary_work_is_not(figure: Figure) -> None:
    with_attacks = month(7, attacks=True)
    raised = watch(with_attacks).raised
    seen, latest = 0, timedelta()
    for name, kind, begun in with_attacks.planted:
        hits = [now for found, now, one in raised
                if found == kind and one.at >= begun and now - begun < DAY]  # fmt: skip
        assert hits, name
        seen += 1
        latest = max(latest, min(hits) - begun)
    quiet = watch(month(11, attacks=False)).raised
    by_kind = Counter(kind for kind, _now, _one in quiet)
    false = len(quiet) / 30
    figure("planted attacks seen", f"{seen} of {len(with_attacks.planted)}", "all", True)
    figure("longest from an attack's first deed to its alarm", f"{latest}", "≤ 10 h", True)
    figure("false alarms a day, 300 people", f"{false:.2f}", "≤ 1", false <= 1)
    assert latest <= timedelta(hours=10)
    assert false <= 1, by_kind
