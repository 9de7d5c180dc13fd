"""移交: custody passes from one archivist to another, counted by the second, signed by both and by
a supervisor 监交人. Each step is kept, so a count may stop and go on."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from dangan.access.models import Account, AccountState, Grant
from dangan.access.queries import in_force
from dangan.access.rules import Absent, Actor, Refused, refuse
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.models import Volume
from dangan.materials.loans.telling import keepers
from dangan.materials.transfers.models import HandOver, HandOverLine
from dangan.materials.transfers.problems import TransferProblem
from dangan.materials.transfers.rules.checks import sample
from dangan.materials.transfers.sealing import seal_note, seal_reason
from dangan.materials.transfers.series import next_number
from dangan.notices.actions import tell

SERIES = "YJ"
SUPERVISORS = ("hr_manager", "leader")
"""Who may be the supervisor 监交人: they keep no files themselves."""
OPEN = (HandOver.State.COUNTING, HandOver.State.SIGNING)
KEPT = (Volume.Standing.HELD, Volume.Standing.LENT, Volume.Standing.MOVING)
SAMPLE_SHARE = 10
"""Per cent of the volumes that a sample takes."""


def begin_handover(
    actor: Actor,
    *,
    giver: UUID,
    taker: UUID,
    supervisor: UUID,
    reason: str,
    volumes: Collection[UUID] | None = None,
    count_all: bool = True,
) -> HandOver:
    """Draws up the list: everything ``giver`` keeps, or of it only ``volumes``.

    Begun by the giver, or by the supervisor when the giver has gone. Raises :class:`Refused` and
    :class:`TransferProblem`.
    """
    with recording(actor):
        if actor.id not in {giver, supervisor}:
            raise refuse(actor, "transfers.manage")
        _check_parties(giver, taker, supervisor)
        if len(reason.strip()) < 4:
            raise TransferProblem(Message("写明移交原因，至少 4 个字。"), "reason")
        rows = Volume.objects.filter(keeper=giver, standing__in=KEPT).order_by("number")
        if volumes is not None:
            rows = rows.filter(pk__in=volumes)
        found = list(rows)
        if not found:
            raise TransferProblem(Message("移交人名下没有可移交的案卷。"), "giver")
        year = timezone.localdate().year
        row = HandOver(
            id=uuid4(),
            year=year,
            serial=next_number(SERIES, year),
            giver=giver,
            taker=taker,
            supervisor=supervisor,
            count_all=count_all,
            begun_by=actor.id,
            at=timezone.now(),
        )
        row.sealed_reason = seal_reason(row, reason.strip())
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise TransferProblem(Message("移交人还有一次没办完的移交。"), "giver") from None
        ids = [volume.pk for volume in found]
        drawn = set(ids) if count_all else sample(ids, SAMPLE_SHARE)
        HandOverLine.objects.bulk_create(
            HandOverLine(
                handover=row,
                volume=volume,
                subject=volume.subject_id,
                drawn=volume.pk in drawn,
                materials=volume.materials,
                pages=volume.pages,
            )
            for volume in found
        )
        facts = {"number": row.number, "volumes": len(found), "drawn": len(drawn)}
        actor.trail.add(Event("custody.begin", object=str(row.pk), facts=facts))
    return row


def count_volume(actor: Actor, *, line: int, outcome: str, note: str = "") -> HandOverLine:
    """清点: the taker says whether a volume is there; again until the count is ended."""
    with recording(actor):
        handover = HandOverLine.objects.filter(pk=line).values_list("handover", flat=True).first()
        row = _locked(actor, handover, HandOver.State.COUNTING)
        _require(actor, row.taker)
        found = HandOverLine.objects.select_for_update().get(pk=line)
        if outcome not in {"found", "differs", "missing"}:
            raise TransferProblem(Message("选择相符、有差异或未见。"), "outcome")
        if outcome != "found" and len(note.strip()) < 2:
            raise TransferProblem(Message("写明差异在哪里。"), "note")
        found.outcome, found.counted_at = outcome, timezone.now()
        found.sealed_note = seal_note(found, note.strip()[:300])
        found.save(update_fields=["outcome", "counted_at", "sealed_note"])
        facts = {"volume": str(found.volume_id), "outcome": outcome}
        actor.trail.add(
            Event("custody.count", subject=found.subject, object=str(row.pk), facts=facts)
        )
    return found


def finish_count(actor: Actor, *, handover: UUID) -> HandOver:
    """结束清点: nothing drawn is left uncounted; the three are asked to sign."""
    with recording(actor):
        row = _locked(actor, handover, HandOver.State.COUNTING)
        _require(actor, row.taker)
        left = row.lines.filter(drawn=True, outcome="").count()
        if left:
            raise TransferProblem(Message("还有 {count} 卷没有清点。", count=left))
        row.state = HandOver.State.SIGNING
        row.save(update_fields=["state"])
        actor.trail.add(Event("custody.counted", object=str(row.pk)))
        tell(
            accounts=[row.giver, row.taker, row.supervisor],
            topic="custody.sign",
            url=reverse("transfers:handover", args=[row.pk]),
            facts={"number": row.number},
        )
    return row


def sign_handover(actor: Actor, *, handover: UUID) -> HandOver:
    """签字, each by their own log-in, the supervisor after the two others. With the third
    signature the volumes have a new keeper; what was not seen stays with the giver."""
    with recording(actor):
        row = _locked(actor, handover, HandOver.State.SIGNING)
        slot = {row.giver: "giver_at", row.taker: "taker_at", row.supervisor: "supervisor_at"}.get(
            actor.id
        )
        if slot is None:
            raise Absent
        if getattr(row, slot) is not None:
            raise TransferProblem(Message("你已经签过字。"))
        if slot == "supervisor_at" and not (row.giver_at and row.taker_at):
            raise TransferProblem(Message("移交人和接收人签字后，监交人再签。"))
        setattr(row, slot, timezone.now())
        actor.trail.add(
            Event("custody.sign", object=str(row.pk), facts={"as": slot.removesuffix("_at")})
        )
        if slot == "supervisor_at":
            _complete(actor, row)
        row.save()
    return row


def cancel_handover(actor: Actor, *, handover: UUID) -> HandOver:
    """Given up before the third signature, by whoever began it or the supervisor."""
    with recording(actor):
        row = _locked(actor, handover, *OPEN)
        if actor.id not in {row.begun_by, row.supervisor}:
            raise Refused("transfers.manage")
        row.state = HandOver.State.CANCELLED
        row.save(update_fields=["state"])
        actor.trail.add(Event("custody.cancel", object=str(row.pk)))
    return row


def takes_part(actor: Actor, row: HandOver) -> bool:
    """One of the three, or whoever keeps transfers everywhere."""
    return actor.id in {row.giver, row.taker, row.supervisor, row.begun_by} or actor.may_at(
        "transfers.manage", ()
    )


def _complete(actor: Actor, row: HandOver) -> None:
    lines = row.lines.exclude(outcome=HandOverLine.Outcome.MISSING)
    ids = list(lines.values_list("volume", flat=True))
    still = Volume.objects.select_for_update(of=("self",)).filter(
        pk__in=ids, keeper=row.giver, standing__in=KEPT
    )
    kept = list(still.order_by("pk").values_list("pk", flat=True))
    Volume.objects.filter(pk__in=kept).update(keeper=row.taker)
    row.state, row.done_at = HandOver.State.DONE, timezone.now()
    facts = {"number": row.number, "volumes": len(kept), "left": row.lines.count() - len(kept)}
    actor.trail.add(Event("custody.done", object=str(row.pk), facts=facts))


def _locked(actor: Actor, handover: UUID | None, *states: str) -> HandOver:
    rows = HandOver.objects.select_for_update()
    row = rows.filter(pk=handover).first() if handover is not None else None
    if row is None or not takes_part(actor, row):
        actor.trail.add(Event("custody.read", outcome="refused", object=str(handover or "")))
        raise Absent
    if row.state not in states:
        raise TransferProblem(
            Message("这次移交现在是“{state}”，不能这样办理。", state=row.get_state_display())
        )
    return row


def _require(actor: Actor, account: UUID) -> None:
    if actor.id != account:
        raise refuse(actor, "transfers.manage", "只有接收人清点")


def _check_parties(giver: UUID, taker: UUID, supervisor: UUID) -> None:
    if len({giver, taker, supervisor}) < 3:
        raise TransferProblem(Message("移交人、接收人、监交人要是三个人。"), "taker")
    if taker not in {account for account, _unit in keepers("transfers.manage")}:
        raise TransferProblem(Message("接收人要是档案管理员，请重新选择。"), "taker")
    held = Grant.objects.filter(
        in_force(timezone.localdate()),
        Q(role__in=SUPERVISORS),
        account=supervisor,
        account__state=AccountState.ACTIVE,
    )
    if not held.exists():
        raise TransferProblem(Message("监交人要是人事经理或分管领导，请重新选择。"), "supervisor")
    if not Account.objects.filter(pk=giver).exists():
        raise TransferProblem(Message("没有这个移交人，请重新选择。"), "giver")
