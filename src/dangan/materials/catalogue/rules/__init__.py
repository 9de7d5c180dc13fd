"""Decisions of the catalogue: classes, order and numbers, who may see what. Pure."""
