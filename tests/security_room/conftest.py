"""The cast, and those who look after security."""

from __future__ import annotations

import pytest
from tests.cast import Cast, make_cast
from tests.security.conftest import Join, Member, join

__all__ = ["Join", "Member", "join"]


@pytest.fixture
def cast(db: None) -> Cast:
    from django.core.cache import cache  # noqa: PLC0415

    cache.clear()
    return make_cast()
