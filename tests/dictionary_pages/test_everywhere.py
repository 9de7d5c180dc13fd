"""What an administrator adds behaves like what is built in: kept, unique, cut, listed, compared."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.cast import Cast, make_cast
from tests.dictionary.test_custom import PLATE, VEHICLE

from dangan.access.queries import console_actor
from dangan.dictionary import actions as dictionary_actions
from dangan.dossiers.actions import save_row
from dangan.dossiers.queries import open_dossier
from dangan.dossiers.rules import InvalidRecord
from dangan.roster import queries as roster
from dangan.roster.rules import RosterQuery

ME = UUID(int=7)


@pytest.fixture
def cast(db: None) -> Cast:
    cast = make_cast()
    dictionary_actions.add_set(by=ME, plain=VEHICLE)
    plain: dict[str, Any] = PLATE | {"unique": True}
    dictionary_actions.add_field(by=ME, set_key="vehicle", key="plate", plain=plain)
    badge = PLATE | {
        "label": "工牌号",
        "label_en": "Badge",
        "class": "internal",
        "legal_basis": "contract",
        "aliases": [],
        "roster": True,
    }
    dictionary_actions.add_field(by=ME, set_key="identity", key="badge", plain=badge)
    return cast


def save(cast: Cast, name: str, info_set: str, **values: str) -> None:
    subject = cast.people[name]
    version, row = 0, None
    if info_set == "identity":
        found = open_dossier(console_actor(), subject).sets["identity"].rows[0]
        row, version = found.row, found.version
    save_row(
        console_actor(),
        subject=subject,
        info_set=info_set,
        row=row,
        base_version=version,
        values=values,
    )


def test_a_row_of_a_custom_set_is_kept_and_shown(cast: Cast) -> None:
    save(cast, "沈知微", "vehicle", plate="京A12345")
    view = open_dossier(console_actor(), cast.people["沈知微"])
    assert [cell.text for cell in view.sets["vehicle"].rows[0].cells] == ["京A12345"]


def test_a_custom_field_is_masked_by_its_class(cast: Cast) -> None:
    save(cast, "沈知微", "vehicle", plate="京A12345")
    seen = open_dossier(cast.actor("hr_specialist", unit="示例集团"), cast.people["沈知微"])
    shown = [cell.text for row in seen.sets["vehicle"].rows for cell in row.cells]
    assert "京A12345" not in shown


def test_a_unique_custom_field_is_unique(cast: Cast) -> None:
    save(cast, "沈知微", "vehicle", plate="京A12345")
    with pytest.raises(InvalidRecord):
        save(cast, "罗文博", "vehicle", plate="京A12345")


def test_a_custom_field_stands_in_the_roster(cast: Cast) -> None:
    save(cast, "沈知微", "identity", badge="B-77")
    query = RosterQuery(text="沈知微", columns=("identity.name", "identity.badge"))
    [row] = roster.page(console_actor(), query).rows
    assert row.cells["identity.badge"].value == "B-77"


def test_a_retired_field_is_no_longer_written_but_its_value_stays(cast: Cast) -> None:
    save(cast, "沈知微", "identity", badge="B-77")
    dictionary_actions.retire_field(by=ME, path="identity.badge")
    with pytest.raises(InvalidRecord):
        save(cast, "沈知微", "identity", badge="B-78")
    save(cast, "沈知微", "identity", native_place="浙江杭州")
    dictionary_actions.restore_field(by=ME, path="identity.badge")
    cells = open_dossier(console_actor(), cast.people["沈知微"]).sets["identity"].rows[0].cells
    assert {cell.field.key: cell.text for cell in cells}["badge"] == "B-77"
