"""What the archive room has set."""

from __future__ import annotations

import msgspec

from dangan.materials.catalogue.models import Settings
from dangan.materials.catalogue.rules.settings import ArchiveSettings


def settings() -> ArchiveSettings:
    """One statement; the defaults until somebody has set something."""
    row = Settings.objects.filter(pk=1).first()
    return msgspec.convert(row.body if row else {}, ArchiveSettings)
