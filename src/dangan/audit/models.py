"""This room's tables only grow and have no Django models: see ``migrations/0001_log.py``.

Generic code (flushes, fixtures, bulk updates) has no business with them, and the triggers would
refuse it.
"""
