"""Writes of federated sign-in: one verb, one function."""

from dangan.access.federation.actions.flow import Arrived, Stopped, confirm, finish, start
from dangan.access.federation.actions.linking import link, unlink
from dangan.access.federation.actions.notices import end_sessions
from dangan.access.federation.actions.passwords import judge

__all__ = [
    "Arrived",
    "Stopped",
    "confirm",
    "end_sessions",
    "finish",
    "judge",
    "link",
    "start",
    "unlink",
]
