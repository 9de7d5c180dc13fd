"""The verbs of loans."""

from dangan.materials.loans.actions.asking import Wanted, ask, cancel, resubmit
from dangan.materials.loans.actions.extending import ask_extension, decide_extension
from dangan.materials.loans.actions.handing import lend, sign
from dangan.materials.loans.actions.leaving import on_leaving
from dangan.materials.loans.actions.reminding import remind
from dangan.materials.loans.actions.returning import (
    Checked,
    declare_lost,
    settle_finding,
    take_back,
)

__all__ = [
    "Checked",
    "Wanted",
    "ask",
    "ask_extension",
    "cancel",
    "decide_extension",
    "declare_lost",
    "lend",
    "on_leaving",
    "remind",
    "resubmit",
    "settle_finding",
    "sign",
    "take_back",
]
