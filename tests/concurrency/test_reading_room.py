"""Real races in the reading room: two readers open at once, two hands take copies, one ends while
the other opens."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from tests.cast import Cast, make_cast
from tests.materials.consultation.conftest import Room, quick_passwords, room

from dangan.access.rules import Absent, Refused
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.consultation import actions
from dangan.materials.consultation.models import CopyTaken
from dangan.materials.consultation.problems import CannotRead

__all__ = ["quick_passwords", "room"]  # fixtures of the consultation's stories


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def race(*works: Callable[[], Any]) -> list[Any]:
    """All at once, each on a connection of its own; what came of each."""
    start = Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=30)
            return work()
        except (Absent, Refused, CannotRead) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def test_two_openings_at_once_are_one(room: Room) -> None:
    row = room.agreed()
    for who in ("he", "yu"):
        actions.arrive(room.actor(who), consultation=row.pk)
    he, yu = room.actor("he"), room.actor("yu")
    made = race(
        lambda: actions.open_reading(he, consultation=row.pk),
        lambda: actions.open_reading(yu, consultation=row.pk),
    )
    assert made[0].until == made[1].until
    assert made[0].opened_at == made[1].opened_at


def test_ended_while_the_other_opens_shows_nothing(room: Room) -> None:
    row = room.agreed()
    for who in ("he", "yu"):
        actions.arrive(room.actor(who), consultation=row.pk)
    yu, wen = room.actor("yu"), room.actor("wen")
    race(
        lambda: actions.open_reading(yu, consultation=row.pk),
        lambda: actions.end_reading(wen, consultation=row.pk),
    )
    row.refresh_from_db()
    assert row.ended_at
    with pytest.raises(Absent):
        catalogue.look(room.actor("yu"), row.volume_id)


def test_one_copy_is_handed_out_once(room: Room) -> None:
    room.opened()
    row = actions.ask_copying(
        room.actor("he"),
        wish=actions.CopyingWish(
            volume=room.volume().pk,
            materials=[room.archive.materials["职工登记表"]],
            form="copy",
            copies=1,
            purpose="办理专项审核附件",
        ),
    )
    room.carry(row.case)
    one, other = room.actor("wen"), room.actor("wen2")
    made = race(
        lambda: actions.hand_out_paper(one, copying=row.pk),
        lambda: actions.hand_out_paper(other, copying=row.pk),
    )
    assert sorted(type(item).__name__ for item in made) == ["CannotRead", "CopyTaken"]
    assert CopyTaken.objects.count() == 1
