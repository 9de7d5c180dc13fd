"""Reads of this room: the actor first. Whoever an alarm is about sees nothing of it."""

from dangan.security.queries.alarms import (
    PER_PAGE,
    AlarmLine,
    AlarmPage,
    AlarmView,
    alarm,
    alarms,
    new_alarms,
    recent,
)
from dangan.security.queries.budgets import (
    BudgetLine,
    ExtensionLine,
    Spent,
    budgets,
    extensions,
    own_extension,
    spent,
)
from dangan.security.queries.canaries import CanaryLine, canaries, canary_asked, planted_in
from dangan.security.queries.overview import Overview, overview

__all__ = [
    "PER_PAGE",
    "AlarmLine",
    "AlarmPage",
    "AlarmView",
    "BudgetLine",
    "CanaryLine",
    "ExtensionLine",
    "Overview",
    "Spent",
    "alarm",
    "alarms",
    "budgets",
    "canaries",
    "canary_asked",
    "extensions",
    "new_alarms",
    "overview",
    "own_extension",
    "planted_in",
    "recent",
    "spent",
]
