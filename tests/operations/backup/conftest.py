"""An installation with the cast, two places, two pairs of keys, and what reads them back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from PIL import Image
from tests.cast import Cast, make_cast
from tests.homes import new_home

from dangan.access.queries import console_actor
from dangan.audit.actions import flush
from dangan.audit.sequencer import sequence_once
from dangan.files import actions as files
from dangan.files.models import SealedFile
from dangan.operations.backup import actions, age
from dangan.operations.backup.fetching import Sources
from dangan.operations.backup.identity import signer
from dangan.operations.backup.models import Backup, Proof


def silent(_text: str) -> None:
    """Nobody listens."""


@dataclass
class Site:
    """The installation under test and the places its back-ups go to."""

    root: Path
    cast: Cast
    settings: Any
    said: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    def set(self, **values: object) -> None:
        """Other settings from now on."""
        self.settings.DANGAN = self.settings.DANGAN.model_copy(update=values)

    def create(self, *, full: bool = False) -> Backup:
        sequence_once()
        actor = console_actor(purpose="测试")
        row = actions.create(actor, demo=True, full=full, say=self.said.append)
        flush(actor.trail)
        sequence_once()
        return row

    def sources(self, name: str = "", **other: object) -> Sources:
        given: dict[str, Any] = {
            "name": name,
            "to": self.data.as_uri(),
            "keys_to": self.keys.as_uri(),
            "identity": self.root / "data.txt",
            "keys_identity": self.root / "keys.txt",
            "public": signer().public,
        }
        return Sources(**(given | other))

    def photo(self, name: str, colour: str = "white") -> UUID:
        """A picture kept for one of the people."""
        picture = io.BytesIO()
        Image.new("RGB", (60, 80), colour).save(picture, "PNG")
        kept = files.keep(
            console_actor(purpose="测试"),
            subject=self.cast.people[name],
            name="照片.png",
            data=picture.getvalue(),
        )
        return kept.pk


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The real storage of files in a folder of the test's own."""
    storage = storages["files"]
    before = storage.__dict__.copy()
    storage._location = str(tmp_path / "files")  # as settings do
    for cached in ("base_location", "location"):
        storage.__dict__.pop(cached, None)
    yield tmp_path / "files"
    storage.__dict__.clear()
    storage.__dict__.update(before)


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """Committed, since a back-up reads by a connection of its own; once a module, since emptying
    all tables takes its time."""
    del django_db_setup
    with django_db_blocker.unblock():
        yield make_cast()
        # Numbers are never given twice, as in life: what programs keep by number stays right.
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


@pytest.fixture
def site(cast: Cast, settings: Any, folder: Path) -> Iterator[Site]:
    """Set up as for real, but for the two places that lie on one disk."""
    Proof.objects.all().delete()
    Backup.objects.all().delete()
    SealedFile.objects.all().delete()
    with new_home() as root:
        one = Site(root, cast, settings)
        one.set(
            backup_to=one.data.as_uri(),
            backup_keys_to=one.keys.as_uri(),
            backup_recipient=age.new_identity(root / "data.txt"),
            backup_keys_recipient=age.new_identity(root / "keys.txt"),
            backup_rate=0,
        )
        yield one
