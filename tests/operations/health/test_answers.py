"""Live, ready and figures: who is told what, and what happens when a part is out of order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from tests.security.test_web import pages

from dangan.operations.health import registry
from dangan.operations.health.views import is_operator
from dangan.roster import memory

pytestmark = pytest.mark.django_db
OUTSIDE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture(autouse=True)
def _warm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.Roster, "ready", property(lambda _roster: True))
    # Other tests of this process commit events that no sequencer takes in.
    monkeypatch.setitem(registry._probes, "sequencer", lambda: "")


@pytest.fixture
def broken() -> Iterator[str]:
    def probe() -> str:
        raise OperationalError("Key (name)=(金丝雀甲) is away")

    registry.register("test-part", probe)
    yield "test-part"
    registry._probes.pop("test-part")


def test_a_living_process_says_so_without_asking_the_database(client: Client) -> None:
    with CaptureQueriesContext(connection) as statements:
        answer = client.get("/health/live", headers={"Host": "10.1.2.3"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert len(statements) == 0


def test_ready_when_every_part_is_in_order(client: Client) -> None:
    with CaptureQueriesContext(connection) as statements:
        answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert len(statements) <= 9
    assert answer["Cache-Control"] == "no-store"


def test_a_part_out_of_order_is_named_to_anybody_and_why_to_operators_only(
    client: Client, broken: str
) -> None:
    outside = client.get("/health/ready", **OUTSIDE)
    assert outside.status_code == 503
    assert outside.json() == {"status": "unavailable", "parts": [broken]}
    operator = client.get("/health/ready")
    assert operator.json()["reasons"] == {broken: "OperationalError"}
    assert "金丝雀" not in operator.content.decode()


def test_a_missing_migration_is_not_ready_and_one_of_a_newer_version_is(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('dossiers', '9999_from_the_future', now())"
        )
        assert client.get("/health/ready").status_code == 200
        cursor.execute("DELETE FROM django_migrations WHERE app = 'roster'")
    assert client.get("/health/ready").json()["parts"] == ["migrations"]


def test_a_full_disk_and_a_roster_still_loading_are_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dangan.operations.health.probing.LEAST_FREE", 2**62)
    monkeypatch.setattr(memory.Roster, "ready", property(lambda _roster: False))
    monkeypatch.setattr(memory.Roster, "start", lambda _roster: None)
    assert client.get("/health/ready").json()["parts"] == ["disk", "roster"]


def test_figures_are_told_to_this_machine_and_to_who_bears_the_token(client: Client) -> None:
    told = client.get("/metrics")
    assert told.status_code == 200
    assert "dangan_log_lag_seconds" in told.content.decode()
    assert client.get("/metrics", **OUTSIDE).status_code == 404
    token = "a" * 32
    with override_settings(DANGAN=settings.DANGAN.model_copy(update={"metrics_token": token})):
        bearer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"}, **OUTSIDE)
        assert bearer.status_code == 200
        wrong = client.get("/metrics", headers={"Authorization": "Bearer " + "b" * 32})
        assert wrong.status_code == 404
    assert client.get("/health/live", **OUTSIDE).content == b'{"status": "ok"}'


def test_behind_a_proxy_nobody_heard_of_everybody_is_an_outsider(client: Client) -> None:
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404
    behind = settings.DANGAN.model_copy(update={"https": True})
    with override_settings(DANGAN=behind):
        outside = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
        assert outside.status_code == 404
        inside = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7, 127.0.0.1"})
        assert inside.status_code == 200


def _routes(client: Client) -> set[str]:
    """The routes that are counted; Prometheus' text form doubles every backslash of a pattern."""
    told = client.get("/metrics").content.decode()
    return {route.replace("\\\\", "\\") for route in re.findall(r'route="([^"]*)"', told)}


def test_labels_are_patterns_never_what_somebody_typed(client: Client) -> None:
    before = _routes(client)  # other tests in this process asked addresses of their own
    somebody = uuid4()
    client.get(f"/people/{somebody}/")
    client.get("/people/沈知微/%E9%87%91")
    client.generic("CANARY", "/login/")
    told = client.get("/metrics").content.decode()
    assert 'route="none"' in told
    assert 'method="OTHER"' in told
    assert "CANARY" not in told
    assert "沈知微" not in told
    assert 'route="/people/<uuid:subject>/"' in told
    assert str(somebody) not in told
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", told)
    ours = {"none", "static", *pages(get_resolver().url_patterns)}
    assert _routes(client) - before <= ours


def test_a_figure_that_fails_is_counted_and_the_others_are_told(client: Client) -> None:
    def broken() -> dict[str, float]:
        raise ValueError("金丝雀甲")

    registry.register_figure(registry.Figure("test_figure", "测试", broken))
    try:
        told = client.get("/metrics").content.decode()
    finally:
        registry._figures.pop("test_figure")
    assert "dangan_figures_failed 1.0" in told
    assert "金丝雀甲" not in told


def test_a_proxys_number_is_the_requests_and_anybody_elses_is_not(client: Client) -> None:
    given = uuid4()
    direct = client.get("/login/", headers={"X-Request-ID": given.hex})
    assert UUID(direct["X-Request-ID"]) != given
    with override_settings(DANGAN=settings.DANGAN.model_copy(update={"https": True})):
        passed = client.get("/login/", headers={"X-Request-ID": given.hex})
        assert UUID(passed["X-Request-ID"]) == given
        for crooked in ("x" * 32, "沈知微", "1\r\nSet-Cookie: a", given.hex * 2):
            answer = client.get("/login/", headers={"X-Request-ID": crooked})
            assert UUID(answer["X-Request-ID"])


def test_the_audit_trail_bears_the_requests_number(client: Client) -> None:
    answer = client.post("/login/", {"login": "nobody", "password": "Wrong2026"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT request FROM audit_event ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == (UUID(answer["X-Request-ID"]),)


def test_an_operator_is_told_by_address_or_token_only() -> None:

    request = RequestFactory().get("/metrics", REMOTE_ADDR="")
    assert is_operator(request) is False
    assert json.dumps(settings.DANGAN.metrics_networks)
