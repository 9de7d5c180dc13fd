"""The archive room of the demonstration at work: papers come in and are asked for, one is marked,
audits are under way; what is read, lent and sent is in :mod:`.archive_uses`.

Everything goes through the real verbs as whoever does it.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dangan.dossiers import actions as dossiers
from dangan.materials.catalogue.actions import name_reader, set_secrecy
from dangan.materials.catalogue.models import Secrecy, Volume
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.receipts import actions as receipts
from dangan.materials.receipts.models import Chase
from dangan.materials.receipts.queries import gaps
from dangan.materials.receipts.watching import expect
from dangan.materials.special_audit import actions as audits
from dangan.materials.special_audit.rules.items import ITEMS, Entry
from dangan.operations.demo.archive import Kept
from dangan.operations.demo.archive_files import Files, files_of, papers_in
from dangan.operations.demo.archive_room import keep_room
from dangan.operations.demo.archive_uses import use_archive
from dangan.operations.demo.office import Office
from dangan.operations.demo.person import Person

ENOUGH = 12
"""Fewer files of people without an account tell no story: then nothing is under way."""


def live_in_archive(office: Office, kept: Kept) -> None:
    """All of it, where there are enough files."""
    files = files_of(office, kept)
    if len(files.staff) >= ENOUGH:
        files.first(3, lambda _person, volume: _mark(office, volume))
        keep_room(office, list(Volume.objects.order_by("number")))
        _papers(files)
        _audits(files)
        use_archive(files)


def _mark(office: Office, volume: Volume) -> None:
    """One paper is 机密; the HR manager may read it besides the archivist."""
    archivist = office.actor("archivist")
    paper = papers_in(office, volume)[-1]
    set_secrecy(
        archivist,
        material_id=paper.id,
        version=paper.version,
        secrecy=Secrecy.CONFIDENTIAL,
        reason="涉及未公开的项目任务，按集团密级规定标注",
    )
    name_reader(
        archivist, volume=volume.pk, account=office.accounts["hrmanager"], material_id=paper.id
    )


def _papers(archive: Files) -> None:
    """Papers that wait to be filed, papers asked for, papers to be expected."""
    office = archive.office
    for (person, volume), (title, category, formed) in zip(
        archive.staff,
        (
            ("岗位聘任表", "9-2", -6),
            ("安全生产培训结业登记表", "4-4", -12),
            ("工资变动审批表", "9-1", -74),
        ),
        strict=False,
    ):
        day = office.day(formed)
        receipts.receive(
            office.actor("archivist"),
            volume=volume.pk,
            body=MaterialBody(
                category=category, title=title, year=day.year, month=day.month, day=day.day,
                pages=1, source="人力资源部",
            ),
            received_on=office.today,
            unit=office.unit(person),
        )  # fmt: skip
    _chases(archive)
    _expected(archive)


def _chases(archive: Files) -> None:
    """Two departments have been asked. The verb takes no day gone by as the term, and rightly; the
    older request is dated back in its table, as time alone would have made it."""
    office, made = archive.office, 0
    for _person, volume in archive.staff[4:]:
        found = [gap for gap in gaps(office.actor("archivist"), volume.pk)[1] if not gap.wanted]
        owed = [gap.token for gap in found if gap.lack.owner == found[0].lack.owner][:2]
        if not owed or made == 2:
            continue
        asked = receipts.ask(
            office.actor("archivist"), volume=volume.pk, tokens=owed, due_on=office.day(12)
        )
        made += 1
        if made == 1:
            Chase.objects.filter(pk__in=[chase.pk for chase in asked]).update(
                asked_at=timezone.now() - timedelta(days=33), due_on=office.day(-3)
            )


def _expected(archive: Files) -> None:
    """Two entries of these weeks let papers be expected: one soon, one that is overdue."""
    office = archive.office
    courses = (("项目管理", -48), ("保密教育", -8))
    for (person, _volume), (name, ended) in zip(archive.staff[6:], courses, strict=False):
        dossiers.save_row(
            office.actor("hr"),
            subject=office.subject(person),
            info_set="training",
            row=None,
            base_version=0,
            values={
                "name": name,
                "start": office.day(ended - 4).isoformat(),
                "end": office.day(ended).isoformat(),
            },
            valid_from=office.day(ended),
            reason="登记内部培训",
        )
    expect(office.today)


def _audits(archive: Files) -> None:
    """One that two people have signed, one with the first items."""
    archive.first(8, lambda person, volume: _audit(archive.office, person, volume, whole=True))
    archive.first(9, lambda person, volume: _audit(archive.office, person, volume, whole=False))


def _audit(office: Office, person: Person, volume: Volume, *, whole: bool) -> None:
    archivist = office.actor("archivist")
    identity = person.rows["identity"][0]
    first = papers_in(office, volume)[0]
    dated = {
        "birth": str(identity.get("birth_date") or ""),
        "work": str(identity.get("work_start") or "")[:7],
    }
    audit = audits.begin(archivist, volume=volume.pk)
    version = audit.version
    for item in ITEMS if whole else ITEMS[:2]:
        value = dated.get(item, "")
        entry = Entry(
            material=str(first.id) if value else "",
            value=value,
            verdict="none" if item == "party" else "agrees",
            words="" if value else "已核对材料，未见异常",
        )
        row = audits.enter(archivist, audit=audit.pk, item=item, version=version, entry=entry)
        version = row.version
    if whole:
        audits.examine(archivist, audit=audit.pk)
        audits.confirm(office.actor("hrmanager"), audit=audit.pk)
