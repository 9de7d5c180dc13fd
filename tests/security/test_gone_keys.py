"""Keys that go while somebody is looking: what was theirs is absent, never a broken page."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.archive import Archive, make_archive
from tests.browsers import Browser
from tests.browsers import browser as browser  # noqa: PLC0414 - a fixture of this folder
from tests.cast import Cast, written_events
from tests.security.conftest import Member

from dangan.access import actions as access
from dangan.access.queries import console_actor
from dangan.access.rules import Absent
from dangan.audit.actions import recording
from dangan.dossiers import destroying
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.queries import look

GONE = "罗文博"
PAGES = ("", "gaps/", "upload/", "removed/")
"""Pages of a volume that open something sealed."""


@pytest.fixture
def archive(cast: Cast) -> Archive:
    made = make_archive(cast)
    made.volume(GONE)
    return made


def lose_key(cast: Cast) -> None:
    """As when another desk destroys it between two statements of a page."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM keystore.data_key WHERE subject = %s", [cast.people[GONE]])


def test_a_person_put_aside_takes_the_volumes_along(archive: Archive) -> None:
    """Also one that is not marked itself."""
    subject = archive.cast.people[GONE]
    Subject.objects.filter(pk=subject).update(state=Subject.State.DEPARTED)
    look(archive.archivist, archive.volumes[GONE].pk)
    console = console_actor(purpose="测试")
    with recording(console):
        destroying.restrict(console, subject=subject)
    with pytest.raises(Absent):
        look(archive.archivist, archive.volumes[GONE].pk)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_whose_key_went_is_absent(archive: Archive, browser: Browser, page: str) -> None:
    visitor = browser("archivist")
    address = f"/archive/volumes/{archive.volumes[GONE].pk}/{page}"
    assert visitor.get(address).status_code == 200
    lose_key(archive.cast)
    assert visitor.get(address).status_code == 404


def test_who_asked_for_what_no_key_opens_is_noted(archive: Archive, browser: Browser) -> None:
    visitor = browser("archivist")
    lose_key(archive.cast)
    address = f"/archive/volumes/{archive.volumes[GONE].pk}/special-audits/begin/"
    assert visitor.post(address).status_code == 404
    assert ("access.refuse", "refused") in written_events()


def test_a_call_whose_key_went_is_absent(cast: Cast) -> None:
    account = access.create_account(
        console_actor(),
        login="hr",
        name="人事",
        roles=[("hr_manager", cast.units["示例集团"])],
        must_change=False,
    )
    path = f"/subjects/{cast.people[GONE]}/records/contact"
    member = Member(account.id, "hr")
    assert member.call("GET", path).status_code == 200
    lose_key(cast)
    answer = member.call("GET", path)
    assert (answer.status_code, answer.json()["type"]) == (404, "/api/v1/problems/absent")
