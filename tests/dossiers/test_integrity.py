"""Data changed behind the application's back is named by ``audit verify --data``."""

from __future__ import annotations

import pytest
from django.db import connection

from dangan.dossiers import actions, queries
from dangan.dossiers.integrity import check_records
from dangan.vault.rules import Tampered


def run(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@pytest.fixture
def mobile_row(cast):
    """沈知微's contact row, corrected once: two versions."""
    hr = cast.actor("hr_manager")
    shen = cast.people["沈知微"]
    row = queries.open_dossier(hr, shen).sets["contact"].rows[0]
    actions.save_row(
        hr, subject=shen, info_set="contact", row=row.row, base_version=row.version,
        values={"mobile": "13900002210"},
    )  # fmt: skip
    return row.row


def kinds():
    return {problem.kind for problem in check_records()}


def named(row):
    return any(problem.params["row"] == str(row) for problem in check_records())


def test_untouched_data_agrees_with_the_log(mobile_row):
    assert list(check_records()) == []


def test_a_flipped_byte_is_named_and_never_shown(cast, mobile_row):
    run(
        "UPDATE dossiers_record SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1)"
        " WHERE row = %s AND current",
        mobile_row,
    )
    assert "record-altered" in kinds()
    assert named(mobile_row)
    with pytest.raises(Tampered):
        queries.open_dossier(cast.actor("hr_manager"), cast.people["沈知微"])


def test_two_swapped_ciphertexts_are_named_and_never_shown(cast, mobile_row):
    run(
        "UPDATE dossiers_record a SET sealed = b.sealed, digest = b.digest"
        " FROM dossiers_record b WHERE a.current AND b.current"
        " AND a.info_set = 'contact' AND b.info_set = 'contact' AND a.row <> b.row"
        " AND a.row = %s",
        mobile_row,
    )
    assert "record-altered" in kinds()
    with pytest.raises(Tampered):
        queries.open_dossier(cast.actor("hr_manager"), cast.people["沈知微"])


def test_a_version_rolled_back_by_hand_is_named(mobile_row):
    run("DELETE FROM dossiers_record WHERE row = %s AND current", mobile_row)
    run("UPDATE dossiers_record SET current = true WHERE row = %s", mobile_row)
    assert "record-removed" in kinds()
    assert named(mobile_row)


def test_the_current_mark_moved_to_an_old_version_is_named(mobile_row):
    run("UPDATE dossiers_record SET current = false WHERE row = %s", mobile_row)
    run("UPDATE dossiers_record SET current = true WHERE row = %s AND version = 1", mobile_row)
    assert "record-rolled-back" in kinds()


def test_a_row_put_in_by_hand_is_named(mobile_row):
    run(
        "INSERT INTO dossiers_record (subject_id, info_set, row, version, current, deleted,"
        " valid_from, recorded_at, change_id, sealed, digest)"
        " SELECT subject_id, info_set, gen_random_uuid(), 1, true, false, valid_from,"
        " recorded_at, change_id, sealed, digest FROM dossiers_record"
        " WHERE row = %s AND current",
        mobile_row,
    )
    assert "record-added" in kinds()


def test_a_row_given_to_another_person_is_named(cast, mobile_row):
    run(
        "UPDATE dossiers_record SET subject_id = %s WHERE row = %s",
        cast.people["罗文博"],
        mobile_row,
    )
    assert "record-moved" in kinds()
