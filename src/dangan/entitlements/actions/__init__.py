"""Writes about rights in motion: what people ask for, and reviews of what they hold."""

from dangan.entitlements.actions.asking import ask_handover, ask_reset, ask_reveal, ask_temporary
from dangan.entitlements.actions.reviewing import decide_items, end_campaign, open_campaign
from dangan.entitlements.actions.sweeping import SweepReport, sweep
from dangan.entitlements.rules.asking import BadWish

__all__ = [
    "BadWish",
    "SweepReport",
    "ask_handover",
    "ask_reset",
    "ask_reveal",
    "ask_temporary",
    "decide_items",
    "end_campaign",
    "open_campaign",
    "sweep",
]
