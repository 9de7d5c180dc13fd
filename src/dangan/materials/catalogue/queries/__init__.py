"""Reading the catalogue: the actor first, cut to rights, noted in the log."""

from dangan.materials.catalogue.queries.arranging import (
    Arrangement,
    Line,
    arranged,
    line_of,
)
from dangan.materials.catalogue.queries.copies import Lag, lagging_copies, lags
from dangan.materials.catalogue.queries.finding import find_volumes, volume_chosen
from dangan.materials.catalogue.queries.keeping_away import kept_away, unnamed
from dangan.materials.catalogue.queries.looking import (
    Item,
    Look,
    contents,
    item_of,
    keep,
    look,
    material,
    names_of,
    opened,
    sight_of,
    volumes_of,
)
from dangan.materials.catalogue.queries.settings import settings

__all__ = [
    "Arrangement",
    "Item",
    "Lag",
    "Line",
    "Look",
    "arranged",
    "contents",
    "find_volumes",
    "item_of",
    "keep",
    "kept_away",
    "lagging_copies",
    "lags",
    "line_of",
    "look",
    "material",
    "names_of",
    "opened",
    "settings",
    "sight_of",
    "unnamed",
    "volume_chosen",
    "volumes_of",
]
