"""监销: two people confirm, each with a second factor, that they are there to see it done."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext_noop

from dangan.access import units
from dangan.access.factors.actions import prove
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Subject
from dangan.materials.avoidance.queries import relation
from dangan.materials.disposal.models import DestructionList, Witness
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.disposal.rules.lists import Refusal, Standing, witness_refusal
from dangan.materials.disposal.sealing import names_of, put_names

WORDS: dict[Refusal, str] = {
    "state": gettext_noop("清册现在不在待监销状态，不能办理。请刷新后再看。"),
    "proposer": gettext_noop("清册由你提出，不能由你监销，请另一位监销人确认。"),
    "again": gettext_noop("你已经确认过，还需要另一位监销人。"),
    "relative": gettext_noop("清册里有你本人或亲属的档案，你要回避，请另一位办理。"),
    "full": gettext_noop("两位监销人都已确认，可以执行销毁。"),
    "executor": gettext_noop("监销人不能同时执行销毁，请另一位档案管理员执行。"),
    "missing": gettext_noop("两位监销人还没有都确认，不能执行销毁。"),
}


def witness(actor: Actor, *, list_: UUID, code: str) -> Witness:
    """The actor confirms to be a witness; ``code`` is the second factor.

    Needs ``disposal.witness`` over every person's unit. Raises :class:`Absent`,
    :class:`DisposalProblem`, :class:`dangan.access.factors.actions.WrongCode`. The code is asked
    last of all that can be known before, and before the transaction.
    """
    require(actor, "disposal.witness")
    row = DestructionList.objects.filter(pk=list_).first()
    if row is None or not within(actor, "disposal.witness", subjects_of(row)):
        actor.trail.add(Event("disposal.witness", outcome="refused", object=str(list_)))
        raise Absent
    refuse_if(actor, row, witness_refusal(standing(row), actor.id, avoids=avoids(actor, row)))
    prove(actor, code=code)
    with recording(actor):
        row = DestructionList.objects.select_for_update().get(pk=list_)
        stands = standing(row)
        refuse_if(actor, row, witness_refusal(stands, actor.id, avoids=avoids(actor, row)))
        try:
            made = Witness.objects.create(
                list=row,
                place=len(stands.witnesses) + 1,
                account=actor.id,
                at=timezone.now(),
            )
        except IntegrityError:
            raise DisposalProblem(Message(WORDS["again"])) from None
        _add_name(row, actor)
        actor.trail.add(
            Event(
                "disposal.witness",
                object=str(row.pk),
                facts={"number": row.number, "place": made.place},
            )
        )
        return made


def _add_name(row: DestructionList, actor: Actor) -> None:
    names = names_of(row)
    own = names_of_accounts([actor.id]).get(actor.id, actor.name)
    put_names(row, msgspec.structs.replace(names, witnesses=(*names.witnesses, own)))
    row.save(update_fields=["sealed_names"])


def standing(row: DestructionList) -> Standing:
    """What the rules need to know of a list."""
    accounts = row.witnesses.order_by("place").values_list("account", flat=True)
    return Standing(row.state, row.proposed_by, tuple(accounts))


def refuse_if(actor: Actor, row: DestructionList, refusal: Refusal | None) -> None:
    """Raises :class:`DisposalProblem` with the refusal's sentence, and notes it."""
    if refusal is not None:
        actor.trail.add(
            Event(
                "disposal.witness",
                outcome="refused",
                object=str(row.pk),
                facts={"why": refusal},
            )
        )
        raise DisposalProblem(Message(WORDS[refusal]))


def avoids(actor: Actor, row: DestructionList) -> bool:
    """Whether the list holds the actor's own file or a relative's."""
    if actor.subject is None:
        return False
    return any(relation(actor, subject) is not None for subject in subjects_of(row))


def subjects_of(row: DestructionList) -> set[UUID]:
    """Whose things are listed."""
    return set(row.items.values_list("subject", flat=True))


def within(actor: Actor, permission: str, subjects: Iterable[UUID]) -> bool:
    """Whether the permission is held over the unit of every one of them."""
    homes = Subject.objects.filter(pk__in=set(subjects)).values_list("unit", flat=True).distinct()
    return all(actor.may_at(permission, units.path(home)) for home in homes)
