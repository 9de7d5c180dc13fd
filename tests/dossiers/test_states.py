"""The life of a dossier: step by step, by those who may, and in the log."""

from __future__ import annotations

import pytest
from tests.cast import written_events

from dangan.access.rules import Refused
from dangan.dossiers import actions, queries
from dangan.dossiers.models import Subject
from dangan.dossiers.rules import InvalidRecord


def state_of(subject):
    return Subject.objects.get(id=subject).state


def test_hr_files_a_confirmed_dossier(cast):
    hr = cast.actor("hr_specialist")
    shen = cast.people["沈知微"]
    actions.set_state(hr, subject=shen, state="filed")
    assert state_of(shen) == "filed"
    assert ("subject.state", "done") in written_events(hr)


def test_a_skipped_step_is_refused_in_words_people_use(cast):
    shen = cast.people["沈知微"]
    with pytest.raises(InvalidRecord) as invalid:
        actions.set_state(cast.actor("hr_specialist"), subject=shen, state="departed")
    assert str(invalid.value.problems[0].message) == (
        "档案状态不能从“已确认”直接变为“已离职”，请按顺序办理。"
    )
    assert state_of(shen) == "confirmed"


def test_a_correction_of_a_filed_dossier_marks_it_changed(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    actions.set_state(hr, subject=shen, state="filed")
    row = queries.open_dossier(hr, shen).sets["contact"].rows[0]
    actions.save_row(
        hr, subject=shen, info_set="contact", row=row.row, base_version=row.version,
        values={"mobile": "13900002210"},
    )  # fmt: skip
    assert state_of(shen) == "changed"


def test_a_departed_dossier_is_closed_to_corrections(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    actions.set_state(hr, subject=shen, state="filed")
    actions.set_state(hr, subject=shen, state="departed", reason="合同到期")
    row = queries.open_dossier(hr, shen).sets["contact"].rows[0]
    with pytest.raises(Refused):
        actions.save_row(
            hr, subject=shen, info_set="contact", row=row.row, base_version=row.version,
            values={"mobile": "13900002210"},
        )  # fmt: skip


def test_an_employee_cannot_file_their_own_dossier(cast):
    with pytest.raises(Refused):
        actions.set_state(
            cast.actor("employee", name="沈知微"), subject=cast.people["沈知微"], state="filed"
        )
