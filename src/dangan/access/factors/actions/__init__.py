"""Writes about second factors: one verb, one function."""

from dangan.access.factors.actions.app import Offer, begin_app, confirm_app, remove_app
from dangan.access.factors.actions.codes import make_codes
from dangan.access.factors.actions.common import NotEnrolled, WrongCode
from dangan.access.factors.actions.keys import (
    KeyProblem,
    add_key,
    ask_key,
    begin_key,
    remove_key,
    rename_key,
)
from dangan.access.factors.actions.leaving import LastFactor
from dangan.access.factors.actions.proving import prove, prove_password
from dangan.access.factors.actions.resets import approve_reset, request_reset

__all__ = [
    "KeyProblem",
    "LastFactor",
    "NotEnrolled",
    "Offer",
    "WrongCode",
    "add_key",
    "approve_reset",
    "ask_key",
    "begin_app",
    "begin_key",
    "confirm_app",
    "make_codes",
    "prove",
    "prove_password",
    "remove_app",
    "remove_key",
    "rename_key",
    "request_reset",
]
