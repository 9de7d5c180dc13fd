"""Decisions of the storeroom. Pure: values in, values out."""
