"""Every address says who may open it; a new one fails here until it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from dangan.access import registry
from dangan.api.build import api
from dangan.ui.requirements import Requirement, requirement_of

_NEWCOMERS = (
    "start open notice overview photo submit done leave section own-paper drop-paper add row drop"
    " add-paper"
)
NEWCOMERS = {f"collection:{name}" for name in _NEWCOMERS.split()}
"""A newcomer's form: who has no cookie that link and digits gave is sent to the start."""
FEDERATION = {f"federation:{name}" for name in ["start", "callback", "left", "leave", "notice"]}
"""The way through a provider begins and ends without a session; its notices are signed."""
PUBLIC = (
    FEDERATION
    | {"access:first", "access:login", "entitlements:code", "ui:language", "ui:violation"}
    | NEWCOMERS
)
PUBLIC |= {"factors:second_step"}
PUBLIC |= {"health:live", "health:ready", "health:metrics"}
"""Pages that anybody may open; figures are told by address or token, inside. The API's addresses
stand open too: the token decides inside."""

SIGNED_IN = {
    "access:appoint",
    "access:logout",
    "access:password",
    "sessions_devices:end",
    "sessions_devices:end_others",
    "sessions_devices:sessions",
    "federation:again",
    "federation:links",
    "federation:new_link",
    "federation:confirm_link",
    "federation:unlink",
    "dossiers:desk",
    "dossiers:me",
    "dossiers:panel",
    "factors:add_key",
    "factors:begin_app",
    "factors:confirm",
    "factors:confirm_app",
    "factors:enrol",
    "factors:make_codes",
    "factors:mine",
    "factors:remove_app",
    "factors:remove_key",
    "factors:rename_key",
    "ui:help",
    "ui:home",
}
"""Pages for anybody signed in: about oneself, or cut to one's rights inside."""


@dataclass(frozen=True)
class Route:
    """An address pattern, its name, and what it takes to open it."""

    name: str
    pattern: URLPattern
    requirement: Requirement | None
    view: Callable[..., Any]


def routes(resolver: Any = None, namespace: str = "") -> Iterator[Route]:
    """Every address of the site."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = entry.namespace or ""
            yield from routes(entry, f"{namespace}{inner}:" if inner else namespace)
        else:
            found = requirement_of(entry.callback)
            yield Route(f"{namespace}{entry.name or ''}", entry, found, entry.callback)


def api_operations() -> Iterator[tuple[str, Requirement | None]]:
    """Every operation of the API with the requirement of its function."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                name = f"{'/'.join(operation.methods)} {prefix}{path}"
                yield name, requirement_of(operation.view_func)


def test_there_are_routes_of_every_room():
    rooms = {route.name.partition(":")[0] for route in routes()}
    assert {"access", "organization", "roster", "dossiers", "exchange", "audit", "api"} <= rooms


def test_every_route_states_a_requirement():
    assert [route.name for route in routes() if route.requirement is None] == []


def test_permissions_of_routes_are_those_of_the_table():
    known = {key for key, item in registry.permissions().items() if not item.token_only}
    asked = {r.requirement.permission for r in routes() if r.requirement}
    asked |= {found.permission for _name, found in api_operations() if found}
    assert asked - {None} <= known


def test_only_these_pages_are_open_to_anybody():
    opened = {
        route.name
        for route in routes()
        if route.requirement and route.requirement.public and not route.name.startswith("api:")
    }
    assert opened == PUBLIC


def test_only_these_pages_need_no_more_than_a_login():
    opened = {r.name for r in routes() if r.requirement and r.requirement.login_only}
    assert opened <= SIGNED_IN


def test_every_operation_of_the_api_asks_for_a_permission():
    found = dict(api_operations())
    assert len(found) >= 10
    assert [name for name, asked in found.items() if asked is None or not asked.permission] == []
