from __future__ import annotations

import csv
from datetime import date

import pytest
from tests.exchange.books import SAMPLES

from dangan.access.queries import console_actor
from dangan.access.rules import Actor
from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import Dictionary
from dangan.organization import actions as organization_actions

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="session")
def dictionary() -> Dictionary:
    return builtin()


@pytest.fixture
def console(db) -> Actor:
    return console_actor(purpose="测试")


@pytest.fixture
def organization(console: Actor) -> None:
    """The units of the samples."""
    with (SAMPLES / "organisation.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["path"], row["type"]) for row in csv.DictReader(file)]
    organization_actions.load_units(console, rows)
