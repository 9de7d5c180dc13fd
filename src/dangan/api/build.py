"""The NinjaAPI object: routers of the rooms, tokens, problems, and the description."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from dangan.access.pages import ActorRequest
from dangan.access.rules import require
from dangan.api import problems
from dangan.api.dictionary import router as dictionary_router
from dangan.api.handling import handle
from dangan.api.tokens import PerActor, TokenAuth
from dangan.dossiers.api import router as dossiers_router
from dangan.organization.api import router as organization_router
from dangan.roster.api import router as roster_router
from dangan.ui.requirements import requirement_of
from dangan.workflow.api import router as workflow_router

DESCRIPTION = """\
人事档案接口。每次调用都按令牌所属账号的权限裁剪，并记入日志。

- 身份：`Authorization: Bearer dgn_…`（在“访问令牌”页上生成，只授予需要的范围）
- 语言：`Accept-Language: zh-hans`、`zh-hant` 或 `en`
- 错误：`application/problem+json`（RFC 9457）
- 修改记录须带 `If-Match`，内容是读取时得到的 `ETag`；别人先改过则回答 409

Personnel records. Every call is cut to the rights of the token's account and logged.
"""


Route = Callable[..., Any]


def permitted(route: Route) -> Route:
    """Lets a route answer only whom its requirement allows; without one it cannot be built."""
    requirement = requirement_of(route)
    if requirement is None or requirement.permission is None:
        raise TypeError(f"{route.__name__}: a route needs @page with a permission")
    permission = requirement.permission

    @wraps(route)
    def asked(request: ActorRequest, *arguments: Any, **values: Any) -> Any:
        require(request.actor, permission)
        return route(request, *arguments, **values)

    return asked


class Api(NinjaAPI):
    """Adds to every operation's description the problems that it may answer with."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"].update(_problem_responses())
        return schema


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def _problem_responses() -> dict[str, Any]:
    answer = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(kind.status): {"description": kind.name, "content": answer} for kind in problems.KINDS
    }


api = Api(
    title="dangan",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    openapi_url="/openapi.json",
    docs_url=None,
    auth=TokenAuth(),
    throttle=PerActor(),
)
handle(api)
api.add_decorator(permitted)
api.add_router("/", dossiers_router)
api.add_router("/", roster_router)
api.add_router("/", organization_router)
api.add_router("/", dictionary_router)
api.add_router("/", workflow_router)
