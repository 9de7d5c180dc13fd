"""Logs tell what happened and where, and never a value: not from messages, errors or addresses."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import sys
import threading
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.urls import path

from dangan.config.urls import handler500  # noqa: F401 - of this module as a site map
from dangan.operations.health import logs
from dangan.operations.health.reports import PlacesOnly
from dangan.ui.requirements import page

CANARY = "金丝雀甲"
NUMBER = "1374711" + "4711"


@page(None, public=True)
def fails(request: object, name: str = "") -> object:
    secret = CANARY  # noqa: F841 - a local variable that a report would show
    raise ValueError(f"{CANARY} {NUMBER}")


@page(None, public=True)
def collides(request: object) -> object:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE names (name text UNIQUE) ON COMMIT DROP")
        cursor.execute("INSERT INTO names VALUES (%s), (%s)", [CANARY, CANARY])
    raise AssertionError


urlpatterns = [path("fails/<str:name>/", fails), path("collides/", collides)]


@pytest.fixture(params=["json", "line"])
def said(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the programs would print in this form."""
    stream = io.StringIO()
    formatter = logs.Json() if request.param == "json" else logs.Line()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(logs.Once())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize("address", [f"/fails/{CANARY}/", "/collides/", f"/{CANARY}/{NUMBER}"])
def test_a_failing_page_leaves_kind_and_place_and_no_value(said: io.StringIO, address: str) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get(address, {"q": CANARY}, headers={"X-Name": "canary-4711"})
    assert CANARY not in answer.content.decode()
    told = said.getvalue()
    assert CANARY not in told
    assert CANARY.encode("unicode_escape").decode() not in told
    assert NUMBER not in told
    assert "canary-4711" not in told
    if answer.status_code == 500:
        number = answer["X-Request-ID"]
        assert UUID(number)
        assert number in told
        kind = "ValueError" if "fails" in address else "UniqueViolation"
        assert kind in told
        assert f"{'fails' if 'fails' in address else 'collides'}" in told


@pytest.mark.django_db
def test_an_error_of_the_database_tells_its_code_and_not_its_detail(said: io.StringIO) -> None:
    log = logging.getLogger("dangan.test")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE names (name text UNIQUE) ON COMMIT DROP")
            cursor.execute("INSERT INTO names VALUES (%s), (%s)", [CANARY, CANARY])
    except IntegrityError as error:
        assert CANARY in str(error)
        assert isinstance(error.__cause__, psycopg.errors.UniqueViolation)
        log.exception("a line was refused")
    told = said.getvalue()
    assert "a line was refused" in told
    assert "[23505]" in told
    assert CANARY not in told


def test_what_a_library_says_is_cut_to_its_fixed_part(said: io.StringIO) -> None:
    logging.getLogger("some.library").error("could not do it for %s", CANARY)
    logging.getLogger("some.library").error(f"could not do it for {CANARY}")
    logging.getLogger("procrastinate.worker").error(
        f"Job import_file(job={CANARY}) ended with status: Error",
        extra={"action": "job_error", "job": {"id": 7, "task_name": "x.y", "args": {"a": CANARY}}},
    )
    told = said.getvalue()
    assert CANARY not in told
    assert "could not do it for %s" in told
    assert "job_error" in told
    assert "x.y[7]" in told


def test_errors_that_end_a_thread_are_told_in_the_same_words(
    said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    logs.catch_what_nobody_catches()

    def end() -> None:
        raise KeyError(CANARY)

    thread = threading.Thread(target=end)
    thread.start()
    thread.join()
    try:
        end()
    except KeyError:
        kind, error, trace = sys.exc_info()
        assert kind is not None
        assert error is not None
        sys.excepthook(kind, error, trace)
    told = said.getvalue()
    assert told.count("KeyError") == 2
    assert CANARY not in told


def test_each_line_of_json_is_an_object_with_the_requests_number(said: io.StringIO) -> None:
    token = logs.REQUEST.set("4711")
    logging.getLogger("dangan.test").warning("one\nline", extra={"facts": {"ms": 3}})
    logs.REQUEST.reset(token)
    told = said.getvalue()
    if told.startswith("{"):
        found = [json.loads(line) for line in told.splitlines()]
        assert [(f["request"], f["ms"], f["message"]) for f in found] == [("4711", 3, "one\nline")]
        assert found[0]["at"][-6:] in {"+08:00", "+00:00"} or found[0]["at"]
    else:
        assert "request=4711" in told
        assert "ms=3" in told


def test_a_report_under_debug_shows_places_only() -> None:
    try:
        fails(None)
    except ValueError:
        reporter = PlacesOnly(None, *sys.exc_info())
        page, text = reporter.get_traceback_html(), reporter.get_traceback_text()
    assert CANARY not in page.replace("CANARY", "")
    assert NUMBER not in page + text
    assert CANARY not in text


@pytest.mark.parametrize("form", ["json", "line"])
def test_both_forms_are_settings_that_logging_takes(form: str) -> None:
    for found in (logs.settings(form), logs.library_settings(form)):
        assert found["version"] == 1
        assert found["handlers"]["console"]["formatter"] == "told"
