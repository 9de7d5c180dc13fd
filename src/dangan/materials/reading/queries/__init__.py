"""Reading texts: the actor first, cut to rights, noted in the log."""

from dangan.materials.reading.queries.progress import progress, progress_of
from dangan.materials.reading.queries.searching import search
from dangan.materials.reading.queries.suggesting import suggestions
from dangan.materials.reading.queries.texts import texts

__all__ = ["progress", "progress_of", "search", "suggestions", "texts"]
