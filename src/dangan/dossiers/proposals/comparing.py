"""Old beside new, row by row, cut to the reader's rights, with what the checks say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor, Showing
from dangan.audit.rules import Event
from dangan.dictionary.rules import Field, InfoSet
from dangan.dossiers import checks
from dangan.dossiers.models import Proposal, Subject
from dangan.dossiers.proposals.opening import Held
from dangan.dossiers.proposals.rules import ProposedRow
from dangan.dossiers.proposals.shapes import (
    ChangeLine,
    ProposalView,
    RowChange,
    RowKind,
    SetChanges,
)
from dangan.dossiers.queries.dossier import Opened, cell_view, name_of, stored_versions
from dangan.dossiers.rules import (
    Row,
    Values,
    changed_fields,
    patched,
    with_id_facts,
)
from dangan.files.queries import FileInfo, infos
from dangan.ui.messages import say

_CHECKED = frozenset({Proposal.State.DRAFT, Proposal.State.OPEN, Proposal.State.RETURNED})


def compare(actor: Actor, held: Held) -> ProposalView:
    """The proposal as the actor may see it, and a look noted in the log.

    A field is plain to whoever may read or review it, and its new value to whoever proposed it.
    Nobody reviews their own proposal: a draft must not lift masks without a reason.
    The caller has decided that the actor may see the proposal at all.
    """
    return _Comparison(actor, held).view()


def shown_proofs(actor: Actor, held: Held) -> tuple[FileInfo, ...]:
    """The proofs that the actor may look at, without a look at the values being noted."""
    return tuple(
        proof for row in _Comparison(actor, held, checked=False).rows() for proof in row.proofs
    )


class _Comparison:
    """One proposal under the eyes of one reader."""

    def __init__(self, actor: Actor, held: Held, *, checked: bool = True) -> None:
        stored = Subject.objects.get(id=held.proposal.subject_id)
        self.held = held
        self.proposal = held.proposal
        self.own = held.proposal.opened_by == actor.id
        self.opened = Opened(actor, stored, held.key)
        self.now = self.opened.rows()
        self.bases = self._bases()
        self.checked = checked and self.proposal.state in _CHECKED
        self.notes = self._notes() if self.checked else {}
        self.files = infos(held.body.proofs)

    def rows(self) -> list[RowChange]:
        return [self._row(item) for item in self.held.body.rows if self._known(item)]

    def view(self) -> ProposalView:
        rows = self.rows()
        shown = [row for row in rows if row.lines]
        sets = dict.fromkeys(row.info_set.key for row in shown)
        self.opened.actor.trail.add(
            Event(
                "proposal.read",
                subject=self.proposal.subject_id,
                object=",".join(sets),
                facts={"proposal": str(self.proposal.id)},
            )
        )
        change = self.proposal.change
        return ProposalView(
            id=self.proposal.id,
            subject=self.proposal.subject_id,
            name=name_of(self.now),
            state=self.proposal.state,
            own=self.own,
            version=self.proposal.version,
            effective=self.proposal.effective,
            words=self.held.body.words if self.own else "",
            change_number=change.number if change else "",
            sets=tuple(
                SetChanges(
                    self.opened.dictionary.sets[key],
                    tuple(row for row in shown if row.info_set.key == key),
                )
                for key in sets
            ),
            hidden=sum(row.hidden for row in rows),
            proofs_hidden=sum(row.proofs_hidden for row in rows),
            checked=self.checked,
        )

    def _known(self, item: ProposedRow) -> bool:
        return item.plan.info_set in self.opened.dictionary.sets

    def _bases(self) -> dict[UUID, Values]:
        """The rows as they were when the changes began, by row."""
        wanted = {
            item.plan.row: item.plan.base_version for item in self.held.body.rows if item.plan.row
        }
        if not wanted:
            return {}
        return {
            version.row: version.values or {}
            for _set, version, _change in stored_versions(self.opened, row__in=list(wanted))
            if wanted[version.row] == version.version
        }

    def _old_and_new(self, item: ProposedRow) -> tuple[Values, Values]:
        old = self.bases.get(item.plan.row, {}) if item.plan.row else {}
        if item.plan.delete:
            return old, {}
        new = patched(old, item.plan.values)
        return old, with_id_facts(old, new) if item.plan.info_set == "identity" else new

    def _notes(self) -> dict[tuple[str, UUID], list[checks.Finding]]:
        """What the checks find with the change that they do not find without it, by row."""
        dictionary, today = self.opened.dictionary, timezone.localdate()
        after: dict[str, list[Row]] = {key: list(rows) for key, rows in self.now.items()}
        for item in self.held.body.rows:
            plan = item.plan
            rows = [row for row in after.get(plan.info_set, ()) if row.row != item.key]
            if not plan.delete:
                _old, new = self._old_and_new(item)
                rows.append(Row(item.key, new, 0, today))
            after[plan.info_set] = rows
        before = set(map(_identity, checks.scan(self.now, dictionary, today)))
        found: dict[tuple[str, UUID], list[checks.Finding]] = {}
        for finding in checks.scan(after, dictionary, today):
            if finding.row is not None and _identity(finding) not in before:
                found.setdefault((finding.info_set, finding.row), []).append(finding)
        return found

    def _row(self, item: ProposedRow) -> RowChange:
        info_set = self.opened.dictionary.sets[item.plan.info_set]
        old, new = self._old_and_new(item)
        showings = self._showings(info_set)
        changed = changed_fields(old, new)
        notes = self.notes.get((info_set.key, item.key), [])
        lines = []
        hidden = 0
        for part in (*info_set.fields, *info_set.retired_fields):
            if showings.get(part.key, Showing.HIDDEN) is Showing.HIDDEN:
                hidden += part.key in changed
            elif part.key in changed or old.get(part.key) not in (None, ""):
                lines.append(self._line(part, showings[part.key], old, new, notes))
        visible = [line for line in lines if line.changed]
        plain = not hidden and all(line.old.showing is Showing.PLAIN for line in visible)
        proofs, proofs_hidden = self._proofs(item, allowed=plain or self.own)
        return RowChange(
            key=item.key,
            row=item.plan.row,
            info_set=info_set,
            kind=_kind(item),
            title=self._title(item, info_set, showings, new or old),
            lines=tuple(lines) if visible else (),
            hidden=hidden,
            moved=self._moved(item),
            notes=tuple(say(note.message) for note in notes if note.field is None),
            proofs=proofs,
            proofs_hidden=proofs_hidden,
        )

    def _showings(self, info_set: InfoSet) -> Mapping[str, Showing]:
        """Plain for those who may read or review; masked for those who may read it so."""
        if self.own:
            return self.opened.showings(info_set)
        review = self.opened.showings(info_set, "review")
        return {
            key: Showing.PLAIN if review.get(key) is Showing.PLAIN else showing
            for key, showing in self.opened.showings(info_set).items()
        }

    def _line(
        self,
        item: Field,
        showing: Showing,
        old: Values,
        new: Values,
        notes: Sequence[checks.Finding],
    ) -> ChangeLine:
        words = self.opened.words
        changed = old.get(item.key) != new.get(item.key)
        said = [note for note in notes if note.field == item.key and showing is Showing.PLAIN]
        return ChangeLine(
            field=item,
            old=cell_view(item, old.get(item.key), showing, words),
            new=cell_view(
                item, new.get(item.key), Showing.PLAIN if changed and self.own else showing, words
            ),
            changed=changed,
            notes=tuple(say(note.message) for note in said),
        )

    def _title(
        self,
        item: ProposedRow,
        info_set: InfoSet,
        showings: Mapping[str, Showing],
        values: Values,
    ) -> str:
        """Of what the reader may see, or has proposed: what stood there before is not theirs."""
        if not info_set.multiple:
            return ""
        typed = item.plan.values if self.own and not item.plan.delete else {}
        parts = [
            self.opened.words.display(info_set.field(key), value)
            for key in info_set.title_fields
            if (showings.get(key) is Showing.PLAIN or key in typed) and (value := values.get(key))
        ]
        return "，".join(parts)

    def _moved(self, item: ProposedRow) -> bool:
        """Whether the row is no longer as the change found it."""
        if not self.checked:
            return False
        rows = self.now.get(item.plan.info_set, ())
        if item.plan.row is None:
            return bool(rows) and not self.opened.dictionary.sets[item.plan.info_set].multiple
        return all(
            (row.row, row.version) != (item.plan.row, item.plan.base_version) for row in rows
        )

    def _proofs(self, item: ProposedRow, *, allowed: bool) -> tuple[tuple[FileInfo, ...], int]:
        """A proof shows what it proves: only to those who see every changed value plain."""
        known = [self.files[proof] for proof in item.proofs if proof in self.files]
        return (tuple(known), 0) if allowed else ((), len(known))


def _kind(item: ProposedRow) -> RowKind:
    if item.plan.delete:
        return "deleted"
    return "changed" if item.plan.row else "new"


def _identity(finding: checks.Finding) -> tuple[str, str, UUID | None, str | None]:
    return finding.code, finding.info_set, finding.row, finding.field
