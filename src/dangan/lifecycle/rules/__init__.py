"""Decisions of this room: values in, values out; no Django, clock, files or network."""
