"""The archive room of the demonstration in use: files are read, lent, sent and taken in; one is
under a hold, and a list waits until its destruction is agreed.

What needs a second factor is left alone: its secret belongs to a person, so the list waits before
its witnesses.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dangan.access.queries import system_actor
from dangan.materials.catalogue.models import FileKind, Secrecy, Volume
from dangan.materials.consultation import actions as consultation
from dangan.materials.consultation.rules.bodies import Scope
from dangan.materials.disposal import actions as disposal
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.models import Due, Hold
from dangan.materials.disposal.scanning import scan
from dangan.materials.loans import actions as loans
from dangan.materials.loans.models import Loan, Request
from dangan.materials.transfers import actions as transfers
from dangan.materials.transfers.models import Way
from dangan.operations.demo.archive_files import Files, carry, first_of, papers_in
from dangan.operations.demo.office import Office, case_there

LATE_DAYS = 9
"""The overdue loan was handed out so long ago; its three working days are over."""
LISTED = 6
"""So many things stand in the list that waits to be agreed."""


def use_archive(archive: Files) -> None:
    """Readings, loans, transfers, and what is over."""
    _readings(archive)
    _loans(archive)
    _transfers(archive)
    _disposal(archive)


def _readings(archive: Files) -> None:
    """One file is being read by two, copies of it are asked for; one request waits."""
    office = archive.office
    cadre = [pair for pair in archive.kept.volumes if pair[0] is office.owners["head2"]]
    first_of([*cadre, *archive.staff], lambda _person, volume: _read(office, volume))
    archive.first(10, lambda _person, volume: _wait(office, volume))


def _read(office: Office, volume: Volume) -> None:
    wish = consultation.ConsultationWish(
        volumes=[volume.pk],
        readers=[office.accounts["legal"], office.accounts["hr"]],
        ground="2",
        purpose="任职资格复核，核对学历和任免材料",
        scope=Scope(categories=("1", "4", "9"), hours=8),
        applicant_post="法务",
        applicant_phone="021-6088",
    )
    asked = consultation.ask_consultation(office.actor("legal"), wish=wish)[0]
    case = case_there(asked.case)
    carry(office, case, until="check")
    papers = [
        item for item in papers_in(office, volume) if item.body.category[0] in "149"
    ]  # fmt: skip
    office.fill(
        "archivist",
        case,
        "check",
        "scope",
        checked="部门函件和证件齐全，两名阅览人身份相符",
        materials=[str(item.id) for item in papers if item.secrecy < Secrecy.CONFIDENTIAL],
        hours="8",
    )
    carry(office, case)
    for login in ("legal", "hr"):
        consultation.arrive(office.actor(login), consultation=asked.pk)
    consultation.open_reading(office.actor("legal"), consultation=asked.pk)
    consultation.ask_copying(
        office.actor("legal"),
        wish=consultation.CopyingWish(
            volume=volume.pk,
            materials=[papers[0].id],
            form="copy",
            copies=1,
            purpose="任职资格复核附件，随复核报告存档",
        ),
    )


def _wait(office: Office, volume: Volume) -> None:
    """The leader and the archivist have agreed; the HR manager is to."""
    wish = consultation.ConsultationWish(
        volumes=[volume.pk],
        readers=[office.accounts["finance"]],
        ground="4",
        purpose="年终审计，核对工资定级依据",
        scope=Scope(categories=("9",), hours=4),
        applicant_post="财务",
        applicant_phone="021-6066",
    )
    asked = consultation.ask_consultation(office.actor("finance"), wish=wish)[0]
    case = case_there(asked.case)
    carry(office, case, until="check")
    papers = [item for item in papers_in(office, volume) if item.body.category[0] == "9"]
    office.fill(
        "archivist",
        case,
        "check",
        "scope",
        checked="审计通知书已核对",
        materials=[str(item.id) for item in papers if item.secrecy < Secrecy.CONFIDENTIAL],
        hours="4",
    )


def _loans(archive: Files) -> None:
    """One is due on the next working day, one is overdue, one is asked for."""
    office = archive.office
    archive.first(0, lambda _person, volume: _lend(office, "hr", volume, days=1, ago=0))
    archive.first(2, lambda _person, volume: _lend(office, "finance", volume, ago=LATE_DAYS))
    archive.first(5, lambda _person, volume: _ask_loan(office, "legal", volume, 3))


def _ask_loan(office: Office, login: str, volume: Volume, days: int) -> Request:
    reasons = {
        "hr": "办理职称申报，核对学历证书原件",
        "finance": "核对工资变动审批表原件",
        "legal": "劳动合同续签，核对历次合同原件",
    }
    return loans.ask(
        office.actor(login),
        loans.Wanted([volume.pk], office.accounts[login], days, reasons[login], "内线 6021"),
    )


def _lend(office: Office, login: str, volume: Volume, *, days: int = 3, ago: int) -> None:
    """Agreed, signed for and handed out. The verbs know no day but today, and rightly; a loan
    that is overdue is dated back in its table, as time alone would have made it."""
    request = _ask_loan(office, login, volume, days)
    carry(office, case_there(request.case))
    loan = Loan.objects.get(request=request)
    loans.sign(office.actor(login), loan=loan.pk)
    loans.lend(office.actor("archivist"), loan=loan.pk)
    if ago:
        then = timezone.now() - timedelta(days=ago)
        Request.objects.filter(pk=request.pk).update(at=then, agreed_at=then)
        Loan.objects.filter(pk=loan.pk).update(
            signed_at=then, handed_at=then, due=office.day(5 - ago)
        )


def _transfers(archive: Files) -> None:
    """The file of somebody who left is ready to go; one has been taken in, one is to be counted."""
    office = archive.office
    first_of(archive.left, lambda _person, volume: _prepare(office, volume))
    newcomer = office.owners["newcomer"]
    sender = "江城市人才服务中心"
    taken = transfers.register_arrival(
        office.actor("archivist"), _packet(office, sender, newcomer.name, "江人档转〔118〕号", -2)
    )
    transfers.tally(
        office.actor("archivist"),
        arrival=taken.pk,
        counted={1: transfers.Tallied(1, 9, 31, office.subject(newcomer))},
    )
    transfers.accept(office.actor("archivist"), arrival=taken.pk, fonds=archive.kept.fonds)
    transfers.register_arrival(
        office.actor("archivist"),
        _packet(office, "临海市人才交流中心", "方知夏", "临才转〔57〕号", 0),
    )


def _packet(office: Office, sender: str, name: str, slip: str, arrived: int) -> transfers.Packet:
    person = transfers.Stated(name, FileKind.STAFF, 1, 9, post="软件工程师", reason="录用")
    return transfers.Packet(
        sender=sender,
        way=Way.COURIER,
        arrived_on=office.day(arrived),
        persons=[person],
        slip=slip,
        sent_on=office.day(arrived - 5).isoformat(),
    )


def _prepare(office: Office, volume: Volume) -> None:
    slip = transfers.Slip(
        volumes=[volume.pk],
        receiver="江城市人才服务中心",
        reason="离职，档案转往本人户籍所在地",
        way=Way.COURIER,
        courier="JY-0617",
    )
    asked = transfers.ask_transfer(office.actor("archivist"), slip)
    carry(office, case_there(asked.case))


def _disposal(archive: Files) -> None:
    """A file is held, what is over has been looked for, some of it is listed."""
    office = archive.office
    _person, held = archive.staff[-1]
    disposal.place_hold(
        office.actor("legal"),
        target=disposal.Target("volume", held.pk),
        kind=Hold.Kind.LITIGATION,
        reason="劳动争议仲裁，案件审结前不得销毁和转出",
        until=office.day(180),
    )
    scan(system_actor(purpose="载入示例组织"))
    due = Due.objects.filter(way=Due.Way.DESTROY).exclude(subject=held.subject_id)
    picks = [Pick(one.what, one.target) for one in due.order_by("due_on", "pk")[:LISTED]]
    if picks:
        _list(office, picks)


def _list(office: Office, picks: list[Pick]) -> None:
    """Drawn up with an opinion on each, and on its way to those who must agree."""
    archivist = office.actor("archivist")
    drawn = disposal.draft_list(archivist, picks=picks)
    *rest, last = drawn.items.order_by("position")
    for item in rest:
        disposal.give_opinion(archivist, list_=drawn.pk, item=item.pk, opinion="destroy")
    disposal.give_opinion(
        archivist,
        list_=drawn.pk,
        item=last.pk,
        opinion="extend",
        years=3,
        reason="尚有未了结的费用往来，再保管三年",
    )
    group = [office.owners[login].name for login in ("archivist", "hrmanager", "legal")]
    disposal.submit(archivist, list_=drawn.pk, group=group, words="2026 年度到期材料鉴定")
