"""Counting what a page asks the database: only what it would ask outside of a test too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.dossiers_pages.conftest import ONLY_IN_TESTS


def own(captured: Iterable[Mapping[str, str]]) -> list[str]:
    """The statements, without those that the roster repeats because a test's transaction is open
    and has written: a page's is not, and has not."""
    asked = (query["sql"].lstrip() for query in captured)
    return [sql for sql in asked if not sql.startswith(ONLY_IN_TESTS)]
