"""A folder for the sealed files of one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.storage import storages


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """The real storage in a folder of the test's own."""
    storage = storages["files"]
    before = storage.__dict__.copy()
    storage._location = str(tmp_path / "files")  # as settings do
    for cached in ("base_location", "location"):
        storage.__dict__.pop(cached, None)
    yield tmp_path / "files"
    storage.__dict__.clear()
    storage.__dict__.update(before)


def objects(folder: Path) -> list[Path]:
    """What lies on the disk."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
