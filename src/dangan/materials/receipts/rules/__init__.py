"""Decisions about what is missing, when a paper is due, and how a receipt may go on. Pure."""
