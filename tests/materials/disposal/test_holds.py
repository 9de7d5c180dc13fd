"""A hold stops every path, also when it is placed while something is being destroyed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image
from tests.cast import make_cast
from tests.materials.disposal.conftest import House, make_house

from dangan.access.queries import console_actor
from dangan.access.rules import Absent, Refused
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Record
from dangan.dossiers.rules import InvalidRecord
from dangan.files import actions as files
from dangan.files.models import SealedFile
from dangan.materials.catalogue import gates
from dangan.materials.catalogue.actions import remove_material
from dangan.materials.catalogue.models import Material
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.disposal import actions, erasure, holds
from dangan.materials.disposal.actions import Target
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.holds import held
from dangan.materials.disposal.models import Hold, Item, Postponed
from dangan.materials.disposal.problems import DisposalProblem
from dangan.vault import actions as vault_actions
from dangan.vault import queries as vault
from dangan.vault.rules import KeyKept


def hold(house: House, scope: str, target: UUID, by: str = "legal") -> Hold:
    return actions.place_hold(
        house.actor(by), target=Target(scope, target), kind="litigation", reason="劳动仲裁未了"
    )


@pytest.mark.parametrize("scope", ["person", "volume", "material", "unit"])
def test_every_scope_covers_the_volume_and_the_person(house: House, scope: str) -> None:
    volume = house.volume("沈知微")
    subject = house.cast.people["沈知微"]
    material = Material.objects.filter(volume=volume).first()
    assert material
    unit = house.cast.units["研发中心"]
    target = {"person": subject, "volume": volume.pk, "material": material.pk, "unit": unit}[scope]
    other = house.volume("罗文博")
    assert not held([subject], [volume.pk])
    placed = hold(house, scope, target)
    found = held([subject], [volume.pk, other.pk], [material.pk])
    assert found.subjects == {subject: placed.number}
    assert found.volumes == {volume.pk: placed.number}
    assert found.materials == {material.pk: placed.number}


def test_a_held_volume_is_not_destroyed_sent_away_or_taken_apart(house: House) -> None:
    volume = house.volume("沈知微")
    hold(house, "volume", volume.pk)
    for deed in ("destroy", "transfer", "remove"):
        assert gates.reasons(deed, [volume.pk])[volume.pk]  # type: ignore[arg-type]  # of the three
    assert volume.pk not in gates.reasons("lend", [volume.pk])
    material = Material.objects.filter(volume=volume).first()
    assert material
    with pytest.raises(CatalogueProblem, match="保全"):
        remove_material(
            house.actor("archivist"), material=material.pk, version=1, reason="放错了案卷"
        )


def test_a_held_persons_rows_are_not_deleted(house: House) -> None:
    subject = house.cast.people["沈知微"]
    row = Record.objects.get(subject=subject, info_set="contact", current=True)
    console = console_actor(purpose="测试")
    placed = hold(house, "person", subject)
    with pytest.raises(InvalidRecord):
        dossiers.delete_row(
            console, subject=subject, info_set="contact", row=row.row, base_version=row.version
        )
    actions.lift_hold(house.actor("manager"), hold=placed.pk, reason="仲裁已结")
    dossiers.delete_row(
        console, subject=subject, info_set="contact", row=row.row, base_version=row.version
    )


def test_a_file_thrown_away_under_a_hold_stays_until_it_is_lifted(house: House) -> None:
    subject = house.cast.people["沈知微"]
    archivist = house.actor("archivist")
    picture = BytesIO()
    Image.new("RGB", (40, 40), "white").save(picture, "PNG")
    kept = files.keep(archivist, subject=subject, name="a.png", data=picture.getvalue())
    placed = hold(house, "person", subject)
    with transaction.atomic():
        files.discard(archivist, file=kept.pk)
    kept.refresh_from_db()
    assert (kept.state, Postponed.objects.count()) == (SealedFile.State.KEPT, 1)
    assert actions.discard_postponed(console_actor()) == 0
    actions.lift_hold(house.actor("manager"), hold=placed.pk, reason="仲裁已结")
    assert actions.discard_postponed(console_actor()) == 1
    kept.refresh_from_db()
    assert kept.state == SealedFile.State.GONE


def test_a_held_dossier_is_not_listed_and_not_destroyed(house: House) -> None:
    subject = house.leave("罗文博")
    house.due()
    row = house.witnessed(Pick("dossier", subject))
    hold(house, "person", subject)
    done = actions.execute(house.actor("archivist"), list_=row.pk)
    assert done.items.get().state == Item.State.SPARED
    assert done.counts == {"spared": 1}
    vault.key_of(subject)
    house.due()
    again = house.draft(Pick("dossier", subject))
    with pytest.raises(DisposalProblem, match="保全"):
        actions.submit(house.actor("archivist"), list_=again.pk, group=["甲", "乙"])


def test_no_other_way_to_a_persons_key(house: House) -> None:
    with pytest.raises(KeyKept):
        vault_actions.destroy_key(console_actor(), subject=house.cast.people["沈知微"])
    vault.key_of(house.cast.people["沈知微"])


def test_who_placed_it_does_not_lift_it_and_others_neither_place_nor_lift(house: House) -> None:
    subject = house.cast.people["沈知微"]
    placed = hold(house, "person", subject)
    with pytest.raises(DisposalProblem, match="不能自己解除"):
        actions.lift_hold(house.actor("legal"), hold=placed.pk, reason="仲裁已结")
    with pytest.raises(Refused):
        actions.lift_hold(house.actor("archivist"), hold=placed.pk, reason="仲裁已结")
    with pytest.raises(Refused):
        hold(house, "person", subject, by="archivist")
    south = house.cast.actor("legal", unit="华南公司")
    with pytest.raises(Absent):
        actions.place_hold(
            south, target=Target("person", subject), kind="other", reason="不在我的范围"
        )
    with pytest.raises(Absent):
        actions.lift_hold(south, hold=placed.pk, reason="不在我的范围")


def test_a_hold_with_a_last_day_ends_by_itself(house: House) -> None:
    subject = house.cast.people["沈知微"]
    today = timezone.localdate()
    placed = actions.place_hold(
        house.actor("legal"),
        target=Target("person", subject),
        kind="inspection",
        reason="审计检查",
        until=today,
    )
    assert held([subject])
    Hold.objects.filter(pk=placed.pk).update(until=today - timedelta(days=1))
    assert not held([subject])
    with pytest.raises(DisposalProblem, match="已经过去"):
        actions.place_hold(
            house.actor("legal"),
            target=Target("person", subject),
            kind="inspection",
            reason="审计检查",
            until=today - timedelta(days=1),
        )


@pytest.fixture
def committed(transactional_db: None) -> Iterator[House]:
    yield make_house(make_cast())


def test_a_hold_placed_while_one_item_goes_waits_for_it_and_spares_the_next(
    committed: House,
) -> None:
    house = committed
    people = [house.leave(name) for name in ("罗文博", "俞书衡")]
    house.due()
    row = house.witnessed(*[Pick("dossier", person) for person in people])
    first, second = row.items.order_by("position")
    reached, placed = threading.Event(), threading.Event()

    def slow(actor: object, scope: erasure.Scope) -> dict[str, int]:
        if scope.subjects == {first.subject}:
            reached.set()
            assert not placed.wait(timeout=1.0)  # the hold waits while this item goes
        return {}

    def place() -> None:
        try:
            reached.wait(timeout=20)
            hold(house, "unit", house.cast.units["示例集团"])
            placed.set()
        finally:
            connection.close()

    erasure.register("zz-slow", slow)
    other = threading.Thread(target=place)
    other.start()
    try:
        done = actions.execute(house.actor("archivist"), list_=row.pk)
    finally:
        erasure._erasers.pop("zz-slow")
        other.join(timeout=20)
    assert placed.is_set()
    states = dict(done.items.values_list("position", "state"))
    assert states[1] == Item.State.DESTROYED
    # Whether the hold or the next item came first, it is never destroyed under a hold.
    later = Hold.objects.get().placed_at
    second.refresh_from_db()
    assert second.done_at
    assert second.state == Item.State.SPARED or second.done_at <= later
    assert holds.in_force().count() == 1
