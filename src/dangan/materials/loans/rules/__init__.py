"""Decisions about loans: terms on the working calendar, what is complete on return. Pure."""
