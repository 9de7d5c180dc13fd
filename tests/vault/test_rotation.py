"""Rotating the epoch key while people work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from tests.vault.conftest import Keeper

from dangan.vault import actions
from dangan.vault.actions import (
    EpochInUse,
    RotationRunning,
    destroy_epoch,
    destroy_key,
    destroy_old_epochs,
    give_back,
    make_keys,
    prepare,
    rotate,
    withhold,
)
from dangan.vault.queries import Epoch, Unwrapper, epochs, key_of, keys_of, withheld_keys
from dangan.vault.rules import KeyDestroyed, Place, seal, unseal

pytestmark = pytest.mark.django_db(transaction=True)


def newest() -> int:
    return epochs()[0].id


def epoch(number: int) -> Epoch:
    return next(one for one in epochs() if one.id == number)


def epoch_of(subject: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch FROM keystore.data_key WHERE subject = %s", [subject])
        (epoch,) = cursor.fetchone()
    return int(epoch)


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_everything_still_opens_and_the_old_epoch_can_go(keeper: Keeper) -> None:
    keys = make_keys(uuid4() for _ in range(23))
    sealed = {s: seal(key, Place("record", s), b"x") for s, key in keys.items()}
    old = newest()
    steps: list[tuple[int, int]] = []
    rotation = rotate(keeper, batch=5, progress=lambda done, total: steps.append((done, total)))
    assert rotation.epoch == newest() > old
    assert rotation.rewrapped == steps[-1][0] == steps[-1][1] >= 23
    destroy_epoch(keeper, epoch=old)
    assert keys_of(keys) == keys
    assert all(unseal(key_of(s), Place("record", s), one) == b"x" for s, one in sealed.items())
    assert [action for action, _, _ in keeper.noted] == ["key.rotate", "key.destroy"]
    gone = epoch(old)
    assert gone.destroyed_at and gone.closed_at and gone.closed_at <= gone.destroyed_at
    assert gone.keys == 0
    living = epoch(rotation.epoch)
    assert (living.destroyed_at, living.closed_at) == (None, None)
    assert living.keys == rotation.rewrapped
    assert [facts for _, _, facts in keeper.noted] == [
        {"epoch": rotation.epoch, "keys": rotation.rewrapped, "damaged": []},
        {"epoch": old},
    ]


def test_batches_are_told_one_by_one_and_withheld_keys_move_too(keeper: Keeper) -> None:
    aside, *_ = keys = make_keys(uuid4() for _ in range(13))
    withhold(keeper, subject=aside)
    total = sum(one.keys for one in epochs())
    steps: list[tuple[int, int]] = []
    rotation = rotate(keeper, batch=5, progress=lambda *step: steps.append(step))
    assert rotation.rewrapped == total
    in_use = total - 1
    expected = [min(done, in_use) for done in range(5, in_use + 5, 5)] + [total]
    assert steps == [(done, total) for done in expected]
    assert withheld_keys([aside]) == {aside: keys[aside]}
    assert epoch(rotation.epoch).keys == total
    give_back(keeper, subject=aside)
    assert keys_of(keys) == keys
    assert epoch_of(aside) == rotation.epoch


def test_what_arrives_behind_the_rotation_is_found_by_the_next_pass(keeper: Keeper) -> None:
    lowest, *_, late = make_keys(sorted(uuid4() for _ in range(5)))
    withhold(keeper, subject=lowest)
    total = sum(one.keys for one in epochs())
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch, wrapped FROM keystore.data_key WHERE subject = %s", [late])
        old = cursor.fetchone()
    steps: list[tuple[int, int]] = []

    def meanwhile(done: int, of: int) -> None:
        steps.append((done, of))
        if len(steps) == 1:
            give_back(keeper, subject=lowest)
            with connection.cursor() as cursor:
                # As if written by a transaction that ends only now.
                cursor.execute(
                    "UPDATE keystore.data_key SET epoch = %s, wrapped = %s WHERE subject = %s",
                    [*old, late],
                )

    rotation = rotate(keeper, progress=meanwhile)
    assert epoch_of(lowest) == epoch_of(late) == rotation.epoch
    assert rotation.rewrapped == total + 1
    assert steps == [(total - 1, total), (total + 1, total + 1)]


def test_the_next_process_may_rotate_when_one_has_ended(keeper: Keeper) -> None:
    rotated: list[int] = []
    first = rotate(keeper).epoch
    in_thread(lambda: rotated.append(rotate(keeper).epoch)).join()
    assert rotated == [newest()] and rotated > [first]


def test_only_one_process_prepares_at_a_time() -> None:
    prepared, leave = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            prepare()
            prepared.set()
            leave.wait(10)

    one = in_thread(first)
    assert prepared.wait(10)
    other = in_thread(prepare)
    other.join(0.3)
    assert other.is_alive(), "or both would find nothing and make an epoch each"
    leave.set()
    one.join()
    other.join()


def test_old_epochs_go_when_no_backup_of_their_time_is_kept(keeper: Keeper) -> None:
    first, held = newest(), rotate(keeper).epoch
    (late,) = make_keys([uuid4()])
    with connection.cursor() as cursor:
        cursor.execute("SELECT wrapped FROM keystore.data_key WHERE subject = %s", [late])
        (wrapped,) = cursor.fetchone()
    last, current = rotate(keeper).epoch, rotate(keeper).epoch
    with connection.cursor() as cursor:
        # As if written by a transaction that ended after the rotation had passed.
        cursor.execute(
            "UPDATE keystore.data_key SET epoch = %s, wrapped = %s WHERE subject = %s",
            [held, wrapped, late],
        )
    ended, soon = epoch(first).closed_at, timezone.now() + timedelta(days=1)
    assert ended
    assert first not in destroy_old_epochs(keeper, closed_before=ended)
    keeper.noted.clear()
    gone = destroy_old_epochs(keeper, closed_before=soon)
    assert [one for one in gone if one >= first] == [first, last], "one that is held stops nothing"
    assert keeper.noted == [("key.destroy", None, {"epoch": one}) for one in gone]
    assert key_of(late)
    rotate(keeper)
    assert destroy_old_epochs(keeper, closed_before=soon) == [held, current]
    assert key_of(late)


def test_needs_the_right() -> None:
    before = newest()
    nobody = Keeper(permissions=frozenset())
    with pytest.raises(PermissionDenied):
        rotate(nobody)
    with pytest.raises(PermissionDenied):
        destroy_epoch(nobody, epoch=before)
    with pytest.raises(PermissionDenied):
        destroy_old_epochs(nobody, closed_before=epoch(before).opened_at)
    assert newest() == before
    assert nobody.noted == []


def test_an_epoch_in_use_stays(keeper: Keeper) -> None:
    make_keys([uuid4()])
    with pytest.raises(EpochInUse, match="请先轮换"):
        destroy_epoch(keeper, epoch=newest())


def test_an_epoch_goes_only_once(keeper: Keeper) -> None:
    old = newest()
    rotate(keeper)
    destroy_epoch(keeper, epoch=old)
    for gone in (old, 10_000):
        with pytest.raises(KeyDestroyed):
            destroy_epoch(keeper, epoch=gone)


def test_a_copy_of_the_old_row_is_worthless_once_the_epoch_is_gone(keeper: Keeper) -> None:
    (subject,) = make_keys([uuid4()])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, epoch, wrapped FROM keystore.data_key WHERE subject = %s", [subject]
        )
        backup = cursor.fetchone()
    rotate(keeper)
    destroy_key(keeper, subject=subject)
    assert Unwrapper().key(subject, *backup)
    destroy_epoch(keeper, epoch=backup[1])
    with pytest.raises(KeyDestroyed):
        Unwrapper().key(subject, *backup)


def test_the_lowest_of_all_identifiers_is_not_passed_over(keeper: Keeper) -> None:
    lowest = UUID(int=0)
    with connection.cursor() as cursor:
        # Other stories use it too, and who was destroyed once gets no key any more.
        cursor.execute("DELETE FROM keystore.data_key WHERE subject = %s", [lowest])
    make_keys([lowest])
    rotation = rotate(keeper)
    assert epoch_of(lowest) == rotation.epoch


def test_an_altered_key_row_is_named_and_holds_up_nobody(keeper: Keeper) -> None:
    damaged, healthy = make_keys(sorted([uuid4(), uuid4()]))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE keystore.data_key SET wrapped = set_byte(wrapped, 20,"
            " get_byte(wrapped, 20) # 1) WHERE subject = %s",
            [damaged],
        )
    try:
        rotation = rotate(keeper)
        assert rotation.damaged == (damaged,)
        assert keeper.noted[-1][2]["damaged"] == [str(damaged)]
        assert epoch_of(healthy) == rotation.epoch
        assert epoch_of(damaged) < rotation.epoch
    finally:
        destroy_key(keeper, subject=damaged)


def test_a_killed_rotation_is_taken_up_again(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = make_keys(uuid4() for _ in range(12))
    rewrap, done = actions._rewrap, []

    def die_in_the_second_batch(*arguments: Any) -> int:
        if done:
            raise KeyboardInterrupt
        done.append(1)
        return rewrap(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "_rewrap", die_in_the_second_batch)
        with pytest.raises(KeyboardInterrupt):
            rotate(keeper, batch=5)
    half_way = newest()
    assert keys_of(keys) == keys
    assert rotate(keeper).epoch == half_way
    assert {epoch_of(subject) for subject in keys} == {half_way}
    assert keys_of(keys) == keys


def test_only_one_at_a_time(keeper: Keeper) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with actions._alone():
            entered.set()
            leave.wait(10)

    other = in_thread(hold)
    assert entered.wait(10)
    try:
        with pytest.raises(RotationRunning):
            rotate(keeper)
    finally:
        leave.set()
        other.join()


def test_no_read_fails_while_keys_rotate_and_epochs_go(keeper: Keeper) -> None:
    """Readers, writers and the destruction of old epochs, all at once."""
    keys = make_keys(uuid4() for _ in range(400))
    sealed = {s: seal(key, Place("record", s), s.bytes) for s, key in keys.items()}
    subjects, stop = list(keys), threading.Event()
    failures: list[BaseException] = []
    reads, made = [0], [0]

    def read_one_by_one() -> None:
        while not stop.is_set():
            for subject in subjects:
                place = Place("record", subject)
                try:
                    assert unseal(key_of(subject), place, sealed[subject]) == subject.bytes
                except BaseException as error:
                    failures.append(error)
                reads[0] += 1
                if stop.is_set():
                    break

    def read_in_bulk() -> None:
        while not stop.is_set():
            try:
                unwrapper = Unwrapper()
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT subject, version, epoch, wrapped FROM keystore.data_key"
                        " WHERE subject = ANY(%s)",
                        [subjects],
                    )
                    found = {row[0]: unwrapper.key(*row) for row in cursor.fetchall()}
                assert found == keys
            except BaseException as error:
                failures.append(error)
            reads[0] += len(subjects)

    def write() -> None:
        while not stop.is_set():
            try:
                with transaction.atomic():
                    new = make_keys([uuid4() for _ in range(3)])
                assert keys_of(new) == new
                made[0] += 3
            except BaseException as error:
                failures.append(error)

    threads = [in_thread(work) for work in (read_one_by_one, read_in_bulk, write)]
    rounds = 6
    try:
        for _ in range(rounds):
            old = newest()
            rotate(keeper, batch=50)
            # Keys made under the old epoch by transactions that ended later keep it alive.
            for _ in range(20):
                try:
                    destroy_epoch(keeper, epoch=old)
                    break
                except EpochInUse:
                    rotate(keeper, batch=50)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        close_old_connections()
    assert failures == []
    assert reads[0] > 400
    assert made[0] > 0
    assert sum(1 for epoch in epochs() if epoch.destroyed_at) >= rounds
    assert keys_of(keys) == keys


def test_an_epoch_cannot_go_under_a_transaction_that_makes_keys(keeper: Keeper) -> None:
    """The lost-key race: keys are being made under the old epoch while it is destroyed."""
    (witness,) = make_keys([uuid4()])
    old = epoch_of(witness)
    made, commit = threading.Event(), threading.Event()
    late = uuid4()

    def make_slowly() -> None:
        with transaction.atomic():
            make_keys([late])
            made.set()
            commit.wait(10)

    maker = in_thread(make_slowly)
    assert made.wait(10)
    rotate(keeper)
    outcome: list[type[BaseException] | None] = []

    def destroy() -> None:
        try:
            destroy_epoch(keeper, epoch=old)
            outcome.append(None)
        except EpochInUse as error:
            outcome.append(type(error))

    destroyer = in_thread(destroy)
    destroyer.join(0.3)
    assert destroyer.is_alive(), "destruction waits for the transaction that makes keys"
    commit.set()
    maker.join()
    destroyer.join()
    assert outcome == [EpochInUse]
    assert key_of(late)
