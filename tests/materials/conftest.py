"""The archive room that the stories of these folders play in."""

from __future__ import annotations

import pytest
from tests.archive import Archive, make_archive
from tests.cast import Cast


@pytest.fixture
def archive(cast: Cast) -> Archive:
    return make_archive(cast)
