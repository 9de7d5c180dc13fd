"""Words beside the data (reasons, notes, who looked) tell no more than the data."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.utils import timezone
from tests.cast import Cast, written_events
from tests.security.conftest import row_of

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import flush
from dangan.dictionary import queries as dictionary
from dangan.dossiers import actions, queries
from dangan.dossiers.models import Problem, Record
from dangan.dossiers.opening import problem_place
from dangan.vault.queries import key_of
from dangan.vault.rules import seal

WHO = "沈知微"
WHY = "因涉案调查更正"


def change_hidden(cast: Cast, by: Actor) -> None:
    """A change of a field that finance does not see, in a set of which it sees the name."""
    subject = cast.people[WHO]
    actions.save_row(
        by,
        subject=subject,
        info_set="identity",
        row=row_of(subject, "identity"),
        base_version=1,
        values={"marital_status": "20"},
        reason=WHY,
    )


def reasons(actor: Actor, subject: UUID) -> list[str]:
    return [change.reason for change in queries.history(actor, subject).changes]


def test_the_reason_of_a_hidden_change_is_hidden_too(cast: Cast) -> None:
    writer = cast.actor("hr_manager")
    change_hidden(cast, writer)
    subject = cast.people[WHO]
    assert WHY not in reasons(cast.actor("finance"), subject)
    assert WHY in reasons(cast.actor("hr_manager"), subject)
    assert WHY in reasons(cast.actor("hr_specialist"), subject)
    assert WHY in reasons(writer, subject)


def ticket(cast: Cast, info_set: str, field: str) -> Problem:
    subject = cast.people[WHO]
    place = problem_place(subject, "missing", None)
    key = key_of(subject)
    return Problem.objects.create(
        subject_id=subject,
        code="missing",
        severity="warning",
        info_set=info_set,
        field=field,
        found_at=timezone.now(),
        sealed_message=seal(key, place, "基本工资 23000 没有依据".encode()),
        sealed_note=seal(key, place, "原为 22000，已改".encode()),
    )


def test_a_ticket_one_does_not_see_cannot_be_closed(cast: Cast) -> None:
    """Closing by number told which numbers were open and wrote into a set out of sight."""
    found = ticket(cast, "pay", "base")
    with pytest.raises(Absent):
        actions.close_problem(
            cast.actor("archivist"), problem=found.id, fixed=True, note="已核对过"
        )
    found.refresh_from_db()
    assert found.state == "open"
    actions.close_problem(cast.actor("hr_manager"), problem=found.id, fixed=True, note="已核对过")
    found.refresh_from_db()
    assert found.state == "fixed"


def test_the_note_of_a_repair_is_as_hidden_as_the_finding(cast: Cast) -> None:
    found = ticket(cast, "contact", "mobile")

    def read(role: str) -> tuple[str, str]:
        view = queries.problems(cast.actor(role), state=None, number=found.id).problems[0]
        return view.message, view.note

    assert read("archivist") == ("", "")
    reader = cast.actor("archivist")
    queries.problems(reader, state=None, number=found.id)
    assert ("problem.read", "done") in written_events(reader)
    assert read("hr_manager") == ("基本工资 23000 没有依据", "原为 22000，已改")


def test_who_looked_does_not_tell_of_sets_out_of_sight(cast: Cast) -> None:
    """The person concerned must not learn from the log that a background check is on file."""
    subject = cast.people[WHO]
    known = dictionary.current()
    first = {
        key: known.table_of(known.field(f"background_check.{key}")).codes[0].code
        for key in ("item", "result")
    }
    manager = cast.actor("hr_manager")
    actions.save_row(
        manager, subject=subject, info_set="background_check", row=None, base_version=0,
        values=first,
    )  # fmt: skip
    made = Record.objects.get(subject=subject, info_set="background_check").row
    actions.reveal(
        manager, subject=subject, info_set="background_check", row=made, field="item", reason=WHY
    )
    queries.open_dossier(manager, subject)
    flush(manager.trail)
    actions.set_state(manager, subject=subject, state="filed", reason="材料已核对")

    def told(actor: Actor) -> str:
        return str(queries.looks(queries.open_subject(actor, subject), limit=50))

    own = cast.actor("employee", name=WHO)
    assert "改状态" in told(own) and "材料已核对" in told(own)
    assert "背景" not in told(own) and WHY not in told(own)
    assert ("history.looks", "done") in written_events(own)
    assert "背景" in told(cast.actor("hr_manager")) and WHY in told(cast.actor("hr_manager"))
