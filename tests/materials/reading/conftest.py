"""Pages with a text on them, as the reader leaves them behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from tests.archive import Archive

from dangan.materials.catalogue.models import Material
from dangan.materials.reading.actions import queue_pages
from dangan.materials.reading.actions.working import store
from dangan.materials.reading.models import Reading
from dangan.materials.reading.rules.lines import Line
from dangan.materials.scans.models import Page


@dataclass
class Scanner:
    """Makes pages without files, and reads on them what the story says."""

    archive: Archive

    def page(self, material: UUID, number: int = 1, *, file: UUID | None = None) -> UUID:
        """One more page of a material, queued."""
        stored = Material.objects.get(pk=material)
        made = Page.objects.create(
            material=stored,
            subject=stored.subject,
            number=number,
            file=file or uuid4(),
            width=2480,
            height=3508,
            dpi=300,
            sealed_thumbnail=b"",
            sealed_checks=b"",
            at=timezone.now(),
            by=self.archive.archivist.id,
        )
        queue_pages(self.archive.archivist, material, [made.pk])
        return made.pk

    def read(self, page: UUID, lines: Sequence[str]) -> None:
        """What the reader finds on a queued page."""
        found = tuple(
            Line(text, 100, 40 * place, 900, 40 * place + 25) for place, text in enumerate(lines)
        )
        assert store(Reading.objects.get(pk=page), found, 900)

    def text(self, material: UUID, *lines: str, number: int = 1) -> UUID:
        """A page with this text."""
        page = self.page(material, number)
        self.read(page, lines)
        return page


@pytest.fixture
def scanner(archive: Archive) -> Scanner:
    return Scanner(archive)
