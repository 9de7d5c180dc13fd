"""Opening cases, and submitting again what came back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID, uuid4

from dangan.access.rules import Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event as Noted
from dangan.workflow import definitions_store as store
from dangan.workflow import opening, people
from dangan.workflow.actions.acting import acting, check_base, event_of
from dangan.workflow.actions.running import Run, Running
from dangan.workflow.handling import Facts
from dangan.workflow.models import Case
from dangan.workflow.problems import CannotStart, NotAllowed


def open_case(
    actor: Actor,
    *,
    definition: str,
    subject: UUID | None,
    object: UUID | None,
    facts: Facts,
    words: str = "",
    effective: date | None = None,
    barred: Collection[UUID] = (),
) -> Case:
    """Opens and submits a case by the definition in use; joins the caller's transaction.

    ``effective`` becomes the fact of that name. ``barred`` are accounts that must not decide
    besides the initiator's and the person's own: whoever gains without having a dossier.

    Who may start what is the calling room's to require; ``start`` of the definition is required
    here. The row stands before effects happen, so that a kind may cite its number. Raises
    :class:`CannotStart` with a sentence.
    """
    with recording(actor):
        version = store.serving(definition)
        flow = store.definition_of(version)
        if flow.start:
            require(actor, flow.start)
        key = opening.key_for(subject)
        asked = {**facts, "effective": effective.isoformat()} if effective else dict(facts)
        run = Run(actor)
        case = Case(
            id=uuid4(),
            prefix=flow.prefix,
            kind=flow.kind,
            definition_version=version,
            subject=subject,
            unit=people.unit_of(subject),
            initiator=actor.id,
            object=object,
            opened_at=run.now,
        )
        case.sealed_facts = opening.seal_facts(key, case.id, asked)
        case.save(force_insert=True)
        try:
            item = Running(case, flow, key, facts=asked)
            run.begin(item, words.strip(), barred)
            run.save()
        except NotAllowed as error:
            actor.trail.add(
                Noted("case.submit", outcome="refused", subject=subject, object=definition)
            )
            raise CannotStart(error.message) from None
    return case


def resubmit(
    actor: Actor, *, case: UUID, facts: Facts, words: str = "", version: int | None = None
) -> Case:
    """A returned case goes on its way again, with its facts as they are now."""
    with acting(actor, case, "resubmit") as (run, item):
        check_base(item.case, version)
        run.keep_facts(item, facts)
        run.happen(item, event_of(actor, "resubmit", ""), words.strip())
        return item.case
