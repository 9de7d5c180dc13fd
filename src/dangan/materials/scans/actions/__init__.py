"""The verbs of scans."""

from dangan.materials.scans.actions.adding import Added, add_pages, replace_page
from dangan.materials.scans.actions.arranging import (
    accept_page,
    merge_materials,
    move_pages,
    remove_page,
    reorder,
    restore_page,
    rotate,
    split_material,
)
from dangan.materials.scans.actions.arriving import Received, drop, place, receive

__all__ = [
    "Added",
    "Received",
    "accept_page",
    "add_pages",
    "drop",
    "merge_materials",
    "move_pages",
    "place",
    "receive",
    "remove_page",
    "reorder",
    "replace_page",
    "restore_page",
    "rotate",
    "split_material",
]
