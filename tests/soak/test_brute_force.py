"""Somebody guesses passwords over the network; the owner, elsewhere, works on and signs in.

Against a served installation as it is delivered: real hashes, real clock, real addresses.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from tests.cli.conftest import Dangan
from tests.homes import new_home
from tests.operations.service import Service, running
from tests.soak.figures import Figure
from tests.soak.visitors import Visitor

from dangan.operations.demo.accounts import PASSWORD
from dangan.operations.postgres import EmbeddedServer

pytestmark = pytest.mark.soak

GUESSES = ["123456", "password", "Aa123456", "dangan", "chengyuan2026", "qwerty12", "admin123"]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with new_home() as folder:
        home = folder / "home"
        with EmbeddedServer(home):
            assert Dangan(home)("demo", "--persons", 60).code == 0
        with running(home) as started:
            yield started


def refused_by_lock(answer: str) -> bool:
    """The sentence that asks to wait; that of a wrong password does not."""
    return "分钟后再试" in answer


def tries_until_locked(service: Service, login: str, address: str) -> int:
    """After how many guesses the form says to wait."""
    guesser = Visitor(service.port, address=address)
    try:
        for number in range(1, 31):
            guess = f"{GUESSES[number % len(GUESSES)]}{number}"
            if refused_by_lock(guesser.sign_in(login, guess).text):
                return number
    finally:
        guesser.close()
    return 99


def test_guessing_is_slowed_and_the_owner_elsewhere_works_on(
    service: Service, figure: Figure
) -> None:
    owner = Visitor(service.port, address="127.0.0.10")
    assert owner.sign_in("hrmanager", PASSWORD).status_code == 302
    assert owner.inside()
    tries = max(
        tries_until_locked(service, login, f"127.0.0.{20 + number}")
        for number, login in enumerate(("hrmanager", "auditor", "nobody-of-this-name"))
    )
    figure("log-in: guesses until the form says wait", tries, "≤ 10", tries <= 10)
    # Behind the lock even the right password does not come in, and is not told from a wrong one.
    behind = Visitor(service.port, address="127.0.0.20")
    right = behind.sign_in("hrmanager", PASSWORD)
    wrong = behind.sign_in("hrmanager", "Wrong-2026-xx")
    assert refused_by_lock(right.text)
    assert (right.status_code, refused_by_lock(wrong.text)) == (wrong.status_code, True)
    works_on = owner.inside()
    fresh = Visitor(service.port, address="127.0.0.11")
    comes_in = fresh.sign_in("hrmanager", PASSWORD).status_code == 302
    again = owner.post("/logout/").status_code < 400
    back = owner.sign_in("hrmanager", PASSWORD).status_code == 302
    unaffected = works_on and comes_in and again and back
    told = "works on, signs in" if unaffected else f"{works_on, comes_in, again, back}"
    for one in (owner, behind, fresh):
        one.close()
    figure("log-in: the owner elsewhere, meanwhile", told, "unaffected", unaffected)


def test_many_names_from_one_address_and_many_addresses_for_one_name(
    service: Service, figure: Figure
) -> None:
    sprayer = Visitor(service.port, address="127.0.0.40")
    locked_after = next(
        (
            number
            for number in range(1, 61)
            if refused_by_lock(sprayer.sign_in(f"somebody{number}", "Dangan2026!").text)
        ),
        99,
    )
    figure(
        "log-in: names tried from one address until wait", locked_after, "≤ 31", locked_after < 32
    )
    guesses, began = 0, time.monotonic()
    for number in range(60):  # a swarm: each address has few tries
        one = Visitor(service.port, address=f"127.0.1.{number + 1}")
        while not refused_by_lock(one.sign_in("finance", f"guess-{guesses}").text):
            guesses += 1
            assert guesses < 400
        one.close()
    minutes = (time.monotonic() - began) / 60
    figure("log-in: guesses of 60 addresses for one name", guesses, "≤ 120", guesses <= 120)
    assert minutes < 10
    sprayer.close()
    own = Visitor(service.port, address="127.0.0.12")
    assert own.sign_in("hrmanager", PASSWORD).status_code == 302
    own.close()
