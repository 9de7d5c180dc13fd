"""Reading transfers and custody: the actor first, cut to rights, noted in the log."""

from dangan.materials.transfers.queries.arrivals import (
    ArrivalPage,
    ArrivalView,
    arrival,
    arrivals,
)
from dangan.materials.transfers.queries.custody import (
    HandOverView,
    handover,
    handovers,
    parties,
)
from dangan.materials.transfers.queries.departed import DepartedPage, departed
from dangan.materials.transfers.queries.slips import (
    PER_PAGE,
    STATES,
    SlipLine,
    SlipPage,
    SlipView,
    content_of,
    slip,
    slips,
    transfers_of,
)

__all__ = [
    "PER_PAGE",
    "STATES",
    "ArrivalPage",
    "ArrivalView",
    "DepartedPage",
    "HandOverView",
    "SlipLine",
    "SlipPage",
    "SlipView",
    "arrival",
    "arrivals",
    "content_of",
    "departed",
    "handover",
    "handovers",
    "parties",
    "slip",
    "slips",
    "transfers_of",
]
