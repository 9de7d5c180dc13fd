"""The roster of this process: loaded once, brought up to date before every question.

Views are never changed: a question keeps the view it began with while others see newer ones. A
view is a large base partition and a few small ones with what came since; where a row was replaced,
its old place is marked dead. Small partitions are merged as they come, and all of them into the
base, off the path of questions, when they have grown.

Names lie in clear in this process's memory, so it takes itself out of core dumps and, where the
system lets it, out of swap. Nothing is ever written to disk.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from threading import Condition, RLock, Thread
from uuid import UUID

import numpy as np
from django.db import connection

from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary
from dangan.roster import loading
from dangan.roster.engine import partition
from dangan.roster.engine.columns import Kind, Mask
from dangan.roster.engine.matching import warm_search
from dangan.roster.engine.ordering import WholeOrder, whole_order
from dangan.roster.engine.partition import Partition
from dangan.roster.loading import Mark, News, Share
from dangan.roster.secrecy import shut_out_of_dumps, shut_out_of_swap

log = logging.getLogger(__name__)

SMALL = 4_000
"""Up to this many newer rows stay beside the base, however small the base is."""
_GROWN = 25  # merge into the base when the newer rows reach 1/25 of it
_INLINE = 60_000  # rows that merge in a few tenths of a second: not worth a thread
_STEP = 4
_REFRESH_SECONDS = 1.0
_FORGET_SECONDS = 600.0


class RosterUnavailable(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The roster could not be loaded; the cause is chained and names nobody."""


@dataclass(frozen=True, slots=True)
class Part:
    """A partition and which of its rows still count (None: all)."""

    people: Partition
    alive: Mask | None = None

    def without(self, subjects: Sequence[UUID]) -> Part:
        """Return this part with these people's rows dead."""
        rows = self.people.rows_of(subjects)
        rows = rows[rows >= 0]
        if not len(rows):
            return self
        alive = np.ones(len(self.people), np.bool_) if self.alive is None else self.alive.copy()
        alive[rows] = False
        return Part(self.people, alive)


@dataclass(frozen=True, slots=True)
class View:
    """The roster at one moment."""

    parts: tuple[Part, ...]
    mark: Mark
    kinds: Mapping[str, Kind]

    def with_news(self, news: News) -> View:
        """Return the view after these changes."""
        changed = list(news.gone)
        if news.people is not None:
            changed += news.people.subjects()
        if not changed:
            return replace(self, mark=news.mark)
        parts = [part.without(changed) for part in self.parts]
        if news.people is not None:
            parts.append(Part(news.people))
        return replace(self, parts=tuple(parts), mark=news.mark)

    def find(self, subject: UUID) -> tuple[Partition, int] | None:
        """Return where a person's row is."""
        for part in self.parts:
            row = part.people.row_of(subject)
            if row is not None and (part.alive is None or part.alive[row]):
                return part.people, row
        return None


class Roster:
    """One process's roster, for a share of the people or all of them. Safe for threads."""

    def __init__(self, share: Share | None = None) -> None:
        self.share = share or Share()
        self._lock = RLock()
        self._loaded = Condition(self._lock)
        self._view: View | None = None
        self._loading = False
        self._failed: BaseException | None = None
        self._compacting = False
        self._compacted_at = time.monotonic()

    @property
    def ready(self) -> bool:
        """Whether the people are in memory."""
        return self._view is not None

    @property
    def size(self) -> int:
        """Return how many rows are in memory, those not yet forgotten included."""
        view = self._view
        return 0 if view is None else sum(len(part.people) for part in view.parts)

    def start(self) -> None:
        """Begin to load, in the background. Does nothing when loaded or loading."""
        with self._lock:
            if self._view is None and not self._loading:
                self._loading, self._failed = True, None
                Thread(target=self._load, name="roster-load", daemon=True).start()

    def view(self, dictionary: Dictionary) -> View:
        """Return the roster with every change committed before this call.

        Inside a transaction that has written, the answer also holds what it wrote, and is
        forgotten afterwards: the transaction may yet be rolled back.
        """
        kinds = loading.kinds_of(dictionary)
        with self._lock:
            known = self._wait()
            news = loading.news_since(known.mark, kinds, self.share)
            if news.people is not None:
                # Read after the rows: their writer may have known a newer dictionary.
                newer = loading.kinds_of(dictionary_queries.current())
                if newer != kinds:
                    kinds = newer
                    news = loading.news_since(known.mark, kinds, self.share)
            if news.mark.file != known.mark.file or _retyped(known.kinds, kinds):
                return self._start_over(news.mark, kinds)
            fresh = replace(known.with_news(news), kinds=kinds)
            if news.mark.own is None:
                self._view = fresh = self._tidied(fresh)
            return fresh

    def _wait(self) -> View:
        while self._view is None:
            if self._failed is not None:
                failed, self._failed = self._failed, None
                raise RosterUnavailable("the roster could not be loaded") from failed
            self.start()
            self._loaded.wait()
        return self._view

    def _start_over(self, mark: Mark, kinds: Mapping[str, Kind]) -> View:
        if mark.own is None:
            self._view = None
            return self._wait()
        return View((Part(loading.load(kinds, self.share)),), mark, kinds)

    def _load(self) -> None:
        shut_out_of_dumps()
        begun = time.monotonic()
        view, failed = None, None
        try:
            mark = loading.mark()
            kinds = loading.kinds_of(dictionary_queries.current())
            people = loading.load(kinds, self.share)
            _warm(people)
            view = View((Part(people),), mark, kinds)
            log.info("roster: %d people in %.1f s", len(people), time.monotonic() - begun)
        except Exception as problem:
            failed = problem
        finally:
            connection.close()
            with self._lock:
                self._view, self._failed, self._loading = view, failed, False
                self._loaded.notify_all()

    # --- upkeep ------------------------------------------------------------------------------

    def _tidied(self, view: View) -> View:
        """Merge small parts of like size; start on the base when they have grown."""
        if self._compacting:
            return view
        base, *small = view.parts
        while len(small) > 1 and len(small[-2].people) <= _STEP * len(small[-1].people):
            last = small.pop()
            small[-1] = _merged([small[-1], last], view.kinds)
        view = replace(view, parts=(base, *small))
        newer = sum(len(part.people) for part in small)
        if newer > max(SMALL, len(base.people) // _GROWN) or self._must_forget(view):
            return self._compact(view)
        return view

    def _must_forget(self, view: View) -> bool:
        """Rows of people who are gone do not stay in memory for long."""
        dead = any(part.alive is not None for part in view.parts)
        return dead and time.monotonic() - self._compacted_at > _FORGET_SECONDS

    def _compact(self, view: View) -> View:
        if sum(len(part.people) for part in view.parts) <= _INLINE:
            self._compacted_at = time.monotonic()
            return replace(view, parts=(_merged(view.parts, view.kinds),))
        self._compacting = True
        Thread(target=self._compact_aside, args=(view,), name="roster-merge", daemon=True).start()
        return view

    def _compact_aside(self, old: View) -> None:
        try:
            merged = _merged(old.parts, old.kinds)
            _warm(merged.people, like=old.parts[0].people)
            with self._lock:
                now = self._view
                if now is not None and _begins_with(now.parts, old.parts):
                    gone = _died_since(old.parts, now.parts)
                    rest = now.parts[len(old.parts) :]
                    self._view = replace(now, parts=(merged.without(gone), *rest))
        finally:
            self._compacted_at = time.monotonic()
            self._compacting = False


def _merged(parts: Sequence[Part], kinds: Mapping[str, Kind]) -> Part:
    return Part(partition.merge([(part.people, part.alive) for part in parts], kinds))


def _warm(people: Partition, like: Partition | None = None) -> None:
    """Make beforehand what the first questions would otherwise wait for."""
    people.row_of(UUID(int=0))
    warm_search(people)
    for kept in [] if like is None else like.kept_now():
        if isinstance(kept, WholeOrder):
            whole_order(people, kept.axis, kept.descending)


def _begins_with(parts: Sequence[Part], first: Sequence[Part]) -> bool:
    return len(parts) >= len(first) and all(
        now.people is then.people for now, then in zip(parts, first, strict=False)
    )


def _died_since(then: Sequence[Part], now: Sequence[Part]) -> list[UUID]:
    gone: list[UUID] = []
    for before, after in zip(then, now, strict=False):
        if after.alive is None or after.alive is before.alive:
            continue
        died = ~after.alive if before.alive is None else before.alive & ~after.alive
        gone += [after.people.subject(row) for row in np.flatnonzero(died).tolist()]
    return gone


def _retyped(before: Mapping[str, Kind], now: Mapping[str, Kind]) -> bool:
    return any(now.get(path, kind) is not kind for path, kind in before.items())


# --- this process ----------------------------------------------------------------------------

_roster = Roster()


def roster() -> Roster:
    """Return the roster of this process."""
    return _roster


def start() -> None:
    """Load now and keep up to date between questions: call once in a web process, after forks."""
    shut_out_of_swap()
    _roster.start()
    _keep_up()


@cache
def _keep_up() -> Thread:
    thread = Thread(target=_follow, name="roster-follow", daemon=True)
    thread.start()
    return thread


def _follow() -> None:
    while True:
        try:
            _roster.view(dictionary_queries.current())
        except Exception as problem:
            log.warning("roster: not brought up to date: %s", type(problem).__name__)
            connection.close()
        time.sleep(_REFRESH_SECONDS)
