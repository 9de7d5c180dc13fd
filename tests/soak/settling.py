"""Fills a served installation for the load test: accounts of all kinds, and a few scanned papers.

Run inside that installation; prints one JSON document: by log-in name the role, a token, people
to open, and addresses of scans.
"""

from __future__ import annotations

import io
import json
import random
import sys
from typing import Any
from uuid import UUID

import django

django.setup()

from django.urls import reverse  # noqa: E402 - settings first
from django.utils import timezone  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402

from dangan.access import actions as access  # noqa: E402
from dangan.access.models import Account  # noqa: E402
from dangan.access.queries import actor_of, console_actor, token_scopes  # noqa: E402
from dangan.audit.actions import recording  # noqa: E402
from dangan.materials.catalogue import actions as catalogue  # noqa: E402
from dangan.materials.catalogue.models import Fonds  # noqa: E402
from dangan.materials.catalogue.models import Settings as ArchiveSettings  # noqa: E402
from dangan.materials.catalogue.rules.bodies import MaterialBody  # noqa: E402
from dangan.materials.scans import actions as scans  # noqa: E402
from dangan.operations.demo.accounts import PASSWORD  # noqa: E402
from dangan.organization.queries import tree  # noqa: E402
from dangan.roster import queries as roster  # noqa: E402
from dangan.roster.rules import RosterQuery  # noqa: E402

KINDS = (
    ("employee", 56), ("hr_specialist", 14), ("head", 12), ("finance", 5), ("archivist", 5),
    ("hr_manager", 4), ("leader", 2), ("auditor", 1), ("administration", 1),
)  # fmt: skip
"""Of a hundred people at their desks."""


def people() -> list[UUID]:
    listed = roster.page(console_actor(), RosterQuery(limit=200))
    return [row.subject for row in listed.rows]


def settle(users: int) -> dict[str, Any]:
    console, chance = console_actor(purpose="测量"), random.Random(7)  # noqa: S311 - no secrets
    everybody = people()
    free = [one for one in everybody if not Account.objects.filter(subject=one).exists()]
    units = [node.id for node in tree().nodes.values() if node.kind == "department"]
    made = {}
    for role, share in KINDS:
        for number in range(max(1, users * share // 100)):
            login = f"load-{role}-{number}"
            own = free.pop() if role == "employee" else None
            anchor = chance.choice(units) if role == "head" else None
            account = access.create_account(
                console,
                login=login,
                name="测量",
                subject=own,
                roles=[] if own else [(role, anchor)],
                password=PASSWORD,
                must_change=False,
            )
            made[login] = {"role": role, "people": [str(p) for p in chance.sample(everybody, 25)]}
            if role in {"hr_specialist", "hr_manager", "finance", "head", "leader"}:
                made[login]["token"] = _token(account.id)
    return {"accounts": made, "scans": _scans(everybody[:6])}


def _token(account: UUID) -> str:
    actor = actor_of(account)
    return access.create_token(actor, label="测量", scopes=token_scopes(actor), days=1).raw


def _scans(subjects: list[UUID]) -> list[str]:
    """Addresses of scanned pages, as the archivist looks at them."""
    keeper = actor_of(Account.objects.get(pk=_archivist()).pk)
    ArchiveSettings.objects.update_or_create(defaults={"body": {"kinds": ["employee_file"]}})
    fonds = Fonds.objects.create(code="LT", name="测量", opened_at=timezone.now())
    found = []
    with recording(keeper):
        for number, subject in enumerate(subjects):
            volume = catalogue.open_volume(
                keeper, subject=subject, fonds=fonds.pk, kind="employee_file"
            )
            body = MaterialBody(category="1", title="登记表", year=2020, month=1, pages=1)
            item = catalogue.file_material(keeper, volume=volume.pk, body=body)
            added = scans.add_pages(keeper, material=item.id, files=[("1.jpg", _page(number))])
            found.append(reverse("catalogue:volume", args=[volume.pk]))
            page = added.pages[0].pk
            found.append(reverse("scans:image", kwargs={"page": page}))
    return found


def _archivist() -> UUID:
    return access.create_account(
        console_actor(),
        login="load-keeper",
        name="测量",
        subject=None,
        roles=[("archivist", None)],
        password=PASSWORD,
        must_change=False,
    ).id


def _page(number: int) -> bytes:
    page = Image.new("RGB", (1240, 1754), (250, 248, 242))
    draw = ImageDraw.Draw(page)
    for row in range(6, 44):
        draw.text((140, row * 36), f"row {row} of page {number} " * 5, fill=(30, 30, 40))
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=85, dpi=(150, 150))
    return buffer.getvalue()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(settle(int(sys.argv[1]))) + "\n")
