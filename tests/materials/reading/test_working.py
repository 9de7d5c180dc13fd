"""Pages are read in the background: in order, again when turned, never twice, and a reader that
is killed is taken over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from tests.archive import Archive
from tests.cast import Cast, written_events
from tests.materials.reading.conftest import Scanner
from tests.materials.reading.drawing import jpeg, sheet

from dangan.access.rules import Refused
from dangan.files import actions as files
from dangan.files.rules import SCANS
from dangan.materials.catalogue.actions import file_material
from dangan.materials.catalogue.models import Material
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.rules.seeing import Sight
from dangan.materials.reading import actions, engine, queries
from dangan.materials.reading.actions import working
from dangan.materials.reading.models import Entry, Reading
from dangan.materials.scans.models import Page

REGISTER = "职工登记表"
STATE = Reading.State
WHOLE = Sight(whole=True)


def scan(archive: Archive, scanner: Scanner, number: int, *rows: str, turned: int = 0) -> UUID:
    """A page with a real file behind it."""
    picture = sheet(rows, size=(560, 160)).rotate(turned, expand=True)
    subject = archive.volumes["沈知微"].subject_id
    file = files.keep(
        archive.archivist, subject=subject, name="1.jpg", data=jpeg(picture), allow=SCANS
    )
    return scanner.page(archive.materials[REGISTER], number, file=file.id)


@pytest.fixture
def volume(archive: Archive) -> Archive:
    archive.volume("沈知微")
    return archive


def state_of(page: UUID) -> tuple[str, str]:
    row = Reading.objects.get(pk=page)
    return row.state, row.reason


def test_a_scan_is_read_and_found(volume: Archive, scanner: Scanner) -> None:
    page = scan(volume, scanner, 1, "关于同意转正的批复")
    assert queries.progress(volume.archivist).queued == 1
    assert actions.work() == 1
    assert state_of(page) == (STATE.DONE, "")
    (hit,) = queries.search(volume.archivist, "转正的批复").found
    assert (hit.page, hit.page_number) == (page, 1)
    assert queries.progress(volume.archivist).percent == 100
    assert "reading.run" in {action for action, _outcome in written_events()}


def test_a_page_that_is_turned_is_read_again_and_one_that_moves_is_not(
    volume: Archive, scanner: Scanner
) -> None:
    page = scan(volume, scanner, 1, "面朝上的文字", turned=90)
    actions.work()
    _look, _item, (lying,) = queries.texts(volume.archivist, volume.materials[REGISTER])
    Page.objects.filter(pk=page).update(rotation=90)
    actions.queue_pages(volume.archivist, volume.materials[REGISTER], [page])
    assert actions.work() == 1
    _look, _item, (upright,) = queries.texts(volume.archivist, volume.materials[REGISTER])
    assert lying.lines[0].height > upright.lines[0].height
    assert upright.lines[0].text == "面朝上的文字"
    Page.objects.filter(pk=page).update(number=7)
    actions.queue_pages(volume.archivist, volume.materials[REGISTER], [page])
    assert actions.work() == 0
    assert queries.search(volume.archivist, "面朝上的").found[0].page_number == 7


def test_what_is_removed_or_replaced_is_forgotten(volume: Archive, scanner: Scanner) -> None:
    page = scanner.text(volume.materials[REGISTER], "旧的一页")
    Page.objects.filter(pk=page).update(state="former")
    new = scanner.page(volume.materials[REGISTER])
    assert not Reading.objects.filter(pk=page).exists()
    assert not Entry.objects.filter(pk=page).exists()
    Page.objects.filter(pk=new).update(state="removed")
    actions.queue_pages(volume.archivist, volume.materials[REGISTER], [new])
    assert not Reading.objects.exists()


def test_a_page_moved_into_a_marked_material_is_hidden_at_once(
    volume: Archive, scanner: Scanner
) -> None:
    page = scanner.text(volume.materials[REGISTER], "谈话记录")
    body = MaterialBody(category="10", title="谈话材料", pages=1)
    marked = file_material(
        volume.archivist, volume=volume.volumes["沈知微"].pk, body=body, secrecy=2
    )
    Page.objects.filter(pk=page).update(material=marked.id)
    actions.queue_pages(volume.archivist, marked.id, [page])
    assert state_of(page) == (STATE.DONE, "")
    assert queries.search(volume.cast.actor("archivist"), "谈话记录").total == 0


def test_progress_counts_only_what_one_may_see(volume: Archive, scanner: Scanner) -> None:
    scanner.page(volume.materials[REGISTER])
    held = volume.volumes["沈知微"].pk
    south = volume.cast.actor("archivist", unit="华南公司")
    assert queries.progress(volume.archivist).total == 1
    assert queries.progress_of(volume.archivist, held, WHOLE).total == 1
    assert queries.progress(south).total == queries.progress_of(south, held, Sight()).total == 0
    Material.objects.update(secrecy=3)
    assert queries.progress(volume.archivist).total == 0


def test_a_page_whose_file_is_gone_is_tried_three_times_then_marked(
    volume: Archive, scanner: Scanner
) -> None:
    page = scanner.page(volume.materials[REGISTER])
    for _ in range(working.TRIES):
        Reading.objects.update(due_at=timezone.now())
        assert actions.work() == 0
    assert state_of(page) == (STATE.FAILED, "unreadable")
    assert queries.progress(volume.archivist).failed == 1
    assert actions.read_again(volume.archivist, material=volume.materials[REGISTER]) == 1
    assert state_of(page) == (STATE.QUEUED, "")


def test_a_page_too_large_is_marked_at_once(
    volume: Archive, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = scan(volume, scanner, 1, "一行")
    monkeypatch.setattr(engine, "PIXELS", 100)
    actions.work()
    assert state_of(page) == (STATE.FAILED, "too_large")


def test_a_page_that_ended_its_readers_is_given_up(volume: Archive, scanner: Scanner) -> None:
    page = scan(volume, scanner, 1, "一行")
    Reading.objects.update(attempts=working.TRIES)
    assert actions.work() == 0
    assert state_of(page) == (STATE.FAILED, "engine")


def test_what_was_queued_anew_while_it_was_read_is_not_stored(
    volume: Archive, scanner: Scanner
) -> None:
    page = scanner.page(volume.materials[REGISTER])
    taken = Reading.objects.get(pk=page)
    Reading.objects.update(queued_at=timezone.now() + timedelta(seconds=1))
    assert not working.store(taken, ())
    assert state_of(page) == (STATE.QUEUED, "")


def test_reading_rests_and_goes_on(volume: Archive, scanner: Scanner) -> None:
    scan(volume, scanner, 1, "休息一下")
    with pytest.raises(Refused):
        actions.rest(volume.cast.actor("hr_specialist"))
    actions.rest(volume.archivist)
    assert actions.work() == 0
    assert queries.progress(volume.archivist).paused
    actions.resume(volume.archivist)
    assert actions.work() == 1


def test_only_who_arranges_scans_has_them_read_again(volume: Archive, scanner: Scanner) -> None:
    scanner.page(volume.materials[REGISTER])
    with pytest.raises(Refused):
        actions.read_again(volume.cast.actor("hr_manager"), material=volume.materials[REGISTER])


def test_what_is_destroyed_leaves_no_numbers_behind(volume: Archive, scanner: Scanner) -> None:
    scanner.text(volume.materials[REGISTER], "全部文字")
    assert actions.erase(subjects=[volume.volumes["沈知微"].subject_id]) == 1
    assert not Entry.objects.exists()
    assert not Reading.objects.exists()


_CHILD = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from dangan.materials.reading.actions import work
print("up", flush=True)
work(60)
"""


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    name = str(connection.settings_dict["NAME"])
    started = subprocess.Popen(
        [sys.executable, "-c", _CHILD, name], stdout=subprocess.PIPE, env=os.environ
    )
    yield started
    started.kill()
    started.wait()
    assert started.stdout is not None
    started.stdout.close()


@pytest.mark.django_db(transaction=True)
def test_a_reader_killed_in_the_middle_is_taken_over(
    cast: Cast, archive: Archive, scanner: Scanner, request: pytest.FixtureRequest
) -> None:
    del cast
    archive.volume("沈知微")
    pages = [scan(archive, scanner, number, f"第{number}页的文字") for number in range(1, 6)]
    reader = request.getfixturevalue("child")
    until = time.monotonic() + 60
    while not Reading.objects.filter(state=STATE.DONE).exists() and time.monotonic() < until:
        time.sleep(0.02)
    reader.send_signal(signal.SIGKILL)
    reader.wait()
    done = Reading.objects.filter(state=STATE.DONE).count()
    assert 1 <= done < len(pages)
    until = time.monotonic() + 20
    read = 0
    while read < len(pages) - done and time.monotonic() < until:
        read += actions.work()  # the dead one's lock goes when its connection ends
        time.sleep(0.05)
    assert read == len(pages) - done
    assert set(Reading.objects.values_list("state", "version")) == {(STATE.DONE, 1)}
    assert queries.search(archive.archivist, "页的文字").total == len(pages)
