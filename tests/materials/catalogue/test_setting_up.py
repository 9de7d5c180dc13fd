"""The archive room is set up: kinds of file, terms, fonds."""

from __future__ import annotations

import msgspec
import pytest
from tests.archive import Archive
from tests.cast import Cast

from dangan.access.rules import Refused
from dangan.materials.catalogue import actions, queries
from dangan.materials.catalogue.models import Fonds, Settings
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.rules.settings import TERMS, ArchiveSettings


def test_every_term_has_a_name_and_a_default_within_its_bounds() -> None:
    fields = {field.name for field in msgspec.structs.fields(ArchiveSettings)}
    assert fields - {"kinds", "authority"} <= set(TERMS)
    assert set(TERMS) <= fields


def test_a_private_firm_keeps_no_personnel_archives_without_authority(cast: Cast) -> None:
    archivist = cast.actor("archivist")
    assert queries.settings().kinds == ("employee_file",)
    with pytest.raises(CatalogueProblem) as refused:
        actions.save_settings(archivist, version=1, values={"kinds": ["employee_file", "cadre"]})
    assert refused.value.field == "authority"
    actions.save_settings(
        archivist,
        version=1,
        values={"kinds": ["employee_file", "cadre"], "authority": "示例〔2020〕1 号"},
    )
    assert queries.settings().kinds == ("employee_file", "cadre")


@pytest.mark.parametrize(
    "values",
    [
        {"loan_days": 0},
        {"loan_days": 20},
        {"ledger_years": 2},
        {"temperature": [30, 14]},
        {"binding_mm": 5},
        {"loan_days": "三天"},
        {"kinds": []},
        {"kinds": ["school"]},
    ],
)
def test_terms_out_of_bounds_are_refused(cast: Cast, values: dict[str, object]) -> None:
    with pytest.raises(CatalogueProblem):
        actions.save_settings(cast.actor("archivist"), version=1, values=values)
    assert not Settings.objects.exists()


def test_settings_are_changed_once_by_each_and_only_from_above(cast: Cast) -> None:
    actions.save_settings(cast.actor("archivist"), version=1, values={"loan_days": 5})
    assert queries.settings().loan_days == 5
    with pytest.raises(CatalogueProblem):
        actions.save_settings(cast.actor("archivist"), version=1, values={"loan_days": 6})
    for actor in (cast.actor("hr_manager"), cast.actor("archivist", unit="华南公司")):
        with pytest.raises(Refused):
            actions.save_settings(actor, version=2, values={"loan_days": 6})


def test_fonds_are_opened_renamed_and_closed(archive: Archive) -> None:
    made = actions.open_fonds(archive.archivist, code=" hn ", name="华南公司")
    assert made.code == "HN"
    for code, name in (("HN", "又一个"), ("华南", "华南公司"), ("HX", " ")):
        with pytest.raises(CatalogueProblem):
            actions.open_fonds(archive.archivist, code=code, name=name)
    actions.change_fonds(
        archive.archivist, fonds=made.pk, name="华南分公司", unit=None, closed=True
    )
    with pytest.raises(CatalogueProblem):
        actions.open_volume(
            archive.archivist,
            subject=archive.cast.people["沈知微"],
            fonds=made.pk,
            kind="staff",
        )
    assert Fonds.objects.get(pk=made.pk).name == "华南分公司"
