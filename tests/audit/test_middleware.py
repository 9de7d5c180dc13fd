"""No event, no answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.audit.conftest import Person, sql

from dangan.audit.actions import AuditUnavailable
from dangan.audit.middleware import TrailMiddleware
from dangan.audit.rules import Event

pytestmark = pytest.mark.django_db(transaction=True)


def request_of(person: Person | None) -> HttpRequest:
    request = RequestFactory().get("/people/")
    if person is not None:
        request.actor = person  # type: ignore[attr-defined]  # as ActorMiddleware sets it
    return request


def logged(person: Person) -> int:
    ((count,),) = sql("SELECT count(*) FROM audit_event WHERE request = %s", person.trail.request)
    return int(count)


@pytest.fixture
def broken_log() -> Iterator[None]:
    sql("ALTER TABLE audit_event RENAME TO audit_event_away")
    yield
    sql("ALTER TABLE audit_event_away RENAME TO audit_event")


def test_what_a_view_noted_is_in_the_log_before_it_answers(person: Person) -> None:
    def view(request: HttpRequest) -> HttpResponseBase:
        person.trail.add(Event("dossier.read"))
        return HttpResponse("dossier")

    response = TrailMiddleware(view)(request_of(person))
    assert response.status_code == 200
    assert logged(person) == 1


@pytest.mark.usefixtures("broken_log")
def test_without_the_log_there_is_no_answer(
    person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    closed = []

    class Watched(HttpResponse):
        def close(self) -> None:
            closed.append(True)
            super().close()

    def view(request: HttpRequest) -> HttpResponseBase:
        person.trail.add(Event("dossier.read"))
        return Watched("沈知微")

    response = TrailMiddleware(view)(request_of(person))
    assert response.status_code == 503
    assert isinstance(response, HttpResponse)
    assert "沈知微" not in response.content.decode()
    assert response["Retry-After"] == "30"
    assert closed == [True]
    assert str(person.trail.request) in caplog.text


@pytest.mark.usefixtures("broken_log")
def test_who_notes_nothing_needs_no_log(
    person: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for someone in (person, None):
        with django_assert_num_queries(0):
            response = TrailMiddleware(lambda _: HttpResponse("ok"))(request_of(someone))
        assert response.status_code == 200


def test_a_long_download_is_logged_as_it_goes(person: Person) -> None:
    counts = []

    def parts() -> Iterator[bytes]:
        for part in (b"one", b"two"):
            person.trail.add(Event("dossier.read"))
            yield part

    response = TrailMiddleware(lambda _: StreamingHttpResponse(parts()))(request_of(person))
    assert isinstance(response, StreamingHttpResponse)
    for _ in response:
        counts.append(logged(person))
    assert counts == [1, 2]


def test_a_long_download_stops_when_the_log_does(person: Person) -> None:
    def parts() -> Iterator[bytes]:
        yield b"one"
        person.trail.add(Event("dossier.read"))
        yield b"two"

    response = TrailMiddleware(lambda _: StreamingHttpResponse(parts()))(request_of(person))
    assert isinstance(response, StreamingHttpResponse)
    stream = iter(response)
    assert next(stream) == b"one"
    sql("ALTER TABLE audit_event RENAME TO audit_event_away")
    try:
        with pytest.raises(AuditUnavailable):
            next(stream)
    finally:
        sql("ALTER TABLE audit_event_away RENAME TO audit_event")
