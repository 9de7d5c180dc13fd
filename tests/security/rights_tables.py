"""The tables of who may open what, and a way to add what the program has gained since.

``python -m tests.security.rights_tables`` adds addresses and permissions that the tables do not
know, as the program states them, for a person to read in the difference. What stands in the
tables is never changed by it: where program and table differ, a person decides which is wrong.
"""

from __future__ import annotations

import csv
import sys
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
ROUTES, HOLDERS = DATA / "route_rights.tsv", DATA / "permission_roles.tsv"


@cache
def rights_of_routes() -> dict[str, str]:
    """By name of an address (``POST //search`` for operations of the API): the permission it
    takes, or ``public``, or ``signed in``."""
    return _read(ROUTES)


@cache
def holders() -> dict[str, frozenset[str]]:
    """By permission: the roles that hold it."""
    return {key: frozenset(roles.split()) for key, roles in _read(HOLDERS).items()}


def _read(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = csv.reader((line for line in lines if line and line[0] != "#"), delimiter="\t")
    return dict(rows)


def stated_routes() -> dict[str, str]:
    """What the views themselves state."""
    from tests.house.test_routes_classified import api_operations, routes  # noqa: PLC0415 - Django's

    found = {}
    for route in routes():
        if route.requirement and not route.name.startswith("api:"):
            asked = route.requirement
            free = "public" if asked.public else "signed in"
            found[route.name] = asked.permission or free
    return found | {name: asked.permission or "" for name, asked in api_operations() if asked}


def stated_holders() -> dict[str, str]:
    """Who holds what by the program's own table."""
    from dangan.access import registry  # noqa: PLC0415 - as above

    roles = registry._table("roles.toml")["roles"]
    return {
        key: " ".join(role for role in roles if key in roles[role]["permissions"])
        for key, permission in registry.permissions().items()
        if not permission.token_only
    }


def _add(path: Path, known: dict[str, str], stated: dict[str, str]) -> None:
    new = [f"{key}\t{value}\n" for key, value in stated.items() if key not in known]
    with path.open("a", encoding="utf-8") as file:
        file.writelines(new)
    sys.stdout.write("".join(new))


if __name__ == "__main__":
    import django

    django.setup()
    _add(ROUTES, _read(ROUTES), stated_routes())
    _add(HOLDERS, _read(HOLDERS), stated_holders())
