"""Carrying notices outside: the outbox, mail, robots."""
