"""Errors as ``application/problem+json`` (RFC 9457), in the reader's language.

``type`` names the kind of problem for programs, ``title`` and ``detail`` are for people,
``errors`` names each bad value by where it stands in the request. Values themselves are
never repeated: they may be personal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEDIA_TYPE = "application/problem+json"
BASE = "/api/v1/problems/"
"""Kinds are relative references, as RFC 9457 § 3.1.1 allows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its name in ``type``, HTTP status and title."""

    name: str
    status: int
    title: Promise


BAD_REQUEST = Kind("bad-request", 400, _("请求无法读取"))
NO_TOKEN = Kind("no-token", 401, _("需要有效的访问令牌"))
REFUSED = Kind("refused", 403, _("没有这项权限"))
ABSENT = Kind("absent", 404, _("没有找到，或者你无权查看"))
WRONG_METHOD = Kind("wrong-method", 405, _("这个地址不支持这种请求方法"))
NOT_ALLOWED = Kind("not-allowed", 409, _("现在不能这样办理"))
ALREADY_DECIDED = Kind("already-decided", 409, _("这一步已经有人处理"))
CONFLICT = Kind("conflict", 409, _("这条记录在你打开之后被别人改过"))
TOO_LARGE = Kind("too-large", 413, _("请求太大"))
INVALID = Kind("invalid", 422, _("有值不能接受"))
NO_BASE = Kind("no-base", 428, _("请用 If-Match 写明你依据的版本"))
TOO_MANY = Kind("too-many", 429, _("请求太频繁，请稍后再试"))
FAILED = Kind("failed", 500, _("服务器出错，没有写入"))
NO_LOG = Kind("no-log", 503, _("日志暂时不能写入，因此不能提供服务"))
NO_DATABASE = Kind("no-database", 503, _("数据库暂时不能用，没有写入，请稍后再试"))
KINDS = (
    BAD_REQUEST,
    NO_TOKEN,
    REFUSED,
    ABSENT,
    WRONG_METHOD,
    NOT_ALLOWED,
    ALREADY_DECIDED,
    CONFLICT,
    TOO_LARGE,
    INVALID,
    NO_BASE,
    TOO_MANY,
    FAILED,
    NO_LOG,
    NO_DATABASE,
)


@dataclass(frozen=True, slots=True)
class BadPart:
    """One bad value: ``pointer`` says where (JSON pointer or parameter name), ``detail`` why."""

    pointer: str
    detail: str


def problem(
    kind: Kind,
    detail: str = "",
    *,
    errors: Sequence[BadPart] = (),
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer that states ``kind``."""
    body: dict[str, Any] = {
        "type": BASE + kind.name,
        "title": str(kind.title),
        "status": kind.status,
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = [{"pointer": e.pointer, "detail": e.detail} for e in errors]
    return HttpResponse(
        json.dumps(body | dict(extra or {}), ensure_ascii=False),
        status=kind.status,
        content_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )
