"""Reading for one's own pages: the dossier with its drafts, and the requests."""

from dangan.dossiers.self_service.queries.asked import (
    RequestLine,
    RequestPage,
    TimelineStep,
    requests,
)
from dangan.dossiers.self_service.queries.own import Own, OwnCell, OwnRow
from dangan.dossiers.self_service.queries.states import LABELS, REQUESTS, RETURNED

__all__ = [
    "LABELS",
    "REQUESTS",
    "RETURNED",
    "Own",
    "OwnCell",
    "OwnRow",
    "RequestLine",
    "RequestPage",
    "TimelineStep",
    "requests",
]
