"""Reading the log: searching it, who looked at a dossier, proving one event, checking all."""

from dangan.audit.checking import register_data_check, verify
from dangan.audit.exporting import export_log
from dangan.audit.queries.proving import Proof, Standing, proof, proves, standing
from dangan.audit.queries.searching import (
    COUNT_UP_TO,
    EventPage,
    EventQuery,
    LoggedEvent,
    actors,
    detail_of,
    done_by,
    entries,
    event,
    export,
    looked_at,
    search,
)
from dangan.audit.rules.checking import Problem, Report

__all__ = [
    "COUNT_UP_TO",
    "EventPage",
    "EventQuery",
    "LoggedEvent",
    "Problem",
    "Proof",
    "Report",
    "Standing",
    "actors",
    "detail_of",
    "done_by",
    "entries",
    "event",
    "export",
    "export_log",
    "looked_at",
    "proof",
    "proves",
    "register_data_check",
    "search",
    "standing",
    "verify",
]
