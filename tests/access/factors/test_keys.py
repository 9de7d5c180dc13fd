"""Security keys: what is accepted of an answer, and every way in which one is false."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.access.factors.authenticator import Authenticator
from tests.access.factors.conftest import ORIGIN, Somebody

from dangan.access.factors import actions, queries
from dangan.access.factors.models import Challenge, SecurityKey
from dangan.access.rules import Absent
from dangan.vault.rules import Tampered

WRONG = actions.WrongCode


@pytest.fixture
def chen(somebody: Somebody):
    return somebody("chen", "finance")


@pytest.fixture
def key(chen) -> Authenticator:
    return chen.add_key(Authenticator(ORIGIN))


def asked(person, session: str = "s"):
    return actions.ask_key(person.id, session=session)


def answer(person, text: str, session: str = "s") -> str:
    return actions.prove(person.actor, answer=text, session=session)


def test_a_key_signs_and_its_counter_is_kept(chen, key) -> None:
    assert answer(chen, key.sign(asked(chen))) == "key"
    row = SecurityKey.objects.get()
    assert (row.sign_count, row.used_at is not None) == (1, True)


def test_several_keys_with_names(chen, key) -> None:
    options = actions.begin_key(chen.actor, session="s")
    second = Authenticator(ORIGIN)
    added = actions.add_key(
        chen.actor, name="我的手机", answer=second.register(options), session="s"
    )
    assert [line.name for line in queries.own_keys(chen.actor)] == ["钥匙", "我的手机"]
    actions.rename_key(chen.actor, key=added, name="旧手机")
    actions.remove_key(chen.actor, key=SecurityKey.objects.exclude(pk=added).get().id)
    assert [line.name for line in queries.own_keys(chen.actor)] == ["旧手机"]
    assert answer(chen, second.sign(asked(chen))) == "key"
    with pytest.raises(WRONG):
        answer(chen, key.sign(asked(chen)))


def test_the_same_key_is_not_added_twice(chen, key) -> None:
    options = actions.begin_key(chen.actor, session="s")
    assert [item["id"] for item in options["excludeCredentials"]]
    with pytest.raises(actions.KeyProblem, match="已经添加过"):
        actions.add_key(chen.actor, name="又", answer=key.register(options), session="s")


def test_a_challenge_is_answered_once(chen, key) -> None:
    text = key.sign(asked(chen))
    answer(chen, text)
    with pytest.raises(WRONG):
        answer(chen, text)
    assert Challenge.objects.count() == 0


def test_a_wrong_answer_uses_up_the_challenge_too(chen, key) -> None:
    options = asked(chen)
    with pytest.raises(WRONG):
        answer(chen, Authenticator(ORIGIN, id=key.id).sign(options))
    with pytest.raises(WRONG):
        answer(chen, key.sign(options))


def test_a_challenge_never_asked_is_not_accepted(chen, key) -> None:
    with pytest.raises(WRONG):
        answer(chen, key.sign(asked(chen) | {"challenge": "A" * 43}))


def test_a_challenge_of_another_browser_is_not_accepted(chen, key) -> None:
    with pytest.raises(WRONG):
        answer(chen, key.sign(asked(chen, session="theirs")), session="mine")


def test_a_challenge_of_yesterday_is_not_accepted(chen, key) -> None:
    options = asked(chen)
    Challenge.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(WRONG):
        answer(chen, key.sign(options))


def test_a_challenge_to_register_proves_nothing(chen, key) -> None:
    options = actions.begin_key(chen.actor, session="s")
    with pytest.raises(WRONG):
        answer(chen, key.sign({"challenge": options["challenge"], "rpId": "dangan.example"}))


@pytest.mark.parametrize(
    "page",
    ["https://dangan.example.evil.net", "https://evil.dangan.example", "http://dangan.example",
     "https://dangan.example:8443", "null"],
)  # fmt: skip
def test_an_answer_made_on_another_page_is_not_accepted(chen, key, page: str) -> None:
    key.origin = page
    with pytest.raises(WRONG):
        answer(chen, key.sign(asked(chen)))
    options = actions.begin_key(chen.actor, session="s")
    with pytest.raises(actions.KeyProblem):
        forged = Authenticator(page).register(options)
        actions.add_key(chen.actor, name="x", answer=forged, session="s")


def test_an_answer_for_another_site_is_not_accepted(chen, key) -> None:
    with pytest.raises(WRONG):
        answer(chen, key.sign(asked(chen), rp="evil.example"))


def test_a_key_without_verification_of_its_owner_is_not_accepted(chen, key) -> None:
    key.verified = False
    with pytest.raises(WRONG):
        answer(chen, key.sign(asked(chen)))
    options = actions.begin_key(chen.actor, session="s")
    with pytest.raises(actions.KeyProblem):
        weak = Authenticator(ORIGIN, verified=False).register(options)
        actions.add_key(chen.actor, name="x", answer=weak, session="s")


def test_a_key_of_another_account_is_not_accepted(chen, key, somebody: Somebody) -> None:
    lu = somebody("lu", "finance")
    lu.add_key(Authenticator(ORIGIN))
    with pytest.raises(WRONG):
        answer(lu, key.sign(asked(lu)))
    with pytest.raises(WRONG):
        answer(lu, key.sign(asked(chen)))


def test_a_copied_key_shows_by_its_counter(chen, key) -> None:
    for _use in range(3):
        answer(chen, key.sign(asked(chen)))
    copy = Authenticator(ORIGIN, counter=1, id=key.id, private=key.private)
    actor = chen.actor
    with pytest.raises(WRONG):
        actions.prove(actor, answer=copy.sign(asked(chen)), session="s")
    assert "second_factor.copied" in {event.action for event in actor.trail.pending}


def test_a_key_that_never_counts_goes_on(chen) -> None:
    synced = chen.add_key(Authenticator(ORIGIN))
    for _use in range(2):
        assert answer(chen, synced.sign(asked(chen), moves=False)) == "key"


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "1", "{", '{"id":1}', '{"id":"a","rawId":"!","response":{}}']
)
def test_nonsense_is_refused_in_words(chen, key, text: str) -> None:
    with pytest.raises(WRONG):
        answer(chen, text or " ")
    with pytest.raises(actions.KeyProblem):
        actions.add_key(chen.actor, name="x", answer=text, session="s")


def test_a_forged_signature_is_refused(chen, key) -> None:
    good = json.loads(key.sign(asked(chen)))
    good["response"]["signature"] = good["response"]["signature"][::-1]
    with pytest.raises(WRONG):
        answer(chen, json.dumps(good))


def test_nobody_touches_the_keys_of_others(chen, key, somebody: Somebody) -> None:
    lu, row = somebody("lu"), SecurityKey.objects.get()
    with pytest.raises(Absent):
        actions.remove_key(lu.actor, key=row.id)
    with pytest.raises(Absent):
        actions.rename_key(lu.actor, key=row.id, name="x")


def test_a_key_moved_to_another_row_does_not_open(chen, key, somebody: Somebody) -> None:
    lu = somebody("lu", "finance")
    SecurityKey.objects.create(account_id=lu.id, sealed=SecurityKey.objects.get().sealed)
    with pytest.raises(Tampered):
        asked(lu)


def test_nothing_of_a_key_stands_in_clear(chen, key) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM factors_securitykey t")
        plain = cursor.fetchone()[0]
    assert key.id.hex() not in plain
    assert "钥匙".encode().hex() not in plain


def test_whoever_must_have_a_factor_keeps_the_last_one(chen, key) -> None:
    with pytest.raises(actions.LastFactor):
        actions.remove_key(chen.actor, key=SecurityKey.objects.get().id)
    chen.enrol()
    actions.remove_key(chen.actor, key=SecurityKey.objects.get().id)
    with pytest.raises(actions.LastFactor):
        actions.remove_app(chen.actor)


def test_whoever_need_not_may_give_it_up(somebody: Somebody) -> None:
    lu = somebody("lu").enrol()
    actions.make_codes(lu.actor)
    actions.remove_app(lu.actor)
    assert queries.enrolment(lu.id) == type(queries.enrolment(lu.id))()
