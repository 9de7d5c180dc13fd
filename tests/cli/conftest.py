"""Runs the command as a user would: another process, a DANGAN_HOME of its own, nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.homes import new_home

from dangan.operations.postgres import EmbeddedServer

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Answer:
    """What a command said and how it ended."""

    code: int
    said: str
    complained: str

    @property
    def document(self) -> Any:
        return json.loads(self.said)


@dataclass
class Dangan:
    """The command with one home; nothing of this test run's environment leaks in."""

    home: Path

    def __call__(self, *arguments: object, **environment: str) -> Answer:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DANGAN_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        done = subprocess.run(
            [sys.executable, "-m", "dangan.cli.main", *map(str, arguments)],
            env={**kept, "DANGAN_HOME": str(self.home), **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def demo_home() -> Iterator[Path]:
    """An installation with sixty demonstration people; its server stays up for the session."""
    with new_home() as home, EmbeddedServer(home, QUICK):
        loaded = Dangan(home)("demo", "--persons", 60)
        assert loaded.code == 0, loaded.complained
        yield home


@pytest.fixture
def demo(demo_home: Path) -> Dangan:
    return Dangan(demo_home)


@pytest.fixture(scope="session")
def empty_home() -> Iterator[Path]:
    """An empty installation, shared: tests add to it and do not count on its being empty."""
    with new_home() as home, EmbeddedServer(home, QUICK):
        yield home


@pytest.fixture
def empty(empty_home: Path) -> Dangan:
    return Dangan(empty_home)
