"""Decisions of this room, pure: values in, values out."""
