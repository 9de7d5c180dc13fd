"""How dossiers are written: one path for a single correction and for a bulk import.

``write`` runs inside the caller's transaction, round by round:

1. load: lock the subjects, take their keys, open their current rows (:mod:`.loading`);
2. require the rights, field by field that changes, and decide: versions agree, values are
   allowed, supervisors form no loop (:mod:`.deciding`);
3. save: seal and store records, update records, tokens, the roster's lines (:mod:`.storing`);
4. note what happened, with the digest of every record, in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dangan.access.rules import Actor
from dangan.dossiers.models import Change, Subject
from dangan.dossiers.rules import SubjectPlan
from dangan.dossiers.writing.deciding import Decider, refuse_supervisor_loops
from dangan.dossiers.writing.drafts import Draft, OfCase, Setting, Written
from dangan.dossiers.writing.loading import load
from dangan.dossiers.writing.storing import refuse_taken, roster_entries, store
from dangan.vault.rules import SubjectKey

__all__ = [
    "Draft",
    "Guard",
    "OfCase",
    "Progress",
    "Setting",
    "Written",
    "decided",
    "roster_entries",
    "write",
]

ROUND = 500
"""Plans written per round: bounds memory; larger rounds measured no faster."""

Progress = Callable[[int, int], None]

Guard = Callable[[Setting, Draft], None]
"""Asked about every draft that is decided and not yet stored; raises to stop it."""


def write(
    actor: Actor,
    plans: Sequence[SubjectPlan],
    *,
    kind: Change.Kind,
    reason: str = "",
    new_state: str = Subject.State.DRAFT,
    progress: Progress | None = None,
    rights: tuple[str, ...] = ("edit",),
    of_case: OfCase | None = None,
    guard: Guard | None = None,
) -> list[Written]:
    """Writes ``plans`` in the caller's transaction; new dossiers begin in ``new_state``.

    One of ``rights`` must be held for every field that changes. Raises :class:`Absent` (no such
    dossier within reach), :class:`Refused`, :class:`Conflict`, :class:`InvalidRecord` or what
    ``guard`` raises; the caller's transaction then rolls back.
    """
    setting = Setting.now(actor, kind, reason, new_state, rights=rights, of_case=of_case)
    decider = Decider(setting)
    written: list[Written] = []
    for start in range(0, len(plans), ROUND):
        written += _write_round(setting, decider, plans[start : start + ROUND], guard)
        if progress:
            progress(len(written), len(plans))
    return written


def decided(
    actor: Actor, plan: SubjectPlan, *, rights: tuple[str, ...]
) -> tuple[Setting, Draft, SubjectKey]:
    """``plan`` decided as :func:`write` would decide it now, and not stored.

    Raises what :func:`write` raises, for a unique value that is taken too. Locks the dossier for
    the caller's transaction.
    """
    setting = Setting.now(actor, Change.Kind.EDIT, "", Subject.State.DRAFT, rights=rights)
    drafts, keys = load(setting, [plan])
    draft = drafts[0]
    Decider(setting).decide(draft)
    refuse_supervisor_loops(setting, drafts)
    refuse_taken(setting, draft)
    return setting, draft, keys[draft.subject]


def _write_round(
    setting: Setting, decider: Decider, plans: Sequence[SubjectPlan], guard: Guard | None
) -> list[Written]:
    drafts, keys = load(setting, plans)
    for draft in drafts:
        decider.decide(draft)
        if guard and draft.writes:
            guard(setting, draft)
    refuse_supervisor_loops(setting, drafts)
    changed = [draft for draft in drafts if draft.writes]
    if changed:
        store(setting, changed, keys)
    return [draft.result(setting.now_at) for draft in drafts]
