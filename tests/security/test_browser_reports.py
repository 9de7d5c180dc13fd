"""Reports of what the content policy refused: counted, told on, and never repeated."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.cast import Cast

from dangan.ui import violations
from dangan.ui.violations import Violation

SECRET = "330106199106122040"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    violations._window[:] = [0.0, 0.0]
    violations._counted.clear()
    kept = list(violations._listeners)
    yield
    violations._listeners[:] = kept


def old_form(**more: Any) -> dict[str, Any]:
    return {"csp-report": {
        "document-uri": f"http://testserver/people/?q={SECRET}",
        "effective-directive": "script-src-elem",
        "blocked-uri": f"https://evil.example/{SECRET}.js",
        "script-sample": SECRET,
    } | more}  # fmt: skip


def send(body: Any, kind: str = "application/csp-report") -> int:
    text = body if isinstance(body, (bytes, str)) else json.dumps(body)
    return Client(enforce_csrf_checks=True).post("/csp/", text, content_type=kind).status_code


def test_a_report_is_counted_by_directive_and_address_pattern(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Violation] = []
    violations.listen(heard.append)
    with caplog.at_level(logging.WARNING, "dangan.browser"):
        assert send(old_form()) == 204
    assert heard == [Violation("script-src", "people/", "foreign")]
    assert violations.counted() == {heard[0]: 1}
    assert SECRET not in caplog.text and "evil" not in caplog.text


def test_the_newer_form_comes_as_a_list(db: None) -> None:
    report = {"type": "csp-violation", "body": {
        "documentURL": "http://testserver/login/", "effectiveDirective": "script-src-elem",
        "blockedURL": "inline"}}  # fmt: skip
    assert send([report] * 30, "application/reports+json") == 204
    assert violations.counted() == {Violation("script-src", "login/", "inline"): 10}


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"[" * 9000, b'"x"', b"[1, null, []]", json.dumps(old_form(
        **{"effective-directive": f"{SECRET}\nforged line"})), b'{"csp-report": {}}',
     b'{"csp-report": {"effective-directive": 5}}', json.dumps(old_form()).encode() + b" " * 20000],
)  # fmt: skip
def test_what_is_no_report_leaves_nothing(
    db: None, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    assert send(body) == 204
    assert violations.counted() == {} and SECRET not in caplog.text


def test_an_address_that_is_none_of_ours_is_not_kept(db: None) -> None:
    send(old_form(**{"document-uri": f"http://[{SECRET}/x"}))
    send(old_form(**{"document-uri": f"https://evil.example/{SECRET}"}))
    assert {found.route for found in violations.counted()} == {"?"}


def test_nobody_fills_the_log_with_reports(db: None) -> None:
    for _ in range(violations.PER_MINUTE + 20):
        assert send(old_form()) == 204
    assert sum(violations.counted().values()) == violations.PER_MINUTE


def test_reports_ask_for_no_session_and_touch_no_database(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        send(old_form())
    assert Client().get("/csp/").status_code == 405
