"""Reminders 到期提醒: what falls due, told once to those it concerns.

Other parts of the house add countdowns with :func:`register`.
"""

from dangan.lifecycle.reminders.registry import register
from dangan.lifecycle.reminders.rules import Item

__all__ = ["Item", "register"]
