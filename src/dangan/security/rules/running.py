"""Whether the log goes on and goes out, and whether the clock jumps. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dangan.security.rules.deeds import Deed
from dangan.security.rules.stories import Suspicion

LAG = timedelta(minutes=10)
JUMP = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class LogStanding:
    """How far the log has come: sealed off, signed, written out.

    ``oldest_waiting`` is when the first event was written that no checkpoint holds yet.
    """

    size: int
    copied: int
    signed_at: datetime | None
    oldest_waiting: datetime | None


def log_lag(standing: LogStanding, now: datetime) -> Iterator[Suspicion]:
    """Events that wait too long for the sequencer, or checkpoints that were not written out."""
    waits = standing.oldest_waiting is not None and now - standing.oldest_waiting > LAG
    behind = (
        standing.copied < standing.size
        and standing.signed_at is not None
        and now - standing.signed_at > LAG
    )
    if waits or behind:
        yield Suspicion(
            kind="log_lag",
            story=str(now.date()),
            at=now,
            measure=max(1, standing.size - standing.copied),
            facts={"behind": standing.size - standing.copied, "waiting": int(waits)},
        )


def clock(deeds: Sequence[Deed], now: datetime, database_now: datetime) -> Iterator[Suspicion]:
    """Time runs backwards between deeds in the order they were committed in, lies ahead of now,
    or differs between machine and database."""
    back, latest = timedelta(), None
    for deed in deeds:
        if latest is not None:
            back = max(back, latest - deed.at)
        latest = max(latest, deed.at) if latest else deed.at
    ahead = latest - now if latest else timedelta()
    apart = abs(now - database_now)
    worst = max(back, ahead, apart)
    if worst > JUMP:
        yield Suspicion(
            kind="clock",
            story=str(now.date()),
            at=now,
            measure=int(worst.total_seconds()),
            facts={"seconds": int(worst.total_seconds())},
        )
