"""Lifting a mask: for a reason, recorded, and only by those who may."""

from __future__ import annotations

import pytest
from tests.cast import written_events

from dangan.access.rules import Absent
from dangan.dossiers import actions, queries
from dangan.dossiers.rules import InvalidRecord


def ask(actor, cast, field, reason, info_set="contact"):
    shen = cast.people["沈知微"]
    row = queries.open_dossier(cast.actor("hr_manager"), shen).sets[info_set].rows[0].row
    return actions.reveal(
        actor, subject=shen, info_set=info_set, row=row, field=field, reason=reason
    )


def test_a_specialist_sees_the_number_after_giving_a_reason(cast):
    specialist = cast.actor("hr_specialist")
    assert ask(specialist, cast, "mobile", "核对紧急联络方式") == "13812345678"
    assert ("field.reveal", "done") in written_events(specialist)


def test_without_a_reason_nothing_is_shown(cast):
    specialist = cast.actor("hr_specialist")
    with pytest.raises(InvalidRecord):
        ask(specialist, cast, "mobile", "看看")
    assert ("field.reveal", "done") not in written_events(specialist)


def test_administration_cannot_lift_a_mask_and_the_attempt_is_logged(cast):
    administration = cast.actor("administration")
    with pytest.raises(Absent):
        ask(administration, cast, "id_number", "想看一下号码", "identity")
    assert ("field.reveal", "refused") in written_events(administration)
