"""Generated calls over the whole description, as several roles: never a 5xx, all as described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("default")]

DESCRIPTION = "/api/v1/openapi.json"
thorough = schemathesis.openapi.from_wsgi(DESCRIPTION, WSGIHandler())
brief = schemathesis.openapi.from_wsgi(DESCRIPTION, WSGIHandler())
brief.config.phases.coverage.enabled = False
CHECKS = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The test's transaction is on one connection; a request must not close it at its end."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


FEW = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("role", ["hr", "finance", "employee", "it"])
@brief.parametrize()
@FEW
def test_no_call_of_any_role_breaks_it(case: Any, caller: Any, cast: Cast, role: str) -> None:
    _call(case, _token(caller, role), cast)


@thorough.parametrize()
@FEW
def test_no_edge_of_the_description_breaks_it(case: Any, caller: Any, cast: Cast) -> None:
    """Besides random calls every boundary the description names, as who may do the most."""
    _call(case, _token(caller, "manager"), cast)


def _call(case: Any, token: str, cast: Cast) -> None:
    cache.clear()
    if "subject" in (case.path_parameters or {}):
        case.path_parameters["subject"] = str(cast.people["沈知微"])
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)


_tokens: dict[int, str] = {}


def _token(caller: Any, role: str) -> str:
    """One token a test: making one costs a password hash."""
    if id(caller) not in _tokens:
        _tokens[id(caller)] = caller(role).token
    return _tokens[id(caller)]
