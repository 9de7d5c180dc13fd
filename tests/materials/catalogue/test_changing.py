"""Lines are corrected, placed, renumbered, taken out and put back; old versions stay."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from msgspec.structs import replace
from tests.archive import LINES, Archive
from tests.cast import written_events

from dangan.access.rules import Absent, Refused
from dangan.materials.catalogue import actions, changes, queries
from dangan.materials.catalogue.models import Material, MaterialVersion, Volume
from dangan.materials.catalogue.problems import CatalogueProblem, Duplicate, LineConflict
from dangan.materials.catalogue.queries.arranging import arranged, preview
from dangan.materials.catalogue.rules.bodies import MaterialBody


def line(title: str = "思想汇报", day: int = 1, **more: object) -> MaterialBody:
    body = MaterialBody(category="2", title=title, year=2020, month=5, day=day, pages=1)
    return replace(body, **more)


@pytest.fixture
def volume(archive: Archive) -> Volume:
    return archive.volume("沈知微")


def file(archive: Archive, volume: Volume, body: MaterialBody, **more: object) -> queries.Item:
    return actions.file_material(archive.archivist, volume=volume.pk, body=body, **more)


def seen(archive: Archive, volume: Volume) -> list[tuple[str, str]]:
    found = arranged(queries.look(archive.archivist, volume.pk))
    return [(one.label, one.item.body.title) for one in found.lines]


def rewrite_numbers(archive: Archive, volume: Volume) -> int:
    found = arranged(queries.look(archive.archivist, volume.pk))
    return actions.renumber(archive.archivist, volume=volume.pk, fingerprint=found.fingerprint)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (line(category="4"), "category"),
        (line(category="11"), "category"),
        (line(title="  "), "title"),
        (line(title="长" * 121), "title"),
        (line(pages=0), "pages"),
        (line(copies=0), "copies"),
        (line(year=1850), "formed"),
        (line(month=13), "formed"),
        (line(day=1, month=0), "formed"),
        (line(year=2020, month=2, day=30), "formed"),
        (line(year=timezone.localdate().year + 1), "formed"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_field(
    archive: Archive, volume: Volume, body: MaterialBody, field: str
) -> None:
    with pytest.raises(CatalogueProblem) as refused:
        file(archive, volume, body)
    assert refused.value.field == field
    assert Material.objects.count() == len(LINES)


def test_a_line_like_one_that_is_there_must_be_meant(archive: Archive, volume: Volume) -> None:
    twin = replace(LINES[0], title=" 职工 登记表 ")
    with pytest.raises(Duplicate):
        file(archive, volume, twin, duplicate=False)
    file(archive, volume, twin)
    assert Material.objects.count() == len(LINES) + 1


def test_a_correction_keeps_the_old_version(archive: Archive, volume: Volume) -> None:
    item = file(archive, volume, line())
    new = actions.change_material(
        archive.archivist, material=item.id, version=1, body=line(title="思想汇报（二）", pages=3)
    )
    assert (new.version, new.body.title) == (2, "思想汇报（二）")
    volume.refresh_from_db()
    assert (volume.materials, volume.pages) == (4, 10)
    old = MaterialVersion.objects.get(material=item.id)
    assert (old.version, old.by) == (1, archive.archivist.id)
    assert ("material.change", "done") in written_events(archive.archivist)


def test_what_only_other_verbs_may_change_stays(archive: Archive, volume: Volume) -> None:
    item = file(archive, volume, line())
    rewrite_numbers(archive, volume)
    version = queries.material(archive.archivist, item.id)[1].version
    new = actions.change_material(
        archive.archivist,
        material=item.id,
        version=version,
        body=line(title="改名", number=9, was="1-1", moved=3, removed="无"),
    )
    assert (new.body.number, new.body.was, new.body.moved, new.body.removed) == (1, "", 0, "")


def test_who_comes_second_is_told(archive: Archive, volume: Volume) -> None:
    item = file(archive, volume, line())
    actions.change_material(archive.archivist, material=item.id, version=1, body=line("甲"))
    with pytest.raises(LineConflict) as conflict:
        actions.change_material(archive.archivist, material=item.id, version=1, body=line("乙"))
    assert (conflict.value.base, conflict.value.version) == (1, 2)


def test_a_correction_is_for_keepers_of_that_branch(archive: Archive, volume: Volume) -> None:
    item = file(archive, volume, line())
    for role, unit, refusal in (
        ("hr_manager", None, Refused),
        ("hr_specialist", None, Absent),
        ("archivist", "华南公司", Absent),
    ):
        actor = archive.cast.actor(role, unit=unit)
        with pytest.raises(refusal):
            actions.change_material(actor, material=item.id, version=1, body=line("乙"))
        with pytest.raises(refusal):
            actions.remove_material(actor, material=item.id, version=1, reason="重复")
        with pytest.raises(refusal):
            actions.place_material(actor, material=item.id, later=True)
    assert Material.objects.get(pk=item.id).version == 1


def test_an_insertion_lists_what_to_rewrite_and_the_list_is_worked_off(
    archive: Archive, volume: Volume
) -> None:
    file(archive, volume, line("甲", 1))
    file(archive, volume, line("丙", 9))
    assert rewrite_numbers(archive, volume) == 5
    looked = queries.look(archive.archivist, volume.pk)
    label, changes_shown = preview(looked, line("乙", 5))
    assert label == "2-2"
    assert [(c.title, c.old, c.new) for c in changes_shown] == [("丙", "2-2", "2-3")]
    file(archive, volume, line("乙", 5))
    found = arranged(looked)
    assert [(c.old, c.new) for c in found.renumber] == [("", "2-2"), ("2-2", "2-3")]
    assert [c.title for c in found.rewritten] == ["丙"]
    assert rewrite_numbers(archive, volume) == 2
    assert arranged(looked).renumber == ()


def test_a_list_that_is_no_longer_true_is_not_worked_off(archive: Archive, volume: Volume) -> None:
    shown = arranged(queries.look(archive.archivist, volume.pk)).fingerprint
    file(archive, volume, line())
    with pytest.raises(CatalogueProblem):
        actions.renumber(archive.archivist, volume=volume.pk, fingerprint=shown)


def test_in_another_class_the_paper_bears_its_old_number_until_rewritten(
    archive: Archive, volume: Volume
) -> None:
    item = file(archive, volume, line())
    rewrite_numbers(archive, volume)
    actions.change_material(
        archive.archivist, material=item.id, version=2, body=line(category="10")
    )
    found = arranged(queries.look(archive.archivist, volume.pk))
    assert [(c.old, c.new) for c in found.renumber] == [("2-1", "10-1")]
    rewrite_numbers(archive, volume)
    assert queries.material(archive.archivist, item.id)[1].body.pencilled == "10-1"


def test_equals_are_placed_by_hand_others_are_not(archive: Archive, volume: Volume) -> None:
    first = file(archive, volume, line("甲"))
    second = file(archive, volume, line("乙"))
    later = file(archive, volume, line("丙", 9))
    actions.place_material(archive.archivist, material=second.id, later=False)
    titles = [title for label, title in seen(archive, volume) if label.startswith("2-")]
    assert titles == ["乙", "甲", "丙"]
    for item, after in ((later, False), (second, False), (first, True)):
        with pytest.raises(CatalogueProblem):
            actions.place_material(archive.archivist, material=item.id, later=after)


def test_removal_needs_a_reason_and_can_be_taken_back(archive: Archive, volume: Volume) -> None:
    item = file(archive, volume, line())
    rewrite_numbers(archive, volume)
    with pytest.raises(CatalogueProblem):
        actions.remove_material(archive.archivist, material=item.id, version=2, reason=" ")
    gone = actions.remove_material(archive.archivist, material=item.id, version=2, reason="重复件")
    assert (gone.state, gone.body.removed) == ("removed", "重复件")
    volume.refresh_from_db()
    assert volume.materials == 3
    assert "思想汇报" not in [title for _label, title in seen(archive, volume)]
    back = actions.restore_material(archive.archivist, material=item.id, version=3)
    assert (back.state, back.body.removed, back.body.pencilled) == ("filed", "", "2-1")
    with pytest.raises(CatalogueProblem):
        actions.restore_material(archive.archivist, material=item.id, version=4)


@pytest.mark.parametrize(
    ("standing", "removes", "changes_line"),
    [("lent", False, True), ("moving", False, False), ("away", False, False)],
)
def test_a_volume_that_is_elsewhere_is_not_worked_on(
    archive: Archive, volume: Volume, standing: str, removes: bool, changes_line: bool
) -> None:
    item = file(archive, volume, line())
    Volume.objects.filter(pk=volume.pk).update(standing=standing)
    version = 1
    if changes_line:
        new = actions.change_material(
            archive.archivist, material=item.id, version=1, body=line("乙")
        )
        version = new.version
    else:
        with pytest.raises(CatalogueProblem):
            actions.change_material(archive.archivist, material=item.id, version=1, body=line("乙"))
    assert not removes
    with pytest.raises(CatalogueProblem):
        actions.remove_material(archive.archivist, material=item.id, version=version, reason="重复")


def test_a_restricted_volume_is_used_for_nothing(archive: Archive, volume: Volume) -> None:
    item = file(archive, volume, line())
    Volume.objects.filter(pk=volume.pk).update(restricted_at=timezone.now() - timedelta(days=1))
    with pytest.raises(Absent):
        actions.change_material(archive.archivist, material=item.id, version=1, body=line("乙"))
    with pytest.raises(Absent):
        queries.look(archive.archivist, volume.pk)


def test_rooms_above_hear_of_each_change_and_may_undo_it(
    archive: Archive, volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[UUID, str]] = []
    monkeypatch.setattr(changes, "_handlers", [lambda _a, m, what: told.append((m, what))])
    item = file(archive, volume, line())
    actions.change_material(archive.archivist, material=item.id, version=1, body=line("乙"))
    actions.remove_material(archive.archivist, material=item.id, version=2, reason="重复")
    assert told == [(item.id, "filed"), (item.id, "changed"), (item.id, "removed")]

    def refuse(_actor: object, _material: UUID, _what: str) -> None:
        raise ValueError("no")

    monkeypatch.setattr(changes, "_handlers", [refuse])
    with pytest.raises(ValueError, match="no"):
        actions.restore_material(archive.archivist, material=item.id, version=3)
    assert Material.objects.get(pk=item.id).state == "removed"


def test_volume_data_is_changed_once_by_each(archive: Archive, volume: Volume) -> None:
    given = {"volume": volume.pk, "retention": "y30", "books": 2, "fonds": archive.fonds}
    changed = actions.change_volume(archive.archivist, version=volume.version, **given)
    assert (changed.retention, changed.books) == ("y30", 2)
    with pytest.raises(CatalogueProblem):
        actions.change_volume(archive.archivist, version=volume.version, **given)
    for wrong in ({"retention": "y99"}, {"books": 0}, {"fonds": volume.pk}):
        with pytest.raises(CatalogueProblem):
            actions.change_volume(archive.archivist, version=changed.version, **(given | wrong))
    with pytest.raises(Refused):
        actions.change_volume(archive.cast.actor("hr_manager"), version=changed.version, **given)


def test_a_copy_follows_its_original(archive: Archive, volume: Volume) -> None:
    first = file(archive, volume, line("甲"))
    second = file(archive, volume, line("乙", 5))
    copy = actions.open_copy(archive.archivist, original=volume.pk, materials=[first.id, second.id])
    assert (copy.copy, copy.original_id, copy.materials) == ("partial", volume.pk, 2)
    assert [title for _label, title in seen(archive, copy)] == ["甲", "乙"]
    rewrite_numbers(archive, volume)
    assert queries.lagging_copies(archive.archivist) == []
    actions.change_material(archive.archivist, material=first.id, version=2, body=line("甲二"))
    actions.remove_material(archive.archivist, material=second.id, version=2, reason="重复")
    assert [(row.pk, n) for row, n in queries.lagging_copies(archive.archivist)] == [(copy.pk, 2)]
    lags = queries.lags(queries.look(archive.archivist, copy.pk))
    assert {(lag.original.body.title, lag.how) for lag in lags} == {
        ("甲二", "changed"),
        ("乙", "removed"),
    }
    assert queries.lagging_copies(archive.cast.actor("archivist", unit="华南公司")) == []
    assert actions.bring_up_to_date(archive.archivist, volume=copy.pk) == 2
    assert [title for _label, title in seen(archive, copy)] == ["甲二"]
    assert queries.lagging_copies(archive.archivist) == []
    with pytest.raises(CatalogueProblem):
        actions.open_copy(archive.archivist, original=copy.pk, materials=[first.id])
    with pytest.raises(CatalogueProblem):
        actions.open_copy(archive.archivist, original=volume.pk, materials=[])
