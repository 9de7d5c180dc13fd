"""Pages of the flows: the boxes, one case, what can be done with it, definitions, deputies."""
