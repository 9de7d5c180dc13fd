"""Decisions of this room: values in, values out; no Django, clock, files or network."""

from dangan.entitlements.rules.asking import (
    HOURS,
    LONGEST_DAYS,
    SHORTEST_REASON,
    checked_hours,
    checked_period,
    checked_reason,
    halves_of,
)
from dangan.entitlements.rules.reviewing import (
    FLAGS,
    Chosen,
    choose_reviewer,
    flags_of,
    is_broad,
    remind_on,
)

__all__ = [
    "FLAGS",
    "HOURS",
    "LONGEST_DAYS",
    "SHORTEST_REASON",
    "Chosen",
    "checked_hours",
    "checked_period",
    "checked_reason",
    "choose_reviewer",
    "flags_of",
    "halves_of",
    "is_broad",
    "remind_on",
]
