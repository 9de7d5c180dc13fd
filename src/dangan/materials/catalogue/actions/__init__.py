"""The verbs of the catalogue."""

from dangan.materials.catalogue.actions.filing import file_material, open_volume
from dangan.materials.catalogue.actions.standing import change_standing

__all__ = ["change_standing", "file_material", "open_volume"]
