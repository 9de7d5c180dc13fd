"""One's own dossier with what one asks to change in it, read once for a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from dangan.access.rules import Absent, Actor, Showing, require
from dangan.dictionary.rules import Field, InfoSet, Json
from dangan.dossiers import queries as dossier_queries
from dangan.dossiers.models import Proposal
from dangan.dossiers.proposals.opening import open_body
from dangan.dossiers.proposals.rules import Body, ProposedRow
from dangan.dossiers.queries import DossierView, Opened, RowView
from dangan.dossiers.rules import Values, patched, with_id_facts
from dangan.dossiers.self_service.queries.states import (
    DRAFT,
    EFFECTIVE,
    LABELS,
    MARKS,
    OPEN,
    OPEN_CELLS,
    PENDING,
    RETURNED,
    WAITING,
    last_returns,
)
from dangan.dossiers.self_service.rules import counts_of, may_ask
from dangan.files import queries as file_queries
from dangan.files.queries import FileInfo
from dangan.ui.languages import label as in_language
from dangan.workflow.models import Case


@dataclass(frozen=True, slots=True)
class OwnCell:
    """One field of a row: as it will be, and as it is when that differs."""

    item: Field
    text: str
    value: Json | None
    old: str = ""
    changed: bool = False

    @property
    def label(self) -> str:
        return in_language(self.item.label, self.item.label_en)


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A row with what is asked of it. ``key`` is what a proposal knows it by; ``row`` is None
    for one that is not in the dossier yet, ``proposal`` for one of which nothing is asked."""

    key: UUID
    row: UUID | None
    version: int
    title: str
    cells: tuple[OwnCell, ...]
    values: Values
    stored: Values
    state: str
    label: str
    deletes: bool = False
    proposal: UUID | None = None
    own: bool = True
    case: UUID | None = None
    number: str = ""
    words: str = ""
    proofs: tuple[FileInfo, ...] = ()

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def locked(self) -> bool:
        """A case is deciding the row: nobody changes it meanwhile."""
        return self.state in (OPEN, WAITING)

    @property
    def writable(self) -> bool:
        """Whether what is asked may still be changed, and files put to it."""
        return self.proposal is not None and self.own and self.state in (DRAFT, RETURNED)

    @property
    def new(self) -> bool:
        return self.row is None

    @property
    def filled(self) -> tuple[OwnCell, ...]:
        """What there is to read; the title's fields stand above already."""
        titled = self.title.split("，")
        return tuple(
            cell for cell in self.cells if cell.changed or (cell.text and cell.text not in titled)
        )

    @property
    def shown(self) -> tuple[OwnCell, ...]:
        """What stands open: what changes, or the first few."""
        if self.state == EFFECTIVE:
            return self.filled[:OPEN_CELLS]
        return tuple(c for c in self.filled if c.changed) or self.filled[:OPEN_CELLS]

    @property
    def folded(self) -> tuple[OwnCell, ...]:
        """What unfolds beneath."""
        return tuple(cell for cell in self.filled if cell not in self.shown)

    @property
    def asked_photo(self) -> str:
        """The picture asked to be the portrait; empty when none is."""
        photo = self.values.get("photo")
        return str(photo) if photo and photo != self.stored.get("photo") else ""

    @property
    def changes(self) -> tuple[OwnCell, ...]:
        return tuple(cell for cell in self.cells if cell.changed)


class Own:
    """One's own dossier, opened for one page; the look is noted."""

    def __init__(self, actor: Actor, sets: Collection[str] | None = None) -> None:
        require(actor, "self.edit")
        if actor.subject is None:
            raise Absent
        self.actor = actor
        self.subject: UUID = actor.subject
        self.opened: Opened = dossier_queries.open_subject(actor, self.subject)
        self.view: DossierView = dossier_queries.open_dossier(
            actor, self.subject, sets=list(sets) if sets is not None else None, opened=self.opened
        )
        found = Proposal.objects.filter(subject=self.subject, state__in=PENDING)
        self.proposals: list[Proposal] = list(found.order_by("opened_at"))
        self.bodies: dict[UUID, Body] = {
            item.id: open_body(self.opened.key, item) for item in self.proposals
        }

    @cached_property
    def draft(self) -> Proposal | None:
        """What is not submitted yet."""
        return next(
            (i for i in self.proposals if self._own(i) and i.state == Proposal.State.DRAFT), None
        )

    @cached_property
    def returned(self) -> list[Proposal]:
        """What came back to be changed."""
        state = Proposal.State.RETURNED
        return [item for item in self.proposals if self._own(item) and item.state == state]

    @cached_property
    def _cases(self) -> Mapping[UUID, Case]:
        return Case.objects.in_bulk([item.case for item in self.proposals if item.case])

    @cached_property
    def _words(self) -> Mapping[UUID, str]:
        """What was said when each returned case came back."""
        cases = [self._cases[i.case] for i in self.returned if i.case and i.case in self._cases]
        return {key: step.words for key, step in last_returns(cases).items()}

    @cached_property
    def _files(self) -> Mapping[UUID, FileInfo]:
        mine = [item for item in self.proposals if self._own(item)]
        proofs = [proof for item in mine for proof in self.bodies[item.id].proofs]
        return file_queries.infos(proofs, held={self.subject: self.opened.key})

    def editable(self, info_set: InfoSet) -> frozenset[str]:
        """The fields one may ask to change: by the dictionary and by the matrix."""
        allowed = self.opened.showings(info_set, "start")
        return frozenset(k for k in may_ask(info_set) if allowed.get(k) is Showing.PLAIN)

    @property
    def closed(self) -> bool:
        """Whether the dossier takes no changes any more."""
        return self.opened.subject.state in ("departed", "retained", "destroyed")

    def set_of(self, key: str, *, multiple: bool | None = None) -> InfoSet:
        """A set one sees; raises :class:`Absent`."""
        found = self.view.sets.get(key)
        if found is None or (multiple is not None and found.info_set.multiple is not multiple):
            raise Absent
        return found.info_set

    def rows(self, key: str) -> list[OwnRow]:
        """The rows of a set: those in the dossier, and after them those asked for."""
        info_set = self.set_of(key)
        stored = self.view.sets[key].rows
        asked = [
            (item, row)
            for item in self.proposals
            for row in self.bodies[item.id].rows
            if row.plan.info_set == key
        ]
        by_row = {row.plan.row: (item, row) for item, row in asked if row.plan.row}
        rows = [self._stored(info_set, base, by_row.get(base.row)) for base in stored]
        rows += [
            self._asked(info_set, item, row)
            for item, row in asked
            if row.plan.row is None and self._own(item)
        ]
        return rows

    def row(self, key: str, row_key: UUID) -> OwnRow:
        """One row by its key; raises :class:`Absent`."""
        found = next((row for row in self.rows(key) if row.key == row_key), None)
        if found is None:
            raise Absent
        return found

    def single(self, key: str) -> OwnRow | None:
        """The row of a single-row set: stored, asked for, or none."""
        return next(iter(self.rows(key)), None)

    def pending(self, sets: Collection[str] | None = None) -> list[OwnRow]:
        """What is not on its way: all of the draft, and what was returned of ``sets``."""
        found = []
        keys = dict.fromkeys(
            row.plan.info_set
            for item in ([self.draft] if self.draft else []) + self.returned
            for row in self.bodies[item.id].rows
        )
        for key in keys:
            if key in self.view.sets:
                found += [
                    row
                    for row in self.rows(key)
                    if row.writable and (row.state == DRAFT or sets is None or key in sets)
                ]
        return found

    def summary(self, key: str) -> dict[str, int]:
        """How many rows of a set are in which state."""
        return counts_of(row.state for row in self.rows(key))

    def target(self, key: str, row: UUID | None) -> UUID | None:
        """The returned proposal that holds a row already; None for the draft."""
        for item in self.returned:
            if any(
                entry.plan.info_set == key and row in (entry.key, entry.plan.row)
                for entry in self.bodies[item.id].rows
            ):
                return item.id
        return None

    def set_label(self, key: str) -> str:
        info_set = self.view.sets[key].info_set
        return in_language(info_set.label, info_set.label_en)

    def _own(self, item: Proposal) -> bool:
        return item.opened_by == self.actor.id

    def _stored(
        self, info_set: InfoSet, base: RowView, asked: tuple[Proposal, ProposedRow] | None
    ) -> OwnRow:
        stored = {cell.field.key: cell.value for cell in base.cells if cell.value is not None}
        if asked is None:
            return self._row(info_set, stored, stored, base=base)
        item, row = asked
        if not self._own(item):
            # Somebody else asks: that the row is held is told, not what for.
            return self._row(info_set, stored, stored, base=base, item=item)
        after = {} if row.plan.delete else patched(stored, row.plan.values)
        if info_set.key == "identity":
            after = with_id_facts(stored, after)
        return self._row(info_set, stored, after, base=base, item=item, row=row)

    def _asked(self, info_set: InfoSet, item: Proposal, row: ProposedRow) -> OwnRow:
        return self._row(info_set, {}, patched({}, row.plan.values), item=item, row=row)

    def _row(
        self,
        info_set: InfoSet,
        stored: Values,
        after: Values,
        *,
        base: RowView | None = None,
        item: Proposal | None = None,
        row: ProposedRow | None = None,
    ) -> OwnRow:
        deletes = bool(row and row.plan.delete)
        shown = stored if deletes else after
        state, label = self._state(item)
        return OwnRow(
            key=row.key if row else (base.row if base else UUID(int=0)),
            row=base.row if base else None,
            version=base.version if base else 0,
            title=self._title(info_set, shown),
            cells=tuple(self._cells(info_set, stored, shown, base)),
            values=shown,
            stored=stored,
            state=state,
            label=label,
            deletes=deletes,
            proposal=item.id if item else None,
            own=item is None or self._own(item),
            case=item.case if item else None,
            number=item.case_number if item else "",
            words=self._words.get(item.case, "") if item and item.case else "",
            proofs=tuple(self._files[p] for p in row.proofs if p in self._files) if row else (),
        )

    def _state(self, item: Proposal | None) -> tuple[str, str]:
        if item is None:
            return EFFECTIVE, str(LABELS[EFFECTIVE])
        case = self._cases.get(item.case) if item.case and item.state == OPEN else None
        if case is not None and case.state == Case.State.WAITING:
            return WAITING, str(LABELS[WAITING])
        return item.state, str(LABELS[item.state])

    def _cells(
        self, info_set: InfoSet, stored: Values, after: Values, base: RowView | None
    ) -> list[OwnCell]:
        shown = {item.key for item in self.view.sets[info_set.key].fields}
        masked = {c.field.key: c for c in base.cells if c.value is None} if base else {}
        found = []
        for item in info_set.fields:
            if item.key not in shown:
                continue
            old, new = stored.get(item.key), after.get(item.key)
            changed = (old or None) != (new or None)
            if new in (None, "") and not changed:
                text = masked[item.key].text if item.key in masked else ""
                found.append(OwnCell(item, text, None))
                continue
            found.append(
                OwnCell(
                    item, self._text(item, new), new, self._text(item, old) if changed else "",
                    changed,
                )
            )  # fmt: skip
        return found

    def _text(self, item: Field, value: Json | None) -> str:
        return "" if value in (None, "") else self.opened.words.display(item, value)

    def _title(self, info_set: InfoSet, values: Values) -> str:
        parts = [
            self._text(info_set.by_key[key], value)
            for key in info_set.title_fields
            if (value := values.get(key)) not in (None, "")
        ]
        return "，".join(parts)
