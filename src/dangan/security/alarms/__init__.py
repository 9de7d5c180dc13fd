"""Alarms 安全告警: raised once for one story, told to those who look after them, closed by one of
them with a finding."""

from dangan.security.alarms.kinds import Kind, kinds, register_kind
from dangan.security.alarms.probes import Suspicion, register_probe
from dangan.security.alarms.raising import raise_alarm

__all__ = ["Kind", "Suspicion", "kinds", "raise_alarm", "register_kind", "register_probe"]
