"""The verbs of exchange: bring people in from spreadsheets, take a roster out."""

from dangan.exchange.actions.exporting import export_roster
from dangan.exchange.actions.jobs import (
    check,
    choose_columns,
    clean_up,
    discard,
    perform,
    resume,
    start,
    stop,
    upload,
)
from dangan.exchange.actions.running import Mode, run_import

__all__ = [
    "Mode",
    "check",
    "choose_columns",
    "clean_up",
    "discard",
    "export_roster",
    "perform",
    "resume",
    "run_import",
    "start",
    "stop",
    "upload",
]
