"""转出: a slip is asked for, agreed, sent; its 回执 comes back, or the files do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone

from dangan.access import units
from dangan.access.models import Account
from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.files.actions import keep as keep_file
from dangan.materials.avoidance.queries import relation_of
from dangan.materials.catalogue import gates
from dangan.materials.catalogue.actions import change_standing
from dangan.materials.catalogue.models import FileKind, Secrecy, Volume
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.queries import keep, settings
from dangan.materials.transfers.models import Line, Transfer, Way
from dangan.materials.transfers.problems import TransferProblem
from dangan.materials.transfers.rules.bodies import Carrier, LineBody, SlipBody
from dangan.materials.transfers.rules.checks import (
    Part,
    copy_without_original,
    left_behind,
    same_name,
)
from dangan.materials.transfers.sealing import open_slip, seal_line, seal_slip
from dangan.materials.transfers.series import next_number
from dangan.organization import queries as organization
from dangan.roster import queries as roster
from dangan.vault.queries import keys_of
from dangan.vault.rules import SYSTEM
from dangan.workflow import actions as workflow
from dangan.workflow.handling import Json
from dangan.workflow.problems import CannotStart

MOST_VOLUMES = 60
"""A slip of one page and its continuation."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is to travel: volumes of one or several people to one receiver. ``posts`` and
    ``reasons`` by person override what the roster and the slip say."""

    volumes: Collection[UUID]
    receiver: str
    reason: str
    way: str
    carriers: tuple[Carrier, ...] = ()
    courier: str = ""
    remark: str = ""
    original_there: bool = False
    posts: Mapping[UUID, str] = field(default_factory=dict)
    reasons: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came back: the 回执 with its day and signer, and the people whose files did."""

    day: date
    signer: str = ""
    scan: tuple[str, bytes] | None = None
    returned: frozenset[UUID] = frozenset()
    defects: tuple[str, ...] = ()


def ask_transfer(actor: Actor, slip: Slip) -> Transfer:
    """申请转出: checks that whole files go by a proper way, and opens the case.

    Needs ``transfers.manage`` over each person's unit. Raises :class:`Absent`, :class:`Refused`
    and :class:`TransferProblem`; nothing is stored then.
    """
    with recording(actor):
        require(actor, "transfers.manage")
        volumes = _chosen(actor, slip.volumes)
        _check_words(slip)
        _check_whole(slip, volumes)
        _check_carriers(slip, volumes)
        _check_free(volumes)
        row = Transfer(
            id=uuid4(),
            way=slip.way,
            original_there=slip.original_there,
            requested_by=actor.id,
            at=timezone.now(),
        )
        row.sealed = seal_slip(row, _body(slip))
        row.save(force_insert=True)
        _save_lines(row, slip, volumes)
        persons = {volume.subject_id for volume in volumes}
        for person in persons:
            actor.trail.add(
                Event(
                    "transfer.ask",
                    subject=person,
                    object=str(row.pk),
                    facts={"volumes": sum(v.subject_id == person for v in volumes)},
                )
            )
        _open_case(actor, row, volumes)
    return row


def send(actor: Actor, *, transfer: UUID, courier: str = "", day: date | None = None) -> Transfer:
    """发出: the slip gets its number 字第号, the volumes are on their way."""
    with recording(actor):
        row, lines = held(actor, transfer, {Transfer.State.READY})
        sent = day or timezone.localdate()
        if sent > timezone.localdate():
            raise TransferProblem(Message("发出日期不能晚于今天。"), "day")
        volumes = [line.volume for line in lines]
        _check_whole_still(row, volumes)
        _refuse_gated(volumes)
        body = open_slip(row)
        if row.way == Way.COURIER and not (courier or body.courier).strip():
            raise TransferProblem(Message("填写机要交通的编号。"), "courier")
        row.version += 1
        row.word, row.year = settings().slip_word, sent.year
        row.serial = next_number(row.word, sent.year)
        row.sealed = seal_slip(
            row, msgspec.structs.replace(body, courier=(courier or body.courier).strip())
        )
        row.state, row.sent_on, row.sent_by = Transfer.State.SENT, sent, actor.id
        row.save()
        for line in lines:
            _move(actor, line.volume_id, "held", "moving", row)
            Line.objects.filter(pk=line.pk).update(
                books=line.volume.books,
                materials=line.volume.materials,
                pages=line.volume.pages,
            )
        _note(actor, "transfer.send", row, lines, {"sent": sent.isoformat()})
    return row


def register_receipt(actor: Actor, *, transfer: UUID, receipt: Receipt) -> Transfer:
    """登记回执: what the receiver keeps is away; what they sent back is here again, with the
    defects they listed."""
    with recording(actor):
        row, lines = held(actor, transfer, {Transfer.State.SENT})
        _check_receipt(row, lines, receipt)
        back = [line for line in lines if line.subject in receipt.returned]
        kept = [line for line in lines if line.subject not in receipt.returned]
        defects = tuple(text.strip() for text in receipt.defects if text.strip())
        body = msgspec.structs.replace(
            open_slip(row), signer=receipt.signer.strip(), defects=defects
        )
        row.version += 1
        row.sealed = seal_slip(row, body)
        row.state = Transfer.State.RECEIVED if kept else Transfer.State.REJECTED
        row.receipt_on, row.receipt_by = receipt.day, actor.id
        if receipt.scan is not None:
            name, data = receipt.scan
            row.receipt_scan = keep_file(actor, subject=SYSTEM, name=name, data=data).pk
        row.save()
        for line in kept:
            _move(actor, line.volume_id, "moving", "away", row)
        for line in back:
            _move(actor, line.volume_id, "moving", "held", row)
        _close(kept, Line.Outcome.RECEIVED)
        _close(back, Line.Outcome.RETURNED)
        _note(actor, "transfer.receipt", row, kept, {"received": receipt.day.isoformat()})
        _note(actor, "transfer.reject", row, back, {"defects": len(defects)})
    return row


def cancel_transfer(actor: Actor, *, transfer: UUID) -> Transfer:
    """What was agreed does not go after all; the volumes are free again."""
    with recording(actor):
        row, lines = held(actor, transfer, {Transfer.State.READY})
        row.state = Transfer.State.CANCELLED
        row.save(update_fields=["state"])
        _close(lines, Line.Outcome.NONE)
        _note(actor, "transfer.cancel", row, lines, {})
    return row


def held(actor: Actor, transfer: UUID, states: Collection[str]) -> tuple[Transfer, list[Line]]:
    """A transfer and its lines, their volumes locked first and in order. Rights over each person.

    Raises :class:`Absent` and, in another state, :class:`TransferProblem`.
    """
    ids = list(Line.objects.filter(transfer=transfer).values_list("volume", flat=True))
    locked = {
        volume.pk: volume
        for volume in Volume.objects.select_for_update(of=("self",))
        .select_related("subject")
        .filter(pk__in=ids)
        .order_by("pk")
    }
    row = Transfer.objects.select_for_update().filter(pk=transfer).first()
    if row is None or not locked:
        raise Absent
    if not all(may_keep(actor, volume) for volume in locked.values()):
        actor.trail.add(Event("transfer.read", outcome="refused", object=str(transfer)))
        raise Absent
    if row.state not in states:
        raise TransferProblem(
            Message("这份转递现在是“{state}”，不能这样办理。", state=row.get_state_display())
        )
    lines = list(row.lines.order_by("pk"))
    for line in lines:
        line.volume = locked[line.volume_id]
    return row, lines


def may_keep(actor: Actor, volume: Volume) -> bool:
    """Whether the actor handles transfers of this volume: not of their own or a relative's cadre
    file."""
    if not actor.may_at("transfers.manage", units.path(volume.subject.unit)):
        return False
    cadre = volume.kind == FileKind.CADRE
    return not (cadre and relation_of(actor.subject, volume.subject_id) is not None)


def _chosen(actor: Actor, ids: Collection[UUID]) -> list[Volume]:
    if not ids:
        raise TransferProblem(Message("请选择要转出的案卷。"), "volume")
    if len(set(ids)) > MOST_VOLUMES:
        raise TransferProblem(
            Message("一份转递单最多 {most} 卷，请分几份转递单办理。", most=MOST_VOLUMES), "volume"
        )
    found = [keep(actor, one, "transfers.manage").volume for one in sorted(set(ids))]
    return sorted(found, key=lambda volume: volume.number)


def _check_words(slip: Slip) -> None:
    if len(slip.receiver.strip()) < 2:
        raise TransferProblem(Message("填写收件机关的全称。"), "receiver")
    if not 2 <= len(slip.reason.strip()) <= 200:
        raise TransferProblem(Message("填写转递原因，2 到 200 个字。"), "reason")
    if slip.way not in Way.values:
        raise TransferProblem(
            Message("档案只能由机要交通或专人送取，不能邮寄，也不能由本人携带。"), "way"
        )


def _parts(subjects: Collection[UUID]) -> list[Part]:
    rows = Volume.objects.filter(subject__in=subjects).exclude(
        standing__in=(Volume.Standing.AWAY, Volume.Standing.DESTROYED)
    )
    return [
        Part(
            row.pk,
            row.subject_id,
            row.kind,
            row.copy,
            row.number,
            row.standing == Volume.Standing.HELD,
        )
        for row in rows
    ]


def _check_whole(slip: Slip, volumes: Sequence[Volume]) -> None:
    """Nothing of a file stays behind: never in instalments."""
    chosen = {volume.pk for volume in volumes}
    parts = _parts({volume.subject_id for volume in volumes})
    left = left_behind(chosen, parts, original_there=slip.original_there)
    if left:
        raise TransferProblem(
            Message(
                "同一个人的正本、副本一次转出，不能分批：还缺案卷 {numbers}。",
                numbers="、".join(part.number for part in left),
            ),
            "volume",
        )
    alone = [] if slip.original_there else copy_without_original(chosen, parts)
    if alone:
        raise TransferProblem(
            Message(
                "案卷 {number} 是副本，正本不在这里；对方已有正本的，请勾选说明。",
                number=alone[0].number,
            ),
            "original_there",
        )


def _check_whole_still(row: Transfer, volumes: Sequence[Volume]) -> None:
    """As at the time of asking: a volume opened meanwhile would stay behind."""
    _check_whole(
        Slip(
            volumes=[volume.pk for volume in volumes],
            receiver="",
            reason="",
            way=row.way,
            original_there=row.original_there,
        ),
        volumes,
    )


def _check_carriers(slip: Slip, volumes: Sequence[Volume]) -> None:
    """Never the person concerned or a relative, whether one of ours or named."""
    if slip.way == Way.COURIER:
        return
    if not slip.carriers:
        raise TransferProblem(Message("专人送取要写明送取人。"), "carriers")
    persons = {volume.subject_id for volume in volumes}
    names = roster.names(persons)
    for carrier in slip.carriers:
        if not carrier.name.strip():
            raise TransferProblem(Message("写明送取人的姓名。"), "carriers")
        if not carrier.subject and not carrier.document.strip():
            raise TransferProblem(
                Message("写明送取人“{name}”的证件号码。", name=carrier.name), "carriers"
            )
        for person in persons:
            mine = carrier.subject and relation_of(UUID(carrier.subject), person) is not None
            if mine or same_name(carrier.name, names.get(person, "")):
                raise TransferProblem(
                    Message(
                        "“{name}”是当事人或其亲属，不能送取这份档案，请另派人。", name=carrier.name
                    ),
                    "carriers",
                )


def _check_free(volumes: Sequence[Volume]) -> None:
    for volume in volumes:
        if volume.standing != Volume.Standing.HELD:
            raise TransferProblem(
                Message(
                    "案卷 {number} 现在是“{standing}”，收回后再转出。",
                    number=volume.number,
                    standing=volume.get_standing_display(),
                ),
                "volume",
            )
    _refuse_gated(volumes)


def _refuse_gated(volumes: Sequence[Volume]) -> None:
    stops = gates.reasons("transfer", [volume.pk for volume in volumes])
    for reasons in stops.values():
        raise TransferProblem(reasons[0], "volume")


def _body(slip: Slip) -> SlipBody:
    return SlipBody(
        receiver=slip.receiver.strip(),
        reason=slip.reason.strip(),
        carriers=slip.carriers,
        courier=slip.courier.strip(),
        remark=slip.remark.strip(),
    )


def _save_lines(row: Transfer, slip: Slip, volumes: Sequence[Volume]) -> None:
    keys = keys_of({volume.subject_id for volume in volumes})
    names = roster.names(keys.keys())
    tree = organization.tree()
    lines = []
    for volume in volumes:
        person = volume.subject_id
        body = LineBody(
            name=names.get(person, ""),
            post=slip.posts.get(person, "") or tree.label(volume.subject.unit),
            reason=slip.reasons.get(person, ""),
        )
        lines.append(
            Line(
                transfer=row,
                volume=volume,
                subject=person,
                books=volume.books,
                materials=volume.materials,
                pages=volume.pages,
                sealed=seal_line(keys[person], row.pk, volume.pk, body),
            )
        )
    try:
        with transaction.atomic():
            Line.objects.bulk_create(lines)
    except IntegrityError:
        raise TransferProblem(
            Message("有的案卷已在另一份转递里，办完或取消后再办。"), "volume"
        ) from None


def _open_case(actor: Actor, row: Transfer, volumes: Sequence[Volume]) -> None:
    persons = {volume.subject_id for volume in volumes}
    highest = max(max(volume.secrecy, volume.highest) for volume in volumes)
    facts: dict[str, Json] = {
        "cadre": any(volume.kind == FileKind.CADRE for volume in volumes),
        "marked": highest >= Secrecy.CONFIDENTIAL,
        "persons": len(persons),
        "volumes": len(volumes),
        "way": row.way,
    }
    barred = Account.objects.filter(subject__in=persons).values_list("pk", flat=True)
    try:
        case = workflow.open_case(
            actor,
            definition="transfer_out",
            subject=next(iter(persons)) if len(persons) == 1 else None,
            object=row.pk,
            facts=facts,
            barred=list(barred),
        )
    except CannotStart as problem:
        raise TransferProblem(problem.message) from None
    Transfer.objects.filter(pk=row.pk).update(case=case.id, case_number=case.number)
    row.case, row.case_number = case.id, case.number


def _check_receipt(row: Transfer, lines: Sequence[Line], receipt: Receipt) -> None:
    if row.sent_on is None or not row.sent_on <= receipt.day <= timezone.localdate():
        raise TransferProblem(Message("日期要在发出之后、今天以前。"), "day")
    unknown = receipt.returned - {line.subject for line in lines}
    if unknown:
        raise TransferProblem(Message("有的人不在这份转递单上，请刷新后再登记。"), "returned")
    if receipt.returned and not any(text.strip() for text in receipt.defects):
        raise TransferProblem(Message("对方退回的，写明退回的原因。"), "defects")
    kept = any(line.subject not in receipt.returned for line in lines)
    if kept and not receipt.signer.strip():
        raise TransferProblem(Message("填写回执上的签收人。"), "signer")


def _move(actor: Actor, volume: UUID, before: str, after: str, row: Transfer) -> None:
    try:
        change_standing(actor, volume=volume, expected={before}, to=after, why=row.case_number)
    except CatalogueProblem as problem:
        raise TransferProblem(problem.message) from None


def _close(lines: Sequence[Line], outcome: str) -> None:
    Line.objects.filter(pk__in=[line.pk for line in lines]).update(open=False, outcome=outcome)


def _note(
    actor: Actor, action: str, row: Transfer, lines: Sequence[Line], facts: Mapping[str, Json]
) -> None:
    for person in dict.fromkeys(line.subject for line in lines):
        actor.trail.add(
            Event(
                action,
                subject=person,
                object=str(row.pk),
                facts={**facts, "number": row.serial or 0, "year": row.year or 0},
            )
        )
