"""The verbs of the storeroom."""
