"""Making, reading and destroying the keys of people."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.vault.conftest import Keeper

from dangan.vault import actions
from dangan.vault.actions import (
    destroy_key,
    give_back,
    guard_keys,
    make_keys,
    named_secret,
    prepare,
    rename_secret,
    rotate,
    withhold,
)
from dangan.vault.queries import (
    SYSTEM,
    Unwrapper,
    entry_mac,
    epochs,
    key_of,
    keys_of,
    token_of,
    withheld_keys,
)
from dangan.vault.rules import (
    KeyDestroyed,
    KeyKept,
    Place,
    SubjectKey,
    Suite,
    Tampered,
    seal,
    unseal,
)

pytestmark = pytest.mark.django_db


def rows_of(subjects: list[UUID]) -> list[tuple[UUID, int, int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject, version, epoch, wrapped FROM keystore.data_key"
            " WHERE subject = ANY(%s)",
            [subjects],
        )
        rows: list[tuple[UUID, int, int, bytes]] = cursor.fetchall()
    return rows


class TestMakeKeys:
    def test_what_is_sealed_now_opens_later(self) -> None:
        subject = uuid4()
        place = Place("record", subject, "identity", uuid4(), 1)
        sealed = seal(make_keys([subject])[subject], place, b"x")
        assert unseal(key_of(subject), place, sealed) == b"x"

    def test_everybody_has_another_key(self) -> None:
        keys = make_keys(uuid4() for _ in range(50))
        assert len({key.data_key for key in keys.values()}) == 50
        assert keys_of(keys) == keys

    def test_nobody_gets_a_second_key(self) -> None:
        subject = uuid4()
        make_keys([subject])
        with pytest.raises(IntegrityError), transaction.atomic():
            make_keys([subject])

    def test_nothing_for_nobody(self) -> None:
        assert make_keys([]) == {}
        assert keys_of([]) == {}

    def test_costs_the_same_for_one_and_for_many(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for count in (1, 200):
            subjects = [uuid4() for _ in range(count)]
            with django_assert_num_queries(5):  # a savepoint around three statements
                make_keys(subjects)
            with django_assert_num_queries(1):
                keys_of(subjects)

    def test_the_key_is_nowhere_in_clear(self) -> None:
        subject = uuid4()
        key = make_keys([subject])[subject]
        assert key.data_key not in rows_of([subject])[0][3]


class TestSuites:
    @pytest.mark.usefixtures("sm_for_new_values")
    def test_new_values_use_the_chosen_suite(self) -> None:
        subject = uuid4()
        key = make_keys([subject])[subject]
        assert seal(key, Place("record", subject), b"x")[0] == Suite.SM
        assert rows_of([subject])[0][3][0] == Suite.SM
        assert key_of(subject).data_key == key.data_key

    def test_old_values_stay_readable(self, request: pytest.FixtureRequest) -> None:
        subject = uuid4()
        sealed = seal(make_keys([subject])[subject], Place("record", subject), b"x")
        assert sealed[0] == Suite.AES
        request.getfixturevalue("sm_for_new_values")
        assert key_of(subject).suite is Suite.SM
        assert unseal(key_of(subject), Place("record", subject), sealed) == b"x"


class TestUnwrapper:
    def test_opens_rows_of_a_join(self) -> None:
        keys = make_keys(uuid4() for _ in range(5))
        unwrapper = Unwrapper()
        assert {row[0]: unwrapper.key(*row) for row in rows_of(list(keys))} == keys

    def test_a_row_under_another_name_does_not_open(self) -> None:
        one, other = make_keys([uuid4(), uuid4()])
        unwrapper = Unwrapper()
        _, version, epoch, wrapped = rows_of([one])[0]
        with pytest.raises(Tampered):
            unwrapper.key(other, version, epoch, wrapped)
        with pytest.raises(Tampered):
            unwrapper.key(one, version + 1, epoch, wrapped)

    def test_swapped_rows_do_not_open(self) -> None:
        one, other = make_keys([uuid4(), uuid4()])
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE keystore.data_key a SET wrapped = b.wrapped FROM keystore.data_key b"
                " WHERE a.subject = %s AND b.subject = %s",
                [one, other],
            )
        with pytest.raises(Tampered):
            key_of(one)

    def test_an_epoch_that_never_was_is_a_destroyed_one(self) -> None:
        subject = next(iter(make_keys([uuid4()])))
        _, version, _, wrapped = rows_of([subject])[0]
        with pytest.raises(KeyDestroyed):
            Unwrapper().key(subject, version, 10_000, wrapped)

    def test_a_key_without_its_epoch_opens_nothing_and_no_new_one_is_made(self) -> None:
        (subject,) = make_keys([uuid4()])
        (row,) = rows_of([subject])
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE keystore.epoch SET wrapped = NULL, destroyed_at = now()"
                " WHERE wrapped IS NOT NULL"
            )
        with pytest.raises(KeyDestroyed):
            key_of(subject)
        with pytest.raises(KeyDestroyed):
            Unwrapper().key(*row)
        with pytest.raises(KeyDestroyed):
            make_keys([uuid4()])

    def test_an_epoch_opened_meanwhile_is_found(self, keeper: Keeper) -> None:
        before, wrapping = Unwrapper(), Unwrapper()
        epoch = rotate(keeper).epoch
        keys = make_keys([uuid4()])
        (row,) = rows_of(list(keys))
        assert {row[0]: before.key(*row)} == keys
        place = {"label": "data-key", "context": (row[0].int, row[1], epoch)}
        assert wrapping.wrapper(epoch).unwrap(row[3], **place) == keys[row[0]].data_key
        with pytest.raises(KeyDestroyed):
            wrapping.wrapper(10_000)


class TestDestroyKey:
    def test_counts_at_once_and_for_ever(self, keeper: Keeper) -> None:
        subject, other = make_keys([uuid4(), uuid4()])
        destroy_key(keeper, subject=subject)
        with pytest.raises(KeyDestroyed, match="密钥已销毁"):
            key_of(subject)
        with pytest.raises(KeyDestroyed):
            keys_of([subject, other])
        assert set(keys_of([subject, other], skip_destroyed=True)) == {other}
        assert keeper.noted == [("key.destroy", subject, {})]
        with pytest.raises(KeyDestroyed):
            make_keys([subject])

    def test_refuses_what_is_not_there(self, keeper: Keeper) -> None:
        with pytest.raises(KeyDestroyed):
            destroy_key(keeper, subject=uuid4())
        assert keeper.noted == []

    def test_never_takes_the_systems_own_key(self, keeper: Keeper) -> None:
        with pytest.raises(ValueError, match="system"):
            destroy_key(keeper, subject=SYSTEM)
        assert isinstance(key_of(SYSTEM), SubjectKey)

    def test_a_guard_may_object(self, keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "_guards", [])
        living, gone = make_keys([uuid4(), uuid4()])

        asked: list[UUID] = []

        def lives(subject: UUID) -> bool:
            asked.append(subject)
            return subject == living

        guard_keys({gone: False, living: False}.__getitem__)
        guard_keys(lives)
        guard_keys(lives)
        with pytest.raises(KeyKept):
            destroy_key(keeper, subject=living)
        assert key_of(living) and keeper.noted == []
        destroy_key(keeper, subject=gone)
        assert asked == [living, gone], "the same guard counts once"
        with pytest.raises(KeyDestroyed):
            key_of(gone)

    def test_a_withheld_key_goes_too_and_the_last_epoch_that_wrapped_it_is_kept(
        self, keeper: Keeper
    ) -> None:
        (subject,) = make_keys([uuid4()])
        withhold(keeper, subject=subject)
        destroy_key(keeper, subject=subject)
        assert withheld_keys([subject]) == {}
        with pytest.raises(KeyDestroyed):
            give_back(keeper, subject=subject)
        with connection.cursor() as cursor:
            cursor.execute("SELECT epoch FROM keystore.destroyed WHERE subject = %s", [subject])
            assert cursor.fetchone() == (epochs()[0].id,)


class TestWithholding:
    def test_nobody_opens_what_is_sealed_until_the_key_is_given_back(self, keeper: Keeper) -> None:
        subject, other = keys = make_keys([uuid4(), uuid4()])
        epoch = epochs()[0]
        withhold(keeper, subject=subject)
        with pytest.raises(KeyDestroyed):
            key_of(subject)
        with pytest.raises(KeyDestroyed):
            make_keys([subject])
        assert withheld_keys([subject, other]) == {subject: keys[subject]}
        assert epochs()[0].keys == epoch.keys, "a withheld key holds its epoch"
        give_back(keeper, subject=subject)
        assert keys_of([subject, other]) == keys
        assert withheld_keys([subject, other]) == {}
        assert keeper.noted == [("key.withhold", subject, {}), ("key.give_back", subject, {})]

    def test_only_a_key_in_use_is_withheld_and_only_a_withheld_one_given_back(
        self, keeper: Keeper
    ) -> None:
        (subject,) = make_keys([uuid4()])
        with pytest.raises(KeyDestroyed):
            give_back(keeper, subject=subject)
        withhold(keeper, subject=subject)
        with pytest.raises(KeyDestroyed):
            withhold(keeper, subject=subject)
        assert [action for action, _, _ in keeper.noted] == ["key.withhold"]


class TestTokens:
    def test_equal_values_have_equal_tokens_within_a_kind(self) -> None:
        token = token_of("identity.id_number", "330106199106122040")
        assert token == token_of("identity.id_number", "330106199106122040")
        assert token != token_of("identity.id_number", "330106199106122041")
        assert token != token_of("identity.employee_number", "330106199106122040")

    def test_fill_64_signed_bits(self) -> None:
        tokens = [token_of("x", str(number)) for number in range(2_000)]
        assert len(set(tokens)) == 2_000
        assert all(-(2**63) <= token < 2**63 for token in tokens)
        assert min(tokens) < -(2**61)
        assert max(tokens) > 2**61


class TestNamedSecret:
    def test_is_made_once_and_kept(self) -> None:
        name = f"test-{uuid4()}"[:16]
        assert named_secret(name, lambda: b"first") == b"first"
        assert named_secret(name, lambda: b"second") == b"first"

    def test_does_not_open_under_another_name(self) -> None:
        named_secret("one", lambda: b"first")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE keystore.named_secret SET name = 'two' WHERE name = 'one'")
        with pytest.raises(Tampered):
            named_secret("two", lambda: b"other")

    def test_whoever_was_faster_wins(self) -> None:
        def slower() -> bytes:
            named_secret("raced", lambda: b"faster")
            return b"slower"

        assert named_secret("raced", slower) == b"faster"

    def test_is_put_aside_under_another_name(self) -> None:
        named_secret("signer", lambda: b"before the restore")
        rename_secret("signer", "signer-before.1")
        assert named_secret("signer-before.1", lambda: b"other") == b"before the restore"
        assert named_secret("signer", lambda: b"after it") == b"after it"
        with pytest.raises(KeyDestroyed):
            rename_secret("never-made", "signer-before.2")


def test_entries_of_the_log_are_authenticated_with_the_root_secret() -> None:
    assert entry_mac(b"one") == entry_mac(b"one") != entry_mac(b"other")
    assert len(entry_mac(b"one")) == 32


def test_preparing_twice_changes_nothing() -> None:
    key = key_of(SYSTEM)
    prepare()
    assert key_of(SYSTEM) == key


def test_an_empty_keystore_is_prepared_once(keeper: Keeper) -> None:
    with connection.cursor() as cursor:
        for table in ("data_key", "withheld_key", "epoch"):
            cursor.execute(f"DELETE FROM keystore.{table}")
    began = datetime.now(UTC)
    prepare()
    (first,) = epochs()
    assert first.keys == 1
    assert abs(first.opened_at - began).total_seconds() < 60
    assert (first.destroyed_at, first.closed_at) == (None, None)
    key = key_of(SYSTEM)
    prepare()
    assert [epoch.id for epoch in epochs()] == [first.id]
    # It is no half-done rotation: the next one opens an epoch of its own.
    assert rotate(keeper).epoch > first.id
    assert key_of(SYSTEM) == key


def test_a_lost_system_key_is_made_anew_in_the_epoch_there_is() -> None:
    before = epochs()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM keystore.data_key WHERE subject = %s", [SYSTEM])
    prepare()
    assert isinstance(key_of(SYSTEM), SubjectKey)
    assert epochs() == before
