"""Attacks on the brakes: many readers at once, slow readers, readers who look for the canary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from difflib import ndiff
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.archive import make_archive
from tests.cast import Cast, make_cast
from tests.files.scans import page as drawn
from tests.security.conftest import Join

from dangan.access.brakes import Braked, ask
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor
from dangan.dossiers import actions as dossiers
from dangan.dossiers.rules import RowPlan
from dangan.exchange.actions.exporting import export_roster
from dangan.materials.scans import actions as scans
from dangan.roster.rules import RosterQuery
from dangan.security import actions, canaries
from dangan.security.models import Alarm, Budget, Canary, Opening, Trip
from dangan.security.rules.invented import Invented, rows_of


def test_twenty_at_once_do_not_open_one_more_than_the_budget(transactional_db: None) -> None:
    cast = make_cast()
    Budget.objects.filter(role="hr_specialist").update(per_hour=10, per_day=50)
    reader = cast.actor("hr_specialist", name="何雨桐")
    people = [UUID(int=number + 1) for number in range(20)]
    start = Barrier(20)

    def read(person: UUID) -> bool:
        try:
            mine = Actor(
                id=reader.id, kind="account", name="", grants=reader.grants, trail=reader.trail
            )
            start.wait()
            ask(mine, "open", person)
        except Braked:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(20) as pool:
        opened = sum(pool.map(read, people))
    assert opened == 10 == Opening.objects.filter(account=reader.id).count()


def test_a_token_has_the_budget_of_its_account(cast: Cast, join: Join) -> None:
    Budget.objects.filter(role="hr_specialist").update(per_hour=2, per_day=9)
    hr = join("hr_specialist", name="何雨桐")
    token, browser = hr.token(), hr.browser()
    for name in ("沈知微", "俞书衡"):
        assert _api(token, f"/subjects/{cast.people[name]}").status_code == 200
    assert _api(hr.token(), f"/subjects/{cast.people['陆怀瑾']}").status_code == 429
    page = browser.get(reverse("dossiers:dossier", args=[cast.people["陆怀瑾"]]))
    assert page.status_code == 429


def test_consulting_volumes_and_scans_counts_like_opening_dossiers(cast: Cast, join: Join) -> None:
    """One's own volume is free."""
    archive = make_archive(cast)
    volumes, pages = {}, {}
    for name in ("沈知微", "俞书衡", "何雨桐"):
        volumes[name] = archive.volume(name).pk
        form = archive.materials["职工登记表"]
        added = scans.add_pages(archive.archivist, material=form, files=[("1.jpg", drawn())])
        pages[name] = added.pages[0].pk
    Budget.objects.filter(role="archivist").update(per_hour=1, per_day=9)
    keeper = join("archivist", name="何雨桐")
    browser = keeper.browser()
    for _again in range(2):
        for name in ("何雨桐", "沈知微"):
            assert browser.get(reverse("catalogue:volume", args=[volumes[name]])).status_code == 200
            assert browser.get(reverse("scans:image", args=[pages[name]])).status_code == 200
    assert Opening.objects.filter(account=keeper.id).count() == 1
    for name, status in (("俞书衡", 429), ("沈知微", 200)):
        assert browser.get(reverse("catalogue:volume", args=[volumes[name]])).status_code == status
        assert browser.get(reverse("scans:image", args=[pages[name]])).status_code == status


def test_the_canarys_volume_springs_it(cast: Cast, join: Join, pair: tuple[UUID, UUID]) -> None:
    cast.people |= {"郭明海": pair[0], "林子轩": pair[1]}
    archive = make_archive(cast)
    decoy, real = archive.volume("郭明海").pk, archive.volume("林子轩").pk
    browser = join("archivist").browser()
    assert browser.get(reverse("catalogue:volume", args=[real])).status_code == 200
    assert not Trip.objects.exists()
    assert browser.get(reverse("catalogue:volume", args=[decoy])).status_code == 200
    assert Alarm.objects.get(kind="canary").grade == 3


def test_what_is_over_budget_is_not_taken_out(cast: Cast, join: Join) -> None:
    Budget.objects.filter(role="hr_specialist").update(exported_per_day=3)
    hr = actor_of(join("hr_specialist", name="何雨桐").id)
    with pytest.raises(Braked):
        export_roster(hr, RosterQuery(columns=("identity.name",)))
    assert cast.people


PERSON = {"sex": "1", "birth_date": "1992-03-04", "position": "工程师", "joined": "2026-11-02"}
DECOY = Invented(name="郭明海", employee_number="030901", id_number="330106199203042519",
                 mobile="13800000901", **PERSON)  # fmt: skip
REAL = Invented(name="林子轩", employee_number="030902", id_number="330106199203046675",
                mobile="13800000902", **PERSON)  # fmt: skip


PINYIN = {"030901": "guo ming hai", "030902": "lin zi xuan"}


@pytest.fixture
def pair(cast: Cast, join: Join) -> Iterator[tuple[UUID, UUID]]:
    """A canary, and somebody real who joined on the same day."""
    unit = cast.units["研发中心"]
    guard = actor_of(join("security_admin").id)
    manager = actor_of(join("hr_manager", name="梁慎行").id)
    asked = actions.ask_canary(guard, unit=unit)
    actions.decide_canary(manager, canary=asked.id, person=_checked(DECOY))
    rows = [RowPlan(key, values) for key, values in rows_of(_checked(REAL), str(unit))]
    real = dossiers.create_subject(manager, rows=rows, reason="新入职建档", state="confirmed")
    planted = Canary.objects.get()
    from dangan.security.sealing import open_subject_of  # noqa: PLC0415
    from dangan.vault.queries import SYSTEM, key_of  # noqa: PLC0415

    decoy = open_subject_of(key_of(SYSTEM), planted)
    assert decoy is not None
    yield decoy, real.subject


def _checked(person: Invented) -> Invented:
    from dataclasses import replace  # noqa: PLC0415

    from dangan.security.rules.invented import _check  # noqa: PLC0415

    return replace(person, id_number=person.id_number[:17] + _check(person.id_number[:17]))


def _api(token: str, path: str) -> Any:
    return Client(raise_request_exception=False).get(
        f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}
    )


def _plain(text: str, subject: UUID, person: Invented) -> str:
    """A page without what differs between any two people and any two requests."""
    person = _checked(person)
    for own, word in (
        (str(subject), "SUBJECT"),
        (person.name, "NAME"),
        (person.name[0], "S"),
        (person.employee_number, "NUMBER"),
        (person.id_number, "ID"),
        (person.mobile, "MOBILE"),
    ):
        text = text.replace(own, word)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r"-[0-9a-f]{8}\b", "-ROW", text)
    text = re.sub(r"BG-\d+-\d+", "BG", text)
    text = re.sub(r"av-[0-3]", "av", text)
    text = re.sub(r"\b[A-Za-z0-9]{64}\b", "CSRF", text)
    text = text.replace(PINYIN[person.employee_number], "PINYIN")
    masked = r"\d{2,}\*{2,}\w*|\*{2,}\w+|[\d*]{11,18}"
    times = r"\d{2}:\d{2}(:\d{2}[.\d]*)?|\d+(\.\d+)? (ms|毫秒)"
    return re.sub(f"{masked}|{times}", "·", text)


@pytest.mark.parametrize(
    ("role", "unit"), [("hr_specialist", None), ("head", "华东公司"), ("archivist", None)]
)
def test_nobody_tells_the_canary_from_a_colleague(
    cast: Cast, join: Join, pair: tuple[UUID, UUID], role: str, unit: str | None
) -> None:
    member = join(role, unit=unit)
    browser, token = member.browser(), member.token()
    seen = []
    for subject, person in zip(pair, (DECOY, REAL), strict=True):
        pages = []
        for path in (
            reverse("dossiers:dossier", args=[subject]),
            reverse("dossiers:history", args=[subject]),
        ):
            answer = browser.get(path)
            count = re.findall(r"sql[^,]*", answer.get("Server-Timing", ""))
            words = _plain(answer.content.decode(), subject, person)
            pages.append((answer.status_code, len(count), words))
        told = _api(token, f"/subjects/{subject}")
        pages.append((told.status_code, 0, _plain(str(told.json()), subject, person)))
        seen.append(pages)
    for decoy, real in zip(*seen, strict=True):
        assert decoy[:2] == real[:2]
        different = [line for line in ndiff(decoy[2].split("\n"), real[2].split("\n"))
                     if line[0] in "+-"]  # fmt: skip
        assert not different, "\n".join(different)
    roster = browser.get(reverse("roster:list")).content.decode()
    assert DECOY.name in roster and REAL.name in roster
    assert cast.people


def test_whoever_opens_it_is_told_of_at_once_and_once(
    cast: Cast, join: Join, pair: tuple[UUID, UUID]
) -> None:
    decoy, real = pair
    hr = join("hr_specialist", name="何雨桐")
    browser = hr.browser()
    browser.get(reverse("dossiers:dossier", args=[real]))
    assert not Alarm.objects.filter(kind="canary").exists()
    for _again in range(3):
        browser.get(reverse("dossiers:dossier", args=[decoy]))
    alarm = Alarm.objects.get(kind="canary")
    assert alarm.grade == 3
    export_roster(actor_of(hr.id), RosterQuery(columns=("identity.name",)))
    canaries.settle()
    assert Alarm.objects.filter(kind="canary").count() == 2
    assert cast.people


def test_the_table_does_not_say_whose_it_is(cast: Cast, pair: tuple[UUID, UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM security_canary c")
        row = cursor.fetchone()[0]
    assert str(pair[0]) not in row and pair[0].hex not in row and cast.people


def test_a_kill_between_opening_and_telling_loses_no_alarm(
    cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    reader = cast.actor("hr_specialist", name="何雨桐")
    ask(reader, "open", pair[0])  # the process dies here: nothing has been raised
    assert not Alarm.objects.filter(kind="canary").exists()
    assert Trip.objects.filter(settled_at=None).count() == 1
    canaries.settle()
    canaries.settle()
    assert Alarm.objects.filter(kind="canary").count() == 1


def test_the_console_springs_it_too(pair: tuple[UUID, UUID]) -> None:
    ask(console_actor(), "open", pair[0])
    assert Alarm.objects.filter(kind="canary").count() == 1 and timezone.now()
