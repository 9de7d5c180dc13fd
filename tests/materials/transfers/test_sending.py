"""Files go whole, by a proper way, against a receipt; what comes back is here again."""

from __future__ import annotations

import io
from datetime import timedelta

import pypdfium2
import pytest
from django.utils import timezone
from PIL import Image
from tests.cast import written_events
from tests.materials.loans.conftest import lent, signature
from tests.materials.office import Office
from tests.materials.transfers.conftest import agreed, partial, sent, slip_for

from dangan.access.rules import Absent, Refused
from dangan.materials.catalogue import gates, grants
from dangan.materials.catalogue.grants import Grant
from dangan.materials.catalogue.models import Volume
from dangan.materials.scans import actions as scans
from dangan.materials.scans import queries as scan_queries
from dangan.materials.scans.models import Page
from dangan.materials.transfers import actions, papers, queries
from dangan.materials.transfers.actions import Receipt
from dangan.materials.transfers.models import Line, Transfer
from dangan.materials.transfers.problems import TransferProblem
from dangan.materials.transfers.rules.bodies import Carrier
from dangan.notices.models import Notice
from dangan.workflow import actions as workflow


def standing(volume: Volume) -> str:
    volume.refresh_from_db()
    return volume.standing


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    pages = (page.get_textpage().get_text_bounded() for page in document)
    return "".join("".join(pages).split())


def test_a_file_goes_and_its_receipt_comes_back(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    keeper = office.actor("keeper")
    row = actions.ask_transfer(keeper, slip_for([volume]))
    assert row.case_number.startswith("ZC-")
    with pytest.raises(TransferProblem):
        actions.send(keeper, transfer=row.pk)
    assert office.carry(row.case) == ["liang"]
    row = actions.send(keeper, transfer=row.pk)
    year = timezone.localdate().year
    assert row.number == f"人档字〔{year}〕第 0001 号"
    assert standing(volume) == "moving"
    row = actions.register_receipt(
        keeper,
        transfer=row.pk,
        receipt=Receipt(timezone.localdate(), "江一帆", ("回执.png", signature())),
    )
    assert (row.state, standing(volume)) == ("received", "away")
    assert row.receipt_scan is not None
    assert ("transfer.receipt", "done") in written_events(keeper)


def test_original_and_copy_travel_together(office: Office) -> None:
    original = office.archive.volume("沈知微", "cadre")
    copy = partial(office, original)
    with pytest.raises(TransferProblem) as caught:
        actions.ask_transfer(office.actor("keeper"), slip_for([original]))
    assert copy.number in str(caught.value.message)
    with pytest.raises(TransferProblem) as caught:
        actions.ask_transfer(office.actor("keeper"), slip_for([copy]))
    assert original.number in str(caught.value.message)
    row = agreed(office, [original, copy])
    assert row.lines.count() == 2


def test_a_copy_goes_alone_when_the_receiver_has_the_original(office: Office) -> None:
    original = office.archive.volume("沈知微", "cadre")
    copy = partial(office, original)
    row = agreed(office, [copy], original_there=True)
    assert [line.volume_id for line in row.lines.all()] == [copy.pk]


def test_a_copy_made_after_the_approval_does_not_stay_behind(office: Office) -> None:
    original = office.archive.volume("沈知微", "cadre")
    row = agreed(office, [original])
    partial(office, original)
    with pytest.raises(TransferProblem, match="分批"):
        actions.send(office.actor("keeper"), transfer=row.pk)
    assert standing(original) == "held"
    assert Transfer.objects.get(pk=row.pk).serial is None


def test_never_by_post_and_never_by_the_person_or_a_relative(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    keeper = office.actor("keeper")
    with pytest.raises(TransferProblem, match="邮寄"):
        actions.ask_transfer(keeper, slip_for([volume], way="post"))
    own = Carrier(name="沈知微", subject=str(office.cast.people["沈知微"]))
    with pytest.raises(TransferProblem, match="当事人"):
        actions.ask_transfer(keeper, slip_for([volume], way="persons", carriers=(own,)))
    named = Carrier(name="沈 知微", document="1101")
    with pytest.raises(TransferProblem, match="当事人"):
        actions.ask_transfer(keeper, slip_for([volume], way="persons", carriers=(named,)))
    with pytest.raises(TransferProblem, match="送取人"):
        actions.ask_transfer(keeper, slip_for([volume], way="persons"))
    other = Carrier(name="何雨桐", subject=str(office.cast.people["何雨桐"]))
    assert actions.ask_transfer(keeper, slip_for([volume], way="persons", carriers=(other,)))


def test_what_is_lent_held_back_or_on_another_slip_does_not_go(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = office.actor("keeper")
    out = office.archive.volume("沈知微")
    lent(office, out)
    with pytest.raises(TransferProblem, match="收回后"):
        actions.ask_transfer(keeper, slip_for([out]))
    twice = office.archive.volume("罗文博")
    actions.ask_transfer(keeper, slip_for([twice]))
    with pytest.raises(TransferProblem, match="另一份转递"):
        actions.ask_transfer(keeper, slip_for([twice]))
    held = office.archive.volume("俞书衡")
    row = agreed(office, [held])

    def hold(deed: gates.Deed, volumes: object) -> dict[object, list[object]]:
        from dangan.dictionary.rules import Message  # noqa: PLC0415 - only here

        return {held.pk: [Message("诉讼保全")]} if deed == "transfer" else {}

    monkeypatch.setitem(gates._gates, "test", hold)  # type: ignore[arg-type]  # a stand-in gate
    with pytest.raises(TransferProblem, match="保全"):
        actions.send(keeper, transfer=row.pk)
    assert standing(held) == "held"


def test_one_slip_for_several_people_and_some_come_back(office: Office) -> None:
    first, second = office.archive.volume("沈知微"), office.archive.volume("罗文博")
    row = sent(office, [first, second])
    keeper = office.actor("keeper")
    back = frozenset({second.subject_id})
    today = timezone.localdate()
    with pytest.raises(TransferProblem, match="原因"):
        actions.register_receipt(
            keeper, transfer=row.pk, receipt=Receipt(today, "江一帆", returned=back)
        )
    row = actions.register_receipt(
        keeper,
        transfer=row.pk,
        receipt=Receipt(today, "江一帆", returned=back, defects=("缺 2019 年考核表",)),
    )
    assert (standing(first), standing(second), row.state) == ("away", "held", "received")
    view = queries.slip(keeper, row.pk)
    assert view.body.defects == ("缺 2019 年考核表",)
    assert {one.outcome for one in view.persons} == {"received", "returned"}


def test_all_of_it_comes_back(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    row = sent(office, [volume])
    row = actions.register_receipt(
        office.actor("keeper"),
        transfer=row.pk,
        receipt=Receipt(
            timezone.localdate(),
            returned=frozenset({volume.subject_id}),
            defects=("未密封",),
        ),
    )
    assert (row.state, standing(volume)) == ("rejected", "held")
    assert not Line.objects.filter(open=True).exists()


def test_a_refused_or_cancelled_transfer_frees_its_volumes(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    keeper = office.actor("keeper")
    row = actions.ask_transfer(keeper, slip_for([volume]))
    assert row.case is not None
    workflow.refuse(office.actor("liang"), case=row.case, step="hr", words="本人还在职")
    assert Transfer.objects.get(pk=row.pk).state == "cancelled"
    row = agreed(office, [volume])
    actions.cancel_transfer(keeper, transfer=row.pk)
    assert agreed(office, [volume]).state == "ready"


def test_marked_and_cadre_files_need_the_leader(office: Office) -> None:
    volume = office.archive.volume("沈知微", "cadre")
    row = actions.ask_transfer(office.actor("keeper"), slip_for([volume]))
    assert office.carry(row.case) == ["liang", "boss"]


def test_who_does_not_keep_the_files_neither_asks_nor_sees(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    with pytest.raises(Refused):
        actions.ask_transfer(office.actor("he"), slip_for([volume]))
    south = office.cast.actor("archivist", unit="华南公司")
    with pytest.raises(Absent):
        actions.ask_transfer(south, slip_for([volume]))
    row = agreed(office, [volume])
    with pytest.raises(Absent):
        queries.slip(south, row.pk)
    with pytest.raises(Absent):
        actions.send(south, transfer=row.pk)


def test_nobody_sends_their_own_cadre_file(office: Office) -> None:
    volume = office.archive.volume("何雨桐", "cadre")
    own = office.cast.actor("archivist", name="何雨桐")
    with pytest.raises(Refused):
        actions.ask_transfer(own, slip_for([volume]))


def test_numbers_run_without_gaps_over_the_year(office: Office) -> None:
    names = ("沈知微", "罗文博", "俞书衡")
    rows = [sent(office, [office.archive.volume(name)]) for name in names]
    assert [row.serial for row in rows] == [1, 2, 3]


def test_a_receipt_is_chased_after_a_month_and_told_once_a_day(office: Office) -> None:
    row = sent(office, [office.archive.volume("沈知微")])
    keeper = office.actor("keeper")
    with pytest.raises(TransferProblem, match="没有回执"):
        actions.chase(keeper, transfer=row.pk)
    today = timezone.localdate()
    while today.weekday() > 4:
        today -= timedelta(days=1)
    Transfer.objects.filter(pk=row.pk).update(sent_on=today - timedelta(days=32))
    Notice.objects.all().delete()
    monday = today - timedelta(days=today.weekday())
    assert actions.remind(monday + timedelta(days=5)) == 0
    assert actions.remind(today) == 1
    assert actions.remind(today) == 0
    assert Notice.objects.filter(topic="transfer.chase").count() == 2
    assert queries.slips(keeper, state="late").total == 1
    assert actions.chase(keeper, transfer=row.pk).chased == 1
    assert actions.chase(keeper, transfer=row.pk).chased == 1
    assert "没有收到回执" in text_of(papers.chase(keeper, row.pk))


def test_the_slip_has_three_parts_under_one_number(office: Office) -> None:
    keeper = office.actor("keeper")
    row = agreed(office, [office.archive.volume("沈知微"), office.archive.volume("罗文博")])
    with pytest.raises(Absent):
        papers.slip(keeper, row.pk)
    actions.send(keeper, transfer=row.pk)
    text = text_of(papers.slip(keeper, row.pk))
    for words in (
        "档案转递单存根", "档案转递单回执", "转出单位", "转往单位", "发件人签名", "收件人签名",
        "等2名", "正本", "副本", "材料", "云岭市人才服务中心",
    ):  # fmt: skip
        assert words in text, words
    assert text.count("第0001号") >= 4


def test_what_a_slip_says_stands_nowhere_in_clear(office: Office) -> None:
    row = sent(office, [office.archive.volume("沈知微")])
    row.refresh_from_db()
    assert "人才服务中心".encode() not in bytes(row.sealed)
    assert all("沈知微".encode() not in bytes(line.sealed) for line in row.lines.all())


def test_what_is_away_is_closed_and_a_second_volume_may_be_opened(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    row = sent(office, [volume])
    for deed in ("lend", "transfer", "destroy", "remove", "change"):
        assert gates.reasons(deed, [volume.pk])[volume.pk]  # type: ignore[arg-type]  # five deeds
    actions.register_receipt(
        office.actor("keeper"),
        transfer=row.pk,
        receipt=Receipt(timezone.localdate(), "江一帆"),
    )
    again = office.archive.volume("沈知微")
    assert again.pk != volume.pk


def test_scans_of_what_is_away_are_shown_by_leave_only(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = office.archive.volume("沈知微")
    material = office.archive.materials["职工登记表"]
    keeper = office.actor("keeper")
    picture = io.BytesIO()
    Image.new("RGB", (1240, 1754), "white").save(picture, "JPEG", dpi=(150, 150))
    scans.add_pages(keeper, material=material, files=[("一.jpg", picture.getvalue())])
    page = Page.objects.get().pk
    assert scan_queries.image(keeper, page).startswith(b"\xff\xd8")
    Volume.objects.filter(pk=volume.pk).update(standing="away")
    with pytest.raises(Refused, match="已转出"):
        scan_queries.image(keeper, page)
    leave = Grant("CY-2026-00001", timezone.now() + timedelta(hours=1))
    monkeypatch.setitem(grants._providers, "test", lambda *_: [leave])
    assert scan_queries.image(keeper, page).startswith(b"\xff\xd8")
