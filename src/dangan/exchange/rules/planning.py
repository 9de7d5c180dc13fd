"""What an import writes: the people of the file compared with what is stored.

Values that are the same already are not written again. An empty cell leaves the stored value.
A set with one row merges into it, and so does the present post; the rows of other sets are
matched by what names them (:func:`_natural_key`), each stored row once, so that importing the
same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from uuid import UUID

from dangan.dictionary.rules import Dictionary, InfoSet, Json, Message
from dangan.dossiers import checks
from dangan.dossiers.rules import Row, RowPlan, SubjectPlan, current_row, missing_fields, patched
from dangan.exchange.rules.joining import Draft, RowDraft
from dangan.exchange.rules.report import Finding, Place

Stored = Mapping[str, Sequence[Row]]
"""Current rows of a stored dossier by information set."""

Editable = Callable[[UUID | None, UUID | None, str], frozenset[str]]
"""Fields that the actor may edit: (subject, unit, information set) → field keys."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a row of the file goes: a stored row, or a new one (``stored`` None)."""

    draft: RowDraft
    stored: Row | None

    def patch(self) -> dict[str, Json]:
        """Values that differ from what is stored."""
        if self.stored is None:
            return self.draft.values
        old = self.stored.values
        return {key: value for key, value in self.draft.values.items() if old.get(key) != value}


class Planner:
    """Plans a whole import; ``errors`` and ``warnings`` grow while it goes."""

    def __init__(self, dictionary: Dictionary, today: date, editable: Editable) -> None:
        self._dictionary = dictionary
        self._today = today
        self._editable = editable
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []

    def plan(self, draft: Draft, stored: Stored | None, identity: UUID) -> SubjectPlan | None:
        """The plan for one person; None when nothing changes or the person stays out.

        ``identity`` is what a new person will be called. ``stored`` None with ``draft.subject``
        set means: not the actor's to change.
        """
        if draft.subject is not None and stored is None:
            self._refuse_row(draft, draft.source.place(_key(draft)), _TAKEN)
            return None
        targets = self._targets(draft, stored or {})
        after = _after(targets, stored or {})
        units = _units(self._dictionary, stored or {}, after)
        forbidden = self._forbidden(draft, targets, units)
        self._check(draft, [t for t in targets if id(t) not in forbidden], after)
        if not draft.bad:
            self._rights(draft, targets, forbidden, units[1])
        if draft.bad:
            return None
        rows = [
            RowPlan(
                target.draft.info_set,
                patch,
                target.stored.row if target.stored else None,
                target.stored.version if target.stored else 0,
            )
            for target in targets
            if not target.draft.source.bad and (patch := target.patch())
        ]
        if not rows:
            return None
        new = identity if draft.subject is None else None
        return SubjectPlan(rows, draft.subject, new=new)

    def _targets(self, draft: Draft, stored: Stored) -> list[Target]:
        left = {key: list(rows) for key, rows in stored.items()}
        targets = []
        for row in draft.rows:
            info_set = self._dictionary.sets[row.info_set]
            found = _match(info_set, row, left.get(row.info_set, []), draft)
            if found is not None:
                left[row.info_set] = [item for item in left[row.info_set] if item is not found]
            targets.append(Target(row, found))
        return targets

    def _check(self, draft: Draft, targets: Sequence[Target], after: Stored) -> None:
        """Each row as it will be, beside the rest of the dossier as it will be (``after``)."""
        doubtful_birth = False
        for target in sorted(targets, key=lambda target: target.draft.info_set != "identity"):
            row = target.draft
            info_set = self._dictionary.sets[row.info_set]
            values = patched(target.stored.values if target.stored else {}, row.values)
            for problem in missing_fields(info_set, values):
                if not draft.bad:
                    self._refuse(draft, row, problem.field, problem.message)
            found = checks.entry(values, info_set, after, self._today)
            doubtful_birth = doubtful_birth or any(f.code == _BIRTH_DOUBT for f in found)
            for finding in found:
                if finding.field is not None and finding.field not in row.values:
                    continue
                if doubtful_birth and finding.code.startswith(_AGE):
                    continue
                if finding.severity == "error":
                    self._refuse(draft, row, finding.field, finding.message)
                else:
                    self.warnings.append(Finding(row.place(finding.field), finding.message))

    def _forbidden(
        self,
        draft: Draft,
        targets: Sequence[Target],
        units: tuple[UUID | None, UUID | None],
    ) -> dict[int, str]:
        """The first field of a row that is not the actor's to edit, by ``id(target)``.

        A value that is stored already counts too, and such a row is not checked: otherwise an
        import could guess what its owner may not see. ``units`` are the person's before and after.
        """
        now, then = units
        if draft.subject is None:
            now = then
        forbidden = {}
        for target in targets:
            row = target.draft
            allowed = self._editable(draft.subject, now, row.info_set)
            if then != now:
                allowed &= self._editable(draft.subject, then, row.info_set)
            first = next((key for key in row.values if key not in allowed), None)
            if first is not None:
                forbidden[id(target)] = first
        return forbidden

    def _rights(
        self,
        draft: Draft,
        targets: Sequence[Target],
        forbidden: Mapping[int, str],
        unit: UUID | None,
    ) -> None:
        """Refuses rows with a field of :meth:`_forbidden`; ``unit`` is the person's afterwards."""
        for target in targets:
            key = forbidden.get(id(target))
            if key is None:
                continue
            if not self._editable(draft.subject, unit, "identity"):
                self._outside(draft, targets)
                return
            row = target.draft
            label = self._dictionary.sets[row.info_set].field(key).label
            self._refuse(draft, row, key, Message("你没有修改“{label}”的权限。", label=label))

    def _outside(self, draft: Draft, targets: Sequence[Target]) -> None:
        post = next((t.draft for t in targets if t.draft.values.get("unit")), None)
        if post is not None:
            message = Message("这个部门不在你的管理范围内，请由负责该部门的人导入。")
            self._refuse_row(draft, post.place("unit"), message)
        else:
            message = Message("没有填写部门，不能确定是否在你的管理范围内。请补填部门。")
            self._refuse_row(draft, draft.source.place("identity.name"), message)

    def _refuse(self, draft: Draft, row: RowDraft, key: str | None, message: Message) -> None:
        """Refuses a row; the person too when it is the person's own."""
        parsed = row.parsed(key)
        parsed.bad = True
        if parsed is draft.source or row.info_set == "identity":
            draft.bad = True
        place = row.place(key)
        if not place.column and key:
            label = self._dictionary.sets[row.info_set].field(key).label
            place = Place(place.sheet, place.row, label)
        self.errors.append(Finding(place, message))

    def _refuse_row(self, draft: Draft, place: Place, message: Message) -> None:
        draft.bad = draft.source.bad = True
        self.errors.append(Finding(place, message))


_BIRTH_DOUBT = "birth_date_id_number"
_AGE = "age_at_"
"""Ages reckoned from a birth date that is itself refused say nothing."""

_TAKEN = Message(
    "这个号码已属于系统里的一份档案，而你不能修改那份档案。请核对号码，或联系档案负责人。"
)


def _key(draft: Draft) -> str:
    source = draft.source
    return next(
        (
            path
            for path in ("identity.id_number", "identity.employee_number")
            if path in source.values
        ),
        "identity.name",
    )


def _match(info_set: InfoSet, row: RowDraft, stored: Sequence[Row], draft: Draft) -> Row | None:
    """The stored row that a row of the file means."""
    if not stored:
        return None
    if not info_set.multiple:
        return stored[0]
    if info_set.key == "post" and row.source is draft.source:
        return current_row(info_set, stored)
    same = [item for item in stored if _covers(item.values, row.values, row.values)]
    if same:
        return same[0]
    keys = _natural_key(info_set)
    if not any(row.values.get(key) for key in keys):
        return None
    return next((item for item in stored if _covers(item.values, row.values, keys)), None)


def _natural_key(info_set: InfoSet) -> tuple[str, ...]:
    """What makes a row the row it is: its required fields and the one that orders the set
    (employer and start of a job; relation and name of a relative). The rest may be corrected."""
    required = [item.key for item in info_set.fields if item.required]
    ordering = [info_set.sort_by] if info_set.sort_by else []
    return tuple(dict.fromkeys(required + ordering)) or info_set.title_fields


def _covers(old: Mapping[str, object], new: Mapping[str, Json], keys: Iterable[str]) -> bool:
    return all(old.get(key) == new.get(key) for key in keys)


def _after(targets: Sequence[Target], stored: Stored) -> dict[str, list[Row]]:
    after = {key: list(rows) for key, rows in stored.items()}
    for number, target in enumerate(targets, 1):
        rows = after.setdefault(target.draft.info_set, [])
        if target.stored is not None:
            old = target.stored
            rows.remove(old)
            values = patched(old.values, target.draft.values)
            rows.append(replace(old, values=values))
        else:
            rows.append(Row(_new_row(number), target.draft.values, version=0, valid_from=date.min))
    return after


def _units(
    dictionary: Dictionary, before: Stored, after: Stored
) -> tuple[UUID | None, UUID | None]:
    """The unit before and after."""
    post = dictionary.sets["post"]
    now = current_row(post, before.get("post", ()))
    then = current_row(post, after.get("post", ()))
    return _unit(now), _unit(then)


@lru_cache(maxsize=1024)
def _new_row(number: int) -> UUID:
    """Stands for a row that has no identifier yet."""
    return UUID(int=number)


def _unit(row: Row | None) -> UUID | None:
    value = row.values.get("unit") if row else None
    return UUID(str(value)) if value else None
