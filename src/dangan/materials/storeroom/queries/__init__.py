"""Reading the storeroom: the actor first, cut to rights."""

from dangan.materials.storeroom.queries.places import place_of, tree

__all__ = ["place_of", "tree"]
