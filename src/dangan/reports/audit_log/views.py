"""The log page. The reader may narrow; nothing here can change the log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.audit import queries
from dangan.audit.catalogue import actions
from dangan.audit.queries import EventPage, LoggedEvent, Proof, Standing
from dangan.audit.rules import Event
from dangan.dossiers.queries import find_by_unique
from dangan.operations.replica import from_replica
from dangan.reports.audit_log import asking, taking_out
from dangan.reports.audit_log.asking import Ask
from dangan.reports.audit_log.wording import Words, fact_label, kind_label, lines, verb

EMPLOYEE_NUMBER = "identity.employee_number"
HASHES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@page("audit.search")
@require_safe
@from_replica
def search(request: ActorRequest) -> HttpResponse:
    """The log, newest first; for htmx only the part below the standing."""
    ask = asking.read(request.GET)
    started = time.perf_counter()
    found = queries.search(request.actor, ask.query(today=timezone.localdate()))
    standing = queries.standing()
    took = (time.perf_counter() - started) * 1000
    context = _list_context(ask, found, standing) | {"took_ms": took}
    if request.headers.get("HX-Target") == "log":
        return render(request, "reports/audit/list.html", context)
    number = request.GET.get("event", "")
    if number.isdecimal():
        context |= _event_context(request, int(number), standing) or {}
    return render(request, "reports/audit/log.html", context | _standing_context(standing))


@page("audit.search")
@require_safe
def event(request: ActorRequest, number: int) -> HttpResponse:
    """One event with its inclusion proof: the panel beside the list, or the page with it."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"{reverse('audit:search')}?period=all&event={number}")
    context = _event_context(request, number, queries.standing())
    if context is None:
        raise Absent
    return render(request, "reports/audit/event.html", context)


@page("audit.search")
@require_safe
def proof(request: ActorRequest, number: int) -> HttpResponse:
    """The proof of one event as a file that the stand-alone verifier checks."""
    found = queries.proof(number)
    if found is None:
        raise Absent
    request.actor.trail.add(Event("audit.prove", facts={"event": number}))
    response = JsonResponse(found.as_json(), json_dumps_params={"indent": 1})
    return _as_file(response, f"proof-{number}.json")


@page("audit.search")
@require_safe
def checkpoint(request: ActorRequest) -> HttpResponse:
    """The newest signed checkpoint, for keeping elsewhere."""
    standing = queries.standing()
    if not standing.note:
        raise Absent
    request.actor.trail.add(Event("audit.prove", facts={"checkpoint": standing.size}))
    response = HttpResponse(standing.note, content_type="text/plain; charset=utf-8")
    return _as_file(response, f"checkpoint-{standing.size}.txt")


@page("audit.search")
@require_POST
@from_replica
def person(request: ActorRequest) -> HttpResponse:
    """Narrow to one person by employee number: posted, because the number is personal data."""
    ask = asking.read(request.POST)
    number = request.POST.get("number", "").strip()
    subject = find_by_unique(EMPLOYEE_NUMBER, number) if number else None
    # Nobody has that number: an identifier that nothing was ever logged about.
    found = subject or (UUID(int=0) if number else None)
    return HttpResponseRedirect(f"{reverse('audit:search')}?{ask.address_of(subject=found)}")


@page("audit.export", step_up=True)
@require_safe
def export(request: ActorRequest) -> StreamingHttpResponse:
    """Everything the filters find, as .csv or .jsonl, page by page as it is read."""
    as_csv = request.GET.get("format") != "jsonl"
    query = asking.read(request.GET).query(today=timezone.localdate())
    events = queries.export(request.actor, query)
    parts = taking_out.as_csv(events) if as_csv else taking_out.as_json_lines(events)
    kind, ending = ("text/csv", "csv") if as_csv else ("application/jsonl", "jsonl")
    response = StreamingHttpResponse(_encoded(parts), content_type=f"{kind}; charset=utf-8")
    name = f"audit-{timezone.localtime():%Y%m%d-%H%M}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _encoded(parts: Iterator[str]) -> Iterator[bytes]:
    for part in parts:
        yield part.encode()


def _as_file(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _list_context(ask: Ask, found: EventPage, standing: Standing) -> dict[str, Any]:
    actors = queries.actors()
    words = Words(found.events, size=standing.size, also=actors)
    return {
        "ask": ask,
        "lines": [words.line(one) for one in found.events],
        "total": found.total,
        "total_is_least": found.total_is_least,
        "older": ask.address_of(before=found.more) if found.more else "",
        "newest": ask.address_of() if ask.before else "",
        "here": ask.address_of(before=ask.before),
        "periods": [Option(key, _period(key), ask.period == key) for key in asking.PERIODS],
        "period": _period(ask.period),
        "actors": sorted(
            (Option(str(number), words.actor(number), number == ask.actor) for number in actors),
            key=lambda option: option.label,
        ),
        "verbs": [Option(key, verb(key), key in ask.actions) for key in actions()],
        "chosen_verbs": _("、").join(verb(key) for key in ask.actions[:2]),
        "outcomes": [Option(key, _outcome(key), ask.outcome == key) for key in asking.OUTCOMES],
        "outcome": _outcome(ask.outcome),
        "whom": words.subject(ask.subject) if ask.subject else "",
    }


def _event_context(request: ActorRequest, number: int, standing: Standing) -> dict[str, Any] | None:
    found = queries.event(request.actor, number)
    if found is None:
        return None
    given = queries.proof(number)
    return {
        "one": lines([found], size=standing.size)[0],
        "facts": _facts(found),
        "proof": given,
        "holds": given is not None and queries.proves(given),
        "hashes": _hashes(given) if given else [],
        "more_hashes": max(0, len(given.hashes) - HASHES_SHOWN) if given else 0,
        "kind": kind_label(found.kind),
    }


def _facts(found: LoggedEvent) -> list[tuple[str, str]]:
    """The clear facts of an event, one line each; lists by their length."""
    shown = []
    for key, value in found.facts.items():
        text = str(len(value)) if isinstance(value, list | dict) else str(value)
        shown.append((fact_label(key), text[:80]))
    return shown


def _hashes(given: Proof) -> list[tuple[int, str, str]]:
    """Level, beginning of the hash, side: what is shown of the path."""
    sides = {True: pgettext("side of a tree", "左"), False: pgettext("side of a tree", "右")}
    return [
        (level, _spaced(hash_[:8]), sides[left])
        for level, (hash_, left) in enumerate(zip(given.hashes, given.left, strict=True))
    ][:HASHES_SHOWN]


def _standing_context(standing: Standing) -> dict[str, Any]:
    checked = standing.checked
    return {
        "standing": standing,
        "events": standing.size + standing.waiting,
        "root": f"{_spaced(standing.root[:4])} … {_spaced(standing.root[-4:])}",
        "sound": standing.signature_valid and checked.get("ok", True),
        "checked_whole": bool(checked),
        "problems": [problem["text"] for problem in checked.get("problems", [])][:3],
        "problem_count": len(checked.get("problems", [])),
        "behind": max(0, standing.size - standing.copied),
        "ahead": max(0, standing.copied - standing.size),
    }


def _spaced(data: bytes) -> str:
    return data.hex(" ", 2)


def _period(key: str) -> str:
    return {
        "today": _("今天"),
        "week": _("近 7 天"),
        "month": _("近 30 天"),
        "all": _("全部时间"),
    }.get(key, "")


def _outcome(key: str) -> str:
    return {"done": _("已完成"), "refused": _("已拒绝"), "failed": _("没有成功")}.get(key, "")
