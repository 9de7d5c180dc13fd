"""The demonstration accounts at work: who acts, upon whom, and short ways to do it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw

from dangan.access.queries import actor_of
from dangan.access.rules import Actor
from dangan.audit.actions import flush, recording
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.opening import open_rows
from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.rules import RowPlan
from dangan.files import actions as files
from dangan.lifecycle.actions import start
from dangan.lifecycle.rules.bodies import Body
from dangan.operations.demo.people import Organisation
from dangan.operations.demo.person import Person
from dangan.vault.queries import keys_of
from dangan.workflow import actions as workflow


@dataclass
class Office:
    """One load: accounts by log-in name, dossiers by person, units by office.

    Actors are read once: nobody's rights change in a way that they would need here.
    """

    made: Organisation
    accounts: Mapping[str, UUID]
    owners: Mapping[str, Person]
    subjects: Mapping[int, UUID]
    unit_ids: list[UUID]
    today: date
    _actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, login: str) -> Actor:
        """Whoever has this demonstration account."""
        if login not in self._actors:
            self._actors[login] = actor_of(self.accounts[login])
        return self._actors[login]

    def flush(self) -> None:
        """Writes what the actors noted outside of a verb's transaction."""
        for actor in self._actors.values():
            flush(actor.trail)

    def subject(self, person: Person) -> UUID:
        return self.subjects[person.number]

    def unit(self, person: Person) -> UUID:
        return self.unit_ids[person.office]

    def day(self, ahead: int) -> date:
        return self.today + timedelta(days=ahead)

    def staff(self, head: str) -> Iterator[Person]:
        """Who works directly under the head with this account, without account of their own."""
        taken = {person.number for person in self.owners.values()}
        for person in self.made.people:
            if person.office != self.owners[head].office or person.number in taken:
                continue
            if not (person.departed or person.newcomer):
                yield person

    def latest(self, person: Person, info_set: str, **values: Any) -> RowPlan:
        """A change of the newest row of a set, on top of what the dossier says now; the first
        row where there is none."""
        subject = self.subject(person)
        found = open_rows(keys_of([subject]), dictionary_queries.current(), [info_set])
        rows = found[subject].get(info_set, [])
        if not rows:
            return RowPlan(info_set, values)
        row = max(rows, key=lambda item: str(item.values.get("start") or ""))
        return RowPlan(info_set, values, row.row, row.version)

    def propose(
        self, login: str, row: RowPlan, words: str, *, about: Person | None = None, on: int = 0
    ) -> UUID:
        """Proposes one row, ``on`` days ahead; gives its case."""
        sent = proposals.propose(
            self.actor(login),
            subject=self.subject(about or self.owners[login]),
            rows=[row],
            words=words,
            effective=self.day(on) if on else None,
        )
        return case_there(sent.case)

    def propose_with_proof(self, login: str, row: RowPlan, words: str) -> UUID:
        """The same by way of a draft of one's own, with a picture of the certificate."""
        actor, subject = self.actor(login), self.subject(self.owners[login])
        draft = proposals.draft(actor, subject=subject)
        with recording(actor):
            proof = files.keep(actor, subject=subject, name="证书.png", data=certificate())
            proposals.put_row(actor, proposal=draft.id, plan=row, proofs=[proof.id])
        return case_there(proposals.submit(actor, proposal=draft.id, words=words).case)

    def move(self, login: str, kind: str, person: Person, effective: int, **form: Any) -> UUID:
        """Begins a staff movement that counts in so many days; gives its case."""
        subject = self.subject(person)
        movement = start(
            self.actor(login),
            kind=kind,
            subject=subject,
            body=Body(**form),
            effective=self.day(effective),
            by_self=self.actor(login).subject == subject,
        )
        return case_there(movement.case)

    def agree(self, login: str, case: UUID, step: str, words: str = "") -> None:
        workflow.agree(self.actor(login), case=case, step=step, words=words)

    def send_back(self, login: str, case: UUID, step: str, words: str) -> None:
        workflow.return_case(self.actor(login), case=case, step=step, words=words)

    def refuse(self, login: str, case: UUID, step: str, words: str) -> None:
        workflow.refuse(self.actor(login), case=case, step=step, words=words)

    def fill(self, login: str, case: UUID, step: str, part: str, **data: Any) -> None:
        workflow.fill(self.actor(login), case=case, step=step, part=part, data=data)


def case_there(case: UUID | None) -> UUID:
    """The case that something is expected to have."""
    if case is None:
        raise LookupError("示例里的申请没有进入流程")
    return case


def certificate() -> bytes:
    """A drawn certificate: frame, lines of writing, seal."""
    picture = Image.new("RGB", (840, 600), "#fbf8f0")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((24, 24, 816, 576), outline="#b08d57", width=6)
    pen.rectangle((40, 40, 800, 560), outline="#d9c49a", width=2)
    pen.rectangle((270, 90, 570, 132), fill="#7a2e2e")
    for top in (200, 250, 300, 350):
        pen.rectangle((130, top, 700 - (top - 200), top + 12), fill="#8d8a84")
    pen.ellipse((580, 390, 710, 520), outline="#c0392b", width=8)
    pen.rectangle((130, 470, 330, 480), fill="#8d8a84")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
