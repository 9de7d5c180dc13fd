"""Second step: whether a draft may be written, and what its rows become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID, uuid4

from dangan.access.rules import Absent, Refused, Showing, field_showings
from dangan.dictionary.rules import InfoSet, Json, Message
from dangan.dossiers import checks, gates, keeping
from dangan.dossiers.models import Change
from dangan.dossiers.opening import open_rows
from dangan.dossiers.rules import (
    CLOSED_STATES,
    Conflict,
    FieldProblem,
    InvalidRecord,
    Row,
    RowPlan,
    SupervisorLinks,
    apply_rows,
    changed_fields,
    missing_fields,
    patched,
    post_of,
    supervisor_of,
    unit_of,
    unknown_fields,
    with_id_facts,
)
from dangan.dossiers.writing.drafts import Draft, Setting, Write
from dangan.vault import queries as vault_queries


class Decider:
    """Decides drafts one by one; remembers what the actor may edit in which unit."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._editable: dict[tuple[UUID | None, str], frozenset[str]] = {}

    def decide(self, draft: Draft) -> None:
        """Fills in the draft's writes and how it will stand.

        Raises :class:`Absent`, :class:`Conflict`, :class:`InvalidRecord` or :class:`Refused`.
        """
        if not draft.created and draft.state in CLOSED_STATES:
            raise Refused("edit", "档案已封存，不能修改。")
        for plan in draft.plan.rows:
            self._decide_row(draft, plan)
        draft.after = apply_rows(draft.rows, draft.writes)
        draft.unit_after = unit_of(self._setting.dictionary, draft.after)
        self._require_edit(draft)
        self._ask_gates(draft)

    def _decide_row(self, draft: Draft, plan: RowPlan) -> None:
        info_set = self._setting.dictionary.sets.get(plan.info_set)
        if info_set is None:
            message = Message("没有信息集“{key}”。", key=plan.info_set)
            raise InvalidRecord(plan.info_set, [FieldProblem("", message)])
        if not draft.created:
            self._require_named(draft, info_set, plan)
        old = _stored_values(draft, info_set, plan)
        if plan.delete:
            _ask_keeping(draft.subject, info_set.key)
        new = {} if plan.delete else patched(old, plan.values)
        if info_set.key == "identity":
            new = with_id_facts(old, new)
        if new == old and not plan.delete:
            return
        problems = [] if plan.delete else self._problems(draft, info_set, new, plan)
        if problems:
            raise InvalidRecord(info_set.key, problems)
        valid_from = plan.valid_from or self._setting.today
        draft.writes.append(Write(plan.row or uuid4(), plan, old, new, valid_from))

    def _require_named(self, draft: Draft, info_set: InfoSet, plan: RowPlan) -> None:
        """Every field named must be the actor's to edit before anything stored is looked at:
        otherwise "nothing changed", a conflict or a check would tell what is hidden."""
        editable = self._what_is_editable(draft, draft.unit, info_set.key)
        named = plan.values.keys() & {item.key for item in info_set.fields}
        if not editable or not named <= editable:
            raise Refused("edit", "你没有修改这些字段的权限。")

    def _problems(
        self, draft: Draft, info_set: InfoSet, new: Mapping[str, Json], plan: RowPlan
    ) -> list[FieldProblem]:
        problems = unknown_fields(info_set, plan.values) + missing_fields(info_set, new)
        if plan.valid_from and plan.valid_from > self._setting.today:
            problems.append(FieldProblem("", Message("生效日期不能晚于今天。")))
        problems += [
            FieldProblem(finding.field or "", finding.message)
            for finding in checks.entry(new, info_set, draft.rows, self._setting.today)
            if finding.severity == "error"
        ]
        return problems

    def _require_edit(self, draft: Draft) -> None:
        """Every field that changes must be the actor's to edit, where the person is now
        and, on a move, where the person goes."""
        places = {draft.unit_after} if draft.created else {draft.unit, draft.unit_after}
        for write in draft.writes:
            fields = changed_fields(write.old, write.new)
            for place in places:
                if not fields <= self._what_is_editable(draft, place, write.info_set):
                    raise Refused("edit", "你没有修改这些字段的权限。")

    def _ask_gates(self, draft: Draft) -> None:
        """Whoever is to get another post passes the gates before it."""
        setting = self._setting
        if draft.created or setting.of_case or setting.kind is Change.Kind.IMPORT:
            return
        if not any(write.info_set == "post" for write in draft.writes):
            return
        before, after = (post_of(setting.dictionary, rows) for rows in (draft.rows, draft.after))
        if after == before:
            return
        reasons = gates.reasons(draft.subject, *after)
        if reasons:
            raise InvalidRecord("post", [FieldProblem("position", reason) for reason in reasons])

    def _what_is_editable(self, draft: Draft, unit: UUID | None, info_set: str) -> frozenset[str]:
        if draft.subject == self._setting.actor.subject:
            return self._ask(draft.subject, unit, info_set)
        known = self._editable.get((unit, info_set))
        if known is None:
            known = self._editable[unit, info_set] = self._ask(draft.subject, unit, info_set)
        return known

    def _ask(self, subject: UUID, unit: UUID | None, info_set: str) -> frozenset[str]:
        setting = self._setting
        named = setting.dictionary.sets[info_set]
        return frozenset(
            key
            for action in setting.rights
            for key, showing in field_showings(
                setting.actor, subject, setting.path(unit), named, action
            ).items()
            if showing is Showing.PLAIN
        )


def _ask_keeping(subject: UUID, info_set: str) -> None:
    """Raises :class:`InvalidRecord` when the person's rows must be kept."""
    reasons = keeping.reasons("delete", [subject]).get(subject)
    if reasons:
        raise InvalidRecord(info_set, [FieldProblem("", reasons[0])])


def _stored_values(draft: Draft, info_set: InfoSet, plan: RowPlan) -> Mapping[str, Json | None]:
    """The row the plan began from, empty for a new one; raises when somebody was faster."""
    rows = draft.rows.get(info_set.key, [])
    if plan.row is None:
        if rows and not info_set.multiple:
            raise Conflict(info_set.key, rows[0].row, 0, rows[0].version)
        return {}
    stored = _find(rows, plan.row)
    if stored is None:
        raise Absent
    if plan.base_version != stored.version:
        raise Conflict(info_set.key, plan.row, plan.base_version, stored.version)
    return stored.values


def _find(rows: Iterable[Row], row: UUID) -> Row | None:
    return next((item for item in rows if item.row == row), None)


def refuse_supervisor_loops(setting: Setting, drafts: Sequence[Draft]) -> None:
    """Raises :class:`InvalidRecord` when the drafts would let people supervise each other."""
    planned = {
        draft.subject: supervisor_of(setting.dictionary, draft.after)
        for draft in drafts
        if any(write.info_set == "post" for write in draft.writes)
    }
    links = {person: above for person, above in planned.items() if above}
    unknown = set(links.values()) - planned.keys()
    while unknown:
        found = _supervisors(setting, unknown)
        planned |= found
        links |= {person: above for person, above in found.items() if above}
        unknown = {above for above in found.values() if above} - planned.keys()
    graph = SupervisorLinks(links)
    if any(graph.loop_from(draft.subject) for draft in drafts if draft.subject in links):
        message = Message("上下级关系形成了循环，请另选直接上级。")
        raise InvalidRecord("post", [FieldProblem("supervisor", message)])


def _supervisors(setting: Setting, people: set[UUID]) -> dict[UUID, UUID | None]:
    keys = vault_queries.keys_of(people, skip_destroyed=True)
    rows = open_rows(keys, setting.dictionary, ["post"])
    return {
        person: supervisor_of(setting.dictionary, rows[person]) if person in rows else None
        for person in people
    }
