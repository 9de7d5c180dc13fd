"""Appraisal 鉴定: drawing up a list, an opinion for each item, and sending it on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone

from dangan.access import units
from dangan.access.models import Account
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Subject
from dangan.materials.disposal.holds import held
from dangan.materials.disposal.models import DestructionList, Due, Item, What
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.disposal.rules.lists import ListedItem, digest_of
from dangan.materials.disposal.rules.schedules import MOST_YEARS
from dangan.materials.disposal.sealing import (
    Names,
    keys_with_withheld,
    names_of,
    put_names,
    reason_place,
    seal_text,
)
from dangan.vault.rules import SubjectKey
from dangan.workflow.actions import open_case, resubmit
from dangan.workflow.models import Case

MOST_ITEMS = 500
GROUP_MIN = 2
KIND = "destruction"
_LOCK = 0x78680000  # the advisory lock's number: "xh"


@dataclass(frozen=True, slots=True)
class Pick:
    """One thing of the due list."""

    what: str
    target: UUID


def draft_list(actor: Actor, *, picks: Sequence[Pick]) -> DestructionList:
    """A new list, numbered at once, with these things; each stands in one list at a time.

    Needs ``disposal.manage`` over each person's unit. Raises :class:`Absent` for something that
    is not due or out of reach, :class:`DisposalProblem`.
    """
    require(actor, "disposal.manage")
    if not picks or len(picks) > MOST_ITEMS:
        raise DisposalProblem(
            Message("请选择 1 到 {most} 项，更多的请分成几份清册。", most=MOST_ITEMS)
        )
    with recording(actor):
        found = _due(actor, picks)
        row = _numbered(actor)
        keys = keys_with_withheld({due.subject for due in found})
        items = [_item(row, place, due, keys) for place, due in enumerate(found, start=1)]
        try:
            with transaction.atomic():
                Item.objects.bulk_create(items)
        except IntegrityError:
            raise DisposalProblem(
                Message("有的已经列入另一份清册，请刷新到期清单后重新选择。")
            ) from None
        put_names(row, Names(proposer=_name(actor)))
        row.save(update_fields=["sealed_names"])
        actor.trail.add(
            Event(
                "disposal.draft",
                object=str(row.pk),
                facts={"number": row.number, "items": len(items)},
            )
        )
        return row


def _due(actor: Actor, picks: Sequence[Pick]) -> list[Due]:
    wanted = {(pick.what, pick.target) for pick in picks}
    rows = Due.objects.filter(target__in=[pick.target for pick in picks], way=Due.Way.DESTROY)
    found = [
        due for due in rows.order_by("number", "due_on", "id") if (due.what, due.target) in wanted
    ]
    homes = dict(
        Subject.objects.filter(pk__in={due.subject for due in found}).values_list("pk", "unit")
    )
    within = [
        due for due in found if actor.may_at("disposal.manage", units.path(homes[due.subject]))
    ]
    if len(within) < len(wanted):
        raise Absent
    whole = {due.subject for due in within if due.what == What.DOSSIER}
    return [due for due in within if due.what == What.DOSSIER or due.subject not in whole]


def _numbered(actor: Actor) -> DestructionList:
    now = timezone.now()
    year = timezone.localdate().year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = DestructionList.objects.filter(year=year).aggregate(last=Max("serial"))["last"]
    return DestructionList.objects.create(
        year=year, serial=(last or 0) + 1, proposed_by=actor.id, proposed_at=now
    )


def _item(row: DestructionList, place: int, due: Due, keys: Mapping[UUID, SubjectKey]) -> Item:
    if due.subject not in keys:
        raise Absent
    return Item(
        list=row,
        position=place,
        what=due.what,
        subject=due.subject,
        target=due.target,
        volume=due.volume,
        number=due.number,
        info_set=due.info_set,
        due_on=due.due_on,
        sealed_ground=due.sealed_ground,
    )


def own_draft(actor: Actor, list_: UUID, *, states: Sequence[str] = ("draft",)) -> DestructionList:
    """A list the actor drew up, locked. Raises :class:`Absent`, :class:`DisposalProblem`."""
    row = DestructionList.objects.select_for_update().filter(pk=list_).first()
    if row is None or row.proposed_by != actor.id:
        raise Absent
    if row.state not in states:
        raise DisposalProblem(Message("清册已经提交，不能再改。要改请先撤回或等退回。"))
    return row


def give_opinion(
    actor: Actor, *, list_: UUID, item: UUID, opinion: str, years: int = 0, reason: str = ""
) -> None:
    """鉴定意见 on one item: destroy, extend by years, or keep for good; the last two with a reason.

    Raises :class:`Absent`, :class:`DisposalProblem`.
    """
    require(actor, "disposal.manage")
    with recording(actor):
        own_draft(actor, list_)
        row = Item.objects.select_for_update().filter(pk=item, list=list_).first()
        if row is None:
            raise Absent
        _check_opinion(row, opinion, years, reason.strip())
        keys = keys_with_withheld([row.subject])
        if row.subject not in keys:
            raise Absent
        row.opinion, row.years = opinion, years if opinion == Item.Opinion.EXTEND else 0
        place = reason_place(row.subject, row.pk)
        row.sealed_reason = seal_text(keys[row.subject], place, reason.strip()) or None
        row.save(update_fields=["opinion", "years", "sealed_reason"])
        actor.trail.add(
            Event(
                "disposal.appraise",
                subject=row.subject,
                object=str(row.pk),
                facts={"opinion": opinion, "years": row.years},
            )
        )


def _check_opinion(row: Item, opinion: str, years: int, reason: str) -> None:
    if opinion not in Item.Opinion.values:
        raise DisposalProblem(Message("请选择鉴定意见。"))
    if opinion == Item.Opinion.EXTEND and not 1 <= years <= MOST_YEARS:
        raise DisposalProblem(
            Message(
                "第 {place} 项：延长保管写 1 到 {most} 年。", place=row.position, most=MOST_YEARS
            )
        )
    if opinion != Item.Opinion.DESTROY and len(reason) < 4:
        raise DisposalProblem(
            Message("第 {place} 项：继续保管要写明理由，至少 4 个字。", place=row.position)
        )


def drop_item(actor: Actor, *, list_: UUID, item: UUID) -> None:
    """Takes an item off a draft; it stays on the due list. Raises as :func:`give_opinion`."""
    require(actor, "disposal.manage")
    with recording(actor):
        own_draft(actor, list_)
        gone, _each = Item.objects.filter(pk=item, list=list_).delete()
        if not gone:
            raise Absent


def discard_draft(actor: Actor, *, list_: UUID) -> None:
    """Gives a draft up; its number stays used. Raises as :func:`give_opinion`."""
    require(actor, "disposal.manage")
    with recording(actor):
        row = own_draft(actor, list_)
        release(row)
        row.state = DestructionList.State.WITHDRAWN
        row.save(update_fields=["state"])
        actor.trail.add(Event("disposal.withdraw", object=str(row.pk)))


def release(row: DestructionList) -> None:
    """What was listed may be listed again elsewhere."""
    row.items.filter(state=Item.State.LISTED).update(
        state=Item.State.SPARED, spared_for="withdrawn"
    )


def submit(actor: Actor, *, list_: UUID, group: Sequence[str], words: str = "") -> DestructionList:
    """Sends the list to legal, the privacy officer and the leader.

    ``group`` names the appraisal group, two at least. Raises :class:`Absent`,
    :class:`DisposalProblem`, :class:`dangan.workflow.problems.CannotStart`.
    """
    require(actor, "disposal.manage")
    names = tuple(dict.fromkeys(name.strip() for name in group if name.strip()))
    if len(names) < GROUP_MIN:
        raise DisposalProblem(Message("鉴定小组至少两人，请写上他们的姓名。"))
    with recording(actor):
        row = own_draft(actor, list_)
        items = list(row.items.all())
        if not items:
            raise DisposalProblem(Message("清册里没有内容，请先从到期清单选择。"))
        _refuse_held(items)
        row.digest = list_digest(row, items)
        put_names(row, _with_group(row, names))
        row.state = DestructionList.State.OPEN
        facts = facts_of(items)
        if row.case is None:
            barred = barred_accounts(items)
            case = open_case(
                actor,
                definition=KIND,
                subject=None,
                object=row.pk,
                facts=facts,
                words=words,
                barred=barred,
            )
            row.case, row.case_number = case.id, case.number
        else:
            resubmit(actor, case=row.case, facts=facts, words=words)
        row.save()
        actor.trail.add(
            Event(
                "disposal.submit",
                object=str(row.pk),
                facts={"number": row.number, "sha256": bytes(row.digest).hex()},
            )
        )
        return row


def _with_group(row: DestructionList, group: tuple[str, ...]) -> Names:
    return Names(group=group, proposer=names_of(row).proposer)


def _refuse_held(items: Sequence[Item]) -> None:
    asked = [item for item in items if item.opinion == Item.Opinion.DESTROY]
    found = holds_on(asked)
    for item in asked:
        if item.pk in found:
            raise DisposalProblem(
                Message(
                    "第 {place} 项有保全 {number}，请移出清册或改为延长保管。",
                    place=item.position,
                    number=found[item.pk],
                )
            )


def holds_on(items: Sequence[Item]) -> dict[UUID, str]:
    """By item, the number of the hold that covers it now."""
    by_what = {
        what: [item.target for item in items if item.what == what]
        for what in (What.VOLUME, What.MATERIAL)
    }
    whole = held(
        [item.subject for item in items if item.what == What.DOSSIER],
        by_what[What.VOLUME],
        by_what[What.MATERIAL],
    )
    rows = held([item.subject for item in items if item.what == What.ROW], whole=False).subjects
    found = {}
    for item in items:
        number = {
            What.DOSSIER: whole.subjects.get(item.subject),
            What.VOLUME: whole.volumes.get(item.target),
            What.MATERIAL: whole.materials.get(item.target),
            What.ROW: rows.get(item.subject),
        }[What(item.what)]
        if number:
            found[item.pk] = number
    return found


def barred_accounts(items: Sequence[Item]) -> list[UUID]:
    """Nobody decides on their own file."""
    subjects = {item.subject for item in items}
    return list(Account.objects.filter(subject__in=subjects).values_list("pk", flat=True))


def facts_of(items: Sequence[Item]) -> dict[str, int | bool]:
    """What branches of the definition may ask."""
    return {
        "items": len(items),
        "dossiers": any(item.what == What.DOSSIER for item in items),
        "kept": any(item.opinion != Item.Opinion.DESTROY for item in items),
    }


def list_digest(row: DestructionList, items: Sequence[Item]) -> bytes:
    """What was agreed, in 32 bytes."""
    return digest_of(
        row.number,
        [ListedItem(i.position, i.what, i.target, i.number, i.opinion, i.years) for i in items],
    )


def _name(actor: Actor) -> str:
    return names_of_accounts([actor.id]).get(actor.id, actor.name)


def case_of(row: DestructionList) -> Case | None:
    """The list's case."""
    return Case.objects.filter(pk=row.case).first() if row.case else None
