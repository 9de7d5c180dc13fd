"""Calls are counted once for all web processes."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import RequestFactory

from dangan.access.rules import Actor
from dangan.api import tokens
from dangan.audit.rules import Trail
from dangan.operations.throttling import count_call

pytestmark = pytest.mark.django_db


def _request(actor: Actor) -> object:
    request = RequestFactory().get("/api/v1/organisation")
    request.auth = actor  # type: ignore[attr-defined]  # what ninja sets
    return request


def test_two_processes_count_together_and_the_next_minute_begins_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens, "CALLS_PER_MINUTE", 3)
    monkeypatch.setattr("dangan.operations.throttling.time.time", lambda: 6_000_010.0)
    actor = Actor(id=uuid4(), kind="token", name="脚本", trail=Trail(uuid4()))
    first, second = tokens.PerActor(), tokens.PerActor()
    request = _request(actor)
    allowed = [throttle.allow_request(request) for throttle in (first, second, first, second)]  # type: ignore[arg-type]  # a request
    assert allowed == [True, True, True, False]
    assert second.wait() == 60 - 6_000_010 % 60
    monkeypatch.setattr("dangan.operations.throttling.time.time", lambda: 6_000_080.0)
    assert first.allow_request(request)  # type: ignore[arg-type]  # a request


def test_one_script_does_not_use_up_what_another_may(monkeypatch: pytest.MonkeyPatch) -> None:
    busy, quiet = uuid4(), uuid4()
    assert [count_call(busy, now=60.0)[0] for _ in range(3)] == [1, 2, 3]
    assert count_call(quiet, now=61.0) == (1, 59.0)
