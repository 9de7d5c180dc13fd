"""Decisions about transfers and custody: completeness, carriers, what differs. Pure."""
