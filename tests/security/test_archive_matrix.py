"""Every address of the archive room with things that exist, asked by those they do not concern.

tests/access/test_matrix.py asks role by role with things that do not exist; here they do, and the
askers hold the very permissions, but over another company, or none over anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.archive import Archive, make_archive
from tests.browsers import browser as browser  # noqa: PLC0414 - a fixture of this folder
from tests.cast import Cast
from tests.files.scans import page as drawn
from tests.house.test_routes_classified import Route, routes

from dangan.materials.catalogue.models import Reader
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.receipts import actions as receipts
from dangan.materials.receipts import queries as received
from dangan.materials.receipts.models import Wanted
from dangan.materials.scans import actions as scans
from dangan.materials.special_audit import actions as audits

PAPER = MaterialBody(category="3", title="2025 年度考核表", year=2025, month=12, day=31, pages=2)
TOLD = ("沈知微", "020486", "年度考核", "职工登记表", "毕业研究生")
FIXED = {
    "asks": "use",
    "item": "birth",
    "kind": "slip",
    "layout": "2012",
    "paper": "form",
    "number": 1,
    "verb": "left",
}
ROOMS = {
    "catalogue",
    "consultation",
    "disposal",
    "loans",
    "exchange",
    "packages",
    "reading",
    "receipts",
    "reports",
    "scans",
    "special_audit",
    "storeroom",
    "transfers",
}
OUTSIDERS = [("archivist", "华南公司"), ("hr_manager", "华南公司"), ("employee", None)]


@pytest.fixture
def archive(cast: Cast) -> Archive:
    return make_archive(cast)


@pytest.fixture
def things(archive: Archive) -> dict[str, Any]:
    """Something of 沈知微's for every name that addresses have."""
    volume = archive.volume("沈知微")
    keeper, today = archive.archivist, timezone.localdate()
    material = archive.materials["职工登记表"]
    added = scans.add_pages(keeper, material=material, files=[("1.jpg", drawn())])
    _looked, gaps = received.gaps(keeper, volume.pk)
    due = today + timedelta(days=7)
    chase = receipts.ask(keeper, volume=volume.pk, tokens=[gaps[0].token], due_on=due)[0]
    receipt = receipts.receive(keeper, volume=volume.pk, body=PAPER, received_on=today)
    reader = Reader.objects.create(
        volume=volume, account=keeper.id, at=timezone.now(), by=keeper.id
    )
    return FIXED | {
        "volume": volume.pk,
        "subject": volume.subject_id,
        "material": material,
        "page": added.pages[0].pk,
        "file": added.pages[0].file,
        "chase": chase.pk,
        "wanted": Wanted.objects.get(chase=chase).pk,
        "receipt": receipt.pk,
        "reader": reader.pk,
        "audit": audits.begin(keeper, volume=volume.pk).pk,
    }


def addresses(things: dict[str, Any]) -> list[tuple[Route, str, bool]]:
    """Addresses of the archive room that these things fill, and whether a thing stands in them."""
    found = []
    for route in routes():
        names = set(route.pattern.pattern.converters)
        if route.name.partition(":")[0] in ROOMS and names <= things.keys():
            address = reverse(route.name, kwargs={name: things[name] for name in names})
            if address.startswith("/archive/"):
                found.append((route, address, bool(names - FIXED.keys())))
    return found


@pytest.mark.parametrize(("role", "unit"), OUTSIDERS)
def test_no_address_tells_anything_of_people_out_of_reach(
    archive: Archive,
    things: dict[str, Any],
    browser: Callable[..., Client],
    role: str,
    unit: str | None,
) -> None:
    who = browser(role, unit=unit) if role != "employee" else browser(name="罗文博")
    asked = addresses(things)
    assert sum(concerns for _route, _address, concerns in asked) > 50
    wrong = []
    for route, address, concerns in asked:
        for method in (who.get,):
            answer = method(address)
            # An empty answer, or off to a list of one's own, says nothing either.
            away = answer.status_code == 302 and address not in answer.headers["Location"]
            shut = away or answer.status_code in {204, 403, 404, 405}
            if not answer.streaming:
                text = answer.content.decode(errors="replace")
                shut = shut or not concerns
                shut = shut and not any(word in text for word in TOLD)
            if not shut or answer.status_code >= 500:
                wrong.append((route.name, answer.status_code, answer.headers.get("Location")))
    assert wrong == []


def test_the_keeper_opens_what_is_theirs(
    archive: Archive, things: dict[str, Any], browser: Callable[..., Client]
) -> None:
    keeper = browser("archivist", unit="华东公司")
    codes = {
        route.name: keeper.get(address).status_code for route, address, _c in addresses(things)
    }
    assert all(code < 500 for code in codes.values()), codes
    for name in ("catalogue:volume", "scans:image", "receipts:receipt", "special_audit:audit"):
        assert codes[name] == 200, name
