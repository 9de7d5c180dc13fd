"""Second factors are required here; whoever signs in is on a page of ``https://dangan.example``."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pyotp
import pytest
from django.conf import settings as django_settings
from django.test import Client
from tests.access.conftest import PASSWORD
from tests.access.factors.authenticator import Authenticator

from dangan.access.factors import actions
from dangan.access.models import SecondFactor
from dangan.access.queries import actor_of
from dangan.access.rules import Actor

ORIGIN = "https://dangan.example"


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    """As an installation has it: factors are required, pages lie at :data:`ORIGIN`."""
    settings.DANGAN = django_settings.DANGAN.model_copy(
        update={"second_factor": "required", "public_url": ORIGIN}
    )


@pytest.fixture
def offered(settings: Any, required: None) -> None:
    """As a demonstration has it."""
    settings.DANGAN = settings.DANGAN.model_copy(update={"second_factor": "offered"})


@dataclass
class Person:
    """Somebody with an account, and perhaps a telephone."""

    id: UUID
    login: str
    secret: str = ""

    @property
    def actor(self) -> Actor:
        return actor_of(self.id, address="127.0.0.1")

    def code(self) -> str:
        """A code of the app that was not used: the counter of used steps is put back."""
        SecondFactor.objects.filter(account=self.id).update(last_step=0)
        return pyotp.TOTP(self.secret).now()

    def enrol(self) -> Person:
        """Puts a telephone into their hand."""
        offer = actions.begin_app(self.actor)
        actions.confirm_app(self.actor, code=pyotp.TOTP(offer.secret).now())
        self.secret = offer.secret
        return self

    def add_key(self, key: Authenticator, session: str = "s") -> Authenticator:
        """Gives them a security key, in the browser with the session ``session``."""
        options = actions.begin_key(self.actor, session=session)
        actions.add_key(self.actor, name="钥匙", answer=key.register(options), session=session)
        return key

    def first_step(self, **extra: str) -> Client:
        """A browser in which the password was given."""
        browser = Client(**extra)
        browser.post("/login/", {"login": self.login, "password": PASSWORD})
        return browser

    def sign_in(self) -> Client:
        """A browser in which both steps were passed, or the one there is."""
        browser = self.first_step()
        if self.secret:
            browser.post("/login/second-step/", {"proof_code": self.code()})
        return browser


Somebody = Callable[..., Person]


@pytest.fixture
def somebody(make_account: Callable[..., UUID]) -> Somebody:
    """``somebody("chen", "finance")`` has an account with that role."""
    return lambda login, *roles: Person(make_account(login, *roles), login)


def options_on(page: bytes, attribute: str = "data-key-get") -> dict[str, Any]:
    """What a page asks a security key to do."""
    found = re.search(rf'{attribute}="([^"]*)"', page.decode())
    assert found is not None
    given: dict[str, Any] = json.loads(html.unescape(found[1]))
    return given


def forget_proof(browser: Client) -> None:
    """As if the last proof were long ago."""
    session = browser.session
    session["proved_at"] = 1
    session.save()
