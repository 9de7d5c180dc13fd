"""An archive room for tests: one fonds, and volumes of the cast with a few materials in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone
from tests.cast import Cast

from dangan.access.rules import Actor
from dangan.materials.catalogue import actions
from dangan.materials.catalogue.models import Fonds, Settings, Volume
from dangan.materials.catalogue.rules.bodies import MaterialBody

LINES = [
    MaterialBody(category="1", title="职工登记表", year=2016, month=7, day=11, pages=2),
    MaterialBody(category="4-1", title="毕业研究生登记表", year=2016, month=6, day=20, pages=4),
    MaterialBody(category="9-1", title="工资变动审批表", year=2019, month=1, pages=1),
]


@dataclass
class Archive:
    """The archivist, the fonds, and volumes by the person's name."""

    cast: Cast
    fonds: UUID
    archivist: Actor
    volumes: dict[str, Volume] = field(default_factory=dict)
    materials: dict[str, UUID] = field(default_factory=dict)
    """By title, of the volume made last."""

    def volume(self, name: str, kind: str = "staff", *, lines: bool = True) -> Volume:
        """A volume of one of the cast, filled with :data:`LINES`."""
        made = actions.open_volume(
            self.archivist, subject=self.cast.people[name], fonds=self.fonds, kind=kind
        )
        for body in LINES if lines else ():
            item = actions.file_material(self.archivist, volume=made.pk, body=body)
            self.materials[body.title] = item.id
        made.refresh_from_db()
        self.volumes[name] = made
        return made


def make_archive(cast: Cast) -> Archive:
    """An archive room that keeps all three kinds of file."""
    Settings.objects.create(body={"kinds": ["cadre", "staff", "employee_file"]})
    fonds = Fonds.objects.create(code="HD", name="示例集团", opened_at=timezone.now())
    return Archive(cast, fonds.pk, cast.actor("archivist"))
