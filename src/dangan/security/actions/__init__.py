"""Verbs of this room: alarms, budgets and their extensions, canaries."""

from dangan.security.actions.alarms import close_alarm, take_alarm
from dangan.security.actions.budgets import (
    BudgetProblem,
    ask_extension,
    change_budget,
    decide_extension,
)
from dangan.security.actions.canaries import CanaryProblem, ask_canary, decide_canary

__all__ = [
    "BudgetProblem",
    "CanaryProblem",
    "ask_canary",
    "ask_extension",
    "change_budget",
    "close_alarm",
    "decide_canary",
    "decide_extension",
    "take_alarm",
]
