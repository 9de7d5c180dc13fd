"""A clock that is set while we run: everything is refused until it is right again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from dangan.operations.health import clock, registry
from dangan.roster import memory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(memory.Roster, "ready", property(lambda _roster: True))
    monkeypatch.setitem(registry._probes, "sequencer", lambda: "")
    monkeypatch.setattr(clock, "_started", None)
    monkeypatch.setattr(clock, "_asked_at", 0.0)
    clock.watch()
    yield


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=400)])
def test_nobody_is_let_in_while_the_clock_is_wrong_and_all_are_when_it_is_right_again(
    client: Client, jump: timedelta
) -> None:
    assert client.get("/login/").status_code == 200
    with time_machine.travel(timezone.now() + jump):
        page = client.post("/login/", {"login": "chen", "password": "Right2026"})
        assert page.status_code == 503
        assert "时钟被改动过" in page.content.decode()
        assert page["Retry-After"] == "30"
        call = client.get("/api/v1/organisation", headers={"Authorization": "Bearer dgn_x"})
        assert (call.status_code, call["Content-Type"]) == (503, "application/problem+json")
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["parts"]) == (503, ["clock"])
        assert client.get("/health/live").status_code == 200
    assert client.get("/login/").status_code == 200
    assert client.get("/health/ready").status_code == 200


def test_a_clock_service_that_corrects_seconds_stops_nothing(client: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=60)):
        assert client.get("/login/").status_code == 200


def test_a_database_elsewhere_that_agrees_is_believed(client: Client) -> None:
    """Our clock was wrong when we started and was put right: the other machine's shows it."""
    clock._started = (clock._started or 0) - 3600
    assert client.get("/login/").status_code == 503, "the embedded database has our own clock"
    elsewhere = settings.DANGAN.model_copy(update={"database_url": "postgresql://db/dangan"})
    with override_settings(DANGAN=elsewhere):
        assert client.get("/login/").status_code == 200
    assert client.get("/login/").status_code == 200


def test_a_database_elsewhere_that_disagrees_is_no_help(client: Client) -> None:
    elsewhere = settings.DANGAN.model_copy(update={"database_url": "postgresql://db/dangan"})
    with (
        override_settings(DANGAN=elsewhere),
        time_machine.travel(timezone.now() + timedelta(hours=2)),
    ):
        assert client.get("/login/").status_code == 503


def test_time_asleep_is_no_jump() -> None:
    assert clock._offset() == pytest.approx(
        time.time() - time.clock_gettime(time.CLOCK_BOOTTIME), abs=1
    )
