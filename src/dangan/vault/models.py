"""This room's tables stand in the schema ``keystore`` and have no Django models.

Rows there are key material: they are read by a few statements in :mod:`.queries` and
:mod:`.actions` and never pass through generic code (serialisers, fixtures, flushes). They are
made by ``migrations/0001_keystore.py``.
"""
