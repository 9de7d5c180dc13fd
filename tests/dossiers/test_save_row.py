"""Correcting a row of a dossier: who may, what is kept, what the log says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import written_events

from dangan.access.rules import Absent, Refused, Showing
from dangan.dossiers import actions, queries
from dangan.dossiers.models import Change, Record
from dangan.dossiers.rules import Conflict, InvalidRecord


def contact_of(actor, subject):
    view = queries.open_dossier(actor, subject)
    return view.sets["contact"].rows[0]


def test_hr_corrects_a_mobile_number(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    row = contact_of(hr, shen)

    written = actions.save_row(
        hr, subject=shen, info_set="contact", row=row.row, base_version=row.version,
        values={"mobile": "13900002210"}, reason="本人来电更正",
    )  # fmt: skip

    after = contact_of(hr, shen)
    assert after.cell("mobile").value == "13900002210"
    assert after.cell("email").value == "u020486@example.com"
    assert after.version == row.version + 1
    assert written.number.startswith("BG-")
    assert ("record.write", "done") in written_events(hr)


def test_saving_what_already_stands_there_makes_no_update_record(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    row = contact_of(hr, shen)
    before = Change.objects.count()

    written = actions.save_row(
        hr, subject=shen, info_set="contact", row=row.row, base_version=row.version,
        values={"mobile": "13812345678"},
    )  # fmt: skip

    assert written.change == 0
    assert Change.objects.count() == before


def test_the_second_of_two_writers_is_told_and_nothing_is_lost(cast):
    first, second = cast.actor("hr_manager"), cast.actor("hr_specialist")
    shen = cast.people["沈知微"]
    row = contact_of(first, shen)
    actions.save_row(
        first, subject=shen, info_set="contact", row=row.row, base_version=row.version,
        values={"mobile": "13900002210"},
    )  # fmt: skip

    with pytest.raises(Conflict) as conflict:
        actions.save_row(
            second, subject=shen, info_set="contact", row=row.row, base_version=row.version,
            values={"mobile": "13700008840"},
        )  # fmt: skip

    assert conflict.value.version == row.version + 1
    assert contact_of(first, shen).cell("mobile").value == "13900002210"


def test_a_head_may_look_but_not_write(cast):
    head = cast.actor("head", name="陆怀瑾", unit="研发中心")
    shen = cast.people["沈知微"]
    row = contact_of(head, shen)
    with pytest.raises(Refused):
        actions.save_row(
            head, subject=shen, info_set="contact", row=row.row, base_version=row.version,
            values={"mobile": "13900002210"},
        )  # fmt: skip
    assert Record.objects.filter(row=row.row).count() == 1


def test_a_dossier_out_of_reach_looks_absent_and_the_attempt_is_logged(cast):
    head = cast.actor("head", name="陆怀瑾", unit="研发中心")
    with pytest.raises(Absent):
        queries.open_dossier(head, cast.people["罗文博"])
    assert ("dossier.read", "refused") in written_events(head)


def test_a_specialist_of_one_company_cannot_move_somebody_out_of_it(cast):
    specialist = cast.actor("hr_specialist", unit="华东公司")
    shen = cast.people["沈知微"]
    post = queries.open_dossier(specialist, shen).sets["post"].rows[0]
    with pytest.raises(Refused):
        actions.save_row(
            specialist, subject=shen, info_set="post", row=post.row, base_version=post.version,
            values={"unit": str(cast.units["销售部"])},
        )  # fmt: skip


def test_a_required_field_cannot_be_emptied(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    identity = queries.open_dossier(hr, shen).sets["identity"].rows[0]
    with pytest.raises(InvalidRecord) as invalid:
        actions.save_row(
            hr, subject=shen, info_set="identity", row=identity.row,
            base_version=identity.version, values={"name": None},
        )  # fmt: skip
    assert [problem.field for problem in invalid.value.problems] == ["name"]


def test_another_persons_id_number_is_refused_without_naming_the_person(cast):
    hr = cast.actor("hr_manager")
    shen, luo = cast.people["沈知微"], cast.people["罗文博"]
    luo_identity = queries.open_dossier(hr, luo).sets["identity"].rows[0]
    mine = queries.open_dossier(hr, shen).sets["identity"].rows[0]
    theirs = str(luo_identity.cell("id_number").value)
    with pytest.raises(InvalidRecord) as invalid:
        actions.save_row(
            hr, subject=shen, info_set="identity", row=mine.row, base_version=mine.version,
            values={
                "id_number": theirs,
                "birth_date": str(luo_identity.cell("birth_date").value),
                "sex": str(luo_identity.cell("sex").value),
            },
        )  # fmt: skip
    problem = invalid.value.problems[0]
    assert problem.field == "id_number"
    assert "罗文博" not in str(problem.message)


def test_a_change_from_a_later_day_is_refused(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    row = contact_of(hr, shen)
    with pytest.raises(InvalidRecord):
        actions.save_row(
            hr, subject=shen, info_set="contact", row=row.row, base_version=row.version,
            values={"mobile": "13900002210"},
            valid_from=timezone.localdate() + timedelta(days=1),
        )  # fmt: skip


def test_unknown_fields_are_refused(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    row = contact_of(hr, shen)
    with pytest.raises(InvalidRecord):
        actions.save_row(
            hr, subject=shen, info_set="contact", row=row.row, base_version=row.version,
            values={"salary": "1"},
        )  # fmt: skip


def test_supervisors_may_not_form_a_loop(cast):
    hr = cast.actor("hr_manager")
    shen, lu = cast.people["沈知微"], cast.people["陆怀瑾"]
    for person, above in ((shen, lu), (lu, shen)):
        post = queries.open_dossier(hr, person).sets["post"].rows[0]
        save = lambda post=post, person=person, above=above: actions.save_row(  # noqa: E731
            hr, subject=person, info_set="post", row=post.row, base_version=post.version,
            values={"supervisor": str(above)},
        )  # fmt: skip
        if above == lu:
            save()
            continue
        with pytest.raises(InvalidRecord) as invalid:
            save()
        assert invalid.value.problems[0].field == "supervisor"


def test_an_employee_sees_their_own_mobile_plain_and_a_specialist_a_mask(cast):
    shen = cast.people["沈知微"]
    own = contact_of(cast.actor("employee", name="沈知微"), shen).cell("mobile")
    specialist = contact_of(cast.actor("hr_specialist"), shen).cell("mobile")
    assert (own.showing, own.text) == (Showing.PLAIN, "13812345678")
    assert (specialist.showing, specialist.text) == (Showing.MASKED, "138****5678")
    assert specialist.value is None
