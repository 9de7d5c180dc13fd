"""The verbs of the catalogue."""

from dangan.materials.catalogue.actions.copies import bring_up_to_date, open_copy
from dangan.materials.catalogue.actions.filing import (
    change_material,
    file_material,
    open_volume,
    place_material,
    renumber,
)
from dangan.materials.catalogue.actions.marking import (
    end_reader,
    mark_volume,
    name_reader,
    set_secrecy,
)
from dangan.materials.catalogue.actions.removing import remove_material, restore_material
from dangan.materials.catalogue.actions.settings import change_fonds, open_fonds, save_settings
from dangan.materials.catalogue.actions.standing import change_standing
from dangan.materials.catalogue.actions.volumes import change_volume
from dangan.materials.catalogue.actions.writing import recount

__all__ = [
    "bring_up_to_date",
    "change_fonds",
    "change_material",
    "change_standing",
    "change_volume",
    "end_reader",
    "file_material",
    "mark_volume",
    "name_reader",
    "open_copy",
    "open_fonds",
    "open_volume",
    "place_material",
    "recount",
    "remove_material",
    "renumber",
    "restore_material",
    "save_settings",
    "set_secrecy",
]
