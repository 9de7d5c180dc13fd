"""Destruction as an attacker would have it: without approval, without witnesses, past a hold, or
leaving something behind."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from tests.cast import Cast, make_cast, written_events
from tests.materials.disposal.conftest import House, make_house

from dangan.access.queries import console_actor
from dangan.access.rules import Absent
from dangan.audit.sequencer import sequence_once
from dangan.dossiers.integrity import check_records
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.erasers import columns
from dangan.materials.disposal.models import DestructionList, Hold, Item, Witness
from dangan.materials.disposal.queries.lists import list_view
from dangan.materials.disposal.queries.papers import log_proof
from dangan.vault import actions as vault_actions
from dangan.vault import queries as vault
from dangan.vault.rules import KeyDestroyed, KeyKept

HOME = "/archive/disposal/"


@pytest.fixture
def house(cast: Cast) -> House:
    return make_house(cast)


def test_tables_refuse_what_the_verbs_would_never_do(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.approved(Pick("dossier", subject))
    actions.witness(house.actor("manager"), list_=row.pk, code=house.code("manager"))
    for wrong in (
        lambda: DestructionList.objects.filter(pk=row.pk).update(state="done"),
        lambda: DestructionList.objects.filter(pk=row.pk).update(state="executing"),
        lambda: Witness.objects.create(
            list=row, place=2, account=house.ids["manager"], at=timezone.now()
        ),
        lambda: Witness.objects.create(
            list=row, place=3, account=house.ids["legal"], at=timezone.now()
        ),
        lambda: Hold.objects.create(
            serial=1,
            kind="other",
            scope="person",
            target=subject,
            subject=subject,
            sealed_reason=b"x",
            placed_by=house.ids["legal"],
            placed_at=timezone.now(),
            lifted_by=house.ids["legal"],
            lifted_at=timezone.now(),
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


def test_the_ledger_is_not_deleted_before_its_time(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.destroyed(Pick("dossier", subject))
    with (
        pytest.raises(Exception, match="ledger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM disposal_item WHERE list_id = %s", [row.pk])
    with (
        pytest.raises(Exception, match="ledger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE disposal_destructionlist SET counts = '{}' WHERE id = %s", [row.pk])


def test_a_key_is_destroyed_on_no_other_way(house: House) -> None:
    subject = house.leave("罗文博")
    for person in (subject, house.cast.people["沈知微"]):
        with pytest.raises(KeyKept):
            vault_actions.destroy_key(console_actor(), subject=person)
        vault.key_of(person)


def test_crafted_requests_get_nothing(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.approved(Pick("dossier", subject))
    archivist = house.browser("archivist")
    page = f"{HOME}lists/{row.pk}/"
    for path, data in (
        (f"{HOME}draft/", {"pick": ["dossier:zzz"]}),
        (f"{HOME}draft/", {"pick": [f"dossier:{house.cast.people['沈知微']}"]}),
        (f"{HOME}restrict/", {"pick": [f"dossier:{subject}"]}),
        (f"{HOME}restricted/{subject}/lift/", {"reason": "我想看看"}),
    ):
        assert archivist.post(path, data).status_code in {403, 404}, path
    archivist.post(page + "opinions/", {"item": ["x"], "x-opinion": "keep"})
    archivist.post(page + "opinions/", {"drop": str(row.items.get().pk)})
    archivist.post(page + "execute/", {"number": row.number})
    assert archivist.get(page + "execute/").status_code == 405
    row.refresh_from_db()
    assert (row.state, row.items.get().opinion) == ("approved", "destroy")
    for other in ("?what=<script>", "?page=-1", "?page=99999999999999", "?page=x"):
        assert archivist.get(HOME + other).status_code == 200
    vault.key_of(subject)


def test_an_anchored_actor_sees_no_list_of_another_branch(house: House) -> None:
    subject = house.leave("罗文博")  # of the south
    house.due()
    row = house.approved(Pick("dossier", subject))
    east = house.cast.actor("archivist", unit="华东公司")
    with pytest.raises(Absent):
        list_view(east, row.pk)
    with pytest.raises(Absent):
        actions.execute(east, list_=row.pk)
    assert ("disposal.read", "refused") in written_events(east)


def test_nothing_personal_stands_in_clear(house: House) -> None:
    subject = house.leave("罗文博")
    house.volume("罗文博")
    actions.place_hold(
        house.actor("legal"),
        target=actions.Target("person", house.cast.people["沈知微"]),
        kind="litigation",
        reason="金丝雀仲裁事由",
    )
    house.due()
    house.destroyed(Pick("dossier", subject))
    with connection.cursor() as cursor:
        for table in ("due", "item", "destructionlist", "hold", "witness", "extension"):
            cursor.execute(f"SELECT string_agg(t::text, '|') FROM disposal_{table} t")
            text = cursor.fetchone()[0] or ""
            for word in ("罗文博", "030001", "金丝雀", "沈知微"):
                assert word not in text
                assert word.encode().hex() not in text


def test_a_destruction_is_no_damage_to_the_log_check_and_a_forged_one_is(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    house.destroyed(Pick("dossier", subject))
    assert list(check_records()) == []
    other = house.cast.people["沈知微"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_record SET sealed = '' WHERE subject_id = %s", [other])
    assert {problem.kind for problem in check_records()} & {"record-altered"}


def test_every_sealed_table_is_emptied_or_says_why_not() -> None:
    found = {column.table._meta.label for column in columns()}
    for expected in (
        "workflow.Case",
        "workflow.CaseEvent",
        "workflow.Comment",
        "dossiers.Proposal",
        "lifecycle.Movement",
        "loans.Request",
    ):
        assert expected in found
    assert "access.Account" not in found
    assert "access.SecondFactor" not in found
    assert Item._meta.label not in found


@pytest.mark.django_db(transaction=True)
def test_the_certificates_proof_holds(transactional_db: None) -> None:
    house = make_house(make_cast())
    subject = house.leave("罗文博")
    house.due()
    row = house.destroyed(Pick("dossier", subject))
    assert log_proof(row.pk)["waiting"]
    for _again in range(3):
        sequence_once()
    proof = log_proof(row.pk)
    assert proof["holds"]
    assert proof["first"] < proof["event"] == proof["last"]
    page = house.browser("archivist").get(f"{HOME}lists/{row.pk}/print/certificate/")
    assert page.content.startswith(b"%PDF")
    with pytest.raises(KeyDestroyed):
        vault.key_of(subject)
