"""Back-up, proof by restoring, restore."""
