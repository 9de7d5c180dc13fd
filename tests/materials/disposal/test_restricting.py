"""What a law still wants kept is stored and protected, and used for nothing."""

from __future__ import annotations

from datetime import date

import pytest
from tests.materials.disposal.conftest import House, rotate_all

from dangan.access.queries import console_actor
from dangan.access.rules import Absent, Refused
from dangan.dossiers import actions as dossiers
from dangan.dossiers import queries
from dangan.dossiers.integrity import check_records
from dangan.dossiers.models import Record, Subject
from dangan.materials.catalogue import gates
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.models import Volume
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.models import Due
from dangan.materials.disposal.problems import DisposalProblem
from dangan.materials.disposal.queries.due import due_page, restricted
from dangan.materials.disposal.scanning import scan
from dangan.roster import queries as roster
from dangan.vault import actions as vault_actions
from dangan.vault import queries as vault
from dangan.vault.rules import KeyDestroyed


@pytest.fixture
def paid(house: House) -> Volume:
    """Somebody left long ago; a paper about pay in the file must be kept for thirty years."""
    house.leave("罗文博")
    volume = house.volume("罗文博", pay=True)
    house.due()
    return volume


def test_it_is_due_for_restriction_and_not_for_destruction(house: House, paid: Volume) -> None:
    archivist = house.actor("archivist")
    found = due_page(archivist, what="restrict")
    assert [(line.what, line.way) for line in found.lines] == [("dossier", "restrict")]
    # The paper about pay is of January 2019, on some day of it.
    assert found.lines[0].until == date(2049, 2, 1)
    with pytest.raises(Absent):
        house.draft(Pick("dossier", paid.subject_id))


def test_restricted_it_is_in_no_list_page_search_or_export(house: House, paid: Volume) -> None:
    subject = paid.subject_id
    archivist, hr = house.actor("archivist"), house.actor("hr")
    actions.restrict(archivist, what="dossier", target=subject)
    with pytest.raises(KeyDestroyed):
        vault.key_of(subject)
    with pytest.raises(Absent):
        queries.open_subject(hr, subject)
    with pytest.raises(Absent):
        catalogue.look(archivist, paid.pk)
    assert not roster.names([subject])
    assert not roster.search(hr, "罗文博")
    assert not catalogue.find_volumes(archivist, paid.number)
    for deed in ("lend", "transfer", "remove", "change", "read"):
        assert gates.reasons(deed, [paid.pk]), deed  # type: ignore[arg-type]  # of the six
    with pytest.raises(Absent):
        dossiers.save_row(
            hr,
            subject=subject,
            info_set="contact",
            row=None,
            base_version=0,
            values={"mobile": "13900000009"},
        )
    assert [line.subject for line in restricted(archivist)] == [subject]


def test_it_stays_what_it_was_through_a_rotation(house: House, paid: Volume) -> None:
    subject = paid.subject_id
    before = dict(Record.objects.filter(subject=subject).values_list("row", "sealed"))
    actions.restrict(house.actor("archivist"), what="dossier", target=subject)
    console = console_actor(purpose="测试")
    old = max(epoch.id for epoch in vault.epochs())
    rotate_all(console)
    vault_actions.destroy_epoch(console, epoch=old)
    dossiers.rebuild_roster(console)
    assert not roster.names([subject])
    actions.lift_restriction(
        house.actor("privacy"), subject=subject, volume=None, reason="法院调取"
    )
    assert dict(Record.objects.filter(subject=subject).values_list("row", "sealed")) == before
    assert roster.names([subject]) == {subject: "罗文博"}
    assert catalogue.look(house.actor("archivist"), paid.pk).sight.whole
    assert queries.open_subject(house.actor("hr"), subject).rows()["identity"]


def test_the_privacy_officer_alone_lifts_it_with_a_reason(house: House, paid: Volume) -> None:
    subject = paid.subject_id
    actions.restrict(house.actor("archivist"), what="dossier", target=subject)
    for who in ("archivist", "manager", "legal"):
        with pytest.raises(Refused):
            actions.lift_restriction(
                house.actor(who), subject=subject, volume=None, reason="需要用"
            )
    privacy = house.actor("privacy")
    with pytest.raises(DisposalProblem):
        actions.lift_restriction(privacy, subject=subject, volume=None, reason="短")
    with pytest.raises(DisposalProblem, match="整份"):
        actions.lift_restriction(privacy, subject=subject, volume=paid.pk, reason="法院调取")
    assert Subject.objects.get(pk=subject).restricted_at


def test_it_is_destroyed_when_the_law_lets_go(house: House, paid: Volume) -> None:
    subject = paid.subject_id
    actions.restrict(house.actor("archivist"), what="dossier", target=subject)
    house.due()
    assert not Due.objects.filter(subject=subject).exists()
    scan(console_actor(), today=date(2050, 12, 31))
    due = Due.objects.get(subject=subject)
    assert (due.what, due.way) == ("dossier", "destroy")
    row = house.destroyed(Pick("dossier", subject))
    assert row.counts["dossiers"] == 1
    with pytest.raises(KeyDestroyed):
        vault.key_of(subject)
    assert not vault.withheld_keys([subject])


def test_only_what_is_due_for_it_is_restricted(house: House) -> None:
    subject = house.cast.people["沈知微"]
    with pytest.raises(Absent):
        actions.restrict(house.actor("archivist"), what="dossier", target=subject)
    with pytest.raises(Refused):
        actions.restrict(house.actor("legal"), what="dossier", target=subject)


def test_a_row_is_destroyed_and_the_rest_stays(house: House) -> None:
    """An ended contract, two years later, of somebody who still works here."""
    subject = house.cast.people["沈知微"]
    console = console_actor(purpose="测试")
    contract = {"kind": "1", "signed": "2016-07-01", "start": "2016-07-11", "end": "2019-07-10"}
    written = dossiers.save_row(
        console,
        subject=subject,
        info_set="contract",
        row=None,
        base_version=0,
        values={key: value for key, value in contract.items() if key != "kind"},
    )
    assert written.change
    house.due()
    due = Due.objects.get(subject=subject)
    assert (due.what, due.info_set, due.due_on.isoformat()) == ("row", "contract", "2021-07-11")
    row = house.destroyed(Pick("row", due.target))
    assert row.counts == {"rows": 1, "versions": 1}
    assert not Record.objects.filter(row=due.target).exists()
    view = queries.open_dossier(house.actor("hr"), subject)
    assert view.name == "沈知微"
    assert list(check_records()) == []
