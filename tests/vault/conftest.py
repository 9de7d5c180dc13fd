from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from django.conf import settings


@dataclass
class Keeper:
    """Somebody who may do what ``permissions`` lists, and remembers what was noted."""

    permissions: frozenset[str] = frozenset({"keys.rotate"})
    noted: list[tuple[str, UUID | None, dict[str, object]]] = field(default_factory=list)

    @property
    def trail(self) -> Keeper:
        return self

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def note(
        self, action: str, *, subject: UUID | None = None, facts: Mapping[str, object] | None = None
    ) -> None:
        self.noted.append((action, subject, dict(facts or {})))


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def sm_for_new_values(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(
        settings, "DANGAN", settings.DANGAN.model_copy(update={"cipher_suite": "sm"})
    )
    yield
