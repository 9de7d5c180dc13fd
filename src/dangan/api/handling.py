"""From exceptions to problems: one line an exception family."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from dangan.access.brakes import Braked
from dangan.access.rules import Absent, Actor, Refused
from dangan.api import problems
from dangan.api.problems import BadPart, problem
from dangan.audit.actions import AuditUnavailable
from dangan.audit.rules import Event
from dangan.dictionary.rules import BadValue
from dangan.dossiers.api import NoBaseVersion
from dangan.dossiers.proposals.refusals import BadState, Claimed
from dangan.dossiers.rules import Conflict, InvalidRecord
from dangan.organization.rules import UnitProblem
from dangan.roster.rules import UnknownPath
from dangan.ui import outage
from dangan.ui.messages import say
from dangan.vault.rules import KeyDestroyed
from dangan.workflow.api import NoCaseVersion
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.problems import AlreadyDecided, CannotStart, CaseMoved, NotAllowed

log = logging.getLogger(__name__)


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    if not error.recorded:
        request.actor.trail.add(  # type: ignore[attr-defined]  # see ActorRequest
            Event("access.refuse", outcome="refused", object=error.action)
        )
    return problem(problems.REFUSED, error.reason, extra={"needs": error.action})


def no_key(request: HttpRequest, _error: KeyDestroyed) -> HttpResponse:
    """Put aside or destroyed since the call began: absent, like what one may not see."""
    request.actor.trail.add(  # type: ignore[attr-defined]  # see ActorRequest
        Event("access.refuse", outcome="refused", object="key")
    )
    return problem(problems.ABSENT)


def braked(_request: HttpRequest, error: Braked) -> HttpResponse:
    wait = getattr(getattr(error, "count", None), "wait", None)
    seconds = int(wait.total_seconds()) if wait else 3600
    return problem(problems.TOO_MANY, error.reason, headers={"Retry-After": str(seconds)})


def conflict(_request: HttpRequest, error: Conflict | CaseMoved) -> HttpResponse:
    return problem(
        problems.CONFLICT,
        str(_("请重新读取这条记录，再决定是否修改。")),
        extra={"base_version": error.base_version, "version": error.version},
    )


def not_allowed(
    _request: HttpRequest, error: NotAllowed | CannotTakeEffect | BadState | CannotStart
) -> HttpResponse:
    return problem(problems.NOT_ALLOWED, say(error.message))


def claimed(_request: HttpRequest, error: Claimed) -> HttpResponse:
    return problem(problems.NOT_ALLOWED, say(error.message), extra={"number": error.number})


def already_decided(_request: HttpRequest, error: AlreadyDecided) -> HttpResponse:
    return problem(
        problems.ALREADY_DECIDED,
        extra={"by": error.who, "at": error.when.isoformat(), "verb": error.verb},
    )


def invalid_record(_request: HttpRequest, error: InvalidRecord) -> HttpResponse:
    parts = [BadPart(f"/values/{item.field}", say(item.message)) for item in error.problems]
    return problem(problems.INVALID, errors=parts, extra={"set": error.info_set})


def invalid_request(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    parts = []
    for item in error.errors:
        source, *rest = item["loc"]
        # A body's location begins with the name of our own parameter, which callers do not see.
        where = "/" + "/".join(str(p) for p in rest[1:]) if source == "body" else str(rest[-1])
        parts.append(BadPart(where, _sentence(item["type"])))
    return problem(problems.INVALID, errors=parts)


_SENTENCES = (
    ("missing", _("缺少这一项。")),
    ("extra_forbidden", _("没有这一项。")),
    ("uuid", _("不是 UUID。")),
    ("date", _("日期写成 2016-07-11 这样。")),
    ("less_than", _("不在允许的范围内。")),
    ("greater_than", _("不在允许的范围内。")),
    ("too_", _("太长、太短或太多。")),
    ("string_too", _("太长或太短。")),
    ("int", _("不是整数，或超出范围。")),
)
"""Sentences by the beginning of pydantic's error type; values are never repeated."""


def _sentence(kind: str) -> str:
    found = (text for beginning, text in _SENTENCES if kind.startswith(beginning))
    return str(next(found, _("类型或格式不对。")))


def failed(_request: HttpRequest, error: Exception) -> HttpResponse:
    if outage.passing(error):
        return problem(problems.NO_DATABASE, headers={"Retry-After": outage.RETRY_AFTER})
    # The message of an unforeseen error may quote values: only its kind and place are kept.
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    log.error("api: %s at %s", type(error).__name__, where)
    return problem(problems.FAILED)


def no_token(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    if "Authorization" in request.headers:  # somebody tried one that opens nothing
        actor: Actor = request.actor  # type: ignore[attr-defined]  # see ActorRequest
        actor.trail.add(Event("login.failed", outcome="failed", object="token"))
    return problem(problems.NO_TOKEN, headers={"WWW-Authenticate": 'Bearer realm="dangan"'})


def too_many(_request: HttpRequest, error: Throttled) -> HttpResponse:
    return problem(problems.TOO_MANY, headers={"Retry-After": str(int(error.wait or 1))})


def told(_request: HttpRequest, error: BadValue | UnitProblem) -> HttpResponse:
    """What the error itself says to people."""
    return problem(problems.INVALID, say(error.message))


def http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    known = {kind.status: kind for kind in problems.KINDS}
    return problem(known.get(error.status_code, problems.BAD_REQUEST))


def _plain(kind: problems.Kind) -> Callable[[Any, Any], HttpResponse]:
    return lambda _request, _error: problem(kind)


_HANDLERS: dict[type[Exception], Callable[[Any, Any], HttpResponse]] = {
    Exception: failed,
    ValidationError: invalid_request,
    AuthenticationError: no_token,
    Throttled: too_many,
    HttpError: http_error,
    Refused: refused,
    Braked: braked,
    Conflict: conflict,
    CaseMoved: conflict,
    NotAllowed: not_allowed,
    CannotTakeEffect: not_allowed,
    CannotStart: not_allowed,
    BadState: not_allowed,
    Claimed: claimed,
    AlreadyDecided: already_decided,
    InvalidRecord: invalid_record,
    BadValue: told,
    UnitProblem: told,
    UnknownPath: _plain(problems.INVALID),
    Absent: _plain(problems.ABSENT),
    KeyDestroyed: no_key,
    Http404: _plain(problems.ABSENT),
    BadRequest: _plain(problems.BAD_REQUEST),
    SuspiciousOperation: _plain(problems.BAD_REQUEST),
    UnicodeError: _plain(problems.BAD_REQUEST),
    RequestDataTooBig: _plain(problems.TOO_LARGE),
    NoBaseVersion: _plain(problems.NO_BASE),
    NoCaseVersion: _plain(problems.NO_BASE),
    AuditUnavailable: _plain(problems.NO_LOG),
}


def handle(api: NinjaAPI) -> None:
    """Lets ``api`` answer every exception with a problem."""
    for family, handler in _HANDLERS.items():
        api.add_exception_handler(family, handler)
