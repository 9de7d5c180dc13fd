"""Puts the demonstration organisation through the real actions: everything sealed and logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from dangan.access.actions import create_account
from dangan.access.queries import console_actor
from dangan.access.rules import Actor
from dangan.audit.actions import flush
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Subject
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.dossiers.scanning import scan_all
from dangan.operations.demo.accounts import DEMO_ACCOUNTS, PASSWORD, fitting, owners
from dangan.operations.demo.archive import keep_archive
from dangan.operations.demo.archive_life import live_in_archive
from dangan.operations.demo.flows import STAFF, open_cases
from dangan.operations.demo.living import live
from dangan.operations.demo.office import Office
from dangan.operations.demo.people import Organisation, organisation
from dangan.operations.demo.person import Person, Values
from dangan.operations.demo.portraits import draw
from dangan.organization import actions as units
from dangan.organization import queries as unit_queries

_DATES = ("effective", "signed", "examined", "issued", "decided", "start")
"""Fields that tell since when a row holds, where they hold a whole day."""

REASON = "载入示例组织"
PORTRAITS_AT_MOST = 48
_LARGE = 3000
"""Above this size only the first company tree gets heads; tickets and portraits are left out."""

Progress = Callable[[int, int], None]


class PeopleThere(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """Demonstration people never mix with others."""


def load_once(persons: int = 300, seed: int = 1) -> bool:
    """Loads the demonstration unless anybody is there already; says whether it did."""
    if Subject.objects.exists():
        return False
    actor = console_actor(purpose=REASON)
    load(actor, persons=persons, seed=seed)
    flush(actor.trail)
    return True


def load(
    actor: Actor, *, persons: int = 300, seed: int = 1, progress: Progress | None = None
) -> int:
    """Makes units, people, heads, accounts, portraits and tickets; returns how many people.

    Raises :class:`PeopleThere` when the installation is not empty.
    """
    if Subject.objects.exists():
        raise PeopleThere("已经有人员，示例组织只能载入空的系统。没有写入。")
    settings.DANGAN.demo_mark.touch()
    made = organisation(persons, seed, timezone.localdate())
    units.load_units(actor, [(office.path, office.kind) for office in made.offices])
    loader = _Loader(actor, made, progress)
    loader.people()
    loader.heads()
    loader.accounts()
    if persons <= _LARGE:
        loader.portraits()
        loader.life()
        scan_all(actor)
    return persons


class _Loader:
    """One load; ``subjects`` fills with the dossier of each person by number."""

    def __init__(self, actor: Actor, made: Organisation, progress: Progress | None) -> None:
        self.actor = actor
        self.made = made
        self.progress = progress
        self.today = timezone.localdate()
        tree = unit_queries.tree()
        self.unit_ids = [tree.find(office.path).id for office in made.offices]
        self.subjects: dict[int, UUID] = {}

    def people(self) -> None:
        """In waves: whoever supervises is there before whom they supervise."""
        total = len(self.made.people)
        for wave in self._waves():
            done = len(self.subjects)
            written = dossiers.apply_plans(
                self.actor,
                plans=[self._plan(person) for person in wave],
                reason=REASON,
                progress=self._report(done, total),
            )
            for person, result in zip(wave, written, strict=True):
                self.subjects[person.number] = result.subject

    def _waves(self) -> Iterator[list[Person]]:
        waiting = list(self.made.people)
        placed: set[int] = set()
        while waiting:
            wave = [p for p in waiting if p.supervisor is None or p.supervisor in placed]
            placed |= {person.number for person in wave}
            waiting = [person for person in waiting if person.number not in placed]
            yield wave

    def _report(self, done: int, total: int) -> Progress | None:
        report = self.progress
        return (lambda count, _of: report(done + count, total)) if report else None

    def _plan(self, person: Person) -> SubjectPlan:
        rows = []
        for info_set, values in person.rows.items():
            for row in values:
                placed = self._placed(person, row) if info_set == "post" else row
                rows.append(RowPlan(info_set, placed, valid_from=self._known_since(person, row)))
        return SubjectPlan(rows, state="departed" if person.departed else "filed")

    def _known_since(self, person: Person, row: Values) -> date:
        """The day from which the dossier says so, that "as of" finds a past worth reading."""
        joined = str(person.rows["post"][0]["joined"])
        told = next((str(row[key]) for key in _DATES if row.get(key)), joined)
        day = date.fromisoformat(max(told, joined)[:10]) if len(max(told, joined)) == 10 else None
        return min(self.today, day or date.fromisoformat(joined))

    def _placed(self, person: Person, row: Values) -> Values:
        placed: Values = {"unit": str(self.unit_ids[person.office]), **row}
        if person.supervisor is not None:
            placed["supervisor"] = str(self.subjects[person.supervisor])
        return placed

    def heads(self) -> None:
        """Heads of the first tree; a large load has thousands of branches, heads add nothing."""
        first = [p for p in self.made.people[:_LARGE] if p.head]
        for person in first if len(self.made.people) <= _LARGE else first[:40]:
            units.set_head(
                self.actor,
                unit=self.unit_ids[person.office],
                head=self.subjects[person.number],
            )

    def accounts(self) -> None:
        people = owners(self.made)
        made: dict[str, UUID] = {}
        for account in DEMO_ACCOUNTS:
            person = people[account.login]
            created = create_account(
                self.actor,
                login=account.login,
                name=person.name,
                subject=self.subjects[person.number],
                roles=[(account.role, None)] if account.role else [],
                password=PASSWORD,
                must_change=account.new,
                reason=REASON,
            )
            made[account.login] = created.id
        self.office = Office(self.made, made, people, self.subjects, self.unit_ids, self.today)

    def life(self) -> None:
        """Cases, agreements and the rest, where the organisation has everybody they need."""
        office = self.office
        if fitting(self.made) and len(list(office.staff("head"))) >= STAFF:
            open_cases(office)
            live(office)
            live_in_archive(office, keep_archive(office))
            office.flush()

    def portraits(self) -> None:
        wanted = [p for p in self.made.people if p.portrait and not p.departed][:PORTRAITS_AT_MOST]
        for person in wanted:
            dossiers.set_portrait(
                self.actor, subject=self.subjects[person.number], picture=draw(person)
            )
