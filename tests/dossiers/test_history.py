"""Update records, versions, comparison, and the dossier as of a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dangan.access.queries import console_actor
from dangan.access.rules import Absent, Showing
from dangan.dossiers import actions, queries


@pytest.fixture
def promoted(cast):
    """沈知微 became 主任工程师 ten days ago; the record was made today."""
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    post = queries.open_dossier(hr, shen).sets["post"].rows[0]
    day = timezone.localdate() - timedelta(days=10)
    actions.save_row(
        hr, subject=shen, info_set="post", row=post.row, base_version=post.version,
        values={"position": "主任工程师"}, valid_from=day, reason="晋升",
    )  # fmt: skip
    return cast, hr, shen, post.row


def test_the_update_record_names_old_new_reason_and_who(promoted):
    _cast, hr, shen, _row = promoted
    page = queries.history(hr, shen)
    latest = page.changes[0]
    change = latest.rows[0].fields[0]
    assert (change.old.text, change.new.text) == ("高级工程师", "主任工程师")
    assert latest.reason == "晋升"
    assert latest.actor == hr.id
    assert [item.kind for item in page.changes] == ["edit", "import"]


def test_two_versions_are_compared_field_by_field(promoted):
    _cast, hr, shen, row = promoted
    compared = queries.compare(hr, shen, row, 1, 2)
    assert compared.changed == {"position"}
    position = next(item for item in compared.fields if item.field.key == "position")
    assert (position.old.text, position.new.text) == ("高级工程师", "主任工程师")


def test_a_version_that_does_not_exist_is_absent(promoted):
    _cast, hr, shen, row = promoted
    with pytest.raises(Absent):
        queries.compare(hr, shen, row, 1, 3)


def test_the_dossier_reads_as_of_any_day(promoted):
    _cast, hr, shen, _row = promoted
    today = timezone.localdate()

    def position(day):
        return queries.open_dossier(hr, shen, as_of=day).sets["post"].rows[0].cell("position").text

    assert position(today) == "主任工程师"
    assert position(today - timedelta(days=10)) == "主任工程师"


def test_before_the_first_record_the_dossier_is_empty(promoted):
    _cast, hr, shen, _row = promoted
    view = queries.open_dossier(hr, shen, as_of=timezone.localdate() - timedelta(days=400))
    assert all(not item.rows for item in view.sets.values())


def test_history_masks_what_the_reader_may_not_see(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    row = queries.open_dossier(hr, shen).sets["contact"].rows[0]
    actions.save_row(
        hr, subject=shen, info_set="contact", row=row.row, base_version=row.version,
        values={"mobile": "13900002210"},
    )  # fmt: skip
    specialist = cast.actor("hr_specialist")
    change = queries.history(specialist, shen).changes[0].rows[0].fields[0]
    assert change.new.showing is Showing.MASKED
    assert (change.old.text, change.new.text) == ("138****5678", "139****2210")


def test_administration_does_not_see_history_of_pay(cast):
    hr = cast.actor("hr_manager")
    console = console_actor(purpose="测试")  # pay passes desks otherwise
    shen = cast.people["沈知微"]
    pay = queries.row_for_edit(hr, shen, "pay", None)
    amount = next(item for item in pay.editable if item.type == "money")
    required = {
        item.key: _some_value(item) for item in pay.editable if item.required and item != amount
    }
    actions.save_row(
        console, subject=shen, info_set="pay", row=None, base_version=0,
        values={amount.key: "18000.00", **required},
    )  # fmt: skip
    finance = queries.history(cast.actor("finance"), shen)
    assert finance.changes[0].rows[0].info_set.key == "pay"
    head = queries.history(cast.actor("head", unit="研发中心"), shen)
    assert all(row.info_set.key != "pay" for change in head.changes for row in change.rows)


def _some_value(item):
    return "2026-01-01" if "date" in item.type else "1"


def test_a_deleted_row_leaves_the_dossier_and_stays_in_the_history(cast):
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    added = actions.save_row(
        hr, subject=shen, info_set="family", row=None, base_version=0,
        values={"relation": "51", "name": "沈怀远"},
    )  # fmt: skip
    actions.delete_row(
        hr, subject=shen, info_set="family", row=added.rows[0], base_version=1, reason="重复登记"
    )
    assert not queries.open_dossier(hr, shen).sets["family"].rows
    latest = queries.history(hr, shen).changes[0]
    assert latest.rows[0].deleted
    assert latest.reason == "重复登记"
    with pytest.raises(Absent):
        actions.delete_row(hr, subject=shen, info_set="family", row=added.rows[0], base_version=2)
