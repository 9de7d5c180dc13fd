"""One's own pages: the person's browser, and the definitions that decide."""

from __future__ import annotations

import io
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.browsers import Browser
from tests.cast import Cast

from dangan.access.models import Account
from dangan.dossiers.models import Proposal, Record

WHO = "沈知微"


def picture(size: tuple[int, int] = (500, 700)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (180, 190, 200)).save(buffer, "JPEG")
    return buffer.getvalue()


def upload(name: str = "diploma.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), "image/jpeg")


@dataclass
class Person:
    """Somebody before their own pages."""

    subject: UUID
    browser: Client

    def current(self, info_set: str) -> Record:
        return Record.objects.get(subject=self.subject, info_set=info_set, current=True)

    def edit(self, then: str = "save", **values: str):
        """Saves the form of the single rows; ``contact__mobile="…"``."""
        data = {f"base-{key}": str(self.current(key).version) for key in ("contact", "identity")}
        data |= {
            f"{name.partition('__')[0]}-v-{name.partition('__')[2]}": value
            for name, value in values.items()
        }
        return self.browser.post("/me/edit/", data | {"then": then})

    def add_school(self, school: str = "江南大学", **more: str):
        data = {"v-school": school, "v-start": "2018-09", "v-end": "2021-06", "base_version": "0"}
        return self.browser.post("/me/sets/education/add/", data | more)

    def page(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.content.decode()


@pytest.fixture
def person(cast: Cast, browser: Browser) -> Person:
    return Person(cast.people[WHO], browser(name=WHO))


@pytest.fixture
def hr(cast: Cast, browser: Browser, person: Person) -> Client:
    """An HR specialist who decides ordinary changes; 梁慎行 heads nobody here."""
    return browser("hr_specialist", name="何雨桐")


def account_of(subject: UUID) -> UUID:
    return Account.objects.get(subject=subject).pk


def only_proposal() -> Proposal:
    return Proposal.objects.get()
