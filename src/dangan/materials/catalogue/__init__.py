"""Fonds, volumes, materials: the catalogue and who may see it."""
