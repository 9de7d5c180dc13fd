"""Executing a destruction: first the list is marked as being executed, which is its durable plan;
then each item goes in a transaction of its own; then the list is closed. A process killed at any
point leaves a list that was not begun, or one that :func:`finish_all` finishes.

Locks are taken in one order by everybody: the holds' lock, the item, the dossier, its volumes, its
materials. A hold placed meanwhile waits for the item under way and spares the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec
from django.utils import timezone

from dangan.access.queries import names_of_accounts, system_actor
from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import flush, recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers import destroying as dossiers
from dangan.dossiers.models import Subject
from dangan.files.models import SealedFile
from dangan.files.storage import files, place_of
from dangan.materials.catalogue import gates
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.queries import settings
from dangan.materials.disposal import erasure, holds
from dangan.materials.disposal.actions.listing import holds_on, list_digest, release
from dangan.materials.disposal.actions.witnessing import (
    avoids,
    refuse_if,
    standing,
    subjects_of,
    within,
)
from dangan.materials.disposal.models import DestructionList, Due, Extension, Item, What
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.disposal.rules.lists import execution_refusal, keep_until, total
from dangan.materials.disposal.rules.schedules import due_on
from dangan.materials.disposal.sealing import (
    ground_place,
    keys_with_withheld,
    names_of,
    open_text,
    put_names,
)
from dangan.vault import queries as vault
from dangan.workflow.models import Case, Task

State = DestructionList.State


class Changed(DisposalProblem):
    """The list is not what was approved."""


def execute(actor: Actor, *, list_: UUID) -> DestructionList:
    """Begins the destruction and carries it through as far as this process lives.

    Needs ``disposal.manage`` over every person's unit, the approval, and two witnesses, of whom
    the actor is none. Raises :class:`Absent`, :class:`DisposalProblem`; nothing has begun then.
    """
    require(actor, "disposal.manage")
    with recording(actor):
        row = DestructionList.objects.select_for_update().filter(pk=list_).first()
        if row is None or not within(actor, "disposal.manage", subjects_of(row)):
            actor.trail.add(Event("disposal.execute", outcome="refused", object=str(list_)))
            raise Absent
        refuse_if(actor, row, execution_refusal(standing(row), actor.id, avoids=avoids(actor, row)))
        if bytes(row.digest or b"") != list_digest(row, list(row.items.all())):
            raise Changed(_changed())
        row.state, row.executed_by, row.executing_at = State.EXECUTING, actor.id, timezone.now()
        row.epoch = max(epoch.id for epoch in vault.epochs())
        names = names_of(row)
        name = names_of_accounts([actor.id]).get(actor.id, actor.name)
        approvers = tuple(_approvers(row))
        put_names(row, msgspec.structs.replace(names, executor=name, approvers=approvers))
        row.save()
        actor.trail.add(Event("disposal.execute", object=str(row.pk), facts={"number": row.number}))
    return carry_on(actor, list_=list_)


def _changed() -> Message:
    return Message("清册与批准时不一致，没有销毁。请告知系统管理员核验日志。")


def _approvers(row: DestructionList) -> list[tuple[str, str]]:
    """Who agreed to it, by step and name, in order."""
    if row.case is None:
        return []
    case = Case.objects.select_related("definition_version").get(pk=row.case)
    labels = {step["key"]: step["label"] for step in _steps(case.definition_version.body["steps"])}
    done = Task.objects.filter(case=case, state=Task.State.DONE, verdict="agree")
    tasks = list(done.order_by("done_at").values_list("step", "done_by"))
    names = names_of_accounts([who for _step, who in tasks if who])
    return [(labels.get(step, step), names.get(who, "")) for step, who in tasks if who]


def _steps(body: object) -> list[Mapping[str, str]]:
    """All steps of a definition's body, those inside others too."""
    found: list[Mapping[str, str]] = []
    if isinstance(body, list):
        for one in body:
            found += _steps(one)
    elif isinstance(body, dict):
        if "key" in body and "label" in body:
            found.append(body)
        for value in body.values():
            found += _steps(value)
    return found


def carry_on(actor: Actor, *, list_: UUID) -> DestructionList:
    """Destroys what is still listed of an executing list and closes it. Safe to call again, and
    by two processes at once."""
    waiting = Item.objects.filter(list=list_, list__state=State.EXECUTING, state=Item.State.LISTED)
    for item in list(waiting.order_by("position").values_list("pk", flat=True)):
        _one(actor, item)
    _close(actor, list_)
    return DestructionList.objects.get(pk=list_)


def finish_all(actor: Actor | None = None) -> int:
    """Finishes lists whose execution was cut off; gives how many."""
    acting = actor or system_actor(purpose="续办销毁")
    cut = list(DestructionList.objects.filter(state=State.EXECUTING).values_list("pk", flat=True))
    for list_ in cut:
        carry_on(acting, list_=list_)
    flush(acting.trail)
    return len(cut)


def _one(actor: Actor, pk: UUID) -> None:
    """One item, whole or not at all."""
    with recording(actor):
        holds.share()
        found = Item.objects.select_for_update(of=("self",)).select_related("list")
        item = found.filter(pk=pk, state=Item.State.LISTED, list__state=State.EXECUTING).first()
        if item is None:
            return
        if item.opinion != Item.Opinion.DESTROY:
            item.state = Item.State.KEPT
        else:
            _destroy(actor, item)
        item.done_at = timezone.now()
        item.save()
        actor.trail.add(
            Event(
                "disposal.item",
                subject=item.subject,
                object=str(item.list_id),
                facts={
                    "number": item.list.number,
                    "item": item.position,
                    "what": item.what,
                    "target": str(item.target),
                    "state": item.state,
                    "counts": item.counts,
                },
            )
        )


def _destroy(actor: Actor, item: Item) -> None:
    person = Subject.objects.select_for_update().filter(pk=item.subject).first()
    volumes = _lock_volumes(item)
    held = holds_on([item])
    if held:
        item.state, item.spared_for = Item.State.SPARED, f"hold {held[item.pk]}"[:16]
        return
    if gates.reasons("destroy", [volume.pk for volume in volumes]):
        item.state, item.spared_for = Item.State.SPARED, "gate"
        return
    if person is None or person.state == Subject.State.DESTROYED:
        item.state, item.spared_for = Item.State.SPARED, "gone"
        return
    ground = _ground(item) if item.what != What.MATERIAL else ""
    item.counts = _erase(actor, item, volumes)
    item.state = Item.State.DESTROYED
    # What the appraisal said of it goes with it.
    item.ground = ground
    item.sealed_ground, item.sealed_reason = b"", None
    _forget(item)


def _ground(item: Item) -> str:
    """The line of the schedule by which it was due."""
    key = keys_with_withheld([item.subject]).get(item.subject)
    place = ground_place(item.subject, item.target)
    return open_text(key, place, item.sealed_ground)[:16] if key else ""


def _lock_volumes(item: Item) -> list[Volume]:
    rows = Volume.objects.select_for_update(of=("self",)).order_by("pk")
    rows = rows.exclude(standing=Volume.Standing.DESTROYED)
    if item.what == What.DOSSIER:
        return list(rows.filter(subject=item.subject))
    return list(rows.filter(pk=item.volume)) if item.volume else []


def _erase(actor: Actor, item: Item, volumes: list[Volume]) -> dict[str, int]:
    if item.what == What.ROW:
        versions = dossiers.destroy_row(actor, subject=item.subject, row=item.target)
        return {"rows": 1, "versions": versions}
    papers = Material.objects.select_for_update().order_by("pk")
    if item.what == What.MATERIAL:
        papers = papers.filter(pk=item.target, state=Material.State.FILED)
        whole: list[Volume] = []
    else:
        papers = papers.filter(volume__in=volumes).exclude(state=Material.State.DESTROYED)
        whole = volumes
    scope = erasure.Scope(
        subjects=frozenset({item.subject} if item.what == What.DOSSIER else ()),
        volumes=frozenset(volume.pk for volume in whole),
        materials=frozenset(papers.values_list("pk", flat=True)),
    )
    counts = {"dossiers": len(scope.subjects), "volumes": len(whole), **erasure.erase(actor, scope)}
    if scope.subjects:
        counts["records"] = dossiers.destroy_dossier(actor, subject=item.subject)
    return {key: count for key, count in counts.items() if count}


def _forget(item: Item) -> None:
    """Off the due list, and out of earlier lists' words."""
    gone = Due.objects.filter(what=item.what, target=item.target)
    if item.what == What.DOSSIER:
        gone = Due.objects.filter(subject=item.subject)
        others = Item.objects.filter(subject=item.subject).exclude(pk=item.pk)
        others.update(sealed_ground=b"", sealed_reason=None)
    elif item.what == What.VOLUME:
        gone = Due.objects.filter(volume=item.volume)
    gone.delete()


def _close(actor: Actor, list_: UUID) -> None:
    """The ledger line: number, dates, counts. Bytes on the disk are looked for once more."""
    _sweep_bytes(list_)
    with recording(actor):
        row = DestructionList.objects.select_for_update().get(pk=list_)
        items = list(row.items.all())
        if row.state != State.EXECUTING or any(i.state == Item.State.LISTED for i in items):
            return
        row.state, row.done_at = State.DONE, timezone.now()
        row.counts = total([item.counts for item in items])
        for state in (Item.State.KEPT, Item.State.SPARED):
            count = sum(item.state == state for item in items)
            row.counts |= {state.value: count} if count else {}
        row.keep_until = keep_until(timezone.localdate(), settings().ledger_years)
        row.save()
        actor.trail.add(
            Event(
                "disposal.done",
                object=str(row.pk),
                facts={
                    "number": row.number,
                    "sha256": bytes(row.digest or b"").hex(),
                    "counts": row.counts,
                    "epoch": row.epoch,
                },
            )
        )


def _sweep_bytes(list_: UUID) -> None:
    """Deletes what a crash between a commit and the deletion after it has left: unreadable
    already, since the files' keys are gone."""
    subjects = set(
        Item.objects.filter(list=list_, state=Item.State.DESTROYED).values_list(
            "subject", flat=True
        )
    )
    gone = SealedFile.objects.filter(subject__in=subjects, state=SealedFile.State.GONE)
    for name in gone.values_list("object", flat=True).iterator(500):
        files().delete(place_of(name))


def approve(actor: Actor, *, list_: UUID) -> DestructionList:
    """All have agreed: what is to be kept is kept from now on, what goes waits for witnesses.

    For the case's act, in its transaction.
    """
    row = DestructionList.objects.select_for_update().get(pk=list_)
    items = list(row.items.all())
    if row.state != State.OPEN or bytes(row.digest or b"") != list_digest(row, items):
        raise Changed(_changed())
    row.state, row.approved_at = State.APPROVED, timezone.now()
    row.save(update_fields=["state", "approved_at"])
    _extend(row, items)
    actor.trail.add(Event("disposal.approve", object=str(row.pk), facts={"number": row.number}))
    return row


def _extend(row: DestructionList, items: list[Item]) -> None:
    today = timezone.localdate()
    kept = [item for item in items if item.opinion != Item.Opinion.DESTROY]
    for item in kept:
        until = due_on(item.years, today) if item.years else None
        Extension.objects.create(
            what=item.what,
            target=item.target,
            subject=item.subject,
            until=until,
            list=row,
            at=timezone.now(),
        )
        Due.objects.filter(what=item.what, target=item.target).delete()


def end(row: DestructionList, outcome: str) -> None:
    """The case ended without agreement: what was listed may be listed again."""
    if outcome == "agreed":
        return
    release(row)
    row.state = State.REFUSED if outcome == "refused" else State.WITHDRAWN
    row.save(update_fields=["state"])
