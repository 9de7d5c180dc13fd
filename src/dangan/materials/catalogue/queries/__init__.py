"""Reading the catalogue: the actor first, cut to rights, noted in the log."""

from dangan.materials.catalogue.queries.finding import find_volumes, volume_chosen
from dangan.materials.catalogue.queries.looking import (
    Item,
    Look,
    contents,
    item_of,
    keep,
    look,
    material,
    sight_of,
    volumes_of,
)
from dangan.materials.catalogue.queries.settings import settings

__all__ = [
    "Item",
    "Look",
    "contents",
    "find_volumes",
    "item_of",
    "keep",
    "look",
    "material",
    "settings",
    "sight_of",
    "volume_chosen",
    "volumes_of",
]
