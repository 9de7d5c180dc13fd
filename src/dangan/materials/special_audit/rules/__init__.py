"""Decisions of the special audit: what the form says against the earliest material. Pure."""
