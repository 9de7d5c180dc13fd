"""Making, reading and destroying the keys of people."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.vault.conftest import Keeper

from dangan.vault.actions import destroy_key, make_keys, named_secret, prepare
from dangan.vault.queries import SYSTEM, Unwrapper, key_of, keys_of, token_of
from dangan.vault.rules import KeyDestroyed, Place, SubjectKey, Suite, Tampered, seal, unseal

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


def test_preparing_twice_changes_nothing() -> None:
    key = key_of(SYSTEM)
    prepare()
    assert key_of(SYSTEM) == key
