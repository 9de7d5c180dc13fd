"""The database is gone: 503 in words, nothing half-done, and work again when it is back.

Gone for this process: it is looked for where none listens. (That servers are killed under writers:
test_failover.py, test_kills_soak.py.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from dangan.operations.health import registry
from dangan.roster import memory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default"])


@contextmanager
def gone(folder: Path) -> Iterator[None]:
    kept = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = str(folder)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["HOST"] = kept


@pytest.fixture(autouse=True)
def _warm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.Roster, "ready", property(lambda _roster: True))
    monkeypatch.setitem(registry._probes, "sequencer", lambda: "")


def test_pages_say_so_the_api_says_so_and_both_come_back(tmp_path: Path) -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/login/").status_code == 200
    with gone(tmp_path):
        page = client.post("/login/", {"login": "chen", "password": "Right2026"})
        assert page.status_code == 503
        assert "数据库连不上" in page.content.decode() or "无法记录" in page.content.decode()
        assert str(tmp_path) not in page.content.decode()
        client.cookies["sessionid"] = "0" * 32
        asked = client.get("/people/")
        assert asked.status_code in {302, 503}
        call = client.get("/api/v1/organisation", headers={"Authorization": "Bearer dgn_x"})
        assert call.status_code == 503
        assert call["Content-Type"] == "application/problem+json"
        assert call.json()["type"].endswith(("no-database", "no-log"))
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["parts"]) == (503, ["database"])
        assert client.get("/health/live").status_code == 200
        told = client.get("/metrics").content.decode()
        assert "dangan_requests_total" in told
        assert "dangan_figures_failed 0.0" not in told
    assert client.get("/login/").status_code == 200
    assert client.get("/health/ready").status_code == 200
