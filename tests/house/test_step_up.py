"""Grave deeds ask for a proof that their owner sits there; none may be forgotten."""

from __future__ import annotations

import pytest
from tests.house.test_routes_classified import Route, routes

GRAVE = {
    "accounts.manage",
    "accounts.unlock",
    "archive.download",
    "audit.export",
    "backup.manage",
    "holds.manage",
    "keys.request",
    "networks.manage",
    "packages.export",
    "restriction.lift",
    "rights.approve",
    "rights.request",
    "roster.export",
    "tokens.own",
}
"""Permissions every page of which is stepped up, but for those of :data:`HARMLESS`."""

HARMLESS = {
    "access:keys",  # shows which requests are open
    "access:revoke_token",  # takes a right away: nobody should have to look for a telephone first
    "access:withdraw",  # takes back one's own request
    "sessions_devices:networks",  # shows the limits in force
}

BY_NAME = {
    "access:agree_consent",
    "access:refuse_consent",
    "consultation:provisions_pdf",
    "consultation:register_pdf",
    "disposal:execute",
    "disposal:submit",
    "dossiers:reveal",
    "entitlements:ask_reveal",
    "entitlements:ask_reveal_set",
    "entitlements:decide",
    "entitlements:temporary",
    "exchange:problems",
    "proposals:file_download",
    "scans:download",
    "security:budget",
    "security:decide",
    "self:copy",
    "transfers:register_pdf",
    "workflow:file_download",
}
"""Reveals, exports, destruction and rights behind permissions that open harmless pages too."""

PROVEN_INSIDE = {"disposal:witness"}
"""The deed itself asks for a code, each time."""


@pytest.fixture(scope="module")
def by_name() -> dict[str, Route]:
    return {route.name: route for route in routes()}


def test_every_page_of_a_grave_permission_is_stepped_up(by_name: dict[str, Route]) -> None:
    forgotten = [
        route.name
        for route in by_name.values()
        if route.requirement
        and not route.name.startswith("api:")
        and route.requirement.permission in GRAVE
        and not route.requirement.step_up
    ]
    assert set(forgotten) <= HARMLESS


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_each_of_these_pages_is_stepped_up(by_name: dict[str, Route], name: str) -> None:
    requirement = by_name[name].requirement
    assert requirement is not None and requirement.step_up


def test_whoever_changes_factors_proves_themselves_first(by_name: dict[str, Route]) -> None:
    open_ones = {
        route.name
        for route in by_name.values()
        if route.name.startswith("factors:") and route.requirement and not route.requirement.step_up
    }
    assert open_ones == {"factors:second_step", "factors:confirm", "factors:enrol", "factors:mine"}


def test_downloads_and_exports_are_known_by_their_names(by_name: dict[str, Route]) -> None:
    words = ("export", "download", "execute", "reveal")
    found = {
        name
        for name, route in by_name.items()
        if any(word in name.partition(":")[2] for word in words) and not name.startswith("api:")
        if route.requirement and not route.requirement.step_up
    }
    assert found == set()


def test_what_is_proven_inside_still_exists(by_name: dict[str, Route]) -> None:
    assert by_name.keys() >= PROVEN_INSIDE
