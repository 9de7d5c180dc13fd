"""Real races on one dossier: as many writers as threads, each on its own connection."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from tests.cast import make_cast, person_rows

from dangan.dossiers import actions, queries
from dangan.dossiers.models import Record
from dangan.dossiers.rules import Conflict, InvalidRecord, RowPlan

WRITERS = 6


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def race(work):
    """Runs ``work(n)`` in every writer at once; returns the outcomes."""
    start = Barrier(WRITERS)

    def one(number):
        try:
            start.wait(timeout=30)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


def test_one_of_many_corrections_wins_and_the_others_are_told(cast):
    shen = cast.people["沈知微"]
    hr = cast.actor("hr_manager")
    row = queries.open_dossier(hr, shen).sets["contact"].rows[0]

    def save(number):
        try:
            actions.save_row(
                cast.actor("hr_manager"), subject=shen, info_set="contact", row=row.row,
                base_version=row.version, values={"mobile": f"1390000000{number}"},
            )  # fmt: skip
        except Conflict:
            return "told"
        return "won"

    outcomes = race(save)

    assert sorted(outcomes) == ["told"] * (WRITERS - 1) + ["won"]
    assert Record.objects.filter(row=row.row).count() == 2
    assert Record.objects.filter(row=row.row, current=True).count() == 1


def test_one_id_number_is_registered_once(cast):
    unit = cast.units["财务部"]
    rows = person_rows("沈知微", unit)
    identity = {**rows[0].values, "name": "新同事", "id_number": "11010119900101891X"}
    identity |= {"birth_date": "1990-01-01", "sex": "1"}

    def create(number):
        mine = {**identity, "employee_number": f"09{number:04d}"}
        try:
            actions.create_subject(
                cast.actor("hr_manager"), rows=[RowPlan("identity", mine), rows[2]]
            )
        except InvalidRecord:
            return "told"
        return "won"

    assert sorted(race(create)) == ["told"] * (WRITERS - 1) + ["won"]


def test_writers_of_different_sets_do_not_disturb_each_other(cast):
    shen = cast.people["沈知微"]

    def add(number):
        actions.save_row(
            cast.actor("hr_manager"), subject=shen, info_set="family", row=None, base_version=0,
            values={"relation": "51", "name": f"亲属{'甲乙丙丁戊己'[number]}"},
        )  # fmt: skip
        return "won"

    assert race(add) == ["won"] * WRITERS
    family = queries.open_dossier(cast.actor("hr_manager"), shen).sets["family"].rows
    assert len(family) == WRITERS
