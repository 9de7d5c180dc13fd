"""Brakes, alarms, canaries, the configuration's self-check, the monthly security report."""
