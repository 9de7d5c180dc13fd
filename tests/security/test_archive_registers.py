"""What registers, lists and packages let slip: titles of marked papers, one's own cadre file, pages
that share a file with others, what lies in another unit."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from tests.archive import Archive, make_archive
from tests.browsers import Browser
from tests.browsers import browser as browser  # noqa: PLC0414 - a fixture of this folder
from tests.cast import Cast, written_events
from tests.files.scans import page as drawn

from dangan.access.models import Account
from dangan.access.rules import Absent, Actor, Refused
from dangan.exchange.packages import receiving, sending
from dangan.exchange.packages.problems import PackageProblem
from dangan.exchange.packages.rules import bag
from dangan.exchange.packages.rules.bag import Sum
from dangan.files.incoming import take_in
from dangan.materials.catalogue import actions as catalogue
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.queries import contents, lagging_copies, look
from dangan.materials.catalogue.queries.listing import Filters, volumes
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.consultation import queries as consultation
from dangan.materials.consultation.models import Consultation
from dangan.materials.consultation.rules.bodies import ConsultationBody, Scope
from dangan.materials.consultation.sealing import seal_body
from dangan.materials.disposal.models import Item
from dangan.materials.disposal.queries.lists import _titles
from dangan.materials.receipts import actions as receipts
from dangan.materials.receipts import queries as received
from dangan.materials.receipts.models import Chase, Wanted
from dangan.materials.receipts.problems import ReceiptProblem
from dangan.materials.scans import actions as scans
from dangan.materials.scans import queries as scanned
from dangan.materials.special_audit import actions as audits
from dangan.materials.special_audit import queries as audited
from dangan.materials.special_audit.rules.items import Entry
from dangan.vault import queries as vault

FORM, STUDY, WAGE = "职工登记表", "毕业研究生登记表", "工资变动审批表"
SECRET = MaterialBody(category="8", title="撤职处分决定", year=2020, month=3, day=2, pages=1)


@pytest.fixture
def archive(cast: Cast) -> Archive:
    return make_archive(cast)


@pytest.fixture
def other(cast: Cast) -> Actor:
    """A second archivist, who is no named reader of anything."""
    return cast.actor("archivist")


def mark(archive: Archive, title: str) -> UUID:
    """Makes a material of the last volume 机密; the archivist becomes its reader."""
    material = archive.materials[title]
    row = Material.objects.get(pk=material)
    catalogue.set_secrecy(
        archive.archivist, material_id=material, version=row.version, secrecy=2, reason="涉密"
    )
    return material


def take(archive: Archive, volume: Volume, body: MaterialBody = SECRET) -> int:
    made = receipts.receive(
        archive.archivist, volume=volume.pk, body=body, received_on=timezone.localdate()
    )
    return made.pk


# Receipts


def test_a_paper_filed_as_marked_is_not_read_in_the_register_of_receipts(
    archive: Archive, other: Actor
) -> None:
    number = take(archive, archive.volume("沈知微"))
    receipts.file_receipt(archive.archivist, receipt=number, body=SECRET, secrecy=2)
    (own,) = received.receipts(archive.archivist, state="filed").lines
    (line,) = received.receipts(other, state="filed").lines
    assert (own.body.title, line.body.title, line.body.category) == (SECRET.title, "", "")
    assert received.receipt(archive.archivist, number).body.title == SECRET.title
    with pytest.raises(Absent):
        received.receipt(other, number)
    assert ("receipt.read", "refused") in written_events(other)


def test_what_comes_into_ones_own_cadre_file_is_not_read_there_either(
    archive: Archive, cast: Cast
) -> None:
    number = take(archive, archive.volume("沈知微", "cadre"))
    own = cast.actor("archivist", name="沈知微")
    assert [line.body.title for line in received.receipts(own).lines] == [""]
    with pytest.raises(Refused):
        received.receipt(own, number)


def test_receipts_of_a_restricted_volume_are_gone_from_the_registers(archive: Archive) -> None:
    volume = archive.volume("沈知微")
    number = take(archive, volume)
    Volume.objects.filter(pk=volume.pk).update(restricted_at=timezone.now())
    assert received.receipts(archive.archivist, state="").lines == []
    assert received.waiting_count(archive.archivist) == 0
    with pytest.raises(Absent):
        received.receipt(archive.archivist, number)


def test_a_request_that_is_closed_takes_no_more_answers(archive: Archive, cast: Cast) -> None:
    volume = archive.volume("沈知微")
    _looked, found = received.gaps(archive.archivist, volume.pk)
    (chase, *_rest) = receipts.ask(
        archive.archivist,
        volume=volume.pk,
        tokens=[found[0].token],
        due_on=timezone.localdate() + timedelta(days=7),
    )
    wanted = Wanted.objects.get(chase=chase)
    receipts.answer(archive.archivist, wanted=wanted.pk, sent=False, words="原单位已撤销")
    receipts.settle(archive.archivist, chase=chase.pk)
    with pytest.raises(ReceiptProblem, match="已经办结"):
        receipts.answer(archive.archivist, wanted=wanted.pk, sent=True)
    with pytest.raises(ReceiptProblem, match="已办结"):
        receipts.settle(archive.archivist, chase=chase.pk)
    wanted.refresh_from_db()
    assert wanted.state == Wanted.State.ABSENT
    assert Chase.objects.get(pk=chase.pk).state == Chase.State.CLOSED


# Marks


def test_who_does_not_see_what_is_marked_names_nobody_for_all_of_it(
    archive: Archive, cast: Cast, other: Actor, browser: Browser
) -> None:
    volume = archive.volume("沈知微")
    mark(archive, FORM)
    browser("archivist", name="何雨桐")
    friend = _account()
    with pytest.raises(Refused):
        catalogue.name_reader(other, volume=volume.pk, account=friend)
    assert catalogue.name_reader(archive.archivist, volume=volume.pk, account=friend).pk


def _account() -> UUID:
    return Account.objects.latest("created_at").pk


def test_who_opens_a_marked_volume_may_and_is_its_reader(archive: Archive, cast: Cast) -> None:
    made = catalogue.open_volume(
        archive.archivist,
        subject=cast.people["罗文博"],
        fonds=archive.fonds,
        kind="staff",
        secrecy=2,
    )
    item = catalogue.file_material(archive.archivist, volume=made.pk, body=SECRET)
    (line,) = catalogue_items(archive.archivist, made)
    assert line == item.id
    assert catalogue_items(cast.actor("archivist"), made) == []


def catalogue_items(actor: Actor, volume: Volume) -> list[UUID]:
    return [item.id for item in contents(look(actor, volume.pk))[0]]


def test_a_list_of_destruction_names_nothing_out_of_a_marked_volume(archive: Archive) -> None:
    volume = archive.volume("沈知微")
    subject = volume.subject_id
    material = archive.materials[FORM]
    item = Item(what="material", target=material, subject=subject, volume=volume.pk)
    keys = {subject: vault.key_of(subject)}
    assert FORM in _titles(archive.archivist, [item], keys)[item.pk]
    catalogue.mark_volume(
        archive.archivist, volume=volume.pk, version=volume.version, secrecy=3, reason="涉密"
    )
    assert _titles(archive.archivist, [item], keys) == {}


# Special audits


def test_what_an_audit_took_from_marked_materials_is_for_their_readers(
    archive: Archive, other: Actor
) -> None:
    volume = archive.volume("沈知微")
    audit = audits.begin(archive.archivist, volume=volume.pk)
    entry = Entry(material=str(archive.materials[FORM]), value="1991-06-12", verdict="agrees")
    audits.enter(archive.archivist, audit=audit.pk, item="birth", entry=entry, version=1)
    assert audited.audit(other, audit.pk).body.entry("birth").value == "1991-06-12"
    mark(archive, FORM)
    assert audited.audit(archive.archivist, audit.pk).body.entry("birth").value == "1991-06-12"
    with pytest.raises(Refused):
        audited.audit(other, audit.pk)
    assert ("special_audit.read", "refused") in written_events(other)


def test_the_list_of_audits_says_nothing_of_ones_own_cadre_file(
    archive: Archive, cast: Cast
) -> None:
    volume = archive.volume("沈知微", "cadre")
    assert [one.line.id for one in audited.due(archive.archivist).lines] == [volume.pk]
    assert audited.due(cast.actor("archivist", name="沈知微")).lines == []


# One's own in other lists


def test_ones_own_cadre_file_is_not_found_by_its_mark(archive: Archive, cast: Cast) -> None:
    volume = archive.volume("沈知微", "cadre")
    mark(archive, FORM)
    own = cast.actor("archivist", name="沈知微")
    assert [line.id for line in volumes(archive.archivist, Filters(secrecy=2)).lines] == [volume.pk]
    assert volumes(own, Filters(secrecy=2)).lines == ()
    assert volumes(own, Filters()).away == {volume.pk}


def test_copies_that_lag_do_not_tell_of_ones_own_cadre_file(archive: Archive, cast: Cast) -> None:
    volume = archive.volume("沈知微", "cadre")
    catalogue.open_copy(archive.archivist, original=volume.pk, materials=[archive.materials[FORM]])
    row = Material.objects.get(pk=archive.materials[FORM])
    catalogue.change_material(
        archive.archivist,
        material=row.pk,
        version=row.version,
        body=MaterialBody(category="1", title="干部登记表", year=2016, pages=2),
    )
    assert len(lagging_copies(archive.archivist)) == 1
    assert lagging_copies(cast.actor("archivist", name="沈知微")) == []


def test_who_looks_into_ones_own_cadre_file_is_not_told_to_its_keeper(
    archive: Archive, cast: Cast
) -> None:
    volume = archive.volume("沈知微", "cadre")
    row = _asked_by_another(volume)
    own = cast.actor("archivist", name="沈知微")
    everything = consultation.RegisterQuery()
    assert len(consultation.register(archive.archivist, everything).lines) == 1
    assert consultation.register(own, everything).lines == ()
    for read in (consultation.consultation, consultation.reading_log):
        with pytest.raises(Absent):
            read(own, row.pk)


def _asked_by_another(volume: Volume) -> Consultation:
    row = Consultation(
        id=uuid4(),
        batch=uuid4(),
        volume=volume,
        subject=volume.subject_id,
        by=uuid4(),
        at=timezone.now(),
        hours=4,
        needed=2,
        presence_minutes=10,
        starts=timezone.now(),
        use_before=timezone.now() + timedelta(days=3),
    )
    body = ConsultationBody(ground="1", purpose="纪律审查", asked=Scope())
    row.sealed = seal_body(vault.key_of(volume.subject_id), row.pk, 1, body)
    row.save(force_insert=True)
    return row


# Scans


def two_pages() -> bytes:
    """One file with two pages."""
    first, second = (Image.open(io.BytesIO(drawn())).convert("RGB") for _n in range(2))
    buffer = io.BytesIO()
    first.save(buffer, "PDF", save_all=True, append_images=[second.rotate(180)], resolution=200)
    return buffer.getvalue()


@pytest.fixture
def split(archive: Archive) -> dict[str, UUID]:
    """A file of two pages, the second of which became a material of its own."""
    archive.volume("沈知微")
    material = archive.materials[FORM]
    scans.add_pages(archive.archivist, material=material, files=[("two.pdf", two_pages())])
    new = scans.split_material(archive.archivist, material=material, at=2, body=SECRET)
    (first,) = scanned.pages(archive.archivist, material)[2]
    archive.materials[SECRET.title] = new
    return {"page": first.id, "new": new}


def test_a_file_is_not_downloaded_with_the_pages_of_a_marked_material(
    archive: Archive, cast: Cast, split: dict[str, UUID]
) -> None:
    manager = cast.actor("hr_manager")
    assert scanned.download(manager, split["page"])[1] == "application/pdf"
    mark(archive, SECRET.title)
    with pytest.raises(Refused, match="还有你无权下载的页面"):
        scanned.download(manager, split["page"])
    assert ("page.download", "refused") in written_events(manager)


def members_of(actor: Actor, volume: Volume) -> dict[str, bytes]:
    _name, content = sending.send(actor, volume=volume.pk)
    with content:
        data = b"".join(content.chunks())
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}


def test_a_package_holds_no_page_of_what_its_sender_does_not_see(
    archive: Archive, other: Actor, split: dict[str, UUID]
) -> None:
    volume = archive.volumes["沈知微"]
    whole = members_of(archive.archivist, volume)
    assert [name for name in whole if name.endswith(".pdf")]
    mark(archive, SECRET.title)
    sent = members_of(other, volume)
    pages = [name for name in sent if name.startswith("data/pages/")]
    assert [name.rpartition(".")[2] for name in pages] == ["jpg"]
    assert SECRET.title.encode() not in b"".join(sent.values())


def test_a_package_with_drawn_pages_comes_in(
    archive: Archive, other: Actor, split: dict[str, UUID]
) -> None:
    mark(archive, SECRET.title)
    _name, content = sending.send(other, volume=archive.volumes["沈知微"].pk)
    with content:
        data = b"".join(content.chunks())
    assert take_package(archive.archivist, archive, data).pages == 1


def test_scans_of_what_went_away_are_neither_printed_nor_packed(
    archive: Archive, cast: Cast, split: dict[str, UUID], browser: Browser
) -> None:
    volume = archive.volumes["沈知微"]
    printed = reverse("scans:print", args=[archive.materials[FORM]])
    exported = reverse("scans:export_pdf", args=[volume.pk])
    keeper, manager = browser("archivist"), browser("hr_manager")
    assert (keeper.get(printed).status_code, manager.get(exported).status_code) == (200, 200)
    Volume.objects.filter(pk=volume.pk).update(standing="away")
    assert (keeper.get(printed).status_code, manager.get(exported).status_code) == (403, 403)
    with pytest.raises(Refused):
        sending.send(archive.archivist, volume=volume.pk)


# Packages that come in


def take_package(
    actor: Actor, archive: Archive, data: bytes, number: str = "030001"
) -> receiving.Taken:
    return receiving.receive(
        actor,
        data=take_in("package.zip", [data]),
        employee_number=number,
        fonds=archive.fonds,
        kind="staff",
    )


def a_bag(catalogue_text: str) -> bytes:
    """A whole bag around any catalogue."""
    content = catalogue_text.encode()
    sums = {"data/catalogue.json": Sum(sha256(content).hexdigest(), len(content))}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("X/bagit.txt", bag.DECLARATION)
        packed.writestr("X/manifest-sha256.txt", bag.manifest(sums))
        packed.writestr("X/data/catalogue.json", content)
    return target.getvalue()


def line(**more: object) -> str:
    one = {"category": "1", "title": "登记表", "formed": "2016-01-02", "pages": 1} | more
    return json.dumps({"format": "dangan-package-1", "materials": [one]})


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"format": "dangan-package-1", "materials": "all"}),
        json.dumps({"format": "dangan-package-1", "materials": ["one"]}),
        line(scans="x"),
        line(scans=["x"]),
        line(scans=[{"file": ["x"]}]),
        "[" * 200_000,
    ],
)
def test_a_catalogue_of_another_shape_is_refused_in_words(archive: Archive, text: str) -> None:
    with pytest.raises(PackageProblem):
        take_package(archive.archivist, archive, a_bag(text))
    assert not Volume.objects.exists()


def test_numbers_of_other_units_are_not_tried_out_by_packages(archive: Archive, cast: Cast) -> None:
    branch = cast.actor("archivist", unit="华南公司")
    answers = []
    for number in ("020486", "999999"):
        with pytest.raises(PackageProblem) as refused:
            take_package(branch, archive, a_bag(line()), number)
        answers.append(str(refused.value).replace(number, ""))
    assert answers[0] == answers[1]
    assert take_package(branch, archive, a_bag(line()), "030001").materials == 1


# Addresses


def test_the_number_of_a_volume_elsewhere_is_not_filled_in(
    archive: Archive, browser: Browser
) -> None:
    volume = archive.volume("沈知微")
    address = f"{reverse('transfers:ask')}?volume={volume.pk}"
    assert volume.number in browser("archivist").get(address).content.decode()
    there = browser("archivist", unit="华南公司").get(address)
    assert there.status_code == 200
    assert volume.number not in there.content.decode()


@pytest.mark.parametrize("text", ["²", "９9999999999999999999999", "--5", "", "-"])
def test_numbers_that_are_none_break_nothing(archive: Archive, browser: Browser, text: str) -> None:
    volume, keeper = archive.volume("沈知微"), browser("archivist")
    gaps = reverse("receipts:waive", args=[volume.pk])
    assert keeper.post(gaps, {"token": text, "why": "原件已失"}).status_code == 302
    receive = {"volume": str(volume.pk), "category": "1", "title": "登记表", "pages": "1"}
    address = f"{reverse('receipts:receive')}?wanted={text}"
    assert keeper.post(address, receive | {"received_on": "2026-01-02"}).status_code < 500
    shown = f"{reverse('catalogue:volume', args=[volume.pk])}?page={text}&class={text}"
    assert keeper.get(shown).status_code == 200
