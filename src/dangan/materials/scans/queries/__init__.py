"""Reading scans: the actor first, cut to sight, every page that is opened noted in the log."""

from dangan.materials.scans.queries.arrivals import ArrivalLine, arrivals
from dangan.materials.scans.queries.pages import (
    PageInfo,
    download,
    image,
    page_of,
    pages,
    pages_of,
    refuse_away,
    thumbnails,
    watermark_of_item,
)

__all__ = [
    "ArrivalLine",
    "PageInfo",
    "arrivals",
    "download",
    "image",
    "page_of",
    "pages",
    "pages_of",
    "refuse_away",
    "thumbnails",
    "watermark_of_item",
]
