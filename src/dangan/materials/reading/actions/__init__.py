"""The verbs of reading: queueing pages, reading them, keeping the index of titles, resting."""

from dangan.materials.reading.actions.erasing import erase
from dangan.materials.reading.actions.proposing import propose
from dangan.materials.reading.actions.queueing import forget_pages, queue_pages, read_again
from dangan.materials.reading.actions.resting import rest, resume
from dangan.materials.reading.actions.titles import index_title
from dangan.materials.reading.actions.working import work

__all__ = [
    "erase",
    "forget_pages",
    "index_title",
    "propose",
    "queue_pages",
    "read_again",
    "rest",
    "resume",
    "work",
]
