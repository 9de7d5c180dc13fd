"""First step: the dossiers that plans name, locked and opened; new ones with new keys."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from dangan.access.rules import Absent, reach
from dangan.audit.rules import Event
from dangan.dossiers.models import Subject
from dangan.dossiers.opening import open_rows
from dangan.dossiers.rules import Row, SubjectPlan
from dangan.dossiers.writing.drafts import Draft, Setting
from dangan.vault import actions as vault_actions
from dangan.vault import queries as vault_queries
from dangan.vault.rules import SubjectKey


def load(
    setting: Setting, plans: Sequence[SubjectPlan]
) -> tuple[list[Draft], dict[UUID, SubjectKey]]:
    """A draft for each plan, in order, and the keys of all.

    Raises :class:`Absent` for a dossier that is not there or out of the actor's reach.
    """
    known = _existing(setting, [plan.subject for plan in plans if plan.subject is not None])
    keys = vault_queries.keys_of(known, skip_destroyed=True)
    if len(keys) < len(known):
        raise Absent
    rows = open_rows(keys, setting.dictionary) if known else {}
    drafts = [_draft(setting, plan, known, rows) for plan in plans]
    keys = keys | vault_actions.make_keys([draft.subject for draft in drafts if draft.created])
    return drafts, keys


def _existing(setting: Setting, wanted: Sequence[UUID]) -> dict[UUID, Subject]:
    """The subjects, locked in one order for everybody so that writers cannot wait in a ring."""
    if not wanted:
        return {}
    within = reach(setting.actor)
    found = Subject.objects.select_for_update().filter(id__in=wanted).order_by("id")
    subjects = {
        subject.id: subject
        for subject in found
        if within.contains(subject.id, setting.path(subject.unit))
    }
    for subject in found:
        if subject.id not in subjects:
            setting.actor.trail.add(Event("record.write", outcome="refused", subject=subject.id))
    if any(subject not in subjects for subject in wanted):
        raise Absent
    return subjects


def _draft(
    setting: Setting,
    plan: SubjectPlan,
    known: dict[UUID, Subject],
    rows: dict[UUID, dict[str, list[Row]]],
) -> Draft:
    if plan.subject is None:
        state = plan.state or setting.new_state
        return Draft(plan.new or uuid4(), True, state, None, {}, plan)
    subject = known[plan.subject]
    return Draft(subject.id, False, subject.state, subject.unit, rows[subject.id], plan)
