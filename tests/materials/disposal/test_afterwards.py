"""After a destruction or a restriction every page of the system still opens, and none names the
person."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from tests.files.scans import page
from tests.materials.disposal.conftest import House

from dangan.dossiers.models import Record
from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.rules import RowPlan
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.scans import actions as scans
from dangan.workflow.models import Case

WHO = ("archivist", "manager")
LEFT_OUT = ("/login", "/logout", "/api/", "/static/", "/language", "/collect")


def plain_addresses() -> Iterator[str]:
    """Every address without a parameter."""

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for item in patterns:
            route = before + str(item.pattern)
            if "<" in route or "^" in route or "\\" in route:
                continue
            if isinstance(item, URLResolver):
                yield from walk(item.url_patterns, route)
            else:
                yield "/" + route

    for found in walk(get_resolver().url_patterns, ""):
        if not found.startswith(LEFT_OUT):
            yield found


def lived(house: House, *, pay: bool) -> tuple[str, list[str]]:
    """罗文博's life: a file with a scan, a case about the mobile number, a departure."""
    subject = house.cast.people["罗文博"]
    row = Record.objects.get(subject=subject, info_set="contact", current=True)
    proposals.propose(
        house.cast.actor("employee", name="罗文博"),
        subject=subject,
        rows=[RowPlan("contact", {"mobile": "13900000077"}, row.row, row.version)],
        words="换了号码",
    )
    volume = house.volume("罗文博", pay=pay)
    paper = next(iter(house.archive.materials.values()))
    scans.add_pages(house.archive.archivist, material=paper, files=[("1.jpg", page())])
    house.leave("罗文博")
    addresses = [f"/people/{subject}/", f"/archive/volumes/{volume.pk}/", "/archive/volumes/"]
    case = Case.objects.get(subject=subject)
    addresses.append(f"/flows/{case.pk}/")
    return str(subject), addresses


def visit(house: House, addresses: list[str]) -> None:
    for who in WHO:
        client = house.browser(who)
        client.raise_request_exception = False
        for address in [*plain_addresses(), *addresses]:
            answer = client.get(address)
            assert answer.status_code < 500, (who, address)
            if not answer.streaming:
                assert "罗文博" not in answer.content.decode(errors="ignore"), (who, address)


@pytest.mark.parametrize("pay", [False, True], ids=["destroyed", "restricted"])
def test_every_page_opens_and_none_names_the_person(house: House, pay: bool) -> None:
    subject, addresses = lived(house, pay=pay)
    house.due()
    if pay:
        actions.restrict(house.actor("archivist"), what="dossier", target=UUID(subject))
    else:
        house.destroyed(Pick("dossier", UUID(subject)))
    visit(house, addresses)
